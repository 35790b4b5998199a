"""Names of layers: their grammar, and the default names that Keras would give."""

from __future__ import annotations

import re
from dataclasses import field

from kerascli.quick_dataclass import dataclass
from kerascli.spec.component_parser import find_name
from kerascli.spec.nodes import Node, Scalar

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*\Z")
NAME_HINT = "use letters, digits, '_' and '-', a letter or '_' first"
# The resolved spec, where blocks are expanded, writes the paths of their layers.
PATH = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*(/[A-Za-z_][A-Za-z0-9_-]*)*\Z")


@dataclass
class Names:
    """One namespace while its entries are named.

    Attributes:
        taken: Name to the node where it was first written.
        counts: How many times each default name was given.
    """

    taken: dict[str, Node]
    counts: dict[str, int] = field(default_factory=dict)

    def give_default(self, base: str, key: Node) -> str:
        """The next free default name: `dense`, `dense_1`, …, skipping names that are taken."""
        while True:
            count = self.counts.get(base, 0)
            self.counts[base] = count + 1
            name = base if count == 0 else f"{base}_{count}"
            if name not in self.taken:
                self.taken[name] = key
                return name


def default_base(written: str) -> str:
    """What a class's default names begin with: the class in snake case; an application's default is its own `name`.

    Source: `keras.src.utils.naming.to_snake_case`, which all of Keras's default names come from.
    """
    entry = find_name(written, "layers")
    name = entry.name if entry is not None else written
    if entry is not None and entry.group == "applications":
        own = next((p.default for p in entry.parameters if p.name == "name"), None)
        if isinstance(own, str):
            return own
    return snake_case(name.rpartition(".")[2]) or "layer"


def snake_case(name: str) -> str:
    """A class name as Keras writes its default names: `MaxPooling2D` → `max_pooling2d`."""
    name = re.sub(r"\W+", "", name)
    name = re.sub("(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub("([a-z])([A-Z])", r"\1_\2", name).lower()


def written_text(node: Scalar) -> str:
    """The text of a name."""
    return str(node.value)
