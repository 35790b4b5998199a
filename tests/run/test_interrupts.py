"""A signal ends a run after it is saved, wherever it comes, and the run goes on as if it had not come."""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kerascli.errors import Interrupted
from kerascli.record.checkpoints import load_newest
from kerascli.run.engine import fit
from kerascli.run.interrupts import watch_signals
from kerascli.run.position import Position
from kerascli.run.preflight import prepare_training
from kerascli.run.ready import Ready
from kerascli.run.session import keras_session
from kerascli.run.snapshot import position_of, read_snapshot, restore
from kerascli.run.train import train
from kerascli.spec.load import load_spec

sys.path.insert(0, str(Path(__file__).parent))
from small import SPEC as SMALL
from small import Told

# One step a graph call, so that a signal can come after each.
SPEC = SMALL.replace("metrics: [accuracy]", "metrics: [accuracy], steps_per_execution: 1")


class At:
    """Sends a signal to this process at one moment of the run."""

    def __init__(self, number: int, epoch: int, step: int, *, validating: bool) -> None:
        self.number, self.epoch, self.step, self.validating = number, epoch, step, validating
        self.now = 0

    def epoch_started(self, epoch: int) -> None:
        self.now = epoch

    def stepped(self, step: int, logs: Any, *, validating: bool = False) -> None:
        if (self.now, step, validating) == (self.epoch, self.step, self.validating):
            os.kill(os.getpid(), self.number)


@pytest.fixture(scope="module")
def uncut(tmp_path_factory: pytest.TempPathFactory) -> tuple[Ready, Position]:
    path = tmp_path_factory.mktemp("uncut") / "spec.yaml"
    path.write_text(SPEC)
    return go_on(path, None)


def go_on(path: Path, run: Path | None) -> tuple[Ready, Position]:
    """Trains to the end, from the newest checkpoint of a run where there is one."""
    spec = load_spec(path)
    with keras_session(spec):
        ready = prepare_training(spec)
        if run is None:
            return ready, fit(ready.model, ready.plan, [])
        snapshot = read_snapshot(load_newest(run / "checkpoints")[0].path)
        return ready, fit(
            ready.model,
            ready.plan,
            [],
            position=position_of(snapshot),
            resume=lambda: restore(ready.model, [], snapshot),
        )


@pytest.mark.parametrize(
    ("moment", "status", "saved"),
    [
        ((signal.SIGINT, 2, 1, False), 130, (1, 1)),
        ((signal.SIGTERM, 1, 3, False), 143, (0, 3)),
        ((signal.SIGTERM, 2, 1, True), 143, (1, 3)),
    ],
    ids=["in training", "after the last step", "in validation"],
)
def test_a_stopped_run_goes_on_bit_for_bit(
    write_spec: Callable[..., Path],
    tmp_path: Path,
    uncut: tuple[Ready, Position],
    moment: tuple[int, int, int, bool],
    status: int,
    saved: tuple[int, int],
) -> None:
    path = write_spec(SPEC)
    number, epoch, step, validating = moment
    at = At(number, epoch, step, validating=validating)
    before = signal.getsignal(number)
    with pytest.raises(Interrupted) as caught:
        train(load_spec(path), tmp_path / "runs", progress=Told(epoch_started=at.epoch_started, stepped=at.stepped))
    assert caught.value.exit_code == status
    assert signal.getsignal(number) is before
    run = (tmp_path / "runs" / "small" / "latest").resolve()
    record = json.loads((run / "run.json").read_text())
    assert (record["status"], record["ended"] is not None) == ("stopped", True)
    state = read_snapshot(load_newest(run / "checkpoints")[0].path).state
    assert (state["position"]["epoch"], state["position"]["step"]) == saved
    (whole, end), (again, finish) = uncut, go_on(path, run)
    assert finish.history == end.history
    for one, other in zip(whole.model.variables, again.model.variables, strict=True):
        np.testing.assert_array_equal(np.asarray(one), np.asarray(other))
    for one, other in zip(whole.model.optimizer.variables, again.model.optimizer.variables, strict=True):
        np.testing.assert_array_equal(np.asarray(one), np.asarray(other))


def test_a_second_signal_ends_at_once() -> None:
    child = os.fork()
    if child == 0:
        with watch_signals():
            os.kill(os.getpid(), signal.SIGTERM)
            os.kill(os.getpid(), signal.SIGINT)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 130


def test_another_thread_leaves_the_handlers_alone() -> None:
    before = signal.getsignal(signal.SIGINT)
    found: list[Any] = []

    def work() -> None:
        with watch_signals() as interrupts:
            found.extend([signal.getsignal(signal.SIGINT), interrupts.received])

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert found == [before, None]
