"""YAML text → located nodes, from a stream of events under bounds, so that no text can hold or fill the machine."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import field, replace
from typing import Any

import yaml

from kerascli.errors import Diagnostic, Note, SourceText, Span, SpecError
from kerascli.quick_dataclass import dataclass
from kerascli.spec.nodes import Mapping, Node, Scalar, Sequence
from kerascli.spec.problems import MAXIMUM_FAULTS, too_many
from kerascli.spec.scalars import AmbiguousScalar, read_plain

MAXIMUM_DEPTH = 64
MAXIMUM_VALUES = 100_000

# libyaml's parser is about nine times faster; its events, unlike its constructor, do not recurse.
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass
class _Reader:
    """One pass over the events of a text that may stand inside another (a value on the command line)."""

    source: SourceText
    lines: int
    line_offset: int = 0
    column_offset: int = 0
    anchors: dict[str, tuple[Node, int]] = field(default_factory=dict)
    values: int = 0
    problems: list[Diagnostic] = field(default_factory=list)

    def span(self, start: Any, length: int = 1) -> Span:
        """The place of a mark, in the text that the whole stands in."""
        if start.line >= self.lines:
            # The parser names the end of a text as the line behind it.
            last = self.lines + self.line_offset
            return Span(self.source, last, len(self.source.lines[last - 1]) + 1)
        column = start.column + 1 + (self.column_offset if start.line == 0 else 0)
        return Span(self.source, start.line + 1 + self.line_offset, column, max(1, length))

    def event_span(self, event: Any) -> Span:
        """The place of an event, as long as it is on its first line."""
        start, end = event.start_mark, event.end_mark
        if end.line == start.line:
            if end.column > start.column:
                return self.span(start, end.column - start.column)
            # A block begins with its first key; an empty value stands nowhere.
            return _token_at(self.span(start))
        span = self.span(start)
        return self.span(start, len(span.excerpt.rstrip(" ")) - span.column + 1)

    def flow_span(self, start: Any, end: Any) -> Span:
        """The place of a list or mapping: from bracket to bracket where both stand on one line."""
        if start.flow_style and end.end_mark.line == start.start_mark.line:
            span = self.span(start.start_mark, end.end_mark.column - start.start_mark.column)
            # A pair without brackets (`[a: , b]`) ends where the next token begins.
            covered = span.excerpt[span.column - 1 : span.column - 1 + span.length]
            return replace(span, length=max(1, len(covered.rstrip())))
        return self.event_span(start)

    def stop(self, code: str, message: str, span: Span | None, hint: str | None = None) -> SpecError:
        """The error after which reading can't go on, behind what was found before."""
        return SpecError([*self.problems, Diagnostic(code, message, span, hint)])


def _token_at(span: Span) -> Span:
    """The whole token that a place lies in; where there is none, the last one before it."""
    line, start = span.excerpt, span.column - 1
    head = line[:start].rstrip()
    if line[start : start + 1].strip():
        if re.match(r"\w", line[start:]):
            start = len(re.sub(r"\w*\Z", "", line[:start]))
        found = re.match(r"\w+|.", line[start:])
    elif head:
        found = re.search(r"\w+\Z|.\Z", head)
        start = found.start() if found else 0
    elif span.line > 1:
        above = span.source.lines[span.line - 2]
        return _token_at(replace(span, line=span.line - 1, column=len(above) + 1))
    else:
        found = None
    return replace(span, column=start + 1, length=len(found.group()) if found else 1)


