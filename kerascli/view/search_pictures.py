"""Pictures of a search."""
def draw_search(*a): return ()
