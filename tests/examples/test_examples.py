"""The well-known examples of Keras as specs, each against the same model written by hand: structure, numbers, a training step."""

from __future__ import annotations

import re
import sys
from functools import cache
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from kerascli.check import check_spec
from kerascli.data.prepare import prepare_data
from kerascli.run.build import build_model
from kerascli.run.session import keras_session
from kerascli.run.train import train
from kerascli.spec.dump import dump_spec
from kerascli.spec.load import load_spec
from kerascli.spec.spec import Spec

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))
from hand_pictures import PICTURES  # noqa: E402
from hand_sequences import SEQUENCES  # noqa: E402
from hand_tables import TABLES  # noqa: E402

SPECS = sorted(HERE.glob("*.yaml"))
IDS = [path.stem for path in SPECS]
BY_HAND = {build.__name__: build for build in (*PICTURES, *SEQUENCES, *TABLES)}


def test_every_spec_has_its_model() -> None:
    assert set(IDS) == set(BY_HAND)


def test_the_page_of_examples_lists_each() -> None:
    page = (HERE.parents[1] / "docs" / "examples.md").read_text()
    assert sorted(re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE)) == IDS


@pytest.mark.parametrize("path", SPECS, ids=IDS)
def test_sound_and_resolvable(path: Path, tmp_path: Path) -> None:
    spec = load_spec(path)
    assert check_spec(spec) == ()
    (tmp_path / path.name).write_text(dump_spec(spec))
    resolved = load_spec(tmp_path / path.name)
    assert check_spec(resolved) == ()
    # The first lines say where the spec lay.
    assert dump_spec(resolved).splitlines()[2:] == dump_spec(spec).splitlines()[2:]
    assert [layer.name for layer in resolved.model.layers] == [layer.name for layer in spec.model.layers]


@cache
def both(name: str) -> tuple[Spec, Any, Any, list[Any], list[Any]]:
    """The spec, its model, the hand-written one, and a batch of the spec's own data; made once, since it takes a second."""
    spec = load_spec(HERE / f"{name}.yaml")
    model = build_model(spec)
    with keras_session(spec):
        data = prepare_data(spec).with_output_shapes(shapes(model))
        split = data.train()
    x = [array[:8] for array in split.x.values()]
    y = [array[:8] for array in split.y.values()]
    keras.utils.set_random_seed(spec.seed)
    other = BY_HAND[name]()
    return spec, model, other, x, y


def shapes(model: Any) -> dict[str, tuple[int | None, ...]]:
    return {name: tuple(output.shape) for name, output in zip(model.output_names, model.outputs, strict=True)}


def operations(model: Any) -> list[str]:
    """The classes of all layers and operations, those of nested models in their place."""
    found: list[str] = []
    for item in model.layers if isinstance(model, keras.Sequential) else model.operations:
        found.append(type(item).__name__)
        if isinstance(item, keras.Model):
            found += operations(item)
    return found


def settings(model: Any) -> list[dict[str, Any]]:
    """The arguments of all layers but their names, which the spec chooses, and nested models, which are compared by their own."""
    found: list[dict[str, Any]] = []
    for layer in model.layers:
        if isinstance(layer, keras.Model):
            found += settings(layer)
        elif type(layer).__name__ not in ("Parameter", "InputLayer"):
            found.append(without_names(layer.get_config()))
    return found


def without_names(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: without_names(one) for key, one in value.items() if key not in ("name", "build_config")}
    if isinstance(value, list | tuple):
        return [without_names(one) for one in value]
    return value


@pytest.mark.parametrize("name", IDS)
def test_same_structure(name: str) -> None:
    _, model, other, _, _ = both(name)
    assert isinstance(model, keras.Sequential) == isinstance(other, keras.Sequential)
    # Keras's order of layers depends on whether an argument goes by its name; that of the weights is compared below.
    assert sorted(operations(model)) == sorted(operations(other))
    assert sorted(map(repr, settings(model))) == sorted(map(repr, settings(other)))
    assert [tuple(one.shape) for one in model.inputs] == [tuple(one.shape) for one in other.inputs]
    assert [tuple(one.shape) for one in model.outputs] == [tuple(one.shape) for one in other.outputs]
    assert model.count_params() == other.count_params()
    assert [tuple(one.shape) for one in model.weights] == [tuple(one.shape) for one in other.weights]
    ours, theirs = model.trainable_weights, other.trainable_weights
    assert [tuple(one.shape) for one in ours] == [tuple(one.shape) for one in theirs]


