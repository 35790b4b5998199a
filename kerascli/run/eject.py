"""`eject`: a spec → a plain Keras script, with what its data says written in."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from kerascli.components.downloads import no_downloads
from kerascli.data.prepare import prepare_data
from kerascli.data.prepared_data import PreparedData
from kerascli.data.split import ArraySplit
from kerascli.data.table import Array, is_text
from kerascli.data.transforms import LEARNT, Layers
from kerascli.data.weights import class_weights
from kerascli.run.adapt_model import adapt_model
from kerascli.run.build import build_compiled, close_spec, output_shapes, with_facts
from kerascli.run.monitor import Monitor
from kerascli.run.preflight import prepare_training
from kerascli.run.session import keras_session
from kerascli.spec.model_spec import ModelSpec
from kerascli.spec.spec import Spec
from kerascli.translate.script import DataFacts, Script, write_script
from kerascli.translate.script.refusals import refuse_data


def eject(spec: Spec) -> Script:
    """The script that makes the same model and trains it on the same samples in the same order.

    The data is read, since the script states what was found in it: types, classes, shapes.

    Raises:
        SpecError: The spec is wrong, or a script can't say something of it.
        DataError: The data is wrong.
    """
    if spec.data is not None:
        # Before the data is read.
        refuse_data(spec.data)
    with keras_session(spec), no_downloads():
        spec = close_spec(spec)
        if spec.data is not None:
            # A script reads all of its data at once.
            spec = replace(spec, data=replace(spec.data, cache="memory"))
        if spec.data is None:
            return write_script(_with_shapes(spec, build_compiled(spec)), DataFacts())
        if spec.compile is None:
            data = prepare_data(spec)
            spec = adapt_model(with_facts(spec, data), data)
            model = build_compiled(spec)
            data = data.with_output_shapes(output_shapes(model))
            return write_script(_with_shapes(spec, model), _facts(spec, data, None))
        ready = prepare_training(spec)
        return write_script(_with_shapes(ready.spec, ready.model), _facts(ready.spec, ready.data, ready.monitor))


def _with_shapes(spec: Spec, model: Any) -> Spec:
    """The spec with the inputs of nested models written out, which take theirs from what they are called on."""
    return replace(spec, model=_with_inner_shapes(spec.model, model))


def _with_inner_shapes(spec: ModelSpec, model: Any) -> ModelSpec:
    layers = []
    for layer in spec.layers:
        nested = layer.nested
        if nested is not None:
            made = model.get_layer((layer.shared or layer.name).replace("/", "."))
            inputs = tuple(
                replace(item, shape=tuple(tensor.shape[1:]), dtype=str(tensor.dtype))
                for item, tensor in zip(nested.inputs, made.inputs, strict=True)
            )
            layer = replace(layer, nested=_with_inner_shapes(replace(nested, inputs=inputs), made))
        layers.append(layer)
    return replace(spec, layers=tuple(layers))


def _facts(spec: Spec, data: PreparedData, monitor: Monitor | None) -> DataFacts:
    targets = data.preprocessing.targets
    columns = [(one.name, one.layers) for one in data.preprocessing.inputs]
    columns += [(one.name, one.layers) for one in targets]
    validation, test = data.validation(), data.test()
    train = _in_memory(data)
    return DataFacts(
        kinds={name: _kind(array) for name, array in data.tables.train.head.fields.items()},
        classes={
            one.name: tuple(one.classes.values)
            for one in targets
            if one.classes is not None and not one.classes.by_index
        },
        # A column of numbers has no axis to spare; an array of (samples, 1) has.
        widened=tuple(one.name for one in targets if one.widened and one.labels(data.tables.train.head).ndim == 1),
        learnt={name: found for name, layers in columns if (found := _learnt(layers))},
        validated=validation is not None,
        tested=test is not None,
        samples=train.samples,
        class_weight=_class_weight(spec, data),
        weighted=tuple(name for name in train.y if _has_field(spec, name)),
        outputs=tuple(train.y),
        one_hot=tuple(name for name, y in train.y.items() if y.ndim == 2 and y.shape[1] > 1),
        monitor=_monitored(spec, monitor),
    )


def _in_memory(data: PreparedData) -> ArraySplit:
    """The training split as arrays: a script reads all of its data at once too."""
    train = replace(data, storage=replace(data.storage, kept=dict.fromkeys(data.storage.kept, "memory"))).train()
    assert isinstance(train, ArraySplit)
    return train


def _monitored(spec: Spec, monitor: Monitor | None) -> tuple[str, str] | None:
    """The log that decides; None where it never has a value: validation may be rarer than the epochs are many."""
    if monitor is None or not monitor.decides:
        return None
    if monitor.name.startswith("val_") and spec.fit.epochs < spec.fit.validation_freq:
        return None
    return monitor.name, monitor.mode


def _learnt(layers: Layers) -> tuple[int, ...]:
    """The positions of the layers that were adapted: those that can learn, and were not told by an argument."""
    return tuple(
        number
        for number, (layer, component) in enumerate(layers)
        if hasattr(layer, "adapt") and all(component.value(name) is None for name in LEARNT)
    )


def _kind(array: Array) -> str:
    if is_text(array):
        return "text"
    kind = "float" if array.dtype.kind == "f" else "bool" if array.dtype.kind == "b" else "int"
    return kind if array.ndim == 1 else f"many-{kind}"


def _has_field(spec: Spec, output: str) -> bool:
    return spec.data is not None and any(name in (None, output) for name, _, _ in spec.data.sample_weight)


def _class_weight(spec: Spec, data: PreparedData) -> dict[str, dict[int, float]]:
    """The weight of each class of each head that has them, as the samples got it."""
    y = _in_memory(data).y
    found = {}
    for name, weights in class_weights(spec.fit, data.preprocessing, y).items():
        labels = y[name]
        one_hot = labels.ndim == 2 and labels.shape[1] > 1
        indices = np.argmax(labels, axis=1) if one_hot else labels.reshape(len(labels))
        found[name] = {int(index): float(weights[indices == index][0]) for index in np.unique(indices)}
    return found
