"""Every kind of fault is found at its token, with its code; the smallest mending of it gives none."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from kerascli.check import check_spec
from kerascli.errors import Diagnostic, ExitCode, KerascliError
from kerascli.spec.load import load_spec

GOOD = """\
name: good
data:
  source: mnist
  validation: 0.1
  inputs: {image: {field: image, transform: [{Reshape: [784]}]}}
  targets: {digit: label}
model:
  inputs: {image: [784]}
  layers:
    - Dense: {units: 16, activation: relu}
      name: hidden
    - Dropout: 0.5
    - Dense: {units: 10, activation: softmax}
      name: digit
compile:
  optimizer: adam
  loss: sparse_categorical_crossentropy
  metrics: [accuracy]
fit: {epochs: 1, batch_size: 32}
callbacks: [{EarlyStopping: {patience: 2}}]
"""

# What is written instead of what, the code, and the token that the carets stand under.
FAULTS = [
    ("units: 16", "unit: 16", "unknown-argument", "unit"),
    ("units: 16", "units: many", "wrong-type", "many"),
    ("{units: 16, activation: relu}", "{activation: relu}", "missing-argument", "Dense"),
    ("activation: relu", "activation: reluu", "unknown-class", "reluu"),
    ("- Dropout: 0.5", "- Dropot: 0.5", "unknown-class", "Dropot"),
    ("      name: hidden", "      nmae: hidden", "unknown-key", "nmae"),
    ("      name: hidden", "      use_bias: false", "indentation", "use_bias"),
    ("      name: hidden", "      name: digit", "duplicate-name", "digit"),
    ("      name: hidden", "      name: a b", "name", "a b"),
    ("      name: hidden", "      inputs: imag", "unknown-layer", "imag"),
    ("      name: hidden", "      inputs: digit", "cycle", "digit"),
    ("      name: hidden", "      inputs: [image, image]", "too-many-inputs", "[image, image]"),
    ("      name: hidden", "      inputs: {inputs: image, mask: 3, traning: 1}", "unknown-argument", "traning"),
    ("      name: hidden", "      repeat: -1", "out-of-range", "-1"),
    ("      name: hidden", "      trainable: 3", "wrong-type", "3"),
    ("{image: [784]}\n  layers", "{image: 784}\n  layers", "wrong-type", "784"),
    ("{image: [784]}\n  layers", "{image: [0]}\n  layers", "out-of-range", "0"),
    ("source: mnist", "source: mnits", "unknown-source", "mnits"),
    ("source: mnist", "source: {images: {folder: a, size: [8, x]}}", "wrong-type", "[8, x]"),
    ("source: mnist", "source: {images: {folder: a, interpolation: biliner}}", "unknown-choice", "biliner"),
    ("source: mnist", "source: {text: {folder: a, encoding: hex}}", "encoding", "hex"),
    ("source: mnist", "source: {text: {}}", "missing-argument", "text"),
    ("source: mnist", "source: {parquet: {path: a, pth: b}}", "unknown-argument", "pth"),
    ("source: mnist", "source: {jsonl: [a]}", "wrong-type", "[a]"),
    ("source: mnist", "source: {tfrecord: {path: a, features: {x: flot32}}}", "unknown-choice", "flot32"),
    ("validation: 0.1", "validation: 1.5", "out-of-range", "1.5"),
    ("validation: 0.1", "validation: {fractoin: 0.1}", "unknown-key", "fractoin"),
    ("validation: 0.1", "validation: {count: 9, group: label, stratify: label}", "split", "group"),
    ("validation: 0.1", "validation: {count: 9, order: label, shuffle: true}", "split", "shuffle"),
    ("validation: 0.1", "validation: {count: 9, stratify: lable}", "unknown-field", "lable"),
    ("field: image", "field: imag", "unknown-field", "imag"),
    ("{field: image", "{missing: mena, field: image", "unknown-choice", "mena"),
    ("{field: image", "{missing: {valeu: 0}, field: image", "unknown-key", "valeu"),
    ("{field: image", "{missing: {value: [0]}, field: image", "wrong-type", "[0]"),
    ("{field: image", "{missing: {}, field: image", "missing-key", "{}"),
    ("{field: image", "{missing: {value: true}, field: image", "wrong-type", "true"),
    ("{field: image", "{missing: [mean], field: image", "unknown-choice", "[mean]"),
    ("{field: image", "{missing: mean, read: npy, field: image", "missing", "missing"),
    ("{field: image", "{pad: 0, field: image", "out-of-range", "0"),
    ("{field: image", "{pad: long, field: image", "wrong-type", "long"),
    ("{field: image", "{pad: [3], field: image", "wrong-type", "[3]"),
    ("{field: image", "{pad: {length: 2.5}, field: image", "wrong-type", "2.5"),
    ("{field: image", "{pad: {value: none}, field: image", "wrong-type", "none"),
    ("{field: image", "{pad: {side: left}, field: image", "unknown-choice", "left"),
    ("{field: image", "{pad: {lenght: 3}, field: image", "unknown-key", "lenght"),
    ("{field: image", "{read: imgae, field: image", "unknown-choice", "imgae"),
    ("{field: image", "{read: {image: {sise: [8, 8]}}, field: image", "unknown-argument", "sise"),
    ("{field: image", "{read: {image: {size: [8]}}, field: image", "wrong-type", "[8]"),
    ("{field: image", "{read: {image: {channels: 2}}, field: image", "out-of-range", "2"),
    ("{field: image", "{read: {image: {interpolation: linear}}, field: image", "unknown-choice", "linear"),
    ("{field: image", "{read: {image: {size: 8}}, field: image", "wrong-type", "8"),
    ("{field: image", "{read: {image: {size: [8, 0]}}, field: image", "wrong-type", "[8, 0]"),
    (
        "{field: image",
        "{read: {image: {crop_to_aspect_ratio: true}}, field: image",
        "missing-argument",
        "crop_to_aspect_ratio",
    ),
    (
        "{field: image",
        "{read: {image: {size: [8, 8], crop_to_aspect_ratio: true, pad_to_aspect_ratio: true}}, field: image",
        "twice",
        "pad_to_aspect_ratio",
    ),
    ("{field: image", "{read: {text: {encoding: utf9}}, field: image", "encoding", "utf9"),
    ("{field: image", "{read: {image: {folder: ''}}, field: image", "path", "''"),
    ("{field: image", "{read: [image], field: image", "wrong-type", "[image]"),
    ("{field: image", "{read: image, fields: [image]", "read", "image"),
    ("{field: image", "{read: {audio: {channels: 1}}, field: image", "missing-argument", "audio"),
    ("{field: image", "{read: {audio: {length: 0}}, field: image", "out-of-range", "0"),
    ("{field: image", "{read: {audio: {length: 9, channels: 3}}, field: image", "out-of-range", "3"),
    ("{field: image", "{augment: [RandomFlap], field: image", "unknown-class", "RandomFlap"),
    ("targets: {digit: label}", "targets: {digit: {field: label, missing: mean}}", "missing", "missing"),
    ("targets: {digit: label}", "targets: {digit: {field: label, augment: []}}", "augment", "augment"),
    ("targets: {digit: label}", "targets: {digit: {field: label, pad: 3}}", "pad", "pad"),
    ("targets: {digit: label}", "targets: {digit: {field: label, read: npy}}", "read", "read"),
    ("validation: 0.1", "augment: [MxiUp]", "unknown-class", "MxiUp"),
    ("validation: 0.1", "cache: true", "unknown-choice", "true"),
    ("validation: 0.1", "cache: dsik", "unknown-choice", "dsik"),
    ("validation: 0.1", "on_error: skp", "unknown-choice", "skp"),
    ("validation: 0.1", "window: {sequence_lenght: 3}", "unknown-key", "sequence_lenght"),
    ("validation: 0.1", "window: {sequence_length: 0}", "out-of-range", "0"),
    ("validation: 0.1", "window: {sequence_length: 3, group: lable}", "unknown-field", "lable"),
    ("validation: 0.1", "window: {horizon: 1}", "missing-key", "{horizon: 1}"),
    ("validation: 0.1", "window: {sequence_length: 3, horizon: -1}", "out-of-range", "-1"),
    ("validation: 0.1", "window: {sequence_length: 3, sequence_stride: 0}", "out-of-range", "0"),
    ("validation: 0.1", "window: {sequence_length: 3, sampling_rate: 1.5}", "wrong-type", "1.5"),
    ("validation: 0.1", "window: 24", "wrong-type", "24"),
    ("{image: {field", "{imge: {field", "unknown-input", "imge"),
    ("targets: {digit: label}", "targets: {digits: label}", "unknown-output", "digits"),
    ("optimizer: adam", "optimizer: adma", "unknown-class", "adma"),
    ("loss: sparse", "loss: spars", "unknown-class", "spars_categorical_crossentropy"),
    ("metrics: [accuracy]", "metrics: [acuracy]", "unknown-class", "acuracy"),
    ("metrics: [accuracy]", "metric: [accuracy]", "unknown-key", "metric"),
    ("epochs: 1,", "epochs: 0,", "out-of-range", "0"),
    ("epochs: 1,", "epochs: '1',", "wrong-type", "'1'"),
    ("epochs: 1,", "epoch: 1,", "unknown-key", "epoch"),
    ("epochs: 1,", "validation_split: 0.1,", "elsewhere", "validation_split"),
    ("epochs: 1,", "phases: [],", "wrong-type", "[]"),
    ("patience: 2", "patince: 2", "unknown-argument", "patince"),
    ("EarlyStopping: {patience: 2}", "BackupAndRestore: b", "elsewhere", "BackupAndRestore"),
    ("EarlyStopping: {patience: 2}", "LambdaCallback: {}", "needs-trust", "LambdaCallback"),
    ("name: good", "name: latest", "name", "latest"),
    ("name: good", "seed: -1", "out-of-range", "-1"),
    ("name: good", "seed: 017", "ambiguous-scalar", "017"),
    ("name: good", "distribute: {a: 1}", "unknown-strategy", "a"),
    ("name: good", "epochs: 3", "unknown-key", "epochs"),
    ("name: good", "seed: !!int 3", "tag", "!!int"),
    ("name: good", "description: $x", "unknown-variable", "$x"),
    ("name: good", "seed: 1\nseed: 2", "duplicate-key", "seed"),
    ("- Dropout: 0.5", "- Lambda: {function: x}", "needs-trust", "Lambda"),
    ("- Dropout: 0.5", "- StringLookup: {vocabulary: /etc/passwd}", "needs-trust", "/etc/passwd"),
    ("- Dropout: 0.5", "- Model: {layers: []}", "missing-layers", "[]"),
    ("- Dropout: 0.5", "- Dropout:\n      rate: 0.5", "indentation", "rate"),
]


def found(path: Path, overrides: tuple[str, ...] = ()) -> tuple[Diagnostic, ...]:
    try:
        return check_spec(load_spec(path, overrides))
    except KerascliError as error:
        return error.diagnostics


def token(diagnostic: Diagnostic) -> str:
    assert diagnostic.span is not None
    start = diagnostic.span.column - 1
    return diagnostic.span.excerpt[start : start + diagnostic.span.length]


def test_good_spec_gives_nothing(write_spec: Callable[..., Path]) -> None:
    assert found(write_spec(GOOD)) == ()


@pytest.mark.parametrize(
    ("good", "bad", "code", "word"), FAULTS, ids=[f"{code}-{bad[:24]}" for _, bad, code, _ in FAULTS]
)
def test_one_fault_one_diagnostic(write_spec: Callable[..., Path], good: str, bad: str, code: str, word: str) -> None:
    assert GOOD.count(good) == 1
    errors = [one for one in found(write_spec(GOOD.replace(good, bad))) if one.severity == "error"]
    assert (code, word) in [(one.code, token(one).removesuffix(" 3")) for one in errors]
    # Where another error comes up it follows from the first; the offender itself is named once.
    assert len([one for one in errors if one.code == code and token(one) == word]) <= 1


WARNINGS = [
    ("  inputs: {image: [784]}\n  layers:", "  inputs: {image: [784], more: [3]}\n  layers:", "unused-input"),
    (
        "    - Dropout: 0.5\n",
        "    - Dropout: 0.5\n      name: lost\n    - ReLU:\n      inputs: hidden\n",
        "unreachable-layer",
    ),
    ("    - Dropout: 0.5\n", "    - Dropout: 0.5\n    - ReLU:\n      inputs: dropout\n", "default-name"),
]


@pytest.mark.parametrize(("good", "bad", "code"), WARNINGS, ids=[code for _, _, code in WARNINGS])
def test_doubtful_wiring_warns(write_spec: Callable[..., Path], good: str, bad: str, code: str) -> None:
    text = GOOD.replace(good, bad)
    if "more" in bad:
        text = text.replace("inputs: {image: {field", "inputs: {more: label, image: {field")
        text = text.replace("      name: hidden", "      name: hidden\n      inputs: image")
    assert code in [one.code for one in found(write_spec(text)) if one.severity == "warning"]


def test_error_as_the_language_draws_it(write_spec: Callable[..., Path]) -> None:
    path = write_spec(GOOD.replace("units: 16", "unit: 16"))
    with pytest.raises(KerascliError) as caught:
        load_spec(path)
    assert caught.value.exit_code == ExitCode.SPEC
    assert str(caught.value) == (
        f"{path}:10:15: error: Dense has no argument 'unit' [unknown-argument]\n"
        "   10 |     - Dense: {unit: 16, activation: relu}\n"
        "      |               ^^^^\n"
        "      = help: did you mean 'units'?"
    )


def test_all_faults_at_once_in_the_order_of_the_file(write_spec: Callable[..., Path]) -> None:
    text = (
        GOOD.replace("units: 16", "unit: 16")
        .replace("optimizer: adam", "optimizer: adma")
        .replace("epochs: 1", "epoch: 1")
    )
    lines = [one.span.line for one in found(write_spec(text)) if one.span]
    assert len(lines) == 3
    assert lines == sorted(lines)


@pytest.mark.parametrize(
    "text",
    [
        "[" * 20000,
        "a: &a [1, 2]\n"
        + "".join(
            f"{x}: &{x} [" + ", ".join([f"*{y}"] * 10) + "]\n" for x, y in zip("bcdefghij", "abcdefghi", strict=True)
        ),
        "a: [*self]",
        "a: 1\n---\nb: 2",
        "a: 'x",
        "",
        "- 1",
        "a: \x07",
        "model: {layers: [{Dense: {units: 1}, repeat: 100000}]}",
    ],
    ids=["deep", "bomb", "self", "documents", "quote", "empty", "list", "bell", "repeat"],
)
def test_hostile_text_is_refused(write_spec: Callable[..., Path], text: str) -> None:
    with pytest.raises(KerascliError) as caught:
        load_spec(write_spec(text))
    assert caught.value.exit_code == ExitCode.SPEC


def test_files_that_are_no_specs(tmp_path: Path) -> None:
    (tmp_path / "latin.yaml").write_bytes("name: caf\xe9".encode("latin-1"))
    (tmp_path / "big.yaml").write_bytes(b"#" * (1 << 20) + b"\n")
    for name in ("latin.yaml", "big.yaml", "missing.yaml", "."):
        with pytest.raises(KerascliError) as caught:
            load_spec(tmp_path / name)
        assert caught.value.exit_code == ExitCode.SPEC
