"""The rows of one split: drawn from the seed, spread over classes, kept together by group, or the latest of an order."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from kerascli.data.rows import Rows
from kerascli.data.table import Array, Table, is_ragged, is_text
from kerascli.errors import DataError, did_you_mean
from kerascli.spec.data_spec import SplitSpec

# Keeps the draw of the splits apart from other uses of the seed.
_SPLIT_STREAM = 0x5911
# Rows that are drawn from at once.
_PART = 1 << 20


def draw_rows(spec: SplitSpec, left: Array, whole: Rows, seed: int, name: str) -> Array:
    """Which rows a split takes, as a mask `(samples,)` of bool.

    Args:
        spec: A split by count or fraction.
        left: Which rows no other split has, `(samples,)` bool.
        whole: The source.
        seed: The seed.
        name: The split, for messages.

    Raises:
        DataError: The split takes nothing, more than there is, or lacks its field.
    """
    available, count = int(left.sum()), _count(spec, left, whole, name)
    if spec.order is not None:
        taken = np.argsort(_values(spec, spec.order, whole)[left], kind="stable")[available - count :]
    elif spec.stratify is not None:
        taken = _spread(_values(spec, spec.stratify, whole)[left], count, _places(spec, available, seed))
    elif spec.group is not None:
        taken = _whole_groups(spec, _values(spec, spec.group, whole)[left], count, seed, name)
    else:
        taken = _draw(spec, available, count, seed)
    chosen = np.zeros(available, bool)
    chosen[taken] = True
    mask = np.zeros(len(left), bool)
    mask[left] = chosen
    return mask


def draw_latest(spec: SplitSpec, left: Array, whole: Rows, name: str, group: str | None) -> Array:
    """Which rows a split of ordered rows takes, out of which sequences are cut: the latest, or the first.

    Random rows would leave gaps in every sequence. Of several groups, each gives the same share.

    Args:
        spec: A split by count or fraction; `shuffle: false` takes the first rows.
        left: Which rows no other split has, `(samples,)` bool.
        whole: The source, its rows in order.
        name: The split, for messages.
        group: The field that tells the groups apart, or None.

    Raises:
        DataError: The split takes nothing, more than there is, or goes by a field that would tear sequences apart.
    """
    if spec.stratify is not None or spec.group is not None:
        message = f"'{name}' goes by '{spec.stratify or spec.group}', which would tear the sequences of 'window' apart"
        hint = "leave it out: the split takes the latest rows" + (" of each group" if group else "")
        raise DataError(message, code="split", span=spec.field_span, hint=hint)
    available, count = int(left.sum()), _count(spec, left, whole, name)
    if spec.order is not None:
        return draw_rows(spec, left, whole, 0, name)
    codes = np.zeros(available, np.int64)
    if group is not None and group in whole.head.fields:
        values = np.concatenate([block.fields[group] for block in whole.blocks({group})])
        codes = np.unique(values[left], return_inverse=True)[1].reshape(-1)
    chosen = np.zeros(available, bool)
    for code in range(int(codes.max()) + 1):
        rows = np.flatnonzero(codes == code)
        taken = math.floor(len(rows) * count / available + 0.5)
        chosen[rows[len(rows) - taken :] if spec.shuffle else rows[:taken]] = True
    mask = np.zeros(len(left), bool)
    mask[left] = chosen
    return mask


def _count(spec: SplitSpec, left: Array, whole: Rows, name: str) -> int:
    """How many rows a split takes.

    Raises:
        DataError: None, or more than there are.
    """
    available = int(left.sum())
    # A fraction is of the whole; halves round up, so that a small split is not empty.
    count = spec.count if spec.count is not None else math.floor((spec.fraction or 0) * whole.samples + 0.5)
    if not 0 < count <= available:
        message = f"'{name}' takes {count:,} of {available:,} samples"
        hint = "choose a smaller split" if count else "choose a larger one"
        raise DataError(message, code="split", span=spec.span, hint=hint)
    return count


def _draw(spec: SplitSpec, available: int, count: int, seed: int) -> Array:
    """`count` of the places 0 to `available - 1`, in parts that keep the memory for the draw small."""
    if not spec.shuffle or available <= _PART:
        return _places(spec, available, seed)[:count]
    generator = np.random.Generator(np.random.PCG64([seed, _SPLIT_STREAM]))
    parts = []
    for start in range(0, available, _PART):
        size = min(_PART, available - start)
        taken = int(generator.hypergeometric(size, available - start - size, count)) if count else 0
        parts.append(start + generator.permutation(size)[:taken])
        count -= taken
    return np.concatenate(parts)


def _places(spec: SplitSpec, count: int, seed: int) -> Array:
    """The places 0 to `count - 1` in the order in which they are drawn."""
    if not spec.shuffle:
        return np.arange(count)
    return np.random.Generator(np.random.PCG64([seed, _SPLIT_STREAM])).permutation(count)


def _values(spec: SplitSpec, field: str, whole: Rows) -> Array:
    """The field that a split goes by, one value a row, none missing, `(samples,)`.

    Raises:
        DataError: The table lacks it, a sample has several values, or one is missing.
    """
    known = whole.head.fields
    if field not in known:
        hint = did_you_mean(field, known)
        message = f"{whole.source} has no field '{field}'"
        raise DataError(message, code="unknown-field", span=spec.field_span, hint=hint)
    return np.concatenate([_block_values(spec, field, block) for block in whole.blocks({field})])


def _block_values(spec: SplitSpec, field: str, block: Table) -> Array:
    values: Array = block.fields[field]
    if values.size != block.samples or is_ragged(values):
        message = f"'{field}' has more than one value a sample, so that no split can go by it"
        raise DataError(message, code="split", span=spec.field_span, hint="name another field")
    values = values.reshape(block.samples)
    bad = values == "" if is_text(values) else ~np.isfinite(values) if values.dtype.kind == "f" else np.zeros(1, bool)
    if bad.any():
        message = f"'{field}', which the split goes by, is missing at {block.place(int(np.argmax(bad)))}"
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
