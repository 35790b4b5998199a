"""A lint of samples whose shape is known, and that the transforms or the model don't take."""

from __future__ import annotations

from collections.abc import Iterator

from kerascli.check.known_data import UnfitTransform, input_field, prepared_tensor
from kerascli.check.shapes.call import Shape, UnknownShape
from kerascli.check.shapes.infer import Shapes
from kerascli.errors import Diagnostic, ExitCode
from kerascli.spec.model_parser import INFERRED_INPUT
from kerascli.spec.model_spec import InputSpec
from kerascli.spec.spec import Spec


def unfit_samples(spec: Spec, shapes: Shapes) -> Iterator[Diagnostic]:
    """What reading the data would find at its first samples, said without reading them."""
    del shapes
    for item in spec.model.inputs or (InputSpec(INFERRED_INPUT, None),):
        field = input_field(spec, item.name)
        if field is None or spec.data is None:
            continue
        try:
            tensor = prepared_tensor(spec.data, field, widened=item.shape != ())
        except UnknownShape:
            continue
        except UnfitTransform as unfit:
            fault, component = unfit.fault, unfit.component
            argument = component.argument(fault.argument) if fault.argument is not None else None
            span = component.span if argument is None else argument.span
            yield Diagnostic(fault.code, fault.message, span, fault.hint)
            continue
        have = tensor.shape[1:]
        if item.shape is not None and not _fits(item.shape, have):
            message = f"'{item.name}' has samples of shape {_shown(have)}, the model takes {_shown(item.shape)}"
            hint = f"write '{item.name}: {_shown(have)}' below 'model.inputs', or add a transform such as Reshape"
            yield Diagnostic("shape", message, field.span, hint, status=ExitCode.DATA)


def _fits(wanted: Shape, given: Shape) -> bool:
    return len(wanted) == len(given) and all(
        None in (one, other) or one == other for one, other in zip(wanted, given, strict=True)
    )


def _shown(shape: Shape) -> str:
    return "[" + ", ".join("null" if size is None else str(size) for size in shape) + "]"
