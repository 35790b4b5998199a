"""Which layers see an input's numbers first: what stands between only moves them."""

from __future__ import annotations

from collections.abc import Iterator

from kerascli.spec.model_spec import LayerSpec, ModelSpec

# They change no number that they hand on (Dropout makes some of them zero, or larger by its rate).
_MOVING = frozenset(
    {
        "CenterCrop",
        "Concatenate",
        "Cropping1D",
        "Cropping2D",
        "Cropping3D",
        "Dropout",
        "Flatten",
        "Masking",
        "Permute",
        "RandomCrop",
        "RandomFlip",
        "RandomRotation",
        "RandomTranslation",
        "RandomZoom",
        "RepeatVector",
        "Reshape",
        "Resizing",
        "ZeroPadding1D",
        "ZeroPadding2D",
        "ZeroPadding3D",
    }
)


def first_readers(model: ModelSpec, name: str) -> Iterator[LayerSpec]:
    """The layers that read an input of the model, itself or moved.

    Args:
        model: The model.
        name: The input.
    """
    handed_on = {name}
    for layer in model.layers:
        if not any(reference.name in handed_on for reference in layer.wiring.references):
            continue
        if layer.component.group == "layers" and layer.component.name in _MOVING:
            handed_on.add(layer.name)
        else:
            yield layer
