"""A head, a loss and a target that don't fit each other: each fault is told once, at its token; the smallest mending is silent."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from kerascli.spec.load import load_spec

sys.path.insert(0, str(Path(__file__).parent))
from head_specs import found, spec_text, told  # noqa: E402

Parts = dict[str, str]

BINARY = {
    "drawn": "{shape: [1], integers: [0, 2]}",
    "head": "Dense: {units: 1, activation: sigmoid}",
    "loss": "binary_crossentropy",
}
ONE_HOT = {"drawn": "{one_hot: 3}", "loss": "categorical_crossentropy"}
SEVERAL = {
    "drawn": "{shape: [3], integers: [0, 2]}",
    "head": "Dense: {units: 3, activation: sigmoid}",
    "loss": "binary_crossentropy",
}
REAL = {"drawn": "{shape: [1], normal: [0, 1]}", "head": "Dense: 1", "loss": "mse"}
COUNTS = {
    "drawn": "{shape: [1], integers: [0, 9]}",
    "head": "Dense: {units: 1, activation: softplus}",
    "loss": "poisson",
}
LOGITS = {"loss": "{SparseCategoricalCrossentropy: {from_logits: true}}"}


def head(units: int, activation: str | None = None, more: str = "") -> Parts:
    return {"head": f"Dense: {{units: {units}{f', activation: {activation}' if activation else ''}{more}}}"}


E, W = "error", "warning"
# What it is about: the fault, the code, how bad, the token; what mends it.
FAULTS: dict[str, tuple[Parts, str, str, str, Parts]] = {
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


@pytest.mark.parametrize(("wrong", "code", "severity", "word", "mended"), FAULTS.values(), ids=list(FAULTS))
def test_one_fault_one_diagnostic(
    wrong: Parts, code: str, severity: str, word: str, mended: Parts, tmp_path: Path
) -> None:
    diagnostics = found(tmp_path, spec_text(**wrong))
    assert told(diagnostics) == [(code, severity, word)]
    assert diagnostics[0].hint
    assert found(tmp_path, spec_text(**(wrong | mended))) == ()


@pytest.mark.long
@pytest.mark.parametrize(("wrong", "code", "severity", "word", "mended"), FAULTS.values(), ids=list(FAULTS))
def test_keras_takes_what_is_mended(
    wrong: Parts, code: str, severity: str, word: str, mended: Parts, tmp_path: Path
) -> None:
    from kerascli.run.preflight import check_data

    found(tmp_path, spec_text(**(wrong | mended)))
    check_data(load_spec(tmp_path / "spec.yaml"))
