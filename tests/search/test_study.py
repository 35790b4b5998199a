"""A study: what it suggests, what it remembers, and whose trials are whose; without any training."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import optuna
import pytest

from kerascli.errors import EnvironmentProblem, UsageError
from kerascli.search.presence import present
from kerascli.search.study import Next, Study, best_value
from kerascli.spec.load import load_spec
from kerascli.spec.spec import Spec

sys.path.insert(0, str(Path(__file__).parent))
from other_process import leave, open_all  # noqa: E402

Write = Callable[..., Path]

BASE = """\
name: searched
seed: 2
data:
  source: {synthetic: {samples: 60, fields: {x: {shape: [4]}, y: {shape: [1]}}}}
  validation: 0.2
model:
  inputs: {x: [4]}
  layers:
    - Dense: {units: 8, activation: relu}
      name: hidden
    - {Dense: 1, name: y}
compile: {optimizer: {Adam: {learning_rate: 0.01}}, loss: mse, metrics: [mae]}
fit: {epochs: 4, batch_size: 12}
tune:
  trials: 6
  sampler: {tpe: {n_startup_trials: 2}}
  pruner: {median: {n_startup_trials: 1}}
  space:
    compile.optimizer.learning_rate: {log: [1e-4, 1e-2]}
    compile.optimizer: {choice: [adam, {SGD: {momentum: 0.9}}, sgd]}
    model.layers.hidden.units: {int: [4, 64]}
"""


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    yield
    optuna.logging.set_verbosity(optuna.logging.INFO)


def study(spec: Spec, folder: Path, storage: str | None = None) -> Study:
    folder.mkdir(exist_ok=True)
    return Study(spec, folder, "searched", storage)


def drawn(spec: Spec, folder: Path, often: int, *, at_once: bool) -> list[dict[str, object]]:
    """The suggestions of a whole search: in one process, or in one of its own for each trial."""
    found: list[dict[str, object]] = []
    held = study(spec, folder)
    while len(found) < often:
        if not at_once:
            held = study(spec, folder)
        with present(held.optuna_study, folder) as presence:
            following = held.next(presence, 6)
            assert following is not None
            assert following.number == len(found)
            found.append(dict(following.values))
            held.complete(following.number, float(str(following.values["model.layers.hidden.units"])))
    return found


@pytest.mark.parametrize("sampler", ["{tpe: {n_startup_trials: 2}}", "random", "cmaes"])
def test_a_search_that_goes_on_suggests_what_it_would_have(sampler: str, write_spec: Write, tmp_path: Path) -> None:
    spec = load_spec(write_spec(BASE.replace("{tpe: {n_startup_trials: 2}}", sampler)))
    whole = drawn(spec, tmp_path / "whole", 4, at_once=True)
    assert drawn(spec, tmp_path / "parts", 4, at_once=False) == whole
    # And none of it twice.
    assert len({json.dumps(one) for one in whole}) == 4


def test_a_grid_is_gone_through_once(write_spec: Write, tmp_path: Path) -> None:
    text = BASE.replace("{tpe: {n_startup_trials: 2}}", "grid").replace("{log: [1e-4, 1e-2]}", "{choice: [0.1]}")
    spec = load_spec(write_spec(text.replace("{int: [4, 64]}", "{int: [4, 64], step: 60}")))
    assert spec.tune is not None
    assert spec.tune.grid_size == 6
    held = study(spec, tmp_path / "grid")
    found = []
    with present(held.optuna_study, held.folder) as presence:
        for _ in range(6):
            following = held.next(presence, 6)
            assert following is not None
            found.append(json.dumps(dict(following.values)))
            held.complete(following.number, 1.0)
        assert held.next(presence, 6) is None
    assert len(set(found)) == 6


def test_values_become_nodes_of_the_spec(write_spec: Write, tmp_path: Path) -> None:
    from kerascli.spec.variants import variant

    held = study(load_spec(write_spec(BASE)), tmp_path / "study")
    sgd = '{"SGD": {"momentum": 0.9}}'
    values = {"compile.optimizer": sgd, "compile.optimizer.learning_rate": 0.003, "model.layers.hidden.units": 5}
    spec = variant(held.spec, held.changes(values), tmp_path).read()
    assert spec.compile is not None
    assert (spec.compile.optimizer.name, spec.tune) == ("SGD", None)
    # What lies within a value that is chosen comes after it.
    assert dict(spec.compile.optimizer.keywords) == {"momentum": 0.9, "learning_rate": 0.003}
    assert spec.model.layers[0].component.value("units") == 5


def test_the_hopeless_are_given_up(write_spec: Write, tmp_path: Path) -> None:
    held = study(load_spec(write_spec(BASE)), tmp_path / "study")
    with present(held.optuna_study, held.folder) as presence:
        for losses in ((1.0, 0.9, 0.8), (2.0, 0.7), (2.0, 1.9)):
            following = held.next(presence, 9)
            assert following is not None
            told = [held.report(following.number, epoch, loss) for epoch, loss in enumerate(losses, 1)]
            assert told == {(1.0, 0.9, 0.8): [False] * 3, (2.0, 0.7): [True, False], (2.0, 1.9): [True, True]}[losses]
            # An epoch that comes again after a crash is what it was.
            assert held.report(following.number, 1, 5.0) in (True, False)
            assert held.trials[following.number].intermediate_values[1] == losses[0]
            held.prune(following.number) if told[-1] else held.complete(following.number, min(losses))
    assert [trial.state.name for trial in held.trials] == ["COMPLETE", "COMPLETE", "PRUNED"]


def test_a_trial_of_a_dead_process_goes_on_and_of_a_living_one_does_not(write_spec: Write, tmp_path: Path) -> None:
    path, folder = write_spec(BASE), tmp_path / "study"
    held = study(load_spec(path), folder)
    child = multiprocessing.get_context("spawn").Process(target=leave, args=(path, folder))
    child.start()
    until = time.monotonic() + 60
    while not (folder / "began").exists():
        assert time.monotonic() < until
        time.sleep(0.05)
    with present(held.optuna_study, folder) as presence:
        other = held.next(presence, 2)
        assert other is not None
        assert other.number == 1
        # There are enough, and none of them is left.
        assert held.next(presence, 2) is None
        assert child.pid is not None
        os.kill(child.pid, signal.SIGKILL)
        child.join()
        left = held.next(presence, 2)
        assert left is not None
        assert (left.number, left.run) == (0, Path("some/run"))
        assert held.next(presence, 2) is None


def test_a_trial_whose_values_are_being_drawn_belongs_to_somebody(
    write_spec: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another machine, which does not heed this one's lock, asks in that moment."""
    spec = load_spec(write_spec(BASE))
    place = str(tmp_path / "shared.db")
    one, other = study(spec, tmp_path / "one", place), study(spec, tmp_path / "other", place)
    with present(one.optuna_study, one.folder) as ours, present(other.optuna_study, other.folder) as theirs:

        class Slow(optuna.samplers.RandomSampler):
            def before_trial(self, *_: object) -> None:
                monkeypatch.undo()
                taken.append(other.next(theirs, 6))

        taken: list[object] = []
        monkeypatch.setattr("kerascli.search.study.make_sampler", lambda *_: Slow())
        first = one.next(ours, 6)
        (second,) = taken
    assert first is not None and isinstance(second, Next)
    assert (first.number, second.number, first.left, second.left) == (0, 1, False, False)
    assert [(trial.state.name, trial.user_attrs["process"]) for trial in one.trials] == [
        ("RUNNING", ours.token),
        ("RUNNING", theirs.token),
    ]


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("{int: [4, 64]}", "{int: [4, 65]}", "another space"),
        ("  trials: 6\n", "  trials: 6\n  metric: val_mae\n", "another metric"),
        ("epochs: 4", "epochs: 5", "another spec"),
        ("  trials: 6\n", "  trials: 60\n  parallel: 2\n  pruner: none\n", None),
    ],
)
def test_a_study_is_of_one_search(
    before: str, after: str, words: str | None, write_spec: Write, tmp_path: Path
) -> None:
    study(load_spec(write_spec(BASE)), tmp_path / "study")
    text = BASE.replace(before, after)
    if "pruner: none" in after:
        text = text.replace("  pruner: {median: {n_startup_trials: 1}}\n", "")
    changed = load_spec(write_spec(text))
    if words is None:
        study(changed, tmp_path / "study")
        return
    with pytest.raises(UsageError, match=words) as caught:
        study(changed, tmp_path / "study")
    assert "--study searched-2" in str(caught.value.diagnostics[0].hint)


