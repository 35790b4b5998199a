"""A model from YAML is the hand-written Keras model, before training and after, bit for bit."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from kerascli.record.history import read_history
from kerascli.run.build import build_model
from kerascli.run.predict import predict
from kerascli.run.train import train
from kerascli.spec.dump import dump_spec
from kerascli.spec.load import load_spec

sys.path.insert(0, str(Path(__file__).parent))
from hand_written import CASES, Case  # noqa: E402
from oracle import assert_same, by_hand, compare_training  # noqa: E402

IDS = [case.name for case in CASES]


def weights(model: Any) -> list[Any]:
    return [np.asarray(weight) for weight in model.get_weights()]


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_same_structure_and_first_weights(case: Case, write_spec: Callable[..., Path]) -> None:
    # Bit for bit as `model.fit`: nothing is chosen for the speed.
    spec = load_spec(write_spec(case.text), ["performance=false"])
    model, other = build_model(spec), by_hand(case.build, 9)
    assert isinstance(model, keras.Sequential) == isinstance(other, keras.Sequential)
    assert [type(layer) for layer in model.layers] == [type(layer) for layer in other.layers]
    assert_same(weights(model), weights(other))
    assert [weight.trainable for weight in model.weights] == [weight.trainable for weight in other.weights]


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_same_weights_after_training(case: Case, write_spec: Callable[..., Path], tmp_path: Path) -> None:
    """`model.fit`, fed the same order of samples, is the oracle of our own loop."""
    # Bit for bit as `model.fit`: nothing is chosen for the speed.
    spec = load_spec(write_spec(case.text), ["performance=false"])
    stopping = [keras.callbacks.EarlyStopping("val_loss", patience=5)] if spec.callbacks else []
    compare_training(spec, case.build, tmp_path / "runs", lambda: stopping)


@pytest.mark.parametrize("case", CASES[:3] + CASES[4:5], ids=IDS[:3] + IDS[4:5])
def test_run_folder_agrees_with_itself(case: Case, write_spec: Callable[..., Path], tmp_path: Path) -> None:
    """CSV, result, plain Keras and `predict` tell the same."""
    # Bit for bit as `model.fit`: nothing is chosen for the speed.
    spec = load_spec(write_spec(case.text), ["performance=false"])
    result = train(spec, tmp_path / "runs")
    csv = read_history(result.folder / "history.csv")
    assert {name: list(values) for name, values in result.history.items()} == csv
    plain = keras.saving.load_model(result.folder / "model.keras")
    assert_same(weights(plain), weights(result.model))
    arrays = {
        field: np.random.default_rng(0).normal(size=(10, *_shape(case, name))) for name, field in case.inputs.items()
    }
    np.savez(tmp_path / "new.npz", **arrays)
    predicted = predict(result.folder, tmp_path / "new.npz", batch_size=32)
    x = [arrays[field].astype(np.float32) for field in case.inputs.values()]
    wanted = plain.predict(x[0] if len(x) == 1 else x, verbose=0)
    wanted = wanted if isinstance(wanted, list) else [wanted]
    assert_same(list(predicted.outputs.values()), wanted)


def _shape(case: Case, name: str) -> tuple[int, ...]:
    return {"a": (8,), "b": (8,), "steps": (6, 4), "picture": (12, 12, 2)}[name]


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_resolved_spec_repeats_the_model(case: Case, write_spec: Callable[..., Path]) -> None:
    # Bit for bit as `model.fit`: nothing is chosen for the speed.
    spec = load_spec(write_spec(case.text), ["performance=false"])
    resolved = load_spec(write_spec(dump_spec(spec), "resolved.yaml"))
    assert dump_spec(resolved) == dump_spec(spec)
    assert_same(weights(build_model(resolved)), weights(build_model(spec)))
