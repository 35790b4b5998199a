"""The rule of each layer and operation, and the one way to apply it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import import_module

from kerascli.check.shapes.call import Call, Misfit, UnknownShape
from kerascli.check.shapes.rule import Made, Rule
from kerascli.record.model_summary import TensorShape

# The files of this room whose table, named as the file in capitals, has the rules of some layers. One is imported when
# those before it do not have a layer: most specs need few of them.
_FAMILIES = (
    "dense",
    "pointwise",
    "reshaping",
    "convolutions",
    "pooling",
    "merging",
    "recurrent",
    "preprocessing",
    "operations",
    "attention",
    "sizes",
)


def apply(call: Call) -> Made:
    """The tensors that a call makes.

    Raises:
        UnknownShape: No rule tells.
        Misfit: Keras would refuse the call.
    """
    rule = _find(call.component.name)
    if rule is None:
        raise UnknownShape
    _refuse_text(call)
    return rule(call)


@cache
def _find(name: str) -> Rule | None:
    for family in _FAMILIES:
        module = import_module(f"kerascli.check.shapes.{family}")
        rules: Mapping[str, Rule] = getattr(module, family.upper())
        if name in rules:
            return rules[name]
    from kerascli.check.shapes.wrappers import wrapper_rules

    return wrapper_rules(apply).get(name)


def _refuse_text(call: Call) -> None:
    """Layers with weights reckon with numbers.

    Raises:
        Misfit: One of them reads text.
    """
    name = call.component.name
    if call.component.group != "layers" or not name.startswith(_WEIGHING):
        return
    for tensor in call.tensors.values():
        if isinstance(tensor, TensorShape) and tensor.dtype == "string":
            hint = "add a StringLookup, TextVectorization or Hashing before it"
            raise Misfit("wrong-dtype", f"{name} takes numbers, and reads text", hint, read=0)


_WEIGHING = (
    *("BatchNormalization", "Bidirectional", "Conv", "Dense", "Depthwise", "EinsumDense", "Embedding", "GRU", "LSTM"),
    *("LayerNormalization", "MultiHeadAttention", "RNN", "Separable", "SimpleRNN"),
)
