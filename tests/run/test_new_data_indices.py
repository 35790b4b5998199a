"""Numbers and labels of new data that no layer of a trained model knows are named with their row, not computed with."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from kerascli import evaluate, load_spec, predict, train
from kerascli.errors import DataError

SPEC = """\
name: words
data: {source: {npz: data.npz}, inputs: {x: x}, targets: {y: y}}
model:
  inputs: {x: {shape: [5], dtype: int32}}
  layers:
    - Embedding: {input_dim: 10, output_dim: 4}
    - Flatten
    - Dense: {units: 3, activation: softmax}
      name: y
compile: {optimizer: adam, loss: sparse_categorical_crossentropy}
logs: {tensorboard: false}
"""


def test_unknown_numbers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    draw = np.random.default_rng(0).integers
    x, y = draw(0, 10, (60, 5)), draw(0, 3, 60)
    beyond, below, label = x.copy(), x.copy(), y.copy()
    beyond[7, 2], below[3, 0], label[5] = 10, -1, 3
    for name, one, other in (("data", x, y), ("beyond", beyond, y), ("below", below, y), ("label", x, label)):
        np.savez(f"{name}.npz", x=one, y=other)
    Path("spec.yaml").write_text(SPEC)
    train(load_spec("spec.yaml"))
    for act in (evaluate, predict):
        assert act("words", "data.npz").samples == 60
        for name, place in (("beyond", "10 at row 8"), ("below", "-1 at row 4")):
            with pytest.raises(DataError, match=f"{place} of {name}.npz is no index of 'embedding'") as caught:
                act("words", f"{name}.npz")
            assert caught.value.diagnostics[0].code == "embedded-range"
    with pytest.raises(DataError, match=r"the label 3 at row 6 of label.npz is no class of 'y'"):
        evaluate("words", "label.npz")
    assert predict("words", "label.npz").samples == 60
