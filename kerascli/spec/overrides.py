"""The command line's `path=value`: each is applied to the nodes, and remembers what it beat."""

from __future__ import annotations

from collections.abc import Sequence as Texts
from dataclasses import replace

from kerascli.errors import SourceText, Span, SpecError, UsageError
from kerascli.spec.nodes import Mapping, Node, Scalar, Sequence
from kerascli.spec.paths import Step, UnknownPath, expand, find_step
from kerascli.spec.places import ROOT, Place
from kerascli.spec.problems import COMMAND_LINE, Problems
from kerascli.spec.yaml_loader import load_nodes


def apply_overrides(root: Mapping, overrides: Texts[str], problems: Problems) -> tuple[SourceText | None, Mapping]:
    """The tree after the overrides.

    Args:
        root: The whole spec's nodes.
        overrides: `path=value`, `+path=value` (appends), `~path` (deletes).
        problems: Where faults go; each stands at `command line`, on the line of its override.

    Returns:
        The text of the overrides (None without any), and the new tree.

    Raises:
        UsageError: An override is not of these forms.
    """
    if not overrides:
        return None, root
    source = SourceText(COMMAND_LINE, "\n".join(text.replace("\n", " ") for text in overrides))
    for number, text in enumerate(source.lines, 1):
        try:
            root = _apply(root, text, source, number)
        except UnknownPath as error:
            span = source.span(number, error.column + _sign_length(text), len(error.segment))
            problems.add("unknown-path", error.message, span, error.hint)
        except SpecError as error:
            problems.found += error.diagnostics
    return source, root


def _sign_length(text: str) -> int:
    return 1 if text[:1] in "+~" else 0


def _apply(root: Mapping, text: str, source: SourceText, number: int) -> Mapping:
    sign = text[:1] if text[:1] in ("+", "~") else ""
    path, equals, value_text = text[len(sign) :].partition("=")
    span = source.span(number, 1, len(text))
    if not path or path != path.strip() or (sign == "~" and equals) or (sign != "~" and not equals):
        hint = "write 'path=value', '+path=value' to append or '~path' to delete"
        raise UsageError(f"'{text}' is not an override", code="override", span=span, hint=hint)
    segments = path.split(".")
    if sign == "~":
        return _delete(root, segments)
    offset = len(text) - len(value_text)
    value = load_nodes(source, value_text, line_offset=number - 1, column_offset=offset)
    if value is None:
        value = Scalar(None, source.span(number, max(1, offset)), "")
    path_span = source.span(number, len(sign) + 1, len(path))
    changed = _set(root, ROOT, segments, 0, value, path_span, append=sign == "+")
    assert isinstance(changed, Mapping)
    return changed


def _set(node: Node, place: Place, segments: list[str], at: int, value: Node, span: Span, *, append: bool) -> Node:
    """A copy of `node` in which the path `segments[at:]` has the value."""
    if at == len(segments):
        return _appended(node, value) if append else replace(value, beats=(*value.beats, node, *node.beats))
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
