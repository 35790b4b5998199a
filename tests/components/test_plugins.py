"""Each kind of object that a plugin may hold stands where Keras's own stand, and does there what it says."""

from __future__ import annotations

import sys
from pathlib import Path

import keras
import numpy as np
import pytest

from kerascli.run.build import build_model
from kerascli.run.evaluate import evaluate
from kerascli.spec.dump import dump_spec
from kerascli.spec.load import load_spec

sys.path.insert(0, str(Path(__file__).parent))
from plugin_specs import HEAD, load, run

X = np.random.default_rng(5).normal(size=(3, 4)).astype("float32")


def outputs(folder: Path, layers: str) -> tuple[object, np.ndarray]:
    """The model of some layers, and what it makes of `X`."""
    model = build_model(load(folder, layers=layers))
    return model, np.asarray(model(X))


def test_a_layer_with_arguments_by_place_and_a_name_it_does_not_take(tmp_path: Path) -> None:
    model, found = outputs(tmp_path, "[{Scale: 1/2, name: half, trainable: false}]")
    np.testing.assert_allclose(found, X / 2)
    assert model.layers[0].name == "half"
    assert [len(model.trainable_weights), len(model.non_trainable_weights)] == [0, 1]


@pytest.mark.parametrize(
    ("entry", "wanted"),
    [
        ("{Total: , inputs: [x, x, x]}", 3 * X),
        ("{Blend: , inputs: [double, x]}", 1.5 * X),
        ("{Blend: , inputs: {left: double, right: x, share: 0.25}}", 1.25 * X),
        ("{plugins.Blend: , inputs: {right: double, left: x, share: 0.25}}", 1.75 * X),
    ],
)
def test_wiring_follows_the_call(tmp_path: Path, entry: str, wanted: np.ndarray) -> None:
    _, found = outputs(tmp_path, f"[{{Scale: 2, name: double}}, {entry}]")
    np.testing.assert_allclose(found, wanted, rtol=1e-6)


def test_layers_and_models_inside_others(tmp_path: Path) -> None:
    model, found = outputs(tmp_path, "[{Reshape: [4, 1]}, {RNN: {cell: {Cell: 3}}}, {Tower: {units: 2}}]")
    assert found.shape == (3, 2)
    assert type(model.layers[1].cell).__name__ == "Cell"
    assert isinstance(model.layers[2], keras.Model)


@pytest.mark.parametrize(
    ("argument", "wanted"),
    [
        ("kernel_initializer: Full", 0.25),
        ("kernel_initializer: {Full: 0.75}", 0.75),
        ("kernel_initializer: {Full: {value: 3/4}}", 0.75),
        ("kernel_initializer: eighths", 0.125),
        ("kernel_initializer: plugins.eighths", 0.125),
        ("kernel_initializer: eighths, activation: twice", 0.25),
    ],
)
def test_initializers_and_activations(tmp_path: Path, argument: str, wanted: float) -> None:
    _, found = outputs(tmp_path, f"[{{Dense: {{units: 1, {argument}}}}}]")
    np.testing.assert_allclose(found[:, 0], wanted * X.sum(axis=1), rtol=1e-5)


@pytest.mark.parametrize("loss", ["Square", "squares", "plugins.squares", "{Square: {name: mine}}"])
def test_losses(tmp_path: Path, loss: str) -> None:
    model = build_model(load(tmp_path, compile=f"{{loss: {loss}}}"))
    y, y_pred = np.array([[1.0], [2.0]], "float32"), np.array([[3.0], [3.0]], "float32")
    assert float(model.compute_loss(X[:2], y, y_pred)) == pytest.approx(2.5)


def test_regularizers_and_constraints(tmp_path: Path) -> None:
    words = "kernel_regularizer: {Penalty: {factor: 16}}, kernel_constraint: {}"
    for name in ("Tiny", "tiny"):
        layer = f"{{Dense: {{units: 1, kernel_initializer: eighths, {words.replace('{}', name)}}}}}"
        model = build_model(load(tmp_path, layers=f"[{layer}]"))
        assert float(sum(model.losses)) == pytest.approx(16 * 4 / 64)
        assert float(model.layers[0].kernel.constraint(keras.ops.array(2.0))) == pytest.approx(0.001)


