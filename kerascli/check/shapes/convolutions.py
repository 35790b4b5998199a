"""Rules of convolutions: plain, depthwise, separable, transposed."""

from __future__ import annotations

from collections.abc import Mapping

from kerascli.check.shapes.call import Call, Misfit, UnknownShape, shown, wholes
from kerascli.check.shapes.ranks import need_rank
from kerascli.check.shapes.rule import Made, Rule
from kerascli.check.shapes.windows import arranged, channels, slid, spatial


def dimensions(name: str) -> int:
    """How many axes a layer slides over: 2 for `Conv2DTranspose`."""
    return int(next(character for character in name if character in "123"))


def convolution(call: Call) -> Made:
    """A kernel that slides over the axes between batch and channels."""
    count = dimensions(call.component.name)
    shape = need_rank(call, count + 2)
    read = channels(call, shape)
    if read is None:
        message = (
            f"{call.component.name} reads {shown(shape)}, whose axis of channels is free: its kernel would have no size"
        )
        raise Misfit("free-axis", message, "write the number of channels in the input's shape", read=0)
    depthwise = call.component.name.startswith("Depthwise")
    groups = 1 if depthwise or call.component.name.startswith("Separable") else call.size("groups")
    if groups > 1 and read % groups:
        message = f"{call.component.name} can't divide its {read} channels into {groups} groups"
        raise Misfit("shape-mismatch", message, f"choose a divisor of {read}", argument="groups")
    filters = read * call.size("depth_multiplier") if depthwise else call.size("filters")
    kernel = call.sizes("kernel_size", count)
    sizes = slid(call, "kernel_size", kernel, call.sizes("strides", count), call.sizes("dilation_rate", count))
    return call.made(arranged(call, shape[0], sizes, filters))


def transposed(call: Call) -> Made:
    """A kernel that draws at each place.

    Source: `keras.src.backend.common.backend_utils._get_output_shape_given_tf_padding`.
    """
    count = dimensions(call.component.name)
    shape = need_rank(call, count + 2)
    kernel, strides = call.sizes("kernel_size", count), call.sizes("strides", count)
    dilations = call.sizes("dilation_rate", count)
    written = call.value("output_padding")
    added: tuple[int | None, ...] = (None,) * count if written is None else wholes(written, count)
    padding = call.value("padding")
    if padding not in ("same", "valid"):
        raise UnknownShape
    sizes: list[int | None] = []
    for size, window, stride, dilation, extra in zip(
        spatial(call, shape), kernel, strides, dilations, added, strict=True
    ):
        reach = dilation * (window - 1) + 1
        if size is None:
            sizes.append(None)
        elif extra is None:
            sizes.append(size * stride + (max(reach - stride, 0) if padding == "valid" else 0))
        elif padding == "same":
            sizes.append((size - 1) * stride + reach - 2 * (reach // 2) + extra)
        else:
            sizes.append((size - 1) * stride + reach + extra)
    return call.made(arranged(call, shape[0], tuple(sizes), call.size("filters")))


CONVOLUTIONS: Mapping[str, Rule] = {
    **dict.fromkeys(("Conv1D", "Conv2D", "Conv3D"), convolution),
    **dict.fromkeys(("DepthwiseConv1D", "DepthwiseConv2D"), convolution),
    **dict.fromkeys(("SeparableConv1D", "SeparableConv2D"), convolution),
    **dict.fromkeys(("Conv1DTranspose", "Conv2DTranspose", "Conv3DTranspose"), transposed),
}