@pytest.mark.parametrize("name", IDS)
def test_same_numbers(name: str) -> None:
    """Equal outputs, an equal loss, and equal weights after one step."""
    _, model, other, x, y = both(name)
    generator = np.random.default_rng(3)
    # Those that start at zero would hide a wrong order.
    weights = [
        array + generator.uniform(0, 0.1, array.shape).astype(array.dtype) if array.dtype.kind == "f" else array
        for array in other.get_weights()
    ]
    model.set_weights(weights)
    other.set_weights(weights)
    inputs = x[0] if len(x) == 1 else x
    for one, another in zip(arrays(model, inputs), arrays(other, inputs), strict=True):
        assert np.isfinite(one).all()
        assert np.ptp(one) > 0, "an output that is the same everywhere compares nothing"
        np.testing.assert_allclose(one, another, rtol=1e-5, atol=1e-6)

    targets = y[0] if len(y) == 1 else y
    losses = [step(one, inputs, targets) for one in (model, other)]
    np.testing.assert_allclose(losses[0], losses[1], rtol=1e-5)
    moved = False
    for before, one, another in zip(weights, model.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_allclose(one, another, rtol=1e-4, atol=1e-5)
        moved = moved or not np.array_equal(before, one)
    assert moved


def arrays(model: Any, x: Any) -> list[Any]:
    found = model(x, training=False)
    return [np.asarray(one) for one in (found if isinstance(found, list | tuple) else [found])]


def step(model: Any, x: Any, y: Any) -> Any:
    """The loss of one training step, without the time that a compiled one takes."""
    # Dropout and augmentation draw the same numbers in both.
    for variable in model.non_trainable_variables:
        if "seed" in variable.path:
            variable.assign(np.asarray([7, 0], dtype="uint32"))
    model.run_eagerly = True
    return model.train_on_batch(x, y, return_dict=True)["loss"]


def test_lookups_learn_as_by_hand() -> None:
    """The transforms of `wide_and_deep`, adapted and applied by hand to the same training rows."""
    spec = load_spec(HERE / "wide_and_deep.yaml")
    with keras_session(spec):
        data = prepare_data(spec)
    rows, layers = data.tables.train.fields, keras.layers
    numbers = np.stack([rows["age"], rows["hours"]], axis=-1).astype("float32")
    scale, job, children = layers.Normalization(), layers.StringLookup(output_mode="one_hot"), layers.IntegerLookup()
    scale.adapt(numbers)
    job.adapt(rows["job"])
    children.adapt(rows["children"])
    found = {
        "numbers": scale(numbers),
        "job": job(rows["job"]),
        "children": layers.CategoryEncoding(num_tokens=6, output_mode="one_hot")(children(rows["children"])),
        "town": layers.Hashing(num_bins=8)(rows["town"]),
    }
    assert list(found) == list(data.x)
    for name, values in found.items():
        np.testing.assert_allclose(data.x[name], np.asarray(values), rtol=1e-5, atol=1e-6, err_msg=name)


def test_text_is_read_as_by_hand() -> None:
    spec = load_spec(HERE / "text_classifier.yaml")
    with keras_session(spec):
        data = prepare_data(spec)
    review = data.tables.train.fields["review"]
    vectors = keras.layers.TextVectorization(max_tokens=50, output_sequence_length=8)
    vectors.adapt(review)
    np.testing.assert_array_equal(data.x["review"], np.asarray(vectors(review)))


@pytest.mark.long
@pytest.mark.parametrize("path", SPECS, ids=IDS)
def test_trains(path: Path, tmp_path: Path) -> None:
    result = train(load_spec(path), tmp_path)
    assert np.isfinite(result.history["val_loss"]).all()