def test_storages(write_spec: Write, tmp_path: Path) -> None:
    spec = load_spec(write_spec(BASE))
    for place in (str(tmp_path / "a.journal"), str(tmp_path / "a.db"), f"sqlite:///{tmp_path / 'b.sqlite'}"):
        held = study(spec, tmp_path / "study", place)
        with present(held.optuna_study, held.folder) as presence:
            assert held.next(presence, 6) is not None
        assert len(study(spec, tmp_path / "study", place).trials) == 1
    assert not (tmp_path / "study" / "study.db").exists()
    with pytest.raises(UsageError):
        study(spec, tmp_path / "study", "here")
    (tmp_path / "text.db").write_text("no database " * 200)
    for place in ("nonsense://me:secret@host/x", str(tmp_path / "text.db"), "sqlite:////nowhere/at/all.db"):
        with pytest.raises(EnvironmentProblem) as caught:
            study(spec, tmp_path / "study", place)
        assert caught.value.exit_code == 5
        assert "secret" not in str(caught.value)


def test_processes_that_begin_at_once_open_one_storage(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    together = context.Barrier(2)
    both = [context.Process(target=open_all, args=(tmp_path, together)) for _ in range(2)]
    for process in both:
        process.start()
    for process in both:
        process.join(120)
    assert [process.exitcode for process in both] == [0, 0]


def test_best_values() -> None:
    history = {"a": [0.2, float("nan"), 0.9, 0.9, 0.1]}
    assert best_value(history, "a", "maximize") == (3, 0.9)
    assert best_value(history, "a", "minimize") == (5, 0.1)
    assert best_value({"a": [float("nan")]}, "a", "minimize") is None
    assert best_value(history, "b", "minimize") is None
