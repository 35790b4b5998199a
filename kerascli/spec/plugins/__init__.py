"""Plugins: Python files and modules whose objects become components, with the user's trust alone."""
