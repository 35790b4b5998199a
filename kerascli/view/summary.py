"""Shows a model as a table for the terminal: its layers, shapes, parameters, heads and totals."""

from __future__ import annotations

import io
from collections import defaultdict
from typing import TYPE_CHECKING

from kerascli.errors import visible
from kerascli.record.byte_sizes import size_text
from kerascli.record.model_summary import LayerRow, ModelSummary, split_reference

if TYPE_CHECKING:
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text


def summary_table(summary: ModelSummary, speed: str | None = None) -> Group:
    """The table of the layers and, below it, the totals; long texts are folded, never cut.

    Args:
        summary: The model.
        speed: What is done for its speed, in words; None: nothing is said of that.
    """
    from rich.console import Group

    table = _empty_table(summary)
    heads = _heads_by_layer(summary)
    for layer in summary.layers:
        table.add_row(*_cells(layer, heads.get(layer.path, [])), style="dim" if layer.frozen else "")
    return Group(table, "", _totals(summary, speed))


def summary_text(summary: ModelSummary, width: int = 120) -> str:
    """The same as plain text, without colours or control characters; `width` in characters."""
    from rich.console import Console

    text = io.StringIO()
    console = Console(file=text, width=width, color_system=None, force_terminal=False, force_jupyter=False)
    console.print(summary_table(summary))
    return "".join(f"{line.rstrip()}\n" for line in text.getvalue().splitlines())


def _empty_table(summary: ModelSummary) -> Table:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    title = Text(f"{visible(summary.name)} ({summary.kind})", style="bold")
    table = Table(
        box=box.SIMPLE_HEAD, title=title, title_justify="left", show_edge=False, pad_edge=False, padding=(0, 1, 0, 0)
    )
    longest = max((len(str(output)) for layer in summary.layers for output in layer.outputs), default=0)
    table.add_column("layer", overflow="fold", min_width=10)
    table.add_column("class", overflow="fold", min_width=8)
    # A shape reads badly in two lines; names do not, so they give way first.
    table.add_column("output shape", overflow="fold", min_width=max(12, min(longest, 22)))
    table.add_column("dtype", overflow="fold", min_width=7)
    table.add_column("params", justify="right", no_wrap=True)
    table.add_column("reads", overflow="fold", min_width=8)
    return table


def _heads_by_layer(summary: ModelSummary) -> dict[str, list[str]]:
    """The heads of each layer, with the output's number where the layer has several."""
    outputs = {layer.path: len(layer.outputs) for layer in summary.layers}
    heads: dict[str, list[str]] = defaultdict(list)
    for name, reference in summary.outputs:
        layer, number = (reference, 0) if reference in outputs else split_reference(reference)
        heads[layer].append(f"{name} (:{number})" if outputs.get(layer, 1) > 1 else name)
    return heads


def _cells(layer: LayerRow, heads: list[str]) -> list[Text]:
    from rich.text import Text

    # What is inside a nested model stands indented below it.
    depth = layer.inside.count("/") + 1 if layer.inside else 0
    name = Text("  " * depth + visible(layer.path))
    if layer.frozen:
        name.append(" (frozen)", style="cyan")
    for head in heads:
        name.append(f"\n→ head {visible(head)}", style="bold green")
    shapes = [str(output) for output in layer.outputs]
    if len(shapes) > 1:
        shapes = [f":{number} {shape}" for number, shape in enumerate(shapes)]
    return [
        name,
        Text(visible(layer.class_name if layer.shared is None else f"{layer.class_name} (shares {layer.shared})")),
        Text("\n".join(shapes)),
        Text(layer.dtype),
        Text(f"{layer.parameters:,}"),
        Text(visible(", ".join(layer.inputs))),
    ]


def _totals(summary: ModelSummary, speed: str | None) -> Text:
    from rich.text import Text

    rows = [
        ("parameters", f"{summary.parameters:,}"),
        ("trainable", f"{summary.trainable_parameters:,}"),
        ("frozen or not trained", f"{summary.parameters - summary.trainable_parameters:,}"),
        ("size", size_text(summary.size_bytes)),
    ]
    if summary.optimizer is not None:
        rows.append(("optimizer", summary.optimizer))
    if speed is not None:
        rows.append(("speed", visible(speed)))
    width = max(len(label) for label, _ in rows) + 2
    return Text("\n".join(f"{label:<{width}}{value}" for label, value in rows))
