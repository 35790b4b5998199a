"""Ejected scripts train as kerascli does: weights of samples and classes, steps, phases, splits, plugins."""

from __future__ import annotations

from pathlib import Path

import pytest

from .ejected import run_both

FIELDS = (
    "{x: {shape: [4], uniform: [0, 1]}, z: {shape: [], normal: [0, 1]}, y: {shape: [], choice: [no, yes, so]}, "
    "w: {shape: [], uniform: [1, 2]}}"
)
ONE = f"""
name: one
data:
  source: {{synthetic: {{samples: 70, fields: {FIELDS}}}}}
  validation: 0.2
  inputs: x
  targets: {{y: y}}
model:
  inputs: {{x: [4]}}
  layers: [{{Dense: 5, name: body}}, BatchNormalization, {{Dense: {{units: 3, activation: softmax}}, name: y}}]
compile: {{optimizer: adam, loss: sparse_categorical_crossentropy, metrics: [accuracy]}}
fit: {{batch_size: 16, epochs: 3}}
logs: {{tensorboard: false}}
"""
TWO = f"""
name: two
data:
  source: {{synthetic: {{samples: 70, fields: {FIELDS}}}}}
  validation: 0.2
  inputs: x
  targets: {{y: {{field: y, one_hot: true}}, z: z}}
model:
  inputs: {{x: [4]}}
  layers:
    - {{Dense: 5, name: body}}
    - {{Dense: {{units: 3, activation: softmax}}, name: y}}
    - {{Dense: 1, name: z, inputs: body}}
  outputs: [y, z]
compile: {{optimizer: adam, loss: {{y: categorical_crossentropy, z: mse}}, metrics: {{y: [accuracy], z: [mae]}}}}
fit: {{batch_size: 16, epochs: 2}}
logs: {{tensorboard: false}}
"""
STOPS = "{EarlyStopping: {patience: 0, monitor: loss, min_delta: 9.0}}"
# Each case is a training by the command and one by the script: CI has one with all kinds of weights and one with phases.
QUICK = ("weights of two heads", "phases")
ALL = {
    "class and sample weights": (ONE, ["fit.class_weight=balanced", "data.sample_weight=w"]),
    "weights of two heads": (TWO, ["fit.class_weight={y: {yes: 2}}", "data.sample_weight={z: w}"]),
    "epochs of less than a pass": (ONE, ["fit.steps_per_epoch=3"]),
    "validation in part": (ONE, ["fit.validation_steps=2", "fit.validation_batch_size=5"]),
    "phases": (
        ONE.replace(
            "epochs: 3", f"phases: [{{epochs: 4, callbacks: [{STOPS}], batch_size: 8}}, {{epochs: 2, optimizer: sgd}}]"
        ),
        [],
    ),
    "layers that draw when they are built": (
        ONE.replace("Dense: 5,", "SpectralNormalization: {layer: {Dense: 5}},"),
        [],
    ),
    "class weights": (ONE, ["fit.class_weight={yes: 3, 0: 0.5}"]),
    "sample weights": (ONE, ["data.sample_weight=w", "compile.metrics=[]", "+compile.weighted_metrics=[accuracy]"]),
    "epochs of more than a pass": (ONE, ["fit.steps_per_epoch=6"]),
    "steps in a fixed order": (ONE, ["fit.steps_per_epoch=3", "fit.shuffle=false"]),
    "a fixed order": (ONE, ["fit.shuffle=false"]),
    "validation now and then": (ONE, ["fit.validation_freq=2", "fit.validation_steps=1"]),
    "no validation yet": (ONE, ["fit.epochs=1", "fit.validation_freq=2"]),
    "no validation": (ONE, ["~data.validation"]),
    "several steps a call": (ONE, ["compile.steps_per_execution=2"]),
    "xla": (ONE, ["compile.jit_compile=true"]),
    "deterministic": (ONE, ["fit.deterministic=true"]),
    "mixed precision": (ONE, ["dtype=mixed_bfloat16"]),
    "a head without a loss": (TWO, ["compile.loss.z=null", "compile.metrics={y: [accuracy]}"]),
    "best by another log": (ONE, ["checkpoints.best=val_accuracy"]),
    "a frozen layer": (ONE, ["model.layers.body.trainable=false"]),
    "freezing phases": (
        ONE.replace(
            "epochs: 3",
            "phases: [{epochs: 1, freeze: [body]}, {epochs: 1, unfreeze: [body], freeze: [y], optimizer: sgd}]",
        ),
        [],
    ),
}
CASES = [pytest.param(*case, id=name, marks=[] if name in QUICK else [pytest.mark.long]) for name, case in ALL.items()]


