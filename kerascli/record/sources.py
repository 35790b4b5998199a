"""The files that a run was made from: copied into it, with their hashes, and checked before they are used again."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from kerascli.errors import EnvironmentProblem
from kerascli.record.atomic import write_bytes, write_json, write_text
from kerascli.record.manifest import sha256_of
from kerascli.record.regular_file import read_regular

HASHES = "sha256.json"
PLUGINS = "plugins"
# A plugin of a package brings its neighbours along; no package of plugins comes near this.
MAXIMUM_FILES = 500


def write_sources(folder: Path, texts: Iterable[tuple[str, str]], plugins: Iterable[Path]) -> dict[Path, str]:
    """Copies what a run is made from.

    Args:
        folder: The folder for it, made.
        texts: Path and text of each spec file; two of one name are kept apart by a number.
        plugins: The files of the plugins; of one in a package, the whole package is copied.

    Returns:
        Each plugin's file to the place of its copy, relative to `folder`.

    Raises:
        EnvironmentProblem: A plugin's package is too large.
        OSError: A file can't be read or written.
    """
    folder.mkdir()
    hashes: dict[str, str] = {}
    for number, (path, text) in enumerate(texts):
        name = Path(path).name
        name = f"{number}_{name}" if name in hashes else name
        write_text(folder / name, text)
        hashes[name] = sha256_of(folder / name)
    copies: dict[Path, str] = {}
    for number, plugin in enumerate(plugins):
        root, files = _files_of(plugin)
        # Two plugins may have one name; the number keeps them apart.
        place = Path(PLUGINS) / (str(number) if number else "")
        for file in files:
            copy = folder / place / file.relative_to(root)
            copy.parent.mkdir(parents=True, exist_ok=True)
            write_bytes(copy, file.read_bytes())
            hashes[copy.relative_to(folder).as_posix()] = sha256_of(copy)
        copies[plugin] = (place / plugin.relative_to(root)).as_posix()
    write_json(folder / HASHES, hashes)
    return copies


def _files_of(path: Path) -> tuple[Path, list[Path]]:
    """The folder that copies are relative to, and the files: one, or all Python files of the package around it."""
    if not (path.parent / "__init__.py").is_file():
        return path.parent, [path]
    root = path.parent
    while (root.parent / "__init__.py").is_file():
        root = root.parent
    files = sorted(file for file in root.rglob("*.py") if file.is_file())
    if len(files) > MAXIMUM_FILES:
        raise EnvironmentProblem(f"the package '{root}' of a plugin has {len(files):,} files", code="plugin")
    return root.parent, files


def check_sources(folder: Path) -> None:
    """Checks that the plugins of a run are as they were copied.

    Raises:
        EnvironmentProblem: One is missing or was changed.
    """
    try:
        hashes = json.loads(read_regular(folder / HASHES))
    except FileNotFoundError:
        return
    except (OSError, ValueError) as error:
        raise EnvironmentProblem(f"can't read '{folder / HASHES}': {error}", code="run-folder") from error
    known = {name for name in hashes if name.startswith(f"{PLUGINS}/")}
    # Compiled code of other programs may lie there; plugins are imported from their source alone.
    found = {
        path.relative_to(folder).as_posix()
        for path in (folder / PLUGINS).rglob("*")
        if (path.is_symlink() or not path.is_dir()) and path.parent.name != "__pycache__"
    }
    for name in sorted(known | found):
        path = folder / name
        if name not in known or not path.is_file() or sha256_of(path) != hashes[name]:
            message = f"'{path}' is not the file that the run was trained with"
            raise EnvironmentProblem(message, code="plugin-changed", hint="put it back, or train again")
