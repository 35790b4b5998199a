"""What is wrong with a plugin, or with its use, is said at its place in the spec, and at the plugin's own line."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from kerascli.errors import Diagnostic, ExitCode, KerascliError
from kerascli.run.build import build_model
from kerascli.run.preflight import check_data
from kerascli.spec.load import load_spec

sys.path.insert(0, str(Path(__file__).parent))
from plugin_specs import HEAD, load, run, write


def token(fault: Diagnostic) -> str:
    """The words that the carets stand under."""
    assert fault.span is not None
    start = fault.span.column - 1
    return fault.span.excerpt[start : start + fault.span.length]


def own_lines(fault: Diagnostic) -> list[str]:
    """The plugin's own lines that the notes show."""
    return [token(Diagnostic("", "", note.span)) for note in fault.notes if note.span is not None]


USES = [
    ({"layers": "[{Scale: {fctor: 2}}]"}, "unknown-argument", "fctor", "'factor'"),
    ({"layers": "[Scale]"}, "missing-argument", "Scale", "factor"),
    ({"layers": "[{Scalle: 2}]"}, "unknown-class", "Scalle", "'Scale'"),
    ({"layers": "[{plugins.Scalle: 2}]"}, "unknown-class", "plugins.Scalle", "'plugins.Scale'"),
    ({"layers": "[Square]"}, "unknown-class", "Square", "a plugin's loss"),
    ({"layers": "[twice]"}, "unknown-class", "twice", "a plugin's function"),
    ({"layers": "[{Dense: {units: 1, activation: twic}}]"}, "unknown-class", "twic", "'twice'"),
    ({"layers": "[{Blend: , inputs: [x, x, x]}]"}, "too-many-inputs", "[x, x, x]", ""),
    ({"layers": "[{Blend: , inputs: {left: x, wright: x}}]"}, "unknown-argument", "wright", "'right'"),
    ({"compile": "{loss: mse, metrics: accuracy}"}, "ambiguous-name", "accuracy", "'plugins.accuracy'"),
    ({"compile": "{loss: {squares: {power: 2}}}"}, "unknown-argument", "power", ""),
    ({"callbacks": "[{Batches: {nte: a}}]"}, "unknown-argument", "nte", "'note'"),
    ({"callbacks": "[{LearningRateScheduler: rate_off}]"}, "unknown-function", "rate_off", ""),
    ({"data": "{source: {python: part}}"}, "unknown-function", "part", "'parts'"),
    ({"data": "{source: {python: Scale}}"}, "unknown-function", "Scale", "plugins"),
    (
        {"data": "{source: {python: {function: parts, arguments: {sample: 3}}}}"},
        "unknown-argument",
        "sample",
        "'samples'",
    ),
]


@pytest.mark.parametrize(("parts", "code", "word", "hint"), USES, ids=[f"{use[1]}-{use[2]}" for use in USES])
def test_uses(tmp_path: Path, parts: dict[str, str], code: str, word: str, hint: str) -> None:
    with pytest.raises(KerascliError) as caught:
        load(tmp_path, **parts)
    (fault,) = (one for one in caught.value.diagnostics if one.severity == "error")
    assert (fault.code, token(fault)) == (code, word)
    assert hint in (fault.hint or "")


FILES = [
    ("import keras\nimport nothing_here\n", "No module named 'nothing_here'", ["import nothing_here"]),
    ("import beside\n", "No module named 'beside'", ["import beside"]),
    ("def f():\n    raise ValueError('no\\nmore')\nf()\n", "ValueError: no", ["raise ValueError('no\\nmore')"]),
    ("import sys\nsys.exit(3)\n", "SystemExit: 3", ["sys.exit(3)"]),
    ("x = 1\nclass X(:\n", "SyntaxError: invalid syntax", ["class X(:"]),
]


@pytest.mark.parametrize(("text", "message", "lines"), FILES)
def test_a_file_that_can_not_be_imported(tmp_path: Path, text: str, message: str, lines: list[str]) -> None:
    (tmp_path / "mine.py").write_text(text)
    (tmp_path / "beside.py").write_text("")
    with pytest.raises(KerascliError, match="can't import the plugin") as caught:
        load(tmp_path)
    (fault,) = caught.value.diagnostics
    assert (fault.code, token(fault), own_lines(fault)) == ("plugin", "mine.py", lines)
    assert message in fault.message
    if "beside" in text:
        assert "from . import beside" in (fault.hint or "")


