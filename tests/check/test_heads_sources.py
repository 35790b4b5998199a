"""What is known of a target before any data is read: Keras's datasets, tables, folders, drawn fields; and which head a fault is of."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from kerascli.check.targets import find_targets
from kerascli.spec.load import load_spec

sys.path.insert(0, str(Path(__file__).parent))
from head_specs import found, spec_text, told  # noqa: E402

SOURCE = """\
data: {source: SOURCE, inputs: {x: FIELD}, targets: {y: TARGET}}
model: {inputs: {x: [4]}, layers: [{Dense: {units: UNITS, name: y}}]}
compile: {loss: LOSS}
"""
SPARSE = "sparse_categorical_crossentropy"
SOURCES = [
    ("mnist", "image", "label", "10, activation: softmax", SPARSE, []),
    ("mnist", "image", "label", "9, activation: softmax", SPARSE, [("label-range", "error", "9")]),
    ("mnist", "image", "label", "11, activation: softmax", SPARSE, [("dead-class", "warning", "11")]),
    ("mnist", "image", "label", "10, activation: softmax", "categorical_crossentropy", [("loss-target", "error", "categorical_crossentropy")]),
    ("mnist", "image", "{field: label, one_hot: true}", "10, activation: softmax", "categorical_crossentropy", []),
    ("mnist", "image", "{field: label, one_hot: true}", "10, activation: softmax", SPARSE, [("loss-target", "error", SPARSE)]),
    ("mnist", "image", "label", "1, activation: sigmoid", "binary_crossentropy", [("loss-target", "error", "binary_crossentropy")]),
    ("mnist", "image", "label", "1, activation: sigmoid", "mse", [("target-range", "error", "sigmoid")]),
    ("fashion_mnist", "image", "label", "5, activation: softmax", SPARSE, [("label-range", "error", "5")]),
    ("cifar10", "image", "label", "10, activation: softmax", SPARSE, []),
    ("cifar100", "image", "label", "20, activation: softmax", SPARSE, [("label-range", "error", "20")]),
    ("{cifar100: coarse}", "image", "label", "20, activation: softmax", SPARSE, []),
    ("reuters", "sequence", "label", "46, activation: softmax", SPARSE, []),
    ("imdb", "sequence", "label", "1, activation: sigmoid", "binary_crossentropy", []),
    ("imdb", "sequence", "label", "3, activation: softmax", SPARSE, [("dead-class", "warning", "3")]),
    ("california_housing", "features", "price", "1", "mse", []),
    ("california_housing", "features", "price", "1, activation: relu", "mse", []),
    ("california_housing", "features", "price", "1, activation: sigmoid", "mse", [("target-range", "error", "sigmoid")]),
    (
        "california_housing",
        "features",
        "{field: price, transform: [Normalization]}",
        "1, activation: relu",
        "mse",
        [("target-range", "error", "relu")],
    ),
    ("california_housing", "features", "{field: price, transform: [{Rescaling: 1/500000}]}", "1, activation: sigmoid", "mse", []),
    ("{csv: a.csv}", "a", "b", "3, activation: softmax", "categorical_crossentropy", []),
    ("{csv: a.csv}", "a", "b", "1, activation: relu", "mse", []),
    ("{csv: {path: a.csv, columns: {b: text}}}", "a", "b", "3, activation: softmax", "categorical_crossentropy", [("loss-target", "error", "categorical_crossentropy")]),
    ("{csv: a.csv}", "a", "{field: b, classes: [u, v]}", "3, activation: softmax", SPARSE, [("dead-class", "warning", "3")]),
    ("{images: {folder: f, size: [2, 2]}}", "image", "label", "3, activation: softmax", "categorical_crossentropy", [("loss-target", "error", "categorical_crossentropy")]),
    ("{images: {folder: f, size: [2, 2]}}", "image", "{field: label, one_hot: true}", "3, activation: softmax", "categorical_crossentropy", []),
]  # fmt: skip


@pytest.mark.parametrize(("source", "field", "target", "units", "loss", "codes"), SOURCES)
def test_sources(
    source: str, field: str, target: str, units: str, loss: str, codes: list[tuple[str, str, str]], tmp_path: Path
) -> None:
    text = SOURCE.replace("SOURCE", source).replace("FIELD", field).replace("TARGET", target)
    said = told(found(tmp_path, text.replace("UNITS", units).replace("LOSS", loss)))
    # The model's input is that of no source.
    assert [one for one in said if one[0] != "shape"] == codes


@pytest.mark.parametrize(
    ("drawn", "kind", "ends"),
    [
        ("{integers: [0, 3]}", "integers", (0, 2)),
        ("{choice: [3, 1, 2]}", "integers", (1, 3)),
        ("{choice: [0.5, 1]}", "numbers", (0.5, 1)),
        ("{choice: [b, a]}", "integers", (0, 1)),
        ("{normal: [1, 2]}", "numbers", (-3, 5)),
        ("{shape: [2]}", "numbers", (0, 1)),
        ("{one_hot: 4}", "one_hot", (0, 1)),
        # What no one means is not judged, and breaks nothing.
        ("{choice: [[1], [2]]}", None, (None, None)),
        ("{choice: [true, false]}", None, (None, None)),
        ("{choice: [.inf, .nan]}", None, (None, None)),
        ("{choice: [1, a]}", None, (None, None)),
        ("{uniform: [0, .inf]}", None, (None, None)),
        ("{normal: [.nan, 1]}", None, (None, None)),
        ("{integers: [0, 1000000000000000000]}", None, (None, None)),
    ],
)
def test_drawn_fields(drawn: str, kind: str | None, ends: tuple[float, float], tmp_path: Path) -> None:
    (tmp_path / "spec.yaml").write_text(spec_text(drawn=drawn))
    target = find_targets(load_spec(tmp_path / "spec.yaml"))("y")
    assert (target.kind, (target.lowest, target.highest)) == (kind, ends)
    found(tmp_path, spec_text(drawn=drawn))


@pytest.mark.parametrize(
    ("transform", "kind", "ends"),
    [
        ("{Rescaling: 1/2}", "numbers", (0, 4)),
        ("{Rescaling: {scale: -1, offset: 1}}", "integers", (-7, 1)),
        ("{Rescaling: {scale: [1, 2]}}", None, (None, None)),
        ("{Rescaling: .inf}", None, (None, None)),
        ("Normalization", "numbers", (-1, 1)),
        ("{Normalization: {mean: 0, variance: 4}}", None, (None, None)),
        ("{Normalization: {invert: true}}", None, (None, None)),
    ],
)
def test_transformed_fields(transform: str, kind: str | None, ends: tuple[float, float], tmp_path: Path) -> None:
    text = spec_text(drawn="{integers: [0, 9]}", target=f"{{field: y, transform: [{transform}]}}", loss="mse")
    (tmp_path / "spec.yaml").write_text(text)
    target = find_targets(load_spec(tmp_path / "spec.yaml"))("y")
    assert (target.kind, (target.lowest, target.highest)) == (kind, ends)


TWO = """\
data:
  source: {synthetic: {samples: 32, fields: {x: {shape: [4]}, a: {shape: [1]}, b: {integers: [0, 3]}}}}
