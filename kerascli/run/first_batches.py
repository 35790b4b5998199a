"""`try_batches`: a few real batches forward and backward through the model, which stays as it was, bit for bit."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from kerascli.check.first_batches import BatchFacts, Flow
from kerascli.data.split import ArraySplit
from kerascli.errors import SpecError
from kerascli.model.hidden_states import hidden_states
from kerascli.model.layer_paths import layer_paths
from kerascli.run.plan import Plan
from kerascli.run.steps import as_numbers
from kerascli.run.untouched import untouched, value_of

# What has no gradient in one batch may have one in the next: a few are tried before anything is said.
BATCHES = 3
# The length of a step, of that of all weights.
_STEP = 0.01
# Keeps small gradients of half precision from becoming 0.
_HALF_SCALE = 1024.0


def try_batches(model: Any, plan: Plan) -> BatchFacts | None:
    """What the first batches of a training tell.

    They go through the model itself, one operation after the other, since a graph would have to be traced for them. Plain
    gradient descent moves its weights a little from batch to batch, so that what starts at zero (a scale, a kernel) lets
    gradients through. Then all variables and random states are put back.

    Args:
        model: The compiled model, its state built, with those layers open that learn in a phase.
        plan: What the training will do.

    Returns:
        The facts; None where the model has a training step of its own and no loss that `compile` knows.
    """
    own_step = type(model).train_step is not keras.Model.train_step
    if own_step and model.loss is None:
        return None
    batches = _batches(plan)
    with untouched(model), _whole_tracebacks():
        trial = _Trial(model)
        first = trial.forward(batches[0])
        if own_step or not np.isfinite(first.loss):
            return BatchFacts(first.loss, first.heads, first.finite, {}, 1)
        return trial.descend(batches, first)


def _batches(plan: Plan) -> list[Any]:
    """The first batches as the training gets them; of data that is not in memory, the first in the source's order."""
    train, order = plan.train, None
    if isinstance(train, ArraySplit):
        rows = train.order(plan.seed, 0) if plan.shuffle else np.arange(train.samples)
        train = train.part(rows[: BATCHES * plan.batch_size])
    dataset = train.dataset(plan.batch_size, order=order, drop_remainder=plan.drop_remainder)
    if plan.augment is not None:
        dataset = plan.augment(dataset, plan.seed, 0)
    return list(dataset.take(BATCHES))


def learning_layers(model: Any) -> frozenset[str]:
    """The paths of the layers whose own weights learn now."""
    owners = _owners(model)
    return frozenset(owners.get(id(weight), weight.path) for weight in model.trainable_weights)


@contextlib.contextmanager
def _whole_tracebacks() -> Iterator[None]:
    """Keeps Keras from cutting its own frames out of an error's trace: they tell the layer that failed."""
    filtered = keras.config.is_traceback_filtering_enabled()
    keras.config.disable_traceback_filtering()
    try:
        yield
    finally:
        if filtered:
            keras.config.enable_traceback_filtering()


@dataclass
class _Pass:
    """One batch forward and backward.

    Attributes:
        loss: The total loss.
        heads: Head to its loss, where there are several.
        finite: Whether all outputs are finite.
        gradients: Those of the trainable weights, in their order.
    """

    loss: float
    heads: dict[str, float]
    finite: bool
    gradients: Sequence[Any]


