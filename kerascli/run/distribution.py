"""`Distribution`: the devices and processes that compute together, and what they have to agree on."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import tensorflow as tf

from kerascli.data.shares import Shares
from kerascli.errors import Interrupted
from kerascli.run.cluster import Cluster
from kerascli.run.expectations import FellShort

Kind = Literal["none", "mirrored", "multi_worker"]


@dataclass(frozen=True)
class Distribution:
    """What computes a step.

    Attributes:
        kind: The strategy by its name in a spec.
        replicas: The devices, over all processes; each computes a part of every batch.
        strategy: TensorFlow's own; None where one device computes alone, or where nothing is to be computed.
        cluster: The processes; None: this one alone.
    """

    kind: Kind = "none"
    replicas: int = 1
    strategy: Any = None
    cluster: Cluster | None = None

    @property
    def workers(self) -> int:
        """The processes."""
        return 1 if self.cluster is None else len(self.cluster.workers)

    @property
    def is_chief(self) -> bool:
        """Whether this process writes the run."""
        return self.cluster is None or self.cluster.is_chief

    @property
    def shares(self) -> Shares | None:
        """The parts of a batch that this process takes; None where nothing is cut."""
        if self.strategy is None:
            return None
        count = self.replicas // self.workers
        return Shares(self.replicas, count * (0 if self.cluster is None else self.cluster.index), count)

    def scope(self) -> contextlib.AbstractContextManager[Any]:
        """Where the model and all its variables are made."""
        return contextlib.nullcontext() if self.strategy is None else self.strategy.scope()

    def run(self, step: Callable[[Any], Any], parts: Any) -> Any:
        """A step on each replica, inside a graph or outside; `parts` are those of `Shares.cut`."""
        shares = self.shares
        assert shares is not None
        each = self.strategy.experimental_distribute_values_from_function(
            lambda context: parts[context.replica_id_in_sync_group - shares.first]
        )
        return self.strategy.run(step, args=(each,))

    def gathered(self, numbers: Sequence[int]) -> Any:
        """The numbers of every process, `(processes, numbers)` int64; each has to ask, in the same order."""
        own = np.array([numbers], np.int64)
        if self.cluster is None or self.strategy is None:
            return own
        table = np.zeros((self.workers, len(numbers)), np.int64)
        table[self.cluster.index] = own
        shares = self.shares
        assert shares is not None
        with self.scope():
            each = self.strategy.experimental_distribute_values_from_function(
                lambda context: tf.constant(table if context.replica_id_in_sync_group == shares.first else table * 0)
            )
            return self.strategy.reduce(tf.distribute.ReduceOp.SUM, each, axis=None).numpy()

    @contextlib.contextmanager
    def together(self) -> Iterator[None]:
        """Ends the block in all processes at once: one that has left would be missed by the others as if it had failed."""
        try:
            yield
        except (Interrupted, FellShort):
            self.largest(0)
            raise
        self.largest(0)

    def largest(self, number: int) -> int:
        """The largest number that a process has; each has to ask."""
        return number if self.cluster is None else int(self.gathered([number]).max())

    def of_chief(self, number: int) -> int:
        """The chief's number; each has to ask."""
        return number if self.cluster is None else int(self.gathered([number])[0, 0])

    def words(self, batch_size: int) -> str:
        """In a line: the strategy, and how a batch is cut; empty for one device."""
        if self.kind == "none":
            return ""
        processes = f" on {self.workers} workers" if self.workers > 1 else ""
        name = self.kind.replace("_", "-")
        each = " or ".join(str(size) for size in sorted(set(self.batch_sizes(batch_size)), reverse=True))
        count = f"{self.replicas} replica{'s' if self.replicas > 1 else ''}"
        return f"{name}, {count}{processes}; a batch of {batch_size} is {each} for each"

    def batch_sizes(self, batch_size: int) -> tuple[int, ...]:
        """The samples of each replica in a full batch."""
        return Shares(self.replicas, 0, self.replicas).sizes(batch_size)

    def to_json(self, batch_size: int) -> dict[str, Any]:
        """For the run's record."""
        sizes = self.batch_sizes(batch_size)
        return {
            "strategy": self.kind,
            "replicas": self.replicas,
            "workers": [] if self.cluster is None else list(self.cluster.workers),
            "batch_size": batch_size,
            "batch_size_per_replica": sizes[0],
            "batch_sizes": list(sizes),
        }


# One process, one device.
ALONE = Distribution()
