"""How many tensors a layer's call returns, where the spec alone tells."""

from __future__ import annotations

from kerascli.spec.component import Component
from kerascli.spec.model_spec import Constant, LayerSpec

# Tensors of the state that these layers return beside their output.
_STATES = {"LSTM": 2, "GRU": 1, "SimpleRNN": 1}
_CONVOLVED = ("ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D")
SEVERAL = -1


def output_count(layer: LayerSpec) -> int | None:
    """How many outputs a layer has; `SEVERAL` where only that is known, None where nothing is.

    Source: the `call` of the recurrent layers and of the attention layers of Keras 3.
    """
    if layer.nested is not None:
        return len(layer.nested.outputs)
    component = layer.component
    if component.value("return_state") is True:
        states = _states(component)
        return SEVERAL if states is None else 1 + states
    arguments = dict(layer.wiring.arguments)
    scores = arguments.get("return_attention_scores")
    if isinstance(scores, Constant) and scores.value is True:
        return 2
    return None


def _states(component: Component) -> int | None:
    if component.name in _CONVOLVED:
        return 2
    if component.name == "Bidirectional":
        inner = component.value("layer")
        one = _states(inner) if isinstance(inner, Component) else None
        return None if one is None else 2 * one
    return _STATES.get(component.name)
