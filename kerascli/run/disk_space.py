"""What a run takes of the disk, and whether there is room for it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from kerascli.errors import Diagnostic
from kerascli.model.variable_size import variable_bytes
from kerascli.record.byte_sizes import size_text
from kerascli.spec.spec import Spec

# The random states and the names in a checkpoint, and what plots and logs take, in bytes.
_STATE, _REST = 30_000, 400_000


def checkpoint_bytes(model: Any) -> int:
    """The size of one checkpoint: every variable of the model, of its optimizer and of its metrics."""
    optimizer = model.optimizer.variables if model.optimizer is not None else []
    variables = [*model.variables, *optimizer, *model.metrics_variables]
    return _STATE + sum(variable_bytes(variable) for variable in variables)


def needed_bytes(spec: Spec, model: Any) -> int:
    """The most that the run folder takes at once: the checkpoints kept, the one being written, and the result."""
    # `model.keras` holds the weights and the optimizer, as a checkpoint does; it is written beside the one before.
    return (spec.checkpoints.keep + 2 + 2) * checkpoint_bytes(model) + _REST


def free_bytes(runs: Path) -> int | None:
    """What is free where the runs lie; None where that can't be told."""
    place = runs.absolute()
    while not place.exists() and place != place.parent:
        place = place.parent
    try:
        return shutil.disk_usage(place).free
    except OSError:
        return None


def little_space(spec: Spec, model: Any, runs: Path) -> Iterator[Diagnostic]:
    """A disk that will be full before the run is done."""
    free, needed = free_bytes(runs), needed_bytes(spec, model)
    if free is not None and free < needed:
        message = f"the run may take {size_text(needed)} below '{runs}', where {size_text(free)} are free"
        hint = "free some space, say '--runs DIR', or keep fewer checkpoints ('checkpoints.keep=2')"
        yield Diagnostic("disk-space", message, hint=hint, severity="warning")
