"""Heads as people build them give no diagnostic at all, and Keras trains them."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from kerascli.check import check_spec
from kerascli.spec.load import load_spec

sys.path.insert(0, str(Path(__file__).parent))
from head_specs import BINARY, ONE_HOT, REAL, SEVERAL, found, spec_text  # noqa: E402

POSITIVE = {"drawn": "{shape: [1], integers: [0, 9]}", "head": "Dense: {units: 1, activation: softplus}"}
PICTURE = {
    "input": "{shape: [8, 8, 1], uniform: [0, 1]}",
    "target": "x",
    "inputs": "{x: [8, 8, 1]}",
    "before": "- Conv2D: {filters: 4, kernel_size: 3, padding: same, activation: relu}",
    "head": "Conv2D: {filters: 1, kernel_size: 3, padding: same, activation: sigmoid}",
    "loss": "binary_crossentropy",
}
MASK = PICTURE | {"target": "y", "drawn": "{shape: [8, 8], integers: [0, 3]}"}
SEQUENCE = {
    "input": "{shape: [6, 4], normal: [0, 1]}",
    "inputs": "{x: [6, 4]}",
    "before": "- LSTM: {units: 8, return_sequences: true}",
}


def metrics(words: str) -> dict[str, str]:
    return {"more": f"  metrics: {words}"}


def logits(loss: str) -> dict[str, str]:
    return {"loss": f"{{{loss}: {{from_logits: true}}}}"}


GOOD = {
    "binary": BINARY | metrics("[accuracy, AUC, Precision, Recall, {F1Score: {threshold: 0.5}}, {BinaryIoU: {}}]"),
    "binary, labels without an axis": BINARY | {"drawn": "{integers: [0, 2]}"} | metrics("[binary_accuracy]"),
    "binary logits": BINARY
    | {"head": "Dense: 1"}
    | logits("BinaryCrossentropy")
    | metrics("[{BinaryAccuracy: {threshold: 0}}, {AUC: {from_logits: true}}, {Precision: {thresholds: 0}}]"),
    "binary focal": BINARY | {"loss": "{BinaryFocalCrossentropy: {gamma: 2}}"} | metrics("[accuracy]"),
    "binary focal logits": BINARY | {"head": "Dense: 1"} | logits("BinaryFocalCrossentropy"),
    "two named classes": BINARY | {"drawn": "{choice: [no, yes]}"} | metrics("[accuracy]"),
    "two classes, 1 and 2": BINARY | {"drawn": "{integers: [1, 3]}", "target": "{field: y, classes: [1, 2]}"},
    "binary by least squares": BINARY | {"loss": "mse"} | metrics("[accuracy]"),
    "classes": metrics("[accuracy, sparse_top_k_categorical_accuracy]")
    | {"drawn": "{integers: [0, 10]}", "head": "Dense: {units: 10, activation: softmax}"},
    "classes, metric by its name": metrics(
        "[sparse_categorical_accuracy, {MeanIoU: {num_classes: 3, sparse_y_pred: false}}]"
    ),
    "logits of classes": {"head": "Dense: 3"}
    | logits("SparseCategoricalCrossentropy")
    | metrics("[accuracy, {SparseCategoricalCrossentropy: {from_logits: true}}]"),
    "softmax as a layer": {"before": "- Dense: 3", "head": "Softmax:"} | metrics("[accuracy]"),
    "softmax as an activation": {"before": "- Dense: 3", "head": "Activation: softmax"},
    "softmax as an operation": {"before": "- Dense: 3", "head": "ops.softmax:"},
    "a class that is left out": {
        "drawn": "{integers: [0, 4]}",
        "loss": "{SparseCategoricalCrossentropy: {ignore_class: 3}}",
    },
    "a class that is left out, with a unit": {"loss": "{SparseCategoricalCrossentropy: {ignore_class: 2}}"},
    "generalized crossentropy": {"loss": "CategoricalGeneralizedCrossEntropy"},
    "circle": {"head": "Dense: 3", "loss": "Circle"},
    "one-hot": ONE_HOT
    | metrics(
        "[accuracy, categorical_accuracy, {AUC: {multi_label: true}}, Precision, F1Score, {OneHotMeanIoU: {num_classes: 3}}]"
    ),
    "one-hot of labels": ONE_HOT
    | {"drawn": "{integers: [0, 3]}", "target": "{field: y, one_hot: true}"}
    | metrics("[accuracy, {TopKCategoricalAccuracy: {k: 2}}]"),
    "one-hot logits": ONE_HOT
    | {"head": "Dense: 3"}
    | logits("CategoricalCrossentropy")
    | metrics("[accuracy, {Precision: {top_k: 1}}]"),
    "categorical focal": ONE_HOT | {"loss": "CategoricalFocalCrossentropy"},
    "categorical hinge": ONE_HOT | {"head": "Dense: 3", "loss": "categorical_hinge"} | metrics("[accuracy]"),
    "divergence": ONE_HOT | {"loss": "kl_divergence"},
    "least squares of classes": ONE_HOT | {"loss": "mse"} | metrics("[accuracy, mae]"),
    "two units, unit by unit": ONE_HOT
    | {"drawn": "{one_hot: 2}", "head": "Dense: {units: 2, activation: softmax}", "loss": "binary_crossentropy"},
    "several labels": SEVERAL
    | metrics("[binary_accuracy, {AUC: {multi_label: true}}, Precision, {F1Score: {threshold: 0.5}}]"),
    "several labels, logits": SEVERAL
    | {"head": "Dense: 3"}
    | logits("BinaryCrossentropy")
    | metrics("[{BinaryAccuracy: {threshold: 0.0}}]"),
    "ordinal, one unit a step": SEVERAL | metrics("[mae]"),
    "numbers": REAL | metrics("[mae, RootMeanSquaredError, R2Score]"),
    "numbers, normalized": REAL | {"target": "{field: y, transform: [Normalization]}", "loss": "mae"},
    "numbers of several": REAL | {"drawn": "{shape: [3], normal: [0, 1]}", "head": "Dense: 3", "loss": "huber"},
    "numbers between 0 and 1": REAL
    | {"drawn": "{shape: [1], uniform: [0, 1]}", "head": "Dense: {units: 1, activation: sigmoid}"},
    "numbers between -1 and 1": REAL
    | {"drawn": "{shape: [1], uniform: [-1, 1]}", "head": "Dense: {units: 1, activation: tanh}"},
    "numbers that are scaled": REAL
    | {
        "drawn": "{shape: [1], uniform: [0, 200]}",
        "target": "{field: y, transform: [{Rescaling: 1/200}]}",
        "head": "Dense: {units: 1, activation: sigmoid}",
    },
    "log cosh": REAL | {"loss": "LogCosh"} | metrics("[mean_squared_error]"),
    "counts": POSITIVE | {"loss": "poisson"},
    "counts by exponential": POSITIVE | {"head": "Dense: {units: 1, activation: exponential}", "loss": "poisson"},
    "logarithms": POSITIVE | {"head": "Dense: {units: 1, activation: relu}", "loss": "msle"},
    "percentages": POSITIVE | {"loss": "mape"},
    "directions": {
        "drawn": "{shape: [3], normal: [0, 1]}",
        "head": "UnitNormalization:",
        "before": "- Dense: 3",
        "loss": "cosine_similarity",
    },
    "hinge": {"drawn": "{shape: [1], choice: [-1, 1]}", "head": "Dense: {units: 1, activation: tanh}", "loss": "hinge"},
    "hinge of labels": BINARY | {"head": "Dense: 1", "loss": "squared_hinge"},
    "autoencoder": PICTURE | metrics("[mae]"),
    "autoencoder by squares": PICTURE | {"loss": "mse"},
    "autoencoder of bytes": PICTURE
    | {"input": "{shape: [8, 8, 1], integers: [0, 256]}", "target": "{field: x, transform: [{Rescaling: 1/255}]}"},
    "segmentation": MASK
    | {"head": "Conv2D: {filters: 3, kernel_size: 1, activation: softmax}", "loss": "sparse_categorical_crossentropy"}
    | metrics("[accuracy, {MeanIoU: {num_classes: 3, sparse_y_pred: false}}]"),
    "dice": MASK | {"drawn": "{shape: [8, 8, 1], integers: [0, 2]}", "loss": "Dice"} | metrics("[BinaryIoU]"),
    "tversky": MASK
    | {
        "drawn": "{shape: [8, 8], one_hot: 3}",
        "head": "Conv2D: {filters: 3, kernel_size: 1, activation: softmax}",
        "loss": "Tversky",
    },
    "a label a step": SEQUENCE | {"drawn": "{shape: [6], integers: [0, 3]}"} | metrics("[accuracy]"),
    "a vocabulary with words to spare": SEQUENCE
    | {"drawn": "{shape: [6], integers: [1, 9]}", "head": "Dense: {units: 16, activation: softmax}"},
    "a layer for each step": SEQUENCE
    | {
        "drawn": "{shape: [6], integers: [0, 3]}",
        "head": "TimeDistributed: {layer: {Dense: {units: 3, activation: softmax}}}",
    },
    "ctc": SEQUENCE | {"drawn": "{shape: [3], integers: [1, 5]}", "head": "Dense: 5", "loss": "CTC"},
    "distance of two": {
        "drawn": "{shape: [1], integers: [0, 2]}",
        "before": "- Dense: 8\n      name: left\n      inputs: x\n    - Dense: 8\n      name: right\n      inputs: x",
        "head": "Dot: {axes: 1, normalize: true}\n      inputs: [left, right]",
        "loss": "mse",
    },
    "dropout behind the head's numbers": {"before": "- Dense: {units: 3, activation: softmax}", "head": "Reshape: [3]"},
    "mixed precision": {
        "head": "Dense: {units: 3, activation: softmax, dtype: float32}",
        "top": "dtype: mixed_float16",
    },
    "mixed precision, regression": REAL | {"top": "dtype: mixed_bfloat16"},
    "class weights": {"fit": "{class_weight: {0: 1.0, 1: 2.0, 2: 0.5}}"},
    "class weights by name": BINARY | {"drawn": "{choice: [ant, bee]}", "fit": "{class_weight: {bee: 2.0}}"},
    "balanced": {"fit": "{class_weight: balanced}"},
    "sample weights": {"weight": "  sample_weight: w"},
    "some layers frozen": {"before": "- Dense: {units: 8, name: hidden, trainable: false}"},
    "phases": {"fit": "{phases: [{epochs: 1, freeze: [hidden]}, {epochs: 1, unfreeze: ['*']}]}"},
}


@pytest.mark.parametrize("case", GOOD.values(), ids=list(GOOD))
def test_nothing_is_said(case: dict[str, str], tmp_path: Path) -> None:
    assert found(tmp_path, spec_text(**case)) == ()


@pytest.mark.long
@pytest.mark.parametrize("case", GOOD.values(), ids=list(GOOD))
def test_keras_takes_it(case: dict[str, str], tmp_path: Path) -> None:
    from kerascli.run.preflight import check_data

    assert found(tmp_path, spec_text(**case)) == ()
    check_data(load_spec(tmp_path / "spec.yaml"))


HEADS = """\
data:
  source: {synthetic: {samples: 32, fields: {x: {shape: [4]}, a: {shape: [1]}, b: {integers: [0, 3]}, c: {shape: [1]}}}}
  targets: {a: a, b: b}
