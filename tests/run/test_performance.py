"""What is chosen for the speed of a run: recorded, taken up again, and without a part in the result but for rounding."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from kerascli.cli.main import app
from kerascli.errors import SpecError
from kerascli.run.resume import resume
from kerascli.run.train import train
from kerascli.spec.dump import dump_spec
from kerascli.spec.load import load_spec

sys.path.insert(0, str(Path(__file__).parent))
from small import SPEC

Write = Callable[..., Path]


def performance_of(run: Path) -> dict[str, Any]:
    return dict(json.loads((run / "run.json").read_text())["performance"])


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, Any]:
    """One spec trained as the tool chooses, and plainly."""
    folder = tmp_path_factory.mktemp("both")
    (folder / "small.yaml").write_text(SPEC.replace("SGD: 0.1", "Adam: 0.01"))
    results = [
        train(load_spec(folder / "small.yaml", ["fit.epochs=4", *more]), folder / name)
        for name, more in (("chosen", []), ("plain", ["performance=false"]))
    ]
    return results[0], results[1]


def test_the_result_is_the_same_but_for_rounding(both: tuple[Any, Any]) -> None:
    chosen, plain = both
    for one, other in zip(chosen.model.get_weights(), plain.model.get_weights(), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-6)
    for log, values in chosen.history.items():
        np.testing.assert_allclose(values, plain.history[log], rtol=1e-5)
    for log, value in chosen.metrics.items():
        np.testing.assert_allclose(value, plain.metrics[log], rtol=1e-5)


def test_it_is_recorded(both: tuple[Any, Any]) -> None:
    chosen, plain = both
    said = performance_of(chosen.folder)
    assert (said["looped"], said["gathered"], said["steps_per_execution"]) == (True, True, "auto")
    assert (said["validation_batch_size"], said["fused_updates"], said["jit_compile"]) == (12, True, False)
    # Keras numbers the names of optimizers through a process.
    assert [line.partition(": ")[2] for line in said["updates"]] == ["ResourceApplyAdam"]
    said = performance_of(plain.folder)
    assert (said["looped"], said["gathered"], said["fused_updates"], said["updates"]) == (False, False, False, [])
    # The optimizer that was fused is saved as Keras's own.
    assert type(chosen.model.optimizer).__module__.startswith("keras.")
    assert "performance" not in (chosen.folder / "model.keras").read_bytes().decode("latin-1")


def test_each_switch_is_heard(write_spec: Write, tmp_path: Path) -> None:
    text = SPEC + "performance: {steps_per_execution: 2, validation_batch_size: 5, fused_updates: false, jit: false}\n"
    spec = load_spec(write_spec(text))
    assert load_spec(write_spec(dump_spec(spec), "again.yaml")).performance == spec.performance
    said = performance_of(train(spec, tmp_path / "runs").folder)
    assert (said["steps_per_execution"], said["validation_batch_size"], said["fused_updates"]) == (2, 5, False)
    # What Keras's own words say wins.
    spec = load_spec(write_spec(text), ["compile.steps_per_execution=1", "fit.validation_batch_size=3"])
    said = performance_of(train(spec, tmp_path / "runs").folder)
    assert (said["looped"], said["validation_batch_size"]) == (False, 3)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (("fit: {", "fit: {validation_steps: 1, "), "'validation_steps' counts batches"),
        (("inputs: {x: [4]}", "inputs: {x: {shape: [4], batch_size: 12}}"), "the batch size is fixed"),
        (
            ("loss: sparse_categorical_crossentropy", "loss: {SparseCategoricalCrossentropy: {reduction: sum}}"),
            "'SparseCategoricalCrossentropy' is no mean over samples",
        ),
        (("  layers:\n", "  layers:\n    - {Reshape: [2, 2]}\n    - {Masking: {mask_value: -1}}\n    - LSTM: 3\n"), "look across"),
    ],
)  # fmt: skip
def test_validation_keeps_its_batches_where_they_matter(
    write_spec: Write, tmp_path: Path, change: tuple[str, str], reason: str
) -> None:
    assert change[0] in SPEC
    said = performance_of(train(load_spec(write_spec(SPEC.replace(*change)), ["fit.epochs=1"]), tmp_path).folder)
    assert said["validation_batch_size"] == 12 and reason in said["validation_reason"]


def test_a_run_that_goes_on_takes_up_what_was_chosen(write_spec: Write, tmp_path: Path) -> None:
    run = train(load_spec(write_spec(SPEC)), tmp_path / "runs").folder
    record = json.loads((run / "run.json").read_text())
    # As a version that chose nothing left it.
    record["performance"] = {"steps_per_execution": "auto", "jit_compile": False}
    (run / "run.json").write_text(json.dumps(record))
    plain = train(load_spec(write_spec(SPEC), ["performance=false", "fit.epochs=5"]), tmp_path / "plain")
    again = resume(run, until_epoch=5)
    # SGD's update is one operation in Keras too.
    for one, other in zip(again.model.get_weights(), plain.model.get_weights(), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-7)


def test_gathered_batches_are_those_of_the_pipeline(write_spec: Write) -> None:
    from kerascli.data.prepare import prepare_data

    import tensorflow as tf  # isort: skip

    split = prepare_data(load_spec(write_spec(SPEC))).train()
    order = split.order(6, 3)
    batches = list(split.dataset(10, order=order, skip_batches=1))
    source = split.indexed(10, order=order, skip_batches=1)
    first = source.advance(len(batches))
    assert (first, source.place) == (1, 4)
    for place, (x, y) in enumerate(batches, first):
        mine = source.gather(source.order, tf.constant(place))
        np.testing.assert_array_equal(mine[0], x)
        np.testing.assert_array_equal(mine[1], y)


def test_how_many_steps_a_call_has_changes_no_bit(write_spec: Write, tmp_path: Path) -> None:
    path = write_spec(SPEC.replace("SGD: 0.1", "Adam: 0.01"))
    weights = []
    for most in (2, 3, 100):
        result = train(load_spec(path, [f"performance.steps_per_execution={most}"]), tmp_path / str(most))
        weights.append([array.tobytes() for array in result.model.get_weights()])
    assert weights[0] == weights[1] == weights[2]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{jitt: true}", "'performance' has no key 'jitt'"),
        ("{jit: yes}", "'jit' must be true, false or auto"),
        ("{steps_per_execution: 0}", "must be at least 1"),
        ("{threads: many}", "must be a whole number"),
        ("{threads: {intra: 2}}", "'threads' has no key 'intra'"),
        ("fast", "'performance' must be a mapping"),
    ],
)
def test_mistakes_have_their_place(write_spec: Write, text: str, message: str) -> None:
    with pytest.raises(SpecError, match=message) as caught:
        load_spec(write_spec(f"{SPEC}performance: {text}\n"))
    (one,) = caught.value.diagnostics
    assert one.span is not None and one.span.line == len(SPEC.splitlines()) + 1


def test_threads_are_set_before_the_first_operation(write_spec: Write, tmp_path: Path) -> None:
    path = write_spec(SPEC + "performance: {threads: {intra_op: 1, inter_op: 2}}\n")
    words = ["train", str(path), "fit.epochs=1", "-q", "--runs", str(tmp_path / "runs")]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    subprocess.run([sys.executable, "-m", "kerascli", *words], env=environment, check=True, capture_output=True)
    assert performance_of(tmp_path / "runs" / "small" / "latest")["threads"] == {"intra_op": 1, "inter_op": 2}


def test_summary_says_what_was_chosen_and_what_would_be(write_spec: Write, tmp_path: Path) -> None:
    path, runs = write_spec(SPEC), tmp_path / "runs"
    run = train(load_spec(path), runs).folder

    def summary(*words: str) -> Any:
        done = CliRunner().invoke(app, ["summary", *words, "--verbose", "--runs", str(runs)])
        assert done.exit_code == 0, done.output
        return json.loads(done.stdout) if "--json" in words else done.stdout

    told, kept = summary("small", "--json")["performance"], performance_of(run)
    assert told == kept
    foreseen = summary(str(path), "--json")["performance"]
    # Only the data tells whether all of it fits into the memory; Keras numbers its optimizers.
    assert foreseen.pop("gathered") is None and kept.pop("gathered") is True
    assert [line.partition(": ")[2] for line in foreseen.pop("updates")] == ["ResourceApplyGradientDescent"]
    assert foreseen == {name: value for name, value in kept.items() if name != "updates"}
    assert "gathered in the graph; validation by 12; updates: " in summary("small").replace("\n", " ")
    assert "one step a call; validation by 12; updates: Keras's own" in summary(str(path), "performance=false")


def test_an_lstm_is_fused_where_nothing_speaks_against_it(write_spec: Write, tmp_path: Path) -> None:
    path = write_spec(
        SPEC.replace("  layers:\n", "  layers:\n    - {Reshape: [2, 2]}\n    - {LSTM: 3, name: memory}\n")
    )
    found = {}
    for name, more in (("chosen", []), ("plain", ["performance=false"]), ("unfused", ["performance.fused_lstm=false"])):
        result = train(load_spec(path, ["fit.epochs=2", *more]), tmp_path / name)
        found[name] = result
    assert performance_of(found["chosen"].folder)["lstms"] == ["memory: BlockLSTMV2"]
    assert performance_of(found["unfused"].folder)["lstms"] == []
    for name in ("chosen", "unfused"):
        for one, other in zip(found[name].model.get_weights(), found["plain"].model.get_weights(), strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-6)
    # A run that goes on takes up what it began with, bit for bit.
    longer = train(load_spec(path, ["fit.epochs=3"]), tmp_path / "longer")
    again = resume(found["chosen"].folder, until_epoch=3)
    for one, other in zip(again.model.get_weights(), longer.model.get_weights(), strict=True):
        assert one.tobytes() == other.tobytes()
