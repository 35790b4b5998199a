"""The synthetic source: fields drawn from the seed, each with a generator of its own."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from typing import Any, cast

import numpy as np

from kerascli.data.table import Array, Table, make_table


def draw(samples: int, fields: Mapping[str, Any], seed: int) -> Table:
    """Draws every field.

    A field's numbers depend on the seed and its name alone, so that adding a field leaves the others as they are.

    Args:
        samples: The number of rows.
        fields: Name to `{shape, integers | uniform | normal | choice | one_hot}`; `uniform: [0, 1]` when none is said.
        seed: The seed.

    Returns:
        Integers as int64, one-hot vectors and real numbers as float32, `choice` of text as text.
    """
    return make_table(
        {name: _field(name, samples, facts, seed) for name, facts in fields.items()}, "the synthetic source"
    )


def _field(name: str, samples: int, facts: Mapping[str, Any], seed: int) -> Array:
    # crc32 is the same on every machine and in every process, unlike Python's hash.
    generator = np.random.Generator(np.random.PCG64([seed, zlib.crc32(name.encode())]))
    shape = (samples, *facts.get("shape", []))
    if "one_hot" in facts:
        classes = generator.integers(0, facts["one_hot"], shape)
        return cast("Array", np.eye(facts["one_hot"], dtype=np.float32)[classes])
    if "integers" in facts:
        low, high = facts["integers"]
        return cast("Array", generator.integers(low, high, shape))
    if "choice" in facts:
        values = np.asarray(facts["choice"])
        return cast("Array", values[generator.integers(0, len(values), shape)])
    if "normal" in facts:
        mean, deviation = facts["normal"]
        return cast("Array", (mean + deviation * generator.standard_normal(shape)).astype(np.float32))
    low, high = facts.get("uniform", [0, 1])
    drawn = (low + (high - low) * generator.random(shape)).astype(np.float32)
    # Rounding to float32 may reach the upper end, which is excluded.
    return cast("Array", np.minimum(drawn, np.nextafter(np.float32(high), np.float32(low))))