LISTS = [
    ("[none.py]", "can't read", "none.py"),
    ("[a/b]", "can't read", "a/b"),
    ("[not_a.module]", "No module named 'not_a'", "not_a.module"),
    ("['two words']", "neither", "'two words'"),
    ("[3]", "must be a file", "3"),
    ("{mine.py: 1}", "must be a file", "{mine.py: 1}"),
    ("['https://example.org/mine.py']", "is an address", "'https://example.org/mine.py'"),
    ("[mine.py, other.py]", "two plugins hold", "other.py"),
]


@pytest.mark.parametrize(("plugins", "message", "word"), LISTS, ids=[one[0] for one in LISTS])
def test_a_list_that_is_wrong(tmp_path: Path, plugins: str, message: str, word: str) -> None:
    (tmp_path / "other.py").write_text("class Scale:\n    pass\n\ndef twice(x):\n    return x\n")
    with pytest.raises(KerascliError, match=message) as caught:
        load(tmp_path, plugins=plugins)
    (fault,) = caught.value.diagnostics
    assert token(fault) == word


BUILDS = [
    ("[Broken]", "plugin", "Broken", ['raise RuntimeError("the call broke")']),
    ("[{Nothing: , inputs: x}, {Dense: 1, name: a}, {Add: , inputs: [a, a]}]", "plugin", "Nothing", []),
    ("[{Unsavable: {units: 3}}]", "plugin", "Unsavable", []),
    ("[{Tower: {units: -1}}]", "keras-error", "-1", ["self.dense = keras.layers.Dense(units)"]),
    # Its inner layer can't tell its shape; Keras leaves the model unbuilt without a word.
    ("[{Reshape: [2, 2]}, {TimeDistributed: {layer: {Scale: 2}}}]", "keras-error", "TimeDistributed", []),
]


@pytest.mark.parametrize(("layers", "code", "word", "lines"), BUILDS, ids=[one[2] for one in BUILDS])
def test_what_building_finds(tmp_path: Path, layers: str, code: str, word: str, lines: list[str]) -> None:
    with pytest.raises(KerascliError) as caught:
        build_model(load(tmp_path, layers=layers))
    (fault,) = caught.value.diagnostics
    assert (fault.code, token(fault), own_lines(fault)) == (code, word, lines)


DATA = [
    ("failing", "raised RuntimeError: no data today", ['raise RuntimeError("no data today")']),
    ("number", "returned int", []),
]


@pytest.mark.parametrize(("name", "message", "lines"), DATA, ids=["raises", "no-mapping"])
def test_what_data_functions_do(tmp_path: Path, name: str, message: str, lines: list[str]) -> None:
    with pytest.raises(KerascliError, match=message) as caught:
        check_data(load(tmp_path, data=f"{{source: {{python: {name}}}, inputs: x, targets: y}}"))
    (fault,) = caught.value.diagnostics
    assert (token(fault), own_lines(fault)) == (name, lines)
    assert caught.value.exit_code == ExitCode.DATA


TRAININGS = [
    ("[Stumbles]", "the callback broke", 'raise RuntimeError("the callback broke")', ExitCode.TRAINING),
    ("[NeverStarts]", "no start", "NeverStarts", ExitCode.SPEC),
    ("[{LearningRateScheduler: {schedule: word}}]", "is 'fast', not a number", "word", ExitCode.SPEC),
]


@pytest.mark.parametrize(("callbacks", "message", "word", "status"), TRAININGS, ids=[one[1] for one in TRAININGS])
def test_what_training_finds(tmp_path: Path, callbacks: str, message: str, word: str, status: ExitCode) -> None:
    with pytest.raises(KerascliError, match=message) as caught:
        run(tmp_path, callbacks=callbacks)
    (fault,) = caught.value.diagnostics
    assert (fault.code, token(fault), caught.value.exit_code) == ("plugin", word, status)
    record = json.loads((tmp_path / "runs" / "small" / "latest" / "run.json").read_text())
    assert record["status"] == "failed"
    assert message in record["reason"]


def test_a_name_of_keras_goes_by_the_prefix(tmp_path: Path) -> None:
    source = (Path(__file__).parent / "plugin_under_test.py").read_text().replace("class Scale", "class Dense")
    (tmp_path / "mine.py").write_text(source)
    with pytest.raises(KerascliError, match="both Keras and a plugin have the layer 'Dense'") as caught:
        load_spec(write(tmp_path), trust=True)
    assert [token(fault) for fault in caught.value.diagnostics] == ["Dense"]
    layers = "[{plugins.Dense: {factor: 2}}, {Flatten: , name: y}]"
    assert type(build_model(load(tmp_path, layers=layers)).layers[0]).__module__.startswith("kerascli_plugin_")
    assert HEAD.startswith("{Dense")
