"""A metric of another kind than its head is told at the metric, with the right word; which is silent."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from kerascli.spec.load import load_spec

sys.path.insert(0, str(Path(__file__).parent))
from head_specs import found, spec_text, told  # noqa: E402

HEADS = {
    "labels": {},
    "logits": {"head": "Dense: 3", "loss": "{SparseCategoricalCrossentropy: {from_logits: true}}"},
    "one-hot": {"drawn": "{one_hot: 3}", "loss": "categorical_crossentropy"},
    "one-hot logits": {
        "drawn": "{one_hot: 3}",
        "head": "Dense: 3",
        "loss": "{CategoricalCrossentropy: {from_logits: true}}",
    },
    "two": {
        "drawn": "{shape: [1], integers: [0, 2]}",
        "head": "Dense: {units: 1, activation: sigmoid}",
        "loss": "binary_crossentropy",
    },
    "two logits": {
        "drawn": "{shape: [1], integers: [0, 2]}",
        "head": "Dense: 1",
        "loss": "{BinaryCrossentropy: {from_logits: true}}",
    },
    "several": {
        "drawn": "{shape: [3], integers: [0, 2]}",
        "head": "Dense: {units: 3, activation: sigmoid}",
        "loss": "binary_crossentropy",
    },
    "numbers": {"drawn": "{shape: [1], normal: [0, 1]}", "head": "Dense: 1", "loss": "mse"},
    "whole numbers": {"drawn": "{shape: [1], integers: [0, 99]}", "head": "Dense: 1", "loss": "mse"},
}

E, W = "error", "warning"
# Head, metric, how bad, the token; what is right.
MISFITS = [
    ("labels", "poisson", E, "poisson", "accuracy"),
    ("labels", "CategoricalHinge", E, "CategoricalHinge", "accuracy"),
    ("numbers", "binary_crossentropy", W, "binary_crossentropy", "mae"),
    ("labels", "categorical_accuracy", E, "categorical_accuracy", "sparse_categorical_accuracy"),
    ("labels", "CategoricalAccuracy", E, "CategoricalAccuracy", "accuracy"),
    (
        "labels",
        "{TopKCategoricalAccuracy: {k: 2}}",
        E,
        "TopKCategoricalAccuracy",
        "{SparseTopKCategoricalAccuracy: {k: 2}}",
    ),
    (
        "labels",
        "sparse_top_k_categorical_accuracy",
        W,
        "sparse_top_k_categorical_accuracy",
        "{SparseTopKCategoricalAccuracy: {k: 1}}",
    ),
    ("labels", "binary_accuracy", E, "binary_accuracy", "accuracy"),
    ("labels", "Accuracy", E, "Accuracy", "accuracy"),
    ("labels", "AUC", E, "AUC", "sparse_categorical_accuracy"),
    ("labels", "Precision", E, "Precision", "sparse_categorical_accuracy"),
    ("labels", "{Recall: {class_id: 1}}", E, "Recall", "sparse_categorical_accuracy"),
    ("labels", "TruePositives", E, "TruePositives", "accuracy"),
    ("labels", "F1Score", E, "F1Score", "accuracy"),
    ("labels", "{MeanIoU: {num_classes: 3}}", E, "MeanIoU", "{MeanIoU: {num_classes: 3, sparse_y_pred: false}}"),
    (
        "labels",
        "{OneHotMeanIoU: {num_classes: 3}}",
        E,
        "OneHotMeanIoU",
        "{MeanIoU: {num_classes: 3, sparse_y_pred: false}}",
    ),
    ("labels", "mae", E, "mae", "accuracy"),
    ("labels", "categorical_crossentropy", E, "categorical_crossentropy", "sparse_categorical_crossentropy"),
    (
        "logits",
        "sparse_categorical_crossentropy",
        E,
        "sparse_categorical_crossentropy",
        "{SparseCategoricalCrossentropy: {from_logits: true}}",
    ),
    ("logits", "Accuracy", E, "Accuracy", "accuracy"),
    ("one-hot", "sparse_categorical_accuracy", E, "sparse_categorical_accuracy", "categorical_accuracy"),
    ("one-hot", "binary_accuracy", W, "binary_accuracy", "categorical_accuracy"),
    ("one-hot", "top_k_categorical_accuracy", W, "top_k_categorical_accuracy", "{TopKCategoricalAccuracy: {k: 1}}"),
    (
        "one-hot",
        "{SparseTopKCategoricalAccuracy: {k: 2}}",
        E,
        "SparseTopKCategoricalAccuracy",
        "{TopKCategoricalAccuracy: {k: 2}}",
    ),
    ("one-hot", "{MeanIoU: {num_classes: 3}}", E, "MeanIoU", "{OneHotMeanIoU: {num_classes: 3}}"),
    (
        "one-hot",
        "{IoU: {num_classes: 3, target_class_ids: [1]}}",
        E,
        "IoU",
        "{OneHotIoU: {num_classes: 3, target_class_ids: [1]}}",
    ),
    ("one-hot", "sparse_categorical_crossentropy", E, "sparse_categorical_crossentropy", "categorical_crossentropy"),
    ("one-hot logits", "AUC", E, "AUC", "{AUC: {from_logits: true}}"),
    ("two", "categorical_accuracy", E, "categorical_accuracy", "binary_accuracy"),
    ("two", "sparse_categorical_accuracy", E, "sparse_categorical_accuracy", "accuracy"),
    ("two", "Accuracy", E, "Accuracy", "accuracy"),
    ("two", "F1Score", E, "F1Score", "{F1Score: {threshold: 0.5}}"),
    ("two", "{MeanIoU: {num_classes: 2}}", E, "MeanIoU", "BinaryIoU"),
    ("two", "{BinaryCrossentropy: {from_logits: true}}", E, "BinaryCrossentropy", "binary_crossentropy"),
    ("two logits", "accuracy", W, "accuracy", "{BinaryAccuracy: {threshold: 0}}"),
    ("two logits", "binary_accuracy", W, "binary_accuracy", "{BinaryAccuracy: {threshold: 0}}"),
    ("two logits", "AUC", E, "AUC", "{AUC: {from_logits: true}}"),
    ("two logits", "Precision", W, "Precision", "{Precision: {thresholds: 0}}"),
    ("two logits", "FalseNegatives", W, "FalseNegatives", "{FalseNegatives: {thresholds: 0}}"),
    ("two logits", "BinaryIoU", W, "BinaryIoU", "{BinaryIoU: {threshold: 0}}"),
    ("two logits", "{PrecisionAtRecall: {recall: 0.5}}", W, "PrecisionAtRecall", "{AUC: {from_logits: true}}"),
    ("two logits", "binary_crossentropy", E, "binary_crossentropy", "{BinaryCrossentropy: {from_logits: true}}"),
    ("several", "accuracy", W, "accuracy", "binary_accuracy"),
    ("several", "categorical_accuracy", W, "categorical_accuracy", "binary_accuracy"),
    ("several", "sparse_categorical_accuracy", E, "sparse_categorical_accuracy", "binary_accuracy"),
    ("several", "F1Score", W, "F1Score", "{F1Score: {threshold: 0.5}}"),
    ("numbers", "accuracy", E, "accuracy", "mae"),
    ("numbers", "AUC", E, "AUC", "R2Score"),
    ("numbers", "Precision", E, "Precision", "mean_absolute_error"),
    ("numbers", "Accuracy", E, "Accuracy", "mean_absolute_error"),
    ("whole numbers", "accuracy", W, "accuracy", "mean_absolute_error"),
]
IDS = [f"{head}-{metric}" for head, metric, *_ in MISFITS]


@pytest.mark.parametrize(("head", "wrong", "severity", "word", "right"), MISFITS, ids=IDS)
def test_told_at_the_metric(head: str, wrong: str, severity: str, word: str, right: str, tmp_path: Path) -> None:
    diagnostics = found(tmp_path, spec_text(**HEADS[head], more=f"  metrics: [{wrong}]"))
    assert told(diagnostics) == [("metric-kind", severity, word)]
    assert diagnostics[0].hint
    assert found(tmp_path, spec_text(**HEADS[head], more=f"  metrics: [{right}]")) == ()


def test_weighted_metrics_too(tmp_path: Path) -> None:
    text = spec_text(more="  metrics: [AUC]\n  weighted_metrics: [accuracy, CategoricalAccuracy]")
    assert [word for _, _, word in told(found(tmp_path, text))] == ["AUC", "CategoricalAccuracy"]


@pytest.mark.parametrize("head", HEADS)
def test_no_metric_no_fault(head: str, tmp_path: Path) -> None:
    assert found(tmp_path, spec_text(**HEADS[head])) == ()


TABLE = """\
data: {source: {csv: rows.csv}, inputs: {x: {fields: [a, b]}}, targets: {y: y}}
model: {inputs: {x: [2]}, layers: [{Dense: {units: UNITS, name: y}}]}
compile: {loss: LOSS, metrics: [METRIC]}
"""


@pytest.mark.parametrize(
    ("units", "loss", "metric", "codes"),
    [
        ("1", "mse", "accuracy", [("metric-kind", "warning", "accuracy")]),
        ("1", "mse", "mae", []),
        (
            "3, activation: softmax",
            "sparse_categorical_crossentropy",
            "CategoricalAccuracy",
            [("metric-kind", "error", "CategoricalAccuracy")],
        ),
        ("3, activation: softmax", "categorical_crossentropy", "accuracy", []),
        ("3, activation: sigmoid", "binary_crossentropy", "accuracy", []),
        ("1, activation: tanh", "mse", "accuracy", []),
    ],
)
def test_a_table_that_nobody_read(
    units: str, loss: str, metric: str, codes: list[tuple[str, str, str]], tmp_path: Path
) -> None:
    """Loss and activation tell what there is; the target is not known."""
    assert told(found(tmp_path, TABLE.replace("UNITS", units).replace("LOSS", loss).replace("METRIC", metric))) == codes


@pytest.mark.long
@pytest.mark.parametrize(("head", "wrong", "severity", "word", "right"), MISFITS, ids=IDS)
def test_keras_takes_the_right_one(head: str, wrong: str, severity: str, word: str, right: str, tmp_path: Path) -> None:
    from kerascli.run.preflight import check_data

    found(tmp_path, spec_text(**HEADS[head], more=f"  metrics: [{right}]"))
    check_data(load_spec(tmp_path / "spec.yaml"))
