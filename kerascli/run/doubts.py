"""`find_doubts`: what should be known before the first step of data, starting weights and a first batch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import keras
import numpy as np

from kerascli.check import check_spec
from kerascli.check.first_batches import check_batches, layer_spans
from kerascli.check.values import check_heads, check_values
from kerascli.check.verdict import settle
from kerascli.data.split import ArraySplit
from kerascli.data.table import Array
from kerascli.errors import Diagnostic, ExitCode, Span
from kerascli.run.build import output_shapes
from kerascli.run.failing_layer import failing_layer
from kerascli.run.first_batches import BATCHES, learning_layers, try_batches
from kerascli.run.ready import Ready
from kerascli.run.shape_checks import model_shapes
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
        elif name == "train" and split is not None:
            # What transforms and files make was not made when the rows were read.
            for batch in split.dataset(min(ready.plan.batch_size, split.samples)).take(BATCHES):
                ready.seen.add_sampled(_inputs(ready, batch))
    samples = {name: split.samples for name, split in splits.items() if split is not None}
    facts = ready.seen.facts(samples, output_shapes(ready.model))
    found = check_values(ready.spec, facts)
    said = {one.code for one in found}
    found += [
        one for one in check_heads(ready.spec, model_shapes(ready.model, ready.spec), facts) if one.code not in said
    ]
    # What the data gives rise to is a fault of the data, where the user is strict.
    found = [replace(one, status=ExitCode.DATA) if one.severity == "warning" else one for one in found]
    # What the spec alone told was said before the data was read.
    told = {one.code for one in check_spec(ready.spec)}
    return [one for one in found if one.code not in told]


def _inputs(ready: Ready, batch: Any) -> dict[str, Array]:
    """Input name to array `(samples, ...)`, of a batch as the model takes it."""
    x = keras.utils.unpack_x_y_sample_weight(batch)[0]
    parts = x if isinstance(x, Mapping) else {ready.data.preprocessing.inputs[0].name: x}
    return {name: np.asarray(part) for name, part in parts.items()}


def _start(ready: Ready) -> Iterator[Diagnostic]:
    for report in ready.start:
        yield Diagnostic("start-weights", str(report), report.span, severity="note")


def _batches(ready: Ready) -> list[Diagnostic]:
    if ready.plan.distribution.strategy is not None:
        # Its variables lie on several devices; one device alone can't move them.
        return []

    def place(error: BaseException) -> Span | None:
        return layer_spans(ready.spec.model).get(failing_layer(error, ready.model) or "")

    found: list[Diagnostic] = []
    seen = frozenset[str]()
    with ready.phases.opened() as phases, step_faults("trying a first batch", place):
        for number in phases:
            learning = learning_layers(ready.model)
            facts = try_batches(ready.model, ready.plan) if number == 0 or learning - seen else None
            if facts is not None and number > 0:
                facts = replace(facts, judged=learning - seen, phase=number + 1)
            if facts is not None:
                found += check_batches(ready.spec, facts)
            seen |= learning
            if any(one.severity == "error" for one in found):
                break
    return found
