"""The loss of each head on one batch, without what regularizers add; and the lowest that it can be."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from kerascli.components import build_component
from kerascli.model.hidden_states import hidden_states
from kerascli.run.steps import as_numbers, make_test_steps
from kerascli.spec.component_parser import SHAPE_LOSSES
from kerascli.spec.spec import Spec

_SMALL = 1e-7


class HeadLosses:
    """Measures one batch again and again, with the model's own test step."""

    def __init__(self, model: Any, batch: Any, heads: Sequence[str]) -> None:
        """Takes a compiled model whose state is built, a batch as it takes it, and the names of its heads."""
        self.model, self.batch = model, batch
        self._steps = make_test_steps(model)
        self._dataset = tf.data.Dataset.from_tensors(batch)
        first = self._logs()
        named = [name for name in heads if f"{name}_loss" in first]
        self.names: tuple[str, ...] = tuple(named) or (heads[0] if len(heads) == 1 else "loss",)
        self._logs_of = {name: f"{name}_loss" for name in named} or {self.names[0]: "loss"}

    @property
    def samples(self) -> int:
        """The samples of the batch."""
        return int(keras.tree.flatten(self.batch)[0].shape[0])

    def values(self) -> dict[str, float]:
        """Each head's loss now."""
        return self.of_logs(self._logs())

    def of_logs(self, logs: Mapping[str, Any]) -> dict[str, float]:
        """Each head's loss as the logs of a step have it."""
        numbers = as_numbers(dict(logs))
        added = self._added() if "loss" in self._logs_of.values() else 0.0
        return {
            name: numbers[log] - (added if log == "loss" else 0.0)
            for name, log in self._logs_of.items()
            if log in numbers
        }

    def metrics(self) -> dict[str, dict[str, float]]:
        """Each head's metrics now."""
        logs = {name: value for name, value in self._logs().items() if name != "loss" and not name.endswith("_loss")}
        if len(self.names) == 1:
            return {self.names[0]: logs}
        # The longest head's name that fits: `size_b_mae` is of `size_b`, not of `size`.
        found: dict[str, dict[str, float]] = {name: {} for name in self.names}
        for log, value in logs.items():
            heads = [name for name in self.names if log.startswith(f"{name}_")]
            if heads:
                head = max(heads, key=len)
                found[head][log.removeprefix(f"{head}_")] = value
        return found

    def _logs(self) -> dict[str, float]:
        """The logs of a test step; seeds and states that it moves on are put back."""
        state = [*self.model.non_trainable_variables, *hidden_states(self.model), *self.model.metrics_variables]
        kept = [keras.ops.convert_to_numpy(variable) for variable in state]
        self.model.reset_metrics()
        logs = as_numbers(self._steps(iter(self._dataset), 1))
        for variable, value in zip(state, kept, strict=True):
            variable.assign(value)
        return logs

    def _added(self) -> float:
        """What the regularizers of weights add to the loss."""
        weights = [weight for weight in self.model.trainable_variables if weight.regularizer is not None]
        return float(sum(float(keras.ops.convert_to_numpy(weight.regularizer(weight))) for weight in weights))


def lowest_losses(model: Any, spec: Spec, batch: Any, names: Sequence[str]) -> dict[str, float]:
    """What each head's loss would be if its prediction were the target: 0 for most, the entropy of soft labels.

    A head is left out where its loss can't take its target for a prediction.
    """
    if spec.model.own_class is not None or spec.compile is None:
        return {}
    heads = [output.name for output in spec.model.outputs]
    y = keras.utils.unpack_x_y_sample_weight(batch)[1]
    found: dict[str, float] = {}
    for place, (head, loss) in enumerate(zip(heads, spec.compile.losses, strict=True)):
        name = head if head in names else names[0] if len(heads) == 1 else None
        if name is None or loss is None or loss.name in SHAPE_LOSSES:
            continue
        logits = loss.value("from_logits") is True
        with contextlib.suppress(Exception):  # A loss of one's own may refuse anything.
            predicted = _perfect(_target(y, place, head), tuple(model.outputs[place].shape), logits=logits)
            value = float(
                np.mean(keras.ops.convert_to_numpy(build_component(loss)(_target(y, place, head), predicted)))
            )
            # Crossentropies of certain labels end a hair above 0.
            found[name] = 0.0 if abs(value) < _SMALL * 10 else value
    return found


def _target(y: Any, place: int, head: str) -> Any:
    if isinstance(y, Mapping):
        return y.get(head)
    if isinstance(y, list | tuple):
        return y[place] if place < len(y) else None
    return y if place == 0 else None


def _perfect(target: Any, shape: tuple[int | None, ...], *, logits: bool) -> Any:
    """The prediction that a target asks for.

    Raises:
        ValueError: That is not plain.
    """
    target = tf.convert_to_tensor(target)
    classes = shape[-1] or 1
    if target.dtype.is_integer and classes > 1 and target.shape[-1:] != (classes,):
        labels = target[..., 0] if target.shape.rank == len(shape) else target
        wanted = tf.one_hot(labels, classes)
    else:
        wanted = tf.cast(target, tf.float32)
    if wanted.shape.rank != len(shape):
        raise ValueError(f"a target of the shape {target.shape} for an output of the shape {shape}")
    if not logits:
        return wanted
    clipped = tf.clip_by_value(wanted, _SMALL, 1 - _SMALL)
    return tf.math.log(clipped / (1 - clipped)) if classes == 1 else tf.math.log(clipped)
