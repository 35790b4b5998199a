"""Arguments that contradict each other are found; those that may stand together are left in peace."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from training_faults import GOOD, Fault, changed, found, names_of, token  # noqa: E402

_ADAM, _CONV, _LAYER = "optimizer: adam", "kernel_size: 3", "Dropout: 0.5"
_RATE = "optimizer: {Adam: {learning_rate: {PolynomialDecay: "
_STEPS = "optimizer: {Adam: {learning_rate: {PiecewiseConstantDecay: "
_COSINE = "optimizer: {Adam: {learning_rate: {CosineDecay: {initial_learning_rate: 0, decay_steps: 5000, "

FAULTS: list[Fault] = [
    (_ADAM, "optimizer: {Adam: {clipnorm: 1, clipvalue: 1}}", "arguments-disagree", "clipvalue"),
    (_ADAM, "optimizer: {Adam: {global_clipnorm: 1, clipnorm: 1}}", "arguments-disagree", "global_clipnorm"),
    (_CONV, "kernel_size: 1, groups: 3", "arguments-disagree", "3"),
    (_CONV, "kernel_size: 3, strides: 2, dilation_rate: [2, 1]", "arguments-disagree", "[2, 1]"),
    (
        _LAYER,
        "Dense: {units: 3, kernel_initializer: {RandomUniform: {minval: 1, maxval: 0}}}",
        "arguments-disagree",
        "1",
    ),
    (_ADAM, f"{_STEPS}{{boundaries: [100, 90], values: [3, 2, 1]}}}}}}}}", "arguments-disagree", "90"),
    (_ADAM, f"{_STEPS}{{boundaries: [100], values: [3, 2, 1]}}}}}}}}", "arguments-disagree", "[3, 2, 1]"),
    (_ADAM, f"{_RATE}{{initial_learning_rate: 1e-5, decay_steps: 5000}}}}}}}}", "arguments-disagree", "1e-5"),
    (_ADAM, f"{_COSINE}warmup_steps: 9}}}}}}}}", "arguments-disagree", "warmup_steps"),
    (_ADAM, f"{_COSINE}warmup_target: 0.1}}}}}}}}", "arguments-disagree", "warmup_target"),
]

PEACEFUL = [
    (_ADAM, "optimizer: {Adam: {clipnorm: 1, clipvalue: null}}"),
    (_CONV, "kernel_size: 1, groups: 1"),
    (_CONV, "kernel_size: 3, strides: 2, dilation_rate: 1"),
    ("Conv2D: {filters: 4, kernel_size: 3,", "DepthwiseConv2D: {kernel_size: 3, strides: 2, dilation_rate: 2,"),
    (_LAYER, "Dense: {units: 3, kernel_initializer: {RandomUniform: {minval: -1, maxval: 1}}}"),
    (_ADAM, f"{_STEPS}{{boundaries: [90, 100], values: [3, 2, 1]}}}}}}}}"),
    (_ADAM, f"{_RATE}{{initial_learning_rate: 1e-3, decay_steps: 5000, end_learning_rate: 0}}}}}}}}"),
    (_ADAM, f"{_COSINE}warmup_steps: 0, warmup_target: 0.1}}}}}}}}"),
]


@pytest.mark.parametrize(("good", "bad", "code", "word"), FAULTS, ids=names_of(FAULTS))
def test_at_its_place_and_nothing_else(
    write_spec: Callable[..., Path], good: str, bad: str, code: str, word: str
) -> None:
    assert [(one.code, token(one)) for one in found(write_spec(changed(GOOD, good, bad)))] == [(code, word)]


@pytest.mark.parametrize(("good", "other"), PEACEFUL, ids=[other[:70] for _, other in PEACEFUL])
def test_no_false_alarm(write_spec: Callable[..., Path], good: str, other: str) -> None:
    assert found(write_spec(changed(GOOD, good, other))) == ()
