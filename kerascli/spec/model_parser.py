"""The `model` section → `ModelSpec`: inputs, blocks, layers, outputs, and the class that follows from the wiring."""

from __future__ import annotations

from collections.abc import Mapping as Table
from dataclasses import dataclass

from kerascli.errors import Span
from kerascli.spec.model_spec import InputSpec, ModelSpec
from kerascli.spec.nodes import Mapping, Node, Scalar, Sequence, kind_of
from kerascli.spec.places import MODEL
from kerascli.spec.problems import Problems
from kerascli.spec.section import check_keys, section_of
from kerascli.spec.topology.blocks import Block, read_blocks
from kerascli.spec.topology.budget import MAXIMUM_DEPTH, Budget
from kerascli.spec.topology.entries import Expansion, Scope, expand
from kerascli.spec.topology.heads import read_outputs, read_topology
from kerascli.spec.topology.inputs import read_inputs
from kerascli.spec.topology.lookup import Graph
from kerascli.spec.topology.names import Names
from kerascli.spec.topology.wire import wire

# What the graph calls the one input of a model that leaves `inputs` out; no name of a spec can hold a blank.
INFERRED_INPUT = "the input"
# A nested model's one input has a name that its entries can read, as a block's has.
NESTED_INPUT = "input"
_TO_COME = ("base", "weights", "class", "arguments")


def parse_model(node: Node | None, root: Mapping, problems: Problems, *, trust: bool = False) -> ModelSpec | None:
    """The model.

    Args:
        node: The `model` section; None where the spec has none (a fault).
        root: The whole spec, for the place of a missing section.
        problems: Where faults go.
        trust: Whether components that can run code are allowed.

    Returns:
        The model, or None when a fault leaves nothing to check further.
    """
    if node is None:
        problems.add("missing-section", "the spec has no 'model'", root, "add 'model:' with its 'layers'")
        return None
    section = section_of(node, "model", problems)
    if section is None:
        return None
    key = root.key("model")
    reader = _Reader(problems, trust, Budget(), {})
    return reader.model(section, key.span if key is not None else root.span, "'model'", INFERRED_INPUT)


def parse_nested_model(node: Mapping, key: Scalar, problems: Problems, *, trust: bool = False) -> ModelSpec | None:
    """A model that is an argument of a component, such as `TimeDistributed: {layer: {Model: …}}`."""
    return _Reader(problems, trust, Budget(), {}).nested(node, key)


@dataclass
class _Reader:
    """What holds for a model and those nested in it."""

    problems: Problems
    trust: bool
    budget: Budget
    blocks: Table[str, Block]

    def nested(self, node: Mapping, key: Scalar) -> ModelSpec | None:
        """A model within the model; it may use the blocks of the one around it."""
        if self.budget.depth >= MAXIMUM_DEPTH:
            self.problems.add("too-deep", f"models in models go deeper than {MAXIMUM_DEPTH}", key)
            return None
        self.budget.depth += 1
        # `name` and `trainable` may stand among the arguments, and are read with the entry.
        section = node.without("name").without("trainable")
        made = self.model(section, key.span, "a nested model", NESTED_INPUT)
        self.budget.depth -= 1
        return made

    def model(self, section: Mapping, span: Span, what: str, inferred: str) -> ModelSpec | None:
        problems = self.problems
        check_keys(section, MODEL, what, problems)
        for word in _TO_COME:
            if section.key(word) is not None:
                problems.not_yet(f"'model.{word}'", section.key(word))
        inputs, input_names = read_inputs(section.get("inputs"), problems)
        items = self._items(section)
        own = read_blocks(section.get("blocks"), problems)
        blocks = {**self.blocks, **own}
        if items is None:
            return None
        # A model whose inputs are left out has one, which takes the name of the field that it reads.
        known = inputs or [InputSpec(inferred, None, span=span)]
        if not inputs and inferred == NESTED_INPUT:
            inputs = known
        root = Scope("", {}, Names({**input_names, **({} if input_names else {inferred: section})}))
        expansion = Expansion(blocks, self.budget, problems)
        expand(items, root, expansion)
        self._warn_unused(own, expansion.used)
        inner = _Reader(problems, self.trust, self.budget, blocks)
        graph = Graph({item.name: item for item in known}, root, problems, inner.nested, self.trust)
        wire(graph)
        outputs = read_outputs(section.get("outputs"), graph)
        layers = tuple(graph.layers.values())
        whole = len(layers) == sum(entry.inner is None for entry in expansion.order)
        topology = read_topology(section.get("topology"), known, layers, outputs, problems, whole=whole)
        if not layers or not outputs:
            return None
        return ModelSpec(tuple(inputs), layers, tuple(outputs), topology, span)

    def _items(self, section: Mapping) -> tuple[Node, ...] | None:
        node = section.get("layers")
        if isinstance(node, Sequence) and node.items:
            return node.items
        what = f"'layers' must be a list of layers, not {kind_of(node)}" if node else "the model has no 'layers'"
        hint = "write '- Dense: {units: 10}' below 'layers:'"
        self.problems.add("missing-layers", what, node if node is not None else section.span, hint)
        return None

    def _warn_unused(self, own: Table[str, Block], used: set[str]) -> None:
        for name, block in own.items():
            if name not in used and not any(_mentions(other.layers, name) for other in own.values()):
                self.problems.warn("unused-block", f"the block '{name}' is not used", block.key, "remove it, or use it")


def _mentions(node: Node, word: str) -> bool:
    """Whether a block's layers name another block, or hold a model that does."""
    if isinstance(node, Scalar):
        return node.value == word
    if isinstance(node, Sequence):
        return any(_mentions(item, word) for item in node.items)
    return any(key.value == word or _mentions(value, word) for key, value in node.entries)
