"""What the data itself tells of a head's target, in the words of the lints that judge it from the spec."""

from __future__ import annotations

from typing import Literal

from kerascli.check.data_facts import ColumnFacts
from kerascli.check.targets import Target


def target_of(column: ColumnFacts) -> Target:
    """The target, once its values were read; its range is that of the training split."""
    low, high = column.ranges.get("train", (None, None))
    vectors = column.classes is not None and len(column.shape) == 1 and column.shape[0] > 1
    kind: Literal["integers", "one_hot", "numbers"] | None = None
    if vectors:
        kind = "one_hot"
    elif column.dtype.startswith(("int", "uint", "bool")):
        kind = "integers"
    elif column.classes is None and column.dtype.startswith("float"):
        # Whole numbers that are written with a point may be either.
        kind = "numbers"
    classes = len(column.names) if column.names is not None else None
    shape = column.shape if column.dtype else None
    return Target(kind, low, high, shape, column.shape[0] if vectors else classes, column.names, span=column.span)
