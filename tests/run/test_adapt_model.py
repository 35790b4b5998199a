"""Layers inside a model that learn are adapted as Keras does it by hand, on the training split alone, and stay as they are."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from kerascli.check import check_spec, require_sound
from kerascli.errors import SpecError
from kerascli.run.build import build_model
from kerascli.run.evaluate import evaluate
from kerascli.run.predict import predict
from kerascli.run.train import train
from kerascli.spec.load import load_spec

Write = Callable[..., Path]

SPEC = """\
name: learn
seed: 2
data:
  source: {csv: FOLDER/d.csv}
  validation: {count: 10, shuffle: false}
  inputs: {num: {fields: [a, b]}, word: w, text: t, code: c}
  targets: y
  cache: CACHE
model:
  inputs: {num: [2], word: {shape: [], dtype: string}, text: {shape: [], dtype: string}, code: {shape: [1], dtype: int32}}
  layers:
    - {Rescaling: 0.5, name: half, inputs: num}
    - {Normalization, name: norm}
    - {Discretization: {num_bins: 3}, name: bins, inputs: half}
    - {StringLookup: {output_mode: one_hot}, name: lookup, inputs: word}
    - {TextVectorization: {output_mode: tf_idf}, name: words, inputs: text}
    - {IntegerLookup: {output_mode: multi_hot}, name: codes, inputs: code}
    - {Concatenate: {}, name: all, inputs: [norm, lookup, words, codes]}
    - Dense: {units: 1}
      name: y
