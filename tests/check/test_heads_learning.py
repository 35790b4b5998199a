"""What is frozen, weighted or coarse where it can't be meant: each fault is told once, at its token."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from head_specs import BINARY, REAL, E, Fault, W, check_fault, check_mended, head  # noqa: E402

FAULTS: dict[str, Fault] = {
    # What learns
    "all frozen": (
        {
            "before": "- Dense: {units: 8, trainable: false}",
            "head": "Dense: {units: 3, activation: softmax}\n      trainable: false",
        },
        "nothing-learns",
        E,
        "Dense",
        {"head": "Dense: {units: 3, activation: softmax}"},
    ),
    "frozen by a phase": (
        {"fit": "{phases: [{epochs: 1}, {epochs: 1, freeze: ['*']}]}"},
        "nothing-learns",
        E,
        "'*'",
        {"fit": "{phases: [{epochs: 1}, {epochs: 1, freeze: [hidden]}]}"},
    ),
    "frozen by phases that add up": (
        {"fit": "{phases: [{epochs: 1, freeze: [hidden]}, {epochs: 1, freeze: [y]}]}"},
        "nothing-learns",
        E,
        "y",
        {"fit": "{phases: [{epochs: 1, freeze: [hidden]}, {epochs: 1, freeze: [y], unfreeze: [hidden]}]}"},
    ),
    "no loss": (REAL | {"loss": "{y: null}"}, "no-loss", E, "{y: null}", {"loss": "{y: mse}"}),
    "a head without weights": (
        {"before": "- ReLU:", "head": "Flatten:", "drawn": "{shape: [4], uniform: [0, 1]}", "loss": "mse"},
        "idle-head",
        W,
        "Flatten",
        {"before": "- Dense: 4"},
    ),
    "a weight of 0": (
        REAL | {"more": "  loss_weights: {y: 0}"},
        "zero-loss-weight",
        W,
        "0",
        {"more": "  loss_weights: {y: 0.5}"},
    ),
    "a weight below 0": (REAL | {"more": "  loss_weights: -1"}, "out-of-range", E, "-1", {"more": "  loss_weights: 1"}),
    # Weights
    "an unknown class": (
        {"fit": "{class_weight: {0: 1, 3: 2}}"},
        "unknown-class-weight",
        E,
        "3",
        {"fit": "{class_weight: {0: 1, 2: 2}}"},
    ),
    "an unknown name": (
        {"drawn": "{choice: [ant, bee, cow]}", "fit": "{class_weight: {ants: 2}}"},
        "unknown-class-weight",
        E,
        "ants",
        {"fit": "{class_weight: {ant: 2}}"},
    ),
    "a name where there are none": (
        {"fit": "{class_weight: {ant: 2}}"},
        "unknown-class-weight",
        E,
        "ant",
        {"fit": "{class_weight: {1: 2}}"},
    ),
    "a number in quotes": (
        {"fit": "{class_weight: {'1': 2}}"},
        "unknown-class-weight",
        E,
        "'1'",
        {"fit": "{class_weight: {1: 2}}"},
    ),
    "classes of numbers": (REAL | {"fit": "{class_weight: balanced}"}, "class-weight", E, "balanced", {"fit": "{}"}),
    "weights below 0": ({"weight": "  sample_weight: v"}, "sample-weight", E, "v", {"weight": "  sample_weight: w"}),
    # Precision
    "half precision": (
        {"top": "dtype: mixed_float16"},
        "half-precision-head",
        W,
        "Dense",
        head(3, "softmax", ", dtype: float32"),
    ),
    "half precision of a layer": (
        head(3, "softmax", ", dtype: mixed_bfloat16"),
        "half-precision-head",
        W,
        "mixed_bfloat16",
        head(3, "softmax", ", dtype: float32"),
    ),
    "half precision of two classes": (
        BINARY | {"top": "dtype: mixed_bfloat16"},
        "half-precision-head",
        W,
        "Dense",
        head(1, "sigmoid", ", dtype: float32"),
    ),
    "half precision behind the activation": (
        {
            "top": "dtype: mixed_float16",
            "before": "- Dense: {units: 3, activation: softmax, dtype: float32}",
            "head": "Dropout: 0.1",
        },
        "half-precision-head",
        W,
        "Dropout",
        {"head": "Dropout: {rate: 0.1, dtype: float32}"},
    ),
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=list(FAULTS))
def test_one_fault_one_diagnostic(fault: Fault, tmp_path: Path) -> None:
    check_fault(tmp_path, fault)


@pytest.mark.long
@pytest.mark.parametrize("fault", FAULTS.values(), ids=list(FAULTS))
def test_keras_takes_what_is_mended(fault: Fault, tmp_path: Path) -> None:
    check_mended(tmp_path, fault)
