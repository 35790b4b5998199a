"""`inputs` and `targets` → `FieldSpec`: the fields that each reads, and what is done to them."""

from __future__ import annotations

from collections.abc import Sequence as Names

from kerascli.errors import Span, did_you_mean
from kerascli.spec.component import Component
from kerascli.spec.component_parser import parse_components
from kerascli.spec.data_spec import FieldSpec, Missing, Pad, Read
from kerascli.spec.nodes import Mapping, Node, Scalar, Sequence, kind_of
from kerascli.spec.places import FIELD, MISSING, PAD
from kerascli.spec.problems import Problems
from kerascli.spec.reads import READS
from kerascli.spec.section import check_keys, choice, number, text, truth, whole_number
from kerascli.spec.source_parser import check_read_values, located_path, parse_parameters

# Keys that say what is done to an input, which nothing would undo in a target.
_INPUT_KEYS = ("augment", "missing", "pad", "read")


def parse_fields(node: Node | None, what: str, names: Names[str], problems: Problems) -> tuple[FieldSpec, ...] | None:
    """What each input (or output) reads; a lone field name is for a model with one."""
    if node is None:
        return None
    if isinstance(node, Scalar) and isinstance(node.value, str):
        if len(names) > 1:
            message = f"the model has {len(names)} {what}s; say which reads '{node.value}'"
            problems.add("ambiguous-field", message, node, f"write '{{{names[0]}: {node.value}}}'")
        return (FieldSpec(names[0] if len(names) == 1 else "", (node.value,), span=node.span),)
    if not isinstance(node, Mapping):
        message = f"'{'inputs' if what == 'input' else 'targets'}' must map the model's {what}s to fields, not {kind_of(node)}"
        problems.add("wrong-type", message, node, "write '{name: field}'")
        return None
    fields = []
    for key, value in node.entries:
        name = str(key.value)
        if names and name not in names:
            message = f"the model has no {what} '{name}'"
            code = "unknown-input" if what == "input" else "unknown-output"
            problems.add(code, message, key, did_you_mean(name, names))
            continue
        field = _field(name, value, what, problems)
        if field is not None:
            fields.append(field)
    _check_complete(node, what, names, problems)
    return tuple(fields)


def _check_complete(node: Mapping, what: str, names: Names[str], problems: Problems) -> None:
    """Every input needs a field; an output may be without a target only when its loss is null (checked there)."""
    named = set(node.keys())
    missing = [name for name in names if name not in named]
    if missing and what == "input":
        words = ", ".join(f"'{name}'" for name in missing)
        problems.add("missing-field", f"'data.inputs' says nothing of {words}", node, f"add '{missing[0]}: FIELD'")


def _field(name: str, node: Node, what: str, problems: Problems) -> FieldSpec | None:
    if isinstance(node, Scalar):
        field = text(node, name, problems)
        return None if field is None else FieldSpec(name, (field,), span=node.span)
    if not isinstance(node, Mapping):
        hint = "write '{fields: [a, b]}' to stack several"
        problems.add("wrong-type", f"'{name}' must be a field or a mapping, not {kind_of(node)}", node, hint)
        return None
    check_keys(node, FIELD, f"'{name}'", problems)
    names, stacked, span = _field_names(node, name, problems)
    if not names:
        return None
    transform = node.get("transform")
    transforms = parse_components(transform, "layers", problems) if transform is not None else ()
    if what == "output":
        _check_target_transforms(transforms, problems)
        for word in _INPUT_KEYS:
            if node.key(word) is not None:
                problems.add(word, f"'{word}' is for inputs", node.key(word), "move it to 'data.inputs'")
    elif node.key("classes") is not None or node.key("one_hot") is not None:
        word = "classes" if node.key("classes") is not None else "one_hot"
        problems.add("classes", f"'{word}' is for targets", node.key(word), "move it to 'data.targets'")
    augment = node.get("augment")
    missing, read = _missing(node.get("missing"), problems), _read(node.get("read"), stacked, problems)
    if missing is not None and read is not None:
        message = "'missing' says nothing of what stands in files, and a path may not be missing"
        problems.add("missing", message, node.key("missing"), "remove it; 'data.on_error: skip' leaves such rows out")
    return FieldSpec(
        name,
        names,
        stacked,
        transforms,
        _classes(node, problems),
        _one_hot(node, problems),
        augment=parse_components(augment, "layers", problems) if augment is not None else (),
        missing=missing,
        pad=_pad(node.get("pad"), problems),
        read=read,
        span=span,
    )