def load_nodes(
    source: SourceText, text: str | None = None, *, line_offset: int = 0, column_offset: int = 0
) -> Node | None:
    """The nodes of one YAML document.

    Args:
        source: The text for messages.
        text: What to read, when it is only a part of `source`.
        line_offset: Lines of `source` before the part.
        column_offset: Characters before the part on its first line.

    Returns:
        The document's root, or None where the text holds no document.

    Raises:
        SpecError: It is not YAML 1.2, is beyond the bounds, or has tags, duplicate keys, or more than one document.
    """
    content = source.text if text is None else text
    reader = _Reader(source, len(SourceText("", content).lines), line_offset, column_offset)
    try:
        root = _read_document(reader, yaml.parse(content, Loader=_LOADER))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        span = _syntax_span(reader, mark) if mark is not None else None
        raise reader.stop("yaml-syntax", _syntax_message(error), span, _syntax_hint(error, content)) from None
    except yaml.YAMLError as error:
        place = _token_at(source.span(1 + line_offset, 1 + column_offset))
        raise reader.stop("yaml-syntax", str(error).splitlines()[0], place) from None
    if reader.problems:
        raise SpecError(reader.problems)
    return root


def _read_document(reader: _Reader, events: Iterator[Any]) -> Node | None:
    root: Node | None = None
    for event in events:
        if isinstance(event, yaml.DocumentStartEvent):
            if root is not None:
                raise reader.stop("several-documents", "a second document", reader.span(event.start_mark, 3))
            root, _ = _read_node(reader, next(events), events, 1)
    return root


def _read_node(reader: _Reader, event: Any, events: Iterator[Any], depth: int) -> tuple[Node, int]:
    """The node that begins with this event, and how many values it holds with all its aliases expanded."""
    span = reader.event_span(event)
    reader.values += 1
    if depth > MAXIMUM_DEPTH:
        raise reader.stop("too-deep", f"more than {MAXIMUM_DEPTH} levels of nesting", span)
    _check_size(reader, span)
    if isinstance(event, yaml.AliasEvent):
        return _read_alias(reader, event, span)
    if event.tag is not None and event.tag != "!":
        reader.problems.append(Diagnostic("tag", f"the tag '{event.tag}' is not allowed", span, "remove the tag"))
    before = reader.values
    if isinstance(event, yaml.ScalarEvent):
        node: Node = _read_scalar(reader, event, span)
    elif isinstance(event, yaml.SequenceStartEvent):
        items, end = _read_items(reader, events, depth)
        node = Sequence(items, reader.flow_span(event, end))
    else:
        entries, end = _read_entries(reader, events, depth)
        node = Mapping(entries, reader.flow_span(event, end))
    count = reader.values - before + 1
    if event.anchor is not None:
        reader.anchors[event.anchor] = (node, count)
    return node, count


def _check_size(reader: _Reader, span: Span) -> None:
    if len(reader.problems) >= MAXIMUM_FAULTS:
        raise SpecError([*reader.problems, too_many(span)])
    if reader.values > MAXIMUM_VALUES:
        message = f"more than {MAXIMUM_VALUES:,} values, aliases expanded"
        raise reader.stop("too-many-values", message, span, "keep data out of the spec")


def _read_alias(reader: _Reader, event: Any, span: Span) -> tuple[Node, int]:
    if event.anchor not in reader.anchors:
        message = f"the alias '*{event.anchor}' has no anchor that is complete above it"
        raise reader.stop("alias", message, span, f"write '&{event.anchor}' at an earlier value")
    node, count = reader.anchors[event.anchor]
    reader.values += count
    _check_size(reader, span)
    return node, count


def _read_scalar(reader: _Reader, event: Any, span: Span) -> Scalar:
    text = event.value
    if event.style:  # The C parser says "" of a plain scalar, the Python one None.
        return Scalar(text, span, text, quoted=True)
    try:
        return Scalar(read_plain(text), span, text)
    except AmbiguousScalar as error:
        hint = "quote it for text, or write the number without leading zeros or underscores"
        reader.problems.append(Diagnostic("ambiguous-scalar", str(error), span, hint))
        return Scalar(text, span, text)


def _read_items(reader: _Reader, events: Iterator[Any], depth: int) -> tuple[tuple[Node, ...], Any]:
    """The items of a list, and the event that ends it."""
    items: list[Node] = []
    event = next(events)
    while not isinstance(event, yaml.SequenceEndEvent):
        items.append(_read_node(reader, event, events, depth + 1)[0])
        event = next(events)
    return tuple(items), event


