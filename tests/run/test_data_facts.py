"""What one pass over the data finds: each fault exactly once, at its place; the smallest mending leaves nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kerascli.check import require_sound
from kerascli.errors import Diagnostic, ExitCode, KerascliError
from kerascli.run.preflight import check_data
from kerascli.run.train import train
from kerascli.spec.load import load_spec

SPEC = """\
name: facts
data:
  source: {npz: d.npz}
  inputs: {x: {field: x}}
  targets: {y: {field: y}}
MORE
model:
  inputs: {x: SHAPE}
  layers:
    BEFORE
    - Dense: {units: UNITS, activation: ACTIVATION}
      name: y
compile: {optimizer: sgd, loss: LOSS}
fit: {batch_size: 16}
"""
N = 48
RNG = np.random.default_rng(5)
X = RNG.normal(size=(N, 4)).astype(np.float32)
KINDS = np.arange(N, dtype=np.int32) % 3
TWO = np.arange(N, dtype=np.int32) % 2
REAL = RNG.normal(size=(N, 1)).astype(np.float32)
IMAGES = RNG.integers(0, 256, (N, 12, 12, 1)).astype(np.uint8)
SPARSE = {"UNITS": "3", "ACTIVATION": "softmax", "LOSS": "sparse_categorical_crossentropy"}
BINARY = {"UNITS": "1", "ACTIVATION": "sigmoid", "LOSS": "binary_crossentropy"}
MSE = {"UNITS": "1", "ACTIVATION": "null", "LOSS": "mean_squared_error"}
EMBED = {**SPARSE, "SHAPE": "[4]", "BEFORE": "- Embedding: {input_dim: 10, output_dim: 3}\n    - Flatten"}
ENCODED = {**SPARSE, "SHAPE": "[10]", "{field: x}": "{field: x, transform: [{CategoryEncoding: {num_tokens: 10}}]}"}
CONV = {**SPARSE, "SHAPE": "[12, 12, 1]", "BEFORE": "- Conv2D: {filters: 2, kernel_size: 3}\n    - Flatten"}
TOKENS = RNG.integers(0, 10, (N, 4)).astype(np.int32)


def at(array: Any, row: int, value: Any) -> Any:
    """A copy with another value in one row."""
    array = np.array(array)
    array[row] = value
    return array


def one_hot(labels: Any) -> Any:
    return np.eye(3, dtype=np.float32)[labels]


# What it is, the arrays, the spec's parts, (severity, code, the text at its place), then the mending of either.
FAULTS: list[tuple[str, dict[str, Any], dict[str, str], tuple[str, str, str], dict[str, Any], dict[str, str]]] = [
    ("labels from 1", {"y": KINDS + 1}, SPARSE, ("error", "label-range", "y"), {}, {"field: y": "field: y, classes: [1, 2, 3]"}),
    ("a label too many", {"y": at(KINDS, 7, 3)}, SPARSE, ("error", "label-range", "y"), {}, {"units: 3": "units: 4"}),
    ("a negative label", {"y": at(KINDS, 7, -1)}, SPARSE, ("error", "label-range", "y"), {"y": KINDS}, {}),
    ("a label between", {"y": at(KINDS.astype(float), 7, 1.7)}, SPARSE, ("error", "label-range", "y"), {"y": KINDS}, {}),
    ("labels 1 and 2", {"y": TWO + 1}, BINARY, ("error", "label-range", "y"), {}, {"field: y": "field: y, classes: [1, 2]"}),
    ("labels -1 and 1", {"y": 2 * TWO - 1}, BINARY, ("error", "label-range", "y"), {}, {"field: y": "field: y, classes: [-1, 1]"}),
    ("labels 0 and 255", {"y": TWO * 255}, BINARY, ("error", "label-range", "y"), {}, {"field: y": "field: y, classes: [0, 255]"}),
    ("no probabilities", {"y": 2 * one_hot(KINDS)}, {**SPARSE, "LOSS": "categorical_crossentropy"}, ("error", "label-range", "y"), {"y": one_hot(KINDS)}, {}),
    ("a class that never occurs", {"y": KINDS}, {**SPARSE, "UNITS": "4"}, ("warning", "dead-class", "y"), {}, {"units: 4": "units: 3"}),
    ("labels from 1, one unit more", {"y": KINDS + 1}, {**SPARSE, "UNITS": "4"}, ("warning", "dead-class", "y"), {}, {"field: y": "field: y, classes: [1, 2, 3]", "units: 4": "units: 3"}),
    ("several labels at once", {"y": at(one_hot(KINDS), 7, [1, 0, 1])}, {**SPARSE, "LOSS": "categorical_crossentropy"}, ("warning", "loss-target", "categorical_crossentropy"), {}, {"activation: softmax": "activation: sigmoid", "categorical_crossentropy": "binary_crossentropy"}),
    ("one number to learn", {"y": REAL * 0 + 4}, MSE, ("warning", "constant-target", "y"), {"y": REAL}, {}),
    ("sorted numbers", {"y": np.sort(REAL, axis=0)}, {**MSE, "MORE": "  validation: {count: 12, shuffle: false}"}, ("warning", "unseen-targets", "12"), {}, {"{count: 12, shuffle: false}": "12"}),
    ("text labels", {"y": np.array(["a", "b", "c"])[KINDS]}, {**MSE}, ("error", "text-labels", "y"), {}, {"units: 1, activation: null": "units: 3, activation: softmax", "mean_squared_error": "sparse_categorical_crossentropy"}),
    ("NaN in a feature", {"x": at(X, 5, np.nan)}, SPARSE, ("error", "missing-value", "x"), {}, {"field: x": "field: x, missing: mean"}),
    ("an infinite label", {"y": at(REAL, 5, np.inf)}, MSE, ("error", "missing-value", "y"), {"y": REAL}, {}),
    ("a negative weight", {"w": at(np.ones(N), 5, -1)}, {**SPARSE, "MORE": "  sample_weight: w"}, ("error", "sample-weight", "w"), {"w": np.ones(N)}, {}),
    ("weights of nothing", {"w": np.zeros(N)}, {**SPARSE, "MORE": "  sample_weight: w"}, ("error", "zero-weights", "w"), {"w": np.ones(N)}, {}),
    ("a constant input", {"x": np.ones((N, 4))}, SPARSE, ("warning", "constant-input", "x"), {"x": X}, {}),
    ("pixels as they are", {"x": IMAGES}, CONV, ("warning", "input-scale", "x"), {}, {"field: x": "field: x, transform: [{Rescaling: 0.00392156862745098}]"}),
    ("pixels, scaled by the model", {"x": IMAGES}, CONV, ("warning", "input-scale", "x"), {}, {"- Conv2D": "- Rescaling: 0.0039\n    - Conv2D"}),
    ("huge numbers", {"x": X * 1e6}, SPARSE, ("warning", "input-scale", "x"), {}, {"field: x": "field: x, transform: [Normalization]"}),
    ("tiny numbers", {"x": X * 1e-7}, SPARSE, ("warning", "input-scale", "x"), {}, {"field: x": "field: x, transform: [Normalization]"}),
    ("large targets", {"y": REAL * 1e3 + 25e3}, MSE, ("warning", "target-scale", "y"), {}, {"field: y": "field: y, transform: [Normalization]"}),
    ("targets below a relu", {"y": REAL}, {**MSE, "ACTIVATION": "relu"}, ("warning", "target-range", "relu"), {"y": np.abs(REAL)}, {}),
    ("targets beyond a sigmoid", {"y": REAL}, {**MSE, "ACTIVATION": "sigmoid"}, ("warning", "target-range", "sigmoid"), {}, {"activation: sigmoid": "activation: null"}),
    ("no target within a tanh", {"y": np.abs(REAL) + 2}, {**MSE, "ACTIVATION": "tanh"}, ("error", "target-range", "tanh"), {}, {"activation: tanh": "activation: null"}),
    ("an index too large", {"x": at(TOKENS, 9, 10)}, EMBED, ("error", "embedded-range", "x"), {}, {"input_dim: 10": "input_dim: 11"}),
    ("a number too large to be encoded", {"x": at(TOKENS, 9, 10)}, ENCODED, ("error", "embedded-range", "x"), {"x": TOKENS}, {}),
    ("a negative index", {"x": at(TOKENS, 9, -1)}, EMBED, ("error", "embedded-range", "x"), {"x": TOKENS}, {}),
    ("half an index", {"x": at(TOKENS.astype(float), 9, 1.5)}, EMBED, ("error", "embedded-range", "x"), {"x": TOKENS.astype(float)}, {}),
    ("sorted labels", {"y": np.sort(KINDS)}, {**SPARSE, "MORE": "  validation: {count: 16, shuffle: false}"}, ("error", "unseen-class", "16"), {}, {"{count: 16, shuffle: false}": "{count: 16, stratify: y}"}),
    ("some unseen", {"y": at(np.sort(KINDS), slice(12, 16), 2)}, {**SPARSE, "MORE": "  validation: {count: 16, shuffle: false}"}, ("warning", "unseen-class", "16"), {"y": KINDS}, {}),
    ("a split of one class", {"y": np.sort(TWO)}, {**BINARY, "MORE": "  validation: {count: 12, shuffle: false}"}, ("warning", "one-class", "12"), {}, {"{count: 12, shuffle: false}": "{count: 12, stratify: y}"}),
    ("training on one class", {"y": TWO * 0}, BINARY, ("warning", "one-class", "y"), {"y": TWO}, {}),
    ("no samples", {"x": X[:0], "y": KINDS[:0]}, SPARSE, ("error", "no-samples", "npz"), {"x": X, "y": KINDS}, {}),
    ("a batch of more than all", {}, {**SPARSE, "LOSS": "sparse_categorical_crossentropy}\nfit: {batch_size: 64}\nlogs: {csv: true"}, ("warning", "large-batch", "64"), {}, {"64": "16"}),
    ("equal samples", {"x": at(X, 3, X[30])}, {**SPARSE, "MORE": "  validation: {count: 12, shuffle: false}"}, ("warning", "equal-samples", "12"), {"x": X}, {}),
]  # fmt: skip
Write = Callable[[dict[str, Any], dict[str, str], dict[str, str]], Path]


@pytest.fixture
def written(tmp_path: Path) -> Write:
    def write(arrays: dict[str, Any], parts: dict[str, str], mending: dict[str, str]) -> Path:
        np.savez(tmp_path / "d.npz", **{"x": X, "y": KINDS} | arrays)
        text = SPEC
        parts = {"MORE": "", "SHAPE": "[4]", "BEFORE": "", **parts}
        if "\nfit:" in parts["LOSS"]:
            text = text.replace("fit: {batch_size: 16}\n", "")
        for name, value in parts.items():
            text = text.replace(name, value)
        for old, new in mending.items():
            assert text.count(old) == 1, old
            text = text.replace(old, new)
        (tmp_path / "spec.yaml").write_text(text)
        return tmp_path / "spec.yaml"

    return write


def found(path: Path, *overrides: str) -> tuple[Diagnostic, ...]:
    try:
        spec = load_spec(path, overrides)
        return (*require_sound(spec), *check_data(spec))
    except KerascliError as error:
        return error.diagnostics


def shown(diagnostic: Diagnostic) -> tuple[str, str, str]:
    assert diagnostic.span is not None
    start = diagnostic.span.column - 1
    word = diagnostic.span.excerpt[start : start + diagnostic.span.length]
    return diagnostic.severity, diagnostic.code, word


@pytest.mark.parametrize(
    ("arrays", "parts", "expected", "right", "mending"),
    [pytest.param(*row[1:], id=row[0]) for row in FAULTS],
)
def test_one_fault_one_diagnostic_and_none_once_mended(
    arrays: dict[str, Any],
    parts: dict[str, str],
    expected: tuple[str, str, str],
    right: dict[str, Any],
    mending: dict[str, str],
    written: Write,
) -> None:
    diagnostics = found(written(arrays, parts, {}))
    assert [shown(one) for one in diagnostics] == [expected], [one.message for one in diagnostics]
    if expected[0] == "error":
        spec_fault = expected[1] in ("target-range", "text-labels")
        assert diagnostics[0].status == (ExitCode.SPEC if spec_fault else ExitCode.DATA)
    after = found(written(arrays | right, parts, mending))
    assert after == (), [(one.code, one.message) for one in after]


STREAMED = [row for row in FAULTS if row[3][1] not in ("no-samples", "large-batch", "equal-samples")]
SOME = [row for row in STREAMED if row[0] in {
    "labels from 1", "a class that never occurs", "weights of nothing", "a constant input", "large targets",
    "an index too large", "sorted labels", "a negative label",
}]  # fmt: skip


@pytest.mark.parametrize(("arrays", "parts", "expected"), [pytest.param(*row[1:4], id=row[0]) for row in SOME])
def test_what_is_read_in_parts_is_judged_alike(
    arrays: dict[str, Any], parts: dict[str, str], expected: tuple[str, str, str], written: Write
) -> None:
    diagnostics = found(written(arrays, parts, {}), "data.cache=none")
    assert [shown(one) for one in diagnostics] == [expected], [one.message for one in diagnostics]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("labels from 1", "the label 3 at row 3 of"),
        ("labels -1 and 1", "the label -1 at row 1 of"),
        ("a label between", "the label 1.7 at row 8 of"),
        ("an index too large", "10 at row 10 of"),
        ("half an index", "1.5 at row 10 of"),
        ("NaN in a feature", "the first is row 6 of"),
        ("no target within a tanh", "'tanh' gives numbers between -1 and 1"),
        ("equal samples", "1 sample of 'validation' stands in 'train' too"),
    ],
)
def test_the_words_name_row_and_value(name: str, words: str, written: Write) -> None:
    row = next(row for row in FAULTS if row[0] == name)
    (one,) = found(written(row[1], row[2], {}))
    assert words in one.message


def test_columns_of_a_table_are_named(tmp_path: Path) -> None:
    rows = [f"{row * 0.1:.1f},7,{row % 2}" for row in range(40)]
    (tmp_path / "d.csv").write_text("a,b,kind\n" + "\n".join(rows) + "\n")
    (tmp_path / "s.yaml").write_text(
        "data: {source: {csv: d.csv}, inputs: {x: {fields: [a, b]}}, targets: {kind: kind}}\n"
        "model: {inputs: {x: [2]}, layers: [{Dense: {units: 1, activation: sigmoid}, name: kind}]}\n"
        "compile: {loss: binary_crossentropy}\n"
    )
    (one,) = found(tmp_path / "s.yaml")
    assert (one.code, one.severity) == ("constant-input", "warning")
    assert one.message.startswith("'b' (input 'x') is 7 in all training samples")


def test_what_was_scaled_by_nothing_shows_in_the_held_out_split(written: Write) -> None:
    x = np.array(X)
    x[12:, 2] = 0
    mending: dict[str, str] = {"field: x": "field: x, transform: [Normalization]"}
    more = {**SPARSE, "MORE": "  validation: {count: 12, shuffle: false}"}
    diagnostics = found(written({"x": x}, more, mending))
    assert [(one.severity, one.code) for one in diagnostics] == [("warning", "held-out-range")]


def test_lopsided_classes(written: Write) -> None:
    y = np.zeros(300, np.int32)
    y[5:8] = 1
    arrays = {"x": RNG.normal(size=(300, 4)).astype(np.float32), "y": y}
    (one,) = found(written(arrays, BINARY, {}))
    assert (one.code, one.message) == ("imbalance", "99.0% of the training samples are '0' ('y')")
    assert found(written(arrays, BINARY, {"batch_size: 16": "batch_size: 16, class_weight: balanced"})) == ()


class Told:
    """Remembers what it was warned of."""

    def __init__(self) -> None:
        self.codes: list[str] = []

    def __getattr__(self, name: str) -> Any:
        def call(*arguments: Any, **keywords: Any) -> None:
            if name == "warned":
                self.codes.append(arguments[0].code)

        return call


def test_a_training_is_told_the_same(written: Write, tmp_path: Path) -> None:
    told = Told()
    path = written({"y": KINDS, "x": X * 1e3}, {**SPARSE, "UNITS": "4"}, {})
    train(load_spec(path), tmp_path / "runs", progress=told)
    assert told.codes == ["input-scale", "dead-class"]
    path = written({"y": np.sort(KINDS)}, {**SPARSE, "MORE": "  validation: {count: 16, shuffle: false}"}, {})
    with pytest.raises(KerascliError) as caught:
        train(load_spec(path), tmp_path / "none")
    assert caught.value.exit_code == ExitCode.DATA
    assert not (tmp_path / "none").exists()
