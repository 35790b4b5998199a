"""The `data` section → `DataSpec`: source, splits, and what each model input and output reads."""

from __future__ import annotations

from collections.abc import Sequence as Names

from kerascli.errors import ExitCode, Span, did_you_mean
from kerascli.spec.component import Component
from kerascli.spec.component_parser import parse_component, parse_components
from kerascli.spec.data_spec import DataSpec, FieldSpec, SplitSpec
from kerascli.spec.nodes import Mapping, Node, Scalar, Sequence, kind_of
from kerascli.spec.places import DATA, FIELD, SPLIT
from kerascli.spec.problems import Problems
from kerascli.spec.section import check_keys, number, section_of, text, truth, whole_number
from kerascli.spec.sources import SOURCES, SOURCES_TO_COME

_TO_COME = ("augment", "window", "cache", "on_error")
_FIELD_TO_COME = ("augment", "missing", "pad", "read")
# What a split may go by instead of a plain draw.
_SPLIT_FIELDS = ("stratify", "group", "order")


def parse_data(
    node: Node | None, input_names: Names[str], output_names: Names[str], problems: Problems
) -> DataSpec | None:
    """The data section.

    Args:
        node: The section, or None.
        input_names: The model's inputs, to find misspelt ones; empty when they are inferred.
        output_names: The model's outputs.
        problems: Where faults go.
    """
    if node is None:
        return None
    section = section_of(node, "data", problems)
    if section is None:
        return None
    check_keys(section, DATA, "'data'", problems)
    for word in _TO_COME:
        if section.key(word) is not None:
            problems.not_yet(f"'data.{word}'", section.key(word))
    source = _source(section, problems)
    splits = {word: _split(section.get(word), word, problems) for word in ("validation", "test")}
    inputs = _fields(section.get("inputs"), "input", input_names, problems)
    targets = _fields(section.get("targets"), "output", output_names, problems)
    weights = _sample_weight(section.get("sample_weight"), output_names, problems)
    if source is None:
        return None
    data = DataSpec(source, splits["validation"], splits["test"], inputs, targets, weights, span=section.span)
    check_known_fields(data, problems)
    return data


def _source(section: Mapping, problems: Problems) -> Component | None:
    node = section.get("source")
    if node is None:
        problems.add(
            "missing-key", "'data' has no 'source'", section, "write 'source: mnist', or 'source: {csv: FILE}'"
        )
        return None
    return parse_component(node, "sources", problems)


def _split(node: Node | None, name: str, problems: Problems) -> SplitSpec | None:
    """A count, a fraction, their long form, or a source of its own."""
    if node is None or (isinstance(node, Scalar) and node.value is None):
        return None
    if isinstance(node, Scalar) and not isinstance(node.value, str):
        if isinstance(node.value, int) and not isinstance(node.value, bool):
            return SplitSpec(count=whole_number(node, name, problems, minimum=1), span=node.span)
        return SplitSpec(fraction=_fraction(node, name, problems), span=node.span)
    if isinstance(node, Scalar) and not node.quoted and "/" in node.text and node.text[0].isdigit():
        return SplitSpec(fraction=_fraction(node, name, problems), span=node.span)
    if isinstance(node, Mapping) and not _is_source(node):
        return _long_split(node, name, problems)
    source = parse_component(node, "sources", problems)
    return None if source is None else SplitSpec(source=source, span=node.span)


def _is_source(node: Mapping) -> bool:
    words = list(node.keys())
    return len(words) == 1 and words[0] not in SPLIT.keys and (words[0] in SOURCES or words[0] in SOURCES_TO_COME)


def _long_split(node: Mapping, name: str, problems: Problems) -> SplitSpec | None:
    check_keys(node, SPLIT, f"'{name}'", problems)
    count, fraction, shuffle = node.get("count"), node.get("fraction"), node.get("shuffle")
    if set(node.keys()) - set(SPLIT.keys):
        return None
    if (count is None) == (fraction is None):
        problems.add("split", f"'{name}' takes a 'count' or a 'fraction'", node, "write one of them")
        return None
    shuffled = truth(shuffle, "shuffle", problems) if shuffle is not None else True
    by = [word for word in _SPLIT_FIELDS if node.get(word) is not None]
    for word in by[1:]:
        message = f"a split goes by one field, not by '{by[0]}' and '{word}'"
        problems.add("split", message, node.key(word), "remove one of them")
    if node.get("order") is not None and shuffle is not None:
        message = "a split by 'order' takes the latest samples, and 'shuffle' says nothing of it"
        problems.add("split", message, node.key("shuffle"), "remove it")
    fields = {word: text(value, word, problems) for word in by if (value := node.get(word)) is not None}
    place = node.get(by[0]) if by else None
    return SplitSpec(
        count=whole_number(count, "count", problems, minimum=1) if count is not None else None,
        fraction=_fraction(fraction, "fraction", problems) if fraction is not None else None,
        shuffle=shuffled is not False,
        stratify=fields.get("stratify"),
        group=fields.get("group"),
        order=fields.get("order"),
        field_span=place.span if place is not None else None,
        span=(count if count is not None else fraction if fraction is not None else node).span,
    )


