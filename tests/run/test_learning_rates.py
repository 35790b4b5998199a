"""Learning rates by epoch and by step: each of Keras's schedules, and each form of a `LearningRateScheduler`."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from kerascli.catalog import load_catalog
from kerascli.errors import SpecError
from kerascli.model.callbacks import build_callbacks
from kerascli.record.history import read_history
from kerascli.run.phases import fit_phases
from kerascli.run.position import Position
from kerascli.run.preflight import prepare_training
from kerascli.run.session import keras_session
from kerascli.run.train import train
from kerascli.spec.dump import dump_spec
from kerascli.spec.load import load_spec

sys.path.insert(0, str(Path(__file__).parent))
from oracle import assert_same, by_hand  # noqa: E402

SPEC = """\
seed: 3
data: {{source: {{synthetic: {{samples: 12, fields: {{x: {{shape: [3], normal: [0, 1]}}, y: {{shape: [1]}}}}}}}}}}
model: {{inputs: {{x: [3]}}, layers: [{{Dense: {{units: 1, name: y}}}}]}}
compile: {{optimizer: {{SGD: {{learning_rate: {rate}}}}}, loss: mse, run_eagerly: true}}
fit: {{epochs: {epochs}, batch_size: 4, shuffle: false}}
callbacks: [{callbacks}]
"""

schedules = keras.optimizers.schedules
# How it is written, and the same by hand.
BY_STEP: dict[str, tuple[str, Callable[[], Any]]] = {
    "CosineDecay": (
        "{initial_learning_rate: 0.01, decay_steps: 4, alpha: 0.1, warmup_target: 0.2, warmup_steps: 2}",
        lambda: schedules.CosineDecay(0.01, 4, 0.1, warmup_target=0.2, warmup_steps=2),
    ),
    "CosineDecayRestarts": (
        "{initial_learning_rate: 0.1, first_decay_steps: 2, t_mul: 1.5, m_mul: 0.8}",
        lambda: schedules.CosineDecayRestarts(0.1, 2, 1.5, 0.8),
    ),
    "ExponentialDecay": (
        "{initial_learning_rate: 0.1, decay_steps: 2, decay_rate: 0.7, staircase: true}",
        lambda: schedules.ExponentialDecay(0.1, 2, 0.7, staircase=True),
    ),
    "InverseTimeDecay": (
        "{initial_learning_rate: 0.1, decay_steps: 2, decay_rate: 1/2}",
        lambda: schedules.InverseTimeDecay(0.1, 2, 0.5),
    ),
    "PiecewiseConstantDecay": (
        "{boundaries: [1, 4], values: [0.1, 0.05, 0.01]}",
        lambda: schedules.PiecewiseConstantDecay([1, 4], [0.1, 0.05, 0.01]),
    ),
    "PolynomialDecay": (
        "{initial_learning_rate: 0.1, decay_steps: 5, end_learning_rate: 0.02, power: 2.0, cycle: true}",
        lambda: schedules.PolynomialDecay(0.1, 5, 0.02, 2.0, cycle=True),
    ),
}


def build(keras: Any) -> Any:
    return keras.Sequential([keras.Input((3,), name="x"), keras.layers.Dense(1, name="y")])


def compare(path: Path, rate: Any, epochs: int, callbacks: list[Any]) -> list[float]:
    """Trains ours and Keras's; returns the rates of our history."""
    spec, position = load_spec(path), Position()
    with keras_session(spec):
        ready = prepare_training(spec)
        fit_phases(ready, build_callbacks(spec, path.parent), position=position)
    model = by_hand(build, 3)
    model.compile(keras.optimizers.SGD(rate), "mse", run_eagerly=True)
    model.fit(ready.plan.train.dataset(4), epochs=epochs, callbacks=callbacks, shuffle=False, verbose=0)
    assert_same([np.asarray(one) for one in ready.model.variables], [np.asarray(one) for one in model.variables])
    return [row["learning_rate"] for row in position.history]


def test_every_schedule_of_keras_is_here() -> None:
    assert set(load_catalog().names("schedules")) == set(BY_STEP)


@pytest.mark.parametrize("name", BY_STEP)
def test_a_schedule_by_step(write_spec: Callable[..., Path], name: str) -> None:
    written, make = BY_STEP[name]
    path = write_spec(SPEC.format(rate=f"{{{name}: {written}}}", epochs=2, callbacks=""))
    rates = compare(path, make(), 2, [])
    # A row has the rate that its last step leaves behind, as `optimizer.learning_rate` says it.
    assert rates == [float(make()(3)), float(make()(6))]


BY_EPOCH: dict[str, tuple[str, Callable[[int, float], float]]] = {
    "mapping": ("{0: 0.1, 2: 1/20, 4: 1e-3}", lambda epoch, rate: [0.1, 0.1, 0.05, 0.05, 0.001][epoch]),
    "later": ("{2: 0.05}", lambda epoch, rate: rate if epoch < 2 else 0.05),
    "schedule": (
        "{ExponentialDecay: {initial_learning_rate: 0.2, decay_steps: 2, decay_rate: 0.5}}",
        lambda epoch, rate: float(schedules.ExponentialDecay(0.2, 2, 0.5)(epoch)),
    ),
}