@pytest.mark.filterwarnings("ignore:Gradients do not exist", "ignore:Can save best model only")
@pytest.mark.parametrize(("text", "overrides"), CASES)
def test_same_history(text: str, overrides: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "spec.yaml").write_text(text)
    run_both(tmp_path / "spec.yaml", overrides, tmp_path, monkeypatch)


def test_a_fraction_is_of_the_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also after a test split by count; and numbers with a decimal comma."""
    rows = [f"{i % 7},{i % 3};{i % 5};{'xyz'[i % 3]}" for i in range(60)]
    (tmp_path / "table.csv").write_text("\n".join(["a;b;k", *rows]) + "\n")
    (tmp_path / "spec.yaml").write_text("""
data:
  source: {csv: {path: table.csv, separator: ";", decimal: ","}}
  validation: 0.25
  test: {count: 10, shuffle: false}
  inputs: {v: {fields: [a, b]}}
  targets: {k: {field: k, classes: [z, y, x]}}
model: {inputs: {v: [2]}, layers: [{Dense: {units: 3, activation: softmax}, name: k}]}
compile: {loss: sparse_categorical_crossentropy}
fit: {epochs: 2, batch_size: 8}
logs: {tensorboard: false}
""")
    names = run_both(tmp_path / "spec.yaml", [], tmp_path, monkeypatch)
    assert [len(names[f"y_{split}"]) for split in ("train", "validation", "test")] == [35, 15, 10]


PLUGIN = """
import keras


@keras.saving.register_keras_serializable("mine")
class Linear(keras.layers.Layer):
    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.units = units

    def build(self, shape):
        self.kernel = self.add_weight(shape=(shape[-1], self.units), initializer="glorot_uniform")

    def call(self, inputs):
        return keras.ops.matmul(inputs, self.kernel)

    def get_config(self):
        return {**super().get_config(), "units": self.units}


@keras.saving.register_keras_serializable("mine")
class Net(keras.Model):
    def __init__(self, units=3, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.hidden, self.last = keras.layers.Dense(units), keras.layers.Dense(1)

    def call(self, inputs):
        return self.last(self.hidden(inputs))

    def get_config(self):
        return {**super().get_config(), "units": self.units}


@keras.saving.register_keras_serializable("mine")
def absolute(y_true, y_pred):
    return keras.ops.mean(keras.ops.abs(y_true - y_pred), axis=-1)
"""


@pytest.mark.parametrize(
    ("module", "model"),
    [
        ("mine_layers", "{inputs: {x: [4]}, layers: [{Linear: 5}, {Dense: 1, name: y}]}"),
        pytest.param(
            "mine_models", "{class: Net, arguments: {units: 2}, inputs: {x: [4]}, outputs: [y]}", marks=pytest.mark.long
        ),
    ],
)
def test_plugins_are_imported_from_beside_it(
    module: str, model: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "source").mkdir()
    (tmp_path / "source" / f"{module}.py").write_text(PLUGIN.replace('"mine"', f'"{module}"'))
    (tmp_path / "source" / "spec.yaml").write_text(f"""
plugins: [{module}.py]
data:
  source: {{synthetic: {{samples: 64, fields: {{x: {{shape: [4]}}, y: {{shape: [1]}}}}}}}}
  validation: 0.25
  inputs: {{x: x}}
  targets: {{y: y}}
model: {model}
compile: {{optimizer: sgd, loss: absolute}}
fit: {{epochs: 2}}
logs: {{tensorboard: false}}
""")
    run_both(tmp_path / "source" / "spec.yaml", [], tmp_path, monkeypatch)
    assert (tmp_path / f"{module}.py").is_file()
