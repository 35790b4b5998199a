"""Which field each model input and output reads where the spec leaves it out: by name, or the only one left."""

from __future__ import annotations

from collections.abc import Sequence as Names
from dataclasses import replace

from kerascli.errors import ExitCode, Span, did_you_mean
from kerascli.spec.data_parser import known_fields
from kerascli.spec.data_spec import DataSpec, FieldSpec
from kerascli.spec.model_spec import ModelSpec
from kerascli.spec.problems import Problems
from kerascli.spec.sources import SOURCES

# Sources whose target has a name of the source's own.
_WITH_TARGET = tuple(name for name, entry in SOURCES.items() if entry.fields is not None)


def infer_known_fields(data: DataSpec, model: ModelSpec, problems: Problems) -> DataSpec:
    """The data section with inputs and targets filled in, where the source's fields are known without reading it."""
    available = known_fields(data.source)
    if available is None:
        return data
    outputs = [output.name for output in model.outputs]
    inputs = [item.name for item in model.inputs]
    return resolve_fields(data, available, inputs, outputs, problems)


def resolve_fields(
    data: DataSpec, available: Names[str], input_names: Names[str], output_names: Names[str], problems: Problems
) -> DataSpec:
    """Fills in what each input and output reads.

    A name takes the field of its own name; the only field left over goes to the only name without one. The only output
    takes the field that the source calls `label` or `price`.

    Args:
        data: The data section.
        available: The source's fields.
        input_names: The model's inputs; empty when the spec leaves them out (there is one, named by its field).
        output_names: The model's outputs.
        problems: Where faults go (code `unknown-field`, status 3, and `ambiguous-field`).

    Returns:
        The section with `inputs` and `targets` filled in; as it was, where a fault was found.
    """
    used = {field for spec in (*(data.inputs or ()), *(data.targets or ())) for field in spec.fields}
    used |= {field for _, field, _ in data.sample_weight}
    for spec in (*(data.inputs or ()), *(data.targets or ())):
        for field in spec.fields:
            if field not in available:
                _report_missing(field, spec.span, data, available, problems)
    targets = data.targets
    inputs = data.inputs
    if targets is None:
        reserved = {name for name in input_names if name in available} if inputs is None else set()
        left = [field for field in available if field not in used | reserved]
        usual = [field for field in left if field in ("label", "price")]
        if (
            len(output_names) == 1
            and output_names[0] not in left
            and len(usual) == 1
            and data.source.name in _WITH_TARGET
        ):
            # What folders and Keras's own datasets call the target.
            left = usual
        targets = _by_name(output_names, left, "output", data, problems)
        used |= {field for spec in targets or () for field in spec.fields}
    if inputs is None:
        left = [field for field in available if field not in used]
        names = input_names or ([left[0]] if len(left) == 1 else [])
        if not names:
            _report_ambiguous("input", left, data, problems)
        else:
            inputs = _by_name(names, left, "input", data, problems)
    if problems.failed:
        return data
    inputs = _named(inputs, input_names)
    return replace(data, inputs=inputs, targets=targets)


def _named(fields: tuple[FieldSpec, ...] | None, names: Names[str]) -> tuple[FieldSpec, ...] | None:
    """`data.inputs: image` for a model without written inputs: the one input takes the field's name."""
    if fields is None or len(fields) != 1 or fields[0].name:
        return fields
    only = fields[0]
    name = names[0] if names else only.fields[0]
    return (replace(only, name=name),)


def _by_name(
    names: Names[str], left: list[str], what: str, data: DataSpec, problems: Problems
) -> tuple[FieldSpec, ...] | None:
    found = {name: name for name in names if name in left}
    rest = [field for field in left if field not in found]
    without = [name for name in names if name not in found]
    if len(without) == 1 and len(rest) == 1:
        found[without[0]] = rest[0]
    elif without:
        _report_ambiguous(what, rest, data, problems, without)
        return None
    return tuple(FieldSpec(name, (found[name],), span=data.source.span) for name in names)


def _report_ambiguous(what: str, left: list[str], data: DataSpec, problems: Problems, without: Names[str] = ()) -> None:
    shown = ", ".join(f"'{field}'" for field in left[:8]) or "none"
    section = "inputs" if what == "input" else "targets"
    names = ", ".join(f"'{name}'" for name in without) or "the model's input"
    example = without[0] if without else "name"
    problems.add(
        "ambiguous-field",
        f"nothing says which field {names} reads; left over are {shown}",
        data.source.span,
        f"write 'data.{section}: {{{example}: FIELD}}'",
    )


def _report_missing(field: str, span: Span | None, data: DataSpec, available: Names[str], problems: Problems) -> None:
    message = f"the source '{data.source.name}' has no field '{field}'"
    problems.add("unknown-field", message, span, did_you_mean(field, available), status=ExitCode.DATA)