@pytest.mark.parametrize("form", BY_EPOCH)
def test_a_schedule_by_epoch(write_spec: Callable[..., Path], form: str) -> None:
    written, function = BY_EPOCH[form]
    callbacks = f"{{LearningRateScheduler: {{schedule: {written}}}}}"
    path = write_spec(SPEC.format(rate="0.3", epochs=5, callbacks=callbacks))
    rates = compare(path, 0.3, 5, [keras.callbacks.LearningRateScheduler(function)])
    wanted = 0.3
    for epoch, rate in enumerate(rates):
        wanted = function(epoch, wanted)
        assert np.float32(rate) == np.float32(wanted)
    again = load_spec(write_spec(dump_spec(load_spec(path)), "again.yaml"))
    if form != "schedule":
        assert again.callbacks[0].value("schedule") == load_spec(path).callbacks[0].value("schedule")
    assert dump_spec(again) == dump_spec(load_spec(path))


def test_logs_tell_the_rate_of_each_epoch(write_spec: Callable[..., Path], tmp_path: Path) -> None:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    callbacks = "{LearningRateScheduler: {schedule: {0: 0.25, 1: 0.5}}}"
    result = train(load_spec(write_spec(SPEC.format(rate="0.3", epochs=2, callbacks=callbacks))), tmp_path / "runs")
    assert list(read_history(result.folder / "history.csv")["learning_rate"]) == [0.25, 0.5]
    events = EventAccumulator(str(result.folder / "tensorboard" / "train"), size_guidance={"tensors": 0})
    events.Reload()
    rates = [
        float(
            np.frombuffer(
                one.tensor_proto.tensor_content or np.float32(one.tensor_proto.float_val[0]).tobytes(), np.float32
            )[0]
        )
        for one in events.Tensors("epoch_learning_rate")
    ]
    assert rates == [0.25, 0.5]


@pytest.mark.parametrize(
    ("schedule", "code", "column"),
    [
        ("{5: 0.1, 2: 0.1}", "unsorted-epochs", 57),
        ("{-1: 0.1}", "out-of-range", 49),
        ("{0: fast}", "wrong-type", 52),
        ("{0: -0.1}", "out-of-range", 52),
        ("{0: 0.1, two: 0.1}", "wrong-type", 57),
        ("{}", "wrong-type", 48),
        ("0.1", "wrong-type", 48),
        ("[0.1]", "wrong-type", 48),
        ("halve", "unknown-function", 48),
        ("{ExponentialDecay: 0.1}", "missing-argument", 49),
        ("{Exponential: {x: 1}}", "unknown-class", 49),
    ],
)
def test_faults_have_their_place(write_spec: Callable[..., Path], schedule: str, code: str, column: int) -> None:
    callbacks = f"{{LearningRateScheduler: {{schedule: {schedule}}}}}"
    with pytest.raises(SpecError) as caught:
        load_spec(write_spec(SPEC.format(rate="0.3", epochs=5, callbacks=callbacks)))
    assert [(one.code, one.span and (one.span.line, one.span.column)) for one in caught.value.diagnostics] == [
        (code, (6, column))
    ]


def test_a_rate_from_a_schedule_is_nothing_to_set(write_spec: Callable[..., Path]) -> None:
    rate = "{ExponentialDecay: {initial_learning_rate: 0.1, decay_steps: 2, decay_rate: 0.7}}"
    for callback in ("{LearningRateScheduler: {schedule: {0: 0.1}}}", "ReduceLROnPlateau"):
        with pytest.raises(SpecError, match="which SGD has from a schedule here"):
            load_spec(write_spec(SPEC.format(rate=rate, epochs=1, callbacks=callback)))


def test_overrides_reach_into_a_schedule(write_spec: Callable[..., Path]) -> None:
    callbacks = "{LearningRateScheduler: {schedule: {0: 0.1, 3: 0.05}}}"
    path = write_spec(SPEC.format(rate="0.3", epochs=5, callbacks=callbacks))
    spec = load_spec(path, ["callbacks.LearningRateScheduler.schedule.3=0.02", "callbacks.0.schedule.7=0.01"])
    assert spec.callbacks[0].value("schedule") == {0: 0.1, 3: 0.02, 7: 0.01}
    decay = "{LearningRateScheduler: {schedule: " + BY_EPOCH["schedule"][0] + "}}"
    path = write_spec(SPEC.format(rate="0.3", epochs=5, callbacks=decay))
    schedule: Any = load_spec(path, ["callbacks.0.schedule.decay_rate=0.25"]).callbacks[0].value("schedule")
    assert schedule.value("decay_rate") == 0.25
