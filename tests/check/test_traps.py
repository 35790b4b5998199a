"""The language's own traps: what stands at the wrong place or is written out of habit gets a hint with the right words."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from training_faults import GOOD, TWO, changed, found, token  # noqa: E402

_LAYER, _RELU, _ADAM, _LOSS = "Dropout: 0.5", "activation: relu", "adam", "sparse_categorical_crossentropy"
_NULL = "write 'null' for none, or leave it out"

# What is written instead of what, the code, the token, and the hint.
TRAPS = [
    (_LAYER, "Resizing: [32, 32]", "wrong-type", "[32, 32]", "write 'Resizing: {height: 32, width: 32}'"),
    (_LAYER, "RandomCrop: [32, 16]", "wrong-type", "[32, 16]", "write 'RandomCrop: {height: 32, width: 16}'"),
    (_LAYER, "CenterCrop: [8, 8]", "wrong-type", "[8, 8]", "write 'CenterCrop: {height: 8, width: 8}'"),
    (_LAYER, "Embedding: [99, 64]", "wrong-type", "[99, 64]", "write 'Embedding: {input_dim: 99, output_dim: 64}'"),
    (_LAYER, "Conv2D: [32, 3]", "wrong-type", "[32, 3]", "write 'Conv2D: {filters: 32, kernel_size: 3}'"),
    (_LAYER, "Dense: [32, relu]", "wrong-type", "[32, relu]", "write 'Dense: {units: 32, activation: relu}'"),
    (_LAYER, "LSTM: [32, 3]", "wrong-type", "[32, 3]", "write 'LSTM: {units: 32}'"),
    (_LAYER, "Dense: [{units: 3}]", "wrong-type", "[{units: 3}]", "write 'units: …' without the '- ' before it"),
    (_LAYER, "Dense: {units: 3, inputs: first}", "indentation", "inputs", "move it beside 'Dense', as far in as that name"),
    (_LAYER, "Dense:\n        units: 3\n        repeat: 2", "indentation", "repeat", "move it beside 'Dense', as far in as that name"),
    (_LAYER, "Dense:\n      units: 3", "indentation", "units", "indent it by two more than 'Dense:'"),
    (_LAYER, "Flatten\n    - units: 3", "unknown-class", "units", "'units' is an argument; write it below its layer, further in and without '- '"),
    (_LAYER, "Dense:\n    units: 3", "yaml-syntax", "u", "indent it further than the '- ' above, or begin it with '- '"),
    (_LAYER, "Dense:\n        units: 3\n        name: a\n      name: b", "twice", "b", "remove one of them"),
    (_LAYER, "Dense(3)", "unknown-class", "Dense(3)", "write 'Dense: 3'"),
    (_LAYER, "Dense(units=3, use_bias=False)", "unknown-class", "Dense(units=3, use_bias=False)", "write 'Dense: {units: 3, use_bias: false}'"),
    (_LAYER, "Dropout 0.5", "unknown-class", "Dropout 0.5", "write 'Dropout: 0.5'"),
    (_LAYER, "Dropout:0.5", "unknown-class", "Dropout:0.5", "write 'Dropout: 0.5'"),
    (_LAYER, "Dense units: 3", "unknown-class", "Dense units", "write 'Dense: {units: …}'"),
    (_LAYER, "Flatten()", "unknown-class", "Flatten()", "write 'Flatten'"),
    (_LAYER, "Dense: {units: 3.0}", "wrong-type", "3.0", "write 3"),
    (_LAYER, "Dense: {units: '16'}", "wrong-type", "'16'", "remove the quotes"),
    (_LAYER, "Dense: {units: true}", "wrong-type", "true", "write a whole number"),
    (_LAYER, "Dense: {units: 3, input_shape: [4]}", "unknown-argument", "input_shape", "write the shape of one sample in 'model.inputs'"),
    (_RELU, "activation: none", "unknown-class", "none", _NULL),
    (_RELU, "activation: No", "unknown-class", "No", _NULL),
    (_RELU, "activation: None", "unknown-class", "None", _NULL),
    (_RELU, "activation: false", "wrong-type", "false", _NULL),
    (_RELU, "activation: on", "unknown-class", "on", None),
    (_RELU, "padding: No", "unknown-choice", "No", "write one of 'valid', 'same'"),
    (_ADAM, "Adam(learning_rate=1e-3)", "unknown-class", "Adam(learning_rate=1e-3)", "write 'Adam: {learning_rate: 1e-3}'"),
    (_ADAM, "{Adam: {lr: 1e-3}}", "unknown-argument", "lr", "write 'learning_rate'"),
    (_ADAM, "{Adam: {CosineDecay: {initial_learning_rate: 1e-3, decay_steps: 5000}}}", "unknown-argument", "CosineDecay", "write 'learning_rate: {CosineDecay: …}'"),
    (_ADAM, "adam\n  learning_rate: 1e-3", "elsewhere", "learning_rate", "write 'optimizer: {Adam: {learning_rate: …}}', with the optimizer's name"),
    ("EarlyStopping: {patience: 2}", "LearningRateScheduler: {schedule: {0: 0.1}, 3: 0.01}", "unknown-argument", "3", "write 'schedule: {3: …}'"),
    (_LOSS, "Huber(delta=1.0)", "unknown-class", "Huber(delta=1.0)", "write 'Huber: {delta: 1.0}'"),
    ("epochs: 5", "epochs: 5.0", "wrong-type", "5.0", "write 5"),
    ("epochs: 5", "epochs: 5, shuffle: No", "wrong-type", "No", "write 'true' or 'false'"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("good", "bad", "code", "word", "hint"), TRAPS, ids=[f"{code}-{bad[:40]}" for _, bad, code, *_ in TRAPS]
)
def test_at_its_place_with_the_right_words(
    write_spec: Callable[..., Path], good: str, bad: str, code: str, word: str, hint: str | None
) -> None:
    errors = [one for one in found(write_spec(changed(GOOD, good, bad))) if one.severity == "error"]
    assert [(one.code, one.hint) for one in errors] == [(code, hint)]
    # Of a key the place is the whole `key: value` at the end of a flow.
    assert token(errors[0]).startswith(word)


PEACEFUL = [
    (_LAYER, "Dense:\n        units: 3\n        name: x\n        trainable: false"),
    (_LAYER, "Dense: {units: 3, name: x}\n      inputs: flatten_of_first"),
    (_LAYER, "Reshape: [676, 4]\n    - Flatten"),
    (_LAYER, "{Dropout: 0.5, name: x}"),
    (_LAYER, "ReLU:\n      name: x"),
    (_RELU, "activation: null"),
    (_RELU, "activation: linear, padding: same"),
    (_RELU, "strides: [2, 2]"),
]


@pytest.mark.parametrize(("good", "other"), PEACEFUL, ids=[other[:40] for _, other in PEACEFUL])
def test_no_false_alarm(write_spec: Callable[..., Path], good: str, other: str) -> None:
    text = changed(GOOD, good, other)
    if "flatten_of_first" in text:
        text = changed(text, "    - Flatten\n", "    - Flatten:\n      name: flatten_of_first\n")
    assert found(write_spec(text)) == ()


_BY_NAME = "loss: {up: binary_crossentropy, kind: sparse_categorical_crossentropy}"
_LIST = "loss: [binary_crossentropy, sparse_categorical_crossentropy]"


def test_a_list_of_losses_beside_named_outputs(write_spec: Callable[..., Path]) -> None:
    named = changed(TWO, "outputs: [up, kind]", "outputs: {up: up, kind: kind}")
    assert found(write_spec(named)) == ()
    (one,) = found(write_spec(changed(named, _BY_NAME, _LIST)))
    assert (one.code, one.severity, token(one)) == ("loss-order", "warning", _LIST.removeprefix("loss: "))
    # Of a list of outputs the order is written.
    assert found(write_spec(changed(TWO, _BY_NAME, _LIST))) == ()
