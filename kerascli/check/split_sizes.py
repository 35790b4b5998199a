"""Lints of splits and batches against the number of samples, where the spec alone tells it."""

from __future__ import annotations

import math
from collections.abc import Iterator

from kerascli.check.sample_counts import SampleCounts, sample_counts
from kerascli.check.written import value_span
from kerascli.errors import Diagnostic, ExitCode
from kerascli.spec.data_spec import DataSpec
from kerascli.spec.spec import Spec

# A validation of fewer samples says nothing: one of them is a tenth of its accuracy.
_FEWEST = 10


def split_sizes(spec: Spec) -> Iterator[Diagnostic]:
    """Splits that take nothing, or leave nothing to train on; a validation that is too small to say anything."""
    counts = sample_counts(spec.data) if spec.data is not None else None
    if counts is None or spec.data is None:
        return
    fault = _impossible(spec.data, counts)
    if fault is not None:
        yield fault
    elif counts.validation is not None and counts.validation < min(_FEWEST, counts.whole // 10):
        assert spec.data.validation is not None
        message = f"the validation has {counts.validation} of {counts.whole:,} samples, too few to compare epochs by"
        hint = "write 'validation: 0.1'"
        yield Diagnostic("small-split", message, spec.data.validation.span, hint, severity="warning")


def _impossible(data: DataSpec, counts: SampleCounts) -> Diagnostic | None:
    """What reading the data would find too."""
    drawn = [split for split in (data.test, data.validation) if split is not None and split.source is None]
    left = counts.whole
    for split in drawn:
        count = split.count if split.count is not None else math.floor((split.fraction or 0) * counts.whole + 0.5)
        name = "test" if split is data.test else "validation"
        if not 0 < count <= left:
            message = f"'{name}' takes {count:,} of {left:,} samples"
            hint = "choose a smaller split" if count else "choose a larger one"
            return Diagnostic("split", message, split.span, hint, status=ExitCode.DATA)
        left -= count
    if drawn and left == 0:
        message = f"the splits leave nothing of {counts.whole:,} samples to train on"
        return Diagnostic("split", message, drawn[-1].span, "make them smaller", status=ExitCode.DATA)
    return None


def batch_sizes(spec: Spec) -> Iterator[Diagnostic]:
    """A batch that is larger than all the samples, and validation steps beyond the last batch."""
    counts = sample_counts(spec.data) if spec.data is not None else None
    if counts is None or counts.train <= 0:
        return
    span = value_span(spec, "fit", "batch_size")
    if span is not None and spec.fit.batch_size > counts.train:
        message = f"a batch of {spec.fit.batch_size:,} is larger than the {counts.train:,} training samples"
        hint = f"write {counts.train}, or less"
        yield Diagnostic("large-batch", message, span, hint, severity="warning")
    steps, batch = spec.fit.validation_steps, spec.fit.validation_batch_size or spec.fit.batch_size
    if steps is not None and counts.validation is not None and steps * batch >= counts.validation + batch:
        message = f"the {counts.validation:,} validation samples have {math.ceil(counts.validation / batch)} batches of {batch}"
        place = value_span(spec, "fit", "validation_steps")
        hint = "remove 'validation_steps'"
        yield Diagnostic("validation-steps", f"{message}, not {steps}", place, hint, severity="warning")
