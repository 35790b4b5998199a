"""A first batch forward and backward: what can't learn is named at its line, what can is not, and no trace is left."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from kerascli.check import require_sound
from kerascli.errors import Diagnostic, KerascliError
from kerascli.run.doubts import find_doubts
from kerascli.run.first_batches import try_batches
from kerascli.run.preflight import check_data, prepare_training
from kerascli.run.session import keras_session
from kerascli.spec.load import load_spec

SPEC = """\
name: deep
seed: 4
data:
  source:
    synthetic:
      samples: 96
      fields: {x: {shape: [6], normal: [0, 1]}, steps: {shape: [5, 3], normal: [0, 1]}, w: {uniform: [0, 1]},
        kind: {choice: [cat, dog, eel]}, few: {choice: [0, 1]}, real: {normal: [0, 1]}, image: {shape: [4, 4, 1]}, words: {shape: [4], integers: [0, 50]}}
  inputs: {x: INPUT}
  targets: {y: TARGET}
MORE
model:
  inputs: {x: SHAPE}
  layers:
LAYERS
compile: {optimizer: {SGD: 0.1}, loss: LOSS}
fit: {batch_size: 16}
"""
KIND = {"TARGET": "kind", "LOSS": "sparse_categorical_crossentropy"}
REAL = {"TARGET": "real", "LOSS": "mean_squared_error"}
DEFAULTS = {"INPUT": "x", "SHAPE": "[6]", "MORE": "", **KIND}
HEAD = "- Dense: {units: 3, activation: softmax}\n  name: y"
ONE = "- Dense: 1\n  name: y"
PLUGIN = '''
import keras
from keras import ops


class Root(keras.layers.Layer):
    """Its slope is infinite at 0, where a relu puts its input."""

    def call(self, x):
        return ops.sqrt(ops.relu(x) * 0.0)


class Counted(keras.layers.Layer):
    """Draws from every random state of the process."""

    def call(self, x):
        import random

        import numpy
        import tensorflow

        return x + 1e-6 * (random.random() + numpy.random.rand()) + 1e-6 * tensorflow.random.normal([])


def log_of_it(y_true, y_pred):
    return ops.mean(ops.log(y_pred - 1e6))


class OwnStep(keras.Model):
    def __init__(self):
        super().__init__()
        self.y = keras.layers.Dense(3, activation="softmax")

    def call(self, x):
        return self.y(x)

    def train_step(self, data):
        raise RuntimeError("this is not called before the training")
'''


@pytest.fixture
def written(tmp_path: Path) -> Callable[..., Path]:
    def write(layers: str, **parts: str) -> Path:
        (tmp_path / "own.py").write_text(PLUGIN)
        text = SPEC
        for name, value in {**DEFAULTS, **parts}.items():
            text = text.replace(name, value)
        text = text.replace("LAYERS", "\n".join(f"    {line}" for line in layers.splitlines()))
        (tmp_path / "spec.yaml").write_text(text)
        return tmp_path / "spec.yaml"

    return write


def found(path: Path) -> tuple[Diagnostic, ...]:
    try:
        spec = load_spec(path, trust=True)
        return (*require_sound(spec), *check_data(spec))
    except KerascliError as error:
        return error.diagnostics


def place(diagnostic: Diagnostic) -> str:
    assert diagnostic.span is not None
    return diagnostic.span.excerpt[diagnostic.span.column - 1 :][: diagnostic.span.length]


PLUGINS = {"MORE": "plugins: [own.py]"}
# The layers, the spec's parts, severity, code, the line at fault, then the smallest mending.
FAULTS: dict[str, tuple[str, dict[str, str], tuple[str, str, str], tuple[str, str]]] = {
    "argmax": (
        f"- Dense: 4\n  name: cut\n- ops.argmax: {{axis: 1, keepdims: true}}\n- Embedding: {{input_dim: 4, output_dim: 3}}\n- Flatten\n{HEAD}",
        {},
        ("error", "no-gradient", "- Dense: 4"),
        ("- ops.argmax: {axis: 1, keepdims: true}\n- Embedding: {input_dim: 4, output_dim: 3}\n", ""),
    ),
    "stop_gradient": (
        f"- Dense: 7\n- ReLU\n- Dense: 5\n  name: cut\n- ops.stop_gradient\n{HEAD}",
        {},
        ("error", "no-gradient", "- Dense: 5"),
        ("- ops.stop_gradient\n", ""),
    ),
    "a dead relu": (
        f"- Dense: {{units: 5, activation: relu, bias_initializer: {{Constant: -100}}}}\n  name: dead\n{HEAD}",
        {},
        ("warning", "zero-gradient", "- Dense: {units: 5"),
        ("{Constant: -100}", "zeros"),
    ),
    "a root at zero": (
        f"- Dense: 5\n  name: spoilt\n- plugins.Root\n{HEAD}",
        PLUGINS,
        ("error", "gradient-not-finite", "- Dense: 5"),
        ("- plugins.Root\n", ""),
    ),
    "a loss that is no number": (
        HEAD,
        {**PLUGINS, "LOSS": "plugins.log_of_it", "TARGET": "real"},
        ("error", "loss-not-finite", "plugins.log_of_it"),
        ("", ""),
    ),
    "nothing learns": (
        "- Dense: {units: 1, bias_initializer: {Constant: -50}}\n- ReLU: {}\n  name: y",
        {"TARGET": "few", "LOSS": "mean_squared_error"},
        ("error", "zero-gradient", "mean_squared_error"),
        ("{Constant: -50}", "{Constant: 1}"),
    ),
    "gradients too small": (
        "- Dense: {units: 8, activation: sigmoid, bias_initializer: {Constant: -85}}\n- Dense: {units: 1, bias_initializer: {Constant: 1}, use_bias: false}\n  name: y",
        {"TARGET": "few", "LOSS": "mean_squared_error"},
        ("warning", "still-loss", "mean_squared_error"),
        ("{Constant: -85}", "zeros"),
    ),
}


@pytest.mark.parametrize(("layers", "parts", "expected", "mending"), FAULTS.values(), ids=FAULTS)
def test_one_fault_one_diagnostic_and_none_once_mended(
    layers: str,
    parts: dict[str, str],
    expected: tuple[str, str, str],
    mending: tuple[str, str],
    written: Callable[..., Path],
) -> None:
    diagnostics = found(written(layers, **parts))
    assert [(one.severity, one.code) for one in diagnostics] == [expected[:2]], [one.message for one in diagnostics]
    (one,) = diagnostics
    assert one.span is not None and expected[2] in one.span.excerpt, one.span.excerpt
    if mending[0]:
        after = found(written(layers.replace(*mending), **parts))
        assert after == (), [(one.code, one.message) for one in after]


def test_those_before_a_cut_are_named_too(written: Callable[..., Path]) -> None:
    (one,) = found(written(FAULTS["stop_gradient"][0]))
    assert one.message == "no gradient reaches 'cut', so that it never learns"
    assert [note.message for note in one.notes] == ["nor is 'dense' any better off"]


def test_a_layer_of_a_nested_model_is_named_at_its_line(written: Callable[..., Path]) -> None:
    nested = (
        "- Model:\n    layers:\n      - Dense: {units: 5, activation: relu, bias_initializer: {Constant: -100}}\n"
        f"        name: dead\n  name: inner\n{HEAD}"
    )
    (one,) = found(written(nested))
    assert "'inner/dead'" in one.message
    assert one.span is not None and "Constant: -100" in one.span.excerpt


SEQUENCE = {"INPUT": "steps", "SHAPE": "[5, 3]"}
GOOD: dict[str, tuple[str, dict[str, str]]] = {
    "a bias before a BatchNormalization": (f"- Dense: 5\n- BatchNormalization\n- ReLU\n{HEAD}", {}),
    "a scale that starts at zero": (
        f"- Dense: 6\n  name: a\n- BatchNormalization: {{gamma_initializer: zeros}}\n  name: b\n- Add:\n  inputs: [b, x]\n{HEAD}",
        {},
    ),
    "a kernel that starts at zero": (
        f"- Dense: 5\n- Dense: {{units: 5, kernel_initializer: zeros}}\n- Activation: tanh\n{HEAD}",
        {},
    ),
    "attention": (
        f"- MultiHeadAttention: {{num_heads: 2, key_dim: 4}}\n  inputs: [x, x]\n- GlobalAveragePooling1D\n{HEAD}",
        SEQUENCE,
    ),
    "a masked recurrence": (f"- Masking\n- Bidirectional: {{layer: {{LSTM: 4}}}}\n- Dropout: 0.5\n{HEAD}", SEQUENCE),
    "an embedding": (
        f"- Embedding: {{input_dim: 50, output_dim: 4, mask_zero: true}}\n- GRU: 3\n{HEAD}",
        {"INPUT": "words", "SHAPE": "{shape: [4], dtype: int32}"},
    ),
    "half precision": (f"- Dense: {{units: 5, activation: relu}}\n{HEAD}", {"MORE": "dtype: mixed_float16"}),
    "weights of samples": (f"- Dense: 5\n{HEAD}", {"MORE": "  sample_weight: w"}),
    "one layer frozen": (f"- Dense: 5\n  trainable: false\n- BatchNormalization\n{HEAD}", {}),
    "a fixed batch": (
        f"- LSTM: {{units: 3, stateful: true}}\n{HEAD}",
        {"INPUT": "steps", "SHAPE": "{shape: [5, 3], batch_size: 16}"},
    ),
    "mixed samples": (
        f"- Flatten\n{HEAD}",
        {
            "INPUT": "image",
            "SHAPE": "[4, 4, 1]",
            "TARGET": "{field: kind, one_hot: true}",
            "LOSS": "categorical_crossentropy",
            "MORE": "  augment: [MixUp]",
        },
    ),
    "eagerly": (HEAD, {"LOSS": "sparse_categorical_crossentropy, run_eagerly: true"}),
    "random states": (f"- plugins.Counted\n{HEAD}", PLUGINS),
    "streamed": (HEAD, {"MORE": "  cache: none"}),
}


def state(model: Any) -> list[Any]:
    """Copies of all that a training begins with."""
    from tensorflow.python.eager import context

    optimizer = model.optimizer.variables if model.optimizer is not None else []
    values = [np.array(value) for value in (*model.variables, *model.metrics_variables, *optimizer)]
    numpy_state = np.random.get_state()
    return [*values, random.getstate(), *numpy_state, context.context()._rng.getstate()]


@pytest.mark.parametrize(("layers", "parts"), GOOD.values(), ids=GOOD)
def test_nothing_is_said_of_what_can_learn_and_no_trace_is_left(
    layers: str, parts: dict[str, str], written: Callable[..., Path]
) -> None:
    path = written(layers, **parts)
    assert [one for one in found(path) if one.severity == "error" or one.code.endswith(("gradient", "loss"))] == []
    spec = load_spec(path, trust=True)
    with keras_session(spec):
        ready = prepare_training(spec)
        before = state(ready.model)
        facts = try_batches(ready.model, ready.plan)
        after = state(ready.model)
    assert facts is not None and np.isfinite(facts.loss)
    assert len(before) == len(after)
    for one, other in zip(before, after, strict=True):
        assert np.array_equal(one, other) if isinstance(one, np.ndarray) else one == other


def test_heads_with_and_without_a_loss(written: Callable[..., Path]) -> None:
    layers = (
        "- Dense: 5\n  name: body\n"
        "- Dense: {units: 3, activation: softmax}\n  name: y\n  inputs: body\n- Dense: 2\n  name: free\n  inputs: body"
    )
    path = written(layers, LOSS="{y: sparse_categorical_crossentropy}")
    text = path.read_text().replace("compile:", "  outputs: [y, free]\ncompile:")
    path.write_text(text)
    assert [one.code for one in found(path) if one.code in ("no-gradient", "zero-gradient")] == []


def with_phases(path: Path) -> Path:
    """The same spec, its first layer frozen in the first phase alone."""
    phases = "fit: {batch_size: 16, phases: [{epochs: 1, freeze: [first]}, {epochs: 1, unfreeze: [first], optimizer: {Adam: 0.01}}]}"
    path.write_text(path.read_text().replace("fit: {batch_size: 16}", phases))
    return path


def test_what_a_later_phase_opens_is_tried_too(written: Callable[..., Path]) -> None:
    (one,) = found(with_phases(written(f"- Dense: 7\n  name: first\n- ops.stop_gradient\n{HEAD}")))
    assert (one.code, one.severity) == ("no-gradient", "error")
    assert one.span is not None and one.span.excerpt.strip() == "- Dense: 7"
    assert [note.message for note in one.notes] == ["it is to learn from phase 2 on"]
    path = with_phases(written(f"- Dense: 7\n  name: first\n{HEAD}"))
    assert found(path) == ()
    spec = load_spec(path)
    with keras_session(spec):
        ready = prepare_training(spec)
        before = state(ready.model), [layer.trainable for layer in ready.model.layers]
        find_doubts(ready)
        after = state(ready.model), [layer.trainable for layer in ready.model.layers]
    assert before[1] == after[1] == [False, True]
    assert all(np.array_equal(one, other) for one, other in zip(before[0][:4], after[0][:4], strict=True))


def test_the_layer_that_fails_is_named(written: Callable[..., Path]) -> None:
    layers = f"- Reshape: [1, 4, 4]\n- Conv2D: {{filters: 2, kernel_size: 2, data_format: channels_first}}\n- Flatten\n{HEAD}"
    (one,) = found(written(layers, INPUT="image", SHAPE="[4, 4, 1]"))
    assert one.code == "step-failed"
    assert one.span is not None and "channels_first" in one.span.excerpt


@pytest.mark.parametrize("cache", ["none", "disk"])
@pytest.mark.parametrize(("scale", "told"), [("1e4", ["input-scale"]), ("1.0", [])])
def test_what_a_transform_makes_of_streamed_samples(
    scale: str, told: list[str], cache: str, written: Callable[..., Path]
) -> None:
    parts = {"INPUT": f"{{field: x, transform: [{{Rescaling: {scale}}}]}}", "MORE": f"  cache: {cache}"}
    assert [one.code for one in found(written(f"- Dense: 5\n{HEAD}", **parts))] == told


def test_a_step_of_ones_own_is_not_taken(written: Callable[..., Path]) -> None:
    path = written("")
    text = path.read_text()
    start, end = text.index("  layers:"), text.index("compile:")
    path.write_text(
        text[:start] + "  class: plugins.OwnStep\n" + text[end:].replace("MORE", "") + "plugins: [own.py]\n"
    )
    assert [one for one in found(path) if one.severity == "error"] == []


def test_kernels_with_a_seed_begin_anew() -> None:
    """What an operation without a seed draws later does not depend on what was drawn in between."""
    from kerascli.run.untouched import _tensorflow_random

    keras.utils.set_random_seed(3)
    plain = [float(tf.random.normal([])) for _ in range(3)]
    keras.utils.set_random_seed(3)
    first = float(tf.random.normal([]))
    with _tensorflow_random():
        for _ in range(4):
            tf.random.normal([])
    assert [first, *(float(tf.random.normal([])) for _ in range(2))] == plain
