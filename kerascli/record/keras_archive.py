"""What a `.keras` archive says of its model, read as data: `config.json` and `metadata.json`, nothing else."""

from __future__ import annotations

import json
import os
import re
import stat
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

from kerascli.errors import EnvironmentProblem, UsageError
from kerascli.quick_dataclass import dataclass
from kerascli.record.archive_members import CONFIG, METADATA, check_members, unsafe

# The config of the largest application has 4 MB; vocabularies may be larger.
MAXIMUM_BYTES = 64 * 1024 * 1024
# Each value costs some 100 bytes when it is read.
MAXIMUM_VALUES = 2_000_000
MAXIMUM_DEPTH = 256

_QUOTED = re.compile(rb'"(?:[^"\\]|\\.)*"')
_BRACKETS = re.compile(rb"[\[\]{}]")


@dataclass(frozen=True)
class KerasArchive:
    """A `.keras` file.

    Attributes:
        path: Where it is.
        config: The serialized model.
        metadata: `keras_version` and `date_saved`, where the file has them.
    """

    path: Path
    config: Mapping[str, Any]
    metadata: Mapping[str, Any]


def read_archive(path: Path) -> KerasArchive:
    """Reads a `.keras` file; no class is looked up and nothing of it is run.

    Raises:
        UsageError: There is no such file, or it is of another kind.
        EnvironmentProblem: It can't be read, or is damaged.
    """
    if path.is_dir() or path.suffix in (".h5", ".hdf5", ".pb"):
        hint = "load it in Keras and save it with model.save('model.keras')"
        raise UsageError(f"'{path}' is not a .keras file", code="model-file", hint=hint)
    try:
        with open_regular(path) as file:
            return _read(path, file)
    except FileNotFoundError:
        raise UsageError(f"there is no file '{path}'", code="missing-file", hint="name a .keras file") from None
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise EnvironmentProblem(f"can't read '{path}': {reason}", code="model-file") from None


def open_regular(path: Path) -> IO[bytes]:
    """Opens a file, never a FIFO or a device, which could hold the command or have no end.

    Raises:
        OSError: It can't be opened.
        UsageError: It is something else than a file.
    """
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise UsageError(f"'{path}' is not a regular file", code="model-file", hint="name a .keras file")
    return os.fdopen(descriptor, "rb")


def _read(path: Path, file: Any) -> KerasArchive:
    if file.read(4) not in (b"PK\x03\x04", b"PK\x05\x06"):
        message = f"'{path}' is not a .keras file"
        raise UsageError(message, code="model-file", hint="name a model saved by model.save('model.keras')")
    try:
        with zipfile.ZipFile(file) as archive:
            check_members(archive, path, os.fstat(file.fileno()).st_size)
            names = set(archive.namelist())
            if CONFIG not in names:
                raise _damaged(path, "it has no config.json")
            config = _json(path, archive, CONFIG)
            metadata = _json(path, archive, METADATA) if METADATA in names else {}
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise _damaged(path, str(error) or type(error).__name__) from None
    return KerasArchive(path, config, metadata)


def _json(path: Path, archive: zipfile.ZipFile, name: str) -> Mapping[str, Any]:
    with archive.open(name) as member:
        # A header can lie about the size; reading stops by itself.
        raw = member.read(MAXIMUM_BYTES + 1)
    if len(raw) > MAXIMUM_BYTES:
        raise _damaged(path, f"its {name} has more than {MAXIMUM_BYTES:,} bytes")
    if raw.count(b",") + raw.count(b"[") + raw.count(b"{") > MAXIMUM_VALUES:
        raise unsafe(path, f"its {name} has more than {MAXIMUM_VALUES:,} values")
    if _depth(raw) > MAXIMUM_DEPTH:
        raise unsafe(path, f"its {name} has more than {MAXIMUM_DEPTH} levels")
    try:
        value = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise _damaged(path, f"its {name} is not JSON: {error}") from None
    if not isinstance(value, dict):
        raise _damaged(path, f"its {name} is no object")
    return value


def _depth(raw: bytes) -> int:
    """How many brackets are open at once, those between quotes left out."""
    depth = deepest = 0
    for bracket in _BRACKETS.findall(_QUOTED.sub(b"", raw)):
        depth += 1 if bracket in b"[{" else -1
        deepest = max(deepest, depth)
    return deepest


def _damaged(path: Path, reason: str) -> EnvironmentProblem:
    hint = "save the model again, or take another copy of the file"
    return EnvironmentProblem(f"'{path}' is damaged: {reason}", code="model-file", hint=hint)


def read_archive_config(path: Path) -> Mapping[str, Any]:
    """The serialized model in a `.keras` file; raises as `read_archive`."""
    return read_archive(path).config
