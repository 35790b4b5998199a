"""The rows of one split: drawn from the seed, spread over classes, kept together by group, or the latest of an order."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from kerascli.data.table import Array, Table, is_text
from kerascli.errors import DataError, did_you_mean
from kerascli.spec.data_spec import SplitSpec

# Keeps the draw of the splits apart from other uses of the seed.
_SPLIT_STREAM = 0x5911


def draw_rows(spec: SplitSpec, left: Array, whole: Table, seed: int, name: str) -> tuple[Array, Array]:
    """The rows of a split and the rows that are left, both in the order of the source.

    Args:
        spec: A split by count or fraction.
        left: The rows that no other split has, `(rows,)` int64, ascending.
        whole: The source.
        seed: The seed.
        name: The split, for messages.

    Raises:
        DataError: The split takes nothing, more than there is, or lacks its field.
    """
    # A fraction is of the whole; halves round up, so that a small split is not empty.
    count = spec.count if spec.count is not None else math.floor((spec.fraction or 0) * whole.samples + 0.5)
    if not 0 < count <= len(left):
        message = f"'{name}' takes {count:,} of {len(left):,} samples"
        hint = "choose a smaller split" if count else "choose a larger one"
        raise DataError(message, code="split", span=spec.span, hint=hint)
    if spec.order is not None:
        taken = np.argsort(_values(spec, spec.order, whole)[left], kind="stable")[len(left) - count :]
    elif spec.stratify is not None:
        taken = _spread(_values(spec, spec.stratify, whole)[left], count, _places(spec, len(left), seed))
    elif spec.group is not None:
        taken = _whole_groups(spec, _values(spec, spec.group, whole)[left], count, seed, name)
    else:
        taken = _places(spec, len(left), seed)[:count]
    chosen = np.zeros(len(left), bool)
    chosen[taken] = True
    return left[chosen], left[~chosen]


def _places(spec: SplitSpec, count: int, seed: int) -> Array:
    """The places 0 to `count - 1` in the order in which they are drawn."""
    if not spec.shuffle:
        return np.arange(count)
    return np.random.Generator(np.random.PCG64([seed, _SPLIT_STREAM])).permutation(count)


def _values(spec: SplitSpec, field: str, whole: Table) -> Array:
    """The field that a split goes by, one value a row, none missing.

    Raises:
        DataError: The table lacks it, a sample has several values, or one is missing.
    """
    if field not in whole.fields:
        hint = did_you_mean(field, whole.fields)
        message = f"{whole.source} has no field '{field}'"
        raise DataError(message, code="unknown-field", span=spec.field_span, hint=hint)
    values: Array = whole.fields[field]
    if values.size != whole.samples:
        message = f"'{field}' has more than one value a sample, so that no split can go by it"
        raise DataError(message, code="split", span=spec.field_span, hint="name another field")
    values = values.reshape(whole.samples)
    bad = values == "" if is_text(values) else ~np.isfinite(values) if values.dtype.kind == "f" else np.zeros(1, bool)
    if bad.any():
        message = f"'{field}', which the split goes by, is missing at {whole.place(int(np.argmax(bad)))}"
        raise DataError(message, code="missing-value", span=spec.field_span, hint="complete or remove such rows")
    return values


def _spread(labels: Array, count: int, drawn: Array) -> Array:
    """So many places that each label has its share of them: by largest remainders, the first label first."""
    classes: Any
    classes, codes = np.unique(labels, return_inverse=True)
    sizes = np.bincount(codes, minlength=len(classes))
    shares = sizes * count / len(labels)
    takes = np.floor(shares).astype(np.int64)
    for index in np.argsort(-(shares - takes), kind="stable")[: count - int(takes.sum())]:
        takes[index] += 1
    ordered = drawn[np.argsort(codes[drawn], kind="stable")]
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    return np.concatenate([ordered[start : start + take] for start, take in zip(starts, takes, strict=True)])


def _whole_groups(spec: SplitSpec, groups: Array, count: int, seed: int, name: str) -> Array:
    """The places of whole groups, as near to `count` in all as the order of the draw gives.

    Raises:
        DataError: There is but one group.
    """
    classes: Any
    classes, codes = np.unique(groups, return_inverse=True)
    if len(classes) < 2:
        message = f"'{name}' can't be split by '{spec.group}', which has one value alone"
        raise DataError(message, code="split", span=spec.field_span, hint="name a field with several")
    sizes = np.bincount(codes, minlength=len(classes))
    chosen: list[int] = []
    total = 0
    for group in _places(spec, len(classes), seed):
        # At least one group, and at least one is left for the rest.
        fits = total + sizes[group] / 2 <= count or not chosen
        if fits and len(chosen) < len(classes) - 1:
            chosen.append(int(group))
            total += int(sizes[group])
    return np.flatnonzero(np.isin(codes, chosen))
