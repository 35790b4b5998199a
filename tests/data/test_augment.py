"""Augmentation: training batches alone, the same for the same seed, pass and batch."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kerascli.errors import SpecError
from kerascli.run.preflight import prepare_training
from kerascli.run.session import keras_session
from kerascli.run.train import train
from kerascli.spec.load import load_spec

_SPEC = """
seed: 2
data:
  source: {synthetic: {samples: 20, fields: {image: {shape: [8, 8, 3], uniform: [0, 1]}, label: {shape: [], integers: [0, 3]}}}}
  validation: 4
  inputs: {x: {field: image, augment: [AUGMENT]}}
  targets: {y: {field: label, one_hot: true}}
MORE
model:
  inputs: {x: [8, 8, 3]}
  layers:
    - Flatten
    - Dense: {units: 3, activation: softmax}
      name: y
compile: {optimizer: sgd, loss: categorical_crossentropy}
fit: {epochs: 2, batch_size: 4}
logs: {tensorboard: false}
"""


def _spec(tmp_path: Path, augment: str, more: str = "") -> Any:
    path = tmp_path / "s.yaml"
    path.write_text(_SPEC.replace("AUGMENT", augment).replace("MORE", more))
    return load_spec(path)


def _batches(spec: Any, pass_number: int, skipped: int = 0) -> list[Any]:
    with keras_session(spec):
        plan = prepare_training(spec).plan
        assert plan.augment is not None
        order = plan.train.order(plan.seed, pass_number)
        dataset = plan.train.dataset(4, order=order, skip_batches=skipped)
        found = plan.augment(dataset, plan.seed, pass_number, skipped)
        assert int(found.cardinality()) == 4 - skipped
        return [[np.asarray(part) for part in batch] for batch in found]


def _equal(one: list[Any], other: list[Any]) -> bool:
    return len(one) == len(other) and all(
        np.array_equal(first, second)
        for a, b in zip(one, other, strict=True)
        for first, second in zip(a, b, strict=True)
    )


RANDOM = (
    "{RandomFlip: horizontal}, {RandomTranslation: {height_factor: 0.3, width_factor: 0.3}}, {RandomBrightness: 0.3}"
)


def test_batches_are_a_function_of_seed_pass_and_number(tmp_path: Path) -> None:
    spec = _spec(tmp_path, RANDOM)
    first = _batches(spec, 0)
    assert _equal(first, _batches(spec, 0))
    assert not _equal(first, _batches(spec, 1))
    for skipped in (1, 3):
        assert _equal(first[skipped:], _batches(spec, 0, skipped))
    plain = _batches(_spec(tmp_path, ""), 0)
    assert not _equal(first, plain)
    # Targets are as they were, and other batches are changed otherwise.
    assert all(np.array_equal(one[1], other[1]) for one, other in zip(first, plain, strict=True))
    # Two batches of equal images are not changed alike.
    assert len({float(np.mean(one[0] - other[0])) for one, other in zip(first, plain, strict=True)}) == 4


@pytest.mark.parametrize("layer", ["MixUp", "CutMix"])
def test_layers_that_change_targets_too(layer: str, tmp_path: Path) -> None:
    spec = _spec(tmp_path, "", f"  augment: [{layer}]")
    first = _batches(spec, 0)
    assert _equal(first, _batches(spec, 0))
    labels = np.concatenate([batch[1] for batch in first])
    np.testing.assert_allclose(labels.sum(1), 1, rtol=1e-5)
    assert ((labels > 0.01) & (labels < 0.99)).any()


def test_validation_is_not_changed_and_a_run_can_be_repeated(tmp_path: Path) -> None:
    spec = _spec(tmp_path, RANDOM)
    with keras_session(spec):
        ready = prepare_training(spec)
        validation = ready.plan.validation
        assert validation is not None
        x, _ = next(iter(validation.dataset(4)))
        rows = ready.data.tables.by_name["validation"].head.fields["image"]
        np.testing.assert_allclose(x[0], rows[0], rtol=1e-6)
    first, second = train(spec, tmp_path / "runs"), train(spec, tmp_path / "runs")
    for one, other in zip(first.model.weights, second.model.weights, strict=True):
        np.testing.assert_array_equal(np.asarray(one), np.asarray(other))
    assert first.history == second.history


def test_a_layer_that_changes_the_shape_is_refused_at_its_place(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match="RandomCrop changes the shape of a sample from") as caught:
        train(_spec(tmp_path, "{RandomCrop: {height: 4, width: 4}}"), tmp_path / "runs")
    span = caught.value.diagnostics[0].span
    assert span is not None and span.excerpt[span.column - 1 :].startswith("RandomCrop")


@pytest.mark.parametrize(
    ("augment", "said"),
    [
        ("Normalization", "Normalization learns from data"),
        ("{Dense: 3}", "Dense has weights, which are not trained"),
        ("Flatten", "Flatten changes the shape"),
    ],
)
def test_layers_that_have_no_place_here(augment: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(SpecError, match=said) as caught:
        train(_spec(tmp_path, augment), tmp_path / "runs")
    span = caught.value.diagnostics[0].span
    assert span is not None and span.excerpt[span.column - 1 :].startswith(augment.strip("{").split(":")[0])
    assert not list((tmp_path / "runs").glob("*/*/model.keras"))


@pytest.mark.parametrize("layer", ["MixUp", "CutMix"])
def test_indices_of_classes_are_not_mixed(layer: str, tmp_path: Path) -> None:
    text = _SPEC.replace("AUGMENT", "").replace("MORE", f"  augment: [{layer}]").replace(", one_hot: true", "")
    (tmp_path / "s.yaml").write_text(text.replace("categorical_crossentropy", "sparse_categorical_crossentropy"))
    with pytest.raises(SpecError, match=f"{layer} mixes labels, which can't be done with indices") as caught:
        train(load_spec(tmp_path / "s.yaml"), tmp_path / "runs")
    assert "one_hot" in str(caught.value.diagnostics[0].hint)


_SEVERAL = """
seed: 2
data:
  source: {synthetic: {samples: 20, fields: {a: {shape: [4, 4, 3], uniform: [0, 1]}, b: {shape: [4, 4, 3], uniform: [0, 1]}, y: {shape: [], uniform: [0, 1]}, z: {shape: [], uniform: [0, 1]}}}}
  inputs: {a: {field: a, augment: [{RandomFlip: horizontal}]}, b: b}
  targets: {y: y, z: z}
