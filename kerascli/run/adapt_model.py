"""Layers inside a model that learn from the data: adapted on the training split, what they learnt written into the spec."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from kerascli.data.adapt import Learner, adapt
from kerascli.data.fit_preprocessing import block_rows
from kerascli.data.prepared_data import PreparedData
from kerascli.data.table import Array, Table
from kerascli.data.transforms import Layers, make_layers
from kerascli.errors import SpecError
from kerascli.spec.component import Argument, Component
from kerascli.spec.learning_layers import LearningLayer, learning_layers
from kerascli.spec.model_spec import LayerSpec
from kerascli.spec.spec import Spec

# The characters of all learnt words that a spec may hold; it is a text that people open.
_MOST = 500_000


def adapt_model(spec: Spec, data: PreparedData) -> Spec:
    """Lets the model's own layers learn, in one pass over the training split.

    What they learnt becomes arguments of theirs, so that the resolved spec of a run holds it: nothing is learnt again
    where the run is used, or its spec is trained again.

    Args:
        spec: The spec, whose inputs are known.
        data: Its data.

    Returns:
        The spec, in which no layer has to learn any more.

    Raises:
        SpecError: A layer can't be reached, Keras refuses the data, or there is too much to write.
        DataError: A row is at fault.
    """
    found = [one for one in learning_layers(spec.model) if one.input is not None]
    if not found:
        return spec
    made: dict[str, Layers] = {}
    learners = [
        Learner(_layers(one, made), _input(data, str(one.input)), one.layer.name, one.layer.span) for one in found
    ]
    inputs = data.preprocessing.inputs
    adapt(learners, data.tables.train, data.preprocessing.input_fields, block_rows(inputs, data.tables.train.head))
    learnt = {one.layer.name: _with_learnt(one.layer, made[one.layer.name][0][0]) for one in found}
    layers = tuple(_replaced(layer, learnt) for layer in spec.model.layers)
    return replace(spec, model=replace(spec.model, layers=layers))


def _layers(found: LearningLayer, made: dict[str, Layers]) -> Layers:
    """The chain from the input on; a layer in several chains is one object."""
    chain: Layers = []
    for layer in (*found.before, found.layer):
        chain += made.setdefault(layer.name, make_layers([layer.component]))
    return chain


def _input(data: PreparedData, name: str) -> Callable[[Table], Array]:
    return lambda table: data.preprocessing.x(table)[name]


def _replaced(layer: LayerSpec, learnt: Mapping[str, Component]) -> LayerSpec:
    component = learnt.get(layer.shared or layer.name)
    return layer if component is None else replace(layer, component=component)


def _with_learnt(layer: LayerSpec, made: Any) -> Component:
    """The component with what its layer learnt as arguments."""
    component, values = layer.component, _learnt(layer.component.name, made)
    size = sum(len(str(value)) for value in values.values())
    if size > _MOST:
        message = f"'{layer.name}' learnt {size:,} characters of words, more than a spec should hold"
        hint = f"put {component.name} into 'data.inputs' as a 'transform', or lower its 'max_tokens'"
        raise SpecError(message, code="learnt-too-much", span=layer.span, hint=hint)
    kept = [one for one in component.arguments if one.name not in values and one.name != "num_bins"]
    new = [Argument(name, value, component.span, component.span) for name, value in values.items()]
    return replace(component, arguments=(*kept, *new))


def _learnt(name: str, layer: Any) -> dict[str, object]:
    """Argument to value, as the layer's own class takes them."""
    if name == "Normalization":
        axis = layer.get_config()["axis"]
        return {"mean": _statistic(layer.mean, axis), "variance": _statistic(layer.variance, axis)}
    if name == "Discretization":
        return {"bin_boundaries": tuple(float(value) for value in layer.bin_boundaries)}
    words = layer.get_vocabulary(include_special_tokens=False)
    values: dict[str, object] = {
        "vocabulary": tuple(str(word) if isinstance(word, str) else int(word) for word in words)
    }
    if layer.get_config()["output_mode"] == "tf_idf":
        weights = _idf_weights(layer)
        special = len(layer.get_vocabulary()) - len(words)
        values["idf_weights"] = tuple(float(value) for value in weights[special : special + len(words)])
    return values


def _idf_weights(layer: Any) -> Array:
    """The weights of all tokens, special ones first; `TextVectorization` keeps them in the lookup that it is made of."""
    lookup = getattr(layer, "_lookup_layer", layer)
    return np.asarray(lookup.idf_weights)


def _statistic(tensor: Any, axis: Any) -> object:
    """A statistic that is broadcast over samples, with the axes alone that the layer keeps, as nested tuples."""
    array = np.asarray(tensor)
    axes = () if axis is None else (axis,) if isinstance(axis, int) else tuple(axis)
    return _tuples(array.reshape([array.shape[one] for one in axes]).tolist())


def _tuples(value: Any) -> object:
    return tuple(_tuples(one) for one in value) if isinstance(value, list) else value
