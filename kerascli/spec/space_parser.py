"""`tune.space`: paths of the spec to the values that are tried there."""

from __future__ import annotations

import math
from typing import Any, cast

from kerascli.errors import SpecError, did_you_mean
from kerascli.spec.nodes import Mapping, Node, Scalar, Sequence, kind_of, plain
from kerascli.spec.overrides import apply_section
from kerascli.spec.problems import Problems
from kerascli.spec.section import number, whole_number
from kerascli.spec.tune_spec import Dimension, Kind

KINDS: tuple[Kind, ...] = ("uniform", "log", "int", "choice")
# Beyond it a range is continuous for all that matters.
_MOST_STEPS = 1e9
_FORMS = "write '{uniform: [0, 0.5]}', '{log: [1e-4, 1e-2]}', '{int: [16, 128]}' or '{choice: [64, 128]}'"
# What can't be searched: the first two would make another study of it with each trial.
_FIXED = ("tune", "name", "kerascli", "extends", "override", "plugins", "check", "expect")


def parse_space(section: Mapping, root: Mapping, problems: Problems) -> tuple[Dimension, ...]:
    """The space; each path leads somewhere in the spec.

    Args:
        section: The section `tune`.
        root: The whole spec before variables are filled in.
        problems: Where faults go.
    """
    node = section.get("space")
    if node is None:
        problems.add(
            "missing-key", "'tune' has no 'space'", section, "write 'space: {fit.batch_size: {choice: [32, 64]}}'"
        )
        return ()
    if not isinstance(node, Mapping):
        hint = "write '{fit.batch_size: {choice: [32, 64]}}'"
        problems.add("wrong-type", f"'space' must map paths to ranges, not {kind_of(node)}", node, hint)
        return ()
    if not node.entries:
        problems.add("search-space", "the space is empty", node, "write '{fit.batch_size: {choice: [32, 64]}}'")
    found = []
    for key, entry in node.entries:
        known = _leads_somewhere(key, entry, root, problems)
        dimension = _dimension(key, entry, problems)
        if known and dimension is not None:
            found.append(dimension)
    return tuple(found)


def _leads_somewhere(key: Scalar, entry: Node, root: Mapping, problems: Problems) -> bool:
    """Whether a path can be set; the fault stands at the step of it that names nothing."""
    path = str(key.value)
    first = path.split(".")[0]
    if not isinstance(key.value, str) or first[:1] in ("+", "~") or first in _FIXED:
        message = f"'{first}' can't be searched" if first in _FIXED else f"'{path}' is not a path"
        problems.add("search-space", message, key, "write a path such as 'compile.optimizer.learning_rate'")
        return False
    before = Problems()
    try:
        apply_section(root, Mapping(((key, Scalar(None, entry.span)),), entry.span), before)
    except SpecError as error:
        before.found += error.diagnostics
    for one in before.found:
        # The wording is that of overrides, which go the same way.
        problems.found.append(one)
    return not before.found


def _dimension(key: Scalar, entry: Node, problems: Problems) -> Dimension | None:
    if not isinstance(entry, Mapping) or not entry.entries:
        message = f"'{key.value}' must have a range or choices, not {kind_of(entry)}"
        hint = f"write '{{choice: {_shown(entry)}}}'" if isinstance(entry, Sequence) and entry.items else _FORMS
        problems.add("wrong-type", message, entry, hint)
        return None
    written = [name for name, _ in entry.entries if name.value in KINDS]
    for name, _ in entry.entries:
        if name.value not in (*KINDS, "step"):
            word = str(name.value)
            problems.add("unknown-key", f"a range has no key '{word}'", name, did_you_mean(word, [*KINDS, "step"]))
            return None
    if len(written) != 1:
        message = f"'{key.value}' has " + ("no range" if not written else "several ranges")
        problems.add(
            "search-space", message, written[1] if written else entry, "write one of them" if written else _FORMS
        )
        return None
    kind = cast("Kind", written[0].value)
    values = entry.get(kind)
    assert values is not None
    return _choices(key, entry, values, problems) if kind == "choice" else _range(key, entry, kind, values, problems)


