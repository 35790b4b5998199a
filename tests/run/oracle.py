"""`model.fit` as the oracle of our own loop: the same model by hand, fed the same order of samples, has the same bits."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np

from kerascli.record.checkpoints import list_checkpoints
from kerascli.run.preflight import prepare_training
from kerascli.run.session import keras_session
from kerascli.run.snapshot import read_snapshot
from kerascli.run.train import train
from kerascli.spec.spec import Spec


def assert_same(first: list[Any], second: list[Any]) -> None:
    """Equal shapes and equal numbers, bit for bit."""
    assert [array.shape for array in first] == [array.shape for array in second]
    for one, other in zip(first, second, strict=True):
        np.testing.assert_array_equal(one, other)


def by_hand(build: Callable[[Any], Any], seed: int) -> Any:
    """The hand-written model, as a script of its own would make it."""
    # TensorFlow orders some sums by the names of nodes: the layers get the names that a fresh process would give.
    keras.utils.clear_session()
    keras.utils.set_random_seed(seed)
    return build(keras)


def compare_training(spec: Spec, build: Callable[[Any], Any], folder: Path, callbacks: Callable[[], list[Any]]) -> None:
    """Trains both and compares all variables, the optimizer's and the logs."""
    result = train(spec, folder)
    with keras_session(spec):
        ready = prepare_training(spec)
    plan = ready.plan
    model = by_hand(build, spec.seed)
    model.output_names = list(ready.model.output_names)
    passes = -(-plan.epochs * plan.steps_per_epoch // plan.train.steps(plan.batch_size))
    parts = [
        plan.train.dataset(plan.batch_size, order=plan.train.order(spec.seed, number) if plan.shuffle else None)
        for number in range(passes)
    ]
    if plan.augment is not None:
        parts = [plan.augment(part, spec.seed, number) for number, part in enumerate(parts)]
    batches = parts[0]
    for part in parts[1:]:
        batches = batches.concatenate(part)
    history = model.fit(
        batches,
        epochs=plan.epochs,
        steps_per_epoch=plan.steps_per_epoch,
        validation_data=plan.validation.dataset(plan.validation_batch_size) if plan.validation else None,
        validation_steps=plan.validation_steps,
        validation_freq=plan.validation_freq,
        callbacks=callbacks(),
        shuffle=False,
        verbose=0,
    )
    last = read_snapshot(list_checkpoints(result.folder / "checkpoints")[0][-1].path)
    assert_same([np.asarray(value) for value in model.variables], list(last.arrays["model"].values()))
    assert_same([np.asarray(value) for value in model.optimizer.variables], list(last.arrays["optimizer"].values()))
    for name, values in history.history.items():
        if name != "learning_rate":
            assert [value for value in result.history[name] if value == value] == [float(value) for value in values], (
                name
            )
