"""Targets that only the data tells: what does not fit loss, metric or activation is said at its word, what fits is not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from kerascli.check import require_sound
from kerascli.errors import Diagnostic, KerascliError
from kerascli.run.preflight import check_data
from kerascli.spec.load import load_spec

SPEC = """\
data:
  source: {npz: data.npz}
  inputs: {x: x}
  targets: {y: y}
model:
  inputs: {x: SHAPE}
  layers:
LAYERS
      name: y
compile: {optimizer: adam, loss: LOSS, metrics: [METRIC]}
"""
RANDOM = np.random.default_rng(0)
KINDS = RANDOM.integers(0, 3, 60)
REAL = RANDOM.normal(size=(60, 3))
SOFTMAX, ONE, THREE = "    - Dense: {units: 3, activation: softmax}", "    - Dense: 1", "    - Dense: 3"
SPARSE, VECTORS, SQUARES = "sparse_categorical_crossentropy", "categorical_crossentropy", "mean_squared_error"
PICTURES = "    - Conv2D: {filters: 3, kernel_size: 3, activation: softmax}"
# Targets, layers, loss, metric; the code and the token, then the mended part.
FAULTS = {
    "vectors, labels wanted": (np.eye(3)[KINDS], SOFTMAX, SPARSE, "accuracy", "loss-target", SPARSE, (SPARSE, VECTORS)),
    "labels, vectors wanted": (KINDS, SOFTMAX, VECTORS, "accuracy", "loss-target", VECTORS, (VECTORS, SPARSE)),
    "labels, each unit by itself": (KINDS, SOFTMAX, "binary_crossentropy", "accuracy", "loss-target", "binary_crossentropy", ("binary_crossentropy", SPARSE)),
    "another width": (np.eye(4)[RANDOM.permutation(60) % 4], SOFTMAX, VECTORS, "accuracy", "target-shape", "3", ("units: 3", "units: 4")),
    "spread over more": (REAL, ONE, SQUARES, "mae", "target-shape", "1", (ONE, THREE)),
    "spread over an axis": (REAL[..., None], ONE, SQUARES, "mae", "target-shape", "1", (ONE, f"{THREE}\n    - Reshape: [3, 1]")),
    "one for three": (REAL[:, 0], THREE, SQUARES, "mae", "target-shape", "3", (THREE, ONE)),
    "below zero": (REAL[:, :1], "    - Dense: {units: 1, activation: softplus}", "poisson", "mae", "loss-target", "poisson", ("{units: 1, activation: softplus}", "1", "poisson", SQUARES)),
    "logarithm of it": (REAL[:, :1], ONE, "mean_squared_logarithmic_error", "mae", "loss-target", "mean_squared_logarithmic_error", ("mean_squared_logarithmic_error", SQUARES)),
    "metric of vectors": (KINDS, SOFTMAX, SPARSE, "categorical_accuracy", "metric-kind", "categorical_accuracy", ("[categorical_accuracy]", "[sparse_categorical_accuracy]")),
    "accuracy of numbers": (REAL[:, :1], ONE, SQUARES, "accuracy", "metric-kind", "accuracy", ("[accuracy]", "[mae]")),
    "smaller pictures": (RANDOM.integers(0, 3, (60, 8, 8)), PICTURES, SPARSE, "accuracy", "target-shape", SPARSE, ("kernel_size: 3", "kernel_size: 3, padding: same")),
}  # fmt: skip


def found(folder: Path, text: str) -> tuple[Diagnostic, ...]:
    path = folder / "spec.yaml"
    path.write_text(text)
    try:
        spec = load_spec(path)
        return (*require_sound(spec), *check_data(spec))
    except KerascliError as error:
        return error.diagnostics


@pytest.mark.parametrize("name", FAULTS)
def test_one_fault_one_diagnostic(name: str, tmp_path: Path) -> None:
    y, layers, loss, metric, code, token, mended = FAULTS[name]
    shape = (8, 8, 3) if "Conv2D" in layers else (4,)
    np.savez(tmp_path / "data.npz", x=RANDOM.normal(size=(60, *shape)), y=y)
    text = SPEC.replace("SHAPE", str(list(shape))).replace("LAYERS", layers)
    text = text.replace("LOSS", loss).replace("METRIC", metric)
    diagnostics = found(tmp_path, text)
    assert [one.code for one in diagnostics] == [code]
    span = diagnostics[0].span
    assert span is not None and span.excerpt[span.column - 1 :][: span.length] == token
    for old, new in zip(mended[::2], mended[1::2], strict=True):
        assert old in text
        text = text.replace(old, new)
    assert found(tmp_path, text) == ()
