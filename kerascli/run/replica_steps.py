"""The steps of a model on several replicas: each computes its part of the batch, and the parts add up to the whole."""

from __future__ import annotations

import contextlib
import inspect
from collections.abc import Callable, Iterator
from typing import Any

import keras
import tensorflow as tf

from kerascli.model.own_class import heads_by_name
from kerascli.run.distribution import Distribution
from kerascli.run.loss_shares import Part, activity_share, mask_of, weigh

Steps = Callable[[Any, int], dict[str, Any]]
_CLIPS = ("clipnorm", "clipvalue", "global_clipnorm")


def has_own_step(model: Any) -> bool:
    """Whether a model's class computes its losses itself: its parts of a batch must then be as large as each other."""
    return any(
        getattr(type(model), name, None) is not getattr(keras.Model, name)
        for name in ("train_step", "test_step", "compute_loss")
    )


def make_replica_steps(model: Any, distribution: Distribution, *, training: bool) -> Steps:
    """`steps(iterator, count)`: so many batches, cut by `Shares`; returns the metrics' values after them."""
    if has_own_step(model):
        own = model.train_step if training else model.test_step
        return _own_logs(model, distribution, lambda given: own(given[0]))
    step = _train_step(model, distribution.replicas) if training else _test_step(model, distribution.replicas)
    if model.run_eagerly:

        def eagerly(iterator: Any, count: int) -> dict[str, Any]:
            for _ in range(count):
                distribution.run(step, next(iterator))
            return dict(model.get_metrics_result())

        return eagerly

    @tf.autograph.experimental.do_not_convert  # type: ignore[untyped-decorator]
    def many(iterator: Any, count: Any) -> Any:
        def body(done: Any) -> tuple[Any]:
            distribution.run(step, next(iterator))
            return (done + 1,)

        tf.while_loop(lambda done: done < count, body, [tf.constant(0)], parallel_iterations=1)
        return model.get_metrics_result()

    compiled = tf.function(many, reduce_retracing=True)
    return lambda iterator, count: dict(compiled(iterator, tf.constant(count)))


def _own_logs(model: Any, distribution: Distribution, step: Callable[[Any], Any]) -> Steps:
    """One step a call, for steps of one's own, which may return logs that no metric holds: their mean is taken."""

    @tf.autograph.experimental.do_not_convert  # type: ignore[untyped-decorator]
    def single(iterator: Any) -> Any:
        logs = distribution.run(step, next(iterator))
        mean = tf.distribute.ReduceOp.MEAN
        return {name: distribution.strategy.reduce(mean, value, axis=None) for name, value in logs.items()}

    compiled = single if model.run_eagerly else tf.function(single, reduce_retracing=True)

    def run(iterator: Any, count: int) -> dict[str, Any]:
        logs: dict[str, Any] = {}
        for _ in range(count):
            logs = compiled(iterator)
        result: dict[str, Any] = model.get_metrics_result()
        return result if set(result) == set(logs) else logs

    return run


def _train_step(model: Any, replicas: int) -> Callable[[Any], None]:
    """Keras's own `train_step`, with the parts weighed by their sizes."""
    optimizer = model.optimizer
    update = _updates(optimizer, replicas)
    forward = _forward(model, replicas, training=True)

    def step(given: Any) -> None:
        with tf.GradientTape() as tape:
            loss, told = forward(given)
            scaled = optimizer.scale_loss(loss)
        variables = model.trainable_variables
        if variables:
            update(tape.gradient(scaled, variables), variables)
        told()

    return step


def _test_step(model: Any, replicas: int) -> Callable[[Any], None]:
    """Keras's own `test_step`, likewise."""
    forward = _forward(model, replicas, training=False)

    def step(given: Any) -> None:
        forward(given)[1]()

    return step


