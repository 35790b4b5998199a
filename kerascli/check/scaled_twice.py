"""A lint of inputs that are scaled down twice, mostly by the data and by the model."""

from __future__ import annotations

from collections.abc import Iterator

from kerascli.check.known_data import input_field
from kerascli.errors import Diagnostic, Note
from kerascli.spec.component import Component
from kerascli.spec.model_spec import ModelSpec
from kerascli.spec.spec import Spec

# What brings pixels into a small range; one of these is enough.
_SMALL = 1 / 100


def scaled_twice(spec: Spec) -> Iterator[Diagnostic]:
    """Pixels divided by 255 two times: they all come near 0, and most models learn badly from them."""
    for item in spec.model.inputs:
        field = input_field(spec, item.name)
        found = [one for one in (field.transforms if field is not None else ()) if _scales_down(one)]
        found += _first_scales(spec.model, item.name)
        if len(found) > 1:
            message = f"the input '{item.name}' is scaled down twice: its numbers all come near 0"
            notes = (Note("the first time", found[0].span),)
            yield Diagnostic("input-scale", message, found[1].span, "remove one of the two", notes, severity="warning")


def _first_scales(model: ModelSpec, name: str) -> list[Component]:
    """The layers that scale an input down, right behind it."""
    found = []
    at = name
    for layer in model.layers:
        if layer.shared is None and layer.wiring.kind == "one" and layer.wiring.tensors[0].name == at:
            if layer.component.group != "layers" or layer.component.name not in ("Rescaling", "Resizing", "Flatten"):
                break
            if _scales_down(layer.component):
                found.append(layer.component)
            at = layer.name
    return found


def _scales_down(component: Component) -> bool:
    scale = component.value("scale")
    if component.name != "Rescaling" or isinstance(scale, bool) or not isinstance(scale, int | float):
        return False
    return 0 < abs(scale) < _SMALL
