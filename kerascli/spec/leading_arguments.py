"""Which call arguments of a layer go by place although the spec names them."""

from __future__ import annotations

from kerascli.catalog import load_catalog
from kerascli.spec.model_spec import LayerSpec


def leading_arguments(layer: LayerSpec) -> list[str]:
    """The first arguments of a layer's call that a mapping gives, in order, up to the first that it leaves out.

    Keras orders the layers of a model by the arguments that they are read as, positional ones first and keywords by the
    alphabet: `LSTM(8)(x, initial_state=[h, c])` has other neighbours than `LSTM(8)(sequences=x, …)`. By place, a model
    has its layers and weights in the order of a script that people would write.
    """
    entry = load_catalog().find(layer.component.group, layer.component.name)
    if layer.component.group == "ops" or entry is None or entry.call is None:
        return []
    given = {name for name, _ in layer.wiring.arguments}
    found: list[str] = []
    for name in entry.call.parameters:
        if name not in given or name not in (*entry.call.tensor_parameters, *entry.call.parameters[:1]):
            break
        found.append(name)
    return found
