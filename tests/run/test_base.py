"""Trained models as the start of others: `base`, `weights` and a layer's own starting weights."""

from __future__ import annotations

import json
from pathlib import Path

import keras
import numpy as np
import pytest

from kerascli.errors import SpecError
from kerascli.run.build import build_model
from kerascli.run.load_run import load_run, run_or_file
from kerascli.run.train import train
from kerascli.spec.load import load_spec

FIELDS = "x: {shape: [8], uniform: [0, 1]}, a: {shape: [], integers: [0, 3]}, b: {shape: [1], uniform: [0, 1]}"
TWO = f"""
name: two
data: {{source: {{synthetic: {{samples: 32, fields: {{{FIELDS}}}}}}}}}
model:
  inputs: {{x: [8]}}
  blocks: {{mixer: {{layers: [{{Dense: {{units: 6, activation: relu, name: dense}}}}, BatchNormalization]}}}}
  layers:
    - mixer:
      name: mixing
    - Dense: {{units: 3, activation: softmax, name: a}}
    - Dense: 1
      name: b
      inputs: mixing
  outputs: [a, b]
compile: {{optimizer: adam, loss: {{a: sparse_categorical_crossentropy, b: mse}}}}
"""
MORE = FIELDS + ", c: {shape: [], integers: [0, 2]}"
THIRD = f"""
name: third
data: {{source: {{synthetic: {{samples: 32, fields: {{{MORE}}}}}}}}}
model:
  base: {{from: two/latest, outputs: [mixing/batch_normalization], trainable: ['a']}}
  layers:
    - Dense: {{units: 2, activation: softmax}}
      name: c
  outputs: [a, b, c]
compile: {{optimizer: adam, loss: sparse_categorical_crossentropy}}
"""
X = np.random.default_rng(0).random((4, 8), dtype="float32")


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of runs that holds the two-headed one."""
    folder = tmp_path_factory.mktemp("base")
    (folder / "two.yaml").write_text(TWO)
    train(load_spec(folder / "two.yaml"), runs=folder / "runs")
    return folder / "runs"


def write(runs: Path, text: str) -> Path:
    """A spec beside the runs."""
    path = runs.parent / "spec.yaml"
    path.write_text(text)
    return path


def outputs_of(runs: Path) -> list[np.ndarray]:
    """What the two-headed run gives for `X`."""
    folder = run_or_file("two/latest", runs)
    return [np.asarray(one) for one in load_run(folder).model(X)]  # type: ignore[arg-type]


def test_third_head_on_a_two_headed_run(runs: Path) -> None:
    """Old heads stay with their weights; what is frozen does not move in training, and the run stands by itself."""
    spec = load_spec(write(runs, THIRD), runs=runs)
    model = build_model(spec)
    before = outputs_of(runs)
    for old, new in zip(before, model(X)[:2], strict=True):
        np.testing.assert_array_equal(old, new)
    assert [layer.name for layer in model.layers if layer.weights and layer.trainable] == ["a", "c"]
    losses = "{a: sparse_categorical_crossentropy, b: null, c: sparse_categorical_crossentropy}"
    text = THIRD.replace("loss: sparse_categorical_crossentropy", f"loss: {losses}")
    result = train(load_spec(write(runs, text), runs=runs), runs=runs)
    np.testing.assert_array_equal(before[1], result.model(X)[1])
    assert not np.array_equal(before[0], result.model(X)[0])
    # The run says all by itself: it is read again although the base is gone.
    resolved = (result.folder / "spec.yaml").read_text()
    assert "base" not in resolved.split("weights: {from")[0]
    (runs / "two").rename(runs / "gone")
    try:
        again = load_run(run_or_file("third/latest", runs))  # type: ignore[arg-type]
        np.testing.assert_array_equal(np.asarray(again.model(X)[2]), np.asarray(result.model(X)[2]))
    finally:
        (runs / "gone").rename(runs / "two")


def test_cut_from_a_file(runs: Path) -> None:
    """A `.keras` file as the base: only what is needed comes along, and its weights with it."""
    keras.utils.clear_session()
    start = keras.Input((8,), name="x")
    hidden = keras.layers.Dense(5, name="hidden layer")(start)
    file = keras.Model(start, keras.layers.Dense(2, name="old")(hidden))
    file.save(runs.parent / "old.keras")
    text = (
        "model:\n  base: {from: old.keras, outputs: [hidden_layer], trainable: false}\n  layers: [ReLU, {Dense: 1}]\n"
    )
    model = build_model(load_spec(write(runs, text)))
    assert [type(layer).__name__ for layer in model.layers if layer.name != "x"] == ["Dense", "ReLU", "Dense"]
    hidden_layer = model.get_layer("hidden_layer")
    np.testing.assert_array_equal(hidden_layer.get_weights()[0], file.get_layer("hidden layer").get_weights()[0])
    assert not hidden_layer.trainable


def test_cut_from_an_application(runs: Path) -> None:
    text = """
