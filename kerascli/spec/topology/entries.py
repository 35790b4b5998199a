"""The expanded entries of a model: a tree of scopes (the model, each use of a block), every entry named."""

from __future__ import annotations

from collections.abc import Mapping as Table
from dataclasses import field

from kerascli.errors import Note
from kerascli.quick_dataclass import dataclass
from kerascli.spec.model_spec import TensorReference
from kerascli.spec.nodes import Node, Scalar
from kerascli.spec.problems import Problems
from kerascli.spec.topology.blocks import Block, fill
from kerascli.spec.topology.budget import MAXIMUM_DEPTH, Budget
from kerascli.spec.topology.items import WrittenItem
from kerascli.spec.topology.names import Names, default_base
from kerascli.spec.topology.repeats import Copy, copies_of


@dataclass
class Entry:
    """One call of a layer, or one use of a block.

    Attributes:
        name: Its name in its scope.
        named: Whether the spec wrote the name.
        item: What is written.
        inputs: The node of `inputs`; None: reads the entry above.
        number: Its place among all entries of the model, blocks before what they hold, from 0.
        scope: Where it stands.
        above: The entry above it in its scope, or None.
        inner: What a block holds; None for a layer.
        end: The number of the last entry inside, its own for a layer.
        copy: Whether it is a further copy of a repeated entry, which reads the copy before.
    """

    name: str
    named: bool
    item: WrittenItem
    inputs: Node | None
    number: int
    # Left out of `repr`, which would go round in circles.
    scope: Scope = field(repr=False)
    above: Entry | None = field(repr=False)
    inner: Scope | None = field(default=None, repr=False)
    end: int = 0
    copy: bool = False

    @property
    def path(self) -> str:
        """Its path in the model."""
        return f"{self.scope.path}/{self.name}" if self.scope.path else self.name

    @property
    def key(self) -> Scalar:
        """The class name's node."""
        return self.item.key


@dataclass
class Scope:
    """One namespace: the model, or one use of a block.

    Attributes:
        path: The path of the block's entry; empty for the model.
        inputs: The names that mean what is read from outside, each with its node.
        names: Its names, with the places where they were written.
        block: The block's definition; None for the model.
        notes: Where the block is used, outermost first, for messages.
        entries: Its entries in order.
        by_name: The entries by name.
        last_of: The name of a repeated entry to the name of its last copy.
        given: What the inputs of a block's use are, once it is wired.
        output_node: The block's `outputs`, filled in.
        outputs: The block's outputs by name, once it is wired; None: one that has a fault.
        trainable: `trainable` of the block's use.
    """

    path: str
    inputs: dict[str, Node]
    names: Names
    block: Block | None = None
    notes: tuple[Note, ...] = ()
    entries: list[Entry] = field(default_factory=list)
    by_name: dict[str, Entry] = field(default_factory=dict)
    last_of: dict[str, str] = field(default_factory=dict)
    given: dict[str, TensorReference | None] = field(default_factory=dict)
    output_node: Node | None = None
    outputs: list[tuple[str, TensorReference | None]] = field(default_factory=list)
    trainable: bool | None = None


@dataclass
class Expansion:
    """What holds while the entries of one model are expanded.

    Attributes:
        blocks: The blocks that may be used, by name.
        budget: How much more there may be.
        problems: Where faults go.
        order: All entries in order.
        used: The names of the blocks that were used.
    """

    blocks: Table[str, Block]
    budget: Budget
    problems: Problems
    order: list[Entry] = field(default_factory=list)
    used: set[str] = field(default_factory=set)


def expand(items: tuple[Node, ...], scope: Scope, expansion: Expansion, stack: tuple[str, ...] = ()) -> None:
    """Fills a scope with the entries of a list.

    Args:
        items: The items of `layers`.
        scope: The scope.
        expansion: What holds for the model.
        stack: The names of the blocks that this list stands in.
    """
    problems = expansion.problems
    copies: list[Copy] = []
    for item in items:
        for copy in copies_of(item, expansion.blocks, expansion.budget, problems):
            if not expansion.budget.spend_layer(copy.item.key, problems):
                return
            copies.append(copy)
    copies = [_take_name(copy, scope.names, problems) for copy in copies]
    for copy in copies:
        _check_group(copy, scope.names, problems)
    for copy in copies:
        if expansion.budget.exhausted:
            return
        _add(copy, scope, expansion, stack)


