"""A model class of one's own: it trains, evaluates, predicts, and is summarised and drawn like the others."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from kerascli.errors import SpecError
from kerascli.run.build import build_model
from kerascli.run.describe import describe_model
from kerascli.run.evaluate import evaluate
from kerascli.run.load_run import load_run, run_or_file
from kerascli.run.predict import predict
from kerascli.run.train import train
from kerascli.spec.load import load_spec

PLUGIN = '''
import keras
from keras import layers, ops


class NewsModel(keras.Model):
    """Two inputs by name, two heads by name, one layer called twice."""

    def __init__(self, units=5, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.shared = layers.Dense(units, activation="relu", name="shared")
        self.drop = layers.Dropout(0.3, name="dropout")
        self.kind = layers.Dense(3, activation="softmax", name="kind")
        self.score = layers.Dense(1, name="score")

    def call(self, inputs, training=False):
        hidden = self.drop(self.shared(inputs["title"]), training=training) + self.shared(inputs["text"])
        return {"kind": self.kind(hidden), "score": self.score(hidden), "hidden": hidden}

    def get_config(self):
        return {**super().get_config(), "units": self.units}


class Plain(keras.Model):
    """One input, two heads in order, a step of its own."""

    def __init__(self):
        super().__init__()
        self.kind = layers.Dense(3, activation="softmax")
        self.score = layers.Dense(1)

    def call(self, x):
        return self.score(x), self.kind(x)

    def train_step(self, data):
        return {**super().train_step(data), "weight": ops.sum(self.score.kernel)}


class Tower(keras.Model):
    """A model in a model."""

    def __init__(self):
        super().__init__()
        self.inner = keras.Sequential([layers.Dense(4, name="one"), layers.Dense(3, name="two")], name="inner")
        self.last = layers.Dense(2, name="last")

    def call(self, x):
        return self.last(self.inner(x) + 1.0)
'''
FIELDS = (
    "title: {shape: [4], uniform: [0, 1]}, text: {shape: [4], uniform: [0, 1]}, "
    "kind: {shape: [], integers: [0, 3]}, score: {shape: [1], uniform: [0, 1]}"
)
SPEC = f"""
name: news
plugins: [models.py]
data:
  source: {{synthetic: {{samples: 60, fields: {{{FIELDS}}}}}}}
  validation: 0.2
  test: 0.2
  inputs: {{title: title, text: text}}
  targets: {{score: score, kind: kind}}
model: {{class: NewsModel, arguments: {{units: 6}}}}
compile: {{optimizer: adam, loss: {{score: mse, kind: sparse_categorical_crossentropy}}, metrics: {{kind: accuracy}}}}
fit: {{epochs: 2, batch_size: 12}}
"""
PLAIN = SPEC.replace("inputs: {title: title, text: text}", "inputs: title").replace(
    "class: NewsModel, arguments: {units: 6}", "class: plugins.Plain"
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the plugin."""
    (tmp_path / "models.py").write_text(PLUGIN)
    return tmp_path


def write(folder: Path, text: str) -> Path:
    """A spec beside it."""
    (folder / "spec.yaml").write_text(text)
    return folder / "spec.yaml"


def test_heads_by_name(folder: Path) -> None:
    spec = load_spec(write(folder, SPEC), trust=True)
    result = train(spec, folder / "runs")
    assert set(result.history) >= {"loss", "kind_accuracy", "kind_loss", "score_loss", "val_kind_accuracy"}
    again = evaluate("news", runs=folder / "runs", trust=True)
    assert again.metrics == pytest.approx(result.metrics, rel=1e-5)
    new = {"title": np.zeros((3, 4), "float32"), "text": np.ones((3, 4), "float32")}
    np.savez(folder / "new.npz", **new)
    found = predict("news", folder / "new.npz", runs=folder / "runs", trust=True)
    by_hand = load_run(run_or_file("news", folder / "runs"), trust=True).model(new)  # type: ignore[arg-type]
    np.testing.assert_allclose(found.columns["score"], by_hand["score"], rtol=1e-6)


def test_heads_in_order_and_a_step_of_its_own(folder: Path) -> None:
    result = train(load_spec(write(folder, PLAIN), trust=True), folder / "runs")
    assert len(result.history["weight"]) == 2
    assert {"score_loss", "kind_loss"} <= set(result.history)


def test_summary_shows_layers_and_shapes(folder: Path) -> None:
    summary = describe_model(load_spec(write(folder, SPEC), trust=True))
    rows = {row.path: (row.inputs, row.outputs[0].shape, row.parameters) for row in summary.layers}
    assert rows == {
        "title": ((), (None, 4), 0),
        "text": ((), (None, 4), 0),
        "shared": (("title",), (None, 6), 30),
        "dropout": (("shared",), (None, 6), 0),
        "shared (call 2)": (("text",), (None, 6), 0),
        "kind": (("dropout", "shared (call 2)"), (None, 3), 21),
        "score": (("dropout", "shared (call 2)"), (None, 1), 7),
    }
    assert dict(summary.outputs) == {"score": "score", "kind": "kind"}
    assert summary.parameters == 58


def test_mixtures_are_shown_to_the_bottom(folder: Path) -> None:
    """A class of one's own in a functional graph, a `Sequential` in that class."""
    text = """
plugins: [models.py]
model:
  inputs: {x: [4], y: [2]}
  layers:
    - Tower:
      name: tower
      inputs: x
    - Add:
      name: sum
      inputs: [tower, y]
"""
    summary = describe_model(load_spec(write(folder, text), trust=True))
    rows = {row.path: (row.inside, row.inputs, row.outputs[0].shape) for row in summary.layers}
    assert rows["tower"] == ("", ("x",), (None, 2))
    assert rows["tower/inner"] == ("tower", ("x",), (None, 3))
    assert rows["tower/inner/two"] == ("tower/inner", ("tower/inner/one",), (None, 3))
    assert rows["tower/last"] == ("tower", ("tower/inner",), (None, 2))
    assert rows["sum"] == ("", ("tower", "y"), (None, 2))


@pytest.mark.parametrize(
    ("old", "new", "code", "word"),
    [
        ("class: NewsModel", "class: NewModel", "unknown-class", "NewModel"),
        ("units: 6", "unit: 6", "unknown-argument", "unit"),
        ("model: {", "model: {layers: [ReLU], ", "own-class", "layers"),
        ("targets: {score: score", "targets: {scores: score", "own-class", "NewsModel"),
        ("units: 6", "units: -1", "keras-error", "-1"),
    ],
)
def test_faults_stand_at_their_place(folder: Path, old: str, new: str, code: str, word: str) -> None:
    assert old in SPEC
    text = (
        SPEC.replace(old, new).replace("loss: {score", "loss: {scores") if "scores" in new else SPEC.replace(old, new)
    )
    with pytest.raises(SpecError) as caught:
        build_model(load_spec(write(folder, text), trust=True))
    fault = next(one for one in caught.value.diagnostics if one.severity == "error")
    assert fault.code == code
    assert fault.span is not None
    assert fault.span.excerpt[fault.span.column - 1 :].startswith(word)
