"""`check.ignore` silences warnings wherever they are said; `--strict` makes errors of them."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from kerascli.check import check_spec, require_sound
from kerascli.check.verdict import settle
from kerascli.cli.main import app
from kerascli.errors import DataError, Diagnostic, ExitCode, KerascliError, SpecError
from kerascli.run.ignoring import ignoring
from kerascli.run.preflight import check_build, check_data
from kerascli.run.progress import Silence
from kerascli.run.resume_changes import find_changes
from kerascli.run.train import train
from kerascli.spec.dump import dump_spec
from kerascli.spec.ignored import IgnoredCode
from kerascli.spec.load import load_spec

Write = Callable[..., Path]

# One warning of the parser, one of a lint, one of the data.
DOUBTFUL = """\
name: doubtful
vars: {unread: 1}
data:
  source: {synthetic: {samples: 64, fields: {x: {shape: [2], integers: [0, 2]}, more: {shape: [1], integers: [0, 2]}, y: {shape: [1]}}}}
  validation: 0.25
model:
  inputs: {x: [2], more: [1]}
  layers:
    - Dense: 1
      name: y
      inputs: x
compile: {loss: mse}
fit: {batch_size: 32}
"""
ALL = "check: {ignore: [unused-variable, {unused-input: comes with the next data}, equal-samples]}\n"


class Told(Silence):
    """Keeps what it is warned of."""

    def __init__(self) -> None:
        self.codes: list[str] = []

    def warned(self, diagnostic: Diagnostic) -> None:
        self.codes.append(diagnostic.code)


def codes(found: tuple[Diagnostic, ...]) -> list[str]:
    return [one.code for one in found]


@pytest.mark.parametrize(
    ("ignore", "expected"),
    [
        ("[unused-input]", (IgnoredCode("unused-input"),)),
        ("unused-input", (IgnoredCode("unused-input"),)),
        ("{unused-input: a reason, skipped: }", (IgnoredCode("unused-input", "a reason"), IgnoredCode("skipped"))),
        ("[skipped, {unused-input: a reason}]", (IgnoredCode("skipped"), IgnoredCode("unused-input", "a reason"))),
        ("[skipped, {skipped: a reason}]", (IgnoredCode("skipped", "a reason"),)),
        ("[]", ()),
        ("", ()),
    ],
)
def test_forms(write_spec: Write, ignore: str, expected: tuple[IgnoredCode, ...]) -> None:
    spec = load_spec(write_spec(f"{DOUBTFUL}check:\n  ignore: {ignore}\n"))
    assert spec.ignored == expected
    assert load_spec(write_spec(dump_spec(spec), "again.yaml")).ignored == expected


@pytest.mark.parametrize(
    ("check", "code", "word"),
    [
        ("{ignore: [unused-inptu]}", "unknown-code", "unused-inptu"),
        ("{ignore: [{unused-inptu: a reason}]}", "unknown-code", "unused-inptu"),
        ("{ignore: [3]}", "unknown-code", "3"),
        ("{ignore: [[unused-input]]}", "wrong-type", "[unused-input]"),
        ("{ignore: {unused-input: [a]}}", "wrong-type", "[a]"),
        ("{ignroe: [unused-input]}", "unknown-key", "ignroe"),
        ("[unused-input]", "wrong-type", "[unused-input]"),
    ],
)
def test_mistakes(write_spec: Write, check: str, code: str, word: str) -> None:
    with pytest.raises(SpecError) as caught:
        load_spec(write_spec(f"{DOUBTFUL}check: {check}\n"))
    (one,) = [one for one in caught.value.diagnostics if one.severity == "error"]
    assert one.span is not None
    start = one.span.column - 1
    assert (one.code, one.span.excerpt[start : start + one.span.length]) == (code, word)
    if "inptu" in check:
        assert one.hint == "did you mean 'unused-input'?"


def test_each_place_says_what_is_not_ignored(write_spec: Write) -> None:
    loud, silent = load_spec(write_spec(DOUBTFUL)), load_spec(write_spec(DOUBTFUL + ALL, "silent.yaml"))
    assert codes(check_spec(loud)) == ["unused-variable", "unused-input"]
    assert codes(check_data(loud)) == ["equal-samples"]
    assert check_spec(silent) == () == check_data(silent)
    inferred = DOUBTFUL.replace("{x: [2], more: [1]}", "{x: {}, more: [1]}")
    assert codes(check_build(load_spec(write_spec(inferred)))) == ["left-to-data"]
    assert check_build(load_spec(write_spec(inferred + "check: {ignore: [left-to-data]}\n"))) == ()


def test_train_is_silent_too_and_a_resumed_run_may_ignore_more(write_spec: Write, tmp_path: Path) -> None:
    loud, silent = Told(), Told()
    before = load_spec(write_spec(DOUBTFUL))
    train(before, tmp_path / "runs", progress=loud)
    assert loud.codes == ["unused-variable", "unused-input", "equal-samples"]
    spec = load_spec(write_spec(DOUBTFUL + ALL))
    result = train(spec, tmp_path / "runs", progress=silent, strict=True)
    assert silent.codes == []
    assert load_spec(result.folder / "spec.yaml").ignored == spec.ignored
    assert {change.recorded for change in find_changes(before, spec)} == {False}
    late = Told()
    for code in ("metric-not-finite", "unused-input"):
        ignoring(late, spec).warned(Diagnostic(code, "late", severity="warning"))
    assert late.codes == ["metric-not-finite"]


def test_errors_stay_and_say_so(write_spec: Write) -> None:
    text = DOUBTFUL.replace("Dense: 1", "Dense: {unit: 1}") + "check: {ignore: [unknown-argument, unused-variable]}\n"
    with pytest.raises(SpecError) as caught:
        load_spec(write_spec(text))
    (one,) = caught.value.diagnostics
    assert (one.code, one.severity) == ("unknown-argument", "error")
    assert [note.message for note in one.notes] == ["'check.ignore' silences warnings; this is an error"]
    lint = DOUBTFUL.replace("Dense: 1", "Dense: 1\n      weights: none.npy") + "check: {ignore: [missing-file]}\n"
    with pytest.raises(SpecError) as caught:
        require_sound(load_spec(write_spec(lint)))
    assert "missing-file" in codes(caught.value.diagnostics)


def test_mappings_of_files_that_extend_each_other_merge(write_spec: Write) -> None:
    write_spec(DOUBTFUL + "check: {ignore: {unused-input: there, skipped: there}}\n", "base.yaml")
    child = "extends: base.yaml\ncheck: {ignore: {equal-samples: here, ~skipped: }}\n"
    spec = load_spec(write_spec(child, "child.yaml"), ["+check.ignore={unused-variable: typed}"])
    assert [one.code for one in spec.ignored] == ["unused-input", "equal-samples", "unused-variable"]


@pytest.mark.parametrize(
    ("found", "error"),
    [
        ([("warning", ExitCode.SPEC)], SpecError),
        ([("warning", ExitCode.DATA)], DataError),
        ([("warning", ExitCode.DATA), ("warning", ExitCode.SPEC)], SpecError),
        ([("note", ExitCode.SPEC)], None),
    ],
)
def test_a_strict_verdict(write_spec: Write, found: Any, error: type[KerascliError] | None) -> None:
    spec = load_spec(write_spec(DOUBTFUL))
    given = [Diagnostic("skipped", "so", severity=severity, status=status) for severity, status in found]
    assert settle(given, spec) == tuple(given)
    if error is None:
        assert settle(given, spec, strict=True) == tuple(given)
        return
    with pytest.raises(error) as caught:
        settle(given, spec, strict=True)
    assert caught.value.exit_code == error.exit_code
    assert all(one.severity == "error" for one in caught.value.diagnostics)
    assert "'--strict'" in str(caught.value)


def test_strict_training_refuses_before_anything_is_written(write_spec: Write, tmp_path: Path) -> None:
    runs = tmp_path / "runs"
    with pytest.raises(SpecError) as caught:
        train(load_spec(write_spec(DOUBTFUL)), runs, strict=True)
    assert codes(caught.value.diagnostics) == ["unused-variable", "unused-input"]
    data = load_spec(write_spec(DOUBTFUL + "check: {ignore: [unused-variable, unused-input]}\n"))
    with pytest.raises(DataError) as caught_data:
        train(data, runs, strict=True)
    assert (codes(caught_data.value.diagnostics), caught_data.value.exit_code) == (["equal-samples"], ExitCode.DATA)
    assert not runs.exists()


def test_the_commands_are_strict_without_loading_tensorflow(write_spec: Write, tmp_path: Path) -> None:
    path = write_spec(DOUBTFUL)
    for command in ("check", "train"):
        code = (
            f"import sys, atexit\nsys.argv = ['kerascli', '{command}', {str(path)!r}, '--strict']\n"
            "atexit.register(lambda: print(sorted({'tensorflow', 'keras', 'numpy'} & set(sys.modules))))\n"
            "from kerascli.cli.main import main\nmain()\n"
        )
        done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, timeout=60)
        assert (done.returncode, done.stdout) == (2, "[]\n")
        assert (
            done.stderr.count(": error: ") == 2 == done.stderr.count("note: a warning, which '--strict' makes an error")
        )
    assert not (tmp_path / "runs").exists()


def test_strict_checks_in_json(write_spec: Write) -> None:
    def check(*options: str) -> tuple[int, Any]:
        done = CliRunner().invoke(app, ["check", str(path), "--json", "--verbose", *options])
        return done.exit_code, json.loads(done.stdout)

    path = write_spec(DOUBTFUL)
    status, told = check()
    assert (status, told["ok"], {one["severity"] for one in told["diagnostics"]}) == (0, True, {"warning"})
    status, told = check("--strict", "--data")
    assert (status, told["ok"], {one["severity"] for one in told["diagnostics"]}) == (2, False, {"error"})
    assert [one["code"] for one in told["diagnostics"]] == ["unused-variable", "unused-input", "equal-samples"]
    path = write_spec(DOUBTFUL + "check: {ignore: [unused-variable, unused-input]}\n")
    assert check("--strict", "--data")[0] == 3
    path = write_spec(DOUBTFUL + ALL)
    assert check("--strict", "--data") == (0, {"ok": True, "diagnostics": []})
