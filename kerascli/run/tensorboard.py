"""The TensorBoard events of a run: Keras's callback for the scalars, and a graph that TensorBoard's page opens."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import keras
import tensorflow as tf

from kerascli.run.callback_needs import SAYS

# What TensorFlow and Python raise when event files can't be written.
WRITE_ERRORS = (OSError, tf.errors.OpError)


def make_callback(folder: Path, arguments: Mapping[str, object], failed: Callable[[Exception], None]) -> Any:
    """Keras's TensorBoard callback, which writes below `folder` into `train` and `validation`.

    Args:
        folder: The run's folder for event files.
        arguments: Its arguments as the spec writes them.
        failed: Told when events can't be written; the callback is silent from then on.
    """
    callback = keras.callbacks.TensorBoard(log_dir=str(folder), **{"write_graph": False, **arguments})
    # Its batch hooks write by step and profile; with neither they only count.
    by_batch = arguments.get("update_freq", "epoch") != "epoch" or arguments.get("profile_batch", 0) != 0
    setattr(callback, SAYS, by_batch or bool(arguments.get("write_steps_per_second")))
    _guard(callback, failed)
    return callback


def _guard(callback: Any, failed: Callable[[Exception], None]) -> None:
    """Lets a log that can't be written never end the training."""
    broken: list[Exception] = []

    def guarded(method: Callable[..., Any]) -> Callable[..., Any]:
        def hook(*arguments: Any, **keywords: Any) -> None:
            if broken:
                return
            try:
                method(*arguments, **keywords)
            except WRITE_ERRORS as error:
                broken.append(error)
                failed(error)

        return hook

    for name in dir(keras.callbacks.Callback):
        if name.startswith("on_"):
            setattr(callback, name, guarded(getattr(callback, name)))


def write_graph(model: Any, folder: Path) -> None:
    """Writes the graph of a prediction into the training's events.

    Keras writes only its conceptual graph, which TensorBoard's Graphs page refuses as malformed.

    Args:
        model: The model.
        folder: The run's folder for event files.
    """
    shapes = {tensor.name: tf.TensorSpec(tensor.shape, tensor.dtype) for tensor in model.inputs}
    # Keras names the graph's nodes after the layers.
    predict = tf.function(lambda inputs: model(inputs, training=False))
    graph = predict.get_concrete_function(next(iter(shapes.values())) if len(shapes) == 1 else shapes).graph
    writer = tf.summary.create_file_writer(str(folder / "train"))
    with writer.as_default(step=0):
        tf.summary.graph(graph)
    writer.close()
