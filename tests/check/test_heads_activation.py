"""A head's last activation and its loss that don't fit each other: each fault is told once, at its token."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from head_specs import BINARY, COUNTS, LOGITS, ONE_HOT, REAL, SEVERAL, E, Fault, W, check_fault, check_mended, head  # noqa: E402

TWO_BRANCHES = "- Dense: 3\n      name: wide\n    - Dense: 3\n      name: deep\n      inputs: x"
AVERAGE = "Average:\n      inputs: [wide, deep]"

FAULTS: dict[str, Fault] = {
    # from_logits
    "linear, several classes": (head(3), "from-logits", E, "sparse_categorical_crossentropy", head(3, "softmax")),
    "linear, mended by the loss": (head(3), "from-logits", E, "sparse_categorical_crossentropy", LOGITS),
    "linear, written": (head(3, "linear"), "from-logits", E, "sparse_categorical_crossentropy", LOGITS),
    "linear, null": (head(3, "null"), "from-logits", E, "sparse_categorical_crossentropy", LOGITS),
    "linear, said": (
        head(3) | {"loss": "{SparseCategoricalCrossentropy: {from_logits: false}}"},
        "from-logits",
        E,
        "false",
        LOGITS,
    ),
    "linear, one-hot": (ONE_HOT | head(3), "from-logits", E, "categorical_crossentropy", head(3, "softmax")),
    "linear, two classes": (BINARY | head(1), "from-logits", E, "binary_crossentropy", head(1, "sigmoid")),
    "linear, several labels": (SEVERAL | head(3), "from-logits", E, "binary_crossentropy", head(3, "sigmoid")),
    "linear, focal": (
        BINARY | head(1) | {"loss": "BinaryFocalCrossentropy"},
        "from-logits",
        E,
        "BinaryFocalCrossentropy",
        head(1, "sigmoid"),
    ),
    "linear, behind dropout": (
        {"before": "- Dense: 3", "head": "Dropout: 0.1"},
        "from-logits",
        E,
        "sparse_categorical_crossentropy",
        LOGITS,
    ),
    "linear, an own crossentropy of Keras": (
        BINARY | head(1) | {"loss": "crossentropy"},
        "from-logits",
        E,
        "crossentropy",
        head(1, "sigmoid"),
    ),
    "linear, behind a normalization": (
        {"before": "- Dense: 3", "head": "BatchNormalization:"},
        "from-logits",
        E,
        "sparse_categorical_crossentropy",
        LOGITS,
    ),
    "linear, stretched by an operation": (
        {"before": "- Dense: 3", "head": "ops.multiply: 0.5"},
        "from-logits",
        E,
        "sparse_categorical_crossentropy",
        LOGITS,
    ),
    "linear, the sum of two": (
        {"before": TWO_BRANCHES, "head": "Add:\n      inputs: [wide, deep]"},
        "from-logits",
        E,
        "sparse_categorical_crossentropy",
        {"before": TWO_BRANCHES.replace("Dense: 3", "Dense: {units: 3, activation: softmax}"), "head": AVERAGE},
    ),
    "linear, a product of two": (
        BINARY | {"before": TWO_BRANCHES, "head": "Dot: {axes: 1}\n      inputs: [wide, deep]"},
        "from-logits",
        E,
        "binary_crossentropy",
        {"loss": "{BinaryCrossentropy: {from_logits: true}}"},
    ),
    "a recurrent layer's own tanh": (
        {"before": "- Reshape: [2, 2]", "head": "LSTM: 3"},
        "head-activation",
        E,
        "LSTM",
        {"before": "- Reshape: [2, 2]\n    - LSTM: 3", "head": "Dense: {units: 3, activation: softmax}"},
    ),
    "linear, in a nested model": (
        {"head": "Model:\n        layers: [{Dense: {units: 8, activation: relu}}, {Dense: 3}]"},
        "from-logits",
        E,
        "sparse_categorical_crossentropy",
        LOGITS,
    ),
    "softmax and logits": (
        LOGITS,
        "from-logits",
        E,
        "true",
        {"loss": "{SparseCategoricalCrossentropy: {from_logits: false}}"},
    ),
    "softmax and logits, one-hot": (
        ONE_HOT | {"loss": "{CategoricalCrossentropy: {from_logits: true}}"},
        "from-logits",
        E,
        "true",
        {"loss": "categorical_crossentropy"},
    ),
    "softmax as a layer, and logits": (
        {"before": "- Dense: 3", "head": "Softmax:"} | LOGITS,
        "from-logits",
        E,
        "true",
        {"loss": "sparse_categorical_crossentropy"},
    ),
    "sigmoid and logits": (
        BINARY | {"loss": "{BinaryCrossentropy: {from_logits: true}}"},
        "from-logits",
        E,
        "true",
        head(1),
    ),
    "sigmoid and focal logits": (
        BINARY | {"loss": "{BinaryFocalCrossentropy: {from_logits: true}}"},
        "from-logits",
        E,
        "true",
        head(1),
    ),
    # The last activation
    "sigmoid of classes": (head(3, "sigmoid"), "head-activation", E, "sigmoid", head(3, "softmax")),
    "sigmoid of one-hot classes": (ONE_HOT | head(3, "sigmoid"), "head-activation", E, "sigmoid", head(3, "softmax")),
    "relu of classes": (head(3, "relu"), "head-activation", E, "relu", head(3, "softmax")),
    "relu as a layer": ({"before": "- Dense: 3", "head": "ReLU:"}, "head-activation", E, "ReLU", {"head": "Softmax:"}),
    "tanh of two classes": (BINARY | head(1, "tanh"), "head-activation", E, "tanh", head(1, "sigmoid")),
    "relu of logits": (head(3, "relu") | LOGITS, "head-activation", W, "relu", head(3)),
    "tanh of logits": (head(3, "tanh") | LOGITS, "head-activation", W, "tanh", head(3)),
    "softmax, unit by unit": (
        ONE_HOT | {"loss": "binary_crossentropy"},
        "head-activation",
        W,
        "binary_crossentropy",
        {"loss": "categorical_crossentropy"},
    ),
    "softmax of several labels": (
        SEVERAL | head(3, "softmax"),
        "head-activation",
        W,
        "binary_crossentropy",
        head(3, "sigmoid"),
    ),
    "linear counts": (COUNTS | {"head": "Dense: 1"}, "head-activation", W, "Dense", head(1, "exponential")),
    "a divergence of any numbers": (
        ONE_HOT | head(3, "linear") | {"loss": "kl_divergence"},
        "head-activation",
        W,
        "linear",
        head(3, "softmax"),
    ),
    "a linear mask": (
        SEVERAL | head(3, "linear") | {"loss": "Dice"},
        "head-activation",
        W,
        "linear",
        head(3, "sigmoid"),
    ),
    "softmax of one": (BINARY | head(1, "softmax"), "single-softmax", E, "softmax", head(1, "sigmoid")),
    "softmax of one number": (REAL | head(1, "softmax"), "single-softmax", E, "softmax", head(1, "linear")),
    "one unit, one-hot loss": (
        BINARY | {"loss": "categorical_crossentropy"},
        "single-class",
        E,
        "categorical_crossentropy",
        {"loss": "binary_crossentropy"},
    ),
    "one unit, labels": (
        BINARY | {"loss": "sparse_categorical_crossentropy"},
        "single-class",
        E,
        "sparse_categorical_crossentropy",
        {"loss": "binary_crossentropy"},
    ),
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=list(FAULTS))
def test_one_fault_one_diagnostic(fault: Fault, tmp_path: Path) -> None:
    check_fault(tmp_path, fault)


@pytest.mark.long
@pytest.mark.parametrize("fault", FAULTS.values(), ids=list(FAULTS))
def test_keras_takes_what_is_mended(fault: Fault, tmp_path: Path) -> None:
    check_mended(tmp_path, fault)
