"""`Augmentation`: layers that change training batches at random, the same in every run with the same seed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from kerascli.components import keras_fault
from kerascli.data.transforms import Layers, learns, make_layers
from kerascli.errors import SpecError
from kerascli.spec.component import Component
from kerascli.spec.data_spec import DataSpec

# Keeps the draws of augmentation apart from other uses of the seed.
_AUGMENT_STREAM = 0xA06
# Layers that give a sample a part of another one's label.
_MIXING = ("CutMix", "MixUp")


@dataclass(frozen=True)
class Augmentation:
    """The layers of `augment`.

    Attributes:
        inputs: Input name to the layers that change this input alone.
        whole: Layers that change inputs and targets together (`MixUp`, `CutMix`), which take
            `{images: …, labels: …}`.
    """

    inputs: Mapping[str, Layers]
    whole: Layers

    def __call__(self, batches: Any, seed: int, pass_number: int, skipped: int = 0) -> Any:
        """A dataset of the changed batches.

        Each batch has random numbers of its own: a function of the seed, the pass and the batch's number in it, so that
        a pass that goes on in its middle goes on as it would have.

        Args:
            batches: A dataset as `Split.dataset` gives it, of one pass.
            seed: The seed.
            pass_number: The number of the pass.
            skipped: How many batches of the pass were left out before the first.
        """
        import tensorflow as tf

        if not self.inputs and not self.whole:
            return batches
        length = batches.cardinality()
        changed = self.over(batches, skipped, tf.constant(self.words(seed, pass_number), tf.int64))
        return changed.apply(tf.data.experimental.assert_cardinality(length))

    def over(self, batches: Any, first: Any, words: Any) -> Any:
        """A dataset of the changed batches.

        Args:
            batches: A dataset of batches.
            first: The number of its first batch in the pass; a variable may change from pass to pass.
            words: What `words` gives, as a tensor or a variable.
        """
        import tensorflow as tf

        @tf.autograph.experimental.do_not_convert  # type: ignore[untyped-decorator]
        def change(number: Any, batch: Any) -> Any:
            return self._changed(number + first, batch, tf.convert_to_tensor(words))

        # One after the other: the layers draw from generators that are set for each batch.
        return batches.enumerate().map(change).prefetch(tf.data.AUTOTUNE)

    def words(self, seed: int, pass_number: int) -> Any:
        """What each generator begins a pass with, `(generators, 2)` int64: a function of the seed and the pass."""
        found = [
            np.random.SeedSequence([seed, pass_number, _AUGMENT_STREAM, index, place]).generate_state(2) % 2**31
            for index, layer in enumerate(self._layers)
            for place, _ in enumerate(_generator_states(layer))
        ]
        return np.array(found, np.int64).reshape(-1, 2)

    @property
    def _layers(self) -> list[Any]:
        """All layers, in the order in which they are called."""
        parts = [*self.inputs.values(), self.whole]
        return [layer for part in parts for layer, _ in part]

    def __bool__(self) -> bool:
        """Whether it changes anything."""
        return bool(self.whole) or any(self.inputs.values())

    def _changed(self, number: Any, batch: Any, words: Any) -> Any:
        import tensorflow as tf

        generators = [_generator_states(layer) for layer in self._layers]
        starts = iter(tf.unstack(words, num=sum(map(len, generators))))
        for variables in generators:
            for variable in variables:
                variable.assign(tf.cast(next(starts) + tf.stack([0, number]), variable.dtype))
        x, rest = batch[0], tuple(batch[1:])
        for name, layers in self.inputs.items():
            value = x[name] if isinstance(x, dict) else x
            for layer, component in layers:
                value = _same(_call(layer, component, value), value, component)
            x = {**x, name: value} if isinstance(x, dict) else value
        for layer, component in self.whole:
            _check_labels(rest[0], component)
            before = {"images": x, "labels": tf.cast(rest[0], tf.float32)}
            made = _call(layer, component, before)
            x, rest = _same(made["images"], x, component), (made["labels"], *rest[1:])
        return (x, *rest)


def _generator_states(layer: Any) -> list[Any]:
    """The state of each `keras.random.SeedGenerator` of a layer and of the layers in it."""
    return [variable for variable in layer.variables if variable.name == "seed_generator_state"]


def _call(layer: Any, component: Component, value: Any) -> Any:
    """What the layer makes of a batch.

    Raises:
        SpecError: Keras refuses it, or the layer has weights, which nothing would train here.
    """
    try:
        made = layer(value, training=True)
    except Exception as error:  # Whatever Keras raises on a call is said again at the layer's place.
        raise keras_fault(error, component, doing="calling") from error
    if layer.trainable_weights:
        message = f"{component.name} has weights, which are not trained in 'augment'"
        raise SpecError(message, code="augment", span=component.span, hint="put it into the model")
    return made


def _check_labels(labels: Any, component: Component) -> None:
    """The mean of two indices of classes is the index of a third one.

    Raises:
        SpecError: The layer mixes labels, and these are such indices.
    """
    if component.name in _MIXING and labels.dtype.is_integer and len(labels.shape) == 1:
        message = f"{component.name} mixes labels, which can't be done with indices of classes"
        hint = "write 'one_hot: true' beside the target's field, and a loss for it"
        raise SpecError(message, code="augment", span=component.span, hint=hint)


def _same(after: Any, before: Any, component: Component) -> Any:
    """The changed samples in the dtype that they had; validation gets them unchanged, so the shape must stay.

    Raises:
        SpecError: The layer changes the shape.
    """
    import tensorflow as tf

    if after.shape[1:] != before.shape[1:]:
        shapes = f"{list(before.shape[1:])} to {list(after.shape[1:])}"
        message = f"{component.name} changes the shape of a sample from {shapes}"
        raise SpecError(message, code="augment", span=component.span, hint="put it into 'transform', or into the model")
    return tf.cast(after, before.dtype)


def make_augmentation(data: DataSpec) -> Augmentation:
    """The layers of a data section.

    Raises:
        SpecError: Keras refuses an argument, a layer learns, or `data.augment` has a layer for several inputs or
            outputs.
    """
    inputs = {spec.name: _layers(spec.augment) for spec in data.inputs or () if spec.augment}
    for what, fields in (("input", data.inputs), ("output", data.targets)):
        if data.augment and fields is not None and len(fields) != 1:
            count = "several" if fields else "no"
            message = f"'data.augment' changes inputs and targets together, and the model has {count} {what}s"
            raise SpecError(message, code="augment", span=data.augment[0].span, hint="use 'augment' of a field")
    return Augmentation(inputs, _layers(data.augment))


def _layers(components: Sequence[Component]) -> Layers:
    """The layers, none of which learns.

    Raises:
        SpecError: Keras refuses an argument, or a layer learns from data.
    """
    layers = make_layers(components)
    for layer, component in layers:
        if learns(layer):
            message = f"{component.name} learns from data, which 'augment' does not"
            raise SpecError(message, code="augment", span=component.span, hint="put it into 'transform'")
    return layers
