"""Where the time of a training goes: all of it is told, rightly, and the training is the one without `--profile`."""

from __future__ import annotations

import json
import re
import sys
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import keras
import pytest
from typer.testing import CliRunner

from kerascli.cli.main import app
from kerascli.cli.profile_report import profile_table, verdict_lines
from kerascli.errors import TrainingError
from kerascli.run.native_profile import Native, look_into
from kerascli.run.profile import Profile
from kerascli.run.profile_verdict import Measured, judge
from kerascli.run.result import RunResult
from kerascli.run.timed_callbacks import time_callbacks
from kerascli.run.timed_steps import timed_steps
from kerascli.run.timeline import NOTHING, STAGES, Timeline, current, part, recording, timed
from kerascli.run.train import train
from kerascli.spec.load import load_spec

sys.path.insert(0, str(Path(__file__).parent))
from kept import RUN, differing, everything
from small import SPEC, Told

Write = Callable[..., Path]

PLUGIN = """
import time
import keras
import tensorflow as tf

class Sleeper(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        time.sleep(0.4)

class Reader(keras.layers.Layer):
    def call(self, inputs):
        [values] = tf.py_function(self.read, [inputs], [inputs.dtype])
        return tf.ensure_shape(values, inputs.shape)

    def read(self, values):
        time.sleep(0.06)
        return [values]
"""


@pytest.fixture(scope="module")
def profiled(tmp_path_factory: pytest.TempPathFactory) -> tuple[RunResult, RunResult, float]:
    """A run without and one with a profile, and the seconds until the second was told to have ended."""
    folder = tmp_path_factory.mktemp("profiled")
    recurrent = "Reshape: [6, 6]\n    - LSTM: {units: 4, dropout: 0.2, recurrent_dropout: 0.1}"
    assert recurrent in RUN
    (folder / "run.yaml").write_text(RUN.replace(recurrent, "Flatten"))
    spec = load_spec(folder / "run.yaml", ["fit.epochs=2"])
    plain = train(spec, folder / "plain")
    ends: list[float] = []
    told = Told(ended=lambda result: ends.append(time.perf_counter()))
    began = time.perf_counter()
    other = train(spec, folder / "runs", progress=told, profile=True)
    return plain, other, ends[0] - began


def profile_of(result: RunResult) -> Profile:
    assert result.profile is not None
    return result.profile


def seconds_of(profile: Profile, name: str) -> float:
    return sum(row.seconds for row in profile.rows if row.part == name)


def test_the_training_is_the_same_bit_for_bit(profiled: tuple[RunResult, RunResult, float]) -> None:
    plain, other, _ = profiled
    assert differing(everything(plain.folder), everything(other.folder)) == []
    assert plain.history == other.history


def test_the_parts_cover_the_time(profiled: tuple[RunResult, RunResult, float]) -> None:
    _, result, wall = profiled
    profile = profile_of(result)
    assert wall - 0.01 <= profile.seconds < 1.1 * wall + 0.2
    named = [row for row in profile.rows if row.part != "other"]
    assert sum(row.seconds for row in named) >= 0.9 * wall
    assert sum(row.share for row in profile.rows) == pytest.approx(1)
    expected = {*STAGES["start-up"], *STAGES["training"], *STAGES["end"], *STAGES["profile"]} - {"spec", "import"}
    assert {row.part for row in profile.rows} == expected
    details = {row.detail for row in profile.rows if row.part in ("callbacks", "logs")}
    assert details == {"", "CSVLogger", "EarlyStopping", "ReduceLROnPlateau", "TensorBoard"}
    # 12 steps an epoch; the first one traces.
    assert profile.steps == result.epochs * 12 - 1
    assert {row.part: row.calls for row in profile.rows}["validation"] == result.epochs


