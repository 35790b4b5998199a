"""Takes out the masks that Keras passes on by itself: `Embedding: {mask_zero: true}` says them already.

A saved model names them at every call that reads one, and holds the operations that make them (`NotEqual`, `Any`). A
mask is taken out where the layers in between are known to pass on just that one; any other stays as it is written.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from kerascli.spec.keras_config.graph import Call, KerasGraph, Key, Tensor, in_order

# Layers that hand on the mask of what they read: `supports_masking`, and `compute_mask` of `keras.Layer`.
PASS_ON = frozenset(
    {
        *("Activation", "ActivityRegularization", "AlphaDropout", "BatchNormalization", "Dense", "Dropout", "ELU"),
        *("GaussianDropout", "GaussianNoise", "Identity", "LayerNormalization", "LeakyReLU", "PReLU", "ReLU"),
        *("SpatialDropout1D",),
    }
)
RECURRENT = frozenset({"Bidirectional", "GRU", "LSTM", "RNN", "SimpleRNN"})
_MASK_MAKERS = ("NotEqual", "Any")

# How a mask comes about: `not_equal` or `any`, the tensor, the value. None: no mask.
Origin = tuple[str, Tensor, object] | None


def without_implied_masks(graph: KerasGraph) -> KerasGraph:
    """The graph without the masks that follow from the layers.

    It is the same where a mask can't be taken out, or where the operations that make masks are read for another end too:
    those of Keras could get their names.
    """
    calls = {call.key: call for call in graph.calls}
    lean = dict(_lean_calls(graph, calls))
    left = in_order(lean, graph.outputs)
    return graph if any(_makes_mask(call) for call in left) else replace(graph, calls=left)


def _lean_calls(graph: KerasGraph, calls: Mapping[Key, Call]) -> Iterator[tuple[Key, Call]]:
    masks: dict[Key, Origin] = {}
    for call in graph.calls:
        mask = call.keywords.get("mask")
        read = [tensor for tensor in call.tensors if tensor != mask]
        origin = masks.get(read[0].key) if len(read) == 1 and read[0].index == 0 else None
        lean = call
        if isinstance(mask, Tensor) and origin is not None and _origin_of(mask, calls) == origin:
            lean = replace(call, keywords={name: value for name, value in call.keywords.items() if name != "mask"})
        if lean is not call or not isinstance(mask, Tensor):
            masks[call.key] = _output_mask(call, read, origin)
        yield call.key, lean


def _makes_mask(call: Call) -> bool:
    return call.layer["class_name"] in _MASK_MAKERS and str(call.layer.get("module")).startswith("keras.src.ops.")


def _output_mask(call: Call, read: list[Tensor], origin: Origin) -> Origin:
    """The mask of a call's first output."""
    if call.layer.get("module") != "keras.layers" or len(read) != 1:
        return None
    name, config = call.layer["class_name"], call.layer["config"]
    if name == "Embedding":
        return ("not_equal", read[0], 0) if config.get("mask_zero") else None
    if name == "Masking":
        return ("any", read[0], config.get("mask_value"))
    if name in RECURRENT:
        inner = config["layer"]["config"] if name == "Bidirectional" else config
        return origin if inner.get("return_sequences") else None
    return origin if name in PASS_ON else None


def _origin_of(mask: Tensor, calls: Mapping[Key, Call]) -> Origin:
    """How a mask that a call names is made, where it is as Keras makes them."""
    call = calls.get(mask.key)
    if call is None or not _makes_mask(call) or not call.positional:
        return None
    if call.layer["class_name"] == "NotEqual":
        first, value = call.positional[0], call.positional[1] if len(call.positional) > 1 else None
        return ("not_equal", first, value) if isinstance(first, Tensor) and not isinstance(value, Tensor) else None
    inner = call.positional[0]
    axis = call.layer["config"].get("axis")
    found = _origin_of(inner, calls) if isinstance(inner, Tensor) and axis in (-1, [-1]) else None
    return ("any", found[1], found[2]) if found is not None and found[0] == "not_equal" else None
