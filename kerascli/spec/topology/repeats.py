"""`repeat`: one item of `layers` becomes its copies."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from kerascli.quick_dataclass import dataclass
from kerascli.spec.nodes import Mapping, Node, Scalar, Sequence, kind_of
from kerascli.spec.problems import Problems
from kerascli.spec.references import substitute
from kerascli.spec.topology.budget import Budget
from kerascli.spec.topology.items import WrittenItem, read_item
from kerascli.spec.topology.names import NAME


@dataclass(frozen=True)
class Copy:
    """One copy of an item.

    Attributes:
        item: The item, `$word` of its copy filled in.
        name: Its written name, `h_2` for the second copy of `h`; None: it gets a default name.
        group: The name of the whole repeat, which means the last copy; None where it is not repeated.
        first: Whether it is the first copy, which reads the item's `inputs`; each other reads the copy before.
    """

    item: WrittenItem
    name: str | None
    group: str | None
    first: bool


def copies_of(item: Node, blocks: Collection[str], budget: Budget, problems: Problems) -> Iterator[Copy]:
    """The copies of an item, in order; none where it has a fault, or is repeated no times."""
    over = item.get("repeat") if isinstance(item, Mapping) else None
    if isinstance(item, Mapping) and isinstance(over, Mapping):
        yield from _over_values(item, over, blocks, budget, problems)
        return
    written = read_item(item, blocks, problems)
    if written is None:
        return
    name = None if written.name is None else str(written.name.value)
    if written.repeat is None:
        yield Copy(written, name, None, True)
        return
    for number in range(1, written.repeat + 1):
        yield Copy(written, None if name is None else f"{name}_{number}", name, number == 1)


def _over_values(
    item: Mapping, over: Mapping, blocks: Collection[str], budget: Budget, problems: Problems
) -> Iterator[Copy]:
    """A copy for each value of the one word."""
    values = _values(over, problems)
    if values is None:
        return
    word, nodes = values
    raw_name = item.get("name")
    # A name that holds the word differs from copy to copy; another one is numbered.
    final = isinstance(raw_name, Scalar) and "$" in raw_name.text
    single = item.without("repeat")
    for number, value in enumerate(nodes, start=1):
        if not budget.spend_values(single, problems):
            return
        filled = substitute(single, {word: value}, problems)
        written = read_item(filled, blocks, problems)
        if written is None:
            return
        name = None if written.name is None else str(written.name.value)
        if name is None or final:
            yield Copy(written, name, None, number == 1)
        else:
            yield Copy(written, f"{name}_{number}", name, number == 1)


def _values(over: Mapping, problems: Problems) -> tuple[str, tuple[Node, ...]] | None:
    if len(over.entries) != 1:
        message = f"'repeat' goes over the values of one word, not {len(over.entries)}"
        problems.add("wrong-type", message, over, "write 'repeat: {rate: [1, 2, 4]}'")
        return None
    key, values = over.entries[0]
    if not isinstance(key.value, str) or not NAME.match(key.value) or "-" in key.value:
        problems.add("name", f"'{key.text}' is not a name", key, "use letters, digits and '_'")
        return None
    if not isinstance(values, Sequence):
        message = f"'{key.value}' must be a list of values, not {kind_of(values)}"
        problems.add("wrong-type", message, values, f"write 'repeat: {{{key.value}: [1, 2, 4]}}'")
        return None
    return str(key.value), values.items
