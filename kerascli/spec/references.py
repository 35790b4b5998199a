"""`$name`, `$(name)`, `$(env:NAME)`: variables and parameters filled in, node by node."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from collections.abc import Mapping as Scope
from dataclasses import field, replace

from kerascli.errors import Note, Span, did_you_mean
from kerascli.quick_dataclass import dataclass
from kerascli.spec.environment import FROM_ENVIRONMENT, Environment, kept, read_value, reference_of, unquoted
from kerascli.spec.nodes import Mapping, Node, Scalar, Sequence
from kerascli.spec.problems import Problems
from kerascli.spec.scalars import AmbiguousScalar
from kerascli.spec.text import MAXIMUM_BYTES
from kerascli.spec.yaml_loader import MAXIMUM_VALUES

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_REFERENCE = re.compile(
    r"""\$(?:
        (?P<dollar>\$)
        | (?P<bare>[A-Za-z_][A-Za-z0-9_]*)
        | \((?P<name>[A-Za-z_][A-Za-z0-9_]*)\)
        | \(env:(?P<env>[A-Za-z_][A-Za-z0-9_]*)(?::(?P<default>"(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[^()$]*))?\)
        | (?P<nothing>)
    )""",
    re.VERBOSE,
)

MAXIMUM_NOTES = 8

# The names that are filled in later; None where nothing is put off.
Later = frozenset[str] | None


def substitute(node: Node, scope: Scope[str, Node], problems: Problems, environment: Environment | None = None) -> Node:
    """The node with its references filled in.

    The definition of a block and an entry with `repeat: {rate: […]}` bind names: these, and `$$`, are left there for a
    second call with what they mean.

    Args:
        node: The node.
        scope: What each name means; values are put in as they are.
        problems: Where faults go.
        environment: Notes which variables of the environment were read.
    """
    filler = _Filler(scope, problems, environment or Environment())
    return map_texts(node, filler.fill)


def map_texts(node: Node, change: Callable[[Scalar, Later], Node], later: Later = None) -> Node:
    """The node with each text that holds a dollar changed; a node without any stays itself."""
    if isinstance(node, Scalar):
        return change(node, later) if isinstance(node.value, str) and "$" in node.value else node
    if isinstance(node, Sequence):
        items = tuple(map_texts(item, change, later) for item in node.items)
        same = all(new is old for new, old in zip(items, node.items, strict=True))
        return node if same else replace(node, items=items)
    entries = tuple((key, _map_value(key, value, change, names)) for key, value, names in _regions(node, later))
    same = all(new[1] is old[1] for new, old in zip(entries, node.entries, strict=True))
    return node if same else replace(node, entries=entries)


def _map_value(key: Scalar, value: Node, change: Callable[[Scalar, Later], Node], later: Later) -> Node:
    if key.value != "blocks" or not isinstance(value, Mapping):
        return map_texts(value, change, later)
    blocks = tuple((name, _map_block(block, change, later or frozenset())) for name, block in value.entries)
    return replace(value, entries=blocks)


def _map_block(block: Node, change: Callable[[Scalar, Later], Node], later: frozenset[str]) -> Node:
    """A definition: its parameters are bound in it; in a default only those that stand before it."""
    parameters = block.get("parameters") if isinstance(block, Mapping) else None
    if not isinstance(block, Mapping) or not isinstance(parameters, Mapping):
        return map_texts(block, change, later)
    names = list(parameters.keys())
    defaults = tuple(
        (key, map_texts(value, change, later.union(names[:number])))
        for number, (key, value) in enumerate(parameters.entries)
    )
    done = replace(parameters, entries=defaults)
    inner = map_texts(block.without("parameters"), change, later.union(names))
    assert isinstance(inner, Mapping)
    rest = dict(inner.entries)
    return replace(block, entries=tuple((key, done if old is parameters else rest[key]) for key, old in block.entries))


def _regions(node: Mapping, later: Later) -> Iterator[tuple[Scalar, Node, Later]]:
    """The entries of a mapping, each with the names that are filled in later below it."""
    over = node.get("repeat")
    inner = (later or frozenset()) | frozenset(over.keys()) if isinstance(over, Mapping) else later
    for key, value in node.entries:
        yield key, value, later if key.value == "repeat" else inner


def names_in(node: Node) -> set[str]:
    """The names that a node refers to and does not bind itself."""
    found: set[str] = set()

    def gather(scalar: Scalar, later: Later) -> Node:
        names = {match["bare"] or match["name"] for match in _REFERENCE.finditer(str(scalar.value))}
        found.update(name for name in names if name is not None and name not in (later or ()))
        return scalar

    map_texts(node, gather)
    return found


def whole_reference(node: Scalar) -> str | None:
    """The name that a scalar is a reference to and nothing else, or None."""
    match = _REFERENCE.fullmatch(str(node.value))
    return None if match is None else match["bare"] or match["name"]


@dataclass
class _Filler:
    """Fills one text after the other."""

    scope: Scope[str, Node]
    problems: Problems
    environment: Environment
    failed: bool = field(default=False, init=False)

    def fill(self, node: Scalar, later: Later) -> Node:
        text = str(node.value)
        whole = _REFERENCE.fullmatch(text)
        if whole is not None and not whole["dollar"]:
            name = whole["bare"] or whole["name"]
            if name is not None and name in self.scope and name not in (later or ()):
                return self._inserted(self.scope[name], name, node, later)
            if whole["env"] is not None:
                return self._from_environment(whole, node, later)
        self.failed = False
        pieces = [self._piece(match, node, later) for match in _REFERENCE.finditer(text)]
        if self.failed:
            self.problems.settle(node)
            return node
        return self._joined(node, text, pieces)

    def _inserted(self, value: Node, name: str, node: Scalar, later: Later) -> Node:
        if value.size > MAXIMUM_VALUES:
            message = f"'${name}' holds more than {MAXIMUM_VALUES:,} values"
            self.problems.add("too-many-values", message, node, "keep data out of the spec")
            self.problems.settle(node)
            return node
        note = Note(f"'${name}' is filled in here", node.span)
        found = _placed(value if later is None else map_texts(value, _escape), note)
        return replace(found, beats=(*found.beats, *node.beats))

    def _from_environment(self, match: re.Match[str], node: Scalar, later: Later) -> Node:
        raw = self._environment_text(match, node)
        if raw is None:
            self.problems.settle(node)
            return node
        try:
            value = read_value(raw)
        except AmbiguousScalar as error:
            message = f"the environment variable '{match['env']}': {error}"
            self.problems.add("ambiguous-scalar", message, node, "quote it for text, within the variable too")
            self.problems.settle(node)
            return node
        if isinstance(value, str) and later is not None:
            value = value.replace("$", "$$")
        beats = node.beats
        note = Note(f"the environment variable '{match['env']}' is not set", None)
        if self.environment.read[match["env"]] is not None:
            note = Note(f"{FROM_ENVIRONMENT} '{match['env']}'", None)
            if match["default"] is not None:
                beats = (Scalar(match["default"], node.span, match["default"]), *beats)
        span = replace(node.span, notes=(*node.span.notes, note))
        return replace(node, value=kept(value, match[0]), text=raw, span=span, beats=beats)

    def _environment_text(self, match: re.Match[str], node: Scalar) -> str | None:
        found = self.environment.text(match["env"], match["default"], node)
        if found is None:
            message = f"the environment variable '{match['env']}' is not set"
            hint = f"set it, or write a default: '$(env:{match['env']}:default)'"
            self.problems.add("unset-variable", message, node, hint)
            self.failed = True
        return found

    def _piece(self, match: re.Match[str], node: Scalar, later: Later) -> tuple[str, str, Scalar | None, bool]:
        """What a reference inside a text becomes: in the value, in its reference, its node, whether from outside."""
        if match["dollar"]:
            return ("$" if later is None else "$$"), "$$", None, False
        name = match["bare"] or match["name"]
        if match["env"] is not None:
            raw = self._environment_text(match, node)
            try:
                plain = unquoted(raw or "")
            except AmbiguousScalar:
                plain = raw or ""
            return (plain if later is None else plain.replace("$", "$$")), match[0], None, True
        if name is None:
            self._report_bare_dollar(node)
            return match[0], match[0], None, False
        if name in (later or ()):
            return match[0], match[0], None, False
        value = self.scope.get(name)
        if value is None:
            self._report_unknown(name, node, later)
            return match[0], match[0], None, False
        if not isinstance(value, Scalar):
            message = f"'{name}' is no single value, and can't stand inside a text"
            self.problems.add("wrong-type", message, node, f"write '${name}' alone for the whole value")
            self.failed = True
            return match[0], match[0], None, False
        shown = _shown(value)
        reference = reference_of(value.value)
        written = reference or shown.replace("$", "$$")
        return (shown if later is None else shown.replace("$", "$$")), written, value, reference is not None

    def _joined(self, node: Scalar, text: str, pieces: list[tuple[str, str, Scalar | None, bool]]) -> Node:
        values = iter(pieces)
        done = _REFERENCE.sub(lambda _: next(values)[0], text)
        if len(done) > MAXIMUM_BYTES:
            self.problems.add("too-large", "the text grows too large by its variables", node)
            self.problems.settle(node)
            return node
        reference = reference_of(node.value)
        if reference is not None:
            reference = self._in_reference(reference)
        elif any(piece[3] for piece in pieces):
            references = iter(pieces)
            reference = _REFERENCE.sub(lambda _: next(references)[1], text)
        notes = tuple(Note(f"with {_shown(piece[2])!r} from here", piece[2].span) for piece in pieces if piece[2])
        first = pieces[0][2] if text.startswith("$") else None
        begins = node.begins_in if first is None else first.begins_in or first.span.source
        span = replace(node.span, notes=(*node.span.notes, *notes))
        return replace(node, value=kept(done, reference), text=done, span=span, begins_in=begins)

    def _in_reference(self, reference: str) -> str:
        """The reference of a text with the parameters that it holds filled in; what is left stays as it is written."""

        def filled(match: re.Match[str]) -> str:
            value = self.scope.get(match["bare"] or match["name"] or "")
            if not isinstance(value, Scalar):
                return match[0]
            return reference_of(value.value) or _shown(value).replace("$", "$$")

        return _REFERENCE.sub(filled, reference)

    def _report_unknown(self, name: str, node: Scalar, later: Later) -> None:
        self.failed = True
        hint = did_you_mean(name, [*self.scope, *sorted(later or ())]) or "write it below 'vars:', or '$$' for a dollar"
        self.problems.add("unknown-variable", f"no variable is named '{name}'", node, hint)

    def _report_bare_dollar(self, node: Scalar) -> None:
        self.failed = True
        message = "a '$' that begins no reference"
        self.problems.add("reference", message, node, "write '$$' for a dollar, or '$name', '$(name)', '$(env:NAME)'")


def _shown(value: Scalar) -> str:
    """A value inside a longer text, as it is written."""
    if isinstance(value.value, str):
        return str(value.value)
    return "" if value.value is None else value.text or str(value.value)


def _escape(node: Scalar, later: Later) -> Node:
    """The text for a second filling; what the value itself puts off stays as it is."""
    if later is not None:
        return node
    text = str(node.value).replace("$", "$$")
    return replace(node, value=kept(text, reference_of(node.value)))


def _placed(node: Node, note: Note) -> Node:
    """The node with a note of where it was filled in, at every depth."""
    span = _noted(node.span, note)
    if isinstance(node, Scalar):
        return replace(node, span=span)
    if isinstance(node, Sequence):
        return replace(node, items=tuple(_placed(item, note) for item in node.items), span=span)
    entries = tuple((replace(key, span=_noted(key.span, note)), _placed(value, note)) for key, value in node.entries)
    return replace(node, entries=entries, span=span)


def _noted(span: Span, note: Note) -> Span:
    """The place with one note more; of a long chain of variables the first ones say enough."""
    return span if len(span.notes) >= MAXIMUM_NOTES else replace(span, notes=(*span.notes, note))
