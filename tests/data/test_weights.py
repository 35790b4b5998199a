"""Sample weights and class weights, compared with those of `keras.Model.fit`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from keras.src.trainers.data_adapters.data_adapter_utils import class_weight_to_sample_weights

from kerascli.data.prepared_data import PreparedData
from kerascli.errors import DataError, SpecError

Prepare = Callable[..., PreparedData]

CSV = "a,b,y,w,s\n" + "\n".join(f"{i},{i * 2},{i % 3},{i / 10},{('cat', 'dog', 'ant')[i % 3]}" for i in range(12))
SPARSE = {"units": 3, "loss": "sparse_categorical_crossentropy"}


@pytest.fixture
def data(tmp_path: Any) -> str:
    (tmp_path / "d.csv").write_text(CSV)
    return "source: {csv: d.csv}\ninputs: {x: {fields: [a, b]}}\n"


def _weights(prepared: PreparedData) -> list[float]:
    return prepared.train().weights["y"].tolist()


def test_a_field_of_weights_is_for_all_splits(prepared: Prepare, data: str) -> None:
    found = prepared(data + "targets: y\nsample_weight: w\nvalidation: {count: 2, shuffle: false}\n")
    np.testing.assert_allclose(_weights(found), np.arange(2, 12) / 10, rtol=1e-6)
    validation = found.validation()
    assert validation is not None
    np.testing.assert_allclose(validation.weights["y"], [0.0, 0.1], rtol=1e-6)
    assert validation.weights["y"].dtype == np.float32


@pytest.mark.parametrize("weights", [{0: 2.0, 1: 0.5, 2: 1.25}, {1: 3.0}])
def test_class_weights_are_those_of_keras(weights: dict[int, float], prepared: Prepare, data: str) -> None:
    found = prepared(data + "targets: y\n", more=f"fit: {{class_weight: {weights}}}\n", **SPARSE)
    y = np.arange(12) % 3
    np.testing.assert_array_equal(_weights(found), class_weight_to_sample_weights(y, weights))


def test_class_weights_of_one_hot_targets_are_those_of_keras(prepared: Prepare, data: str) -> None:
    found = prepared(
        data + "targets: {y: {field: s, one_hot: true}}\n",
        units=3,
        loss="categorical_crossentropy",
        more="fit: {class_weight: {ant: 2.0, dog: 0.5}}\n",
    )
    split = found.train()
    assert split.y["y"].shape == (12, 3)
    np.testing.assert_array_equal(_weights(found), class_weight_to_sample_weights(split.y["y"], {0: 2.0, 2: 0.5}))


def test_class_weights_hold_in_training_alone(prepared: Prepare, data: str) -> None:
    found = prepared(data + "targets: y\nvalidation: 4\n", more="fit: {class_weight: {0: 2.0}}\n", **SPARSE)
    validation = found.validation()
    assert validation is not None and not validation.weights


def test_both_weights_are_multiplied(prepared: Prepare, data: str) -> None:
    found = prepared(data + "targets: y\nsample_weight: w\n", more="fit: {class_weight: {1: 10}}\n", **SPARSE)
    expected = np.arange(12) / 10 * np.where(np.arange(12) % 3 == 1, 10, 1)
    np.testing.assert_allclose(_weights(found), expected, rtol=1e-6)


def test_balanced_weights_give_each_class_the_same_sum(prepared: Prepare, tmp_path: Any) -> None:
    (tmp_path / "d.csv").write_text("x,y\n" + "\n".join(f"{i},{'cat' if i < 9 else 'dog'}" for i in range(12)))
    found = prepared("source: {csv: d.csv}\n", inputs="{x: [1]}", more="fit: {class_weight: balanced}\n")
    weights = np.asarray(_weights(found))
    np.testing.assert_allclose([weights[:9].sum(), weights[9:].sum()], [6, 6], rtol=1e-6)
    # 12 samples / (2 classes * 9 cats), as scikit-learn has it.
    np.testing.assert_allclose(weights[0], 12 / (2 * 9), rtol=1e-6)


def test_a_number_is_the_label_where_the_classes_are_numbers(prepared: Prepare, data: str) -> None:
    found = prepared(
        data + "targets: {y: {field: y, classes: [2, 1, 0]}}\n", more="fit: {class_weight: {2: 5.0}}\n", **SPARSE
    )
    assert _weights(found) == [5.0 if i % 3 == 2 else 1.0 for i in range(12)]


def test_a_number_is_the_index_where_the_classes_are_names(prepared: Prepare, data: str) -> None:
    found = prepared(data + "targets: {y: s}\n", more="fit: {class_weight: {0: 5.0}}\n", **SPARSE)
    assert _weights(found) == [5.0 if i % 3 == 2 else 1.0 for i in range(12)]


@pytest.mark.parametrize(
    ("targets", "weights", "said", "hint"),
    [
        ("{y: s}", "{cta: 2.0}", "names the class 'cta'", "did you mean 'cat'?"),
        ("y", "{7: 2.0}", "names the class '7'", None),
        ("y", "{'1': 2.0}", "names the class '1'", "remove the quotes"),
        ("{y: s}", "{-1: 2.0}", "names the class '-1'", None),
    ],
)
def test_a_class_that_there_is_not(
    targets: str, weights: str, said: str, hint: str | None, prepared: Prepare, data: str
) -> None:
    found = prepared(data + f"targets: {targets}\n", more=f"fit:\n  class_weight: {weights}\n", **SPARSE)
    with pytest.raises(SpecError, match=said) as caught:
        found.train()
    diagnostic = caught.value.diagnostics[0]
    assert diagnostic.code == "unknown-class-weight" and diagnostic.span is not None
    assert diagnostic.span.column == 18, "the class itself"
    assert hint is None or diagnostic.hint == hint


@pytest.mark.parametrize("labels", [[-1, 0, 1], [[[0]], [[1]], [[1]]]])
def test_targets_that_have_no_classes(labels: Any, prepared: Prepare, tmp_path: Any) -> None:
    np.savez(tmp_path / "d.npz", x=np.zeros((3, 2)), y=np.asarray(labels))
    found = prepared("source: {npz: d.npz}\n", more="fit: {class_weight: balanced}\n")
    with pytest.raises(SpecError, match="'class_weight' needs"):
        found.train()


@pytest.mark.parametrize("bad", ["-0.5", "nan", "inf", ""])
def test_a_weight_that_is_none(bad: str, prepared: Prepare, tmp_path: Any) -> None:
    (tmp_path / "d.csv").write_text(f"a,b,y,w\n1,2,3,0.5\n1,2,3,{bad}\n")
    found = prepared("source: {csv: d.csv}\ninputs: {x: {fields: [a, b]}}\ntargets: y\nsample_weight: w\n")
    with pytest.raises(DataError, match=r"weight in 'w' is negative or missing at row 2 \(line 3\) of d.csv") as caught:
        found.train()
    assert caught.value.diagnostics[0].span is not None


def test_weights_that_are_no_column(prepared: Prepare, tmp_path: Any) -> None:
    np.savez(tmp_path / "d.npz", x=np.zeros((3, 2)), y=np.zeros(3), w=np.zeros((3, 2)))
    found = prepared("source: {npz: d.npz}\nsample_weight: w\n")
    with pytest.raises(DataError, match="'w' is not one number a sample"):
        found.train()
