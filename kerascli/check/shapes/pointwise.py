"""Rules of layers that change values alone: activations, dropout, noise, normalization, masks, augmentation."""

from __future__ import annotations

from collections.abc import Mapping

from kerascli.check.shapes.call import Call, UnknownShape, axis_of
from kerascli.check.shapes.ranks import need_rank
from kerascli.check.shapes.rule import Made, Rule


def same(call: Call) -> Made:
    """The shape that is read, in the layer's own dtype, as Keras's `compute_output_spec` says where a layer has no own."""
    return call.made(call.shape)


def kept(call: Call) -> Made:
    """The tensor as it is read."""
    return call.kept(call.shape)


def along_axis(call: Call) -> Made:
    """A layer that works along an axis, which has to be there."""
    axis = call.value("axis")
    for one in axis if isinstance(axis, tuple | list) else (axis,):
        if isinstance(one, int) and not isinstance(one, bool):
            axis_of(one, len(call.shape), "axis", call.component.name)
        elif one is not None:
            raise UnknownShape
    return call.made(call.shape)


def spatial_dropout(call: Call) -> Made:
    """The tensor of an image or a sequence, whole channels of it left out."""
    return call.made(need_rank(call, 2 + int(call.component.name[-2])))


_SAME = (
    "Activation",
    "ActivityRegularization",
    "AlphaDropout",
    "AugMix",
    "AutoContrast",
    "Dropout",
    "ELU",
    "GaussianDropout",
    "GaussianNoise",
    "LeakyReLU",
    "Masking",
    "PReLU",
    "RandAugment",
    "RandomBrightness",
    "RandomColorDegeneration",
    "RandomColorJitter",
    "RandomContrast",
    "RandomElasticTransform",
    "RandomErasing",
    "RandomFlip",
    "RandomGaussianBlur",
    "RandomHue",
    "RandomInvert",
    "RandomPerspective",
    "RandomPosterization",
    "RandomRotation",
    "RandomSaturation",
    "RandomSharpness",
    "RandomShear",
    "RandomTranslation",
    "RandomZoom",
    "ReLU",
    "Rescaling",
    "Softmax",
    "Solarization",
    "applications.convnext.LayerScale",
    "applications.convnext.StochasticDepth",
)
_ALONG = (
    "BatchNormalization",
    "GroupNormalization",
    "LayerNormalization",
    "Normalization",
    "RMSNormalization",
    "UnitNormalization",
)

POINTWISE: Mapping[str, Rule] = {
    **dict.fromkeys(_SAME, same),
    **dict.fromkeys(_ALONG, along_axis),
    **{f"SpatialDropout{count}D": spatial_dropout for count in (1, 2, 3)},
    "Identity": kept,
}
