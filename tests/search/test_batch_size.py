"""`find-batch`: which sizes are tried, what is said of them, and what happens at the end of the memory."""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image
from typer.testing import CliRunner

from kerascli.cli.find_batch_report import trials_table, verdict_lines
from kerascli.cli.main import app
from kerascli.errors import ExitCode, SpecError
from kerascli.search.batch_size import BatchSearch, find_batch_size
from kerascli.search.batch_trial import TooLarge, Trial
from kerascli.search.batch_verdict import Verdict, judge, sizes_to_try
from kerascli.search.child_trials import ChildTrials
from kerascli.spec.load import load_spec

sys.path.insert(0, str(Path(__file__).parent.parent / "run"))
from small import SPEC, Told

Write = Callable[..., Path]

# 36 training samples: batches of 8, 12 (the spec's), 16, 32.
SIZES = [8, 12, 16, 32]
AVAILABLE = "kerascli.search.batch_size.available_memory"


def trials(**speeds: float) -> list[Trial]:
    """Trials by `size_8=samples a second`."""
    return [Trial(size, size / speed, 1.0, None) for name, speed in speeds.items() for size in [int(name[5:])]]


@pytest.mark.parametrize(
    ("samples", "most", "own", "sizes"),
    [
        (36, None, 12, [8, 12, 16, 32]),
        (1000, 100, 32, [8, 16, 32, 64, 100]),
        (1000, 64, 100, [8, 16, 32, 64]),
        (5, None, 32, [5]),
        (1000, 4, 32, [4]),
        (8, None, 8, [8]),
    ],
)
def test_sizes(samples: int, most: int | None, own: int, sizes: list[int]) -> None:
    assert sizes_to_try(samples, most, own) == sizes


def test_the_verdict() -> None:
    rising = trials(size_8=100, size_16=190, size_32=196, size_64=200, size_128=150)
    assert judge(rising) == Verdict(fastest=64, sensible=16, largest=128)
    assert judge(rising[:1]) == Verdict(8, 8, 8)
    assert judge(trials(size_8=100, size_16=189, size_32=200)) == Verdict(32, 32, 32)
    assert judge([]) is None


def test_a_search(write_spec: Write, tmp_path: Path) -> None:
    told = Told()
    found = find_batch_size(load_spec(write_spec(SPEC)), progress=told)
    assert [trial.batch_size for trial in found.trials] == SIZES
    assert all(trial.seconds > 0 and trial.spread >= 1 for trial in found.trials)
    assert (found.ended, found.too_large, found.own, found.samples) == ("all tried", None, 12, 36)
    assert found.verdict is not None and found.verdict.largest == 32
    assert found.override == f"fit.batch_size={found.verdict.sensible}"
    assert ("reading", ("sizes", 4, 4), {}) in told.calls
    assert [path.name for path in tmp_path.iterdir()] == ["spec.yaml"], "nothing is written"
    if sys.platform == "linux":
        memory = [trial.memory for trial in found.trials]
        assert all(size is not None for size in memory)
    json.dumps(found.to_json())
    assert trials_table(found).row_count == 4


