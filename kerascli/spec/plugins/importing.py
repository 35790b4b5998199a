"""Imports one plugin: a file by its path, or an installed module by its name."""

from __future__ import annotations

import hashlib
import importlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

from kerascli.errors import Diagnostic, Note, Span, SpecError
from kerascli.spec.plugins.own_line import FILE_PREFIX, INSTALLED, own_line
from kerascli.spec.plugins.source_loader import load_source


def import_file(path: Path, span: Span) -> ModuleType:
    """The module of a file, under a name that no other has; its folder is not put on `sys.path`.

    A file in a package (its folder has an `__init__.py`) may import its neighbours relatively.

    Raises:
        SpecError: The file can't be read or imported, at its place in the spec with a note at its own line.
    """
    if path.exists() and not path.is_file():
        message = f"can't read the plugin '{path}': it is no regular file"
        raise SpecError(message, code="plugin", span=span, hint="name a Python file")
    try:
        content = path.read_bytes()
    except OSError as error:
        message = f"can't read the plugin '{path}': {error.strerror or error}"
        raise SpecError(message, code="plugin", span=span, hint="name a Python file") from error
    root, inside = _package_of(path)
    name = f"{FILE_PREFIX}{_digest(path, content, root)}"
    with _located(str(path), span, folder=path.parent):
        if root is None:
            name = f"{name}_{path.stem}"
            return sys.modules.get(name) or load_source(name, path)
        package = sys.modules.get(name) or load_source(name, root / "__init__.py")
        return importlib.import_module(".".join([name, *inside])) if inside else package


def import_module(name: str, span: Span) -> ModuleType:
    """An installed module.

    Raises:
        SpecError: There is none, or it can't be imported.
    """
    with _located(name, span):
        INSTALLED.add(name)
        return importlib.import_module(name)


def _package_of(path: Path) -> tuple[Path | None, list[str]]:
    """The folder of the outermost package around a file, and the names from there; None for a file by itself."""
    root = path.parent
    if not (root / "__init__.py").is_file():
        return None, []
    names = [] if path.name == "__init__.py" else [path.stem]
    while (root.parent / "__init__.py").is_file():
        names.insert(0, root.name)
        root = root.parent
    return root, names


def _digest(path: Path, content: bytes, root: Path | None) -> str:
    """What changes with the file, and with its neighbours where it may import them."""
    seen = hashlib.sha256(str(path).encode() + b"\0" + content)
    for neighbour in sorted(root.rglob("*.py")) if root is not None else ():
        facts = neighbour.stat()
        seen.update(f"{neighbour}\0{facts.st_mtime_ns}\0{facts.st_size}\0".encode())
    return seen.hexdigest()[:12]


@contextmanager
def _located(what: str, span: Span, *, folder: Path | None = None) -> Iterator[None]:
    """Says whatever an import raises at the plugin's place in the spec, with a note at the plugin's own line."""
    try:
        yield
    except (KeyboardInterrupt, SpecError):
        raise
    except BaseException as error:  # A plugin may raise anything, `SystemExit` too.
        shown = str(error).splitlines()[0] if str(error) else type(error).__name__
        message = f"can't import the plugin '{what}': {type(error).__name__}: {shown}"
        place = own_line(error)
        notes = (Note("raised here", place),) if place is not None else ()
        raise SpecError([Diagnostic("plugin", message, span, _hint(error, what, folder), notes)]) from error


def _hint(error: BaseException, what: str, folder: Path | None) -> str | None:
    """What to do about a module that is missing."""
    if not isinstance(error, ModuleNotFoundError) or error.name is None:
        return None
    if folder is None and what.startswith(error.name):
        return "install it, or name a file: 'my_layers.py'"
    if folder is not None and (folder / f"{error.name}.py").is_file():
        return f"put an empty '__init__.py' beside it, and write 'from . import {error.name}'"
    return f"install '{error.name}'"
