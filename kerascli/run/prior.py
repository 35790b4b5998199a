"""`Prior`: what a run that goes on, or that repeats another, takes from the one before it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kerascli.data.prepare import PriorData


@dataclass(frozen=True)
class Prior:
    """What was decided when the run began.

    Attributes:
        data: Of its data.
        performance: For its speed, as its record has it.
    """

    data: PriorData
    performance: Mapping[str, Any]
