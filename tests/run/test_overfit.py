"""`--overfit` and `--dry-run`: what can be known of a training without making a run."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from kerascli.cli.outline_report import outline_table
from kerascli.cli.overfit_report import heads_table, verdict_lines
from kerascli.errors import SpecError
from kerascli.run.disk_space import checkpoint_bytes, little_space
from kerascli.run.outline import outline
from kerascli.run.overfit import overfit
from kerascli.run.train import train
from kerascli.spec.load import load_spec

sys.path.insert(0, str(Path(__file__).parent))
from kept import RUN
from small import SPEC, Told

Write = Callable[..., Path]

# Two heads: one that can learn anything of a few samples by heart, one whose output no target fits.
HEADS = """\
name: heads
data:
  source: {synthetic: {samples: 40, fields: {x: {shape: [8], normal: [0, 1]}, good: {one_hot: 3}, bad: {shape: [1], uniform: [-2, -1]}}}}
  inputs: x
  targets: {good: good, bad: bad}
model:
  inputs: {x: [8]}
  layers:
    - Dense: {units: 64, activation: relu, kernel_regularizer: {L2: 1e-5}}
      name: hidden
    - BatchNormalization:
      name: normal
    - Dense: {units: 3, activation: softmax}
      name: good
    - Dense: {units: 1, activation: BAD}
      name: bad
      inputs: normal
  outputs: [good, bad]
compile: {optimizer: {Adam: 0.02}, loss: {good: categorical_crossentropy, bad: mse}, metrics: {good: accuracy}}
fit: {epochs: 1, batch_size: 16}
"""


def test_a_sound_model_learns_its_batch(write_spec: Write, tmp_path: Path) -> None:
    result = overfit(load_spec(write_spec(HEADS.replace("BAD", "linear"))))
    assert result.verdict == "learnt" and result.samples == 16 and result.steps < 500
    assert [(head.name, head.passes, head.floor) for head in result.heads] == [("good", True, 0.0), ("bad", True, 0.0)]
    assert result.heads[0].metrics["accuracy"] == 1.0
    assert list(verdict_lines(result))[0].startswith("LEARNT one batch of 16 in ")
    assert not list(tmp_path.glob("runs*")), "nothing is written"


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_the_head_that_does_not_learn_is_named(write_spec: Write) -> None:
    result = overfit(
        load_spec(write_spec(HEADS.replace("BAD", "linear, kernel_initializer: zeros, trainable: false"))), steps=200
    )
    assert result.verdict == "not learnt" and result.steps == 200
    assert [(head.name, head.passes) for head in result.heads] == [("good", True), ("bad", False)]
    lines = list(verdict_lines(result))
    assert lines[0].startswith("NOT LEARNT") and lines[1].startswith("head 'bad': its loss ")
    assert heads_table(result).row_count == 2
    json.dumps(result.to_json())


def test_layers_that_nothing_moves_and_samples_that_contradict_are_told(write_spec: Write) -> None:
    text = SPEC.replace("x: {shape: [4], normal: [0, 1]}", "x: {shape: [4], uniform: [1, 1.0000001]}")
    result = overfit(load_spec(write_spec(text)), steps=20)
    assert result.verdict == "not learnt" and result.contradictions == 12
    assert any("12 samples have the inputs of another one" in line for line in verdict_lines(result))
    still = SPEC.replace("{SGD: 0.1}", "{SGD: 1.0e-30}").replace("units: 3,", "units: 3, use_bias: false,")
    result = overfit(load_spec(write_spec(still)), steps=20)
    assert result.unmoved == ("kind",)
    assert any("no step moved the weights of 'kind'" in line for line in verdict_lines(result))


def test_soft_labels_have_a_floor(write_spec: Write) -> None:
    """An autoencoder on numbers between 0 and 1: its loss can't fall to 0, and is judged by what it can."""
    text = """
data:
  source: {synthetic: {samples: 8, fields: {x: {shape: [6], uniform: [0, 1]}}}}
  inputs: {x: x}
  targets: {same: x}
model:
  inputs: {x: [6]}
  layers: [{Dense: {units: 64, activation: relu}}, {Dense: {units: 6, activation: sigmoid}, name: same}]
compile: {optimizer: {Adam: 0.05}, loss: binary_crossentropy}
fit: {batch_size: 8}
"""
    result = overfit(load_spec(write_spec(text)))
    (head,) = result.heads
    assert head.floor is not None and 0.3 < head.floor < head.reached
    assert result.verdict == "learnt"


def test_stateful_noisy_models_and_time(write_spec: Write) -> None:
    result = overfit(load_spec(write_spec(RUN)), max_seconds=1e-9)
    assert result.stopped and result.steps == 20
    assert {head.name for head in result.heads} == {"kind", "size"}


def test_an_outline_says_what_a_training_does(write_spec: Write, tmp_path: Path) -> None:
    spec = load_spec(write_spec(SPEC), ["fit.batch_size=10"])
    found = outline(spec, tmp_path / "runs")
    assert not (tmp_path / "runs").exists()
    assert found.samples == {"train": 36, "validation": 12, "test": 12}
    (phase,) = found.phases
    assert (phase.epochs, phase.steps, phase.batch_size, phase.optimizer) == (3, 4, 10, "SGD")
    assert (found.steps, found.validation_steps, found.monitor) == (12, 1, ("val_loss", "min"))
    assert found.inputs == {"x": ((10, 4), "float32")}
    assert found.memory.gradients == 15 * 4 and found.memory.activations == 4 * (10 * 4 + 10 * 3)
    assert outline_table(found).row_count > 10
    json.dumps(found.to_json())
    result = train(spec, tmp_path / "runs")
    newest = max((result.folder / "checkpoints").iterdir(), key=lambda path: int(path.name))
    real = sum(path.stat().st_size for path in newest.iterdir())
    assert 0.5 * real < found.checkpoint_bytes < 2 * real
    assert found.checkpoint_bytes == checkpoint_bytes(result.model)


def test_an_outline_of_phases(write_spec: Write, tmp_path: Path) -> None:
    phases = "fit: {batch_size: 12, phases: [{epochs: 2}, {epochs: 3, batch_size: 6, optimizer: adam}]}"
    found = outline(load_spec(write_spec(SPEC.replace("fit: {epochs: 3, batch_size: 12}", phases))), tmp_path)
    assert [(one.epochs, one.steps, one.batch_size, one.optimizer) for one in found.phases] == [
        (2, 3, 12, "SGD"),
        (3, 6, 6, "Adam"),
    ]


def test_a_spec_that_is_wrong_has_no_outline(write_spec: Write, tmp_path: Path) -> None:
    spec = load_spec(write_spec(SPEC), ["checkpoints={best: val_los}"])
    with pytest.raises(SpecError, match="'val_los', which no log is named"):
        outline(spec, tmp_path)


def test_too_little_space_is_told_before_the_first_step(
    write_spec: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kerascli.run.disk_space.free_bytes", lambda runs: 1000)
    told = Told()
    result = train(load_spec(write_spec(SPEC)), tmp_path / "runs", progress=told)
    assert any("where 1 KB are free" in text for text in told.warnings)
    monkeypatch.undo()
    assert list(little_space(load_spec(write_spec(SPEC)), result.model, tmp_path)) == []