def _forward(model: Any, replicas: int, *, training: bool) -> Callable[[Any], tuple[Any, Callable[[], None]]]:
    """A part of a batch → its part of the loss, and what is left to tell the metrics."""
    tracker = model.metrics[0]
    call: Callable[[Any], Any] = model
    if "training" in inspect.signature(model.call).parameters:
        call = lambda x: model(x, training=training)  # noqa: E731 - one of two ways to call it

    def forward(given: Any) -> tuple[Any, Callable[[], None]]:
        data, size, whole = given
        part = Part(size, whole, replicas)
        x, y, sample_weight = _named(model, keras.utils.unpack_x_y_sample_weight(data))
        y_pred = call(x)
        # A part without samples was given one to compute with, which does not count.
        y, y_pred, sample_weight = (_first(values, size) for values in (y, y_pred, sample_weight))
        loss = model.compute_loss(x, y, y_pred, weigh(model, part, y, y_pred, sample_weight), training=training)
        loss += tf.cast(activity_share(model, part), loss.dtype)
        # The mean over all samples of all parts: the loss of the batch counts for its samples. A part's loss is a
        # summand of it, whatever its own size, so that value and weight are told apart.
        count = tf.cast(size, tf.float32)
        summand = tf.cast(loss, tf.float32) * tf.cast(whole, tf.float32)
        tracker.update_state(tf.stack([summand, 0.0]), sample_weight=tf.stack([1.0, count - 1.0]))

        def tell() -> None:
            model.compute_metrics(x, y, y_pred, sample_weight)

        return loss, tell

    return forward


def _named(model: Any, data: tuple[Any, Any, Any]) -> tuple[Any, Any, Any]:
    """Targets and weights as a mapping by head, where the model returns one."""
    if not heads_by_name(model):
        return data
    x, y, sample_weight = data

    def named(values: Any) -> Any:
        if values is None:
            return None
        return dict(zip(model.output_names, values if isinstance(values, tuple) else (values,), strict=True))

    return x, named(y), named(sample_weight)


def _first(values: Any, size: Any) -> Any:
    """The first samples, with their masks."""

    def cut(tensor: Any) -> Any:
        found, mask = tensor[:size], mask_of(tensor)
        if mask is not None:
            found._keras_mask = mask[:size]
        return found

    return keras.tree.map_structure(lambda tensor: None if tensor is None else cut(tensor), values)


def _dense(gradient: Any) -> Any:
    """The gradient of an Embedding for all its rows; of those of the batch, each step and replica has another number.

    TensorFlow keeps the shape that it has exchanged in a graph call for the whole of it.
    """
    return None if gradient is None else tf.convert_to_tensor(gradient)


def _updates(optimizer: Any, replicas: int) -> Callable[[Any, Any], None]:
    """Applies gradients; an optimizer that looks at them first (to clip, to sum up, to find infinities) gets their sum.

    Keras adds up the gradients of all replicas after that. So it gets the sum divided by their number, and the limits
    of its clipping likewise.
    """
    inner = getattr(optimizer, "inner_optimizer", optimizer)
    clips = {name: limit for name in _CLIPS if (limit := getattr(inner, name, None)) is not None}
    if not clips and not getattr(inner, "gradient_accumulation_steps", None) and inner is optimizer:
        return lambda gradients, variables: optimizer.apply([_dense(one) for one in gradients], variables)

    @contextlib.contextmanager
    def divided() -> Iterator[None]:
        for name, limit in clips.items():
            setattr(inner, name, limit / replicas)
        try:
            yield
        finally:
            for name, limit in clips.items():
                setattr(inner, name, limit)

    def update(gradients: Any, variables: Any) -> None:
        known = [
            (gradient, variable)
            for gradient, variable in zip(gradients, variables, strict=True)
            if gradient is not None
        ]
        context = tf.distribute.get_replica_context()
        summed = context.all_reduce(tf.distribute.ReduceOp.SUM, [_dense(one) for one, _ in known])
        with divided():
            optimizer.apply([one / replicas for one in summed], [variable for _, variable in known])

    return update
