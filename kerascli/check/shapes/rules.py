"""The rule of each layer and operation, and the one way to apply it."""

from __future__ import annotations

from collections.abc import Mapping

from kerascli.check.shapes.attention import ATTENTION
from kerascli.check.shapes.call import Call, Misfit, UnknownShape
from kerascli.check.shapes.convolutions import CONVOLUTIONS
from kerascli.check.shapes.dense import DENSE
from kerascli.check.shapes.merging import MERGING
from kerascli.check.shapes.operations import OPERATIONS
from kerascli.check.shapes.pointwise import POINTWISE
from kerascli.check.shapes.pooling import POOLING
from kerascli.check.shapes.preprocessing import PREPROCESSING
from kerascli.check.shapes.recurrent import RECURRENT
from kerascli.check.shapes.reshaping import RESHAPING
from kerascli.check.shapes.rule import Made, Rule
from kerascli.check.shapes.sizes import SIZES
from kerascli.check.shapes.wrappers import wrapper_rules
from kerascli.record.model_summary import TensorShape


def apply(call: Call) -> Made:
    """The tensors that a call makes.

    Raises:
        UnknownShape: No rule tells.
        Misfit: Keras would refuse the call.
    """
    rule = RULES.get(call.component.name)
    if rule is None:
        raise UnknownShape
    _refuse_text(call)
    return rule(call)


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


RULES: Mapping[str, Rule] = {
    **ATTENTION,
    **CONVOLUTIONS,
    **DENSE,
    **MERGING,
    **OPERATIONS,
    **POINTWISE,
    **POOLING,
    **PREPROCESSING,
    **RECURRENT,
    **RESHAPING,
    **SIZES,
    **wrapper_rules(apply),
}
