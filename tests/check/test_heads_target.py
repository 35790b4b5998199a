"""A head's target that its loss, its shape or its units don't fit: each fault is told once, at its token."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from head_specs import BINARY, COUNTS, ONE_HOT, REAL, E, Fault, W, check_fault, check_mended, head  # noqa: E402

FAULTS: dict[str, Fault] = {
    # The target
    "labels for vectors": (
        {"loss": "categorical_crossentropy"},
        "loss-target",
        E,
        "categorical_crossentropy",
        {"loss": "sparse_categorical_crossentropy"},
    ),
    "labels for vectors, mended by the target": (
        {"loss": "categorical_crossentropy"},
        "loss-target",
        E,
        "categorical_crossentropy",
        {"target": "{field: y, one_hot: true}"},
    ),
    "labels for focal vectors": (
        {"loss": "CategoricalFocalCrossentropy"},
        "loss-target",
        E,
        "CategoricalFocalCrossentropy",
        {"target": "{field: y, one_hot: true}"},
    ),
    "labels unit by unit": (
        {"loss": "binary_crossentropy"},
        "loss-target",
        E,
        "binary_crossentropy",
        {"loss": "sparse_categorical_crossentropy"},
    ),
    "squares of labels": (
        {"loss": "mse"},
        "loss-target",
        E,
        "mse",
        {"target": "{field: y, one_hot: true}"},
    ),
    "sigmoids of labels": (
        head(3, "sigmoid") | {"loss": "binary_crossentropy"},
        "loss-target",
        E,
        "binary_crossentropy",
        head(3, "softmax") | {"loss": "sparse_categorical_crossentropy"},
    ),
    "words for vectors": (
        {"drawn": "{choice: [a, b, c]}", "loss": "categorical_crossentropy"},
        "loss-target",
        E,
        "categorical_crossentropy",
        {"loss": "sparse_categorical_crossentropy"},
    ),
    "vectors for labels": (
        {"drawn": "{one_hot: 3}"},
        "loss-target",
        E,
        "sparse_categorical_crossentropy",
        {"loss": "categorical_crossentropy"},
    ),
    "fractions for labels": (
        {"drawn": "{shape: [1], uniform: [0, 3]}"},
        "loss-target",
        E,
        "sparse_categorical_crossentropy",
        {"drawn": "{shape: [1], integers: [0, 3]}"},
    ),
    "labels -1 and 1": (
        BINARY | {"drawn": "{choice: [-1, 1]}"},
        "loss-target",
        E,
        "binary_crossentropy",
        {"target": "{field: y, classes: [-1, 1]}"},
    ),
    "labels 1 and 2": (
        BINARY | {"drawn": "{integers: [1, 3]}"},
        "loss-target",
        E,
        "binary_crossentropy",
        {"target": "{field: y, classes: [1, 2]}"},
    ),
    "three classes in one unit": (
        BINARY | {"drawn": "{choice: [a, b, c]}"},
        "loss-target",
        E,
        "binary_crossentropy",
        head(3, "softmax") | {"loss": "sparse_categorical_crossentropy"},
    ),
    "hinge of 1 and 2": (
        BINARY | head(1) | {"drawn": "{integers: [1, 3]}", "loss": "hinge"},
        "loss-target",
        E,
        "hinge",
        {"drawn": "{integers: [0, 2]}"},
    ),
    "bytes for probabilities": (
        {
            "input": "{shape: [4], integers: [0, 256]}",
            "target": "x",
            "head": "Dense: {units: 4, activation: sigmoid}",
            "loss": "binary_crossentropy",
        },
        "loss-target",
        E,
        "binary_crossentropy",
        {"target": "{field: x, transform: [{Rescaling: 1/255}]}"},
    ),
    "counts below 0": (
        COUNTS | {"drawn": "{shape: [1], normal: [0, 1]}"},
        "loss-target",
        E,
        "poisson",
        {"drawn": "{shape: [1], uniform: [0, 9]}"},
    ),
    "logarithms of normalized numbers": (
        REAL
        | {
            "drawn": "{shape: [1], uniform: [1, 9]}",
            "target": "{field: y, transform: [Normalization]}",
            "loss": "msle",
        },
        "loss-target",
        E,
        "msle",
        {"loss": "mse"},
    ),
    "relu of numbers below 0": (REAL | head(1, "relu"), "target-range", E, "relu", head(1)),
    "relu of normalized numbers": (
        REAL
        | {"drawn": "{shape: [1], uniform: [1, 9]}", "target": "{field: y, transform: [Normalization]}"}
        | head(1, "relu"),
        "target-range",
        E,
        "relu",
        head(1),
    ),
    "sigmoid of large numbers": (
        REAL | {"drawn": "{shape: [1], uniform: [0, 9]}", "loss": "mae"} | head(1, "sigmoid"),
        "target-range",
        E,
        "sigmoid",
        head(1),
    ),
    "tanh of large numbers": (
        REAL | {"drawn": "{shape: [1], uniform: [-9, 9]}", "loss": "huber"} | head(1, "tanh"),
        "target-range",
        E,
        "tanh",
        head(1),
    ),
    "softmax of numbers": (
        REAL | {"drawn": "{shape: [3], uniform: [0, 9]}"} | head(3, "softmax"),
        "target-range",
        E,
        "softmax",
        head(3),
    ),
    # Shapes
    "three numbers in one unit": (REAL | {"drawn": "{shape: [3], normal: [0, 1]}"}, "target-shape", E, "1", head(3)),
    "one number in three units": (REAL | head(3), "target-shape", E, "3", head(1)),
    "a label in three units": (
        {"drawn": "{integers: [0, 3]}", "loss": "mae"} | head(3),
        "target-shape",
        E,
        "3",
        head(1),
    ),
    "vectors of other classes": (ONE_HOT | {"drawn": "{one_hot: 5}"}, "target-shape", E, "3", head(5, "softmax")),
    "steps that are not there": (
        REAL | {"drawn": "{shape: [4, 1], normal: [0, 1]}"},
        "target-shape",
        E,
        "1",
        {"drawn": "{shape: [1], normal: [0, 1]}"},
    ),
    "labels with an axis": (
        {"drawn": "{shape: [1], integers: [0, 3]}", "loss": "CategoricalGeneralizedCrossEntropy"},
        "target-shape",
        E,
        "CategoricalGeneralizedCrossEntropy",
        {"drawn": "{integers: [0, 3]}"},
    ),
    # Classes
    "more labels than units": ({"drawn": "{integers: [0, 5]}"}, "label-range", E, "3", head(5, "softmax")),
    "labels below 0": ({"drawn": "{integers: [-1, 2]}"}, "label-range", E, "3", {"drawn": "{integers: [0, 3]}"}),
    "labels from 1 on": (
        {"drawn": "{integers: [1, 4]}"},
        "label-range",
        E,
        "3",
        {"target": "{field: y, classes: [1, 2, 3]}"},
    ),
    "listed classes": (
        {"drawn": "{integers: [0, 4]}", "target": "{field: y, classes: [a, b, c, d]}"},
        "label-range",
        E,
        "3",
        head(4, "softmax"),
    ),
    "more units than labels": (head(5, "softmax"), "dead-class", W, "5", head(3, "softmax")),
    "labels from 1 on, a unit more": (
        {"drawn": "{integers: [1, 4]}"} | head(4, "softmax"),
        "dead-class",
        W,
        "4",
        {"target": "{field: y, classes: [1, 2, 3]}"} | head(3, "softmax"),
    ),
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=list(FAULTS))
def test_one_fault_one_diagnostic(fault: Fault, tmp_path: Path) -> None:
    check_fault(tmp_path, fault)


@pytest.mark.long
@pytest.mark.parametrize("fault", FAULTS.values(), ids=list(FAULTS))
def test_keras_takes_what_is_mended(fault: Fault, tmp_path: Path) -> None:
    check_mended(tmp_path, fault)
