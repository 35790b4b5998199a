"""Batches, splits and schedules against the number of samples, where the spec tells it; else nothing is said."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from training_faults import GOOD, TWO, Fault, changed, found, names_of, token  # noqa: E402

from kerascli.errors import ExitCode  # noqa: E402

_SPLIT, _ADAM, _BATCH = "validation: {count: 10000}", "optimizer: adam", "batch_size: 50"


def _cosine(arguments: str) -> str:
    return f"optimizer: {{Adam: {{learning_rate: {{CosineDecay: {{initial_learning_rate: 1e-3, {arguments}}}}}}}}}"


def _steps(boundary: int) -> str:
    steps = f"{{PiecewiseConstantDecay: {{boundaries: [{boundary}], values: [0.1, 0.01]}}}}"
    return f"optimizer: {{SGD: {{learning_rate: {steps}}}}}"


_POLYNOMIAL = "optimizer: {SGD: {learning_rate: {PolynomialDecay: {initial_learning_rate: 1e-2, decay_steps: 2000}}}}"

# 50,000 samples in batches of 50, for 5 epochs: 5,000 steps.
FAULTS: list[Fault] = [
    (_BATCH, "batch_size: 50001", "large-batch", "50001"),
    (_BATCH, "batch_size: 50, validation_steps: 500", "validation-steps", "500"),
    (_SPLIT, "validation: 60000", "split", "60000"),
    (_SPLIT, "validation: {count: 60001, shuffle: false}", "split", "60001"),
    (_SPLIT, "validation: 0.000001", "split", "0.000001"),
    (_SPLIT, "test: 30000\n  validation: 0.5", "split", "0.5"),
    (_SPLIT, "validation: 5", "small-split", "5"),
    (_SPLIT, "validation: 0.0001", "small-split", "0.0001"),
    (_ADAM, _cosine("decay_steps: 1000"), "schedule-length", "1000"),
    (_ADAM, _cosine("decay_steps: 100000"), "schedule-length", "100000"),
    (_ADAM, _cosine("decay_steps: 10, alpha: 0.1"), "schedule-length", "10"),
    (_ADAM, _cosine("decay_steps: 1000, warmup_target: 0.1, warmup_steps: 5000"), "schedule-length", "5000"),
    (_ADAM, _steps(5000), "schedule-length", "[5000]"),
]


@pytest.mark.parametrize(("good", "bad", "code", "word"), FAULTS, ids=names_of(FAULTS))
def test_at_its_place_and_nothing_else(
    write_spec: Callable[..., Path], good: str, bad: str, code: str, word: str
) -> None:
    assert [(one.code, token(one)) for one in found(write_spec(changed(GOOD, good, bad)))] == [(code, word)]


PEACEFUL = [
    (_BATCH, "batch_size: 50000"),
    (_BATCH, "batch_size: 50, validation_steps: 200"),
    (_BATCH, "batch_size: 50, validation_batch_size: 3000, validation_steps: 4"),
    (_SPLIT, "validation: 59950"),
    (_SPLIT, "validation: 10"),
    (_SPLIT, "validation: 0.5\n  test: 0.4"),
    (_SPLIT, "validation: mnist"),
    (_SPLIT, "validation: {count: 600, stratify: label}"),
    (_ADAM, _cosine("decay_steps: 5000")),
    (_ADAM, _cosine("decay_steps: 4500")),
    (_ADAM, _cosine("decay_steps: 20000")),
    (_ADAM, _cosine("decay_steps: 1000, alpha: 0.1")),
    (_ADAM, _cosine("decay_steps: 4500, warmup_target: 0.1, warmup_steps: 500")),
    (_ADAM, _POLYNOMIAL),
    (_ADAM, _steps(4999)),
]


@pytest.mark.parametrize(("good", "other"), PEACEFUL, ids=[other[:60] for _, other in PEACEFUL])
def test_no_false_alarm(write_spec: Callable[..., Path], good: str, other: str) -> None:
    assert found(write_spec(changed(GOOD, good, other))) == ()


def test_hint_is_the_number_of_steps(write_spec: Callable[..., Path]) -> None:
    faults = [_cosine("decay_steps: 1000"), _cosine("decay_steps: 1000, warmup_target: 0.1, warmup_steps: 500")]
    hints = [found(write_spec(changed(GOOD, _ADAM, bad)))[0].hint for bad in faults]
    assert hints == ["write 5000", "write 4500"]


def test_steps_that_the_spec_writes_need_no_count(write_spec: Callable[..., Path]) -> None:
    text = changed(changed(GOOD, _ADAM, _cosine("decay_steps: 100")), "epochs: 5,", "epochs: 5, steps_per_epoch: 20,")
    assert found(write_spec(text)) == ()
    assert [one.code for one in found(write_spec(changed(text, "decay_steps: 100", "decay_steps: 50")))] == [
        "schedule-length"
    ]


def test_epochs_on_the_command_line_are_a_trial(write_spec: Callable[..., Path]) -> None:
    text = changed(GOOD, _ADAM, _cosine("decay_steps: 5000"))
    assert found(write_spec(text), ("fit.epochs=1000",)) == ()


def test_a_count_that_only_the_data_knows(write_spec: Callable[..., Path]) -> None:
    text = changed(GOOD, "source: mnist", "source: {csv: rows.csv}")
    text = changed(changed(text, _BATCH, "batch_size: 100000"), _SPLIT, "validation: 60000")
    assert found(write_spec(text)) == ()


def test_a_split_of_few_samples(write_spec: Callable[..., Path]) -> None:
    # Of 64 samples no split is large, so that a small one is no news.
    assert found(write_spec(changed(TWO, "validation: 0.25", "validation: 6"))) == ()
    (one,) = found(write_spec(changed(TWO, "validation: 0.25", "validation: 64")))
    assert (one.code, token(one), one.status) == ("split", "64", ExitCode.DATA)
