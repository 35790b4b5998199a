"""Ejected scripts: the same first weights and the same losses as `kerascli train`, without kerascli."""

from __future__ import annotations

import os
import runpy
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest

from kerascli.errors import SpecError
from kerascli.run.build import build_model
from kerascli.run.eject import eject
from kerascli.spec.load import load_spec

from .ejected import run_both

CONFIGS = Path(__file__).parents[2] / "configs"
FEW = [
    "data.validation={count: 59000, shuffle: false}",
    "fit.epochs=2",
    "fit.validation_steps=2",
    "logs.tensorboard=false",
]
ONE = ["fit.epochs=2", "logs.tensorboard=false"]
READY = [
    ("mnist", FEW),
    ("mnist_cnn", FEW),
    ("mnist_lstm", FEW),
    ("news", [*ONE, "data.source.samples=200"]),
    ("regression", ONE),
    ("residual", FEW),
    ("two_branch", FEW),
]
QUICK = ("regression",)
FIELDS = (
    "{a: {shape: [6], normal: [0, 1]}, b: {shape: [], choice: [red, green, blue]}, t: {shape: [5], integers: [0, 9]}, "
    "kind: {shape: [], choice: [cat, dog, eel]}, score: {shape: [], uniform: [0, 4]}, w: {shape: [], uniform: [1, 2]}}"
)
GRAPH = f"""
name: graph
description: a graph with all that wiring can do
seed: 3
data:
  source: {{synthetic: {{samples: 90, fields: {FIELDS}}}}}
  validation: 0.2
  test: 0.1
  inputs:
    a: {{field: a, transform: [Normalization]}}
    b: {{field: b, transform: [{{StringLookup: {{output_mode: one_hot}}}}]}}
    t: t
  targets: {{kind: kind, score: {{field: score, transform: [Normalization]}}}}
model:
  inputs: {{a: [6], b: [4], t: {{shape: [5], dtype: int32}}}}
  blocks:
    residual:
      parameters: {{units: null}}
      layers:
        - Dense: {{units: $units, activation: relu}}
          name: wide
        - Dense: 4
        - Add:
          inputs: [dense, input]
  layers:
    - Model:
        layers: [{{Dense: 8}}, {{Dropout: 0.2}}, {{Dense: 4}}]
      name: encoder
      inputs: a
    - residual: 7
      repeat: 2
      name: deep
    - Embedding: {{input_dim: 9, output_dim: 4}}
      name: tokens
      inputs: t
    - Parameter: {{shape: [5, 4], initializer: zeros}}
      name: positions
    - Add:
      name: placed
      inputs: [tokens, positions]
    - LSTM: {{units: 4, return_sequences: true, return_state: true}}
      name: read
    - MultiHeadAttention: {{num_heads: 2, key_dim: 3}}
      name: attend
      inputs: {{query: read:0, value: placed, use_causal_mask: true}}
    - ops.mean: {{axis: 1}}
      name: mean
    - Dense: 4
      name: tied
    - layer: tied
      name: again
    - ops.get_item: ':, :2'
      name: cut
    - ops.concatenate: {{axis: -1}}
      name: joined
      inputs: [cut, deep, b, read:1]
    - Dense: {{units: 3, activation: softmax}}
      name: kind
    - Dense: {{units: 1, kernel_regularizer: {{L2: 1e-3}}, trainable: true}}
      name: score
      inputs: joined
  outputs: [kind, score]
compile:
  optimizer: {{Adam: {{learning_rate: {{ExponentialDecay: {{initial_learning_rate: 0.01, decay_steps: 5, decay_rate: 0.9}}}}}}}}
  loss: {{kind: sparse_categorical_crossentropy, score: mse}}
  loss_weights: {{kind: 1.0, score: 0.5}}
  metrics: {{kind: accuracy}}
fit: {{epochs: 2, batch_size: 16}}
callbacks: [{{EarlyStopping: {{patience: 3}}}}]
logs: {{tensorboard: false}}
"""
PHASES = """
name: phases
data:
  source: {synthetic: {samples: 60, fields: {x: {shape: [4], uniform: [0, 1]}, y: {shape: [], choice: [no, yes]}, w: {shape: [], uniform: [1, 2]}}}}
  validation: {count: 12, shuffle: false}
  targets: {y: {field: y, one_hot: true}}
  inputs: x
  sample_weight: w
model:
  inputs: {x: [4]}
  layers: [{Dense: 5, name: body}, {BatchNormalization: }, {Dense: {units: 2, activation: softmax}, name: y}]
compile: {optimizer: sgd, loss: categorical_crossentropy}
fit: {batch_size: 16, phases: [{epochs: 1, freeze: [body]}, {epochs: 2, unfreeze: [body], optimizer: {Adam: 1e-3}}]}
callbacks: [{LearningRateScheduler: {schedule: {0: 0.1, 2: 0.01}}}]
logs: {tensorboard: false}
"""


