"""How much a spec may grow by `repeat` and blocks: refused before it is expanded."""

from __future__ import annotations

from kerascli.spec.nodes import Mapping, Node, Sequence
from kerascli.spec.problems import Problems

MAXIMUM_LAYERS = 10_000
MAXIMUM_DEPTH = 64
# Copies of blocks write their values out again; no honest spec comes near this.
MAXIMUM_VALUES = 2_000_000


class Budget:
    """What is left; one for a whole model, its nested models included."""

    def __init__(self) -> None:
        """Starts full."""
        self.layers = MAXIMUM_LAYERS
        self.values = MAXIMUM_VALUES
        self.depth = 0
        self._sizes: dict[int, tuple[Node, int]] = {}

    @property
    def exhausted(self) -> bool:
        """Whether nothing more may be expanded."""
        return self.layers < 0 or self.values < 0

    def spend_layer(self, key: Node, problems: Problems) -> bool:
        """Takes one layer or block; False, with a fault at the first time, when there are too many."""
        if self.layers < 0:
            return False
        self.layers -= 1
        if self.layers < 0:
            problems.add("too-many-layers", f"more than {MAXIMUM_LAYERS:,} layers after 'repeat' and blocks", key)
            return False
        return True

    def spend_values(self, node: Node, problems: Problems) -> bool:
        """Takes the values of a node that is about to be copied."""
        if self.values < 0:
            return False
        self.values -= self._size(node)
        if self.values < 0:
            problems.add("too-large", "the spec grows too large by 'repeat' and blocks", node)
            return False
        return True

    def _size(self, node: Node) -> int:
        # The node is kept, so that its id stays its own.
        if id(node) not in self._sizes:
            self._sizes[id(node)] = (node, _count(node))
        return self._sizes[id(node)][1]


def _count(node: Node) -> int:
    if isinstance(node, Mapping):
        return 1 + sum(1 + _count(value) for _, value in node.entries)
    if isinstance(node, Sequence):
        return 1 + sum(_count(item) for item in node.items)
    return 1