compile: {optimizer: sgd, loss: mse}
fit: {epochs: 1, batch_size: 16}
logs: {tensorboard: false}
"""


def rows() -> dict[str, list[Any]]:
    """Forty rows; the first ten, which validate, hold what no other does."""
    random = np.random.default_rng(3)
    held, words = 10, ["red", "green", "green", "blue"]
    return {
        "a": [1000.0] * held + [float(value) for value in random.normal(3, 2, 30).round(3)],
        "b": [float(value) for value in random.normal(-1, 5, 40).round(3)],
        "w": ["held"] * held + [words[row % 4] for row in range(30)],
        "t": ["only here"] * held + [f"{words[row % 4]} {words[row % 3]} fish" for row in range(30)],
        "c": [99] * held + [row % 4 * 11 for row in range(30)],
        "y": [float(value) for value in random.normal(size=40).round(3)],
    }


@pytest.fixture(params=["auto", "none"])
def spec(request: pytest.FixtureRequest, write_spec: Write, tmp_path: Path) -> Path:
    table = rows()
    lines = [",".join(table), *(",".join(str(value) for value in row) for row in zip(*table.values(), strict=True))]
    (tmp_path / "d.csv").write_text("\n".join(lines) + "\n")
    text = SPEC.replace("FOLDER", str(tmp_path)).replace("CACHE", request.param)
    return write_spec(text.replace("- {Normalization, name: norm}", "- Normalization: {}\n      name: norm"))


def by_hand() -> dict[str, Any]:
    """The same layers, adapted as a script does."""
    table = {name: np.array(values[10:]) for name, values in rows().items()}
    num = np.stack([table["a"], table["b"]], 1).astype(np.float32) * np.float32(0.5)
    made = {
        "norm": (keras.layers.Normalization(), num),
        "bins": (keras.layers.Discretization(num_bins=3), num),
        "lookup": (keras.layers.StringLookup(output_mode="one_hot"), table["w"]),
        "words": (keras.layers.TextVectorization(output_mode="tf_idf"), table["t"]),
        "codes": (keras.layers.IntegerLookup(output_mode="multi_hot"), table["c"][:, None].astype(np.int32)),
    }
    for layer, values in made.values():
        layer.adapt(values)
    return made


def test_they_learn_as_by_hand_and_on_training_rows_alone(spec: Path, tmp_path: Path) -> None:
    loaded = load_spec(spec)
    assert [one.code for one in require_sound(loaded)] == ["unreachable-layer"]
    result = train(loaded, tmp_path / "runs")
    for name, (layer, values) in by_hand().items():
        if name == "bins":
            # It reaches no output, so that Keras leaves it out.
            continue
        ours = np.asarray(result.model.get_layer(name)(values))
        np.testing.assert_allclose(ours, np.asarray(layer(values)), rtol=1e-6, atol=1e-6)
    assert "held" not in result.model.get_layer("lookup").get_vocabulary()
    resolved = load_spec(result.folder / "spec.yaml")
    values = {layer.name: layer.component for layer in resolved.model.layers}
    assert list(values["lookup"].value("vocabulary")) == by_hand()["lookup"][0].get_vocabulary()[1:]
    assert list(values["bins"].value("bin_boundaries")) == [float(one) for one in by_hand()["bins"][0].bin_boundaries]
    assert len(values["norm"].value("mean")) == 2 and len(values["words"].value("idf_weights")) == 4


def test_what_was_learnt_stays(spec: Path, tmp_path: Path) -> None:
    first = train(load_spec(spec), tmp_path / "runs")
    again = train(load_spec(first.folder / "spec.yaml"), tmp_path / "again")
    assert (again.folder / "spec.yaml").read_text() == (first.folder / "spec.yaml").read_text()
    for one, other in zip(first.model.get_weights(), again.model.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)
    table = tmp_path / "d.csv"
    metrics = evaluate(first.folder, table).metrics
    predicted = predict(first.folder, table).columns["y"]
    raw = {name: np.array(values, object if name in ("w", "t") else None) for name, values in rows().items()}
    np.testing.assert_array_equal(first(raw)["y"], predicted)
    saved = keras.saving.load_model(first.folder / "model.keras")
    columns = {name: np.array(values) for name, values in rows().items()}
    x = {"num": np.stack([columns["a"], columns["b"]], 1).astype(np.float32),
         "word": columns["w"].astype(str), "text": columns["t"].astype(str),
         "code": columns["c"][:, None].astype(np.int32)}  # fmt: skip
    x = {
        name: keras.ops.convert_to_tensor(value) if name in ("num", "code") else _texts(value)
        for name, value in x.items()
    }
    np.testing.assert_allclose(np.asarray(saved(x)).reshape(-1), np.asarray(predicted).reshape(-1), rtol=1e-5)
    assert np.isfinite(metrics["loss"])


def _texts(array: np.ndarray) -> Any:
    import tensorflow as tf

    return tf.constant(array)


def test_build_model_adapts_too(spec: Path) -> None:
    model = build_model(load_spec(spec))
    layer, values = by_hand()["norm"]
    np.testing.assert_allclose(np.asarray(model.get_layer("norm")(values)), np.asarray(layer(values)), rtol=1e-6)


@pytest.mark.parametrize(
    ("layers", "place"),
    [
        ("[{Dense: 3}, {Normalization: {}, name: far}, {Dense: 1, name: y}]", "far"),
        ("[{Model: {inputs: {i: [4]}, layers: [{Normalization: {}, name: far}]}}, {Dense: 1, name: y}]", "far"),
    ],
    ids=["behind weights", "nested"],
)
def test_what_reads_no_input_is_an_error(write_spec: Write, layers: str, place: str) -> None:
    text = "data:\n  source: {synthetic: {samples: 20, fields: {x: {shape: [4]}, y: {shape: [1]}}}}\nmodel:\n  inputs: {x: [4]}\n"
    spec = load_spec(write_spec(text + f"  layers: {layers}\ncompile: {{loss: mse}}\n"))
    with pytest.raises(SpecError, match=f"'{place}' learns from the data, but reads no input"):
        require_sound(spec)
    written = layers.replace("Normalization: {}", "Normalization: {mean: 0, variance: 1}")
    require_sound(load_spec(write_spec(text + f"  layers: {written}\ncompile: {{loss: mse}}\n")))


@pytest.mark.parametrize("axis", ["-1", "1", "null", "[1, 2]"])
def test_axes_of_a_normalization(write_spec: Write, axis: str) -> None:
    text = (
        "seed: 1\ndata:\n  source: {synthetic: {samples: 30, fields: {x: {shape: [3, 4], normal: [5, 2]}, y: {shape: [1]}}}}\n"
        f"model:\n  inputs: {{x: [3, 4]}}\n  layers: [{{Normalization: {{axis: {axis}}}, name: n}}, Flatten, {{Dense: 1, name: y}}]\n"
        "compile: {loss: mse}\n"
    )
    model = build_model(load_spec(write_spec(text)))
    x = np.random.default_rng(0).normal(5, 2, (6, 3, 4)).astype(np.float32)
    out = np.asarray(model.get_layer("n")(x))
    assert out.shape == x.shape and abs(out.mean()) < 0.5 and 0.6 < out.std() < 1.4


def test_without_data_it_is_said(write_spec: Write) -> None:
    spec = load_spec(write_spec("model:\n  inputs: {x: [4]}\n  layers: [{Normalization: {}, name: n}, {Dense: 1}]\n"))
    assert [(one.code, one.severity) for one in check_spec(spec)] == [("not-adapted", "warning")]
