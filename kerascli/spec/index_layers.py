"""Layers that look their numbers up in a table of so many rows: what an input that feeds one may hold."""

from __future__ import annotations

from kerascli.errors import Span
from kerascli.quick_dataclass import dataclass
from kerascli.spec.input_readers import first_readers
from kerascli.spec.model_spec import ModelSpec

# Class to the argument that says how many rows there are.
INDEX_SIZES = {"Embedding": "input_dim", "CategoryEncoding": "num_tokens"}


@dataclass(frozen=True)
class IndexLayer:
    """A layer that takes the indices 0 to `size - 1`.

    Attributes:
        name: The layer.
        kind: Its class.
        argument: Which of its arguments says the size.
        size: The size.
        span: Where it is written.
    """

    name: str
    kind: str
    argument: str
    size: int
    span: Span | None


def index_layers(model: ModelSpec) -> dict[str, IndexLayer]:
    """Input to the layer that looks up its numbers directly, the smallest of several."""
    found: dict[str, IndexLayer] = {}
    for item in model.inputs:
        for layer in first_readers(model, item.name):
            word = INDEX_SIZES.get(layer.component.name) if layer.component.group == "layers" else None
            argument = layer.component.argument(word) if word is not None else None
            if word is None or argument is None or not isinstance(argument.value, int):
                continue
            one = IndexLayer(layer.name, layer.component.name, word, argument.value, argument.span)
            if item.name not in found or one.size < found[item.name].size:
                found[item.name] = one
    return found
