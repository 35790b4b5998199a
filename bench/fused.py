"""The time of a training step with Keras's updates and with fused ones: an MLP 784-512-10 at batch 32."""

from __future__ import annotations

import argparse
import os
import statistics
import time
from collections.abc import Callable
from typing import Any

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import tensorflow as tf

from kerascli.model.fused import fuse_updates

OPTIMIZERS: dict[str, Callable[[], Any]] = {
    "SGD": keras.optimizers.SGD,
    "SGD momentum": lambda: keras.optimizers.SGD(momentum=0.9),
    "Adam": keras.optimizers.Adam,
    "AdamW": keras.optimizers.AdamW,
    "RMSprop": keras.optimizers.RMSprop,
    "RMSprop momentum": lambda: keras.optimizers.RMSprop(momentum=0.9),
    "Adagrad": keras.optimizers.Adagrad,
    "Adadelta": keras.optimizers.Adadelta,
    "Adamax": keras.optimizers.Adamax,
    "Ftrl": keras.optimizers.Ftrl,
}


def training(optimizer: Any, data: Any, *, fused: bool) -> Callable[[], None]:
    """A pass of single steps over the data, as `model.fit` does them, without its callbacks."""
    model = keras.Sequential(
        [keras.Input((784,)), keras.layers.Dense(512, activation="relu"), keras.layers.Dense(10, activation="softmax")]
    )
    model.compile(optimizer, "sparse_categorical_crossentropy", metrics=["accuracy"])
    optimizer.build(model.trainable_variables)
    if fused:
        fuse_updates(optimizer)

    @tf.function(reduce_retracing=True)
    def step(x: Any, y: Any) -> Any:
        return model.train_step((x, y))

    def run() -> None:
        for x, y in data:
            step(x, y)

    return run


def seconds(run: Callable[[], None]) -> float:
    """Of one call."""
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--optimizers", nargs="*", default=list(OPTIMIZERS), choices=list(OPTIMIZERS))
    parser.add_argument("--pairs", type=int, default=15)
    parser.add_argument("--steps", type=int, default=100)
    arguments = parser.parse_args()
    rng = np.random.default_rng(0)
    data = [
        (tf.constant(rng.random((32, 784), np.float32)), tf.constant(rng.integers(0, 10, 32)))
        for _ in range(arguments.steps)
    ]
    print(f"{'optimizer':18} {'plain':>9} {'fused':>9} {'ratio':>6}")
    for name in arguments.optimizers:
        plain, fused = (training(OPTIMIZERS[name](), data, fused=fused) for fused in (False, True))
        plain(), fused()  # Traces, and warms up.
        pairs = [(seconds(plain), seconds(fused)) for _ in range(arguments.pairs)]
        times = [statistics.median(times) / arguments.steps * 1000 for times in zip(*pairs, strict=True)]
        ratio = statistics.median(a / b for a, b in pairs)
        print(f"{name:18} {times[0]:6.3f} ms {times[1]:6.3f} ms {ratio:5.2f}×", flush=True)


if __name__ == "__main__":
    main()
