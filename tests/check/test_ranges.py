"""Numbers that a class can't mean are found at their place; those that it can mean are left in peace."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from kerascli.catalog import load_catalog
from kerascli.check.intervals import numbers
from kerascli.check.range_table import ALLOWED, ALLOWED_IN, USUAL, USUAL_IN
from kerascli.spec.load import load_spec

sys.path.insert(0, str(Path(__file__).parent))
from training_faults import GOOD, Fault, changed, found, names_of, token  # noqa: E402

_LAYER, _LOSS, _ADAM, _METRIC = "Dropout: 0.5", "loss: sparse_categorical_crossentropy", "optimizer: adam", "[accuracy]"
_STOP = "EarlyStopping: {patience: 2}"


def _layers(*written: tuple[str, str]) -> list[Fault]:
    return [(_LAYER, text, "out-of-range", word) for text, word in written]


def _optimizers(*written: tuple[str, str]) -> list[Fault]:
    return [(_ADAM, f"optimizer: {text}", "out-of-range", word) for text, word in written]


FAULTS: list[Fault] = [
    *_layers(
        ("Dropout: 50", "50"),
        ("Dropout: 1.0", "1.0"),
        ("Dropout: -0.5", "-0.5"),
        ("GaussianDropout: 1", "1"),
        ("GaussianNoise: -1.0", "-1.0"),
        ("Dense: 0", "0"),
        ("Dense: {units: -3}", "-3"),
        ("Dense: {units: 3, kernel_regularizer: {L2: -0.1}}", "-0.1"),
        ("Dense: {units: 3, bias_constraint: {MaxNorm: 0}}", "0"),
        ("Dense: {units: 3, kernel_initializer: {RandomNormal: {stddev: -1}}}", "-1"),
        ("BatchNormalization: {momentum: 1.0}", "1.0"),
        ("BatchNormalization: {epsilon: -1e-3}", "-1e-3"),
        ("LeakyReLU: -0.1", "-0.1"),
        ("ReLU: {max_value: -6}", "-6"),
        ("ReLU: 0", "0"),
        ("ActivityRegularization: {l2: -0.01}", "-0.01"),
        ("Rescaling: 0", "0"),
        ("Normalization: {mean: 0, variance: -1}", "-1"),
        ("Dense: {units: 3, lora_rank: 0}", "0"),
    ),
    ("kernel_size: 3", "kernel_size: [3, -3]", "out-of-range", "-3"),
    ("kernel_size: 3", "kernel_size: 0", "out-of-range", "0"),
    ("kernel_size: 3", "kernel_size: 3, strides: [2, 0]", "out-of-range", "0"),
    ("filters: 4", "filters: 0", "out-of-range", "0"),
    ("{Reshape: [28, 28, 1]}", "{Reshape: [28, 28, 1]}, {Resizing: {height: 0, width: 28}}", "out-of-range", "0"),
    ("[{Reshape: [28, 28, 1]}]", "[{Reshape: [28, 28, 1]}], augment: [{RandomRotation: 15}]", "out-of-range", "15"),
    ("[{Reshape: [28, 28, 1]}]", "[{Reshape: [28, 28, 1]}], augment: [{RandomContrast: 3}]", "out-of-range", "3"),
    *_optimizers(
        ("{Adam: -0.001}", "-0.001"),
        ("{Adam: .nan}", ".nan"),
        ("{Adam: .inf}", ".inf"),
        ("{Adam: {beta_1: 5}}", "5"),
        ("{Adam: {beta_2: 1}}", "1"),
        ("{Adam: {epsilon: -1e-7}}", "-1e-7"),
        ("{Adam: {clipnorm: -1}}", "-1"),
        ("{Adam: {clipvalue: 0}}", "0"),
        ("{Adam: {weight_decay: -1}}", "-1"),
        ("{Adam: {gradient_accumulation_steps: 1}}", "1"),
        ("{SGD: {momentum: 9}}", "9"),
        ("{RMSprop: {rho: -0.9}}", "-0.9"),
        (
            "{Adam: {learning_rate: {ExponentialDecay: {initial_learning_rate: 1e-3, decay_steps: 0, decay_rate: 0.9}}}}",
            "0",
        ),
        (
            "{Adam: {learning_rate: {ExponentialDecay: {initial_learning_rate: -1, decay_steps: 9, decay_rate: 0.9}}}}",
            "-1",
        ),
        ("{Adam: {learning_rate: {PiecewiseConstantDecay: {boundaries: [9], values: [0.1, -0.01]}}}}", "-0.01"),
    ),
    (_LOSS, "loss: {CategoricalCrossentropy: {label_smoothing: 1.5}}", "out-of-range", "1.5"),
    (_LOSS, "loss: {Huber: 0}", "out-of-range", "0"),
    (_LOSS, "loss: {CategoricalFocalCrossentropy: {gamma: -2}}", "out-of-range", "-2"),
    (_LOSS, f"loss_weights: [-1]\n  {_LOSS}", "out-of-range", "-1"),
    (_METRIC, "[{SparseTopKCategoricalAccuracy: 0}]", "out-of-range", "0"),
    (_METRIC, "[{Precision: 5}]", "out-of-range", "5"),
    (_METRIC, "[{Precision: {thresholds: [0.5, 5]}}]", "out-of-range", "5"),
    (_STOP, "EarlyStopping: {patience: -1}", "out-of-range", "-1"),
    (_STOP, "ReduceLROnPlateau: {patience: 2, factor: 1.5}", "out-of-range", "1.5"),
    (_STOP, "ReduceLROnPlateau: {patience: 2, factor: 0}", "out-of-range", "0"),
    (_STOP, "ModelCheckpoint: {filepath: a.keras, save_freq: 0}", "out-of-range", "0"),
    (_ADAM, "optimizer: {Adam: 0}", "unusual-value", "0"),
    (_ADAM, "optimizer: {Adam: 1e6}", "unusual-value", "1e6"),
    (_ADAM, "optimizer: {SGD: 30}", "unusual-value", "30"),
    (_ADAM, "optimizer: {Adam: {epsilon: 0}}", "unusual-value", "0"),
    (_ADAM, "optimizer: {AdamW: {weight_decay: 4}}", "unusual-value", "4"),
    (_STOP, "EarlyStopping: {patience: 2, min_delta: -0.1}", "unusual-value", "-0.1"),
]

PEACEFUL = [
    (_LAYER, "Dropout: 0.0"),
    (_LAYER, "Dropout: 0"),
    (_LAYER, "Dropout: 0.99"),
    (_LAYER, "GaussianNoise: 1.0"),
    (_LAYER, "BatchNormalization: {momentum: 0, epsilon: 1}"),
    (_LAYER, "LeakyReLU: 0"),
    (_LAYER, "ReLU: {max_value: null}"),
    (_LAYER, "ReLU: 6"),
    (_LAYER, "Rescaling: -1"),
    (_LAYER, "GroupNormalization: {groups: -1}"),
    (_LAYER, "Dense: {units: 1, kernel_regularizer: {L1L2: {l1: 0, l2: 0.01}}, kernel_initializer: {RandomNormal: {stddev: 0}}}"),
    ("kernel_size: 3", "kernel_size: [1, 1], strides: 1, dilation_rate: [2, 2]"),
    ("[{Reshape: [28, 28, 1]}]", "[{Reshape: [28, 28, 1]}], augment: [{RandomRotation: [-0.1, 0.1]}, {RandomZoom: -0.2}]"),
    (_ADAM, "optimizer: {SGD: 1.0}"),
    (_ADAM, "optimizer: {SGD: {learning_rate: 0.1, momentum: 0.99, nesterov: true}}"),
    (_ADAM, "optimizer: {Adadelta: 1.0}"),
    (_ADAM, "optimizer: {Adam: {learning_rate: 1e-8, beta_1: 0, epsilon: 0.1, clipnorm: 1.0, weight_decay: 0}}"),
    (_ADAM, "optimizer: {Adam: {clipnorm: null, clipvalue: 0.5, global_clipnorm: null}}"),
    (_ADAM, "optimizer: {Adafactor: {learning_rate: 1e-3, beta_2_decay: -0.8}}"),
    (_ADAM, "optimizer: {Ftrl: {learning_rate_power: -0.5}}"),
    (_ADAM, "optimizer: {Adam: {learning_rate: {CosineDecay: {initial_learning_rate: 0, warmup_target: 1e-3, warmup_steps: 500, decay_steps: 4500}}}}"),
    (_LOSS, "loss: {CategoricalCrossentropy: {label_smoothing: 0}}"),
    (_LOSS, "loss: {CategoricalFocalCrossentropy: {alpha: [0.25, 2], gamma: 0}}"),
    (_LOSS, f"loss_weights: [0.0]\n  {_LOSS}"),
    (_METRIC, "[{BinaryAccuracy: {threshold: 0}}]"),
    (_METRIC, "[{AUC: {num_thresholds: 2, thresholds: null}}]"),
    (_STOP, "EarlyStopping: {patience: 0, min_delta: 0}"),
    (_STOP, "ReduceLROnPlateau: {patience: 1, factor: 0.5, min_lr: 0, cooldown: 0}"),
    (_STOP, "ModelCheckpoint: {filepath: a.keras, save_freq: epoch}"),
]  # fmt: skip


@pytest.mark.parametrize(("good", "bad", "code", "word"), FAULTS, ids=names_of(FAULTS))
def test_at_its_place_and_nothing_else(
    write_spec: Callable[..., Path], good: str, bad: str, code: str, word: str
) -> None:
    assert [(one.code, token(one)) for one in found(write_spec(changed(GOOD, good, bad)))] == [(code, word)]


@pytest.mark.parametrize(("good", "other"), PEACEFUL, ids=[other[:60] for _, other in PEACEFUL])
def test_no_false_alarm(write_spec: Callable[..., Path], good: str, other: str) -> None:
    # Whether the loss fits the head is not of this table.
    codes = {one.code for one in found(write_spec(changed(GOOD, good, other)))}
    assert not codes & {"out-of-range", "unusual-value", "arguments-disagree"}


def test_good_spec_gives_nothing(write_spec: Callable[..., Path]) -> None:
    assert found(write_spec(GOOD)) == ()


@pytest.mark.parametrize(
    ("bad", "hint"),
    [
        ("Dropout: 50", "write 0.5 for 50 percent"),
        ("Dropout: -0.3", "write 0.3"),
        ("BatchNormalization: {momentum: 9}", "write 0.99, Keras's default"),
        ("Dense: 0", "write 1"),
    ],
)
def test_hint_says_what_was_meant(write_spec: Callable[..., Path], bad: str, hint: str) -> None:
    assert [one.hint for one in found(write_spec(changed(GOOD, _LAYER, bad)))] == [hint]


def test_a_block_that_is_used_twice_is_at_fault_once(write_spec: Callable[..., Path]) -> None:
    text = changed(GOOD, "  layers:\n", "  blocks: {thin: {layers: [{Dropout: 50}]}}\n  layers:\n")
    text = changed(text, "    - Dropout: 0.5\n", "    - thin\n    - thin\n    - Dropout: 70\n      repeat: 2\n")
    assert [token(one) for one in found(write_spec(text))] == ["50", "70"]


def test_of_an_override_the_place_is_the_command_line(write_spec: Callable[..., Path]) -> None:
    (one,) = found(write_spec(GOOD), ("compile.optimizer={SGD: -1}",))
    assert (one.code, token(one), str(one.span).partition(":")[0]) == ("out-of-range", "-1", "command line")


@pytest.mark.parametrize("table", [ALLOWED, USUAL])
def test_every_row_by_group_names_a_parameter(table: dict[str, dict[str, str]]) -> None:
    catalog = load_catalog()
    for group, rows in table.items():
        entries = [catalog.find(group, name) for name in catalog.names(group)]
        known = {parameter.name for entry in entries if entry is not None for parameter in entry.parameters}
        known |= {parameter.name for parameter in catalog.base_parameters(group)}
        assert set(rows) <= known, group


@pytest.mark.parametrize("table", [ALLOWED_IN, USUAL_IN])
def test_every_row_by_class_names_a_parameter(table: dict[str, dict[str, str]]) -> None:
    catalog = load_catalog()
    for name, rows in table.items():
        entries = [catalog.find(group, name) for group in catalog.groups_of(name)]
        assert all(any(entry is not None and entry.parameter(word) for entry in entries) for word in rows), name


def test_keras_own_defaults_lie_within() -> None:
    catalog = load_catalog()
    for table, of_class in ((ALLOWED, ALLOWED_IN), (USUAL, USUAL_IN)):
        for group in catalog.groups:
            for name in catalog.names(group):
                entry = catalog.find(group, name)
                assert entry is not None
                for parameter in (*entry.parameters, *entry.base_parameters):
                    text = of_class.get(name, {}).get(parameter.name) or table.get(group, {}).get(parameter.name)
                    default = parameter.default
                    if text is not None and isinstance(default, int | float) and not isinstance(default, bool):
                        assert default in numbers(text), (name, parameter.name)


def test_a_whole_learning_rate_is_one_that_keras_takes(write_spec: Callable[..., Path]) -> None:
    import keras

    spec = load_spec(write_spec(changed(GOOD, _ADAM, "optimizer: {SGD: 1}")))
    assert spec.compile is not None
    assert float(keras.optimizers.SGD(**spec.compile.optimizer.keywords).learning_rate) == 1.0
