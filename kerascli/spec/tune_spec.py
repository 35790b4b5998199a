"""`TuneSpec`: what a search varies, within which bounds, and by which log it judges."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from kerascli.errors import Span
from kerascli.spec.nodes import Node, Scalar, plain

Kind = Literal["uniform", "log", "int", "choice"]
Direction = Literal["minimize", "maximize"]


@dataclass(frozen=True)
class Dimension:
    """One value that is searched.

    Attributes:
        path: Where it stands in the spec, as in overrides.
        key: The node of the path.
        kind: `uniform`, `log` or `int`: a range; `choice`: one of some values.
        entry: The node of the whole range or list.
        ends: The nodes of a range's two ends.
        step: The distance between two values of a range; None: any value (of `int`: 1).
        choices: The nodes of the values.
        bounds: The two ends of a range.
    """

    path: str
    key: Scalar = field(repr=False, compare=False)
    kind: Kind
    entry: Node = field(repr=False, compare=False)
    ends: tuple[Scalar, ...] = field(default=(), repr=False, compare=False)
    step: float | None = None
    choices: tuple[Node, ...] = field(default=(), repr=False)
    bounds: tuple[float, ...] = ()

    @property
    def count(self) -> int | None:
        """How many values it has; None: a continuous range."""
        if self.kind == "choice":
            return len(self.choices)
        step = self.step if self.step is not None else 1 if self.kind == "int" else None
        return None if step is None else math.floor((self.bounds[1] - self.bounds[0]) / step + 1e-9) + 1

    def to_json(self) -> dict[str, Any]:
        """As a spec writes it."""
        if self.kind == "choice":
            return {"choice": [plain(one) for one in self.choices]}
        step = {} if self.step is None else {"step": self.step}
        return {self.kind: list(self.bounds), **step}


@dataclass(frozen=True)
class Method:
    """A sampler or a pruner: its name, and the arguments that it is given, as Optuna names them."""

    name: str
    arguments: Mapping[str, float | bool] = field(default_factory=dict)

    def to_json(self) -> Any:
        """As a spec writes it."""
        return {self.name: dict(self.arguments)} if self.arguments else self.name


@dataclass(frozen=True)
class TuneSpec:
    """The section `tune`.

    Attributes:
        space: What is searched, in the order in which it is written.
        metric: The log that a trial is judged by; None: that of the best checkpoint.
        metric_span: Where it is written.
        direction: Which way it is better; None: as the metric says.
        direction_span: Where that is written.
        trials: How many there are in all; None: the whole grid.
        sampler: What suggests values.
        pruner: What ends hopeless trials.
        parallel: How many run at once.
        on_error: Whether a failed trial ends the search.
        seed: Of the suggestions; None: the spec's own.
        storage: Where the study is kept; None: in its folder.
        span: Where the section stands.
    """

    space: tuple[Dimension, ...]
    metric: str | None = None
    direction: Direction | None = None
    trials: int | None = None
    sampler: Method = field(default_factory=lambda: Method("tpe"))
    pruner: Method = field(default_factory=lambda: Method("median"))
    parallel: int = 1
    on_error: Literal["continue", "stop"] = "continue"
    seed: int | None = None
    storage: str | None = None
    span: Span | None = field(default=None, compare=False, repr=False)
    metric_span: Span | None = field(default=None, compare=False, repr=False)
    direction_span: Span | None = field(default=None, compare=False, repr=False)

    @property
    def grid_size(self) -> int | None:
        """How many settings the space has; None: without end."""
        counts = [one.count for one in self.space]
        return None if any(count is None for count in counts) else math.prod(count or 0 for count in counts)

    def to_json(self) -> dict[str, Any]:
        """As JSON values."""
        written = {
            "metric": self.metric,
            "direction": self.direction,
            "trials": self.trials,
            "sampler": self.sampler.to_json(),
            "pruner": self.pruner.to_json(),
            "parallel": self.parallel,
            "on_error": self.on_error,
            "seed": self.seed,
            "storage": self.storage,
        }
        space = {one.path: one.to_json() for one in self.space}
        return {**{key: value for key, value in written.items() if value is not None}, "space": space}