model:
  inputs: {x: [4]}
  layers:
    - Dense: {units: 8, activation: relu, name: hidden}
    - Dense: {units: 1, name: a}
    - Dense: {units: 3, activation: softmax}
      name: b
      inputs: hidden
  outputs: [a, b]
compile:
  loss: {a: mse, b: sparse_categorical_crossentropy}
  metrics: {a: [mae], b: [accuracy]}
"""


@pytest.mark.parametrize(
    ("good", "bad", "codes"),
    [
        ("", "", []),
        ("{a: mse, b: sparse", "{a: mse, b: spars", [("unknown-class", "error", "spars_categorical_crossentropy")]),
        ("b: [accuracy]", "b: [CategoricalAccuracy]", [("metric-kind", "error", "CategoricalAccuracy")]),
        ("a: [mae]", "a: [accuracy]", [("metric-kind", "error", "accuracy")]),
        ("units: 3,", "units: 2,", [("label-range", "error", "2")]),
        ("a: mse, b: sparse_categorical_crossentropy", "a: null, b: null", [("no-loss", "error", "{a: null, b: null}")]),
        ("  metrics", "  loss_weights: {a: 1, b: 0}\n  metrics", [("zero-loss-weight", "warning", "0")]),
        ("  metrics", "  loss_weights: [1, -2]\n  metrics", [("out-of-range", "error", "-2")]),
        ("compile:", "fit: {class_weight: {b: {5: 2}}}\ncompile:", [("unknown-class-weight", "error", "5")]),
        ("compile:", "fit: {class_weight: {a: balanced}}\ncompile:", [("class-weight", "error", "balanced")]),
        ("units: 1, name: a", "units: 1, activation: softmax, name: a", [("single-softmax", "error", "softmax")]),
    ],
)  # fmt: skip
def test_of_two_heads_the_one_that_is_wrong(
    good: str, bad: str, codes: list[tuple[str, str, str]], tmp_path: Path
) -> None:
    assert told(found(tmp_path, TWO.replace(good, bad, 1))) == codes


def test_a_head_that_is_an_input(tmp_path: Path) -> None:
    text = TWO.replace("outputs: [a, b]", "outputs: {a: a, b: b, c: x}").replace(
        "fields: {x", "fields: {c: {shape: [4]}, x"
    )
    text = text.replace("{a: mse,", "{c: mse, a: mse,")
    assert told(found(tmp_path, text)) == [("idle-head", "warning", "c")]
    assert found(tmp_path, text.replace("c: mse", "c: null")) == ()


NESTED = """\
model:
  inputs: {x: [4]}
  layers:
    - Model: {layers: [{Dense: 8}, {Dense: 4, name: code}]}
      name: body
      trainable: false
    - Dense: 1
      name: y
      trainable: WHETHER
