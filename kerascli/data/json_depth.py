"""How deeply JSON lines are nested: Arrow's parser calls itself for each level, and ends the process where the stack does."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pyarrow as pa

MAXIMUM_DEPTH = 64

_QUOTED = re.compile(rb'"(?:[^"\\\n]|\\.)*"')
_OTHERS = bytes(set(range(256)) - set(b"[]{}\n"))


def is_deep(content: pa.Buffer | bytes) -> bool:
    """Whether any line has more than `MAXIMUM_DEPTH` brackets open at once."""
    data = np.frombuffer(content, np.uint8)
    opened = np.flatnonzero((data == ord("[")) | (data == ord("{")))
    if len(opened) <= MAXIMUM_DEPTH:
        return False
    lines = np.searchsorted(np.flatnonzero(data == ord("\n")), opened)
    if not (lines[MAXIMUM_DEPTH:] == lines[:-MAXIMUM_DEPTH]).any():
        return False
    # Some line has that many, one after the other or one in the other.
    marks = np.frombuffer(_QUOTED.sub(b"", bytes(content)).translate(None, _OTHERS), np.uint8)
    ends = marks == ord("\n")
    steps = np.where((marks == ord("[")) | (marks == ord("{")), 1, -1)
    depth = np.cumsum(np.where(ends, 0, steps))
    start = np.maximum.accumulate(np.where(ends, np.arange(len(marks)), -1))
    before = np.where(start >= 0, depth[start], 0)
    return bool((depth - before > MAXIMUM_DEPTH).any())
