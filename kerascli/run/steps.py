"""The model's own steps in graph calls: so many batches at a time, then the logs as tensors."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import keras
import tensorflow as tf

from kerascli.data.indexed_batches import IndexedBatches
from kerascli.run.distribution import ALONE, Distribution
from kerascli.run.replica_state import build_replica_state
from kerascli.run.replica_steps import Steps, make_replica_steps


def make_train_steps(model: Any, *, looped: bool = False, distribution: Distribution = ALONE) -> Steps:
    """`train(iterator, count)`: so many optimizer steps; returns the metrics' values after them."""
    if distribution.strategy is not None:
        return make_replica_steps(model, distribution, training=True)
    return _make(model, model.train_step, looped=looped)


def make_test_steps(model: Any, *, looped: bool = False, distribution: Distribution = ALONE) -> Steps:
    """`test(iterator, count)`: so many batches without learning; returns the metrics' values after them."""
    if distribution.strategy is not None:
        return make_replica_steps(model, distribution, training=False)
    return _make(model, model.test_step, looped=looped)


def _make(model: Any, step: Callable[[Any], Any], *, looped: bool) -> Steps:
    """The step as `model.fit` runs it: one graph call a step, or a loop in the graph.

    A loop in the graph is quicker, but TensorFlow optimizes its body otherwise: the last bits may differ from those of
    single steps, in `model.fit` (`steps_per_execution`) as here. How long it is does not matter: the body is the same.
    """
    if model.run_eagerly:
        return lambda iterator, count: _eagerly(model, step, iterator, count)
    one = tf.function(step, jit_compile=True, reduce_retracing=True) if model.jit_compile else step
    if looped or model.steps_per_execution > 1:
        return _looped(model, one)

    @tf.autograph.experimental.do_not_convert  # type: ignore[untyped-decorator]
    def single(iterator: Any) -> Any:
        return one(next(iterator))

    compiled = tf.function(single, reduce_retracing=True)

    def run(iterator: Any, count: int) -> dict[str, Any]:
        logs: dict[str, Any] = {}
        for _ in range(count):
            logs = compiled(iterator)
        # A `train_step` of one's own may return logs that no metric holds.
        result: dict[str, Any] = model.get_metrics_result()
        return result if set(result) == set(logs) else logs

    return run


def _looped(model: Any, one: Callable[[Any], Any]) -> Steps:
    """Any number of steps in one graph call; the length is a tensor, so that no count traces it anew."""

    @tf.autograph.experimental.do_not_convert  # type: ignore[untyped-decorator]
    def many(iterator: Any, count: Any) -> Any:
        def body(done: Any) -> tuple[Any]:
            one(next(iterator))
            return (done + 1,)

        tf.while_loop(lambda done: done < count, body, [tf.constant(0)], parallel_iterations=1)
        return model.get_metrics_result()

    compiled = tf.function(many, reduce_retracing=True)
    gathered: dict[int, Callable[..., Any]] = {}

    def run(source: Any, count: int) -> dict[str, Any]:
        if not isinstance(source, IndexedBatches):
            return dict(compiled(source, tf.constant(count)))
        # The tensors of a split are the same in every pass, so that one graph serves all.
        key = id(source.tensors)
        if key not in gathered:
            gathered[key] = _gathered(model, one, source)
        return dict(gathered[key](source.order, tf.constant(source.advance(count)), tf.constant(count)))

    return run


def _gathered(model: Any, one: Callable[[Any], Any], source: IndexedBatches) -> Callable[..., Any]:
    """The same loop over samples in memory: each batch is gathered in the loop itself."""

    @tf.autograph.experimental.do_not_convert  # type: ignore[untyped-decorator]
    def many(order: Any, first: Any, count: Any) -> Any:
        def body(place: Any) -> tuple[Any]:
            one(source.gather(order, place))
            return (place + 1,)

        tf.while_loop(lambda place: place < first + count, body, [first], parallel_iterations=1)
        return model.get_metrics_result()

    compiled: Callable[..., Any] = tf.function(many, reduce_retracing=True)
    return compiled


def _eagerly(model: Any, step: Callable[[Any], Any], iterator: Iterator[Any], count: int) -> dict[str, Any]:
    for _ in range(count):
        step(next(iterator))
    result: dict[str, Any] = model.get_metrics_result()
    return result


def build_state(model: Any, dataset: Any, distribution: Distribution = ALONE) -> None:
    """Makes all state that Keras would make in the first step: optimizer slots, loss and metric variables.

    The test step is traced, not run: nothing is computed, no random state moves on.

    Args:
        model: A compiled model.
        dataset: Its batches.
        distribution: What computes them.

    Raises:
        Exception: Whatever Keras or TensorFlow say when loss, metrics and data don't fit.
    """
    if distribution.strategy is not None:
        build_replica_state(model, dataset, distribution)
        return
    if model.optimizer is not None and not model.optimizer.built:
        model.optimizer.build(model.trainable_variables)

    @tf.autograph.experimental.do_not_convert  # type: ignore[untyped-decorator]
    def trace(data: Any) -> Any:
        return model.test_step(data)

    tf.function(trace).get_concrete_function(dataset.element_spec)
    model.reset_metrics()


def as_numbers(logs: dict[str, Any]) -> dict[str, float]:
    """Logs as Python floats, as Keras hands them to callbacks.

    A metric with a value for each class (`F1Score`) becomes a log for each: `f1_score_0`, `f1_score_1`.
    """
    numbers: dict[str, float] = {}
    for name, value in logs.items():
        array = keras.ops.convert_to_numpy(value)
        if array.ndim == 0:
            numbers[name] = float(array)
        else:
            numbers |= {f"{name}_{index}": float(item) for index, item in enumerate(array.reshape(-1))}
    return numbers
