"""Tensors that don't go together, with each other, with the data or with the machine."""

from __future__ import annotations

from .fault import IMAGE, Fault


def _data(fields: str, more: str = "", loss: str = "mse") -> str:
    return f"data:\n  source: {{synthetic: {{samples: 32, fields: {{{fields}}}}}}}\n{more}compile: {{loss: {loss}}}\n"


JOINS = [
    Fault("{a: [4], b: [4]}", ("Dot: {axes: 0}|inputs: [a, b]",), "batch-axis", "0", ("axes: 0", "axes: -1")),
    Fault("{a: [4], b: [5]}", ("Add:|inputs: [a, b]",), "shape-mismatch", "b", ("[5]", "[4]")),
    Fault("{a: [4], b: [5]}", ("ops.add:|inputs: [a, b]",), "shape-mismatch", "b", ("[5]", "[4]")),
    Fault(
        "{a: [4, 2], b: [5, 2]}",
        ("Concatenate:|inputs: [a, b]",),
        "shape-mismatch",
        "b",
        ("Concatenate:", "Concatenate: {axis: 1}"),
        "axis: 1",
    ),
    Fault("{a: [4, 2], b: [5]}", ("Concatenate:|inputs: [a, b]",), "shape-mismatch", "b", ("[5]", "[4, 5]")),
    Fault("{a: [4, 2], b: [5, 3]}", ("Dot: {axes: 2}|inputs: [a, b]",), "shape-mismatch", "2", ("[5, 3]", "[5, 2]")),
    Fault("{a: [4, 2], b: [5, 3]}", ("Attention:|inputs: [a, b]",), "shape-mismatch", "a", ("[5, 3]", "[5, 2]")),
    Fault(
        "{a: [4, 2], b: [5, 2], c: [6, 2]}",
        ("MultiHeadAttention: {num_heads: 2, key_dim: 3}|inputs: [a, b, c]",),
        "shape-mismatch",
        "c",
        ("[6, 2]", "[5, 2]"),
    ),
    Fault("{a: [4, 2], b: [4, 2]}", ("ops.matmul:|inputs: [a, b]",), "shape-mismatch", "b", ("b: [4, 2]", "b: [2, 4]")),
    Fault(
        "{a: [4]}",
        ("Model: {inputs: {v: [5]}, layers: [{Dense: 3}]}",),
        "shape-mismatch",
        "Model",
        ("v: [5]", "v: [4]"),
        "v: [4]",
    ),
    Fault(
        "{a: [4], b: [5]}",
        ("Model: {layers: [{Dense: 3}]}|name: m|inputs: a", "layer: m|inputs: b|name: n", "Add:|inputs: [m, n]"),
        "shape-mismatch",
        "b",
        ("[5]", "[4]"),
    ),
]
BROADCASTS = [
    Fault("{a: [4], b: [1]}", ("Add:|inputs: [a, b]",), "broadcast", "b", ("b: [1]", "b: [4]"), "ops.add", "warning"),
    Fault(
        "{a: [4], b: [1]}",
        ("Multiply:|inputs: [a, b]",),
        "broadcast",
        "b",
        ("Multiply", "ops.multiply"),
        "ops.multiply",
        "warning",
    ),
    Fault(
        "{a: [3, 4], b: [4]}", ("Add:|inputs: [a, b]",), "broadcast", "b", ("b: [4]", "b: [3, 4]"), "ops.add", "warning"
    ),
    Fault(
        "{a: [8, 8, 4], b: [8, 8, 1]}",
        ("Add:|inputs: [a, b]",),
        "broadcast",
        "b",
        ("8, 1]", "8, 4]"),
        "ops.add",
        "warning",
    ),
    Fault(
        "{a: [3, 4], b: [4]}",
        ("ops.add:|inputs: [a, b]",),
        "broadcast",
        "b",
        ("b: [4]", "b: [3, 4]"),
        "expand_dims",
        "warning",
    ),
    Fault(
        "{a: [3, 28, 28]}",
        ("Conv2D: {filters: 2, kernel_size: 3}",),
        "channels-first",
        "Conv2D",
        ("[3, 28, 28]", "[28, 28, 3]"),
        "Permute: [2, 3, 1]",
        "warning",
    ),
    Fault(
        "{a: [1, 28, 28]}",
        ("Rescaling: 0.1", "Conv2D: {filters: 2, kernel_size: [1, 3]}"),
        "channels-first",
        "Conv2D",
        ("[1, 28, 28]", IMAGE),
        "Permute: [2, 3, 1]",
        "warning",
    ),
]
_MNIST = (
    "data: {source: mnist, inputs: image, targets: {digit: label}}\ncompile: {loss: sparse_categorical_crossentropy}\n"
)
DATA = [
    Fault(
        "{image: [28, 28]}",
        ("Dense: {units: 10, activation: softmax}|name: digit",),
        "unflattened-head",
        "Dense",
        ("    - Dense", "    - Flatten\n    - Dense"),
        "Flatten",
        data=_MNIST,
    ),
    Fault(
        "{x: [6, 4]}",
        ("LSTM: {units: 4, return_sequences: true}|name: reads", "Dense: 1|name: y"),
        "unflattened-head",
        "Dense",
        (", return_sequences: true", ""),
        "remove 'return_sequences: true' from 'reads'",
        data=_data("x: {shape: [6, 4]}, y: {shape: []}"),
    ),
    Fault(
        "{n: [7]}",
        ("Dense: 4|name: first", "Embedding: {input_dim: 9, output_dim: 2}", "Flatten:", "Dense: 1"),
        "embedded-reals",
        "Embedding",
        ("    - Dense: 4\n      name: first\n", ""),
    ),
    Fault(
        "{n: [7]}",
        ("Embedding: {input_dim: 9, output_dim: 2}", "Flatten:", "Dense: 1|name: y"),
        "embedded-reals",
        "Embedding",
        ("n: {shape: [7], uniform: [0, 9]}", "n: {shape: [7], integers: [0, 9]}"),
        data=_data("n: {shape: [7], uniform: [0, 9]}, y: {shape: [1]}"),
    ),
    Fault(
        "{n: [7]}",
        ("Embedding: {input_dim: 9, output_dim: 2}", "Flatten:", "Dense: 1|name: y"),
        "embedded-range",
        "9",
        ("input_dim: 9", "input_dim: 10"),
        "input_dim: 10",
        data=_data("n: {shape: [7], integers: [0, 10]}, y: {shape: [1]}"),
    ),
    Fault(
        "{n: {shape: [7], dtype: int32}}",
        ("CategoryEncoding: {num_tokens: 9}", "Dense: 1|name: y"),
        "embedded-range",
        "9",
        ("num_tokens: 9", "num_tokens: 10"),
        "num_tokens: 10",
        data=_data("n: {shape: [7], integers: [0, 10]}, y: {shape: [1]}"),
    ),
    Fault(
        "{n: {shape: [7], dtype: int32}}",
        ("ops.one_hot: 9", "Flatten:", "Dense: 1|name: y"),
        "embedded-range",
        "9",
        ("ops.one_hot: 9", "ops.one_hot: 10"),
        "num_classes: 10",
        severity="warning",
        data=_data("n: {shape: [7], integers: [0, 10]}, y: {shape: [1]}"),
    ),
    Fault(
        "{n: [9]}",
        ("Dense: 1|name: y",),
        "embedded-range",
        "9",
        ("integers: [0, 10]", "integers: [0, 9]"),
        data=_data(
            "n: {shape: [7], integers: [0, 10]}, y: {shape: [1]}",
            "  inputs: {n: {field: n, transform: [{CategoryEncoding: {num_tokens: 9}}]}}\n",
        ),
    ),
    Fault(
        "{n: [7]}",
        ("Embedding: {input_dim: 9, output_dim: 2}", "Flatten:", "Dense: 1|name: y"),
        "embedded-range",
        "9",
        ("[-1, 5]", "[0, 5]"),
        data=_data("n: {shape: [7], integers: [-1, 5]}, y: {shape: [1]}"),
    ),
    Fault(
        "{sequence: [80]}",
        ("Embedding: {input_dim: 400, output_dim: 2}", "Flatten:", "Dense: {units: 1, activation: sigmoid}|name: y"),
        "embedded-range",
        "400",
        ("400", "500"),
        "input_dim: 500",
        data="data: {source: {imdb: {num_words: 500}}, inputs: {sequence: {field: sequence, pad: {length: 80}}}, targets: {y: label}}\ncompile: {loss: binary_crossentropy}\n",
    ),
    Fault(
        "{t: [7]}",
        ("Embedding: {input_dim: 9, output_dim: 2}", "Flatten:", "Dense: 1|name: y"),
        "embedded-range",
        "9",
        ("input_dim: 9", "input_dim: 12"),
        data=_data(
            "t: {shape: [1], choice: [a, b]}, y: {shape: [1]}",
            "  inputs: {t: {field: t, transform: [{TextVectorization: {max_tokens: 12, output_sequence_length: 7}}]}}\n",
        ),
    ),
]
SAMPLES = [
    Fault(
        "{x: [784]}",
        ("Dense: 1|name: y",),
        "shape",
        "x",
        ("model:\n  inputs: {x: [784]}", "model:\n  inputs: {x: [28]}"),
        "write 'x: [28]'",
        data=_data("x: {shape: [28]}, y: {shape: [1]}", "  inputs: x\n  targets: y\n"),
    ),
    Fault(
        "{x: [28, 28]}",
        ("Flatten:", "Dense: 1|name: y"),
        "reshape-size",
        "[28, 27]",
        ("[28, 27]", "[28, 28]"),
        "[28, 28]",
        data=_data(
            "x: {shape: [784]}, y: {shape: [1]}", "  inputs: {x: {field: x, transform: [{Reshape: [28, 27]}]}}\n"
        ),
    ),
]
MEMORY = [
    Fault(
        "{x: [784]}",
        ("Dense: {units: 1000000000000000}", "Dense: 1"),
        "memory",
        "1000000000000000",
        ("1000000000000000", "10"),
        "no machine",
    ),
    Fault(
        "{x: [784]}",
        ("Dense: {units: 1000000000}", "Dense: 1"),
        "memory",
        "1000000000",
        ("1000000000", "10"),
        "more memory",
    ),
    Fault(
        "{x: {shape: [5], dtype: int32}}",
        ("Embedding: {input_dim: 1000000000000, output_dim: 8}", "Flatten:", "Dense: 1"),
        "memory",
        "1000000000000",
        ("1000000000000", "10"),
        "more memory",
    ),
]
