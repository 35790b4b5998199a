"""The inputs of a layer's example: names, shapes and dtypes, and how they are wired."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kerascli.catalog import Entry

# Input names to what stands below them in `model.inputs`.
Inputs = Mapping[str, Any]


@dataclass(frozen=True)
class ExampleInputs:
    """The inputs of an example's model, and what its entry says of them.

    Attributes:
        inputs: As in `model.inputs`.
        wiring: What stands at the entry's key `inputs`; None where it reads the only input.
        before: Entries that stand before it in `layers`.
    """

    inputs: Inputs
    wiring: Any = None
    before: tuple[Any, ...] = ()


def typed(shape: list[int | None], dtype: str) -> dict[str, Any]:
    """An input that is no plain float."""
    return {"shape": shape, "dtype": dtype}


_IMAGE, _SEQUENCE, _VOLUME, _VECTOR = [32, 32, 3], [16, 8], [8, 8, 8, 2], [8]
_BOXES = {"boxes": [10, 4], "labels": [10]}

# The first pattern that matches the class decides.
_SHAPES: tuple[tuple[str, str, list[int | None]], ...] = (
    (r"ConvLSTM1D$", "steps", [4, 16, 3]),
    (r"ConvLSTM2D$", "frames", [4, 16, 16, 3]),
    (r"ConvLSTM3D$", "volumes", [2, 8, 8, 8, 2]),
    (r"^(STFTSpectrogram|MelSpectrogram)$", "audio", [16000]),
    (r"1D(Transpose)?$", "sequence", [*_SEQUENCE]),
    (r"2D(Transpose)?$", "image", [*_IMAGE]),
    (r"3D(Transpose)?$", "volume", [*_VOLUME]),
    (r"^(Random|Auto|Aug|Solar|Equal|Cent|Resiz|Posteri)", "image", [*_IMAGE]),
    (r"^(LSTM|GRU|SimpleRNN|RNN|Bidirectional|TimeDistributed|Masking|EinsumDense|Permute)$", "sequence", [*_SEQUENCE]),
    (r"^GroupNormalization$", "image", [8, 8, 32]),
    (r"^Reversible", "tokens", [*_VECTOR]),
    (r".", "x", [*_VECTOR]),
)
_SPECIAL: Mapping[str, ExampleInputs] = {
    "CategoryEncoding": ExampleInputs({"kind": typed([1], "int32")}),
    "Embedding": ExampleInputs({"tokens": typed([16], "int32")}),
    "ReversibleEmbedding": ExampleInputs({"tokens": typed([16], "int32")}),
    "Hashing": ExampleInputs({"kind": typed([1], "string")}),
    "HashedCrossing": ExampleInputs({"kind": typed([1], "int32"), "place": typed([1], "int32")}, ["kind", "place"]),
    "IntegerLookup": ExampleInputs({"code": typed([1], "int32")}),
    "StringLookup": ExampleInputs({"word": typed([1], "string")}),
    "TextVectorization": ExampleInputs({"text": typed([1], "string")}),
    "Dot": ExampleInputs({"left": _VECTOR, "right": _VECTOR}, ["left", "right"]),
    "MultiHeadAttention": ExampleInputs({"query": _SEQUENCE, "value": _SEQUENCE}, {"query": "query", "value": "value"}),
    "GroupQueryAttention": ExampleInputs(
        {"query": _SEQUENCE, "value": _SEQUENCE}, {"query": "query", "value": "value"}
    ),
    "Attention": ExampleInputs({"query": _SEQUENCE, "value": _SEQUENCE}, ["query", "value"]),
    "AdditiveAttention": ExampleInputs({"query": _SEQUENCE, "value": _SEQUENCE}, ["query", "value"]),
    **dict.fromkeys(
        ("GRUCell",),
        ExampleInputs({"x": _VECTOR, "state": [64]}, {"inputs": "x", "states": ["state"]}),
    ),
    "SimpleRNNCell": ExampleInputs({"x": _VECTOR, "state": [64]}, {"sequence": "x", "states": ["state"]}),
    "LSTMCell": ExampleInputs(
        {"x": _VECTOR, "hidden": [64], "carry": [64]}, {"inputs": "x", "states": ["hidden", "carry"]}
    ),
    "StackedRNNCells": ExampleInputs(
        {"x": _VECTOR, "hidden_1": [16], "hidden_2": [16]}, {"inputs": "x", "states": ["hidden_1", "hidden_2"]}
    ),
    "Concatenate": ExampleInputs({"left": _VECTOR, "right": [4]}, ["left", "right"]),
}


def example_inputs(entry: Entry) -> ExampleInputs:
    """The inputs of the example of a layer or an application."""
    if entry.group == "applications":
        return ExampleInputs({"image": [128, 128, 3]})
    special = _SPECIAL.get(entry.name)
    if special is not None:
        return special
    if entry.call is not None and entry.call.takes_list:
        return ExampleInputs({"left": _VECTOR, "right": _VECTOR}, ["left", "right"])
    name, shape = next((name, shape) for pattern, name, shape in _SHAPES if re.search(pattern, entry.name))
    return ExampleInputs({name: shape})
