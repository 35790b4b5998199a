"""`expect` and `--max-time`: what CI asks of a run."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from kerascli.cli.durations import seconds_of
from kerascli.errors import SpecError, TrainingError, UsageError
from kerascli.run.resume import resume
from kerascli.run.train import train
from kerascli.spec.dump import dump_spec
from kerascli.spec.load import load_spec

sys.path.insert(0, str(Path(__file__).parent))
from kept import everything
from small import SPEC, Told

Write = Callable[..., Path]


def test_what_falls_short_is_status_4_and_the_run_is_whole(write_spec: Write, tmp_path: Path) -> None:
    text = SPEC + "expect: {val_accuracy: '<= 1', loss: '< 0.001', test_accuracy: '>= 1'}\n"
    spec = load_spec(write_spec(text))
    assert load_spec(write_spec(dump_spec(spec), "again.yaml")).expect == spec.expect
    with pytest.raises(TrainingError) as caught:
        train(spec, tmp_path / "runs")
    assert caught.value.exit_code == 4
    said = [
        (one.code, one.message.split(" is ")[0], str(one.span).rsplit(":", 2)[1]) for one in caught.value.diagnostics
    ]
    line = str(len(text.splitlines()))
    assert said == [("expect", "'loss'", line), ("expect", "'test_accuracy'", line)]
    run = (tmp_path / "runs" / "small" / "latest").resolve()
    record = json.loads((run / "run.json").read_text())
    assert record["status"] == "done" and "expected < 0.001" in record["reason"]
    assert (run / "model.keras").is_file()
    train(
        load_spec(write_spec(SPEC + "expect: {val_loss: '>0', epochs: '> 1'}\n".replace(", epochs: '> 1'", ""))),
        tmp_path,
    )


@pytest.mark.parametrize(
    ("expect", "message"),
    [
        ("{val_acc: '> 1'}", "no log is named 'val_acc'"),
        ("{test_val_loss: '> 1'}", "no log is named 'test_val_loss'"),
        ("{loss: 0.3}", "'0.3', which is no condition"),
        ("{loss: '=> 3'}", "'=> 3', which is no condition"),
        ("{loss: [1]}", "a list, which is no condition"),
        ("[loss]", "'expect' must be a mapping"),
    ],
)
def test_mistakes(write_spec: Write, tmp_path: Path, expect: str, message: str) -> None:
    with pytest.raises(SpecError, match=message) as caught:
        train(load_spec(write_spec(f"{SPEC}expect: {expect}\n")), tmp_path / "runs")
    assert caught.value.diagnostics[0].span is not None
    assert not (tmp_path / "runs").exists()


def test_a_run_whose_time_is_over_has_a_result_and_goes_on_exactly(write_spec: Write, tmp_path: Path) -> None:
    spec = load_spec(write_spec(SPEC), ["fit.epochs=2"])
    whole = everything(train(spec, tmp_path / "whole").folder)
    told = Told()
    result = train(spec, tmp_path / "runs", max_seconds=1e-9, progress=told)
    assert told.warnings == ["its time was over at epoch 1, step 1; the result is what it has learnt so far"]
    record = json.loads((result.folder / "run.json").read_text())
    assert (record["status"], record["reason"], record["epochs"]) == ("stopped", "its time was over", 0)
    assert (result.folder / "model.keras").is_file() and result.metrics
    ended: list[int] = []
    for _ in range(20):
        told = Told()
        again = resume(result.folder, max_seconds=1e-9, progress=told)
        ended += [arguments[0] for name, arguments, _ in told.calls if name == "epoch_ended"]
        if json.loads((result.folder / "run.json").read_text())["status"] == "done":
            break
    assert ended == [1, 2], "each epoch is told once, also one behind which the run ended"
    after = everything(again.folder)
    for name in ("state", "history", "weights", "test", "best"):
        assert after[name] == whole[name], name


def test_durations() -> None:
    assert [seconds_of(text, "-") for text in ("90s", "30m", "1.5h", "1h30m", "2d")] == [90, 1800, 5400, 5400, 172800]
    for text in ("", "30", "m", "1h 3m", "-1s", "0s", "1x"):
        with pytest.raises(UsageError):
            seconds_of(text, "--max-time")
