"""Plugins: Python files and modules whose objects become components, with the user's trust alone."""

from kerascli.spec.plugins.objects import named_object
from kerascli.spec.plugins.own_line import own_line, raised_by_plugin
from kerascli.spec.plugins.section import LoadedPlugins, Plugin, load_plugins

__all__ = ["LoadedPlugins", "Plugin", "load_plugins", "named_object", "own_line", "raised_by_plugin"]
