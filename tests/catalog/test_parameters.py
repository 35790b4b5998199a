"""Parameters, call signatures and choices of the shipped catalog, where they are known by hand."""

from __future__ import annotations

import pytest

from kerascli.catalog import CallSignature, Entry, Parameter, load_catalog

from . import refusals


def _entry(group: str, name: str) -> Entry:
    entry = load_catalog().find(group, name)
    assert entry is not None
    return entry


def _parameter(group: str, name: str, parameter: str) -> Parameter:
    found = _entry(group, name).parameter(parameter)
    assert found is not None
    return found


def test_dense() -> None:
    dense = _entry("layers", "Dense")
    assert (dense.kind, dense.path) == ("class", "keras.layers.Dense")
    assert [p.name for p in dense.parameters[:3]] == ["units", "activation", "use_bias"]
    assert {"name", "trainable", "dtype"} <= set(dense.accepts_base)
    assert "input_shape" not in dense.accepts_base
    assert dense.parameter("units") == Parameter("units", required=True, types=("int",))
    bias = _parameter("layers", "Dense", "use_bias")
    assert (bias.has_default, bias.default, bias.required) == (True, True, False)


@pytest.mark.parametrize(
    ("group", "name", "parameter", "component_group"),
    [
        ("layers", "Dense", "kernel_initializer", "initializers"),
        ("layers", "Dense", "kernel_regularizer", "regularizers"),
        ("layers", "Dense", "kernel_constraint", "constraints"),
        ("layers", "Dense", "activation", "activations"),
        ("layers", "LSTM", "recurrent_activation", "activations"),
        ("layers", "Bidirectional", "layer", "layers"),
        ("layers", "Bidirectional", "backward_layer", "layers"),
        ("layers", "RNN", "cell", "layers"),
        ("layers", "Dense", "dtype", "dtype_policies"),
        ("optimizers", "Adam", "learning_rate", "schedules"),
        ("optimizers", "LossScaleOptimizer", "inner_optimizer", "optimizers"),
        ("initializers", "VarianceScaling", "scale", None),
        ("ops", "ops.cast", "dtype", None),
    ],
)
def test_a_component_argument_knows_its_group(
    group: str, name: str, parameter: str, component_group: str | None
) -> None:
    assert _parameter(group, name, parameter).group == component_group


@pytest.mark.parametrize(
    ("name", "takes_list", "tensors"),
    [
        ("Dense", False, ("inputs",)),
        ("Add", True, ("inputs",)),
        ("Concatenate", True, ("inputs",)),
        ("Dot", True, ("inputs",)),
        ("Attention", True, ("inputs",)),
        ("MultiHeadAttention", False, ("query", "value", "key")),
        ("LSTM", False, ("sequences",)),
        ("Bidirectional", False, ("sequences",)),
        ("CategoryEncoding", False, ("inputs", "count_weights")),
        ("BatchNormalization", False, ("inputs",)),
    ],
)
def test_what_a_list_of_inputs_fills_in_a_layer(name: str, takes_list: bool, tensors: tuple[str, ...]) -> None:
    call = _entry("layers", name).call
    assert call is not None
    assert (call.takes_list, call.tensor_parameters) == (takes_list, tensors)


@pytest.mark.parametrize(
    ("name", "takes_list", "tensors"),
    [
        ("ops.add", False, ("x1", "x2")),
        ("ops.concatenate", True, ("xs",)),
        ("ops.stack", True, ("x",)),
        ("ops.fft", True, ("x",)),
        ("ops.istft", True, ("x",)),
        ("ops.where", False, ("condition", "x1", "x2")),
        ("ops.take", False, ("x", "indices")),
        ("ops.split", False, ("x",)),
        ("ops.mean", False, ("x",)),
        ("ops.dot_product_attention", False, ("query", "key", "value", "bias")),
        ("ops.zeros", False, ()),
        ("ops.image.resize", False, ("images",)),
    ],
)
def test_what_a_list_of_inputs_fills_in_an_operation(name: str, takes_list: bool, tensors: tuple[str, ...]) -> None:
    call = _entry("ops", name).call
    assert call is not None
    assert (call.takes_list, call.tensor_parameters) == (takes_list, tensors)


def test_einsum_takes_any_number_of_tensors_after_its_equation() -> None:
    assert _entry("ops", "ops.einsum").call == CallSignature(
        ("subscripts", "operands"), ("subscripts",), False, ("operands",), variadic="operands"
    )


def test_no_list_of_inputs_goes_into_mask_or_training() -> None:
    catalog = load_catalog()
    for group in ("layers", "ops", "applications"):
        for name in catalog.names(group):
            call = _entry(group, name).call
            assert call is not None
            assert not {"mask", "training", "attention_mask", "initial_state", "states"} & set(call.tensor_parameters)
            assert set(call.tensor_parameters) <= set(call.parameters)
            assert not call.takes_list or len(call.tensor_parameters) == 1, name


def test_an_activation_does_not_count_what_it_is_applied_to() -> None:
    assert [p.name for p in _entry("activations", "leaky_relu").parameters] == ["negative_slope"]


@pytest.mark.parametrize(
    ("group", "name", "argument", "value"),
    [
        ("layers", "Dense", "units", "64"),
        ("layers", "Dense", "units", [64]),
        ("layers", "Dense", "units", None),
        ("layers", "Dense", "use_bias", "no"),
        ("layers", "Dense", "activation", "rleu"),
        ("layers", "Dense", "dtype", "float23"),
        ("layers", "Dense", "trainable", "yes"),
        ("layers", "Dropout", "rate", "0.5"),
        ("layers", "Conv2D", "padding", "smae"),
        ("layers", "Conv2D", "kernel_size", "3"),
        ("layers", "Conv2D", "kernel_regularizer", 0.01),
        ("layers", "LSTM", "return_sequences", "yes"),
        ("layers", "Embedding", "output_dim", [3]),
        ("losses", "BinaryCrossentropy", "from_logits", "yes"),
        ("optimizers", "Adam", "weight_decay", "0.1"),
        ("optimizers", "SGD", "nesterov", "on"),
        ("callbacks", "EarlyStopping", "mode", "mni"),
        ("callbacks", "EarlyStopping", "restore_best_weights", "yes"),
    ],
)
def test_a_plain_mistake_is_seen(group: str, name: str, argument: str, value: object) -> None:
    assert refusals.refusal(_entry(group, name), argument, value) is not None
