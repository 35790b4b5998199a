"""Samples of two splits with equal inputs: a model that has seen what it is tested on looks better than it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from hashlib import blake2b

import numpy as np

from kerascli.data.table import Array, is_text

# Rows whose bytes are multiplied at once.
_BLOCK = 4096


def sample_hashes(x: Mapping[str, Array]) -> Array:
    """A number for each sample, the same for equal inputs.

    Args:
        x: Input name to array `(samples, ...)`.

    Returns:
        `(samples,)` uint64.
    """
    found = np.zeros(len(next(iter(x.values()))), np.uint64)
    for name in sorted(x):
        array = x[name].reshape(len(x[name]), -1)
        # Another factor for each input, so that what moves from one to another counts.
        found = found * np.uint64(0x9E3779B97F4A7C15) + (_of_texts(array) if is_text(array) else _of_numbers(array))
    return found


def _of_texts(array: Array) -> Array:
    values = (int.from_bytes(blake2b("\0".join(row).encode(), digest_size=8).digest(), "little") for row in array)
    return np.fromiter(values, np.uint64, len(array))


def _of_numbers(array: Array) -> Array:
    """Each row's bytes as whole numbers, times a fixed random factor for each place, summed modulo 2^64."""
    rows = np.ascontiguousarray(array).view(np.uint8).reshape(len(array), -1)
    rows = np.pad(rows, ((0, 0), (0, -rows.shape[1] % 8))) if rows.shape[1] % 8 else rows
    words = rows.view(np.uint64)
    factors = np.random.Generator(np.random.PCG64(0)).integers(0, 2**64, words.shape[1], np.uint64, endpoint=False)
    found = np.empty(len(words), np.uint64)
    for start in range(0, len(words), _BLOCK):
        block = words[start : start + _BLOCK]
        # The high bits of a word reach the low ones of the sum only when they are turned down first.
        found[start : start + _BLOCK] = ((block ^ (block >> np.uint64(29))) * (factors | np.uint64(1))).sum(
            axis=1, dtype=np.uint64
        )
    return found


def equal_samples(hashes: Mapping[str, Array]) -> Iterator[str]:
    """Sentences on the different samples of a held-out split that the training split has too.

    Args:
        hashes: Split to what `sample_hashes` gave.
    """
    train = hashes.get("train", np.array([], np.uint64))
    for name in ("validation", "test"):
        if name not in hashes:
            continue
        same = len(np.intersect1d(train, hashes[name]))
        if same:
            words = "sample of '{}' stands" if same == 1 else "different samples of '{}' stand"
            yield f"{same:,} {words.format(name)} in 'train' too, with equal inputs"
