"""Callbacks that can never act, work against each other, or write over files are found; good ones are left in peace."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from training_faults import GOOD, Fault, changed, found, names_of, token  # noqa: E402

_ONE = "{EarlyStopping: {patience: 2}}"
_STOP = "EarlyStopping: {patience: 2}"
_PHASES = "phases: [{epochs: 3, callbacks: [{EarlyStopping: {patience: 3}}]}, {epochs: 9}],"

FAULTS: list[Fault] = [
    (_STOP, "EarlyStopping: {patience: 5}", "never-acts", "5"),
    (_STOP, "EarlyStopping: {patience: 1, start_from_epoch: 5}", "never-acts", "5"),
    (_STOP, "ReduceLROnPlateau: {factor: 0.5}", "never-acts", "ReduceLROnPlateau"),
    (_STOP, "ReduceLROnPlateau: {patience: 50}", "never-acts", "50"),
    (_STOP, "LearningRateScheduler: {schedule: {0: 0.1, 7: 0.01}}", "never-acts", "{0: 0.1, 7: 0.01}"),
    (_STOP, "ModelCheckpoint: {filepath: a.keras, save_freq: 9999}", "never-acts", "9999"),
    ("epochs: 5,", _PHASES, "never-acts", "3"),
    (_ONE, f"{_ONE}, {{ReduceLROnPlateau: {{patience: 3}}}}", "callbacks-fight", "2"),
    (_ONE, "{ReduceLROnPlateau: {patience: 1}}, EarlyStopping", "callbacks-fight", "EarlyStopping"),
    (
        _ONE,
        "{LearningRateScheduler: {schedule: {0: 0.1}}}, {ReduceLROnPlateau: {patience: 1}}",
        "callbacks-fight",
        "ReduceLROnPlateau",
    ),
    (_ONE, f"{_ONE}, {{EarlyStopping: {{patience: 3}}}}", "callbacks-fight", "EarlyStopping"),
    (_ONE, "TerminateOnNaN, TerminateOnNaN", "callbacks-fight", "TerminateOnNaN"),
    (_STOP, "SwapEMAWeights", "no-ema", "SwapEMAWeights"),
    (_STOP, "ModelCheckpoint: model.keras", "same-file", "model.keras"),
    (_STOP, "ModelCheckpoint: ./model.keras", "same-file", "./model.keras"),
    (_ONE, "{ModelCheckpoint: a.keras}, {ModelCheckpoint: {filepath: a.keras}}", "same-file", "a.keras"),
    (_STOP, "ModelCheckpoint: 'a-{val_los:.2f}.keras'", "file-pattern", "'a-{val_los:.2f}.keras'"),
    (_STOP, "ModelCheckpoint: 'a-{batch}.keras'", "file-pattern", "'a-{batch}.keras'"),
    (_STOP, "ModelCheckpoint: 'a-{}.keras'", "file-pattern", "'a-{}.keras'"),
    (_STOP, "ModelCheckpoint: 'a-{epoch.keras'", "file-pattern", "'a-{epoch.keras'"),
]


@pytest.mark.parametrize(("good", "bad", "code", "word"), FAULTS, ids=names_of(FAULTS))
def test_at_its_place_and_nothing_else(
    write_spec: Callable[..., Path], good: str, bad: str, code: str, word: str
) -> None:
    assert [(one.code, token(one)) for one in found(write_spec(changed(GOOD, good, bad)))] == [(code, word)]


PEACEFUL = [
    (_STOP, "EarlyStopping: {patience: 4}"),
    (_STOP, "EarlyStopping: {patience: 9, restore_best_weights: true}"),
    (_STOP, "EarlyStopping: {patience: 1, start_from_epoch: 3}"),
    (_STOP, "LearningRateScheduler: {schedule: {0: 0.1, 4: 0.01}}"),
    (
        _STOP,
        "LearningRateScheduler: {schedule: {ExponentialDecay: {initial_learning_rate: 0.1, decay_steps: 1, decay_rate: 0.9}}}",
    ),
    ("epochs: 5,", "phases: [{epochs: 3, callbacks: [{EarlyStopping: {patience: 1}}]}, {epochs: 9}],"),
    (_ONE, "{EarlyStopping: {patience: 3}}, {ReduceLROnPlateau: {patience: 1}}"),
    (_ONE, f"{_ONE}, {{ReduceLROnPlateau: {{patience: 3, monitor: loss}}}}"),
    (_ONE, f"{_ONE}, {{EarlyStopping: {{patience: 3, monitor: val_accuracy}}}}"),
    (_ONE, f"{_ONE}, {{EarlyStopping: {{patience: 1, start_from_epoch: 3}}}}"),
    (_ONE, f"{_ONE}, TerminateOnNaN"),
    (_STOP, "ModelCheckpoint: 'a-{epoch:02d}-{val_loss:.2f}-{accuracy}.keras'"),
    (_STOP, "ModelCheckpoint: {filepath: 'a-{epoch}-{batch}.keras', save_freq: 100}"),
    (_ONE, "{ModelCheckpoint: a.keras}, {ModelCheckpoint: b.keras}"),
    (_STOP, "ModelCheckpoint: 'a-{{}}.keras'"),
    # One epoch is a trial of what is meant for many.
    ("epochs: 5,", "epochs: 1,"),
]


@pytest.mark.parametrize(("good", "other"), PEACEFUL, ids=[other[:60] for _, other in PEACEFUL])
def test_no_false_alarm(write_spec: Callable[..., Path], good: str, other: str) -> None:
    assert found(write_spec(changed(GOOD, good, other))) == ()


def test_epochs_on_the_command_line_are_a_trial(write_spec: Callable[..., Path]) -> None:
    assert found(write_spec(GOOD), ("fit.epochs=2",)) == ()


@pytest.mark.parametrize(
    "optimizer", ["{Adam: {use_ema: true}}", "{LossScaleOptimizer: {inner_optimizer: {SGD: {use_ema: true}}}}"]
)
def test_an_optimizer_with_moving_averages(write_spec: Callable[..., Path], optimizer: str) -> None:
    text = changed(GOOD, _STOP, "SwapEMAWeights")
    assert found(write_spec(changed(text, "optimizer: adam", f"optimizer: {optimizer}"))) == ()


def test_the_optimizer_of_a_later_phase(write_spec: Callable[..., Path]) -> None:
    text = changed(changed(GOOD, _STOP, "SwapEMAWeights"), "optimizer: adam", "optimizer: {Adam: {use_ema: true}}")
    text = changed(text, "epochs: 5,", "phases: [{epochs: 2}, {epochs: 2, optimizer: SGD}],")
    assert [(one.code, token(one)) for one in found(write_spec(text))] == [("no-ema", "SwapEMAWeights")]


def test_a_file_named_by_a_validation_that_is_rare_or_none(write_spec: Callable[..., Path]) -> None:
    text = changed(GOOD, _STOP, "ModelCheckpoint: 'a-{val_loss}.keras'")
    rare = changed(text, "epochs: 5,", "epochs: 5, validation_freq: 2,")
    none = changed(text, "  validation: {count: 10000}\n", "")
    for faulty in (rare, none):
        assert [one.code for one in found(write_spec(faulty))] == ["file-pattern"]
    assert found(write_spec(text)) == ()
