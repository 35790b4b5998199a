"""Everything that an exact resume needs, as NumPy arrays and JSON in one folder: written, read, put back."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np

from kerascli.data.read_arrays import read_arrays
from kerascli.errors import DataError, EnvironmentProblem
from kerascli.model.hidden_states import hidden_states
from kerascli.record.atomic import new_folder
from kerascli.record.manifest import write_manifest
from kerascli.run.callback_state import CallbackStates, set_state
from kerascli.run.position import Position
from kerascli.run.replica_metrics import put_metrics, read_metrics

_ARRAYS = ("model", "optimizer", "metrics", "callbacks")


@dataclass(frozen=True)
class Snapshot:
    """What `read_snapshot` gives.

    Attributes:
        arrays: Kind (`model`, `optimizer`, `metrics`, `callbacks`) to path to array.
        state: The rest: position, history, random states, callbacks.
    """

    arrays: Mapping[str, Mapping[str, Any]]
    state: Mapping[str, Any]


def write_snapshot(
    path: Path,
    model: Any,
    callbacks: CallbackStates,
    position: Position,
    facts: Mapping[str, Any],
    logs: Mapping[str, int] | None = None,
) -> None:
    """Writes a checkpoint, visible only when complete.

    Args:
        path: The new folder.
        model: The model; its variables, its optimizer's and its metrics' are taken.
        callbacks: The counters of the callbacks.
        position: Where the training is.
        facts: What else the manifest says: `value` (of the monitor), `best`.
        logs: Where the log files end.

    Raises:
        OSError: It can't be written; nothing is left behind.
    """
    arrays: dict[str, dict[str, Any]] = {name: _values(variables) for name, variables in _variables(model).items()}
    arrays["metrics"] = dict(zip(_keys(model.metrics_variables), read_metrics(model), strict=True))
    arrays["callbacks"] = callbacks.arrays
    state = {
        "position": asdict(position),
        "keras_history": _keras_history(model),
        "callbacks": callbacks.values,
        "logs": dict(logs or {}),
        "random": {"python": _python_random(), "numpy": _numpy_random()},
    }
    with new_folder(path) as folder:
        for name in _ARRAYS:
            np.savez(folder / f"{name}.npz", **arrays[name])
        # NaN in a history is a fact; Python's JSON reads it back.
        (folder / "state.json").write_text(json.dumps(state) + "\n", encoding="utf-8")
        write_manifest(
            folder, {"step": position.steps, "epoch": position.epoch, "phase": position.phase, "kerascli": 1, **facts}
        )


def read_snapshot(path: Path) -> Snapshot:
    """Reads a checkpoint whose files have been checked.

    Raises:
        EnvironmentProblem: It can't be read.
    """
    try:
        arrays = {name: read_arrays(path / f"{name}.npz", single=True) for name in _ARRAYS}
        state = json.loads((path / "state.json").read_text(encoding="utf-8"))
    except (OSError, ValueError, KeyError, RecursionError, DataError) as error:
        raise EnvironmentProblem(f"can't read the checkpoint '{path}': {error}", code="checkpoint") from error
    return Snapshot(arrays, state)


def restore_weights(model: Any, snapshot: Snapshot) -> None:
    """Puts the variables of the model and its optimizer back; both must be built.

    Raises:
        EnvironmentProblem: The checkpoint is of another model.
    """
    for kind in ("model", "optimizer"):
        _assign(_variables(model)[kind], snapshot.arrays[kind])


def position_of(snapshot: Snapshot) -> Position:
    """Where a training goes on from a checkpoint."""
    state = dict(snapshot.state["position"])
    return Position(**{**state, "history": [dict(row) for row in state["history"]]})


def restore(
    model: Any, callbacks: list[Any], snapshot: Snapshot, changed: Mapping[int, Collection[str]] | None = None
) -> None:
    """Puts everything back: variables, metrics, callbacks, Keras's history and the random states.

    Args:
        model: The model in the checkpoint's phase, its state built.
        callbacks: The callbacks after `on_train_begin`, which resets them.
        snapshot: The checkpoint.
        changed: The attributes that keep their new values, by the callback's place.

    Raises:
        EnvironmentProblem: The checkpoint is of another model, or has other callbacks.
    """
    restore_weights(model, snapshot)
    metrics = snapshot.arrays["metrics"]
    _require_same(_keys(model.metrics_variables), metrics)
    put_metrics(model, [metrics[key] for key in sorted(metrics)])
    # The log's own callback comes last; a run may go on with it, or without.
    for number, (callback, state) in enumerate(zip(callbacks, snapshot.state["callbacks"], strict=False)):
        if state["class"] != type(callback).__name__:
            message = f"the checkpoint has a callback '{state['class']}' where the run has {type(callback).__name__}"
            raise EnvironmentProblem(message, code="checkpoint")
        kept = (changed or {}).get(number, ())
        own = {name: snapshot.arrays["callbacks"][f"{number}/{name}"] for name in state["arrays"]}
        set_state(callback, {name: value for name, value in state["values"].items() if name not in kept}, own)
    model.history.epoch = list(snapshot.state["keras_history"]["epoch"])
    model.history.history = {name: list(values) for name, values in snapshot.state["keras_history"]["logs"].items()}
    version, values, gauss = snapshot.state["random"]["python"]
    random.setstate((version, tuple(values), gauss))
    name, keys, place, has_gauss, cached = snapshot.state["random"]["numpy"]
    np.random.set_state((name, np.asarray(keys, np.uint32), place, has_gauss, cached))


def _keras_history(model: Any) -> dict[str, Any]:
    """Keras's own `History`, which callbacks read and add to; a model that was never trained has none."""
    history = getattr(model, "history", None)
    if history is None:
        return {"epoch": [], "logs": {}}
    logs = {name: [float(value) for value in values] for name, values in history.history.items()}
    return {"epoch": list(history.epoch), "logs": logs}


