"""Overrides change what they name, expand short forms, and are blamed for what they break."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from kerascli.errors import KerascliError, UsageError
from kerascli.spec.dump import resolve
from kerascli.spec.load import load_spec, read_tree
from kerascli.spec.paths import UnknownPath
from kerascli.spec.problems import Problems
from kerascli.spec.text import read_text
from kerascli.spec.why import why

SPEC = """\
data: {source: mnist, targets: {digit: label}}
model:
  inputs: {image: [28, 28]}
  layers:
    - Flatten
    - Dense: 12
      name: hidden
    - Dropout: 0.5
    - Dense: {units: 10}
      name: digit
compile: {optimizer: adam, loss: mse}
callbacks: [{EarlyStopping: {patience: 2}}, TerminateOnNaN]
"""


def resolved(path: Path, *overrides: str) -> dict:
    return resolve(load_spec(path, overrides), defaults=False)


@pytest.mark.parametrize(
    ("override", "where", "value"),
    [
        ("fit.epochs=5", ("fit", "epochs"), 5),
        ("seed=7", ("seed",), 7),
        ("compile.optimizer.learning_rate=1e-4", ("compile", "optimizer", "Adam", "learning_rate"), 1e-4),
        ("compile.optimizer.Adam.beta_1=0.5", ("compile", "optimizer", "Adam", "beta_1"), 0.5),
        ("compile.optimizer=sgd", ("compile", "optimizer"), "SGD"),
        ("compile.optimizer={SGD: {momentum: 0.9}}", ("compile", "optimizer", "SGD", "momentum"), 0.9),
        ("model.layers.hidden.units=64", ("model", "layers", 1, "Dense", "units"), 64),
        ("model.layers.hidden.activation=relu", ("model", "layers", 1, "Dense", "activation"), "relu"),
        ("model.layers.Dropout.rate=1/4", ("model", "layers", 2, "Dropout", "rate"), 0.25),
        ("model.layers.2.rate=0.1", ("model", "layers", 2, "Dropout", "rate"), 0.1),
        ("model.layers.digit.trainable=false", ("model", "layers", 3, "trainable"), False),
        ("callbacks.EarlyStopping.patience=9", ("callbacks", 0, "EarlyStopping", "patience"), 9),
        ("data.validation=0.2", ("data", "validation", "fraction"), 0.2),
        ("checkpoints.every=500 steps", ("checkpoints", "every"), "500 steps"),
    ],
)
def test_sets(write_spec: Callable[..., Path], override: str, where: tuple, value: object) -> None:
    node = resolved(write_spec(SPEC), override)
    for key in where:
        node = node[key]
    assert node == value


def test_appends_and_deletes(write_spec: Callable[..., Path]) -> None:
    out = resolved(write_spec(SPEC), "+callbacks={ReduceLROnPlateau: {patience: 1}}", "~callbacks.EarlyStopping")
    assert [callback if isinstance(callback, str) else next(iter(callback)) for callback in out["callbacks"]] == [
        "TerminateOnNaN",
        "ReduceLROnPlateau",
    ]


@pytest.mark.parametrize(
    ("override", "segment", "hint"),
    [
        ("fit.epoch=5", "epoch", "fit.epochs"),
        ("compile.optimizer.learning_rat=1", "learning_rat", "compile.optimizer.learning_rate"),
        ("model.layers.hiden.units=3", "hiden", "model.layers.hidden"),
        ("modle.layers=3", "modle", "model"),
        ("~callbacks.ReduceLROnPlateau", "ReduceLROnPlateau", "EarlyStopping"),
    ],
)
def test_path_that_names_nothing(write_spec: Callable[..., Path], override: str, segment: str, hint: str) -> None:
    with pytest.raises(KerascliError) as caught:
        load_spec(write_spec(SPEC), [override])
    (diagnostic,) = caught.value.diagnostics
    assert (diagnostic.code, str(diagnostic.span.source.name)) == ("unknown-path", "command line")
    start = diagnostic.span.column - 1
    assert diagnostic.span.excerpt[start : start + diagnostic.span.length] == segment
    assert hint in diagnostic.hint


def test_wrong_value_stands_at_the_command_line(write_spec: Callable[..., Path]) -> None:
    with pytest.raises(KerascliError) as caught:
        load_spec(write_spec(SPEC), ["seed=1", "fit.epochs=many"])
    (diagnostic,) = caught.value.diagnostics
    assert str(diagnostic.span) == "command line:2:12"


@pytest.mark.parametrize("text", ["fit.epochs", "=3", "~fit.epochs=3"])
def test_no_override_at_all(write_spec: Callable[..., Path], text: str) -> None:
    with pytest.raises(UsageError):
        load_spec(write_spec(SPEC), [text])


def tree(path: Path, *overrides: str):
    problems = Problems()
    found, _ = read_tree(read_text(path), overrides, problems)
    assert not problems.found
    return found


def test_why_follows_a_value(write_spec: Callable[..., Path]) -> None:
    path = write_spec(SPEC)
    origins = why(
        tree(path, "model.layers.hidden.units=64", "model.layers.hidden.units=32"), "model.layers.hidden.units"
    )
    assert [(origin.value, origin.kind) for origin in origins] == [
        (32, "command line"),
        (64, "command line"),
        (12, "file"),
    ]
    assert str(origins[2].span) == f"{path}:6:14"


def test_why_knows_defaults(write_spec: Callable[..., Path]) -> None:
    found = tree(write_spec(SPEC))
    assert why(found, "fit.batch_size")[0].to_json() == {
        "value": 32,
        "from": "default",
        "place": None,
        "default_of": "kerascli",
        "through": [],
    }
    (origin,) = why(found, "compile.optimizer.learning_rate")
    assert (origin.value, origin.default_of) == (0.001, "Keras's Adam")
    with pytest.raises(UnknownPath):
        why(found, "fit.epoch")