def _shown(node: Node) -> str:
    text = str(plain(node)) if not isinstance(node, Scalar) else node.text
    return text if len(text) < 60 else "[64, 128]"


def _choices(key: Scalar, entry: Mapping, values: Node, problems: Problems) -> Dimension | None:
    step = entry.key("step")
    if step is not None:
        problems.add("search-space", "choices have no 'step'", step, "leave it out")
    if not isinstance(values, Sequence):
        hint = (
            f"write 'choice: [{_shown(values)}]'"
            if isinstance(values, Scalar) and values.text
            else "write 'choice: [64, 128]'"
        )
        problems.add("wrong-type", f"'choice' must be a list, not {kind_of(values)}", values, hint)
        return None
    if not values.items:
        problems.add("search-space", f"'{key.value}' has no choices", values, "write 'choice: [64, 128]'")
        return None
    seen: list[Any] = []
    for item in values.items:
        value = plain(item)
        if any(type(one) is type(value) and one == value for one in seen):
            problems.add("search-space", f"the choice {_shown(item)} stands twice", item, "leave one out")
            return None
        seen.append(value)
    return Dimension(str(key.value), key, "choice", entry, choices=values.items)


def _range(key: Scalar, entry: Mapping, kind: Kind, values: Node, problems: Problems) -> Dimension | None:
    if not isinstance(values, Sequence) or len(values.items) != 2:
        said = f"{len(values.items)} values" if isinstance(values, Sequence) else kind_of(values)
        message = f"'{kind}' takes two numbers, its lower and its upper end, not {said}"
        problems.add(
            "wrong-type", message, values, f"write '{kind}: [1, 8]'" if kind == "int" else f"write '{kind}: [0.1, 0.5]'"
        )
        return None
    read = [_end(item, kind, problems) for item in values.items]
    if read[0] is None or read[1] is None:
        return None
    low, high = read[0], read[1]
    if kind == "log" and low <= 0:
        message = f"a logarithmic range begins above 0, not at {low:g}"
        hint = f"write a small number, such as {high / 1e4:g}" if high > 0 else "write '{uniform: …}'"
        problems.add("search-space", message, values.items[0], f"{hint}, or take 'uniform'" if high > 0 else hint)
        return None
    if low >= high or not math.isfinite(high - low):
        message = f"the range from {low:g} to {high:g} is " + (
            "empty" if low > high else "one value" if low == high else "too wide"
        )
        hint = f"write [{high:g}, {low:g}]" if low > high else "write another upper end, or leave the path out"
        problems.add("search-space", message, values, hint)
        return None
    step = _step(entry, kind, low, high, problems)
    ends = cast("tuple[Scalar, ...]", values.items)
    return Dimension(str(key.value), key, kind, entry, ends, step, bounds=(low, high))


def _end(node: Node, kind: Kind, problems: Problems) -> float | None:
    if kind == "int":
        return whole_number(node, "int", problems, minimum=-(2**53))
    read = number(node, kind, problems)
    return None if read is None else float(read)


def _step(entry: Mapping, kind: Kind, low: float, high: float, problems: Problems) -> float | None:
    node = entry.get("step")
    if node is None:
        return None
    if kind == "log":
        problems.add("search-space", "a logarithmic range has no 'step'", entry.key("step"), "leave it out")
        return None
    step = whole_number(node, "step", problems, minimum=1) if kind == "int" else number(node, "step", problems)
    if step is not None and not 0 < step <= high - low:
        message = f"a step of {step:g} does not fit between {low:g} and {high:g}"
        problems.add("search-space", message, node, f"write a number above 0, at most {high - low:g}")
        return None
    if step is not None and (high - low) / step > _MOST_STEPS:
        problems.add("search-space", f"a step of {step:g} is none beside {high - low:g}", node, "leave it out")
        return None
    return step
