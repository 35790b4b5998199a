"""`expect`: the values that a run must reach, for smoke jobs of CI."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import field

from kerascli.errors import Span
from kerascli.quick_dataclass import dataclass
from kerascli.spec.nodes import Node, Scalar, kind_of
from kerascli.spec.problems import Problems
from kerascli.spec.section import section_of

_HOLDS: Mapping[str, Callable[[float, float], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
    "==": operator.eq,
}
_CONDITION = re.compile(r"\s*(>=|<=|==|>|<)\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)\s*\Z")


@dataclass(frozen=True)
class Expectation:
    """One value that a run must reach.

    Attributes:
        log: The log, or `test_` and a metric of the test split.
        sign: `>=`, `<=`, `>`, `<` or `==`.
        bound: What it is compared with.
        span: Where it is written.
    """

    log: str
    sign: str
    bound: float
    span: Span | None = field(default=None, compare=False, repr=False)

    @property
    def condition(self) -> str:
        """As a spec writes it."""
        return f"{self.sign} {self.bound!r}"

    def holds(self, value: float) -> bool:
        """Whether a value is as expected; NaN never is."""
        return _HOLDS[self.sign](value, self.bound)


def parse_expect(node: Node | None, problems: Problems) -> tuple[Expectation, ...]:
    """The section `expect`, a mapping from logs to conditions."""
    section = section_of(node, "expect", problems) if node is not None else None
    found = []
    for key, value in section.entries if section is not None else ():
        text = value.value if isinstance(value, Scalar) else None
        match = _CONDITION.match(text) if isinstance(text, str) else None
        if match is None:
            shown = f"'{value.text}'" if isinstance(value, Scalar) else kind_of(value)
            message = f"'{key.value}' is expected to be {shown}, which is no condition"
            problems.add("expect", message, value, "write '>= 0.97', in quotes")
            continue
        found.append(Expectation(str(key.value), match[1], float(match[2]), key.span))
    return tuple(found)
