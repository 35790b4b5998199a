"""Chooses the catalog's files: the shipped ones, the user's cached ones, or ones made anew for another Keras."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from kerascli.catalog.catalog import Catalog
from kerascli.catalog.installed import installed_version
from kerascli.errors import EnvironmentProblem

# Raised whenever the files' form changes, so that no cached file of an older form is read.
FORM = 2

Docs = Mapping[str, Mapping[str, Mapping[str, Any]]]


def catalog_file(keras_version: str) -> str:
    """The name of the file with names, parameters and call signatures."""
    return f"keras-{keras_version}.json"


def docs_file(keras_version: str) -> str:
    """The name of the file with the docs."""
    return f"keras-{keras_version}-docs.json"


@cache
def load_catalog() -> Catalog:
    """The catalog of the installed Keras.

    Made anew in a child process (once, about a minute) where neither the package nor the user's cache has it.

    Raises:
        EnvironmentProblem: Keras is not installed, or the catalog could not be made.
    """
    installed = _installed_version()
    return Catalog(_read(_folder(installed) / catalog_file(installed)))


@cache
def load_docs() -> Docs:
    """What Keras's docstrings say, by group and canonical name: `summary`, `parameters` (a text by name) and `text`.

    Raises:
        EnvironmentProblem: Keras is not installed, or the docs could not be made.
    """
    installed = _installed_version()
    docs: Docs = _read(_folder(installed) / docs_file(installed))["groups"]
    return docs


def _installed_version() -> str:
    try:
        return installed_version("keras")
    except ImportError as error:  # As `importlib.metadata` says it.
        raise EnvironmentProblem("Keras is not installed", hint="run 'pip install keras tensorflow'") from error


def _folder(keras_version: str) -> Path:
    """The folder that holds both files for the version."""
    shipped = Path(__file__).parent
    if _complete(shipped, keras_version):
        return shipped
    # Only another Keras than ours needs the cache folder.
    from platformdirs import user_cache_path

    cached = user_cache_path("kerascli", appauthor=False) / f"catalog-{FORM}"
    if not _complete(cached, keras_version):
        _make(cached, keras_version)
    return cached


def _complete(folder: Path, keras_version: str) -> bool:
    # The catalog's file is written last: where it stands, the docs stand too.
    return (folder / catalog_file(keras_version)).is_file()


def _make(folder: Path, keras_version: str) -> None:
    """Makes the files in a child process, which alone imports Keras; its noise is kept from the user.

    Raises:
        EnvironmentProblem: The child failed.
    """
    # Seldom needed, and slow to import.
    import subprocess

    # -P keeps the working folder, which may be the spec's, off the child's path; ours is put there by name.
    command = [sys.executable, "-P", "-m", "kerascli.catalog.introspect", str(folder)]
    paths = [str(Path(__file__).parents[2]), os.environ.get("PYTHONPATH", "")]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in paths if path)}
    hint = "install a Keras that kerascli is made for, or report this"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        child = subprocess.run(  # noqa: S603 - our own module, in our own interpreter
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=600,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        message = f"the catalog of Keras {keras_version} could not be made: {error}"
        raise EnvironmentProblem(message, hint=hint) from error
    if child.returncode != 0 or not _complete(folder, keras_version):
        lines = [line for line in child.stderr.splitlines() if line.strip()]
        reason = lines[-1].strip() if lines else f"exit status {child.returncode}"
        raise EnvironmentProblem(f"the catalog of Keras {keras_version} could not be made: {reason}", hint=hint)


def _read(path: Path) -> Any:
    """The JSON of one of the catalog's files.

    Raises:
        EnvironmentProblem: It can't be read, or is damaged.
    """
    try:
        return json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise EnvironmentProblem(
            f"can't read the catalog '{path}': {error}", hint="delete it; it is made anew"
        ) from error
