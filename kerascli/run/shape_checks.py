"""The lints of shapes once more, when data and model tell shapes that the spec alone did not."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from kerascli.check import check_shapes
from kerascli.check.shapes import Shapes
from kerascli.errors import Diagnostic, SpecError
from kerascli.model.summarise import summarise
from kerascli.spec.spec import Spec


def new_doubts(
    spec: Spec, shapes: Shapes, said: Iterable[Diagnostic], *, built: bool = False
) -> tuple[Diagnostic, ...]:
    """What the shapes tell that was not said before.

    Args:
        spec: The spec.
        shapes: The shapes that are known now.
        said: What was said already.
        built: Whether the model is made: its weights then are no longer part of what memory must hold beside it.

    Raises:
        SpecError: There is an error among it.
    """
    known = {(one.code, one.span) for one in said}
    found = tuple(one for one in check_shapes(spec, shapes) if (one.code, one.span) not in known)
    if built:
        found = tuple(one for one in found if one.code != "memory")
    if any(one.severity == "error" for one in found):
        raise SpecError(found)
    return found


def model_shapes(model: Any, spec: Spec) -> Shapes:
    """The shapes of a model's tensors, as Keras made them."""
    if spec.model.own_class is not None:
        return {}
    return {row.path: row.outputs for row in summarise(model, spec.model, spec.name).layers}
