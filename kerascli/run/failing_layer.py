"""The layer in whose call an error arose."""

from __future__ import annotations

import traceback
from typing import Any

from kerascli.model.layer_paths import layer_paths


def failing_layer(error: BaseException, model: Any) -> str | None:
    """The path of the innermost layer that the error came through; None where it was none, or its trace is cut."""
    paths = {id(layer): path for path, layer in layer_paths(model).items()}
    found = None
    for frame, _ in traceback.walk_tb(error.__traceback__):
        found = paths.get(id(frame.f_locals.get("self")), found)
    return found
