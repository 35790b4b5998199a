"""A small spec, and a progress that remembers what it was told."""

from __future__ import annotations

from typing import Any

SPEC = """\
name: small
seed: 6
data:
  source:
    synthetic:
      samples: 60
      fields: {x: {shape: [4], normal: [0, 1]}, kind: {choice: [cat, dog, eel]}}
  validation: 0.2
  test: 0.2
  inputs: x
  targets: kind
model:
  inputs: {x: [4]}
  layers:
    - Dense: {units: 3, activation: softmax}
      name: kind
compile: {optimizer: {SGD: 0.1}, loss: sparse_categorical_crossentropy, metrics: [accuracy]}
fit: {epochs: 3, batch_size: 12}
logs: {tensorboard: false}
"""
# A table with numbers, some missing, and words.
TABLE = """
data:
  source: {csv: d.csv}
  inputs:
    num: {field: a, missing: mean, transform: [Normalization]}
    word: {field: w, transform: [{StringLookup: {output_mode: one_hot}}]}
  targets: kind
model:
  inputs: {num: [1], word: [4]}
  layers:
    - Concatenate:
      inputs: [num, word]
    - Dense: {units: 3, activation: softmax}
      name: kind
compile: {optimizer: adam, loss: sparse_categorical_crossentropy}
fit: {epochs: 1}
logs: {tensorboard: false}
"""


class Told:
    """Remembers every call, and lets a test act on it."""

    def __init__(self, **acts: Any) -> None:
        self.calls: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = []
        self.acts = acts

    def __getattr__(self, name: str) -> Any:
        def call(*arguments: Any, **keywords: Any) -> None:
            self.calls.append((name, arguments, keywords))
            if name in self.acts:
                self.acts[name](*arguments, **keywords)

        return call

    @property
    def warnings(self) -> list[str]:
        return [arguments[0].message for name, arguments, _ in self.calls if name == "warned"]
