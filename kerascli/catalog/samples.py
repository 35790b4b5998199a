"""Arguments and inputs that go well, by which Keras's classes are tried out when the catalog is made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from kerascli.catalog.trials import Use

# Functions take the module `keras`, so that this file need not import it.
Sample = Any

_BY_NAME: Mapping[str, Sample] = {
    "activation": "relu",
    "axes": -1,
    "backup_dir": "backup",
    "boundaries": [1, 2],
    "cell": lambda keras: keras.layers.SimpleRNNCell(2),
    "cells": lambda keras: [keras.layers.SimpleRNNCell(2)],
    "decay_rate": 0.5,
    "decay_steps": 2,
    "default_optimizer": lambda keras: keras.optimizers.SGD(),
    "dims": [2, 1],
    "directory": "checkpoints",
    "equation": "abc,cd->abd",
    "factor": 0.5,
    "filename": "log.csv",
    "filepath": "model.keras",
    "filters": 2,
    "first_decay_steps": 2,
    "fn": lambda keras: keras.losses.mean_squared_error,
    "function": lambda keras: keras.ops.square,
    "head_dim": 2,
    "height": 4,
    "height_factor": 0.5,
    "initial_learning_rate": 0.1,
    "inner_optimizer": lambda keras: keras.optimizers.SGD(),
    "input_dim": 4,
    "kernel_size": 2,
    "key_dim": 2,
    "layer": lambda keras: keras.layers.Dense(2),
    "layers": lambda keras: [keras.layers.Rescaling(0.5)],
    "max_number": 4,
    "n": 2,
    "num_bins": 4,
    "num_classes": 2,
    "num_heads": 2,
    "num_key_value_heads": 2,
    "num_query_heads": 2,
    "optimizer_map": lambda keras: keras.optimizers.OptimizerMap(keras.optimizers.SGD()),
    "output_dim": 2,
    "output_size": 2,
    "pool_size": 2,
    "precision": 0.5,
    "rate": 0.5,
    "recall": 0.5,
    "scale": 0.5,
    "schedule": lambda keras: keras.optimizers.schedules.ExponentialDecay(0.1, 2, 0.5),
    "sensitivity": 0.5,
    "specificity": 0.5,
    "stddev": 0.5,
    "target_class_ids": [0],
    "target_shape": [-1],
    "units": 2,
    "values": [0.1, 0.2, 0.3],
    "width": 4,
    "width_factor": 0.5,
}
_BY_CLASS: Mapping[tuple[str, str], Sample] = {
    ("AWQDTypePolicy", "mode"): "awq/4/128",
    ("Bidirectional", "layer"): lambda keras: keras.layers.SimpleRNN(2),
    ("EinsumDense", "output_shape"): [None, 2],
    ("GPTQDTypePolicy", "mode"): "gptq/4/128",
    ("Int4DTypePolicy", "mode"): "int4/128",
    ("QuantizedDTypePolicy", "mode"): "int8",
    ("QuantizedFloat8DTypePolicy", "mode"): "float8",
    ("RandomPosterization", "factor"): 4,
}
# Not required, but without them the class can't be used.
_ALSO: Mapping[str, Mapping[str, Sample]] = {
    "CategoryEncoding": {"num_tokens": 4},
    "Discretization": {"bin_boundaries": [0.0, 1.0]},
    "IntegerLookup": {"vocabulary": [1, 2]},
    "Normalization": {"mean": 0.0, "variance": 1.0},
    "StringLookup": {"vocabulary": ["a", "b"]},
    "TextVectorization": {"vocabulary": ["a", "b"]},
}


def sample_arguments(name: str, required: list[str], keras: Any) -> dict[str, Any]:
    """Keyword arguments that the class of that name is made with; a required one that is not known is left out."""
    found = {word: _BY_CLASS.get((name, word), _BY_NAME.get(word)) for word in required}
    found |= _ALSO.get(name, {})
    return {word: value(keras) if callable(value) else value for word, value in found.items() if value is not None}


def layer_uses(tensor: Callable[..., Any]) -> Iterator[Use]:
    """Ways to call a layer, the commonest first, always in the same order.

    Args:
        tensor: Makes a tensor of a shape and a dtype. Symbolic tensors are the safe choice: TensorFlow's kernels end
            the process on some absurd values (a pooling size of 0).
    """
    shapes = [(2, 8, 8, 3), (2, 8, 4), (2, 8), (2, 4, 4, 4, 2), (2, 2, 4, 4, 4, 2), (2, 16000)]
    yield from (lambda layer, shape=shape: layer(tensor(shape)) for shape in shapes)
    yield from (lambda layer, shape=shape: layer([tensor(shape), tensor(shape)]) for shape in shapes)
    yield lambda layer: layer(tensor((2, 8, 4)), tensor((2, 8, 4)))
    yield lambda layer: layer(tensor((2, 8)), layer.get_initial_state(batch_size=2))
    yield lambda layer: layer(tensor((2, 8)), [tensor((2, 2))])
    yield lambda layer: layer(tensor((2, 2), "int32"))
    yield lambda layer: layer([tensor((2, 1), "int32")] * 2)
    yield lambda layer: layer(tensor((2, 1), "string"))
    yield lambda layer: layer({"images": tensor((2, 8, 8, 3)), "labels": tensor((2, 4))})
    yield lambda layer: layer({"images": tensor((2, 8, 8, 3)), "bounding_boxes": _boxes(tensor)})


def _boxes(tensor: Callable[..., Any]) -> dict[str, Any]:
    return {"boxes": tensor((2, 3, 4)), "labels": tensor((2, 3))}
