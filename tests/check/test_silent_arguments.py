"""Faults that Keras passes over: each gives one diagnostic at its token, the smallest mending of it none."""

from __future__ import annotations

from pathlib import Path

import pytest

from kerascli.check import check_spec
from kerascli.errors import Diagnostic, KerascliError
from kerascli.spec.load import load_spec

SPEC = """\
data:
  source: {synthetic: {samples: 500, fields: {x: {shape: [6], normal: [0, 1]}, y: {choice: [a, b, c]}}}}
  validation: 0.2
  targets: {y: y}
model:
  inputs: {x: [6]}
  layers:
    - Dense: 6
      name: first
    - Dense: {units: 3, activation: softmax}
      name: y
compile:
  optimizer: adam
  loss: sparse_categorical_crossentropy
  metrics: [accuracy]
fit: {epochs: 9}
"""
PLATEAU = "callbacks: [{ReduceLROnPlateau: {monitor: val_loss, patience: 2, min_lr: %s}}]\n"
STOPPING = "callbacks: [{EarlyStopping: {monitor: val_accuracy, patience: 2, baseline: %s}}]\n"
HEAD = "- Dense: {units: 3, activation: softmax}\n      name: y"
SECOND = (
    f"{HEAD}\n    - Dense: {{units: 3, activation: softmax}}\n      name: z\n      inputs: first\n  outputs: [y, z]"
)
TWO = [(HEAD, SECOND), ("loss: sparse_categorical_crossentropy", "loss: {y: sparse_categorical_crossentropy, z: sparse_categorical_crossentropy}"), ("metrics: [accuracy]", "jit_compile: false")]  # fmt: skip
TWO_TARGETS = ("{y: y}", "{y: y, z: y}")
# What is put in, severity, code, the token, and how the mended one differs.
FAULTS: dict[str, tuple[list[tuple[str, str]], str, tuple[str, str, str], tuple[str, str]]] = {
    "lowest rate above the rate": ([], PLATEAU % "0.01", ("warning", "never-acts", "0.01"), ("0.01", "0.0001")),
    "lowest rate above that of the optimizer": ([("optimizer: adam", "optimizer: {SGD: 0.5}")], PLATEAU % "0.6", ("warning", "never-acts", "0.6"), ("0.6", "0.1")),
    "baseline in percent": ([], STOPPING % "90", ("error", "out-of-range", "90"), ("90", "0.9")),
    "expectation in percent": ([], "expect: {val_accuracy: '>= 90'}\n", ("error", "out-of-range", "val_accuracy"), ("90", "0.9")),
    "weights in a file of a model": ([], "callbacks: [{ModelCheckpoint: {filepath: w.keras, save_weights_only: true}}]\n", ("error", "file-pattern", "w.keras"), ("w.keras", "w.weights.h5")),
    "a model in a file of none": ([], "callbacks: [{ModelCheckpoint: {filepath: 'w{epoch}.hdf5'}}]\n", ("error", "file-pattern", "'w{epoch}.hdf5'"), ("hdf5", "keras")),
    "no class weighs anything": ([("{epochs: 9}", "{epochs: 9, class_weight: {a: 0, b: 0, c: 0}}")], "", ("error", "zero-weights", ""), ("c: 0", "c: 1")),
    "scaled by the data and the model": ([("targets: {y: y}", "inputs: {x: {field: x, transform: [{Rescaling: 1/255}]}}\n  targets: {y: y}"), ("- Dense: 6", "- Rescaling: 1/255")], "", ("warning", "input-scale", "Rescaling"), ("- Rescaling: 1/255", "- Dense: 6")),
    "nesterov alone": ([("optimizer: adam", "optimizer: {SGD: {nesterov: true}}")], "", ("warning", "arguments-disagree", "true"), ("nesterov: true", "nesterov: true, momentum: 0.9")),
    "average that is none": ([("optimizer: adam", "optimizer: {Adam: {ema_momentum: 0.9}}")], "", ("warning", "arguments-disagree", "ema_momentum"), ("ema_momentum: 0.9", "ema_momentum: 0.9, use_ema: true")),
    "softmax over the batch": ([(HEAD, "- Dense: 3\n    - Softmax: {axis: 0}\n      name: y")], "", ("error", "batch-axis", "0"), ("axis: 0", "axis: 1")),
    "operation over the batch": ([("- Dense: 6", "- ops.softmax: {axis: 0}")], "", ("warning", "batch-axis", "0"), ("axis: 0", "axis: 1")),
    "batch normalization over the batch": ([("- Dense: 6", "- BatchNormalization: {axis: 0}")], "", ("error", "batch-axis", "0"), ("axis: 0", "axis: 1")),
    "flipped with its batch": ([("- Dense: 6", "- ops.flip:")], "", ("warning", "batch-axis", "ops.flip"), ("- ops.flip:", "- ops.flip: {axis: 1}")),
    "the loss over the batch": ([("loss: sparse_categorical_crossentropy", "loss: {SparseCategoricalCrossentropy: {axis: 0}}")], "", ("error", "batch-axis", "0"), ("axis: 0", "axis: -1")),
    "mean without a variance": ([("- Dense: 6", "- Normalization: {mean: 0}")], "", ("error", "arguments-disagree", "mean"), ("mean: 0", "mean: 0, variance: 1")),
    "softmax of a softmax": ([(HEAD, "- Dense: {units: 3, activation: softmax}\n    - Activation: softmax\n      name: y")], "", ("error", "twice-activated", "softmax"), ("{units: 3, activation: softmax}", "3")),
    "no reduction": ([("loss: sparse_categorical_crossentropy", "loss: {SparseCategoricalCrossentropy: {reduction: null}}")], "", ("error", "loss-reduction", "null"), ("null", "sum")),
    "target left out": (TWO, "", ("error", "missing-field", "{y: y}"), TWO_TARGETS),
    "layer called on another width": ([("- Dense: 6", "- Dense: 5"), (HEAD, f"- layer: first\n    {HEAD}")], "", ("error", "shape-mismatch", ""), ("- Dense: 5", "- Dense: 6")),
    "numbers out of text": ([("{x: [6]}", "{x: {shape: [6], dtype: string}}"), ("normal: [0, 1]", "choice: [p, q]")], "", ("error", "wrong-dtype", "Dense"), ("    - Dense: 6", "    - StringLookup: {vocabulary: [p, q], output_mode: multi_hot}\n    - Dense: 6")),
}  # fmt: skip