def _variables(model: Any) -> dict[str, list[Any]]:
    optimizer = model.optimizer.variables if model.optimizer is not None else []
    return {
        "model": [*model.variables, *hidden_states(model)],
        "optimizer": optimizer,
    }


def _keys(variables: list[Any]) -> list[str]:
    """A key for each variable: its place and its path, since a path alone need not be unique."""
    return [f"{place:05d} {variable.path}" for place, variable in enumerate(variables)]


def comparable_keys(keys: Iterable[str]) -> list[str]:
    """The keys without the numbers that Keras counts through a whole process (`seed_generator_3`)."""
    return [re.sub(r"_\d+(?=/|$)", "", key) for key in sorted(keys)]


def _values(variables: list[Any]) -> dict[str, Any]:
    return dict(zip(_keys(variables), (_storable(variable) for variable in variables), strict=True))


def _storable(variable: Any) -> Any:
    """The value as NumPy can store it: bfloat16, which it does not know, as its bits."""
    array = keras.ops.convert_to_numpy(variable)
    return array.view(np.uint16) if array.dtype.name == "bfloat16" else array


def _require_same(keys: list[str], arrays: Mapping[str, Any]) -> None:
    ours, theirs = comparable_keys(keys), comparable_keys(arrays)
    if ours != theirs:
        other = next(iter(set(ours) ^ set(theirs)), "the number of variables")
        raise EnvironmentProblem(f"the checkpoint is of another model: it differs in '{other}'", code="checkpoint")


def _assign(variables: list[Any], arrays: Mapping[str, Any]) -> None:
    _require_same(_keys(variables), arrays)
    for key, variable in zip(sorted(arrays), variables, strict=True):
        array = arrays[key]
        if variable.dtype == "bfloat16":
            import ml_dtypes

            array = array.view(ml_dtypes.bfloat16)
        if tuple(array.shape) != tuple(variable.shape):
            message = f"the checkpoint is of another model: '{key}' has the shape {tuple(array.shape)}"
            raise EnvironmentProblem(message, code="checkpoint")
        variable.assign(array)


def _python_random() -> list[Any]:
    version, values, gauss = random.getstate()
    return [version, list(values), gauss]


def _numpy_random() -> list[Any]:
    name, keys, place, has_gauss, cached = np.random.get_state(legacy=True)
    return [name, np.asarray(keys).tolist(), int(place), int(has_gauss), float(cached)]
