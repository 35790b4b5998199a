"""The `model` section → `ModelSpec`: inputs, blocks, layers, outputs, and the class that follows from the wiring."""

from __future__ import annotations

from collections.abc import Mapping as Table
from dataclasses import replace
from pathlib import Path

from kerascli.errors import Span
from kerascli.quick_dataclass import dataclass
from kerascli.spec.model_spec import InputSpec, ModelSpec, TensorReference
from kerascli.spec.nodes import Mapping, Node, Scalar, Sequence, kind_of
from kerascli.spec.places import MODEL
from kerascli.spec.problems import Problems
from kerascli.spec.section import check_keys, section_of
from kerascli.spec.topology.base import BASE_OUTPUT, Base, read_base, splice
from kerascli.spec.topology.blocks import Block, read_blocks
from kerascli.spec.topology.budget import MAXIMUM_DEPTH, Budget
from kerascli.spec.topology.entries import Expansion, Scope, expand, nothing_left
from kerascli.spec.topology.heads import read_outputs, read_topology
from kerascli.spec.topology.inputs import read_inputs
from kerascli.spec.topology.lookup import Graph
from kerascli.spec.topology.names import Names
from kerascli.spec.topology.own_class import read_own_class
from kerascli.spec.topology.start import read_start_weights
from kerascli.spec.topology.wire import wire
from kerascli.spec.trained_models import TrainedModels

# What the graph calls the one input of a model that leaves `inputs` out; no name of a spec can hold a blank.
INFERRED_INPUT = "the input"
# A nested model's one input has a name that its entries can read, as a block's has.
NESTED_INPUT = "input"
_OF_A_CLASS = ("class", "arguments")


def parse_model(
    node: Node | None, root: Mapping, problems: Problems, *, trust: bool = False, runs: Path = Path("runs")
) -> ModelSpec | None:
    """The model.

    Args:
        node: The `model` section; None where the spec has none (a fault).
        root: The whole spec, for the place of a missing section.
        problems: Where faults go.
        trust: Whether components that can run code are allowed.
        runs: The folder that holds all runs, for a base or weights from a run.

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
    span = key.span if key is not None else root.span
    if section.key("class") is not None:
        check_keys(section, MODEL, "'model'", problems)
        own = read_own_class(section, root, span, problems, trust=trust)
        if own is None:
            return None
        start = read_start_weights(section.get("weights"), own, TrainedModels(runs, trust).find, problems, trust=trust)
        return replace(own, start=start)
    reader = _Reader(problems, trust, Budget(), {})
    trained = TrainedModels(runs, trust)
    base = read_base(section.get("base"), trained.read, problems, trust=trust)
    if base is None and section.get("base") is not None:
        # Without it nothing that the layers read is known.
        return None
    model = reader.model(section, span, "'model'", INFERRED_INPUT, base)
    if model is None:
        return None
    start = read_start_weights(section.get("weights"), model, trained.find, problems, trust=trust)
    return replace(model, start=(*model.start, *start))


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
        for word in ("base", "weights"):
            if section.key(word) is not None:
                hint = "write it in the outermost 'model'"
                self.problems.add("nested-base", f"'{word}' can't stand in a nested model", section.key(word), hint)
        made = self.model(section, key.span, "a nested model", NESTED_INPUT)
        self.budget.depth -= 1
        return made

    def model(
        self, section: Mapping, span: Span, what: str, inferred: str, base: Base | None = None
    ) -> ModelSpec | None:
        """The model of one section."""
        problems = self.problems
        check_keys(section, MODEL, what, problems)
        for word in _OF_A_CLASS:
            if section.key(word) is not None:
                hint = "write 'class: NAME' in the outermost 'model'"
                problems.add("own-class", f"'{word}' has no class here", section.key(word), hint)
        inputs, names = read_inputs(section.get("inputs"), problems)
        items = self._items(section, base)
        own = read_blocks(section.get("blocks"), problems)
        if items is None:
            return None
        if not inputs and base is None and inferred == NESTED_INPUT:
            inputs = [InputSpec(inferred, None, span=span)]
        # A model whose inputs are left out has one, which takes the name of the field that it reads.
        known = inputs or ([] if base is not None else [InputSpec(inferred, None, span=span)])
        taken = {item.name: names.get(item.name, section) for item in known}
        root = Scope("", {}, Names({**taken, **_base_names(base)}))
        expansion = Expansion({**self.blocks, **own}, self.budget, problems)
        expand(items, root, expansion)
        if items and not expansion.order and base is None and not problems.failed:
            problems.add(*nothing_left("the model", section.get("layers") or section))
        self._warn_unused(own, expansion.used)
        graph = self._graph(known, root, expansion, base)
        wire(graph)
        outputs = tuple(read_outputs(section.get("outputs"), graph))
        layers = tuple(graph.layers.values())
        whole = len(layers) == sum(entry.inner is None for entry in expansion.order)
        all_inputs: tuple[InputSpec, ...] = tuple(inputs)
        if base is not None and base.model is not None:
            all_inputs, layers = splice(base.model, all_inputs, layers, outputs)
        open_base = base.open() if base is not None else None
        reason_inputs = all_inputs or tuple(known)
        topology = read_topology(section.get("topology"), reason_inputs, layers, outputs, problems, whole=whole)
        if not outputs or not (layers or open_base):
            return None
        start = (base.start,) if base is not None else ()
        return ModelSpec(all_inputs, layers, outputs, topology, span, start, open_base)

    def _graph(self, known: list[InputSpec], root: Scope, expansion: Expansion, base: Base | None) -> Graph:
        inner = _Reader(self.problems, self.trust, self.budget, expansion.blocks)
        graph = Graph({item.name: item for item in known}, root, self.problems, inner.nested, self.trust)
        if base is None:
            return graph
        if base.model is None:
            graph.open_base = True
            graph.base_outputs = (TensorReference(BASE_OUTPUT, None, base.node.span),)
        else:
            graph.inputs = {item.name: item for item in base.model.inputs} | graph.inputs
            graph.base = {layer.name: layer for layer in base.model.layers}
            graph.base_heads = {output.name: output.tensor for output in base.model.outputs}
            graph.base_outputs = tuple(output.tensor for output in base.model.outputs)
        if base.outputs is not None:
            items = base.outputs.items if isinstance(base.outputs, Sequence) else (base.outputs,)
            found = [graph.find(item, root, None) for item in items]
            graph.base_outputs = tuple(one for one in found if one is not None)
        return graph

    def _items(self, section: Mapping, base: Base | None) -> tuple[Node, ...] | None:
        node = section.get("layers")
        if base is not None and (node is None or node == Sequence((), section.span)):
            return ()
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


def _base_names(base: Base | None) -> dict[str, Node]:
    """The names that a base brings."""
    if base is None or base.model is None:
        return {}
    names = [one.name for one in base.model.inputs] + [one.name for one in base.model.layers]
    return dict.fromkeys(names, base.node)


def _mentions(node: Node, word: str) -> bool:
    """Whether a block's layers name another block, or hold a model that does."""
    if isinstance(node, Scalar):
        return node.value == word
    if isinstance(node, Sequence):
        return any(_mentions(item, word) for item in node.items)
    return any(key.value == word or _mentions(value, word) for key, value in node.entries)
