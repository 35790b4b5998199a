"""`Profile`: the parts of a recorded training as rows, with a verdict."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from kerascli.run.profile_verdict import Measured, Verdict, judge
from kerascli.run.ready import Ready
from kerascli.run.timeline import STAGES, Timeline


@dataclass(frozen=True)
class Row:
    """One part.

    Attributes:
        stage: The stage of the run that it belongs to.
        part: The part.
        detail: What of it; empty for all of it.
        seconds: Its time, without that of other parts inside it.
        share: Of all the time, from 0 to 1.
        calls: How often it happened; batches for `input`, steps for `steps`.
    """

    stage: str
    part: str
    detail: str
    seconds: float
    share: float
    calls: int


@dataclass(frozen=True)
class Profile:
    """Where the time of a run went.

    Attributes:
        seconds: All of it, from the beginning of the command (from Python: of the training) to the end of the run.
        rows: The parts, in the order of the table; those that did not happen are left out.
        verdicts: What bounds it; the first one is the verdict. One of the training itself follows one of the whole.
        steps: The training's steps, those that traced left out.
        seconds_per_step: What one of them takes, without waiting.
        computing: The share of their time in which operations compute; None where it is not known.
        waits_measured: Whether it is known how long steps waited for data; else `steps` holds it.
    """

    seconds: float
    rows: tuple[Row, ...]
    verdicts: tuple[Verdict, ...]
    steps: int
    seconds_per_step: float | None
    computing: float | None
    waits_measured: bool

    @property
    def verdict(self) -> Verdict:
        """What bounds the run."""
        return self.verdicts[0]

    def to_json(self) -> dict[str, Any]:
        """All of it, as JSON values."""
        return {
            "seconds": self.seconds,
            "verdict": str(self.verdict),
            "verdicts": [asdict(verdict) for verdict in self.verdicts],
            "parts": [asdict(row) for row in self.rows],
            "steps": self.steps,
            "seconds_per_step": self.seconds_per_step,
            "computing": self.computing,
            "waits_measured": self.waits_measured,
        }


def make_profile(timeline: Timeline, ready: Ready) -> Profile:
    """What a timeline tells of the run that has just ended."""
    total = timeline.now
    sums = {key: (one.seconds, one.calls) for key, one in timeline.sums.items()}
    measured = _move_waits(timeline, sums)
    rows = _rows(sums, total)
    steps, seconds = _count(timeline, "steps"), sum(row.seconds for row in rows if row.part == "steps")
    each = seconds / steps if steps else None
    computing = timeline.steps.computing / timeline.steps.busy if timeline.steps and timeline.steps.busy else None
    verdicts = judge(
        Measured(
            seconds=total,
            parts={part: _seconds(rows, part) for parts in STAGES.values() for part in parts},
            details={(row.part, row.detail): row.seconds for row in rows if row.detail},
            seconds_per_step=each,
            computing=computing,
            batch_size=ready.plan.batch_size,
            augmented=ready.plan.augment is not None and bool(ready.plan.augment.inputs or ready.plan.augment.whole),
            streamed="stream" in ready.data.storage.kept.values(),
        )
    )
    return Profile(total, rows, verdicts, steps, each, computing, measured)


def _count(timeline: Timeline, part: str) -> int:
    kinds = timeline.steps.kinds if timeline.steps is not None else {}
    return sum(calls.steps for (name, _), calls in kinds.items() if name == part)


def _move_waits(timeline: Timeline, sums: dict[tuple[str, str], tuple[float, int]]) -> bool:
    """Takes the time that graph calls waited for data from them to `input`; returns whether it is known."""
    made = sums.pop(("input", ""), (0.0, 0))[0]
    waits = {name: timeline.steps.waited(name) for name in ("steps", "validation", "tracing")} if timeline.steps else {}
    for key in list(sums):
        seconds, calls = sums[key]
        waited = waits.get(key[0]) or 0.0
        # Of the two kinds of steps that trace, the training's wait for the first batch.
        if waited and key in (("steps", ""), ("validation", ""), ("tracing", "steps")):
            made, seconds = made + waited, max(0.0, seconds - waited)
        sums[key] = (seconds, _count(timeline, "steps") if key[0] == "steps" else calls)
    if made:
        sums["input", ""] = (made, sum(_count(timeline, name) for name in waits))
    return waits.get("steps") is not None


def _rows(sums: dict[tuple[str, str], tuple[float, int]], total: float) -> tuple[Row, ...]:
    sums["other", ""] = (max(0.0, total - sum(seconds for seconds, _ in sums.values())), 0)
    rows = []
    for stage, parts in STAGES.items():
        for part in parts:
            own = sorted(((key[1], *value) for key, value in sums.items() if key[0] == part), key=lambda one: -one[1])
            rows += [Row(stage, part, detail, seconds, seconds / total, calls) for detail, seconds, calls in own]
    return tuple(rows)


def _seconds(rows: tuple[Row, ...], part: str) -> float:
    return sum(row.seconds for row in rows if row.part == part)
