"""`sweep`: what is typed becomes a grid, each setting a run that `train` gives, and none of them is trained twice."""

from __future__ import annotations

import json
import statistics
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from kerascli.cli.main import app
from kerascli.errors import DataError, SpecError, UsageError
from kerascli.run.train import train
from kerascli.search.sweep import read_sweep, sweep
from kerascli.search.sweep_axes import Axis, read_axes, settings_of
from kerascli.spec.load import load_spec

sys.path.insert(0, str(Path(__file__).parent.parent / "run"))
sys.path.insert(0, str(Path(__file__).parent))
from kept import differing, everything
from searched import MODEL, records, run, start, wait_for
from small import Told

Write = Callable[..., Path]


@pytest.mark.parametrize(
    ("word", "values"),
    [
        ("fit.batch_size=32,64", ("32", "64")),
        ("seed=range(3)", ("0", "1", "2")),
        ("seed=range(2, 8, 3)", ("2", "5")),
        ("a=[32,32],[64, 64]", ("[32,32]", "[64, 64]")),
        ("a=adam, {SGD: {momentum: 0.9, nesterov: true}}", ("adam", "{SGD: {momentum: 0.9, nesterov: true}}")),
        ("a='x,y',\"z,u\"", ("'x,y'", '"z,u"')),
        ("a=$(env:A:b,c),d", ("$(env:A:b,c)", "d")),
    ],
)
def test_axes(word: str, values: tuple[str, ...]) -> None:
    path = word.partition("=")[0]
    assert read_axes([word, "fit.epochs=3", "+callbacks=TerminateOnNaN", "~tags"]) == (
        ("fit.epochs=3", "+callbacks=TerminateOnNaN", "~tags"),
        (Axis(path, values),),
    )


@pytest.mark.parametrize(
    ("words", "message", "token"),
    [
        ([], "nothing to sweep", None),
        (["fit.epochs=3"], "nothing to sweep", None),
        (["seed=range(0)"], "'range(0)' is empty", "range(0)"),
        (["seed=range(a)"], "'range(a)' is no range", "range(a)"),
        (["seed=range(1, 5, 0)"], "is no range", "range(1, 5, 0)"),
        (["seed=1,,2"], "a value between the commas is empty", "1,,2"),
        (["seed=1,2,"], "a value between the commas is empty", "1,2,"),
        (["seed=1,2,1"], "the value '1' stands twice", "1,2,1"),
        (["seed=1,2", "seed=3,4"], "'seed' stands twice", "seed"),
        (["seed=range(1000000000)"], "1,000,000,000 values", "range(1000000000)"),
        (["seed=range(200)", "fit.epochs=range(1, 200)"], "39,800 settings", None),
    ],
)
def test_wrong_axes(words: list[str], message: str, token: str | None) -> None:
    with pytest.raises(UsageError, match=r".*") as caught:
        read_axes(words)
    (found,) = caught.value.diagnostics
    assert message in found.message
    assert found.hint is not None
    assert (None if found.span is None else found.span.excerpt[found.span.column - 1 :][: found.span.length]) == token


def test_the_seed_is_the_fastest() -> None:
    axes = (Axis("seed", ("0", "1")), Axis("a", ("x", "y")))
    assert [tuple(one.values()) for one in settings_of(axes)] == [("x", "0"), ("x", "1"), ("y", "0"), ("y", "1")]


@pytest.mark.parametrize(
    ("words", "code", "token"),
    [
        (["fit.batchsize=32,64"], "unknown-path", "batchsize"),
        (["fit.batch_size=32,big"], "wrong-type", "big"),
        (["model.layers.hidden.activation=relu,sofmax", "seed=range(5)"], "unknown-class", "sofmax"),
        (["fit.batch_size=12,24", "compile.optimizer.learning_rate=0.1,-1"], "out-of-range", "-1"),
    ],
)
def test_wrong_values_are_found_before_the_first_run(
    words: list[str], code: str, token: str, write_spec: Write, tmp_path: Path
) -> None:
    with pytest.raises(SpecError) as caught:
        read_sweep(write_spec(MODEL), words, tmp_path / "runs")
    found = caught.value.diagnostics[0]
    assert found.code == code
    assert found.span is not None
    assert found.span.excerpt[found.span.column - 1 :][: found.span.length] == token
    result = CliRunner().invoke(app, ["sweep", str(write_spec(MODEL)), *words, "--runs", str(tmp_path / "runs")])
    assert (result.exit_code, (tmp_path / "runs").exists()) == (2, False)


