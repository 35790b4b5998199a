"""A manifest ties the files of a folder together: the sha256 of each, checked when they are read."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from kerascli.record.atomic import finite
from kerascli.record.regular_file import read_regular

MANIFEST = "manifest.json"


def sha256_of(path: Path) -> str:
    """The sha256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_manifest(folder: Path, facts: dict[str, Any]) -> None:
    """Writes `manifest.json` over all files of a folder that is not yet visible.

    Args:
        folder: The folder, complete but for the manifest.
        facts: What else the manifest says, as JSON values.
    """
    files = {
        path.relative_to(folder).as_posix(): {"sha256": sha256_of(path), "bytes": path.stat().st_size}
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
    body = {**finite(facts), "files": files}
    # The manifest can't hold its own hash; it holds that of what it says, so that a flipped byte in it is found too.
    body["sha256"] = _hash_of(body)
    (folder / MANIFEST).write_text(json.dumps(body, indent=1) + "\n", encoding="utf-8")


def read_manifest(folder: Path) -> dict[str, Any]:
    """What a folder's manifest says, itself checked, the files not.

    Raises:
        ValueError: There is no manifest, or it is damaged.
    """
    try:
        body = json.loads(read_regular(folder / MANIFEST))
        said = body.pop("sha256")
    except (OSError, ValueError, KeyError, AttributeError, TypeError, RecursionError) as error:
        raise ValueError(f"its manifest can't be read ({type(error).__name__})") from error
    if said != _hash_of(body):
        raise ValueError("its manifest does not have the sha256 that it names")
    assert isinstance(body, dict)
    return body


def check_files(folder: Path, manifest: dict[str, Any]) -> None:
    """Compares every file of a manifest with its sha256.

    Raises:
        ValueError: A file is missing or differs; the text names it.
    """
    for name, facts in manifest["files"].items():
        if not name or Path(name).name != name:
            raise ValueError(f"'{name}' lies elsewhere")
        path = folder / name
        if not path.is_file():
            raise ValueError(f"'{name}' is missing")
        if path.stat().st_size != facts["bytes"] or sha256_of(path) != facts["sha256"]:
            raise ValueError(f"'{name}' does not have the sha256 of its manifest")


def _hash_of(body: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()
