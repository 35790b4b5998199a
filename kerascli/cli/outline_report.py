"""What `train --dry-run` prints: the model, the steps, the memory and the files of a training that is not begun."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from kerascli.cli.console import from_here
from kerascli.record.byte_sizes import size_text

if TYPE_CHECKING:
    from rich.table import Table

    from kerascli.run.outline import Outline

_FILES = (
    ("spec.yaml, source/, run.json", "what it is"),
    ("history.csv, tensorboard/", "its logs"),
    ("model.keras, preprocessing/", "the result"),
    ("plots/, evaluation/", "pictures, test metrics"),
)


def outline_table(outline: Outline) -> Table:
    """The facts, a row each; the layers are shown by `summary_table`."""
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    for name, value in _rows(outline):
        table.add_row(Text(name, style="bold"), Text(value, overflow="fold"))
    return table


def _rows(outline: Outline) -> Iterator[tuple[str, str]]:
    yield "samples", ", ".join(f"{count:,} {name}" for name, count in outline.samples.items()) + f"; {outline.cache}"
    for name, (shape, dtype) in outline.inputs.items():
        yield f"input {name}", f"{shape} {dtype}"
    for number, phase in enumerate(outline.phases, 1):
        title = "steps" if len(outline.phases) == 1 else f"phase {number}"
        yield title, f"{phase.epochs} × {phase.steps:,} of {phase.batch_size}, {phase.optimizer}"
    if outline.validation_steps:
        yield "validation", f"{outline.validation_steps:,} batches"
    yield "logs", ", ".join(outline.logs)
    yield "best by", f"{outline.monitor[0]} ({outline.monitor[1]})"
    if outline.callbacks:
        yield "callbacks", ", ".join(outline.callbacks)
    if outline.devices:
        yield "devices", outline.devices
    yield "speed", outline.performance
    yield "memory", _memory(outline)
    yield "disk", _disk(outline)
    yield "folder", f"{from_here(outline.folder)}/<time>/"
    for files, what in _FILES:
        yield "", f"{files}: {what}"
    size = size_text(outline.checkpoint_bytes)
    yield "", f"checkpoints/: at most {outline.checkpoints} of {size}"


def _memory(outline: Outline) -> str:
    need = outline.memory
    parts = {
        "weights": need.weights,
        "gradients": need.gradients,
        "optimizer": need.optimizer,
        "layers' outputs of a batch": need.activations,
        "samples": need.samples,
    }
    listed = ", ".join(f"{size_text(size)} {name}" for name, size in parts.items())
    free = "" if need.available is None else f"; {size_text(need.available)} can be had"
    return f"about {size_text(need.total)} beside TensorFlow's own: {listed}{free}"


def _disk(outline: Outline) -> str:
    free = "" if outline.disk_free is None else f"; {size_text(outline.disk_free)} are free"
    return f"up to {size_text(outline.disk_bytes)}, event files aside{free}"
