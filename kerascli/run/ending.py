"""The end of a training: the result's weights, `model.keras`, the test, the pictures."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kerascli.components.faults import first_line
from kerascli.errors import KerascliError, TrainingError
from kerascli.record.atomic import replace_file, write_json
from kerascli.record.checkpoints import load_newest
from kerascli.record.run_folder import RunFolder
from kerascli.run.evaluate import evaluate_split
from kerascli.run.phases import enter_phase
from kerascli.run.pictures import draw_run
from kerascli.run.position import Position
from kerascli.run.ready import Ready
from kerascli.run.recorder import Recorder
from kerascli.run.result import RunResult
from kerascli.run.snapshot import position_of, read_snapshot, restore_weights
from kerascli.run.timeline import timed
from kerascli.spec.plugins import own_line


def end_training(folder: RunFolder, ready: Ready, recorder: Recorder, position: Position) -> RunResult:
    """Writes all that a training leaves behind beside its checkpoints and logs.

    Raises:
        TrainingError: Keras can't save the model.
        OSError: The disk can't.
        Interrupted: A signal came; resuming the run comes here again.
    """

    def leave() -> None:
        recorder.leave_if_told(position)

    leave()
    weights, phase = _choose_weights(folder, ready, recorder, position)
    _save(folder, ready.model)
    leave()
    test = _test(folder, ready, leave)
    if position.history and ready.plan.distribution.is_chief:
        recorder.try_log("plots", lambda: draw_run(folder, ready, ready.model, position, recorder.best))
    best = recorder.best or (None, None)
    return RunResult(
        folder=folder.path,
        history=_columns(position),
        metrics=test,
        monitor=ready.monitor.name,
        best_epoch=best[0],
        best_value=best[1],
        weights=weights,
        epochs=position.epoch,
        seconds=recorder.seconds,
        model=ready.model,
        phase=phase,
        trusted=ready.spec.trusted,
    )


@timed("model file")
def _choose_weights(folder: RunFolder, ready: Ready, recorder: Recorder, position: Position) -> tuple[str, int]:
    """Puts the best weights into the model where a monitor decides; else it keeps the last. Returns their phase too."""
    if not ready.monitor.decides or recorder.best is None:
        return "last", position.phase
    checkpoint, _ = load_newest(folder.checkpoints, best=True)
    snapshot = read_snapshot(checkpoint.path)
    phase = position_of(snapshot).phase
    enter_phase(ready, phase)
    restore_weights(ready.model, snapshot)
    return "best", phase


@timed("model file")
def _save(folder: RunFolder, model: Any) -> None:
    """Writes the result.

    Raises:
        TrainingError: Keras can't: a plugin's object does not say how it was made. The checkpoints hold the weights.
        OSError: The disk can't.
    """
    try:
        replace_file(folder.model, model.save)
    except (OSError, KerascliError):
        raise
    except Exception as error:  # Keras raises many kinds on what it can't write down.
        place = own_line(error)
        message = f"Keras can't save the model: {type(error).__name__}: {first_line(error)}"
        hint = f"the weights are kept: 'kerascli evaluate {folder.name} --weights last'"
        raise TrainingError(message, code="model-file", span=place, hint=hint) from error


@timed("test")
def _test(folder: RunFolder, ready: Ready, leave: Callable[[], None]) -> dict[str, float]:
    """The metrics on the test split, written into `evaluation/test.json`; empty without one."""
    if ready.test is None:
        return {}
    plan = ready.plan
    metrics = evaluate_split(
        ready.model,
        ready.test,
        plan.validation_batch_size,
        drop_remainder=plan.drop_remainder,
        distribution=plan.distribution,
        stepped=lambda step, logs: leave(),
    )
    write_json(folder.evaluation / "test.json", {"samples": ready.test.samples, "metrics": metrics})
    return metrics


def _columns(position: Position) -> dict[str, list[float]]:
    names: list[str] = []
    for row in position.history:
        names += [name for name in row if name not in names]
    return {name: [row.get(name, float("nan")) for row in position.history] for name in names}
