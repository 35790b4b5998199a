"""What should be known of data and starting weights before the first step, though nothing is wrong with them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from kerascli.check.verdict import settle
from kerascli.data.equal_samples import equal_samples, sample_hashes
from kerascli.data.split import ArraySplit
from kerascli.errors import Diagnostic, ExitCode

if TYPE_CHECKING:
    from kerascli.run.preflight import Ready


def find_doubts(ready: Ready, *, strict: bool = False) -> tuple[Diagnostic, ...]:
    """The warnings and notes, without those that the spec ignores.

    Args:
        ready: All that a training needs.
        strict: Whether warnings are errors.

    Raises:
        DataError: There is a warning, and `strict`.
    """
    # What the data gives rise to is a fault of the data, where the user is strict.
    found = [replace(one, status=ExitCode.DATA) if one.severity == "warning" else one for one in _doubts(ready)]
    return settle(found, ready.spec, strict=strict)


def _doubts(ready: Ready) -> Iterator[Diagnostic]:
    span, skipped = ready.data.data.span, ready.data.skipped
    if skipped.count:
        yield Diagnostic("skipped", str(skipped), span, severity="warning")
    # Samples that are not kept in memory would have to be read again for it; `kerascli data` looks at those.
    splits = {"train": ready.plan.train, "validation": ready.plan.validation, "test": ready.test}
    hashes = {name: sample_hashes(split.x) for name, split in splits.items() if isinstance(split, ArraySplit)}
    for sentence in equal_samples(hashes):
        hint = "'kerascli data' shows the splits; 'group' keeps what belongs together in one"
        yield Diagnostic("equal-samples", sentence, span, hint, severity="warning")
    for report in ready.start:
        yield Diagnostic("start-weights", str(report), report.span, severity="note")
