"""Entries of the layers that are not Keras's: what `kerascli.layers` holds."""

from __future__ import annotations

from collections.abc import Mapping

from kerascli.catalog.entries import CallSignature, Entry, Parameter

_PARAMETER = Entry(
    group="layers",
    name="Parameter",
    kind="class",
    path="kerascli.components.layers.Parameter",
    parameters=(
        Parameter("shape", required=True, types=("list",)),
        Parameter("initializer", False, has_default=True, default="glorot_uniform", group="initializers"),
        Parameter("regularizer", False, has_default=True, types=("null", "component"), group="regularizers"),
        Parameter("constraint", False, has_default=True, types=("null", "component"), group="constraints"),
    ),
    base_parameters=(
        Parameter("name", False, has_default=True, types=("str", "null")),
        Parameter("trainable", False, has_default=True, default=True, types=("bool",)),
        Parameter("dtype", False, has_default=True, group="dtype_policies"),
    ),
    call=CallSignature(("inputs",), ("inputs",), takes_list=False, tensor_parameters=("inputs",)),
)

OWN_LAYERS: Mapping[str, Entry] = {_PARAMETER.name: _PARAMETER}