model:
  inputs: {x: [4]}
  layers:
    - Dense: {units: 8, activation: relu, name: hidden}
    - Dense: {units: 1, name: a}
    - Dense: {units: 3, activation: softmax}
      name: b
      inputs: hidden
    - Dense: {units: 1, activation: softmax}
      name: c
      inputs: hidden
  outputs: [a, b, c]
compile:
  loss: {a: mse, b: sparse_categorical_crossentropy, c: null}
  loss_weights: {a: 1, b: 0.5}
  metrics: {a: [mae], b: [accuracy]}
fit: {class_weight: {b: {0: 1, 1: 2}}}
"""


def test_each_head_by_itself(tmp_path: Path) -> None:
    """The third has no loss, so that nothing is said of it."""
    assert found(tmp_path, HEADS) == ()


PLUGIN = """\
import keras


class Own(keras.losses.Loss):
    def call(self, y_true, y_pred):
        return keras.ops.mean(keras.ops.square(y_true - y_pred), axis=-1)


def own_activation(x):
    return x


class Diverging(keras.layers.Layer):
    def call(self, x):
        self.add_loss(keras.ops.mean(x))
        return x
"""


@pytest.mark.parametrize(
    "case",
    [
        {"head": "Dense: 3", "loss": "Own"},
        {"head": "Dense: {units: 3, activation: own_activation}"},
        {"before": "- Dense: 3\n    - Diverging:", "head": "Dense: 3", "loss": "{y: null}"},
    ],
    ids=["loss", "activation", "a layer's own loss"],
)
def test_what_a_plugin_does_is_not_judged(case: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "own.py").write_text(PLUGIN)
    (tmp_path / "spec.yaml").write_text("plugins: [own.py]\n" + spec_text(**case))
    assert check_spec(load_spec(tmp_path / "spec.yaml", trust=True)) == ()