@pytest.mark.parametrize(("free", "fits"), [(900, [8, 12, 16]), (100, [])])
def test_a_size_that_does_not_fit_ends_it(
    free: int, fits: list[int], write_spec: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A step takes 4 × 15 bytes of gradients, and 28 of outputs a sample: 508 for 16, 956 for 32."""
    monkeypatch.setattr(AVAILABLE, lambda: free)
    monkeypatch.setattr("kerascli.search.batch_size._SAFE", 1.0)
    found = find_batch_size(load_spec(write_spec(SPEC)))
    assert [trial.batch_size for trial in found.trials] == fits
    assert found.ended == "memory" and found.too_large == (32 if fits else 8)
    lines = list(verdict_lines(found, "kerascli train spec.yaml", "--trust", quiet=False))
    if fits:
        assert any("32 does not fit (the outputs of its layers alone take" in line for line in lines)
        assert lines[-1].startswith("train    kerascli train spec.yaml fit.batch_size=") and lines[-1].endswith(
            "--trust"
        )
        assert trials_table(found).row_count == 4
    else:
        assert lines == [f"no batch size was timed: {found.reason}"]


def test_risky_sizes_are_tried_in_a_process_of_their_own(write_spec: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    plugin = "import keras\n\n\nclass Half(keras.optimizers.SGD):\n    pass\n"
    write_spec(plugin, "own.py")
    text = "plugins: [own.py]\n" + SPEC.replace("{SGD: 0.1}", "{Half: 0.1}")
    spec = load_spec(write_spec(text), trust=True)
    with ChildTrials(spec) as child:
        trial = child.run(16, lambda: False)
        assert trial is not None and trial.batch_size == 16 and trial.seconds > 0
        os.kill(child._process.pid or 0, signal.SIGKILL)
        child._process.join()
        with pytest.raises(TooLarge, match="the system ended the process"):
            child.run(32, lambda: False)
    # Of a thousand bytes, those of 16 are more than half.
    asked: list[int] = []

    def run(self: ChildTrials, size: int, ends: Callable[[], bool]) -> Trial:
        asked.append(size)
        if size == 32:
            raise TooLarge("gone")
        return Trial(size, 1.0, 1.0, None)

    monkeypatch.setattr(AVAILABLE, lambda: 1000)
    monkeypatch.setattr(ChildTrials, "run", run)
    found = find_batch_size(spec)
    assert asked == [16, 32] and (found.too_large, found.reason) == (32, "gone")
    assert [trial.batch_size for trial in found.trials] == [8, 12, 16]


def test_a_fixed_batch_size_is_refused(write_spec: Write) -> None:
    text = SPEC.replace("inputs: {x: [4]}", "inputs: {x: {shape: [4], batch_size: 12}}")
    with pytest.raises(SpecError, match="the input 'x' fixes the batch size at 12"):
        find_batch_size(load_spec(write_spec(text)))


def test_ctrl_c_ends_it_with_what_was_found(write_spec: Write) -> None:
    def stepped(what: str, done: int, total: int) -> None:
        if what == "sizes" and done == 2:
            os.kill(os.getpid(), signal.SIGINT)

    found = find_batch_size(load_spec(write_spec(SPEC)), progress=Told(reading=stepped))
    assert [trial.batch_size for trial in found.trials] == SIZES[:2]
    assert (found.ended, found.status) == ("interrupted", ExitCode.INTERRUPTED)
    assert any("interrupted before a larger one" in line for line in verdict_lines(found, "x", "", quiet=False))


def test_what_is_said() -> None:
    done = trials(size_8=100, size_16=190, size_32=200)
    found = BatchSearch(tuple(done), judge(done), "all tried", None, None, 1000, 16, "fit.batch_size", on_card=False)
    lines = list(verdict_lines(found, "kerascli train a.yaml", "", quiet=False))
    assert lines[0] == "enough   16: the smallest that is at most 5 % slower than the fastest, 32"
    assert lines[1] == "largest  32: no larger one was asked for"
    assert lines[-1] == "train    kerascli train a.yaml fit.batch_size=16"
    restless = replace(found, trials=(*done[:2], replace(done[2], spread=3.0)), samples=40)
    lines = list(verdict_lines(restless, "x", "", quiet=False))
    assert "other work disturbs them" in lines[2] and lines[1] == "largest  32: there are 40 samples"


def test_the_command(write_spec: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_spec(SPEC)
    monkeypatch.chdir(tmp_path)
    drawn = CliRunner().invoke(app, ["find-batch", "spec.yaml", "--max", "16", "--verbose", "-o", "batches.png"])
    assert drawn.exit_code == 0, drawn.output
    with Image.open(tmp_path / "batches.png") as picture:
        assert picture.size[1] > 300
    assert "samples/s" in drawn.output and "train    kerascli train spec.yaml fit.batch_size=" in drawn.output
    told = CliRunner().invoke(app, ["find-batch", "spec.yaml", "--max", "8", "--verbose", "--json"])
    found = json.loads(told.stdout)
    assert [trial["batch_size"] for trial in found["trials"]] == [8]
    assert {"seconds", "samples_per_second", "memory", "spread"} <= set(found["trials"][0])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["batches.png", "spec.yaml"]
