"""What the operations of `keras.ops` read and take in their examples."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kerascli.catalog import Entry
from kerascli.translate.example_inputs import ExampleInputs, typed

# Operations that no spec can use as a node of a graph, and why.
FUNCTIONS = "it takes a Python function: write a layer of your own in a plugin"
CONSTANTS = "it reads no tensor, and a node of a graph must"
VALUE = "Keras makes it from a number, not from a tensor of a graph"
NO_TENSOR = "its result is no tensor"
NOT_A_NODE: Mapping[str, str] = {
    **dict.fromkeys(
        (
            *("associative_scan", "cond", "custom_gradient", "fori_loop", "jvp", "map", "scan", "switch"),
            *("vectorize", "vectorized_map", "while_loop"),
        ),
        FUNCTIONS,
    ),
    **dict.fromkeys(
        ("arange", "empty", "eye", "full", "geomspace", "identity", "linspace", "logspace", "ones", "tri", "zeros"),
        CONSTANTS,
    ),
    **dict.fromkeys(("bartlett", "blackman", "hamming", "hanning", "kaiser"), VALUE),
    **dict.fromkeys(("convert_to_numpy", "dtype", "is_tensor", "ndim", "shape"), NO_TENSOR),
}

_INT, _BOOL, _COMPLEX = typed([4], "int32"), typed([4], "bool"), typed([4, 4], "complex64")
_MATRIX, _IMAGE, _VOLUME = [3, 3], [16, 16, 3], [8, 8, 8, 2]
_TWO_INTS = {"x1": _INT, "x2": _INT}

_INPUTS: dict[str, Mapping[str, Any]] = {}


def _read(inputs: Mapping[str, Any], names: str) -> None:
    _INPUTS.update(dict.fromkeys(names.split(), inputs))


_read({"x": _INT, "y": _INT}, "bitwise_and bitwise_or bitwise_xor bitwise_left_shift bitwise_right_shift")
_read({"x": _INT, "y": _INT}, "left_shift right_shift")
_read({"x": _INT}, "bitwise_not bitwise_invert bincount one_hot")
_read({"inputs": _INT}, "multi_hot")
_read(_TWO_INTS, "gcd lcm")
_read({"x1": [4], "x2": _INT}, "ldexp")
_read({"x": _BOOL}, "logical_not")
_read({"x1": _BOOL, "x2": _BOOL}, "logical_and logical_or logical_xor")
_read({"x": _MATRIX}, "cholesky cholesky_inverse det inv eig eigh logdet lu_factor slogdet svd qr pinv matrix_rank")
_read({"x": _MATRIX}, "trace diagonal tril triu fliplr flipud")
_read({"x": [4, 4, 4]}, "dsplit hsplit vsplit")
_read({"inputs": [16, 3]}, "adaptive_average_pool adaptive_max_pool average_pool max_pool")
_read({"x": [2]}, "batch_normalization")
_read({"x": [4]}, "digitize")
_read({"x": [12, 4]}, "fold")
_read({"x": []}, "vander")
_read({"sorted_sequence": [], "values": [4]}, "searchsorted")
_read({"data": [4], "segment_ids": typed([], "int32")}, "segment_max segment_min segment_prod segment_sum")
_read({"target": [5], "output": [5]}, "binary_crossentropy categorical_crossentropy")
_read({"target": typed([], "int32"), "output": [5]}, "sparse_categorical_crossentropy")
_read({"targets": typed([], "int32"), "predictions": [5]}, "in_top_k")
_read({"x": [5, 3], "y": [6, 3]}, "cdist")
_read({"xs": [4]}, "concatenate dstack hstack vstack")
_read({"x": [4]}, "stack")
_read({"inputs": typed([16, 5], "float32"), "sequence_lengths": typed([], "int32")}, "ctc_decode")
_read(
    {
        "target": typed([4], "int32"),
        "output": [16, 5],
        "target_length": typed([], "int32"),
        "output_length": typed([], "int32"),
    },
    "ctc_loss",
)
_read({"x1": [3], "x2": [3]}, "cross")
_read({"x": _IMAGE}, "depth_to_space space_to_depth unfold")
_read({"x": [8, 8, 4]}, "depth_to_space")
_read({"query": [6, 2, 8], "key": [6, 2, 8], "value": [6, 2, 8]}, "dot_product_attention")
_read({"x1": [3, 4], "x2": [4, 5]}, "dot matmul")
_read({"x1": [4], "x2": [4]}, "tensordot")
_read({"operands": [4]}, "einsum")
_read({"real": [16], "imag": [16]}, "fft irfft istft")
_read({"real": [4, 4], "imag": [4, 4]}, "fft2 ifft2")
_read({"x": [16]}, "rfft stft extract_sequences")
_read({"tensor": {"shape": [4, 6], "batch_size": 2}}, "rearrange")
_read({"a": [4]}, "diff")
_read({"a": _MATRIX, "b": [3, 1]}, "solve solve_triangular")
_read({"a": [3], "b": [2]}, "lstsq")
_read({"array": [4, 4]}, "rot90")
_read({"variable": [4]}, "stop_gradient")
_read({"y": [4]}, "trapezoid")
_read({"x": [4], "indices": typed([2], "int32")}, "take take_along_axis")
_read({"condition": _BOOL, "x1": [4], "x2": [4]}, "where")
_read({"abs_": [4], "angle": [4]}, "polar")
_read({"x": typed([4], "complex64")}, "view_as_real")
_read({"x": [4, 2]}, "view_as_complex")
_read(
    {"images": _IMAGE},
    " ".join(
        f"image.{name}"
        for name in [
            "crop_images",
            "elastic_transform",
            "extract_patches",
            "gaussian_blur",
            "hsv_to_rgb",
            "pad_images",
            "resize",
            "rgb_to_grayscale",
            "rgb_to_hsv",
            "scale_and_translate",
            "sobel_edges",
        ]
    ),
)
_read({"volumes": _VOLUME}, "image.extract_patches_3d")
_read({"images": _IMAGE, "transform": [8]}, "image.affine_transform")
_read({"images": _IMAGE, "start_points": [4, 2], "end_points": [4, 2]}, "image.perspective_transform")
_read({"inputs": [8], "coordinates": {"shape": [5], "batch_size": 2}}, "image.map_coordinates")
_read({"image1": _IMAGE, "image2": _IMAGE}, "image.ssim")
_read({"x1": [16, 16, 3], "x2": [16, 16, 3]}, "psnr")
_read({"inputs": [16, 1]}, "conv conv_transpose depthwise_conv separable_conv")
_read({"inputs": [4]}, "slice")
_read({"indices": _INT}, "unravel_index")
_read({"x1": {"shape": [], "batch_size": 8}, "x2": {"shape": [], "batch_size": 8}}, "correlate")

_ARGUMENTS: Mapping[str, Mapping[str, Any]] = {
    "adaptive_average_pool": {"output_size": [4]},
    "adaptive_max_pool": {"output_size": [4]},
    "argpartition": {"kth": 1},
    "array_split": {"indices_or_sections": 2, "axis": -1},
    "average_pool": {"pool_size": 2},
    "batch_normalization": {"mean": [0.0, 0.5], "variance": [1.0, 2.0], "axis": -1},
    "broadcast_to": {"shape": [8, 4]},
    "cast": {"dtype": "int32"},
    "clip": {"x_min": 0.0, "x_max": 1.0},
    "concatenate": {"axis": -1},
    "conv": {"kernel": [[[0.25]], [[0.5]], [[0.25]]], "padding": "same"},
    "conv_transpose": {"kernel": [[[0.25]], [[0.5]], [[0.25]]], "strides": 2},
    "depthwise_conv": {"kernel": [[[0.25]], [[0.5]], [[0.25]]], "padding": "same"},
    "depth_to_space": {"block_size": 2},
    "digitize": {"bins": [0.0, 0.5, 1.0]},
    "dsplit": {"indices_or_sections": 2},
    "einsum": {"subscripts": "bi,bj->bij"},
    "expand_dims": {"axis": -1},
    "extract_sequences": {"sequence_length": 4, "sequence_stride": 2},
    "fold": {"output_size": [4, 4], "kernel_size": 2, "stride": 2},
    "full_like": {"fill_value": 2.0},
    "get_item": {"key": 0},
    "hsplit": {"indices_or_sections": 2},
    "in_top_k": {"k": 2},
    "istft": {"sequence_length": 8, "sequence_stride": 4, "fft_length": 8},
    "max_pool": {"pool_size": 2},
    "mean": {"axis": -1},
    "moments": {"axes": [-1]},
    "moveaxis": {"source": 1, "destination": 0},
    "multi_hot": {"num_classes": 4},
    "one_hot": {"num_classes": 4},
    "nanpercentile": {"q": 50.0, "axis": -1},
    "nanquantile": {"q": 0.5, "axis": -1},
    "pad": {"pad_width": [[0, 0], [1, 1]]},
    "percentile": {"q": 50.0, "axis": -1},
    "psnr": {"max_val": 1.0},
    "quantile": {"q": 0.5, "axis": -1},
    "rearrange": {"pattern": "b h w -> b w h"},
    "repeat": {"repeats": 2, "axis": -1},
    "reshape": {"newshape": [-1, 2, 2]},
    "roll": {"shift": 1, "axis": -1},
    "saturate_cast": {"dtype": "uint8"},
    "scatter": {"shape": [4]},
    **{key: {"num_segments": 3} for key in ("segment_max", "segment_min", "segment_prod", "segment_sum")},
    "separable_conv": {
        "depthwise_kernel": [[[0.25]], [[0.5]], [[0.25]]],
        "pointwise_kernel": [[[1.0, -1.0]]],
        "padding": "same",
    },
    "slice": {"start_indices": [0, 0], "shape": [1, 2]},
    "space_to_depth": {"block_size": 2},
    "split": {"indices_or_sections": 2, "axis": -1},
    "stft": {"sequence_length": 8, "sequence_stride": 4, "fft_length": 8},
    "swapaxes": {"axis1": 0, "axis2": 1},
    "sum": {"axis": -1},
    "max": {"axis": -1},
    "take": {"axis": -1},
    "take_along_axis": {"axis": -1},
    "tensordot": {"axes": [[1], [1]]},
    "threshold": {"threshold": 0.5, "default_value": 0.0},
    "tile": {"repeats": [1, 2]},
    "top_k": {"k": 2},
    "transpose": {"axes": [1, 0]},
    "unfold": {"kernel_size": 2},
    "unravel_index": {"shape": [2, 2]},
    "unstack": {"axis": 1},
    "view": {"dtype": "int32"},
    "vsplit": {"indices_or_sections": 2},
    "image.extract_patches": {"size": 4},
    "image.extract_patches_3d": {"size": 4},
    "image.crop_images": {"target_height": 8, "target_width": 8, "top_cropping": 2, "left_cropping": 2},
    "image.map_coordinates": {"order": 1},
    "image.pad_images": {"target_height": 20, "target_width": 20, "top_padding": 2, "left_padding": 2},
    "image.resize": {"size": [24, 24]},
    "image.scale_and_translate": {
        "output_shape": [8, 8, 3],
        "scale": [0.5, 0.5],
        "translation": [0.0, 0.0],
        "spatial_dims": [1, 2],
        "method": "linear",
    },
}


# Wired by name, since a list can't say it.
_SPECIAL: Mapping[str, ExampleInputs] = {
    "select": ExampleInputs(
        {"low": _BOOL, "high": _BOOL, "a": [4], "b": [4]}, {"condlist": ["low", "high"], "choicelist": ["a", "b"]}
    ),
    "slice_update": ExampleInputs(
        {"x": [4], "patch": {"shape": [2], "batch_size": 1}},
        {"inputs": "x", "start_indices": [0, 1], "updates": "patch"},
    ),
}
# How many tensors an operation returns, where it returns several.
OUTPUTS: Mapping[str, int] = {
    **dict.fromkeys(("array_split", "ctc_decode", "dsplit", "eig", "eigh", "fft", "fft2", "histogram", "hsplit"), 2),
    **dict.fromkeys(("ifft2", "lu_factor", "meshgrid", "moments", "nonzero", "qr", "rfft", "slogdet", "split"), 2),
    **dict.fromkeys(("stft", "top_k", "unravel_index", "unstack", "vsplit"), 2),
    "svd": 3,
}


def operation_inputs(entry: Entry) -> ExampleInputs:
    """What the example of an operation reads."""
    call = entry.call
    assert call is not None
    name = entry.name.removeprefix("ops.")
    if name in _SPECIAL:
        return _SPECIAL[name]
    required = [p.name for p in entry.parameters if p.required and p.name in call.tensor_parameters]
    filled = _INPUTS.get(name, {key: [4] for key in required})
    if call.takes_list or call.variadic is not None:
        first = next(iter(filled.values()), [4])
        inputs = filled if len(filled) > 1 else {"a": first, "b": first}
        return ExampleInputs(inputs, list(inputs))
    inputs = {word.rstrip("_"): shape for word, shape in filled.items()}
    if len(filled) == 1 and next(iter(filled)) == call.tensor_parameters[0]:
        return ExampleInputs({"x" if word == "inputs" else word: shape for word, shape in inputs.items()})
    if tuple(filled) == call.tensor_parameters[: len(filled)]:
        return ExampleInputs(inputs, list(inputs))
    return ExampleInputs(inputs, {word: word.rstrip("_") for word in filled})


def operation_arguments(entry: Entry) -> dict[str, Any]:
    """The arguments of an operation's example."""
    return dict(_ARGUMENTS.get(entry.name.removeprefix("ops."), {}))
