"""Logs that never come, modes the wrong way round and rare validations are found without a model."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from training_faults import GOOD, TWO, Fault, changed, found, names_of, token  # noqa: E402

_STOP, _METRIC, _FIT = "EarlyStopping: {patience: 2}", "[accuracy]", "epochs: 5,"
_CHECKPOINTS = "fit: {"
_OUTPUT = "  validation: {count: 10000}\n"


def _stop(arguments: str) -> str:
    return f"EarlyStopping: {{patience: 2, {arguments}}}"


FAULTS: list[Fault] = [
    (_STOP, _stop("monitor: val_acuracy"), "unknown-monitor", "val_acuracy"),
    (_STOP, _stop("monitor: acc"), "unknown-monitor", "acc"),
    (_STOP, _stop("monitor: accurcy, mode: max"), "unknown-monitor", "accurcy"),
    (_STOP, "ReduceLROnPlateau: {patience: 2, monitor: val_los}", "unknown-monitor", "val_los"),
    (
        _STOP,
        "ModelCheckpoint: {filepath: a.keras, save_best_only: true, monitor: val_acc}",
        "unknown-monitor",
        "val_acc",
    ),
    (_CHECKPOINTS, "checkpoints: {best: val_acc}\nfit: {", "unknown-monitor", "val_acc"),
    (_CHECKPOINTS, "expect: {val_acc: '> 0.1'}\nfit: {", "unknown-monitor", "val_acc"),
    (_CHECKPOINTS, "expect: {test_val_loss: '< 1'}\nfit: {", "unknown-monitor", "test_val_loss"),
    (_STOP, _stop("mode: max"), "wrong-mode", "max"),
    (_STOP, _stop("monitor: val_accuracy, mode: min"), "wrong-mode", "min"),
    (_CHECKPOINTS, "checkpoints: {best: val_accuracy, mode: min}\nfit: {", "wrong-mode", "min"),
    (_CHECKPOINTS, "checkpoints: {mode: max}\nfit: {", "wrong-mode", "max"),
    (_STOP, _stop("mode: minimum"), "unknown-choice", "minimum"),
    (_FIT, "epochs: 5, validation_freq: 3,", "validation-freq", "EarlyStopping"),
    (_FIT, "epochs: 5, validation_freq: 6,", "validation-freq", "6"),
]


@pytest.mark.parametrize(("good", "bad", "code", "word"), FAULTS, ids=names_of(FAULTS))
def test_at_its_place_and_nothing_else(
    write_spec: Callable[..., Path], good: str, bad: str, code: str, word: str
) -> None:
    assert [(one.code, token(one)) for one in found(write_spec(changed(GOOD, good, bad)))] == [(code, word)]


PEACEFUL = [
    (_STOP, _stop("monitor: loss")),
    (_STOP, _stop("monitor: val_accuracy")),
    (_STOP, _stop("monitor: val_accuracy, mode: max")),
    (_STOP, "ModelCheckpoint: {filepath: a.keras, monitor: no_log}"),
    (_STOP, "TerminateOnNaN"),
    (_CHECKPOINTS, "checkpoints: {best: val_accuracy}\nfit: {"),
    (_CHECKPOINTS, "checkpoints: {best: loss, mode: min}\nfit: {"),
    (_CHECKPOINTS, "expect: {val_accuracy: '> 0.1', learning_rate: '< 1', test_accuracy: '> 0'}\nfit: {"),
]


@pytest.mark.parametrize(("good", "other"), PEACEFUL, ids=[other[:60] for _, other in PEACEFUL])
def test_no_false_alarm(write_spec: Callable[..., Path], good: str, other: str) -> None:
    assert found(write_spec(changed(GOOD, good, other))) == ()


@pytest.mark.parametrize(
    ("bad", "code", "word", "hint"),
    [
        (_STOP, "no-validation", "EarlyStopping", "add 'validation: 0.1' to 'data', or write 'monitor: loss'"),
        (
            _stop("monitor: val_accuracy"),
            "no-validation",
            "val_accuracy",
            "add 'validation: 0.1' to 'data', or write 'monitor: accuracy'",
        ),
        (_stop("monitor: val_acc"), "unknown-monitor", "val_acc", "did you mean 'accuracy'?"),
    ],
)
def test_without_a_validation(write_spec: Callable[..., Path], bad: str, code: str, word: str, hint: str) -> None:
    text = changed(changed(GOOD, _OUTPUT, ""), _STOP, bad)
    assert [(one.code, token(one), one.hint) for one in found(write_spec(text))] == [(code, word, hint)]


def test_loss_alone_needs_no_validation(write_spec: Callable[..., Path]) -> None:
    assert found(write_spec(changed(changed(GOOD, _OUTPUT, ""), _STOP, _stop("monitor: loss")))) == ()


def test_former_name_is_told_by_its_new_one(write_spec: Callable[..., Path]) -> None:
    (one,) = found(write_spec(changed(GOOD, _STOP, _stop("monitor: val_acc"))))
    assert one.hint == "did you mean 'val_accuracy'?"


HEADS: list[Fault] = [
    # Keras looks for a metric of the log's own name, without the head's: it raises after the first epoch.
    (_STOP, _stop("monitor: val_kind_loss"), "monitor-mode", "val_kind_loss"),
    (_STOP, _stop("monitor: val_up_auc"), "monitor-mode", "val_up_auc"),
    (_STOP, _stop("monitor: val_up_auc, mode: auto"), "monitor-mode", "auto"),
    (_STOP, _stop("monitor: val_accuracy"), "unknown-monitor", "val_accuracy"),
    (_STOP, _stop("monitor: val_up_auc, mode: min"), "wrong-mode", "min"),
    (_STOP, _stop("monitor: val_kind_loss, mode: max"), "wrong-mode", "max"),
]


@pytest.mark.parametrize(("good", "bad", "code", "word"), HEADS, ids=names_of(HEADS))
def test_of_several_heads(write_spec: Callable[..., Path], good: str, bad: str, code: str, word: str) -> None:
    assert [(one.code, token(one)) for one in found(write_spec(changed(TWO, good, bad)))] == [(code, word)]


@pytest.mark.parametrize(
    "arguments", ["monitor: val_kind_loss, mode: min", "monitor: val_up_auc, mode: max", "monitor: loss"]
)
def test_several_heads_in_peace(write_spec: Callable[..., Path], arguments: str) -> None:
    assert found(write_spec(TWO)) == ()
    assert found(write_spec(changed(TWO, _STOP, _stop(arguments)))) == ()


@pytest.mark.parametrize("metrics", ["[{FalsePositives: {name: fp}}]", "[accuracy, accuracy]"])
def test_a_log_of_which_keras_knows_no_direction(write_spec: Callable[..., Path], metrics: str) -> None:
    log = "val_fp" if "fp" in metrics else "val_accuracy_1"
    text = changed(changed(GOOD, _METRIC, metrics), _STOP, _stop(f"monitor: {log}"))
    assert [(one.code, token(one)) for one in found(write_spec(text))] == [("monitor-mode", log)]
    assert found(write_spec(changed(text, f"monitor: {log}", f"monitor: {log}, mode: max"))) == ()


def test_checkpoints_by_a_log_without_direction(write_spec: Callable[..., Path]) -> None:
    text = changed(GOOD, _METRIC, "[{FalsePositives: {name: fp}}]").replace(
        "fit: {", "checkpoints: {best: val_fp}\nfit: {"
    )
    assert [(one.code, token(one)) for one in found(write_spec(text))] == [("monitor-mode", "val_fp")]


def test_a_phase_has_callbacks_of_its_own(write_spec: Callable[..., Path]) -> None:
    text = changed(
        GOOD, _FIT, "phases: [{epochs: 3}, {epochs: 3, callbacks: [{EarlyStopping: {monitor: val_x, patience: 1}}]}],"
    )
    assert [(one.code, token(one)) for one in found(write_spec(text))] == [("unknown-monitor", "val_x")]
