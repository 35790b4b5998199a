"""The version of an installed package by the name of its metadata's folder: `importlib.metadata` takes long to import."""

from __future__ import annotations

import sys
from pathlib import Path


def installed_version(package: str) -> str:
    """The version.

    Args:
        package: A name in lower case, without `-`.

    Raises:
        importlib.metadata.PackageNotFoundError: It is not installed.
    """
    for folder in sys.path:
        found = list(Path(folder).glob(f"{package}-[0-9]*.dist-info"))
        if len(found) == 1:
            return found[0].stem.removeprefix(f"{package}-")
        if found:
            break
    # Eggs, archives, what an interrupted update left: the library knows them all.
    from importlib.metadata import version

    return version(package)