def test_a_whole_training(tmp_path: Path) -> None:
    """Optimizer, schedule, loss, metrics, constraint, callback and a transform that learns; then evaluated again."""
    result = run(
        tmp_path,
        data="{source: {python: parts}, inputs: {x: {field: x, transform: [Shift]}}, targets: y}",
        layers="[{Scale: 2}, {Dense: {units: 1, name: y, kernel_constraint: Tiny}}]",
        compile="{loss: Square, optimizer: {Descent: {learning_rate: {Halving: {start: 0.1}}}}, "
        "metrics: [distance, mse, mae, plugins.accuracy, camelDistance], weighted_metrics: [{Samples: {name: seen}}]}",
        callbacks="[{Batches: {note: hello}}]",
    )
    history = result.history
    assert history["loss"] == pytest.approx(history["mse"])
    assert history["val_distance"] == pytest.approx(history["val_mae"])
    assert history["accuracy"] == history["camel_distance"] == history["distance"]
    assert (history["seen"], history["val_seen"]) == ([20.0], [8.0])
    assert type(result.model.optimizer).__name__ == "Descent"
    # Three steps of 8 samples: the rate has been halved three times.
    assert history["learning_rate"] == [pytest.approx(0.1 / 8)]
    assert np.abs(np.asarray(result.model.layers[1].kernel)).max() <= 0.001
    assert (result.folder / "batches.txt").read_text() == "hello 3"
    for weights in ("result", "last"):
        assert evaluate(result.folder, weights=weights, trust=True).metrics == result.metrics


@pytest.mark.parametrize(("name", "rates"), [("rate_of", [0.5, 0.25]), ("rate_by_epoch", [0.25, 0.25])])
def test_rates_by_epoch(tmp_path: Path, name: str, rates: list[float]) -> None:
    callbacks = f"[{{LearningRateScheduler: {{schedule: {name}}}}}]"
    result = run(tmp_path, callbacks=callbacks, fit="{epochs: 2, batch_size: 20}")
    assert result.history["learning_rate"] == rates


@pytest.mark.parametrize(
    ("source", "more", "samples"),
    [
        ("{python: parts}", "", (20, 8, 8)),
        ("{python: {function: parts, arguments: {samples: 12}}}", "", (12, 8, 8)),
        ("{python: fields}", ", validation: 0.25, test: 5", (10, 5, 5)),
        ("{python: {function: plugins.fields, arguments: {samples: 8}}}", ", validation: 0.5", (4, 4, None)),
        ("{python: dataset}", ", validation: 0.5", (10, 10, None)),
    ],
)
def test_data(tmp_path: Path, source: str, more: str, samples: tuple[int, ...]) -> None:
    from kerascli.data.prepare import prepare_data
    from kerascli.run.session import keras_session

    spec = load(tmp_path, data=f"{{source: {source}, inputs: x, targets: y{more}}}")
    with keras_session(spec):
        tables = prepare_data(spec).tables
    splits = (tables.train, tables.validation, tables.test)
    assert tuple(None if split is None else split.samples for split in splits) == samples


def test_the_resolved_spec_names_plugins_by_their_prefix(tmp_path: Path) -> None:
    spec = load(tmp_path, layers=f"[{{Scale: 2}}, {HEAD}]", compile="{loss: squares, metrics: [Samples]}")
    text = dump_spec(spec)
    assert "plugins.Scale: {factor: 2}" in text
    assert "loss: plugins.squares" in text
    (tmp_path / "resolved.yaml").write_text(text)
    assert dump_spec(load_spec(tmp_path / "resolved.yaml", trust=True)) == text


def test_names_are_gone_when_the_spec_is_read(tmp_path: Path) -> None:
    from kerascli.catalog import load_catalog

    spec = load(tmp_path, layers=f"[{{Scale: 2}}, {HEAD}]")
    assert load_catalog().find("layers", "Scale") is None
    assert str(tmp_path) not in sys.path
    with spec.plugins.known():
        found = load_catalog().find("layers", "Scale")
        assert found is not None
        assert found.name == "plugins.Scale"
    assert "mine" not in sys.modules
