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
    scales = _first_scales(spec.model)
    for item in spec.model.inputs:
        field = input_field(spec, item.name)
        found = [one for one in (field.transforms if field is not None else ()) if _scales_down(one)]
        found += scales[item.name]
        if len(found) > 1:
            message = f"the input '{item.name}' is scaled down twice: its numbers all come near 0"
            notes = (Note("the first time", found[0].span),)
            yield Diagnostic("input-scale", message, found[1].span, "remove one of the two", notes, severity="warning")


def _first_scales(model: ModelSpec) -> dict[str, list[Component]]:
    """Input to the layers that scale it down, right behind it."""
    found: dict[str, list[Component]] = {item.name: [] for item in model.inputs}
    # What is the input still, moved or scaled.
    input_of = {item.name: item.name for item in model.inputs}
    for layer in model.layers:
        if layer.shared is not None or layer.wiring.kind != "one" or layer.component.group != "layers":
            continue
        name = input_of.get(layer.wiring.tensors[0].name)
        if name is not None and layer.component.name in ("Rescaling", "Resizing", "Flatten"):
            input_of[layer.name] = name
            if _scales_down(layer.component):
                found[name].append(layer.component)
    return found


def _scales_down(component: Component) -> bool:
    scale = component.value("scale")
    if component.name != "Rescaling" or isinstance(scale, bool) or not isinstance(scale, int | float):
        return False
    return 0 < abs(scale) < _SMALL
