"""The events of a run are read back, and a checkpoint keeps the count of their steps."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kerascli.record.checkpoints import load_newest
from kerascli.run.callback_needs import needs_every_batch
from kerascli.run.snapshot import read_snapshot
from kerascli.run.tensorboard import make_callback
from kerascli.run.train import train
from kerascli.spec.load import load_spec

sys.path.insert(0, str(Path(__file__).parent))
from small import SPEC, Told


def scalars(folder: Path) -> dict[str, list[tuple[int, float]]]:
    import tensorflow as tf
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    events = EventAccumulator(str(folder))
    events.Reload()
    return {
        tag: [(event.step, float(tf.make_ndarray(event.tensor_proto))) for event in events.Tensors(tag)]
        for tag in events.Tags()["tensors"]
        if tag != "keras"
    }


class BrokenOff(Exception):
    """What ends a training in its middle."""


@pytest.mark.parametrize("validating", [False, True])
def test_a_training_that_is_broken_off_leaves_nothing_open(
    write_spec: Callable[..., Path], tmp_path: Path, validating: bool
) -> None:
    import tensorflow as tf

    def stepped(step: int, logs: dict[str, float], *, validating: bool = False) -> None:
        del step, logs
        if validating == where:
            raise BrokenOff

    where = validating
    # No batch is a fifth one, so that Keras has made all writers silent.
    text = SPEC + "callbacks:\n  - CSVLogger: {filename: own.csv}\n"
    spec = load_spec(write_spec(text), ["logs.tensorboard={update_freq: 5}"])
    with pytest.raises(BrokenOff):
        train(spec, tmp_path / "runs", progress=Told(stepped=stepped))
    assert not tf.summary.should_record_summaries()
    with tf.summary.create_file_writer(str(tmp_path / "own")).as_default():
        assert tf.summary.should_record_summaries()
    opened = {link.resolve() for link in Path("/proc/self/fd").iterdir() if link.exists()}
    assert not [path for path in opened if path.name == "own.csv"]


def test_events_hold_the_history_and_every_batch(write_spec: Callable[..., Path], tmp_path: Path) -> None:
    spec = load_spec(write_spec(SPEC), ["logs.tensorboard={update_freq: batch}", "fit.epochs=2"])
    result = train(spec, tmp_path / "runs")
    trained = scalars(result.folder / "tensorboard" / "train")
    validated = scalars(result.folder / "tensorboard" / "validation")
    assert [value for _, value in trained["epoch_loss"]] == pytest.approx(result.history["loss"], rel=1e-6)
    assert [value for _, value in validated["epoch_loss"]] == pytest.approx(result.history["val_loss"], rel=1e-6)
    assert len(trained["batch_loss"]) == 6
    steps = [step for step, _ in trained["batch_loss"]]
    assert steps == sorted(set(steps))
    state = read_snapshot(load_newest(result.folder / "checkpoints")[0].path).state["callbacks"][-1]
    assert (state["class"], state["values"]["_global_train_batch"]) == ("TensorBoard", 6)
    assert not [name for name, value in state["values"].items() if str(tmp_path) in str(value)]


@pytest.mark.parametrize(
    ("arguments", "needed"),
    [
        ({}, False),
        ({"histogram_freq": 1}, False),
        ({"update_freq": "batch"}, True),
        ({"update_freq": 5}, True),
        ({"profile_batch": 2}, True),
        ({"write_steps_per_second": True}, True),
    ],
)
def test_batches_go_one_by_one_only_where_they_are_logged(
    tmp_path: Path, arguments: dict[str, Any], needed: bool
) -> None:
    callback = make_callback(tmp_path, arguments, lambda error: None)
    assert needs_every_batch([callback], "train") is needed
