"""The rule of each layer and operation, and the one way to apply it."""

from __future__ import annotations

from collections.abc import Mapping

from kerascli.check.shapes.attention import ATTENTION
from kerascli.check.shapes.call import Call, UnknownShape
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


def apply(call: Call) -> Made:
    """The tensors that a call makes.

    Raises:
        UnknownShape: No rule tells.
        Misfit: Keras would refuse the call.
    """
    rule = RULES.get(call.component.name)
    if rule is None:
        raise UnknownShape
    return rule(call)


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
