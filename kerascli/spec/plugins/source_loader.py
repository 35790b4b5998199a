"""How plugins that are files are imported: from their source alone, under names that nothing else has."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Mapping, Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import FileFinder, ModuleSpec, SourceFileLoader
from pathlib import Path
from types import ModuleType
from typing import Any

from kerascli.spec.plugins.own_line import FILE_PREFIX


class _SourceLoader(SourceFileLoader):
    """Never reads or writes compiled code: it could be older than the source, or not what a run's hash was taken of."""

    def path_stats(self, path: str) -> Mapping[str, Any]:
        """Says what Python takes for "no compiled file may be used"."""
        raise OSError(f"'{path}' is always read as source")


class _PackageFinder(MetaPathFinder):
    """Finds the modules inside a plugin's package."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The Python file of a module of a plugin's package; anything else is left to Python."""
        if not fullname.startswith(FILE_PREFIX):
            return None
        for folder in path or ():
            found = FileFinder(folder, (_SourceLoader, [".py"])).find_spec(fullname, target)
            if found is not None and found.loader is not None:
                return found
        return None


_FINDER = _PackageFinder()


def load_source(name: str, path: Path) -> ModuleType:
    """Runs a Python file as a module of that name; an `__init__.py` becomes a package.

    Raises:
        Exception: Whatever the file raises; the name is not known then.
    """
    if _FINDER not in sys.meta_path:
        sys.meta_path.insert(0, _FINDER)
    folder = [str(path.parent)] if path.name == "__init__.py" else None
    loader = _SourceLoader(name, str(path))
    found = importlib.util.spec_from_file_location(name, path, loader=loader, submodule_search_locations=folder)
    assert found is not None
    module = importlib.util.module_from_spec(found)
    sys.modules[name] = module
    try:
        loader.exec_module(module)
    except BaseException:  # Whatever ends the file, Ctrl-C too, must not leave half a module behind.
        del sys.modules[name]
        raise
    return module
