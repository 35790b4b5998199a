"""The `data` section → `DataSpec`: source, splits, and what each model input and output reads."""

from __future__ import annotations

from collections.abc import Sequence as Names

from kerascli.errors import ExitCode, Span, did_you_mean
from kerascli.spec.component import Component
from kerascli.spec.component_parser import parse_component, parse_components
from kerascli.spec.data_spec import DataSpec, WindowSpec
from kerascli.spec.field_parser import parse_fields
from kerascli.spec.nodes import Mapping, Node, Scalar, kind_of
from kerascli.spec.places import DATA, WINDOW
from kerascli.spec.problems import Problems
from kerascli.spec.section import check_keys, choice, section_of, text, whole_number
from kerascli.spec.sources import SOURCES
from kerascli.spec.split_parser import parse_split

CACHES = ("auto", "memory", "disk", "none")


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
    source = _source(section, problems)
    splits = {word: parse_split(section.get(word), word, problems) for word in ("validation", "test")}
    inputs = parse_fields(section.get("inputs"), "input", input_names, problems)
    targets = parse_fields(section.get("targets"), "output", output_names, problems)
    weights = _sample_weight(section.get("sample_weight"), output_names, problems)
    augment, cache, on_error = (section.get(word) for word in ("augment", "cache", "on_error"))
    window = _window(section.get("window"), problems)
    if source is None:
        return None
    data = DataSpec(
        source,
        splits["validation"],
        splits["test"],
        inputs,
        targets,
        weights,
        augment=parse_components(augment, "layers", problems) if augment is not None else (),
        window=window,
        cache="auto" if cache is None else choice(cache, "cache", CACHES, problems) or "auto",
        on_error="stop" if on_error is None else choice(on_error, "on_error", ("stop", "skip"), problems) or "stop",
        span=section.span,
    )
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


def _window(node: Node | None, problems: Problems) -> WindowSpec | None:
    """`{sequence_length: 24, horizon: 1, …}`."""
    if node is None:
        return None
    if not isinstance(node, Mapping):
        hint = "write '{sequence_length: 24}'"
        problems.add("wrong-type", f"'window' must be a mapping, not {kind_of(node)}", node, hint)
        return None
    check_keys(node, WINDOW, "'window'", problems)
    if node.get("sequence_length") is None:
        problems.add("missing-key", "'window' has no 'sequence_length'", node, "write '{sequence_length: 24}'")
        return None
    group = node.get("group")
    return WindowSpec(
        _window_number(node, "sequence_length", 1, problems),
        _window_number(node, "sequence_stride", 1, problems),
        _window_number(node, "sampling_rate", 1, problems),
        _window_number(node, "horizon", 0, problems),
        None if group is None else text(group, "group", problems),
        node.span,
        None if group is None else group.span,
    )


def _window_number(node: Mapping, word: str, least: int, problems: Problems) -> int:
    value = node.get(word)
    found = 1 if value is None else whole_number(value, word, problems, minimum=least)
    return least if found is None else found


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
    if data.window is not None and data.window.group is not None:
        read.append((data.window.group, data.window.group_span))
    for split in (data.validation, data.test):
        by = (split.stratify or split.group or split.order) if split is not None else None
        read += [(by, split.field_span)] if split is not None and by is not None else []
    for field, span in read:
        if field not in available:
            message = f"the source '{data.source.name}' has no field '{field}'"
            hint = did_you_mean(field, available)
            problems.add("unknown-field", message, span, hint, status=ExitCode.DATA)
