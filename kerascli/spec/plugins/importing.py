"""Imports one plugin: a file by its path, or an installed module by its name."""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import sys
import traceback
from pathlib import Path
from types import ModuleType

from kerascli.errors import Diagnostic, Note, SourceText, Span, SpecError

_PREFIX = "kerascli_plugin_"


def import_file(path: Path, span: Span) -> ModuleType:
    """The module of a file, under a name that no other has; its folder is not put on `sys.path`.

    A file in a package (its folder has an `__init__.py`) may import its neighbours relatively.

    Raises:
        SpecError: The file can't be read or imported, at its place in the spec with a note at its own line.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        message = f"can't read the plugin '{path}': {error.strerror or error}"
        raise SpecError(message, code="plugin", span=span, hint="name a Python file") from error
    root, inside = _package_of(path)
    digest = hashlib.sha256(str(path).encode() + b"\0" + content).hexdigest()[:12]
    name = ".".join([f"{_PREFIX}{digest}", *inside]) if inside else f"{_PREFIX}{digest}_{path.stem}"
    if name in sys.modules:
        return sys.modules[name]
    with _located(str(path), span):
        if inside:
            _import(f"{_PREFIX}{digest}", root / "__init__.py", [str(root)])
            return importlib.import_module(name)
        return _import(name, path, None)


def import_module(name: str, span: Span) -> ModuleType:
    """An installed module.

    Raises:
        SpecError: There is none, or it can't be imported.
    """
    with _located(name, span):
        return importlib.import_module(name)


def _package_of(path: Path) -> tuple[Path, list[str]]:
    """The outermost package around a file, and the names from there to the file; no names for a file by itself."""
    root, names = path.parent, [path.stem]
    if not (root / "__init__.py").is_file():
        return root, []
    while (root.parent / "__init__.py").is_file():
        names.insert(0, root.name)
        root = root.parent
    return root, [] if names == ["__init__"] else [name for name in names if name != "__init__"]


def _import(name: str, path: Path, search: list[str] | None) -> ModuleType:
    found = importlib.util.spec_from_file_location(name, path, submodule_search_locations=search)
    if found is None or found.loader is None:
        raise ImportError(f"'{path.name}' is no Python file")
    module = importlib.util.module_from_spec(found)
    sys.modules[name] = module
    try:
        found.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module


class _located:  # noqa: N801 - reads as a statement
    """Says whatever an import raises at the plugin's place in the spec, with a note at the plugin's own line."""

    def __init__(self, what: str, span: Span) -> None:
        self.what, self.span = what, span

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if error is None or isinstance(error, KeyboardInterrupt | SpecError):
            return
        shown = str(error).splitlines()[0] if str(error) else type(error).__name__
        message = f"can't import the plugin '{self.what}': {type(error).__name__}: {shown}"
        place = _own_line(error)
        notes = (Note("raised here", place),) if place is not None else ()
        raise SpecError([Diagnostic("plugin", message, self.span, notes=notes)]) from error


def _own_line(error: BaseException) -> Span | None:
    """The last line of a plugin's own file that the error came through."""
    if isinstance(error, SyntaxError) and error.filename and error.lineno:
        return _span(error.filename, error.lineno)
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if "importlib" not in frame.filename]
    own = [
        frame for frame in frames if Path(frame.filename).is_file() and "kerascli/spec/plugins" not in frame.filename
    ]
    return _span(own[0].filename, own[0].lineno or 1) if own else None


def _span(filename: str, line: int) -> Span | None:
    try:
        text = Path(filename).read_text(encoding="utf-8")
    except (OSError, ValueError):
        return None
    lines = text.splitlines()
    words = lines[line - 1] if 0 < line <= len(lines) else ""
    column = len(words) - len(words.lstrip()) + 1
    return SourceText(filename, text).span(line, column, max(1, len(words.strip())))
