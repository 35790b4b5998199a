"""`Ready`: all that a training needs, found sound before its first step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from kerascli.data.gather_facts import FactGatherer
from kerascli.data.prepared_data import PreparedData
from kerascli.data.split import Split
from kerascli.errors import Diagnostic
from kerascli.model.phases import Phases
from kerascli.run.monitor import Monitor
from kerascli.run.performance import Performance
from kerascli.run.plan import Plan
from kerascli.run.start_weights import StartReport
from kerascli.spec.spec import Spec


@dataclass(frozen=True)
class Ready:
    """All that a training needs, found sound.

    Attributes:
        spec: The spec with all that was inferred written out.
        model: The compiled model, its state built.
        data: The data.
        plan: What the loop will do.
        test: The test split, or None.
        monitor: What decides the best epoch.
        logs: The names of the logs of an epoch.
        seen: What was seen of the data where it was read in parts.
        phases: Brings the model from phase to phase; it is in the first.
        performance: What was chosen for its speed.
        start: What each source of starting weights gave.
        doubts: What the shapes of data and model tell that the spec alone did not.
    """

    spec: Spec
    model: Any
    data: PreparedData
    plan: Plan
    test: Split | None
    monitor: Monitor
    logs: tuple[str, ...]
    seen: FactGatherer
    phases: Phases
    performance: Performance
    start: tuple[StartReport, ...] = ()
    doubts: tuple[Diagnostic, ...] = ()