MORE
model:
  inputs: {a: [4, 4, 3], b: [4, 4, 3]}
  layers:
    - Add:
      inputs: [a, b]
    - Flatten:
    - Dense: {units: 1, name: y}
    - Dense: {units: 1, name: z}
      inputs: flatten
  outputs: [y, z]
compile: {optimizer: sgd, loss: mse}
fit: {epochs: 1, batch_size: 4}
"""


def test_one_of_several_inputs(tmp_path: Path) -> None:
    (tmp_path / "s.yaml").write_text(_SEVERAL.replace("MORE", ""))
    spec = load_spec(tmp_path / "s.yaml")
    found = []
    with keras_session(spec):
        plan = prepare_training(spec).plan
        assert plan.augment is not None
        for augment in (True, False):
            dataset = plan.train.dataset(4, order=plan.train.order(2, 0))
            found.append(list(plan.augment(dataset, 2, 0) if augment else dataset))
    flipped = 0
    for (x, y), (plain_x, plain_y) in zip(*found, strict=True):
        np.testing.assert_array_equal(x["b"], plain_x["b"])
        for one, other in zip(np.asarray(x["a"]), np.asarray(plain_x["a"]), strict=True):
            assert np.array_equal(one, other) or np.array_equal(one, other[:, ::-1])
            flipped += not np.array_equal(one, other)
        for one, other in zip(y, plain_y, strict=True):
            np.testing.assert_array_equal(one, other)
    assert 0 < flipped < 20


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("", "", "inputs"),
        ("inputs: {a: {field: a, augment: [{RandomFlip: horizontal}]}, b: b}", "inputs: {a: a}", "outputs"),
    ],
)
def test_layers_of_all_samples_want_one_input_and_one_output(old: str, new: str, what: str, tmp_path: Path) -> None:
    text = (
        _SEVERAL.replace("MORE", "  augment: [MixUp]").replace(old, new)
        if old
        else _SEVERAL.replace("MORE", "  augment: [MixUp]")
    )
    if new:
        text = text.replace("{a: [4, 4, 3], b: [4, 4, 3]}", "{a: [4, 4, 3]}").replace("[a, b]", "[a, a]")
    (tmp_path / "s.yaml").write_text(text)
    with pytest.raises(SpecError, match=f"the model has several {what}"):
        train(load_spec(tmp_path / "s.yaml"), tmp_path / "runs")
