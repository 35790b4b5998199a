"""A good spec, and what `check` says of it when one text in it is another."""

from __future__ import annotations

from pathlib import Path

from kerascli.check import check_spec
from kerascli.errors import Diagnostic, KerascliError
from kerascli.spec.load import load_spec

GOOD = """\
name: good
data:
  source: mnist
  validation: {count: 10000}
  inputs: {image: {field: image, transform: [{Reshape: [28, 28, 1]}]}}
  targets: {digit: label}
model:
  inputs: {image: [28, 28, 1]}
  layers:
    - Conv2D: {filters: 4, kernel_size: 3, activation: relu}
      name: first
    - Flatten
    - Dropout: 0.5
    - Dense: {units: 10, activation: softmax}
      name: digit
compile:
  optimizer: adam
  loss: sparse_categorical_crossentropy
  metrics: [accuracy]
fit: {epochs: 5, batch_size: 50}
callbacks: [{EarlyStopping: {patience: 2}}]
"""

# A training of 5,000 steps, with heads of two names.
TWO = """\
name: two
data:
  source: {synthetic: {samples: 64, fields: {x: {shape: [4], normal: [0, 1]}, up: {shape: [1], integers: [0, 2]}, kind: {shape: [], integers: [0, 3]}}}}
  validation: 0.25
model:
  inputs: {x: [4]}
  layers:
    - Dense: {units: 1, activation: sigmoid}
      name: up
    - Dense: {units: 3, activation: softmax}
      name: kind
      inputs: x
  outputs: [up, kind]
compile:
  optimizer: adam
  loss: {up: binary_crossentropy, kind: sparse_categorical_crossentropy}
  metrics: {up: [AUC], kind: [accuracy]}
fit: {epochs: 5, batch_size: 16}
callbacks: [{EarlyStopping: {patience: 2}}]
"""

# What is written instead of what, and what that gives: code and the token that the carets stand under.
Fault = tuple[str, str, str, str]


def found(path: Path, overrides: tuple[str, ...] = ()) -> tuple[Diagnostic, ...]:
    """All that `check` says, but whether a loss or a metric that is tried fits the head of the base."""
    try:
        said = check_spec(load_spec(path, overrides))
    except KerascliError as error:
        said = error.diagnostics
    return tuple(one for one in said if one.code not in ("loss-target", "metric-kind"))


def token(diagnostic: Diagnostic) -> str:
    """What the carets stand under."""
    assert diagnostic.span is not None
    start = diagnostic.span.column - 1
    return diagnostic.span.excerpt[start : start + diagnostic.span.length]


def changed(spec: str, good: str, bad: str) -> str:
    """The spec with one text instead of another, which stands in it once."""
    assert spec.count(good) == 1, good
    return spec.replace(good, bad)


def names_of(faults: list[Fault]) -> list[str]:
    """What pytest calls the cases."""
    return [f"{code}-{bad.strip()[:40]}" for _, bad, code, _ in faults]
