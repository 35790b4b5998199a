"""The states of stateful layers, which Keras does not count among a model's variables."""

from __future__ import annotations

from typing import Any

import keras


def hidden_states(model: Any) -> list[Any]:
    """The variables in which stateful recurrent layers keep their state from batch to batch, in the model's order.

    A recurrent layer keeps them in a list of its own (`layer.states`), which its `variables` leave out.
    """
    known = {id(variable) for variable in model.variables}
    found: dict[int, Any] = {}
    for layer in model._flatten_layers():
        for state in keras.tree.flatten(getattr(layer, "states", None)):
            if isinstance(state, keras.Variable) and id(state) not in known:
                found.setdefault(id(state), state)
    return list(found.values())
