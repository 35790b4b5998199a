"""Arithmetic of windows that slide over axes: kernels and pools."""

from __future__ import annotations

from kerascli.check.shapes.call import Call, Misfit, Shape, shown


def spatial(call: Call, shape: Shape) -> Shape:
    """The axes between batch and channels."""
    return shape[2:] if call.channels_first else shape[1:-1]


def channels(call: Call, shape: Shape) -> int | None:
    """The length of the axis of the channels."""
    return shape[1] if call.channels_first else shape[-1]


def arranged(call: Call, batch: int | None, sizes: Shape, filters: int | None) -> Shape:
    """A whole shape, the channels where the layer has them."""
    return (batch, filters, *sizes) if call.channels_first else (batch, *sizes, filters)


def slid(
    call: Call, argument: str, windows: tuple[int, ...], strides: tuple[int, ...], dilations: tuple[int, ...]
) -> Shape:
    """How often a window fits into each axis.

    Source: `keras.src.ops.operation_utils.compute_conv_output_shape`.

    Raises:
        Misfit: It does not fit at all (code `too-small`).
    """
    sizes = spatial(call, call.shape)
    padded = call.value("padding") in ("same", "causal")
    made: list[int | None] = []
    for size, window, stride, dilation in zip(sizes, windows, strides, dilations, strict=True):
        reach = dilation * (window - 1) + 1
        if size is None:
            made.append(None)
        elif padded:
            made.append((size - 1) // stride + 1)
        elif reach > size:
            what = "pool" if argument == "pool_size" else "kernel"
            over = f"{reach}" + (f" ({window} dilated by {dilation})" if dilation > 1 else "")
            message = f"{call.component.name} reads {shown(call.shape)}: its {what} of {over} is larger than an axis of {size}"
            hint = f"write 'padding: same', a {what} of at most {size}, or drop a pooling or stride above"
            raise Misfit("too-small", message, hint, argument=argument)
        else:
            made.append((size - reach) // stride + 1)
    return tuple(made)