class _Trial:
    """Batches through a model whose weights may be moved."""

    def __init__(self, model: Any) -> None:
        self.model = model
        self.weights = model.trainable_weights
        self._others = [
            (variable, value_of(variable)) for variable in [*model.non_trainable_variables, *hidden_states(model)]
        ]
        computed = {layer.compute_dtype for layer in model._flatten_layers()}
        self._half = bool(computed & {"float16", "bfloat16"})
        self._scale = _HALF_SCALE if "float16" in computed else 1.0

    def forward(self, batch: Any) -> _Pass:
        """One batch forward and backward, with the seeds and states that the training begins with."""
        with tf.GradientTape() as tape:
            predicted, loss = self._forward(batch)
            scaled = tf.cast(loss, tf.float32) * self._scale
        gradients = tape.gradient(scaled, [weight.value for weight in self.weights])
        finite = all(
            bool(tf.reduce_all(tf.math.is_finite(one))) for one in tf.nest.flatten(predicted) if one.dtype.is_floating
        )
        logs = as_numbers(self.model.get_metrics_result())
        heads = {name.removesuffix("_loss"): value for name, value in logs.items() if name.endswith("_loss")}
        return _Pass(float(loss), heads, finite, gradients)

    def _forward(self, batch: Any) -> tuple[Any, Any]:
        """The outputs and the total loss."""
        for variable, value in self._others:
            variable.assign(value)
        self.model.reset_metrics()
        x, y, sample_weight = keras.utils.unpack_x_y_sample_weight(batch)
        # As Keras's own training step does, for a `call` without that argument.
        predicted = self.model(x, training=True) if self.model._call_has_training_arg else self.model(x)
        loss = self.model.compute_loss(x=x, y=y, y_pred=predicted, sample_weight=sample_weight)
        if len(loss.shape):
            message = f"the loss of a batch has the shape {tuple(loss.shape)}, where a training needs one number"
            raise SpecError(message, code="loss-reduction", hint="let the loss sum or average over the samples")
        return predicted, loss

    def descend(self, batches: Sequence[Any], first: _Pass) -> BatchFacts:
        """Goes on from the first batch until all layers have had a gradient, or there are no more batches."""
        flows = self._flows(first)
        moved, done, at = None, 1, first
        if self._step(at) and not self._half:
            moved = float(self._forward(batches[0])[1]) != first.loss
        while any(flow in ("zero", "none") for flow in flows.values()) and done < len(batches):
            at = self.forward(batches[done])
            done += 1
            now = self._flows(at)
            flows = {
                path: now[path] if flow == "zero" and now[path] == "flows" else flow for path, flow in flows.items()
            }
            self._step(at)
        return BatchFacts(first.loss, first.heads, first.finite, flows, done, moved)

    def _step(self, at: _Pass) -> bool:
        """Moves the weights along the gradients by a small part of their length; whether there was anywhere to go."""
        pairs = [(one, tf.convert_to_tensor(slope)) for one, slope in self._pairs(at)]
        length = _length([slope for _, slope in pairs])
        if not pairs or length == 0.0 or not np.isfinite(length):
            return False
        rate = _STEP * max(_length([tf.convert_to_tensor(one.value) for one, _ in pairs]), 1.0) / length
        for weight, slope in pairs:
            weight.assign(tf.cast(tf.cast(weight.value, tf.float32) - rate * tf.cast(slope, tf.float32), weight.dtype))
        return True

    def _pairs(self, at: _Pass) -> Iterator[tuple[Any, Any]]:
        for weight, slope in zip(self.weights, at.gradients, strict=True):
            if slope is not None:
                yield weight, slope

    def _flows(self, at: _Pass) -> dict[str, Flow]:
        """What reaches the weights of each layer."""
        owners = _owners(self.model)
        by_layer: dict[str, list[Flow]] = {}
        for weight, slope in zip(self.weights, at.gradients, strict=True):
            path = owners.get(id(weight), weight.path)
            by_layer.setdefault(path, []).append(self._flow(slope))
        found: dict[str, Flow] = {}
        for path, flows in by_layer.items():
            ranked: tuple[Flow, ...] = ("not-finite", "flows", "zero", "none")
            found[path] = next(flow for flow in ranked if flow in flows)
        return found

    def _flow(self, slope: Any) -> Flow:
        if slope is None:
            return "none"
        # Of an embedding, the rows that the batch has.
        values = slope.values if isinstance(slope, tf.IndexedSlices) else slope
        if not bool(tf.reduce_all(tf.math.is_finite(values))):
            # In half precision a first step may overflow, which the loss scaler sees to.
            return "flows" if self._half else "not-finite"
        return "flows" if bool(tf.reduce_any(values != 0)) else "zero"


def _owners(model: Any) -> dict[int, str]:
    """The path of the innermost layer that each weight belongs to, by the weight's id."""
    found: dict[int, str] = {}
    for path, layer in layer_paths(model).items():
        for weight in layer.trainable_weights:
            found[id(weight)] = path
    return found


def _length(tensors: Sequence[Any]) -> float:
    """The length of all of them as one vector; in float64, since the squares of small numbers are 0 in float32."""
    return float(np.sqrt(sum(float(tf.reduce_sum(tf.square(tf.cast(one, tf.float64)))) for one in tensors)))
