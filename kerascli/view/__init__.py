"""What people look at: summaries, graph drawings, curves, confusion matrices."""
