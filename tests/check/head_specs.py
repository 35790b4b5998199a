"""Small specs with one head, put together from what a case is about, and what `check_spec` finds in them."""

from __future__ import annotations

from pathlib import Path

from kerascli.check import check_spec
from kerascli.errors import Diagnostic, KerascliError
from kerascli.spec.load import load_spec

# What a case leaves out: three classes, told apart as they should be.
PARTS = {
    "input": "{shape: [4], normal: [0, 1]}",
    "drawn": "{integers: [0, 3]}",
    "target": "y",
    "weight": "",
    "inputs": "{x: [4]}",
    "before": "- Dense: {units: 8, activation: relu, name: hidden}",
    "head": "Dense: {units: 3, activation: softmax}",
    "loss": "sparse_categorical_crossentropy",
    "more": "",
    "fit": "{epochs: 1, batch_size: 16}",
    "top": "",
}

TEXT = """\
data:
  source:
    synthetic:
      samples: 64
      fields:
        x: {input}
        y: {drawn}
        w: {{uniform: [0, 1]}}
        v: {{normal: [0, 1]}}
  inputs: {{x: x}}
  targets: {{y: {target}}}
{weight}
model:
  inputs: {inputs}
  layers:
    {before}
    - {head}
      name: y
compile:
  optimizer: adam
  loss: {loss}
{more}
fit: {fit}
{top}
"""


def spec_text(**parts: str) -> str:
    """The spec of a case; its head is the last entry."""
    return TEXT.format(**(PARTS | parts))


def found(folder: Path, text: str) -> tuple[Diagnostic, ...]:
    """Every diagnostic of a spec."""
    path = folder / "spec.yaml"
    path.write_text(text, encoding="utf-8")
    try:
        return check_spec(load_spec(path))
    except KerascliError as error:
        return error.diagnostics


def token(diagnostic: Diagnostic) -> str:
    """What the carets stand under."""
    assert diagnostic.span is not None
    start = diagnostic.span.column - 1
    return diagnostic.span.excerpt[start : start + diagnostic.span.length]


def told(diagnostics: tuple[Diagnostic, ...]) -> list[tuple[str, str, str]]:
    """Code, severity and token of each."""
    return [(one.code, one.severity, token(one)) for one in diagnostics]


Parts = dict[str, str]
# What is wrong, the code, how bad, the token; what mends it.
Fault = tuple[Parts, str, str, str, Parts]
E, W = "error", "warning"

BINARY = {
    "drawn": "{shape: [1], integers: [0, 2]}",
    "head": "Dense: {units: 1, activation: sigmoid}",
    "loss": "binary_crossentropy",
}

ONE_HOT = {"drawn": "{one_hot: 3}", "loss": "categorical_crossentropy"}

SEVERAL = {
    "drawn": "{shape: [3], integers: [0, 2]}",
    "head": "Dense: {units: 3, activation: sigmoid}",
    "loss": "binary_crossentropy",
}

REAL = {"drawn": "{shape: [1], normal: [0, 1]}", "head": "Dense: 1", "loss": "mse"}

COUNTS = {
    "drawn": "{shape: [1], integers: [0, 9]}",
    "head": "Dense: {units: 1, activation: softplus}",
    "loss": "poisson",
}

LOGITS = {"loss": "{SparseCategoricalCrossentropy: {from_logits: true}}"}


def head(units: int, activation: str | None = None, more: str = "") -> Parts:
    """A dense head."""
    return {"head": f"Dense: {{units: {units}{f', activation: {activation}' if activation else ''}{more}}}"}


def check_fault(folder: Path, fault: Fault) -> None:
    """The fault gives one diagnostic at its token, with a hint; the smallest mending of it none."""
    wrong, code, severity, word, mended = fault
    diagnostics = found(folder, spec_text(**wrong))
    assert told(diagnostics) == [(code, severity, word)]
    assert diagnostics[0].hint
    assert found(folder, spec_text(**(wrong | mended))) == ()


def check_mended(folder: Path, fault: Fault) -> None:
    """Keras takes what is mended."""
    from kerascli.run.preflight import check_data

    wrong, _, _, _, mended = fault
    found(folder, spec_text(**(wrong | mended)))
    check_data(load_spec(folder / "spec.yaml"))