def test_nothing_is_written_or_recorded_without_it(profiled: tuple[RunResult, RunResult, float]) -> None:
    plain, other, _ = profiled
    assert {path.name for path in other.folder.iterdir()} - {path.name for path in plain.folder.iterdir()} == {
        "profile"
    }
    assert plain.profile is None and "profile" not in plain.to_json()
    assert current() is None
    assert part("steps") is part("input") is NOTHING

    def steps(iterator: Any, count: int) -> dict[str, Any]:
        return {}

    assert timed_steps(steps, "steps") is steps
    callbacks = keras.callbacks.CallbackList([keras.callbacks.EarlyStopping()])
    before = list(callbacks.callbacks)
    time_callbacks(callbacks)
    assert callbacks.callbacks == before


def test_the_files(profiled: tuple[RunResult, RunResult, float]) -> None:
    folder = profiled[1].folder / "profile"
    assert {path.name for path in folder.iterdir()} == {"profile.json", "trace.json", "tensorflow"}
    kept = json.loads((folder / "profile.json").read_text())
    assert kept == profile_of(profiled[1]).to_json() == profiled[1].to_json()["profile"]
    assert kept["verdict"] == str(profile_of(profiled[1]).verdict)
    assert kept["waits_measured"] and 0 < kept["computing"] < 1
    native = next(folder.glob("tensorflow/plugins/profile/*/*.xplane.pb"))
    # A count that the profile does not hold is no measure.
    seen = look_into(Native(native.name, native.read_bytes(), 0.0), [10**6])
    assert seen.waits is None and seen.computing > 0


def test_the_trace_nests(profiled: tuple[RunResult, RunResult, float]) -> None:
    trace = json.loads((profiled[1].folder / "profile" / "trace.json").read_text())["traceEvents"]
    complete = [event for event in trace if event["ph"] == "X"]
    own = [event for event in complete if event["pid"] == 1]

    def end(event: dict[str, Any]) -> float:
        return float(event["ts"] + event["dur"])

    for number, event in enumerate(own):
        for later in own[number + 1 :]:
            if later["ts"] >= end(event):
                break
            assert end(later) <= end(event) + 1e-3, (event, later)
    assert all(one["ts"] <= other["ts"] for one, other in pairwise(own))
    (loop,) = [event for event in own if event["name"] == "loop"]
    inside = {event["name"] for event in own if loop["ts"] <= event["ts"] and end(event) <= end(loop)}
    assert inside >= {"steps", "validation", "checkpoints", "callbacks: EarlyStopping", "input"}
    asked = [event for event in complete if event["name"] == "IteratorGetNextOp::DoCompute"]
    sampled = [event for event in own if "waited" in event["args"]]
    calls = [event for event in own if event["name"] in ("steps", "validation")]
    assert asked and sampled
    # TensorFlow's events lie on the same clock.
    first = min(asked, key=lambda event: float(event["ts"]))
    assert any(call["ts"] - 2e4 <= first["ts"] <= end(call) + 2e4 for call in calls)


def run_command(write_spec: Write, folder: Path, *words: str) -> str:
    write_spec(PLUGIN, "slow.py")
    path = write_spec(SPEC + "plugins: [slow.py]\n")
    command = ["train", str(path), "fit.steps_per_epoch=6", *words, "--profile", "--trust", "--verbose"]
    done = CliRunner().invoke(app, [*command, "--runs", str(folder / "runs")])
    assert done.exit_code == 0, done.output
    assert current() is None
    return done.stdout


def test_a_callback_that_sleeps_is_named(write_spec: Write, tmp_path: Path) -> None:
    profile = json.loads(run_command(write_spec, tmp_path, "+callbacks=Sleeper", "--json"))["profile"]
    verdict = profile["verdicts"][-1]
    assert verdict["kind"] == "callback-bound"
    assert verdict["sentence"].startswith("Sleeper takes ")
    (row,) = [row for row in profile["parts"] if row["detail"] == "Sleeper"]
    assert row["calls"] == 3 and 1.2 <= row["seconds"] < 2
    assert {"spec", "import"} <= {row["part"] for row in profile["parts"]}
    assert profile["seconds"] >= sum(row["seconds"] for row in profile["parts"]) - 1e-6


