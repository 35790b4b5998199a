"""Layers that can't be called on what they read: axes and sizes."""

from __future__ import annotations

from .fault import IMAGE, Fault

RANKS = [
    Fault("{x: [784]}", ("LSTM: 4",), "wrong-rank", "LSTM", ("[784]", "[28, 28]"), "Reshape: [784, 1]"),
    Fault(
        "{x: [28, 28]}",
        ("Conv2D: {filters: 2, kernel_size: 3}",),
        "wrong-rank",
        "Conv2D",
        ("[28, 28]", IMAGE),
        "Reshape: [28, 28, 1]",
    ),
    Fault(
        "{x: [784]}",
        ("Conv2D: {filters: 2, kernel_size: 3}",),
        "wrong-rank",
        "Conv2D",
        ("[784]", IMAGE),
        "Reshape: [28, 28, 1]",
    ),
    Fault(
        "{x: [8, 8, 3]}",
        ("GlobalAveragePooling1D:",),
        "wrong-rank",
        "GlobalAveragePooling1D",
        ("1D", "2D"),
        "Reshape: [8, 24]",
    ),
    Fault(
        "{x: [9, 4]}",
        ("GRU: 4|name: reads", "MaxPooling1D:"),
        "wrong-rank",
        "MaxPooling1D",
        ("GRU: 4", "GRU: {units: 4, return_sequences: true}"),
        "'return_sequences: true' in 'reads'",
    ),
    Fault("{x: [4, 4]}", ("RepeatVector: 3",), "wrong-rank", "RepeatVector", ("[4, 4]", "[4]"), "Flatten"),
    Fault("{x: [4, 4]}", ("Permute: [2, 1, 3]",), "wrong-rank", "Permute", ("[2, 1, 3]", "[2, 1]")),
    Fault("{x: []}", ("Dense: 3",), "wrong-rank", "Dense", ("[]", "[1]"), "Reshape: [1]"),
    Fault("{x: [null]}", ("Dense: 3",), "free-axis", "Dense", ("[null]", "[4]")),
    Fault("{x: [8, 8, null]}", ("Conv2D: {filters: 2, kernel_size: 3}",), "free-axis", "Conv2D", ("null", "3")),
    Fault("{x: [4]}", ("TimeDistributed: {layer: {Dense: 3}}",), "wrong-rank", "TimeDistributed", ("[4]", "[4, 4]")),
    Fault(
        "{x: [9, 4]}",
        ("TimeDistributed: {layer: {LSTM: 3}}",),
        "wrong-rank",
        "TimeDistributed",
        ("[9, 4]", "[9, 4, 2]"),
    ),
    Fault("{x: [5, 8, 8, 1]}", ("ConvLSTM1D: {filters: 2, kernel_size: 2}",), "wrong-rank", "ConvLSTM1D", ("1D", "2D")),
    Fault(
        "{x: [4], y: [3, 4]}",
        ("MultiHeadAttention: {num_heads: 2, key_dim: 3}|inputs: [x, y]",),
        "wrong-rank",
        "x",
        ("[4]", "[5, 4]"),
    ),
    Fault("{x: [4, 3]}", ("ops.mean: {axis: 3}",), "wrong-axis", "3", ("axis: 3", "axis: 2")),
    Fault("{x: [4, 3]}", ("ops.get_item: ':, 4'",), "wrong-axis", "':, 4'", ("':, 4'", "':, 3'")),
    Fault("{x: [4, 3]}", ("LayerNormalization: {axis: 3}",), "wrong-axis", "3", ("axis: 3", "axis: 2")),
]
SIZES = [
    Fault(
        "{x: [4, 4, 1]}",
        ("Conv2D: {filters: 2, kernel_size: 5}",),
        "too-small",
        "5",
        ("kernel_size: 5", "kernel_size: 4"),
    ),
    Fault(
        "{x: [8, 8, 1]}",
        ("Conv2D: {filters: 2, kernel_size: 5, dilation_rate: 2}",),
        "too-small",
        "5",
        ("dilation_rate: 2", "dilation_rate: 1"),
    ),
    Fault(
        "{x: [4, 4, 1]}",
        ("Conv2D: {filters: 2, kernel_size: [1, 5]}",),
        "too-small",
        "[1, 5]",
        ("filters: 2", "padding: same, filters: 2"),
    ),
    Fault(
        "{x: [5, 1]}",
        ("MaxPooling1D: {pool_size: 2, name: a}", "MaxPooling1D: {pool_size: 3, name: b}"),
        "too-small",
        "3",
        ("pool_size: 3", "pool_size: 2"),
    ),
    Fault("{x: [1, 3, 1]}", ("AveragePooling2D: 2",), "too-small", "2", ("[1, 3, 1]", "[2, 3, 1]")),
    Fault("{x: [1, 3, 1]}", ("MaxPooling2D:",), "too-small", "MaxPooling2D", ("[1, 3, 1]", "[2, 3, 1]")),
    Fault("{x: [4, 4]}", ("Cropping1D: [2, 2]",), "too-small", "[2, 2]", ("[2, 2]", "[2, 1]")),
    Fault("{x: [784]}", ("Reshape: [28, 27]",), "reshape-size", "[28, 27]", ("27", "28"), "[28, 28]"),
    Fault("{x: [784]}", ("Reshape: [27, -1]",), "reshape-size", "[27, -1]", ("27", "28")),
    Fault(
        "{x: [8, 8, 3]}",
        ("Conv2D: {filters: 4, kernel_size: 3, groups: 2}",),
        "shape-mismatch",
        "2",
        ("groups: 2", "groups: 1"),
    ),
]
