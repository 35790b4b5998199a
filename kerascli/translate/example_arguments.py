"""Arguments that the examples of components give: sensible ones for what must be said, and a few that make sense of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kerascli.catalog import Entry

# By the name of the parameter; for those that Keras insists on.
_BY_NAME: Mapping[str, Any] = {
    "activation": "relu",
    "axes": -1,
    "backup_dir": "backup",
    "boundaries": [1000, 2000],
    "cell": {"LSTMCell": {"units": 16}},
    "cells": [{"LSTMCell": {"units": 16}}, {"LSTMCell": {"units": 16}}],
    "decay_rate": 0.96,
    "decay_steps": 1000,
    "default_optimizer": {"SGD": {"learning_rate": 0.01}},
    "default_value": 0.0,
    "dims": [2, 1],
    "directory": "orbax",
    "drop_path_rate": 0.1,
    "factor": 0.2,
    "filename": "log.csv",
    "filters": 32,
    "first_decay_steps": 1000,
    "head_dim": 16,
    "height": 24,
    "height_factor": 0.2,
    "init_values": 1e-6,
    "initial_learning_rate": 0.1,
    "inner_optimizer": {"Adam": {"learning_rate": 0.001}},
    "input_dim": 1000,
    "kernel_size": 3,
    "key_dim": 16,
    "layer": {"Dense": {"units": 16}},
    "layers": [{"Rescaling": {"scale": 0.5}}, {"Rescaling": {"scale": 2.0}}],
    "max_number": 4,
    "n": 4,
    "num_bins": 16,
    "num_classes": 2,
    "num_heads": 2,
    "num_key_value_heads": 2,
    "num_query_heads": 4,
    "optimizer_map": {"OptimizerMap": {"default_optimizer": {"SGD": {"learning_rate": 0.01}}}},
    "output_dim": 16,
    "output_size": 4,
    "pool_size": 2,
    "precision": 0.8,
    "projection_dim": 8,
    "rate": 0.5,
    "recall": 0.8,
    "scale": 0.5,
    "sensitivity": 0.8,
    "specificity": 0.8,
    "stddev": 0.1,
    "target_class_ids": [0],
    "target_shape": [4, 2],
    "threshold": 0.5,
    "units": 64,
    "values": [0.1, 0.01, 0.001],
    "width": 24,
    "width_factor": 0.2,
}
# By class; on top of those above.
_BY_CLASS: Mapping[str, Mapping[str, Any]] = {
    "layers.Bidirectional": {"layer": {"LSTM": {"units": 16}}},
    "layers.CategoryEncoding": {"num_tokens": 4, "output_mode": "one_hot"},
    "layers.Conv1D": {"activation": "relu"},
    "layers.Conv2D": {"activation": "relu"},
    "layers.Conv3D": {"activation": "relu"},
    "layers.Dense": {"activation": "relu"},
    "layers.Discretization": {"bin_boundaries": [0.0, 1.0]},
    "layers.EinsumDense": {"equation": "abc,cd->abd", "output_shape": [None, 16]},
    "layers.FlaxLayer": {"module": "my_module"},
    "layers.HashedCrossing": {"num_bins": 16},
    "layers.IntegerLookup": {"vocabulary": [10, 20, 30]},
    "layers.JaxLayer": {"call_fn": "my_function"},
    "layers.Lambda": {"function": "my_function"},
    "layers.Normalization": {"mean": 0.0, "variance": 1.0},
    "layers.RandomPosterization": {"factor": 4},
    "layers.StackedRNNCells": {"cells": [{"GRUCell": {"units": 16}}, {"GRUCell": {"units": 16}}]},
    "layers.StringLookup": {"vocabulary": ["cat", "dog"], "output_mode": "one_hot"},
    "layers.TFSMLayer": {"filepath": "saved_model"},
    "layers.TextVectorization": {"vocabulary": ["good", "bad"], "output_sequence_length": 8},
    "layers.TorchModuleWrapper": {"module": "my_module"},
    "optimizers.Adam": {"learning_rate": 0.001},
    "optimizers.SGD": {"learning_rate": 0.01, "momentum": 0.9},
    "losses.Huber": {"delta": 0.5},
    "metrics.MeanMetricWrapper": {"fn": "my_function"},
    "callbacks.EarlyStopping": {"monitor": "loss", "patience": 2, "restore_best_weights": True},
    "callbacks.LearningRateScheduler": {
        "schedule": {"ExponentialDecay": {"initial_learning_rate": 0.1, "decay_steps": 10, "decay_rate": 0.9}}
    },
    "callbacks.ModelCheckpoint": {"filepath": "own/{epoch}.keras"},
    "callbacks.ReduceLROnPlateau": {"monitor": "loss", "patience": 1},
    "initializers.Constant": {"value": 0.1},
    "regularizers.L1": {"l1": 0.0001},
    "regularizers.L1L2": {"l1": 0.0001, "l2": 0.0001},
    "regularizers.L2": {"l2": 0.0001},
    "constraints.MaxNorm": {"max_value": 3.0},
    "dtype_policies.AWQDTypePolicy": {"mode": "awq/4/128", "source_name": "float32"},
    "dtype_policies.GPTQDTypePolicy": {"mode": "gptq/4/128", "source_name": "float32"},
    "dtype_policies.Int4DTypePolicy": {"mode": "int4/128", "source_name": "float32"},
    "dtype_policies.QuantizedDTypePolicy": {"mode": "int8", "source_name": "float32"},
    "dtype_policies.QuantizedFloat8DTypePolicy": {"mode": "float8", "source_name": "float32"},
    "dtype_policies.DTypePolicyMap": {"default_policy": {"DTypePolicy": {"name": "mixed_bfloat16"}}},
    "dtype_policies.DTypePolicy": {"name": "mixed_bfloat16"},
    "dtype_policies.FloatDTypePolicy": {"name": "mixed_bfloat16"},
}


def example_arguments(entry: Entry) -> dict[str, Any]:
    """The arguments of an entry's example, in the order of its parameters.

    Args:
        entry: A class or function of any group but the operations, whose arguments depend on their inputs.
    """
    more = _BY_CLASS.get(f"{entry.group}.{entry.name}", {})
    found = {
        parameter.name: more[parameter.name] if parameter.name in more else _BY_NAME[parameter.name]
        for parameter in entry.parameters
        if parameter.name in more or (parameter.required and parameter.name in _BY_NAME)
    }
    if entry.group == "applications":
        found |= {"include_top": False, "input_shape": [128, 128, 3]}
    return found
