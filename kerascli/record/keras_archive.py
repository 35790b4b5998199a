"""The `config.json` of a `.keras` archive, read without Keras: no code of the file runs, and nothing of it is unpacked."""

from __future__ import annotations

import json
import zipfile
import zlib
from pathlib import Path
from typing import Any

from kerascli.errors import EnvironmentProblem, UsageError

# The largest config of keras.applications has 0.6 MB.
MAXIMUM_CONFIG = 64 * 2**20
MAXIMUM_MEMBERS = 10_000


def read_archive_config(path: Path) -> dict[str, Any]:
    """The config of the model in an archive.

    Args:
        path: The `.keras` file.

    Returns:
        The object of `config.json`: `class_name`, `config`, `module`, `compile_config` and so on.

    Raises:
        UsageError: There is no such file.
        EnvironmentProblem: It can't be read, is no archive, is damaged, or its config is out of all proportion.
    """
    if not path.is_file():
        raise UsageError(f"there is no file '{path}'", code="missing-file", hint="name a .keras file")
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.infolist()
            if len(names) > MAXIMUM_MEMBERS:
                raise EnvironmentProblem(f"'{path}' holds too many files for a model", code="model-file")
            member = next((one for one in names if one.filename == "config.json"), None)
            if member is None:
                hint = "save the model with 'model.save(\"model.keras\")'"
                raise EnvironmentProblem(f"'{path}' holds no config.json", code="model-file", hint=hint)
            if member.file_size > MAXIMUM_CONFIG:
                raise EnvironmentProblem(f"the config in '{path}' is larger than any model's", code="model-file")
            with archive.open(member) as stream:
                # The size in the archive's list may lie.
                text = stream.read(MAXIMUM_CONFIG + 1)
        if len(text) > MAXIMUM_CONFIG:
            raise EnvironmentProblem(f"the config in '{path}' is larger than any model's", code="model-file")
        config = json.loads(text)
    except (OSError, zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError) as error:
        message = f"'{path}' is no .keras archive, or is damaged: {error}".splitlines()[0]
        raise EnvironmentProblem(message, code="model-file") from error
    except (ValueError, RecursionError) as error:
        raise EnvironmentProblem(f"the config in '{path}' is damaged: {error}", code="model-file") from error
    if not isinstance(config, dict):
        raise EnvironmentProblem(f"the config in '{path}' is no model", code="model-file")
    return config
