"""What of a model is drawn, before anything has a place: the nodes with their texts, and the links."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from kerascli.errors import visible
from kerascli.record.byte_sizes import size_text
from kerascli.record.model_summary import LayerRow, ModelSummary, split_reference

if TYPE_CHECKING:
    from collections.abc import Iterator

Look = Literal["input", "layer", "operation", "model", "head", "stub", "label"]

# Long enough for the names that Keras makes up, short enough that one name does not set the width of a column.
LINE_LENGTH = 36


@dataclass(frozen=True)
class Node:
    """One box.

    Attributes:
        key: What links refer to, unique in the graph.
        look: How it is drawn; a `stub` stands for something in another part, a `label` is text on a link.
        lines: The text; the first line is the name.
        frozen: Whether it has weights that training leaves alone.
    """

    key: str
    look: Look
    lines: tuple[str, ...]
    frozen: bool = False


@dataclass(frozen=True)
class Link:
    """One tensor on its way from a node to a node; the label is its number where there are several."""

    source: str
    target: str
    label: str = ""


@dataclass(frozen=True)
class Graph:
    """Nodes, each after those that it reads as far as there are no loops, and the links between them."""

    nodes: tuple[Node, ...]
    links: tuple[Link, ...]


def graph_of(summary: ModelSummary) -> Graph:
    """The layers and heads of a model as a graph.

    A tensor of no known layer comes from a stub, so that nothing the model reads goes unseen.
    """
    # A nested model is one node; what is inside it stands in the summary.
    layers = [layer for layer in summary.layers if not layer.inside]
    outputs = {layer.path: len(layer.outputs) for layer in layers}
    nodes = [_layer_node(layer) for layer in layers]
    links = [_link(reference, f"layer:{layer.path}", outputs) for layer in layers for reference in layer.inputs]
    for number, (name, reference) in enumerate(summary.outputs):
        key = f"head:{number}:{name}"
        nodes.append(Node(key, "head", (*wrap(name), "head")))
        links.append(_link(reference, key, outputs))
    known = {node.key for node in nodes}
    unknown = dict.fromkeys(link.source for link in links if link.source not in known)
    stubs = [Node(key, "stub", ("from", *wrap(key.partition(":")[2]))) for key in unknown]
    return Graph((*stubs, *nodes), tuple(dict.fromkeys(links)))


def totals_line(summary: ModelSummary) -> str:
    """Kind, parameters and size in one line."""
    return (
        f"{summary.kind} · {summary.parameters:,} parameters, {summary.trainable_parameters:,} trainable"
        f" · {size_text(summary.size_bytes)}"
    )


def wrap(text: str, length: int = LINE_LENGTH) -> tuple[str, ...]:
    """The text in lines of at most `length` characters, broken after `/`, `_`, `.`, `-` or a space if possible."""
    return tuple(_wrapped(visible(text).replace("\t", " "), length))


def _wrapped(text: str, length: int) -> Iterator[str]:
    while len(text) > length:
        end = max(text.rfind(mark, length // 2, length) for mark in "/_.- ") + 1
        yield text[: end or length]
        text = text[end or length :]
    yield text


def _layer_node(layer: LayerRow) -> Node:
    facts = [layer.class_name if layer.shared is None else f"{layer.class_name} of {layer.shared}"]
    if layer.parameters:
        facts.append(f"{layer.parameters:,} params")
    if layer.frozen:
        facts.append("frozen")
    lines = [*wrap(layer.path), *wrap(" · ".join(facts))]
    for number, output in enumerate(layer.outputs):
        dtype = "" if output.dtype == "float32" else f" {output.dtype}"
        lines += wrap((f":{number} " if len(layer.outputs) > 1 else "") + f"{output}{dtype}")
    return Node(f"layer:{layer.path}", layer.kind, tuple(lines), layer.frozen)


def _link(reference: str, target: str, outputs: dict[str, int]) -> Link:
    # A layer may itself be called `a:1`.
    name, number = (reference, 0) if reference in outputs else split_reference(reference)
    return Link(f"layer:{name}", target, f":{number}" if outputs.get(name, 1) > 1 or number else "")
