"""A trial of XLA: real compilations, after which nothing of the run is changed but what was chosen."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tensorflow.python.framework import config

from kerascli.data.prepare import PriorData
from kerascli.run import jit_trial, preflight
from kerascli.run.jit_trial import JitTrial, with_jit
from kerascli.run.performance import choose_performance
from kerascli.run.preflight import prepare_training
from kerascli.run.prior import Prior
from kerascli.run.ready import Ready
from kerascli.run.session import keras_session
from kerascli.run.untouched import value_of
from kerascli.spec.load import load_spec

sys.path.insert(0, str(Path(__file__).parent))
from small import SPEC

Write = Callable[..., Path]
DROPPED = SPEC.replace("  layers:\n", "  layers:\n    - Dropout: 0.2\n    - BatchNormalization\n").replace(
    "SGD: 0.1", "Adam: 0.01"
)


@pytest.fixture(autouse=True, scope="module")
def any_kernels() -> Iterator[None]:
    """With kernels that add in a fixed order Keras takes no XLA; TensorFlow has no public way back from them."""
    config.disable_op_determinism()
    yield
    config.enable_op_determinism()


@pytest.fixture
def ready(write_spec: Write) -> Iterator[Ready]:
    spec = load_spec(write_spec(DROPPED))
    with keras_session(spec):
        yield prepare_training(spec)


def state(model: Any) -> list[bytes]:
    variables = [*model.variables, *model.optimizer.variables, *model.metrics_variables]
    return [value_of(variable).tobytes() for variable in variables]


def test_both_are_tried_and_nothing_is_changed(ready: Ready) -> None:
    before, drawn = state(ready.model), np.random.get_state()[1].tobytes()
    found = with_jit(ready, long=0.0, open_to_trial=True)
    trial = JitTrial(**found.performance.jit_trial or {})
    # Three steps in each of three epochs; the first one of each way traces, and compiles.
    assert trial.steps == 9 and trial.plain > 0 and (trial.compiled or 0) > 0 and trial.compiling > trial.plain
    assert found.performance.jit_compile == found.model.jit_compile == trial.jit
    assert found.phases.compiled.jit_compile == trial.jit
    assert state(ready.model) == before and np.random.get_state()[1].tobytes() == drawn
    # Compiling takes longer than nine of these steps.
    assert not trial.jit


def test_a_short_run_and_a_processor_are_not_tried(ready: Ready, monkeypatch: pytest.MonkeyPatch) -> None:
    assert with_jit(ready) is ready
    assert with_jit(ready, open_to_trial=True) is ready
    # On a card, Keras has taken XLA, and nobody said anything.
    monkeypatch.setattr(jit_trial, "has_card", lambda: True)
    assert not jit_trial._is_open(ready)
    ready.model.jit_compile = True
    assert jit_trial._is_open(ready)
    said = replace(ready, spec=replace(ready.spec, performance=replace(ready.spec.performance, jit=True)))
    assert not jit_trial._is_open(said)
    # XLA knows no kernel for an LSTM.
    assert choose_performance(load_spec(ready.spec.path), ready.model, 12).fused_lstm is False


@pytest.mark.parametrize(("steps", "jit"), [(10, False), (100, True)])
def test_it_pays_in_a_run_that_is_long_enough(steps: int, jit: bool) -> None:
    assert JitTrial(steps, 1.0, 0.5, 20.0).jit == jit
    assert not JitTrial(steps, 1.0, None, 0.0).jit


@pytest.mark.parametrize("jit", [True, False])
def test_a_run_that_goes_on_takes_up_what_was_found(
    write_spec: Write, monkeypatch: pytest.MonkeyPatch, jit: bool
) -> None:
    monkeypatch.setattr(preflight, "has_card", lambda: True)
    spec = load_spec(write_spec(DROPPED))
    with keras_session(spec):
        begun = prepare_training(spec)
        recorded = {**begun.performance.to_json(), "jit_compile": jit}
        given = PriorData(begun.data.preprocessing, begun.data.storage.kept, 1 << 20, begun.data.fingerprint)
        ready = prepare_training(spec, Prior(given, recorded))
    assert ready.model.jit_compile == ready.performance.jit_compile == ready.phases.compiled.jit_compile == jit