@pytest.mark.parametrize(
    ("name", "overrides"),
    [pytest.param(*one, marks=[] if one[0] in QUICK else [pytest.mark.long], id=one[0]) for one in READY],
)
def test_ready_specs(name: str, overrides: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names = run_both(CONFIGS / f"{name}.yaml", overrides, tmp_path, monkeypatch)
    assert (tmp_path / "model.keras").is_file()
    assert names["model"].built


@pytest.mark.parametrize(
    "text", [pytest.param(GRAPH, marks=pytest.mark.long, id="graph"), pytest.param(PHASES, id="phases")]
)
def test_all_of_the_language(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "spec.yaml").write_text(text)
    run_both(tmp_path / "spec.yaml", [], tmp_path, monkeypatch)


def test_first_weights_are_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Up to the model the script is run by itself: its weights are those of `build_model`, bit for bit."""
    (tmp_path / "spec.yaml").write_text(GRAPH)
    text = eject(load_spec(tmp_path / "spec.yaml")).text
    keras.utils.clear_session()
    (tmp_path / "model.py").write_text(text.partition("# Training")[0])
    script = runpy.run_path(str(tmp_path / "model.py"))["model"]
    keras.utils.clear_session()
    model = build_model(load_spec(tmp_path / "spec.yaml"))
    assert [type(layer).__name__ for layer in script.layers] == [type(layer).__name__ for layer in model.layers]
    for one, other in zip(script.get_weights(), model.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


def test_in_a_process_of_its_own(tmp_path: Path) -> None:
    """As a user types it; the script needs nothing of kerascli."""
    (tmp_path / "spec.yaml").write_text(PHASES)
    command = [sys.executable, "-m", "kerascli", "eject", "spec.yaml", "-o", "train.py"]
    root = str(Path(__file__).parents[2])
    environment = {**os.environ, "PYTHONPATH": root}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    again = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert again.returncode == 2
    assert "is there already" in again.stderr
    environment["PYTHONPATH"] = ""
    script = "import sys; sys.modules['kerascli'] = None; import runpy; runpy.run_path('train.py')"
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert (tmp_path / "model.keras").is_file()


@pytest.mark.parametrize(
    ("old", "new", "word"),
    [
        ("fit: {batch_size: 16,", "fit: {steps_per_epoch: 2, batch_size: 16,", "{steps_per_epoch"),
        (", optimizer: {Adam: 1e-3}}", "}", "{epochs: 2"),
        ("{Dense: 5, name: body}", "{Dense: 5, name: body, weights: body.npy}", "body.npy"),
        ("{count: 12, shuffle: false}", "{count: 12, stratify: y}", "y}"),
        ("inputs: {x: [4]}", "inputs: {x: {shape: [4], batch_size: 16}}", "model"),
    ],
)
def test_what_a_script_cant_say_is_refused(old: str, new: str, word: str, tmp_path: Path) -> None:
    assert old in PHASES
    np.save(tmp_path / "body.npy", np.zeros((4, 5), np.float32))
    (tmp_path / "spec.yaml").write_text(PHASES.replace(old, new))
    np.save(tmp_path / "body.npy", np.ones((4, 5), "float32"))
    with pytest.raises(SpecError) as caught:
        eject(load_spec(tmp_path / "spec.yaml"))
    fault = caught.value.diagnostics[0]
    assert fault.code == "not-ejectable"
    assert fault.span is not None
    assert fault.span.excerpt[fault.span.column - 1 :].startswith(word)


@pytest.mark.parametrize(
    ("old", "new", "word"),
    [
        ("inputs: x", "inputs: {x: {field: x, missing: mean}}", "mean"),
        ("inputs: x", "inputs: {x: {field: x, missing: {value: 0}}}", "{value"),
        ("inputs: x", "inputs: {x: {field: x, pad: 4}}", "4"),
        ("inputs: x", "inputs: {x: {field: x, read: npy}}", "npy"),
        ("inputs: x", "inputs: {x: {field: x, augment: [{GaussianNoise: 0.1}]}}", "GaussianNoise"),
        ("inputs: x", "inputs: x\n  augment: [MixUp]", "MixUp"),
        ("inputs: x", "inputs: x\n  window: {sequence_length: 3}", "{sequence_length"),
        ("inputs: x", "inputs: x\n  on_error: skip", "source"),
        ("{count: 12, shuffle: false}", "{count: 12, group: w}", "w}"),
        ("{count: 12, shuffle: false}", "{count: 12, order: w}", "w}"),
        ("{count: 12, shuffle: false}", "{csv: more.csv}", "{csv: more"),
    ],
)
def test_keys_of_data_are_refused_before_any_is_read(old: str, new: str, word: str, tmp_path: Path) -> None:
    text = PHASES.replace(old, new, 1)
    assert text != PHASES
    source = text[text.index("{synthetic") : text.index("\n", text.index("{synthetic"))]
    # The file is not there: nobody may wait for the reading of data that no script can be made of.
    (tmp_path / "spec.yaml").write_text(text.replace(source, "{csv: gone.csv}"))
    with pytest.raises(SpecError) as caught:
        eject(load_spec(tmp_path / "spec.yaml"))
    fault = caught.value.diagnostics[0]
    assert fault.code == "not-ejectable"
    assert fault.span is not None
    assert fault.span.excerpt[fault.span.column - 1 :].startswith(word)


def test_where_samples_are_kept_does_not_matter(tmp_path: Path) -> None:
    texts = []
    for cache in ("", "\n  cache: disk", "\n  cache: none"):
        (tmp_path / "spec.yaml").write_text(PHASES.replace("inputs: x", f"inputs: x{cache}", 1))
        texts.append(eject(load_spec(tmp_path / "spec.yaml")).text)
    assert texts[0] == texts[1] == texts[2]


@pytest.mark.parametrize(
    ("source", "word"),
    [
        ("{jsonl: d.jsonl}", "jsonl"),
        ("{csv: {path: d.csv, columns: {x: date}}}", "csv"),
        ("{csv: 'd*.csv'}", "csv"),
    ],
)
def test_sources_that_a_script_does_not_read(source: str, word: str, tmp_path: Path) -> None:
    (tmp_path / "d.jsonl").write_text('{"x": 1, "y": 2}\n' * 4)
    (tmp_path / "d.csv").write_text("x,y\n" + "2020-01-01,2\n" * 4)
    (tmp_path / "spec.yaml").write_text(
        f"data: {{source: {source}, inputs: x, targets: y}}\nmodel: {{inputs: {{x: [1]}}, layers: [{{Dense: 1, name: y}}]}}\n"
        "compile: {optimizer: sgd, loss: mse}\nlogs: {tensorboard: false}\n".replace("'d*.csv'", "'d*.csv'")
    )
    if "*" in source:
        (tmp_path / "d.csv").write_text("x,y\n" + "1,2\n" * 4)
    with pytest.raises(SpecError) as caught:
        eject(load_spec(tmp_path / "spec.yaml"))
    fault = caught.value.diagnostics[0]
    assert fault.code == "not-ejectable" and fault.span is not None
    assert fault.span.excerpt[fault.span.column - 1 :].startswith(word)