def test_steps_that_wait_for_data_are_input_bound(write_spec: Write, tmp_path: Path) -> None:
    printed = run_command(write_spec, tmp_path, "data.inputs={x: {field: x, augment: [Reader]}}").splitlines()
    verdict = printed[-1].removeprefix("of the training alone: ")
    assert re.match(r"input-bound: \d\d % of the training's time waits for data \(", verdict)
    assert "; fewer or cheaper augmentations, larger batches" in verdict
    rows = {line.split("  ")[1]: line.split()[-3] for line in printed if line.startswith("  ") and "%" in line}
    # 18 batches, one after the other, each after 0.06 s, though no step takes that long.
    assert float(rows["input"]) >= 0.7 * 18 * 0.06
    assert any(line.startswith("in all") and "100.0 %" in line for line in printed)
    kept = json.loads((tmp_path / "runs" / "small" / "latest" / "profile" / "profile.json").read_text())
    seconds = {row["part"]: row["seconds"] for row in kept["parts"]}
    assert seconds["steps"] < 0.5 * seconds["input"]


def test_profile_goes_with_one_training_alone(write_spec: Write) -> None:
    for option in (["--seeds", "2"], ["--overfit"], ["--dry-run"]):
        done = CliRunner().invoke(app, ["train", str(write_spec(SPEC)), "--profile", *option])
        assert done.exit_code == 2 and "can't be had together" in done.output


def test_a_run_that_fails_leaves_its_profile(write_spec: Write, tmp_path: Path) -> None:
    spec = load_spec(write_spec(SPEC), ["compile.optimizer.learning_rate=1e38"])
    with pytest.raises(TrainingError):
        train(spec, tmp_path / "runs", profile=True)
    kept = json.loads((tmp_path / "runs" / "small" / "latest" / "profile" / "profile.json").read_text())
    assert {"tracing", "loop"} <= {row["part"] for row in kept["parts"]}


def test_what_else_wants_the_profiler_or_the_folder_goes_first(write_spec: Write, tmp_path: Path) -> None:
    """A callback that profiles keeps TensorFlow's profiler; a folder that can't be written warns."""

    def block(*arguments: Any) -> None:
        (tmp_path / "runs" / "small" / "latest" / "profile").write_text("in the way")

    told = Told(started=block)
    spec = load_spec(write_spec(SPEC), ["logs.tensorboard={profile_batch: 2}"])
    result = train(spec, tmp_path / "runs", progress=told, profile=True)
    assert len(told.warnings) == 1 and "can't write 'profile'" in told.warnings[0]
    profile = profile_of(result)
    assert result.epochs == 3 and not profile.waits_measured
    assert "is not known" in next(verdict_lines(profile))
    assert profile_table(profile).row_count == len(profile.rows) + len(STAGES) + 1
    assert not list(result.folder.glob(".tmp-*"))


def test_parts_take_no_time_of_each_other() -> None:
    timeline = Timeline()
    with timeline.part("outer"):
        time.sleep(0.02)
        with timeline.part("inner", "x"):
            time.sleep(0.05)
        with timeline.part("outer"):
            time.sleep(0.02)
    assert timeline.sums["inner", "x"].seconds == pytest.approx(0.05, abs=0.03)
    assert timeline.sums["outer", ""].seconds == pytest.approx(0.04, abs=0.03)
    assert (timeline.sums["outer", ""].calls, timeline.sums["inner", "x"].calls) == (1, 1)


def test_a_recording_inside_another_is_the_same() -> None:
    @timed("whole")
    def whole() -> None:
        raise ValueError

    with recording() as outer, recording() as inner:
        assert inner is outer is current()
        with pytest.raises(ValueError):
            whole()
    assert outer.sums["whole", ""].calls == 1
    assert current() is None


def measured(seconds: float = 10.0, each: float | None = 0.02, computing: float | None = 0.5, **parts: Any) -> Measured:
    details = {("callbacks", name): value for name, value in parts.pop("callbacks", {}).items()}
    details |= {("logs", name): value for name, value in parts.pop("writers", {}).items()}
    facts = {name: parts.pop(name) for name in ("augmented", "streamed") if name in parts}
    parts = {name.replace("_", " "): value for name, value in parts.items()}
    for (name, _), value in details.items():
        parts[name] = parts.get(name, 0.0) + value
    return Measured(seconds, parts, details, each, computing, 32, **facts)


