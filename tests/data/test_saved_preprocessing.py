"""What is saved with a run turns raw data into what the model was trained on, without the spec and its source."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from kerascli.data.prepared_data import PreparedData
from kerascli.data.preprocessing import Preprocessing
from kerascli.data.saved_preprocessing import FILE, load_preprocessing, save_preprocessing
from kerascli.data.table import make_table
from kerascli.errors import DataError, EnvironmentProblem

# Keras copies its variables in a way that NumPy 2 warns of.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:keras.*")

Prepare = Callable[..., PreparedData]

RNG = np.random.default_rng(0)
ARRAYS = {
    "number": RNG.normal(5, 3, (40, 3)),
    "scalar": RNG.normal(5, 3, 40),
    "word": np.array(["cat", "dog", "ant", "bee"])[RNG.integers(0, 4, 40)],
    "integer": RNG.integers(0, 50, 40),
    "image": RNG.integers(0, 255, (40, 2, 2), dtype=np.uint8),
    "sentence": np.array(["a small cat", "the dog barks loud", "ants"])[RNG.integers(0, 3, 40)],
    "y": RNG.normal(1000, 20, 40),
}


def _reloaded(found: PreparedData, folder: Path) -> Preprocessing:
    save_preprocessing(found.preprocessing, found.tables.train.head, folder / "preprocessing")
    return load_preprocessing(folder / "preprocessing")


@pytest.mark.parametrize(
    ("field", "transform", "shape"),
    [
        ("number", "[]", [3]),
        ("number", "[Normalization]", [3]),
        ("number", "[{Rescaling: 0.1}, {Normalization: {axis: null}}]", [3]),
        ("scalar", "[{Discretization: {num_bins: 4, output_mode: one_hot}}]", [4]),
        ("word", "[{StringLookup: {output_mode: one_hot}}]", [5]),
        ("word", "[StringLookup]", [1]),
        ("word", "[{StringLookup: {vocabulary: [dog, cat], output_mode: one_hot}}]", [3]),
        ("word", "[{Hashing: 7}]", [1]),
        ("integer", "[{IntegerLookup: {output_mode: multi_hot, max_tokens: 9}}]", [9]),
        ("integer", "[{CategoryEncoding: {num_tokens: 50}}]", [50]),
        ("image", "[{Reshape: [4]}, {Rescaling: 1/255}]", [4]),
        ("image", "[{Reshape: [2, 2, 1]}, {Resizing: {height: 4, width: 4}}]", [4, 4, 1]),
        ("sentence", "[{TextVectorization: {output_sequence_length: 5}}]", [5]),
        ("sentence", "[{TextVectorization: {output_mode: tf_idf, max_tokens: 8, pad_to_max_tokens: true}}]", [8]),
    ],
)
def test_raw_data_becomes_what_training_saw(
    field: str, transform: str, shape: list[int], prepared: Prepare, tmp_path: Path
) -> None:
    np.savez(tmp_path / "d.npz", **ARRAYS)
    found = prepared(
        f"source: {{npz: d.npz}}\ninputs: {{x: {{field: {field}, transform: {transform}}}}}\ntargets: {{y: y}}\n"
        "validation: 0.25\n",
        inputs=f"{{x: {shape}}}",
    )
    again = _reloaded(found, tmp_path)
    validation = found.validation()
    assert validation is not None and found.tables.validation is not None
    np.testing.assert_array_equal(again.x(found.tables.validation)["x"], validation.x["x"])
    np.testing.assert_array_equal(again.y(found.tables.validation)["y"], validation.y["y"])


def test_a_transformed_target_is_undone_after_loading(prepared: Prepare, tmp_path: Path) -> None:
    np.savez(tmp_path / "d.npz", **ARRAYS)
    found = prepared(
        "source: {npz: d.npz}\ninputs: {x: number}\ntargets: {y: {field: y, transform: [Normalization]}}\n",
        inputs="{x: [3]}",
    ).with_output_shapes({"y": (None, 1)})
    target = _reloaded(found, tmp_path).target("y")
    assert target is not None and target.inverse is not None
    y = target.array(found.tables.train)
    assert y.shape == (40, 1)
    np.testing.assert_allclose(target.inverse(y)[:, 0], ARRAYS["y"], rtol=1e-6)


def test_classes_keep_their_labels_names_and_encoding(prepared: Prepare, tmp_path: Path) -> None:
    np.savez(tmp_path / "d.npz", **ARRAYS)
    found = prepared(
        "source: {npz: d.npz}\ninputs: {x: number}\ntargets: {y: {field: word, one_hot: true}}\n",
        inputs="{x: [3]}",
        units=4,
        loss="categorical_crossentropy",
    )
    target = _reloaded(found, tmp_path).target("y")
    assert target is not None and target.class_names == ("ant", "bee", "cat", "dog")
    np.testing.assert_array_equal(target.array(found.tables.train), found.train().y["y"])


def test_labels_beyond_the_outputs_are_found_in_later_data(prepared: Prepare, tmp_path: Path) -> None:
    np.savez(tmp_path / "d.npz", x=np.ones((3, 2)), y=np.arange(3))
    found = prepared("source: {npz: d.npz}\n", units=3, loss="sparse_categorical_crossentropy")
    again = _reloaded(found.with_output_shapes({"y": (None, 3)}), tmp_path)
    with pytest.raises(DataError, match=r"the label 3 at row 1 of later\.npz is no class of 'y'"):
        again.y(make_table({"x": np.ones((1, 2)), "y": np.array([3])}, "later.npz"))


def test_fractions_are_not_cut_off_where_training_had_whole_numbers(prepared: Prepare, tmp_path: Path) -> None:
    np.savez(tmp_path / "d.npz", **ARRAYS)
    section = "source: {npz: d.npz}\ninputs: {x: {field: image, transform: [{Rescaling: 2}]}}\ntargets: {y: y}\n"
    again = _reloaded(prepared(section, inputs="{x: [2, 2]}"), tmp_path)
    later = make_table({"image": np.full((1, 2, 2), 0.75)}, "later.npz")
    assert again.x(later)["x"].tolist() == [[[1.5, 1.5], [1.5, 1.5]]]


def test_columns_in_any_order_and_more_than_needed(prepared: Prepare, tmp_path: Path) -> None:
    np.savez(tmp_path / "d.npz", a=np.arange(4.0), b=np.arange(4.0) * 2, y=np.arange(4.0))
    again = _reloaded(prepared("source: {npz: d.npz}\ninputs: {x: {fields: [a, b]}}\ntargets: y\n"), tmp_path)
    later = make_table({"more": np.array([9]), "b": np.array([2]), "a": np.array([1])}, "later.npz")
    assert again.x(later)["x"].tolist() == [[1.0, 2.0]]


def test_a_missing_column_is_named_with_the_nearest(prepared: Prepare, tmp_path: Path) -> None:
    np.savez(tmp_path / "d.npz", a=np.arange(4.0), b=np.arange(4.0) * 2, y=np.arange(4.0))
    again = _reloaded(prepared("source: {npz: d.npz}\ninputs: {x: {fields: [a, b]}}\ntargets: y\n"), tmp_path)
    with pytest.raises(DataError, match=r"later\.npz has no field 'a'") as caught:
        again.x(make_table({"A": np.array([1]), "b": np.array([2])}, "later.npz"))
    assert caught.value.diagnostics[0].hint == "did you mean 'A'?"


@pytest.mark.parametrize(
    ("field", "transform", "shape", "later", "said"),
    [
        ("image", "[{Reshape: [4]}]", "[4]", np.zeros((3, 2, 3)), "has numbers of shape [2, 3], in training"),
        ("word", "[{StringLookup: {output_mode: one_hot}}]", "[5]", np.arange(3.0), "had text of shape []"),
        ("number", "[Normalization]", "[3]", np.array([["a", "b", "c"]]), "has text of shape [3], in training"),
    ],
)
def test_later_data_that_the_transforms_can_not_take_is_at_fault(
    field: str, transform: str, shape: str, later: np.ndarray, said: str, prepared: Prepare, tmp_path: Path
) -> None:
    np.savez(tmp_path / "d.npz", **ARRAYS)
    section = f"source: {{npz: d.npz}}\ninputs: {{x: {{field: {field}, transform: {transform}}}}}\ntargets: {{y: y}}\n"
    again = _reloaded(prepared(section, inputs=f"{{x: {shape}}}"), tmp_path)
    with pytest.raises(DataError) as caught:
        again.x(make_table({field: later}, "later.npz"))
    assert caught.value.diagnostics[0].message.startswith(f"'{field}' of later.npz ")
    assert said in caught.value.diagnostics[0].message


@pytest.fixture
def saved(prepared: Prepare, tmp_path: Path) -> Path:
    np.savez(tmp_path / "d.npz", **ARRAYS)
    section = "source: {npz: d.npz}\ninputs: {x: {field: number, transform: [Normalization]}}\ntargets: {y: y}\n"
    found = prepared(section, inputs="{x: [3]}")
    save_preprocessing(found.preprocessing, found.tables.train.head, tmp_path / "preprocessing")
    return tmp_path / "preprocessing"


def test_the_files_are_plain_keras_and_json(saved: Path) -> None:
    assert sorted(path.name for path in saved.iterdir()) == ["input_0_x.keras", FILE]
    model = keras.saving.load_model(saved / "input_0_x.keras")
    assert model(np.asarray(ARRAYS["number"], np.float32)).numpy().mean() == pytest.approx(0, abs=1e-5)
    assert json.loads((saved / FILE).read_text(encoding="utf-8"))["inputs"][0]["fields"] == ["number"]


def _without_a_file(saved: Path) -> None:
    (saved / "input_0_x.keras").unlink()


def _with_a_cut_file(saved: Path) -> None:
    path = saved / "input_0_x.keras"
    path.write_bytes(path.read_bytes()[:-50])


def _without_json(saved: Path) -> None:
    (saved / FILE).unlink()


def _with_cut_json(saved: Path) -> None:
    (saved / FILE).write_text((saved / FILE).read_text()[:40])


def _with_json_of_another_kind(saved: Path) -> None:
    (saved / FILE).write_text("[1]")


@pytest.mark.parametrize(
    "damage", [_without_a_file, _with_a_cut_file, _without_json, _with_cut_json, _with_json_of_another_kind]
)
def test_damage_is_named(damage: Callable[[Path], None], saved: Path) -> None:
    damage(saved)
    with pytest.raises(EnvironmentProblem) as caught:
        load_preprocessing(saved)
    assert str(saved) in caught.value.diagnostics[0].message
    assert caught.value.exit_code == 5


def test_a_file_that_would_run_code_is_refused(saved: Path) -> None:
    model = keras.Sequential([keras.Input((3,)), keras.layers.Lambda(lambda x: x * 2)])
    model.save(saved / "input_0_x.keras")
    with pytest.raises(EnvironmentProblem, match=r"input_0_x\.keras"):
        load_preprocessing(saved)


def test_a_write_that_fails_leaves_no_part_of_a_file(
    prepared: Prepare, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    np.savez(tmp_path / "d.npz", **ARRAYS)
    found = prepared(
        "source: {npz: d.npz}\ninputs: {x: {field: number, transform: [Normalization]}}\ntargets: {y: y}\n",
        inputs="{x: [3]}",
    )

    def torn(self: Any, path: Path, **_: Any) -> None:
        Path(path).write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(keras.Sequential, "save", torn)
    with pytest.raises(OSError, match="No space"):
        save_preprocessing(found.preprocessing, found.tables.train.head, tmp_path / "preprocessing")
    assert list((tmp_path / "preprocessing").iterdir()) == []