def test_a_sweep(write_spec: Write, tmp_path: Path) -> None:
    path, words = write_spec(MODEL), ["fit.batch_size=12,24", "seed=6,7", "fit.epochs=2"]
    runs = tmp_path / "runs"
    result = sweep(read_sweep(path, words, runs))
    found = records(runs)
    assert len(found) == 4
    assert [(one.values, one.seeds) for one in result.settings] == [
        ({"fit.batch_size": 12}, (6, 7)),
        ({"fit.batch_size": 24}, (6, 7)),
    ]
    # Each is what `train` gives, and the means are theirs.
    last = runs / result.settings[1].runs[1]
    alone = train(load_spec(path, ["fit.epochs=2", "fit.batch_size=24", "seed=7"]), tmp_path / "alone")
    assert differing(everything(last), everything(alone.folder)) == []
    assert json.loads((last / "run.json").read_text())["overrides"] == ["fit.epochs=2", "fit.batch_size=24", "seed=7"]
    values = [json.loads((runs / name / "run.json").read_text())["best"]["value"] for name in result.settings[0].runs]
    spread = result.settings[0].metrics["val_loss"]
    assert (spread.count, spread.mean) == (2, pytest.approx(statistics.fmean(values)))
    means = [one.metrics["val_loss"].mean for one in result.settings]
    assert result.best["val_loss"] == means.index(min(means))
    # What is done is not trained again: nothing is, and then only what is new.
    told = Told()
    assert sweep(read_sweep(path, words, runs), progress=told) == result
    assert not [call for call in told.calls if call[0] == "changed"]
    assert records(runs) == found
    assert json.loads((runs / "small-sweep" / "sweep.json").read_text())["settings"][0]["seeds"] == [6, 7]
    output = CliRunner().invoke(app, ["sweep", str(path), *words, "--runs", str(runs), "--plan"]).output
    assert "4 of 2 epochs, 4 of them done" in output
    output = CliRunner().invoke(app, ["sweep", str(path), *words, "--runs", str(runs), "--verbose"]).output
    assert "GOES ON after 4 runs" in output
    assert "(95 %:" in output


@pytest.mark.long
def test_a_killed_sweep_goes_on_and_failed_settings_are_told(tmp_path: Path) -> None:
    (tmp_path / "small.yaml").write_text(MODEL.replace("epochs: 3", "epochs: 40"))
    words, runs = (
        ["sweep", "small.yaml", "compile.optimizer.learning_rate=0.1,1e30", "seed=range(2)"],
        tmp_path / "runs",
    )
    with start(tmp_path, *words) as child:
        wait_for(lambda: any(record["epochs"] >= 2 for record in records(runs).values()), child)
        child.kill()
    status, out, err = run(tmp_path, *words, "--json")
    assert status == 4
    assert "1 of 2 settings failed" in err
    settings = json.loads(out)["settings"]
    assert [(len(one["runs"]), len(one["failed"])) for one in settings] == [(2, 0), (0, 1)]
    good = [record for record in records(runs).values() if record["status"] == "done"]
    assert sorted(len(record["resumed"]) for record in good) == [0, 1]
    with pytest.raises(DataError):
        wrong = MODEL.replace("synthetic:\n      samples: 60", "csv: nowhere.csv #").replace("      fields:", "#")
        (tmp_path / "wrong.yaml").write_text(wrong)
        sweep(read_sweep(tmp_path / "wrong.yaml", ["seed=range(9)"], tmp_path / "other"))