def _fraction(node: Node, name: str, problems: Problems) -> float | None:
    value = number(node, name, problems)
    if value is not None and not 0 < value < 1:
        problems.add("out-of-range", f"'{name}' must lie between 0 and 1, not {value:g}", node, "write 0.2 for a fifth")
        return None
    return value


def _fields(node: Node | None, what: str, names: Names[str], problems: Problems) -> tuple[FieldSpec, ...] | None:
    """What each input (or output) reads; a lone field name is for a model with one."""
    if node is None:
        return None
    if isinstance(node, Scalar) and isinstance(node.value, str):
        if len(names) > 1:
            message = f"the model has {len(names)} {what}s; say which reads '{node.value}'"
            problems.add("ambiguous-field", message, node, f"write '{{{names[0]}: {node.value}}}'")
        return (FieldSpec(names[0] if len(names) == 1 else "", (node.value,), span=node.span),)
    if not isinstance(node, Mapping):
        message = f"'{what}s' must map the model's {what}s to fields, not {kind_of(node)}"
        problems.add("wrong-type", message, node, "write '{name: field}'")
        return None
    fields = []
    for key, value in node.entries:
        name = str(key.value)
        if names and name not in names:
            message = f"the model has no {what} '{name}'"
            problems.add(f"unknown-{what}", message, key, did_you_mean(name, names))
            continue
        field = _field(name, value, what, problems)
        if field is not None:
            fields.append(field)
    _check_complete(node, what, names, problems)
    return tuple(fields)


def _check_complete(node: Mapping, what: str, names: Names[str], problems: Problems) -> None:
    """Every input needs a field; an output may be without a target only when its loss is null (checked there)."""
    missing = [name for name in names if name not in set(node.keys())]
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
    for word in _FIELD_TO_COME:
        if node.key(word) is not None:
            problems.not_yet(f"'{word}' of a field", node.key(word))
    names, stacked, span = _field_names(node, name, problems)
    if not names:
        return None
    transform = node.get("transform")
    transforms = parse_components(transform, "layers", problems) if transform is not None else ()
    if what == "output":
        _check_target_transforms(transforms, problems)
    elif node.key("classes") is not None or node.key("one_hot") is not None:
        word = "classes" if node.key("classes") is not None else "one_hot"
        problems.add("classes", f"'{word}' is for targets", node.key(word), "move it to 'data.targets'")
    return FieldSpec(name, names, stacked, transforms, _classes(node, problems), _one_hot(node, problems), span=span)


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


def _sample_weight(
    node: Node | None, output_names: Names[str], problems: Problems
) -> tuple[tuple[str | None, str, Span | None], ...]:
    if node is None:
        return ()
    if isinstance(node, Scalar):
        field = text(node, "sample_weight", problems)
        return () if field is None else ((None, field, node.span),)
    if not isinstance(node, Mapping):
        problems.add("wrong-type", f"'sample_weight' must be a field, not {kind_of(node)}", node)
        return ()
    found = []
    for key, value in node.entries:
        name = str(key.value)
        if output_names and name not in output_names:
            message = f"the model has no output '{name}'"
            problems.add("unknown-output", message, key, did_you_mean(name, output_names))
            continue
        field = text(value, name, problems)
        if field is not None:
            found.append((name, field, value.span))
    return tuple(found)


def known_fields(source: Component) -> tuple[str, ...] | None:
    """The fields of a source that are known without reading it, or None."""
    if source.name == "synthetic":
        fields = source.value("fields")
        return tuple(str(name) for name in fields) if isinstance(fields, dict) else None
    if source.name == "npy" and source.argument("path") is None:
        return tuple(argument.name for argument in source.arguments)
    return SOURCES[source.name].fields


def check_known_fields(data: DataSpec, problems: Problems) -> None:
    """Reports fields that the source lacks, where its fields are known without reading it."""
    available = known_fields(data.source)
    if available is None:
        return
    read = [(field, spec.span) for spec in (*(data.inputs or ()), *(data.targets or ())) for field in spec.fields]
    read += [(field, span) for _, field, span in data.sample_weight]
    for split in (data.validation, data.test):
        by = (split.stratify or split.group or split.order) if split is not None else None
        read += [(by, split.field_span)] if split is not None and by is not None else []
    for field, span in read:
        if field not in available:
            message = f"the source '{data.source.name}' has no field '{field}'"
            hint = did_you_mean(field, available)
            problems.add("unknown-field", message, span, hint, status=ExitCode.DATA)
