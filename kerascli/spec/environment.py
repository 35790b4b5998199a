"""`$(env:NAME)`: values of the environment, which keep the reference that they came from for the resolved spec."""

from __future__ import annotations

import os
import re
from dataclasses import field
from pathlib import Path

from kerascli.errors import EnvironmentProblem, SourceText, SpecError
from kerascli.quick_dataclass import dataclass
from kerascli.spec.nodes import Node, Scalar
from kerascli.spec.problems import Problems
from kerascli.spec.scalars import AmbiguousScalar, read_plain
from kerascli.spec.yaml_loader import load_nodes

Value = bool | int | float | str | None

# The code of the warning that a value is not what it was.
CHANGED = "environment-changed"
# How the note of a value from the environment begins.
FROM_ENVIRONMENT = "from the environment variable"


class EnvironmentText(str):
    """Text that holds a value of the environment; `reference` is how a spec writes it."""

    __slots__ = ("reference",)
    reference: str


class EnvironmentInteger(int):
    """A whole number of the environment; `reference` as in `EnvironmentText`."""

    reference: str


class EnvironmentNumber(float):
    """A number of the environment; `reference` as in `EnvironmentText`."""

    __slots__ = ("reference",)
    reference: str


def kept(value: Value, reference: str | None) -> Value:
    """The value with its reference; `true`, `false` and `null` can't carry one."""
    if reference is None or value is None or isinstance(value, bool):
        return value
    found: EnvironmentText | EnvironmentInteger | EnvironmentNumber
    if isinstance(value, str):
        found = EnvironmentText(value)
    elif isinstance(value, int):
        found = EnvironmentInteger(value)
    else:
        found = EnvironmentNumber(value)
    found.reference = reference
    return found


def reference_of(value: object) -> str | None:
    """How a spec writes the value, dollars doubled, or None where it did not come from the environment."""
    return getattr(value, "reference", None) if isinstance(value, str | int | float) else None


def without_reference(value: object) -> object:
    """The plain value, for those who must not see a class of ours."""
    if isinstance(value, EnvironmentText):
        return str(value)
    if isinstance(value, EnvironmentInteger):
        return int(value)
    return float(value) if isinstance(value, EnvironmentNumber) else value


@dataclass
class Environment:
    """The variables of the environment that a spec has read.

    Attributes:
        read: Name to its value; None for one that is not set.
        places: Name to the first node that reads it.
    """

    read: dict[str, str | None] = field(default_factory=dict)
    places: dict[str, Node] = field(default_factory=dict)

    def text(self, name: str, default: str | None, place: Node) -> str | None:
        """The value of a variable, or its default; None where it has neither."""
        self.read[name] = os.environ.get(name)
        self.places.setdefault(name, place)
        return os.environ.get(name, default)


def warn_of_changes(environment: Environment, folder: Path, problems: Problems) -> None:
    """Warns where the resolved spec of a run reads other values of the environment than the run did."""
    record = folder / "run.json"
    if not environment.read or not record.is_file():
        return
    from kerascli.record.run_record import changed_environment, read_record

    try:
        changed = changed_environment(read_record(record))
    except EnvironmentProblem:
        return  # Whoever needs the record will say so.
    for name, place in environment.places.items():
        if name in changed:
            message = f"the environment variable '{name}' is not what it was when the run was made"
            problems.warn(CHANGED, message, place, "set it as it was")


def read_value(text: str) -> Value:
    """The text as a YAML scalar.

    Raises:
        AmbiguousScalar: `017`, and the like.
    """
    return unquoted(text) if _QUOTED.fullmatch(text) else read_plain(text.strip())


def unquoted(text: str) -> str:
    """The text, without the quotes that stand around the whole."""
    if not _QUOTED.fullmatch(text):
        return text
    try:
        node = load_nodes(SourceText("environment", text))
    except SpecError as error:
        raise AmbiguousScalar(f"'{text[:24]}' is not a quoted text of YAML") from error
    assert isinstance(node, Scalar)
    return str(node.value)


_QUOTED = re.compile(r"\"(?:[^\"\\]|\\.)*\"|'(?:[^']|'')*'", re.DOTALL)
