"""`kerascli launch` as a user types it: what is refused before any worker starts, and which command each worker gets."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import typer

from kerascli.cli.main import app
from kerascli.cli.worker_words import WorkerCommand, read_words
from kerascli.errors import KerascliError

TINY = """\
name: tiny
data:
  source: {synthetic: {samples: 64, fields: {x: {shape: [4]}, y: {shape: [1]}}}}
  inputs: x
  targets: y
model: {inputs: {x: [4]}, layers: [{Dense: {units: 1, name: y}}]}
compile: {optimizer: sgd, loss: mse}
"""


def words_of(*words: str) -> WorkerCommand:
    group = typer.main.get_command(app)
    return read_words(SimpleNamespace(parent=group.make_context("kerascli", [], resilient_parsing=True)), words)


def parsed(words: list[str]) -> dict[str, Any]:
    """What a command makes of its words."""
    return dict(words_of(*words).given)


@pytest.mark.parametrize(
    ("words", "again"),
    [
        (["a.yaml", "fit.epochs=3"], {}),
        (["a.yaml", "--runs", "else where", "-q", "--max-time", "1h", "--strict"], {"max_time": "1h", "quiet": True}),
        (["--trust", "a.yaml", "--init-from", "other"], {"trust": True}),
        (["train", "a.yaml", "~callbacks", "--verbose"], {"verbose": True}),
    ],
)
def test_a_spec_is_trained_and_goes_on(words: list[str], again: dict[str, Any]) -> None:
    command = words_of(*words)
    assert command.name == command.words[0] == "train"
    found = parsed(command.again(Path("/runs/a b/id")))
    expected = {"run": "/runs/a b/id", "runs": str(command.given["runs"]), "until_epoch": None, **again}
    assert {name: found[name] for name in expected} | {"runs": str(found["runs"])} == expected
    assert not found["overrides"]


def test_resume_goes_on_in_the_same_run_with_the_same_words() -> None:
    command = words_of("resume", "latest", "fit.epochs=9", "--until-epoch", "7")
    found = parsed(command.again(Path("/runs/x/id")))
    assert (found["run"], list(found["overrides"]), found["until_epoch"]) == ("/runs/x/id", ["fit.epochs=9"], 7)


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["check", "a.yaml"], "usage", "'check' does not run over workers"),
        (["evalute", "mnist"], "usage", "no file and no command 'evalute'"),
        (["a.yaml", "--seeds", "3"], "usage", "'--seeds' is not for several workers"),
        (["a.yaml", "--dry-run"], "usage", "'--dry-run' is not"),
        (["predict", "mnist", "--input", "-", "--output", "o.csv"], "usage", "can't read one pipe"),
    ],
)
def test_words_that_are_not_for_workers(words: list[str], code: str, message: str) -> None:
    with pytest.raises(KerascliError) as caught:
        words_of(*words)
    (one,) = caught.value.diagnostics
    assert one.code == code and message in one.message


@pytest.mark.parametrize(
    ("words", "status", "message"),
    [
        (["tiny.yaml"], 2, "how many workers"),
        (["tiny.yaml", "--workers", "0"], 2, "0 is not in the range"),
        (["tiny.yaml", "--workers", "-2"], 2, "-2 is not in the range"),
        (["tiny.yaml", "--workers", "two"], 2, "'two' is not a valid"),
        (["tiny.yaml", "--workers", "2.5"], 2, "'2.5' is not a valid"),
        (["tiny.yaml", "--workers", "5000"], 2, "5000 workers are too many"),
        (["tiny.yaml", "--workers", "2", "--max-restarts", "-1"], 2, "-1 is not in the range"),
        (["tiny.yaml", "--workers", "2", "--port", "65535"], 2, "there is no port 65536"),
        (["tiny.yaml", "--workers", "2", "--wrong"], 2, "No such option"),
        (["tiny.yaml", "fit.epoch=3", "--workers", "2"], 2, "did you mean 'fit.epochs'?"),
        (["wrong.yaml", "--workers", "2"], 2, "wrong.yaml:6:45"),
        (
            ["tiny.yaml", "distribute={multi_worker: {workers: [a:1, a:2, a:3]}}", "--workers", "2"],
            2,
            "names 3 workers",
        ),
        (["tiny.yaml", "distribute={multi_worker: {workers: [far:1, far:2]}}"], 2, "the spec has 'far:1'"),
        (["tiny.yaml", "distribute=mirrored", "--workers", "2"], 2, "wants one process"),
        (["tiny.yaml", "fit.batch_size=3", "--workers", "4"], 2, "a batch of 3 has no sample for each of 4 replicas"),
        (
            ["tiny.yaml", "compile.optimizer={SGD: {gradient_accumulation_steps: 2}}", "--workers", "2"],
            2,
            "can't be used on several replicas",
        ),
        (["absent.yaml", "--workers", "2"], 2, "can't read 'absent.yaml'"),
        (["--workers", "2", "evaluate", "absent"], 2, "absent"),
        (["--workers", "2", "evaluate", "model.keras"], 2, "a saved model is evaluated by one process"),
        (["--workers", "2", "resume", "absent"], 2, "absent"),
        (["--workers", "2", "evaluate"], 2, "Missing argument"),
    ],
)
def test_bad_input_is_refused_before_any_work(
    words: list[str],
    status: int,
    message: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tiny.yaml").write_text(TINY)
    (tmp_path / "wrong.yaml").write_text(TINY.replace("units", "unit"))
    with pytest.raises(SystemExit) as caught:
        app(["launch", *words], standalone_mode=True)
    out, err = capfd.readouterr()
    assert caught.value.code == status
    assert message in err and "Traceback" not in err and "[0]" not in out + err
    assert not (tmp_path / "runs").exists()


def test_a_worker_is_no_launcher(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TF_CONFIG", "{}")
    with pytest.raises(SystemExit) as caught:
        app(["launch", "a.yaml", "--workers", "2"])
    assert caught.value.code == 2 and "'TF_CONFIG' itself" in capfd.readouterr().err


TAKEN = """\
import socket, sys
from kerascli.cli.main import app
one = socket.socket()
one.bind(("127.0.0.1", 0))
one.listen()
try:
    app(["launch", sys.argv[1], "--workers", "1", "--port", str(one.getsockname()[1])])
except SystemExit as end:
    print(end.code, sorted({"tensorflow", "keras", "numpy"} & set(sys.modules)))
"""


def test_a_port_in_use_without_tensorflow(tmp_path: Path) -> None:
    (tmp_path / "tiny.yaml").write_text(TINY)
    done = subprocess.run(
        [sys.executable, "-c", TAKEN, str(tmp_path / "tiny.yaml")], capture_output=True, text=True, check=True
    )
    assert done.stdout == "5 []\n"
    assert "is in use [port-in-use]" in done.stderr
