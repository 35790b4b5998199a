"""What Keras's own docs and models write is never refused."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Any

import pytest

from kerascli.catalog import Entry, load_catalog, load_docs

from . import refusals

if TYPE_CHECKING:
    from collections.abc import Iterator

_GROUPS = ("layers", "optimizers", "losses", "metrics", "callbacks", "initializers", "regularizers", "constraints")


def _examples(text: str) -> Iterator[ast.Call]:
    """The calls in the code of a docstring, read line by line and as whole blocks."""
    fenced = re.findall(r"```(?:python)?\n(.*?)```", text, re.DOTALL)
    prompted = [line.strip()[4:] for line in text.split("\n") if line.strip().startswith((">>> ", "... "))]
    for source in (*fenced, *prompted, "\n".join(prompted)):
        try:
            tree = ast.parse(source)
        except SyntaxError:
            continue
        yield from (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def _called(call: ast.Call) -> Entry | None:
    """The entry that `keras.layers.Dense(…)`, `layers.Dense(…)` or `tf.keras.layers.Dense(…)` calls."""
    parts = ast.unparse(call.func).split(".")
    if len(parts) < 2:
        return None
    group = "schedules" if parts[-2] == "schedules" else parts[-2]
    return load_catalog().find(group, parts[-1]) if group in (*_GROUPS, "schedules") else None


def _literal(node: ast.expr) -> tuple[bool, Any]:
    try:
        return True, ast.literal_eval(node)
    except ValueError:
        return False, None


def _arguments(entry: Entry, call: ast.Call) -> Iterator[tuple[str, Any]]:
    placed = list(zip((p.name for p in entry.parameters), call.args, strict=False))
    named = [(keyword.arg, keyword.value) for keyword in call.keywords if keyword.arg is not None]
    for name, node in (*placed, *named):
        known, value = _literal(node)
        if known:
            yield name, value


def _everything() -> list[tuple[Entry, str, Any]]:
    found = []
    for members in load_docs().values():
        for docs in members.values():
            for call in _examples(docs["text"]):
                entry = _called(call)
                if entry is not None:
                    found += [(entry, name, value) for name, value in _arguments(entry, call)]
    return found


# Keras's docs are wrong here; `test_against_keras.py` shows that Keras refuses these too.
WRONG_DOCS = {
    ("CutMix", "value_range"),
    ("DepthwiseConv1D", "padding"),
    ("OneHotIoU", "target_class_id"),
    ("RandomGrayscale", "value_range"),
    ("SeparableConv1D", "padding"),
    ("SeparableConv2D", "padding"),
}


def test_the_examples_in_keras_docs_pass() -> None:
    arguments = _everything()
    assert len(arguments) > 300
    refused = [refusals.refusal(entry, name, value) for entry, name, value in arguments]
    wrong = [
        reason
        for (entry, name, _), reason in zip(arguments, refused, strict=True)
        if reason is not None and (entry.name, name) not in WRONG_DOCS
    ]
    assert wrong == []


def test_every_default_passes() -> None:
    catalog = load_catalog()
    wrong = []
    for group in catalog.groups:
        for name in catalog.names(group):
            entry = catalog.find(group, name)
            assert entry is not None
            wrong += [
                reason
                for parameter in (*entry.parameters, *entry.base_parameters)
                if parameter.has_default
                if (reason := refusals.refusal(entry, parameter.name, parameter.default)) is not None
            ]
    assert wrong == []


@pytest.mark.parametrize(
    ("group", "name", "arguments"),
    [
        ("layers", "Rescaling", {"scale": [0.1, 0.2, 0.3], "offset": -1}),
        ("layers", "Conv2D", {"filters": 8, "kernel_size": [3, 3], "padding": "SAME", "dtype": "mixed_float16"}),
        ("layers", "Conv1D", {"filters": 8, "kernel_size": 3, "padding": "causal"}),
        ("layers", "BatchNormalization", {"axis": 1, "momentum": 1, "epsilon": 1e-3}),
        ("layers", "LayerNormalization", {"axis": [1, 2]}),
        ("layers", "Dropout", {"rate": 0, "noise_shape": [None, 1, 8], "seed": 1}),
        ("layers", "LSTM", {"units": 8, "use_cudnn": False, "activation": None}),
        ("layers", "Pipeline", {"layers": []}),
        ("layers", "StringLookup", {"vocabulary": ["a", "b"], "max_tokens": None}),
        ("layers", "TextVectorization", {"standardize": "my_function", "ngrams": [1, 2]}),
        ("layers", "RandomRotation", {"factor": [-0.1, 0.1], "fill_mode": "nearest", "data_format": "channels_last"}),
        ("layers", "ZeroPadding2D", {"padding": [[1, 0], [1, 0]]}),
        ("layers", "MultiHeadAttention", {"num_heads": 2, "key_dim": 8, "attention_axes": [1, 2]}),
        ("optimizers", "Adam", {"learning_rate": 1, "beta_1": 0.9, "clipnorm": 1.0}),
        ("schedules", "CosineDecay", {"initial_learning_rate": 1e-3, "decay_steps": 1e4}),
        ("schedules", "InverseTimeDecay", {"initial_learning_rate": 1e-3, "decay_steps": 1e4, "decay_rate": 1}),
        ("losses", "CategoricalFocalCrossentropy", {"alpha": [0.25, 0.75], "label_smoothing": 0}),
        ("losses", "MeanSquaredError", {"reduction": None}),
        ("metrics", "AUC", {"curve": "PR", "thresholds": [0.1, 0.9], "num_labels": 3}),
        ("metrics", "Precision", {"thresholds": 0.4, "top_k": 3, "class_id": 1}),
        ("metrics", "FBetaScore", {"average": "micro", "beta": 2, "threshold": 0.5}),
        ("metrics", "MeanIoU", {"num_classes": 3, "ignore_class": 255, "axis": -1}),
        ("callbacks", "EarlyStopping", {"min_delta": 0.01, "baseline": 0.4}),
        ("callbacks", "ModelCheckpoint", {"filepath": "a.keras", "save_freq": 10, "initial_value_threshold": 0.1}),
        ("callbacks", "TensorBoard", {"update_freq": "batch", "profile_batch": "2,5", "write_images": True}),
        ("callbacks", "ReduceLROnPlateau", {"factor": 0.5, "min_lr": 0, "min_delta": 0}),
        ("initializers", "Constant", {"value": [0.1, 0.2]}),
        ("constraints", "MaxNorm", {"max_value": 3.5, "axis": [0, 1, 2]}),
        ("ops", "ops.mean", {"axis": [1, 2], "keepdims": True}),
        ("ops", "ops.split", {"indices_or_sections": [2, 4], "axis": -1}),
        ("ops", "ops.pad", {"pad_width": [[0, 0], [1, 1]], "mode": "reflect"}),
        ("applications", "applications.ResNet50", {"weights": None, "input_shape": [32, 32, 3], "pooling": "avg"}),
    ],
)
def test_good_arguments_pass(group: str, name: str, arguments: dict[str, Any]) -> None:
    entry = load_catalog().find(group, name)
    assert entry is not None
    assert [refusals.refusal(entry, word, value) for word, value in arguments.items()] == [None] * len(arguments)