def _read_entries(reader: _Reader, events: Iterator[Any], depth: int) -> tuple[tuple[tuple[Scalar, Node], ...], Any]:
    """The entries of a mapping, what `<<` merges in behind its own, and the event that ends it."""
    entries: dict[tuple[type, object], tuple[Scalar, Node]] = {}
    merged: list[tuple[Scalar, Node]] = []
    event = next(events)
    while not isinstance(event, yaml.MappingEndEvent):
        key, _ = _read_node(reader, event, events, depth + 1)
        value, _ = _read_node(reader, next(events), events, depth + 1)
        if isinstance(value, Scalar) and not value.text and not value.quoted:
            # What is not there is missing at its key.
            value = replace(value, span=key.span)
        if not isinstance(key, Scalar):
            hint = "quote it, or give the mapping a value of its own"
            reader.problems.append(Diagnostic("key", "a key must be a scalar", key.span, hint))
        elif key.value == "<<" and not key.quoted:
            merged += _merged_entries(reader, value)
        elif (type(key.value), key.value) in entries:
            first = entries[type(key.value), key.value][0]
            notes = (Note("first written here", first.span),)
            reader.problems.append(
                Diagnostic("duplicate-key", f"duplicate key '{key.text}'", key.span, "remove one of them", notes)
            )
        else:
            entries[type(key.value), key.value] = (key, value)
        event = next(events)
    for key, value in merged:
        # What a mapping writes itself wins over what it merges in; of several, the first one named wins.
        entries.setdefault((type(key.value), key.value), (key, value))
    return tuple(entries.values()), event


def _merged_entries(reader: _Reader, value: Node) -> list[tuple[Scalar, Node]]:
    """The entries of a `<<` value: a mapping or a list of mappings, counted like any alias."""
    found: list[tuple[Scalar, Node]] = []
    for part in value.items if isinstance(value, Sequence) else (value,):
        if isinstance(part, Mapping):
            found += part.entries
            reader.values += len(part.entries)
            _check_size(reader, part.span)
        else:
            reader.problems.append(Diagnostic("merge", "'<<' takes a mapping or a list of mappings", part.span))
    return found


_MESSAGES = {
    "found character '\\t' that cannot start any token": "a tab can't indent or separate",
    "found character that cannot start any token": "this character can't start a value",
    "mapping values are not allowed in this context": "a key is not allowed here",
    "could not find expected ':'": "expected ':' after the key",
    "did not find expected key": "expected a key, or the end of the block above",
    "did not find expected '-' indicator": "expected '- ', or the end of the list above",
}


def _syntax_span(reader: _Reader, mark: Any) -> Span:
    """The token that could not be read; the end of the text where that came too early."""
    span = reader.span(mark)
    return span if mark.line >= reader.lines else _token_at(span)


def _syntax_message(error: yaml.MarkedYAMLError) -> str:
    problem = str(error.problem or error.context or "not YAML")
    return f"not YAML: {_MESSAGES.get(problem, problem)}"


def _syntax_hint(error: yaml.MarkedYAMLError, content: str) -> str | None:
    """For the mistakes that specs invite: a class name without its colon, a tab, an unclosed bracket or quote."""
    mark = error.problem_mark
    if mark is None:
        return None
    lines = content.splitlines()
    if "mapping values are not allowed" in str(error.problem):
        for line in (mark.line - 1, mark.line):
            match = re.match(r"\s*-\s+([A-Za-z_][\w.]*)\s*$", lines[line]) if 0 <= line < len(lines) else None
            if match:
                return f"a class with keys below it needs its colon: '- {match[1]}:'"
        return "check the indentation, or quote a text that holds ': '"
    if "'-' indicator" in str(error.problem):
        return "indent it further than the '- ' above, or begin it with '- '"
    if 0 <= mark.line < len(lines) and "\t" in lines[mark.line]:
        return "indent with spaces"
    if "flow" in str(error.context):
        return "close the bracket, or put a comma between the values"
    return "close the quote" if "quoted" in str(error.context) else None
