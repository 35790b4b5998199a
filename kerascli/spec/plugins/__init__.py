"""Plugins: Python files and modules whose objects become components, with the user's trust alone."""

from kerascli.spec.plugins.section import LoadedPlugins, Plugin, load_plugins

__all__ = ["LoadedPlugins", "Plugin", "load_plugins"]
