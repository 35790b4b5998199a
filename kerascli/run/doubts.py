"""`find_doubts`: what should be known before the first step of data, starting weights and a first batch."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from kerascli.check import check_spec, check_values
from kerascli.check.first_batches import check_batches
from kerascli.check.verdict import settle
from kerascli.data.split import ArraySplit
from kerascli.errors import Diagnostic, ExitCode
from kerascli.run.build import output_shapes
from kerascli.run.first_batches import try_batches
from kerascli.run.ready import Ready
from kerascli.run.step_faults import step_faults
from kerascli.spec.problems import in_order


def find_doubts(ready: Ready, *, strict: bool = False) -> tuple[Diagnostic, ...]:
    """All that is doubtful, though a training could begin, without what the spec ignores.

    Args:
        ready: What was found sound. Nothing of it changes.
        strict: Whether warnings are errors.

    Raises:
        SpecError: Something of it can't be meant, or there is a warning and `strict`; with every diagnostic.
        DataError: Likewise, where the data alone is at fault.
    """
    found = [*ready.doubts, *_skipped(ready), *_values(ready), *_start(ready)]
    # What is wrong with the values shows in the batches too, and would be said twice.
    if not any(one.severity == "error" for one in found):
        found += _batches(ready)
    return settle(in_order(found), ready.spec, strict=strict)


def _skipped(ready: Ready) -> Iterator[Diagnostic]:
    skipped = ready.data.skipped
    if skipped.count:
        span = ready.data.data.span
        yield Diagnostic("skipped", str(skipped), span, severity="warning", status=ExitCode.DATA)


def _values(ready: Ready) -> list[Diagnostic]:
    """What the values tell: of what is in memory, and what was seen where it was read in parts."""
    splits = {"train": ready.plan.train, "validation": ready.plan.validation, "test": ready.test}
    for name, split in splits.items():
        if isinstance(split, ArraySplit):
            ready.seen.add(name, split.x, split.y, split.weights)
            # Samples that are not kept in memory would have to be read again for it; `kerascli data` looks at those.
            ready.seen.add_hashes(name, split.x)
    samples = {name: split.samples for name, split in splits.items() if split is not None}
    found = check_values(ready.spec, ready.seen.facts(samples, output_shapes(ready.model)))
    # What the data gives rise to is a fault of the data, where the user is strict.
    found = [replace(one, status=ExitCode.DATA) if one.severity == "warning" else one for one in found]
    # What the spec alone told was said before the data was read.
    told = {one.code for one in check_spec(ready.spec)}
    return [one for one in found if one.code not in told]


def _start(ready: Ready) -> Iterator[Diagnostic]:
    for report in ready.start:
        yield Diagnostic("start-weights", str(report), report.span, severity="note")


def _batches(ready: Ready) -> list[Diagnostic]:
    if ready.plan.distribution.strategy is not None:
        # Its variables lie on several devices; one device alone can't move them.
        return []
    with step_faults("trying a first batch"):
        facts = try_batches(ready.model, ready.plan)
    return [] if facts is None else check_batches(ready.spec, facts)
