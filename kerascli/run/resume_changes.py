"""What may change when a run goes on: what is safe, what is recorded, and what is refused as it changes the weights."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from kerascli.errors import Span, UsageError
from kerascli.record.compare_runs import flatten
from kerascli.spec.dump import resolve
from kerascli.spec.problems import COMMAND_LINE
from kerascli.spec.spec import Spec

# What has no part in the weights.
_SAFE = (
    r"fit\.epochs",
    r"fit\.phases\.\d+\.epochs",
    r"checkpoints\.(every|keep)",
    r"logs\..*|logs",
    r"expect\..*|expect",
    r"check\..*|check",
    r"tags.*",
    r"description",
)
# What makes the run end otherwise than it would have, from here on, in a way that its record can tell.
_RECORDED = (
    r"fit\.validation_(batch_size|steps|freq)",
    r"compile\.(steps_per_execution|jit_compile)",
    r"performance.*",
    r"distribute.*",
    r"callbacks\.\d+\.\w+\.\w+",
    r"fit\.phases\.\d+\.callbacks\.\d+\.\w+\.\w+",
)


@dataclass(frozen=True)
class Change:
    """One value that is not what it was.

    Attributes:
        path: Its place in the resolved spec, with dots.
        before: What it was; None where it was not there.
        after: What it is; None where it is gone.
        recorded: Whether the run may now end otherwise.
    """

    path: str
    before: Any
    after: Any
    recorded: bool

    def to_json(self) -> dict[str, Any]:
        """For the run's record."""
        return {"path": self.path, "before": self.before, "after": self.after}


def find_changes(before: Spec, after: Spec) -> tuple[Change, ...]:
    """The differences of two specs of one run.

    Raises:
        UsageError: One of them would change the weights.
    """
    old, new = dict(flatten(resolve(before))), dict(flatten(resolve(after)))
    found = []
    for path in sorted({*old, *new}):
        if old.get(path) == new.get(path) and (path in old) == (path in new):
            continue
        safe, recorded = _fits(_SAFE, path), _fits(_RECORDED, path)
        if not safe and not recorded:
            hint = "'kerascli train SPEC --init-from RUN' begins a new run with its weights"
            message = f"a run that goes on can't change '{path}': its weights would not be those of one run"
            raise UsageError(message, code="resume-change", span=_span(after), hint=hint)
        found.append(Change(path, old.get(path), new.get(path), recorded))
    _check_length(before, after)
    return tuple(found)


def _check_length(before: Spec, after: Spec) -> None:
    """Only the last phase may get another length: where one ends decides what the next ones see."""
    for number, (old, new) in enumerate(zip(before.fit.all_phases[:-1], after.fit.all_phases[:-1], strict=True)):
        if old.epochs != new.epochs:
            message = f"a run that goes on can't change the length of phase {number + 1}, which is not its last"
            raise UsageError(message, code="resume-change", span=_span(after), hint="change the last phase")


def changed_arguments(changes: Sequence[Change], phase: int, general: int) -> dict[int, set[str]]:
    """The arguments of callbacks that changed, by the callback's place in a phase: general ones first, then its own.

    Args:
        changes: All changes.
        phase: The phase.
        general: How many general callbacks there are.
    """
    found: dict[int, set[str]] = {}
    for change in changes:
        own = re.fullmatch(r"(?:fit\.phases\.(\d+)\.)?callbacks\.(\d+)\.\w+\.(\w+)", change.path)
        if own is None or (own[1] is not None and int(own[1]) != phase):
            continue
        place = int(own[2]) + (general if own[1] is not None else 0)
        found.setdefault(place, set()).add(own[3])
    return found


def _fits(patterns: Sequence[str], path: str) -> bool:
    return any(re.fullmatch(pattern, path) for pattern in patterns)


def _span(spec: Spec) -> Span | None:
    """The command line, where the changes stand."""
    source = next((one for one in spec.sources if one.name == COMMAND_LINE), None)
    return source.span(1, 1) if source is not None else None
