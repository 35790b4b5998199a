"""`find-lr` on models whose right answer is known."""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from kerascli.cli.find_lr_report import report_lines
from kerascli.cli.main import app
from kerascli.errors import ExitCode, SpecError, UsageError
from kerascli.run.preflight import prepare_training
from kerascli.run.session import keras_session
from kerascli.search.learning_rate import find_learning_rate, rate_text
from kerascli.spec.load import load_spec

sys.path.insert(0, str(Path(__file__).parent.parent / "run"))
from small import Told

Write = Callable[..., Path]

# Linear regression, all samples a batch: gradient descent falls at each step while the rate is below 2 / λ, and
# diverges above.
LINE = """\
name: line
seed: 4
data:
  source: {synthetic: {samples: 64, fields: {x: {shape: [4], normal: [0, 1]}, y: {shape: [1], normal: [3, 1]}}}}
  inputs: x
  targets: y
model: {inputs: {x: [4]}, layers: [{Dense: {units: 1, name: y}}]}
compile: {optimizer: {SGD: 0.1}, loss: mse}
fit: {batch_size: 64}
logs: {tensorboard: false}
"""

# Two heads, sample weights, a regularizer, more than one pass, batches that do not fill the last one.
HEADS = """\
name: heads
data:
  source: {synthetic: {samples: 40, fields: {x: {shape: [3], normal: [0, 1]}, a: {shape: [1], normal: [2, 1]}, b: {one_hot: 3}, w: {uniform: [0, 2]}}}}
  inputs: x
  targets: {a: a, b: b}
  sample_weight: w
model:
  inputs: {x: [3]}
  layers:
    - Dense: {units: 8, activation: relu, kernel_regularizer: {L2: 0.1}}
      name: hidden
    - Dense: {units: 1}
      name: a
      inputs: hidden
    - Dense: {units: 3, activation: softmax}
      name: b
      inputs: hidden
  outputs: [a, b]
compile: {optimizer: adam, loss: {a: mse, b: categorical_crossentropy}, loss_weights: {a: 0.3, b: 2}, metrics: {b: accuracy}}
fit: {batch_size: 16}
"""

SCHEDULE = "compile.optimizer={SGD: {learning_rate: {ExponentialDecay: {initial_learning_rate: 0.5, decay_steps: 2, decay_rate: 0.1}}}}"


def divergence_of(path: Path) -> float:
    """2 / λ, of the largest eigenvalue of the loss's second derivative."""
    spec = load_spec(path)
    with keras_session(spec):
        ((x, _),) = prepare_training(spec).plan.batches(0)
    rows = np.concatenate([np.asarray(x), np.ones((len(x), 1))], axis=1)
    return 2 / float(np.linalg.eigvalsh(2 * rows.T @ rows / len(rows))[-1])


def test_the_suggestion_is_where_gradient_descent_converges(write_spec: Write, tmp_path: Path) -> None:
    path = write_spec(LINE)
    limit = divergence_of(path)
    test = find_learning_rate(load_spec(path), start=1e-5, steps=120)
    stable = [loss for rate, loss in zip(test.rates, test.losses, strict=True) if rate < limit]
    assert all(after <= before + 1e-6 for before, after in zip(stable, stable[1:], strict=False))
    assert test.ended == "diverged" and limit < test.rates[-1] < 10 and len(test.losses) < 120
    suggestion = test.curve.suggestion
    assert suggestion is not None and 1e-3 < suggestion.rate < limit and suggestion.tenth < limit
    assert test.override == f"compile.optimizer.learning_rate={rate_text(suggestion.rate)}"
    assert [path.name for path in tmp_path.iterdir()] == ["spec.yaml"], "nothing is written"


def test_the_losses_are_those_of_each_batch_alone(write_spec: Write) -> None:
    spec = load_spec(write_spec(HEADS))
    test = find_learning_rate(spec, start=1e-12, end=1e-11, steps=20)
    assert test.curve.suggestion is None and test.ended == "steps"
    with keras_session(spec):
        ready = prepare_training(spec)
        # Three a pass.
        batches = [batch for number in range(7) for batch in ready.plan.batches(number)]
        expected = []
        for batch in batches[:20]:
            ready.model.reset_metrics()
            expected.append(ready.model.test_on_batch(*batch, return_dict=True)["loss"])
    np.testing.assert_allclose(test.losses, expected, rtol=1e-4)