def _missing(node: Node | None, problems: Problems) -> Missing | None:
    """`mean`, `median`, or `{value: …}`."""
    if node is None:
        return None
    if not isinstance(node, Mapping):
        rule = choice(node, "missing", ("mean", "median"), problems)
        return None if rule is None else Missing(rule, span=node.span)
    check_keys(node, MISSING, "'missing'", problems)
    value = node.get("value")
    if value is None:
        problems.add("missing-key", "'missing' has no 'value'", node, "write '{value: 0}'")
        return None
    if not isinstance(value, Scalar) or value.value is None or isinstance(value.value, bool):
        problems.add("wrong-type", f"'value' must be a number or text, not {kind_of(value)}", value)
        return None
    return Missing("value", value.value, node.span)


def _pad(node: Node | None, problems: Problems) -> Pad | None:
    """`{length: 200, side: pre, value: 0}`; a number alone is the length."""
    if node is None:
        return None
    if isinstance(node, Scalar):
        only = whole_number(node, "pad", problems, minimum=1)
        return None if only is None else Pad(only, span=node.span)
    if not isinstance(node, Mapping):
        problems.add("wrong-type", f"'pad' must be a mapping, not {kind_of(node)}", node, "write '{length: 200}'")
        return None
    check_keys(node, PAD, "'pad'", problems)
    length, side, value = node.get("length"), node.get("side"), node.get("value")
    return Pad(
        None if length is None else whole_number(length, "length", problems, minimum=1),
        "post" if side is None else choice(side, "side", ("pre", "post"), problems) or "post",
        0 if value is None else number(value, "value", problems) or 0,
        node.span,
    )


def _read(node: Node | None, stacked: bool, problems: Problems) -> Read | None:
    """`image`, or `{image: {size: …}}`."""
    if node is None:
        return None
    if stacked:
        problems.add("read", "'read' takes one field, not several", node, "write 'field' instead of 'fields'")
    if isinstance(node, Mapping) and len(node.entries) == 1:
        key, given = node.entries[0]
    elif isinstance(node, Scalar):
        key, given = node, None
    else:
        hint = "write 'image', or '{image: {size: [128, 128]}}'"
        problems.add("wrong-type", f"'read' must be a word or a mapping with one, not {kind_of(node)}", node, hint)
        return None
    kind = choice(key, "read", tuple(READS), problems)
    if kind is None:
        return None
    arguments = parse_parameters(READS[kind], given, f"'{kind}'", key, problems)
    found = {argument.name: argument.value for argument in arguments}
    if "folder" not in found:
        found["folder"] = located_path(".", node, problems)
    check_read_values(kind, arguments, problems)
    return Read(kind, tuple(found.items()), node.span)


def _field_names(node: Mapping, name: str, problems: Problems) -> tuple[tuple[str, ...], bool, Span]:
    one, several = node.get("field"), node.get("fields")
    if one is not None and several is not None:
        problems.add("twice", "'field' and 'fields' exclude each other", node.key("fields"), "remove one of them")
    if several is not None:
        if not isinstance(several, Sequence) or not several.items:
            problems.add("wrong-type", "'fields' must be a list of fields", several, "write '[age, fare]'")
            return (), True, several.span
        found = [text(item, "fields", problems) for item in several.items]
        return tuple(field for field in found if field is not None), True, several.span
    if one is not None:
        field = text(one, "field", problems)
        return ((field,) if field is not None else ()), False, one.span
    # A mapping without `field` takes the field of the input's own name.
    key_span = node.entries[0][0].span if node.entries else node.span
    return (name,), False, key_span


def _check_target_transforms(transforms: tuple[Component, ...], problems: Problems) -> None:
    for component in transforms:
        if component.name not in ("Normalization", "Rescaling"):
            message = f"{component.name} on a target can't be undone in predictions"
            hint = "a target takes 'Normalization' and 'Rescaling' alone"
            problems.add("target-transform", message, component.span, hint)


def _classes(node: Mapping, problems: Problems) -> tuple[str | int | float | bool, ...] | None:
    value = node.get("classes")
    if value is None:
        return None
    if not isinstance(value, Sequence) or not value.items:
        problems.add(
            "wrong-type", f"'classes' must be a list of names, not {kind_of(value)}", value, "write '[cat, dog]'"
        )
        return None
    found: list[str | int | float | bool] = []
    for item in value.items:
        if not isinstance(item, Scalar) or item.value is None:
            problems.add("wrong-type", f"a class must be a name or a number, not {kind_of(item)}", item)
        elif item.value in found:
            problems.add("duplicate-name", f"the class '{item.text}' is listed twice", item, "remove one of them")
        else:
            found.append(item.value)
    return tuple(found)


def _one_hot(node: Mapping, problems: Problems) -> bool:
    value = node.get("one_hot")
    return value is not None and truth(value, "one_hot", problems) is True