model:
  base:
    from: {applications.MobileNetV2: {input_shape: [32, 32, 3], alpha: 0.35, include_top: false}}
    outputs: [block_1_expand_relu]
    trainable: ['block_1*']
  layers: [GlobalAveragePooling2D, {Dense: 3}]
"""
    model = build_model(load_spec(write(runs, text)))
    assert model.output_shape == (None, 3)
    assert [layer.name for layer in model.layers if layer.weights and layer.trainable] == [
        "block_1_expand",
        "block_1_expand_BN",
        "dense",
    ]


def test_train_on_an_application(runs: Path) -> None:
    """The base's input goes by the short form of `data.inputs`; the run is read again without making the application."""
    text = """
name: app
data:
  source: {synthetic: {samples: 8, fields: {image: {shape: [32, 32, 3], uniform: [0, 255]}, kind: {integers: [0, 3]}}}}
  inputs: image
model:
  base: {from: {applications.MobileNetV3Small: {input_shape: [32, 32, 3], include_top: false}}, trainable: false}
  layers:
    - GlobalAveragePooling2D
    - Dense: {units: 3, activation: softmax}
      name: kind
compile: {optimizer: adam, loss: sparse_categorical_crossentropy}
fit: {batch_size: 8}
logs: {tensorboard: false}
"""
    result = train(load_spec(write(runs, text)), runs=runs)
    again = load_run(run_or_file("app", runs)).model  # type: ignore[arg-type]
    for one, other in zip(result.model.get_weights(), again.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


def test_weights_by_name_with_a_report(runs: Path) -> None:
    text = TWO.replace("name: two", "name: again").replace(
        "  outputs:", "  weights: {from: two, skip: [a]}\n  outputs:"
    )
    text = text.replace("Dense: 1\n", "Dense: {units: 1, use_bias: false}\n")
    result = train(load_spec(write(runs, text), runs=runs), runs=runs)
    (report,) = json.loads((result.folder / "run.json").read_text())["model"]["start_weights"]
    assert report["copied"] == ["mixing/dense", "mixing/batch_normalization"]
    assert (report["skipped"], report["differing"], report["missing"]) == (["a"], ["b"], [])


def test_weights_of_one_layer(runs: Path, tmp_path: Path) -> None:
    table = np.arange(12, dtype="float32").reshape(4, 3)
    np.save(runs.parent / "glove.npy", table)
    text = "model:\n  inputs: {t: {shape: [5], dtype: int32}}\n  layers:\n    - Embedding: [4, 3]\n"
    text = text.replace("[4, 3]", "{input_dim: 4, output_dim: 3}") + "      weights: glove.npy\n"
    model = build_model(load_spec(write(runs, text)))
    np.testing.assert_array_equal(model.layers[-1].get_weights()[0], table)
    np.save(runs.parent / "glove.npy", table.T)
    with pytest.raises(SpecError, match=r"holds \(3, 4\)") as caught:
        build_model(load_spec(write(runs, text)))
    span = caught.value.diagnostics[0].span
    assert span is not None and span.excerpt.strip() == "weights: glove.npy"


@pytest.mark.parametrize(
    ("old", "new", "code", "word"),
    [
        ("two/latest", "too/latest", "unknown-run", "too/latest"),
        ("two/latest", "none.keras", "missing-file", "none.keras"),
        ("[mixing/batch_normalization]", "[mixin]", "unknown-layer", "mixin"),
        ("'a'", "'z*'", "no-match", "'z*'"),
        ("name: c", "name: a", "duplicate-name", "a"),
        ("from: two/latest, ", "", "missing-key", "{"),
        ("two/latest", "Dense", "base", "Dense"),
    ],
)
def test_faults_of_a_base(runs: Path, old: str, new: str, code: str, word: str) -> None:
    assert old in THIRD
    with pytest.raises(SpecError) as caught:
        load_spec(write(runs, THIRD.replace(old, new)), runs=runs)
    found = [one for one in caught.value.diagnostics if one.severity == "error"]
    assert code in [one.code for one in found]
    span = next(one.span for one in found if one.code == code)
    assert span is not None
    assert span.excerpt[span.column - 1 :].startswith(word)


def test_phases_unfreeze_the_base(runs: Path) -> None:
    """`base/*` means what came from the base; the resolved spec, which has no base, names the layers."""
    text = THIRD.replace("outputs: [a, b, c]", "outputs: [c]").replace(", trainable: ['a']", ", trainable: false")
    text += "fit: {phases: [{epochs: 1}, {epochs: 1, unfreeze: ['base/*']}]}\n"
    result = train(load_spec(write(runs, text), runs=runs), runs=runs)
    assert "unfreeze: [mixing/dense, mixing/batch_normalization]" in (result.folder / "spec.yaml").read_text()
    before = outputs_of(runs)
    assert not np.array_equal(before[0], result.model(X))
    assert all(layer.trainable for layer in result.model.layers)
