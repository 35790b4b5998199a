"""`vars`: each variable's value, and the whole spec with them filled in, refused before it grows out of bounds."""

from __future__ import annotations

from collections.abc import Mapping as Table
from dataclasses import replace

from kerascli.errors import did_you_mean
from kerascli.spec.environment import Environment
from kerascli.spec.nodes import Mapping, Node, Scalar, Sequence, kind_of
from kerascli.spec.problems import Problems
from kerascli.spec.references import NAME, names_in, substitute, whole_reference
from kerascli.spec.text import MAXIMUM_BYTES
from kerascli.spec.yaml_loader import MAXIMUM_DEPTH, MAXIMUM_VALUES


def fill_variables(root: Mapping, problems: Problems) -> tuple[Mapping, Environment]:
    """The spec with `$name`, `$(name)` and `$(env:NAME)` filled in, and what of the environment it read.

    Args:
        root: The whole spec after `extends`, `override` and the command line.
        problems: Where faults go.
    """
    environment = Environment()
    written = _written(root.get("vars"), problems)
    rest = root.without("vars")
    values: dict[str, Node] = {}
    failed: set[str] = set()
    for name in _order(written, problems):
        # What reads a faulty variable is not looked at: it could grow anew, or be said to be wrong a second time.
        if not names_in(written[name]) & failed and _within_bounds(written[name], values, problems):
            values[name] = substitute(written[name], values, problems, environment)
        else:
            failed.add(name)
    for name in written.keys() - values.keys():
        problems.settle(written[name])
        values[name] = Scalar(None, written[name].span)
    _report_unused(root, rest, written, problems)
    if not _within_bounds(rest, values, problems):
        return rest, environment
    done = substitute(rest, values, problems, environment)
    assert isinstance(done, Mapping)
    section = root.get("vars")
    if isinstance(section, Mapping):
        entries = tuple((key, values.get(str(key.value), value)) for key, value in section.entries)
        key = root.key("vars")
        assert key is not None
        done = done.with_entry(key, replace(section, entries=entries))
    return done, environment


def _written(node: Node | None, problems: Problems) -> dict[str, Node]:
    """The variables as they are written."""
    if node is None or (isinstance(node, Scalar) and node.value is None):
        return {}
    if not isinstance(node, Mapping):
        problems.add("wrong-type", f"'vars' must map names to values, not {kind_of(node)}", node, "write '{units: 64}'")
        return {}
    found = {}
    for key, value in node.entries:
        if isinstance(key.value, str) and NAME.match(key.value):
            found[key.value] = value
        else:
            hint = "use letters, digits and '_', not a digit first"
            problems.add("name", f"'{key.text}' can't name a variable", key, hint)
    return found


def _order(written: Table[str, Node], problems: Problems) -> list[str]:
    """The names, each after those that its value reads; those in a circle are reported and left out."""
    waits = {name: names_in(node) & written.keys() for name, node in written.items()}
    readers: dict[str, list[str]] = {name: [] for name in written}
    for name, needed in waits.items():
        for other in needed:
            readers[other].append(name)
    order = [name for name, needed in waits.items() if not needed]
    for name in order:  # Grows while it is walked.
        for reader in readers[name]:
            waits[reader].discard(name)
            if not waits[reader]:
                order.append(reader)
    left = {name: needed for name, needed in waits.items() if needed}
    while left:
        chain = [next(iter(left))]
        while chain[-1] not in chain[:-1]:
            # Variables that only read a circle lead into it; those that were walked away from are not of it.
            chain.append(min(left[chain[-1]] & left.keys(), default=chain[-1]))
        circle = chain[chain.index(chain[-1]) :]
        if len(circle) > 1 and circle[0] in left[circle[-2]]:
            shown = " → ".join(f"'${name}'" for name in circle)
            problems.add("cycle", f"variables read each other: {shown}", written[circle[0]], "give one of them a value")
        left = {name: needed for name, needed in left.items() if name not in chain}
    return order


def _within_bounds(node: Node, values: Table[str, Node], problems: Problems) -> bool:
    """Whether the node stays within a spec's bounds with the values filled in; a fault where it does not."""
    size, depth, characters = _measure(node, values)
    message = None
    if size > MAXIMUM_VALUES:
        message = f"more than {MAXIMUM_VALUES:,} values, variables filled in"
    elif depth > MAXIMUM_DEPTH:
        message = f"more than {MAXIMUM_DEPTH} levels of nesting, variables filled in"
    elif characters > MAXIMUM_BYTES:
        message = f"more than {MAXIMUM_BYTES:,} characters, variables filled in"
    if message is not None:
        problems.add("too-large", message, node, "keep data out of the spec")
    return message is None


def _measure(node: Node, values: Table[str, Node]) -> tuple[int, int, int]:
    """Values, levels and characters of text that the node will have."""
    if isinstance(node, Scalar):
        if not isinstance(node.value, str) or "$" not in node.value:
            return 1, 1, len(node.text)
        whole = whole_reference(node)
        if whole is not None:
            value = values.get(whole)
            return (1, 1, 0) if value is None else (value.size, value.depth, _characters(value))
        parts = [values.get(name) for name in names_in(node)]
        often = [(part, node.value.count("$")) for part in parts if isinstance(part, Scalar)]
        return 1, 1, len(node.value) + sum(len(str(part.value)) * times for part, times in often)
    children = node.items if isinstance(node, Sequence) else tuple(value for _, value in node.entries)
    measured = [_measure(child, values) for child in children]
    keys = len(children) if isinstance(node, Mapping) else 0
    deepest = max((depth for _, depth, _ in measured), default=0)
    return 1 + keys + sum(size for size, _, _ in measured), 1 + deepest, sum(text for _, _, text in measured)


def _characters(node: Node) -> int:
    if isinstance(node, Scalar):
        return len(node.value) if isinstance(node.value, str) else 0
    if isinstance(node, Sequence):
        return sum(_characters(item) for item in node.items)
    return sum(_characters(value) for _, value in node.entries)


def _report_unused(root: Mapping, rest: Mapping, written: Table[str, Node], problems: Problems) -> None:
    """Warns of variables that nothing reads; those of a file that others extend are there for whoever wants them."""
    section = root.get("vars")
    if not isinstance(section, Mapping):
        return
    used: set[str] = set()
    waiting = names_in(rest)
    while waiting:
        used |= waiting
        read = [names_in(written[name]) for name in waiting if name in written]
        waiting = set().union(*read) - used
    unknown = sorted(used - written.keys())
    for key, value in section.entries:
        name = str(key.value)
        if name in written and name not in used and value.span.source.used is None:
            hint = did_you_mean(name, unknown) if unknown else None
            problems.warn("unused-variable", f"nothing reads the variable '{name}'", key, hint or "remove it")