def test_a_schedule_gives_way_and_changes_nothing(write_spec: Write) -> None:
    path = write_spec(LINE)
    small = "fit.batch_size=8"
    plain = find_learning_rate(load_spec(path, [small]), steps=40)
    scheduled = find_learning_rate(load_spec(path, [small, SCHEDULE]), steps=40)
    assert scheduled.losses == plain.losses and plain.schedule is None
    lines = list(report_lines(scheduled, "kerascli train spec.yaml", "", quiet=False, plot=True))
    assert "the number replaces ExponentialDecay" in lines[-1]
    scaled = find_learning_rate(
        load_spec(path, [small, "compile.optimizer={LossScaleOptimizer: {inner_optimizer: {SGD: 0.1}}}"]), steps=40
    )
    assert scaled.path == "compile.optimizer.inner_optimizer.learning_rate"
    np.testing.assert_allclose(scaled.losses[:30], plain.losses[:30], rtol=1e-4)


def test_the_first_phase_is_tested(write_spec: Write) -> None:
    phases = "fit.phases=[{optimizer: adam, epochs: 1, batch_size: 8}, {epochs: 2, optimizer: {SGD: 0.1}}]"
    spec = load_spec(write_spec(LINE), [phases])
    test = find_learning_rate(spec, steps=40)
    assert (test.path, test.batch_size) == ("fit.phases.0.optimizer.learning_rate", 8)
    changed = load_spec(write_spec(LINE), [phases, f"{test.path}=0.25"])
    optimizer = changed.fit.phases[0].optimizer
    assert optimizer is not None and optimizer.value("learning_rate") == 0.25


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_a_model_that_can_not_learn_gets_no_suggestion(write_spec: Write) -> None:
    # Whatever a step does, the constraint takes it back.
    layer = (
        "model.layers.0.Dense={units: 1, name: y, kernel_constraint: {MinMaxNorm: {max_value: 1e-20}}, use_bias: false}"
    )
    spec = load_spec(write_spec(LINE), [layer])
    test = find_learning_rate(spec, steps=20)
    assert test.curve.suggestion is None and test.override is None
    lines = list(report_lines(test, "kerascli train spec.yaml", "", quiet=True, plot=True))
    assert lines[0].startswith("no suggestion: the loss ") and "train --overfit spec.yaml" in lines[2]


def test_what_can_not_be_tested_is_refused(write_spec: Write) -> None:
    several = "compile.optimizer={MultiOptimizer: {optimizer_map: {default_optimizer: adam}}}"
    path = write_spec(LINE)
    for start, end, steps in ((0.0, 1.0, 50), (1.0, 1e-3, 50), (1e-3, float("inf"), 50), (1e-3, 1.0, 3)):
        with pytest.raises(UsageError):
            find_learning_rate(load_spec(path), start=start, end=end, steps=steps)
    with pytest.raises(SpecError, match="MultiOptimizer has a learning rate for each"):
        find_learning_rate(load_spec(path, [several]))


def test_ctrl_c_ends_it_with_what_was_found(write_spec: Write) -> None:
    def stepped(what: str, done: int, total: int) -> None:
        if what == "steps" and done == 40:
            os.kill(os.getpid(), signal.SIGINT)

    test = find_learning_rate(load_spec(write_spec(LINE)), progress=Told(reading=stepped))
    assert (test.ended, len(test.losses), test.status) == ("interrupted", 40, ExitCode.INTERRUPTED)
    assert any("interrupted at" in line for line in report_lines(test, "x", "", quiet=False, plot=True))
    json.dumps(test.to_json())


def test_the_command_draws_and_says_what_to_type(
    write_spec: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_spec(LINE)
    monkeypatch.chdir(tmp_path)
    words = ["find-lr", "spec.yaml", "--steps", "60", "--verbose", "fit.batch_size=8"]
    drawn = CliRunner().invoke(app, [*words, "-o", "rates.png"])
    assert drawn.exit_code == 0, drawn.output
    with Image.open(tmp_path / "rates.png") as picture:
        assert picture.size[0] > 500
    line = next(line for line in drawn.output.splitlines() if line.startswith("train    kerascli train spec.yaml "))
    overrides = line.split()[4:]
    assert overrides[0] == "fit.batch_size=8" and overrides[1].startswith("compile.optimizer.learning_rate=")
    compiled = load_spec(tmp_path / "spec.yaml", overrides).compile
    assert compiled is not None and compiled.optimizer.value("learning_rate") == float(overrides[1].partition("=")[2])
    told = CliRunner().invoke(app, [*words, "--json"])
    found = json.loads(told.stdout)
    assert set(found["points"][0]) == {"learning_rate", "loss", "smooth_loss"}
    assert found["suggestion"]["override"] == overrides[1]
    plain = CliRunner().invoke(app, words)
    assert "learning rate" in plain.output and "│" in plain.output
    assert sorted(path.name for path in tmp_path.iterdir()) == ["rates.png", "spec.yaml"]
    refused = CliRunner().invoke(app, [*words, "-o", "rates.gif"])
    assert refused.exit_code == 2