def _take_name(copy: Copy, names: Names, problems: Problems) -> Copy:
    """Takes the written name of a copy; one that is taken is a fault, and the copy goes by a default name."""
    node = copy.item.name
    if copy.name is None or node is None:
        return copy
    taken = names.taken.get(copy.name)
    if taken is None:
        names.taken[copy.name] = node
        return copy
    notes = (Note("first used here", taken.span),)
    problems.add("duplicate-name", f"the name '{copy.name}' is used twice", node, "choose another name", notes=notes)
    return Copy(copy.item, None, copy.group, copy.first)


def _check_group(copy: Copy, names: Names, problems: Problems) -> None:
    """The name of a whole repeat means its last copy, so that nothing else can have it; told at the later of the two."""
    taken = names.taken.get(copy.group) if copy.group is not None and copy.first else None
    if taken is None or copy.item.name is None:
        return
    first, second = sorted((taken.span, copy.item.name.span), key=lambda span: (span.line, span.column))
    message = f"the name '{copy.group}' is used twice; of a repeat it means the last copy"
    notes = (Note("first used here", first),)
    problems.add("duplicate-name", message, second, "choose another name", notes=notes)


def _add(copy: Copy, scope: Scope, expansion: Expansion, stack: tuple[str, ...]) -> None:
    item = copy.item
    name = copy.name or scope.names.give_default(_base(item), item.key)
    above = scope.entries[-1] if scope.entries else None
    inputs = item.inputs if copy.first else None
    entry = Entry(name, copy.name is not None, item, inputs, len(expansion.order), scope, above, copy=not copy.first)
    block = expansion.blocks.get(item.word) if item.shared is None else None
    if block is not None:
        expansion.used.add(block.name)
        inner = _inner_scope(entry, block, expansion, stack)
        if inner is None:
            # Its name stays known, so that those who read it are no further faults.
            inner = Scope(entry.path, {}, Names({}), block)
        entry.inner = inner
    expansion.order.append(entry)
    scope.entries.append(entry)
    scope.by_name[name] = entry
    if copy.group is not None and copy.group not in scope.names.taken:
        scope.last_of[copy.group] = name
    if entry.inner is not None and entry.inner.block is not None:
        _expand_block(entry, expansion, stack)
    entry.end = len(expansion.order) - 1


def _base(item: WrittenItem) -> str:
    """What the default name begins with; for a layer that is called again its own name."""
    return default_base(item.word) if item.shared is None else item.word.rpartition("/")[2]


def _inner_scope(entry: Entry, block: Block, expansion: Expansion, stack: tuple[str, ...]) -> Scope | None:
    problems = expansion.problems
    if block.name in stack:
        chain = " → ".join([*stack[stack.index(block.name) :], block.name])
        problems.add("cycle", f"the block '{block.name}' uses itself: {chain}", entry.key, "break the circle")
        return None
    if len(stack) >= MAXIMUM_DEPTH:
        problems.add("too-deep", f"blocks in blocks go deeper than {MAXIMUM_DEPTH}", entry.key)
        return None
    if entry.item.weights is not None:
        hint = "write it beside a layer inside the block"
        problems.add("block", "'weights' can't stand beside a block", entry.item.weights, hint)
    inputs = dict(block.inputs)
    notes = (*entry.scope.notes, Note(f"the block '{block.name}' is used here", entry.key.span))
    trainable = entry.scope.trainable if entry.scope.trainable is not None else entry.item.trainable
    return Scope(entry.path, inputs, Names(dict(inputs)), block, notes, trainable=trainable)


def _expand_block(entry: Entry, expansion: Expansion, stack: tuple[str, ...]) -> None:
    inner = entry.inner
    assert inner is not None and inner.block is not None
    if not inner.inputs or not expansion.budget.spend_values(inner.block.layers, expansion.problems):
        return
    # What is wrong with the arguments is wrong where the block is used, which needs no note.
    with expansion.problems.noted(entry.scope.notes):
        filled = fill(inner.block, entry.item, expansion.problems)
    if filled is None:
        inner.inputs = {}
        return
    layers, inner.output_node = filled
    with expansion.problems.noted(inner.notes):
        expand(layers.items, inner, expansion, (*stack, inner.block.name))
        if not inner.entries and not expansion.problems.failed:
            expansion.problems.add(*nothing_left(f"the block '{inner.block.name}'", inner.block.layers))


def nothing_left(what: str, place: Node) -> tuple[str, str, Node, str]:
    """Code, message, place and hint of layers that are all repeated no times."""
    message = f"all layers of {what} are repeated no times, so that it has none"
    return "missing-layers", message, place, "repeat one of them at least once"
