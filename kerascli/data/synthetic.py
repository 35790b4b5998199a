"""The synthetic source: fields drawn from the seed, each with a generator of its own."""

from __future__ import annotations

import math
import zlib
from collections.abc import Mapping
from typing import Any

import numpy as np

from kerascli.data.memory import check_size
from kerascli.data.table import Array, Table, make_table
from kerascli.errors import Span, SpecError

_INT32 = np.iinfo(np.int32)
_INT64 = np.iinfo(np.int64)


def draw(samples: int, fields: Mapping[str, Any], seed: int, span: Span | None = None) -> Table:
    """Draws every field.

    A field's numbers depend on the seed and its name alone, so that adding a field leaves the others as they are.

    Args:
        samples: The number of rows.
        fields: Name to `{shape, integers | uniform | normal | choice | one_hot}`; `uniform: [0, 1]` when none is said.
        seed: The seed.
        span: Where the fields are written.

    Returns:
        Integers as int32 where they fit and int64 otherwise, one-hot vectors and real numbers as float32, `choice` as
        its values are.

    Raises:
        SpecError: A field's numbers can't be drawn.
        DataError: The samples would not fit into memory.
    """
    drawn = {name: _field(name, samples, facts, seed, span) for name, facts in fields.items()}
    return make_table(drawn, "the synthetic source", span=span)


def _field(name: str, samples: int, facts: Mapping[str, Any], seed: int, span: Span | None) -> Array:
    # crc32 is the same on every machine and in every process, unlike Python's hash.
    generator = np.random.Generator(np.random.PCG64([seed, zlib.crc32(name.encode())]))
    shape = (samples, *facts.get("shape", []))
    check_size(math.prod(shape) * 8 * facts.get("one_hot", 1), name, span)
    if "one_hot" in facts:
        return _one_hot(generator, shape, facts["one_hot"])
    if "integers" in facts:
        return _integers(generator, shape, facts["integers"], name, span)
    if "choice" in facts:
        values = _choices(facts["choice"], name, span)
        chosen: Array = values[generator.integers(0, len(values), shape)]
        return chosen
    if "normal" in facts:
        mean, deviation = _finite(facts["normal"], name, span)
        return (mean + deviation * generator.standard_normal(shape)).astype(np.float32)
    low, high = _finite(facts.get("uniform", [0, 1]), name, span)
    drawn = (low + (high - low) * generator.random(shape)).astype(np.float32)
    # Rounding to float32 may reach the upper end, which is excluded.
    return np.minimum(drawn, np.nextafter(np.float32(high), np.float32(low)))


def _one_hot(generator: np.random.Generator, shape: tuple[int, ...], classes: int) -> Array:
    indices = generator.integers(0, classes, shape)
    vectors = np.zeros((*shape, classes), np.float32)
    np.put_along_axis(vectors, indices[..., np.newaxis], 1, axis=-1)
    return vectors


def _integers(
    generator: np.random.Generator, shape: tuple[int, ...], bounds: list[int], name: str, span: Span | None
) -> Array:
    low, high = bounds
    if low < _INT64.min or high - 1 > _INT64.max:
        message = f"the integers of '{name}' don't fit into 64 bits"
        raise SpecError(message, code="out-of-range", span=span, hint="choose smaller ones")
    small = low >= _INT32.min and high - 1 <= _INT32.max
    return generator.integers(low, high, shape, dtype=np.int32 if small else np.int64)


def _choices(values: list[Any], name: str, span: Span | None) -> Array:
    kinds = {type(value) for value in values}
    if kinds == {str}:
        return np.asarray(values, object)
    if kinds == {bool} or kinds <= {int, float}:
        found = np.asarray(values)
        if found.dtype.kind in "biuf":
            return found
    hint = "write numbers alone, or texts alone"
    raise SpecError(f"the choices of '{name}' are not of one kind", code="wrong-type", span=span, hint=hint)


def _finite(numbers: list[float], name: str, span: Span | None) -> list[float]:
    if not all(math.isfinite(number) for number in numbers) or abs(numbers[1] - numbers[0]) > np.finfo(np.float32).max:
        message = f"the numbers of '{name}' don't fit into 32 bits"
        raise SpecError(message, code="out-of-range", span=span, hint="choose smaller ones")
    return numbers
