"""`path=value` of the command line and of `override`: each is applied to the nodes, and remembers what it beat."""

from __future__ import annotations

from collections.abc import Sequence as Texts
from dataclasses import replace

from kerascli.errors import SourceText, Span, SpecError, UsageError
from kerascli.quick_dataclass import dataclass
from kerascli.spec.nodes import Mapping, Node, Scalar, Sequence, beaten, kind_of
from kerascli.spec.paths import Step, UnknownPath, expand, find_step
from kerascli.spec.places import ROOT, Place
from kerascli.spec.problems import COMMAND_LINE, Problems
from kerascli.spec.yaml_loader import MAXIMUM_DEPTH, load_nodes


@dataclass(frozen=True)
class _Change:
    """One override.

    Attributes:
        sign: Empty sets, `+` appends, `~` deletes.
        segments: The path.
        span: The place of the path, without its sign.
        value: What is set or appended.
    """

    sign: str
    segments: list[str]
    span: Span
    value: Node


def apply_overrides(root: Mapping, overrides: Texts[str], problems: Problems) -> tuple[SourceText, Mapping]:
    """The tree after the command line's overrides.

    Args:
        root: The whole spec's nodes.
        overrides: `path=value`, `+path=value` (appends), `~path` (deletes).
        problems: Where faults go; each stands at `command line`, on the line of its override.

    Returns:
        The text of the overrides, and the new tree.

    Raises:
        UsageError: An override is not of these forms.
    """
    source = SourceText(COMMAND_LINE, "\n".join(text.replace("\n", " ") for text in overrides))
    for number, text in enumerate(source.lines, 1):
        try:
            root = _apply(root, _read(text, source, number), problems)
        except SpecError as error:
            problems.found += error.diagnostics
    return source, root


def apply_section(root: Mapping, section: Node, problems: Problems) -> Mapping:
    """The tree after the `override` section of a file: a mapping from path to value, with the command line's signs."""
    if isinstance(section, Scalar) and section.value is None:
        return root
    if not isinstance(section, Mapping):
        message = f"'override' must map paths to values, not {kind_of(section)}"
        problems.add("wrong-type", message, section, "write 'override: {fit.epochs: 5}'")
        return root
    for key, value in section.entries:
        # A number among the keys is a path as it is written.
        text = key.value if isinstance(key.value, str) else key.text
        sign = text[:1] if text[:1] in ("+", "~") else ""
        path = text[len(sign) :]
        if not path or path != path.strip():
            problems.add("override", f"'{key.text}' is not a path", key, "write 'fit.epochs: 5'")
            continue
        if sign == "~" and not (isinstance(value, Scalar) and value.value is None):
            problems.add("override", f"'{text}' deletes, and takes no value", value, f"write '{text}:' alone")
            continue
        start = key.span.column + len(sign) + (1 if key.quoted else 0)
        span = replace(key.span, column=start, length=len(path))
        root = _apply(root, _Change(sign, path.split("."), span, value), problems)
    return root


def _apply(root: Mapping, change: _Change, problems: Problems) -> Mapping:
    """The tree after one change; a path that names nothing is a fault at its segment."""
    try:
        if len(change.segments) > MAXIMUM_DEPTH:
            message = f"a path of more than {MAXIMUM_DEPTH} steps"
            raise UnknownPath.at(change.segments, MAXIMUM_DEPTH, message, None)
        if change.sign == "~":
            return _delete(root, change.segments)
        changed = _set(root, ROOT, change.segments, 0, change.value, change.span, append=change.sign == "+")
        assert isinstance(changed, Mapping)
        return changed
    except UnknownPath as error:
        span = replace(
            change.span, column=change.span.column + error.column - 1, length=max(1, len(error.segment.rstrip()))
        )
        problems.add("unknown-path", error.message, span, error.hint)
        return root


def _read(text: str, source: SourceText, number: int) -> _Change:
    """An override as it is typed."""
    sign = text[:1] if text[:1] in ("+", "~") else ""
    path, equals, value_text = text[len(sign) :].partition("=")
    span = source.span(number, 1, len(text))
    if not path or path != path.strip() or (sign == "~" and equals) or (sign != "~" and not equals):
        hint = "write 'path=value', '+path=value' to append or '~path' to delete"
        raise UsageError(f"'{text}' is not an override", code="override", span=span, hint=hint)
    offset = len(text) - len(value_text)
    value = load_nodes(source, value_text, line_offset=number - 1, column_offset=offset) if equals else None
    if value is None:
        value = Scalar(None, source.span(number, max(1, offset)), "")
    return _Change(sign, path.split("."), source.span(number, len(sign) + 1, len(path)), value)


def _set(node: Node, place: Place, segments: list[str], at: int, value: Node, span: Span, *, append: bool) -> Node:
    """A copy of `node` in which the path `segments[at:]` has the value."""
    if at == len(segments):
        return _appended(node, value) if append else replace(value, beats=beaten(value, node))
    node = expand(node, place)
    step = find_step(node, place, segments, at)
    last = step.next == len(segments)
    if step.child is None:
        inner: Node = value if last else Mapping((), span)
        if not last:
            inner = _set(inner, step.place, segments, step.next, value, span, append=append)
        elif append:
            inner = Sequence((value,), span)
    else:
        inner = _set(step.child, step.place, segments, step.next, value, span, append=append)
    return _with_child(node, step, inner, span)


def _appended(node: Node, value: Node) -> Sequence:
    """The list with one item more; one alone becomes a list first."""
    if isinstance(node, Scalar) and node.value is None:
        return Sequence((value,), value.span, (node, *node.beats))
    items = node.items if isinstance(node, Sequence) else (node,)
    return Sequence((*items, value), node.span, node.beats)


def _with_child(node: Node, step: Step, child: Node, span: Span) -> Node:
    if isinstance(node, Sequence):
        items = list(node.items)
        items[int(step.key)] = child
        return replace(node, items=tuple(items))
    assert isinstance(node, Mapping)
    key = node.key(step.key) or Scalar(_key_value(step.key), span, step.key)
    return node.with_entry(key, child)


def _key_value(text: str) -> str | int:
    """A new key as YAML would read it: the classes of `class_weight` may be whole numbers."""
    return int(text) if text.isdecimal() else text


def _delete(root: Mapping, segments: list[str]) -> Mapping:
    changed = _without(root, ROOT, segments, 0)
    assert isinstance(changed, Mapping)
    return changed


def _without(node: Node, place: Place, segments: list[str], at: int) -> Node:
    node = expand(node, place)
    step = find_step(node, place, segments, at)
    if step.child is None:
        raise UnknownPath.at(segments, at, "there is nothing to delete at '{path}'", None)
    if step.next == len(segments):
        if isinstance(node, Sequence):
            index = int(step.key)
            return replace(node, items=node.items[:index] + node.items[index + 1 :])
        assert isinstance(node, Mapping)
        return node.without(step.key)
    inner = _without(step.child, step.place, segments, step.next)
    return _with_child(node, step, inner, node.span)