def found(path: Path, text: str) -> tuple[Diagnostic, ...]:
    path.write_text(text)
    try:
        return check_spec(load_spec(path))
    except KerascliError as error:
        return error.diagnostics


@pytest.mark.parametrize("fault", FAULTS.values(), ids=list(FAULTS))
def test_one_fault_one_diagnostic(
    fault: tuple[list[tuple[str, str]], str, tuple[str, str, str], tuple[str, str]], tmp_path: Path
) -> None:
    changes, more, told, (wrong, right) = fault
    text = SPEC + more
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    diagnostics = found(tmp_path / "spec.yaml", text)
    assert [(one.severity, one.code) for one in diagnostics] == [told[:2]]
    span = diagnostics[0].span
    assert span is not None and span.excerpt[span.column - 1 :].startswith(told[2])
    assert diagnostics[0].hint
    assert wrong in text
    assert found(tmp_path / "spec.yaml", text.replace(wrong, right)) == ()


def test_defaults_that_are_written_out(tmp_path: Path) -> None:
    """A resolved spec says all that Keras would take anyway."""
    text = SPEC.replace("optimizer: adam", "optimizer: {Adam: {use_ema: false, ema_momentum: 0.99}}")
    assert found(tmp_path / "spec.yaml", text) == ()


def test_a_head_without_a_loss_needs_no_target(tmp_path: Path) -> None:
    text = SPEC
    for old, new in TWO:
        text = text.replace(old, new)
    text = text.replace("z: sparse_categorical_crossentropy", "z: null")
    assert found(tmp_path / "spec.yaml", text) == ()