compile: {loss: mse}
fit: {phases: [{epochs: 1}, {epochs: 1, UNFREEZE}]}
"""


@pytest.mark.parametrize(
    ("whether", "unfreeze", "codes"),
    [
        ("false", "unfreeze: [body]", ["nothing-learns"]),
        ("true", "unfreeze: [body/code]", []),
        ("true", "freeze: [y]", ["nothing-learns"]),
        ("true", "freeze: [y], unfreeze: ['body/*']", []),
    ],
)
def test_phases_and_nested_models(whether: str, unfreeze: str, codes: list[str], tmp_path: Path) -> None:
    text = NESTED.replace("WHETHER", whether).replace("UNFREEZE", unfreeze)
    assert [one.code for one in found(tmp_path, text)] == codes


def test_an_override_is_where_the_fault_is(tmp_path: Path) -> None:
    from kerascli.check import check_spec

    (tmp_path / "spec.yaml").write_text(spec_text())
    [one] = check_spec(load_spec(tmp_path / "spec.yaml", ["model.layers.y.units=2"]))
    assert (one.code, str(one.span)) == ("label-range", "command line:1:22")


def test_without_tensorflow(tmp_path: Path) -> None:
    (tmp_path / "spec.yaml").write_text(spec_text(head="Dense: 3"))
    code = (
        "import sys\nfrom kerascli.check import check_spec\nfrom kerascli.spec.load import load_spec\n"
        "assert [one.code for one in check_spec(load_spec('spec.yaml'))] == ['from-logits']\n"
        "assert not {'tensorflow', 'keras', 'numpy'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=True, timeout=60)