VERDICTS = [
    (
        measured(input=6.2, steps=3.8, streamed=True, augmented=True),
        "input-bound: 62 % of the training's time waits for data (6.2 s of 10.0 s); keep the prepared samples "
        "('data.cache: memory' or 'disk'), fewer or cheaper augmentations, larger batches ('fit.batch_size', now 32)",
    ),
    (
        measured(input=6.2, steps=3.8),
        "input-bound: 62 % of the training's time waits for data (6.2 s of 10.0 s); larger",
    ),
    (measured(input=2.9, steps=7.1), "step-bound: 71 % of the training's time is steps, 20 ms a step; "),
    (
        measured(steps=5, each=0.0004, computing=0.06),
        "overhead-bound: tiny steps: 6 % of their 0.4 ms is computing; larger batches ('fit.batch_size', now 32) or more "
        "steps in one graph call ('compile.steps_per_execution') help",
    ),
    (measured(steps=5, each=0.0004, computing=None), "step-bound"),
    (
        measured(steps=5, loop=5),
        "overhead-bound: 50 % of the training's time goes by between the graph calls (5.0 s of ",
    ),
    (
        measured(steps=6, callbacks={"Slow": 4.0, "Quick": 0.0}),
        "callback-bound: Slow takes 40 % of the training's time (4.0 s of 10.0 s); let it do less, or less often",
    ),
    # No single one takes much.
    (measured(steps=6, callbacks={"A": 2.0, "B": 2.0}), "step-bound: 60 %"),
    (measured(steps=6, writers={"TensorBoard": 4.0}), "callback-bound: TensorBoard takes 40 %"),
    (measured(steps=6, logs=4.0), "log-bound: 40 % of the training's time goes into logs"),
    (measured(steps=6, checkpoints=4.0), "checkpoint-bound: 40 % of the training's time goes into checkpoints"),
    (measured(steps=6, validation=4.0), "validation-bound: 40 % of the training's time is validation"),
    (
        measured(steps=4, each=None, tracing=3.0, data=2.0),
        "start-up: 50 % of the time goes by before the second step (tr",
    ),
    (
        measured(steps=3, data=6.0),
        "start-up: 60 % of the time goes by before the second step (data 6.0 s); 'data.cache: d",
    ),
    (
        measured(steps=4, plots=5.0),
        "end-bound: 50 % of the time goes by after the last step (plots 5.0 s); it happens once",
    ),
    (measured(each=None), "step-bound: 0 %"),
]


@pytest.mark.parametrize(("given", "expected"), VERDICTS, ids=[text[:24] for _, text in VERDICTS])
def test_verdict(given: Measured, expected: str) -> None:
    verdicts = judge(given)
    assert str(verdicts[0]).startswith(expected), str(verdicts[0])
    assert len(verdicts) == (2 if verdicts[0].kind in ("start-up", "end-bound") else 1)
    assert all("bound" in verdict.kind and verdict.remedy for verdict in verdicts[1:])


def test_a_run_that_goes_on_is_profiled_too(write_spec: Write, tmp_path: Path) -> None:
    runs = ["--runs", str(tmp_path / "runs")]
    done = CliRunner().invoke(app, ["train", str(write_spec(SPEC)), *runs, "-q", "--verbose"])
    assert done.exit_code == 0, done.output
    words = ["resume", "small", "--until-epoch", "5", "--profile", "--verbose", *runs]
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 0, done.output
    assert "in all" in done.stdout and "%" in done.stdout.splitlines()[-1] and current() is None
    kept = json.loads((tmp_path / "runs" / "small" / "latest" / "profile" / "profile.json").read_text())
    # Three steps an epoch in two more epochs; the first one traces.
    assert kept["steps"] == 2 * 3 - 1
    # Nothing is left to do, so that there is nothing to tell.
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 0 and "complete" in done.output and "in all" not in done.stdout
