"""The entries of `layers`: each item's component and wiring keys, its repeats expanded, its name given."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from kerascli.errors import Note, did_you_mean
from kerascli.spec.component_parser import find_name
from kerascli.spec.nodes import Mapping, Node, Scalar, kind_of
from kerascli.spec.places import ENTRY_KEYS
from kerascli.spec.problems import Problems

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*\Z")
MAXIMUM_LAYERS = 10_000


@dataclass(frozen=True)
class LayerEntry:
    """One call of a layer, as it is written: repeats expanded, nothing looked up yet.

    Attributes:
        name: Its name.
        named: Whether the spec wrote the name.
        component: The node of its component, `Class` or `{Class: arguments}`.
        inputs: The node of `inputs`; None: reads the entry above.
        trainable: `trainable`, or None.
        key: The class name's node, for messages.
        number: Its place among the expanded entries, from 0.
    """

    name: str
    named: bool
    component: Node
    inputs: Node | None
    trainable: bool | None
    key: Scalar
    number: int


@dataclass
class Names:
    """The one namespace of a model while its entries are named.

    Attributes:
        taken: Name to the place where it was first written.
        last_of: The name of a repeated entry to the name of its last copy.
        counts: How many times each of Keras's default names was given.
    """

    taken: dict[str, Node]
    last_of: dict[str, str] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)


def read_entries(
    items: tuple[Node, ...], input_names: dict[str, Node], problems: Problems
) -> tuple[list[LayerEntry], Names]:
    """The expanded entries in order, and the names that they have.

    Args:
        items: The items of `layers`.
        input_names: The model's inputs, each with the node of its name.
        problems: Where faults go.
    """
    raw = [entry for item in items if (entry := _split(item, problems)) is not None]
    names = Names(dict(input_names))
    for entry in raw:
        _take_written_names(entry, names, problems)
    entries: list[LayerEntry] = []
    for entry in raw:
        count = len(entries) + (entry.repeat if entry.repeat is not None else 1)
        if count > MAXIMUM_LAYERS:
            problems.add("too-many-layers", f"more than {MAXIMUM_LAYERS:,} layers after 'repeat'", entry.key)
            break
        entries += _expand(entry, names, len(entries))
    return entries, names


@dataclass(frozen=True)
class _Item:
    component: Node
    key: Scalar
    name: Scalar | None
    inputs: Node | None
    trainable: bool | None
    repeat: int | None


def _split(item: Node, problems: Problems) -> _Item | None:
    """One item of the list: its component and the keys beside it."""
    if isinstance(item, Scalar) and isinstance(item.value, str):
        return _Item(item, item, None, None, None, None)
    if not isinstance(item, Mapping) or not item.entries:
        hint = "write '- Dense: {units: 10}'"
        problems.add("wrong-type", f"expected a layer, found {kind_of(item)}", item, hint)
        return None
    found = [(key, value) for key, value in item.entries if key.value not in ENTRY_KEYS]
    for word, what in (("weights", "'weights' of a layer"), ("layer", "a shared layer ('layer:')")):
        key = item.key(word)
        if key is not None:
            problems.not_yet(what, key)
    component = _component(item, found, problems)
    if component is None:
        return None
    key, value = component
    single = Mapping(((key, value),), key.span)
    return _Item(
        single,
        key,
        _written_name(item, value, problems),
        item.get("inputs"),
        _trainable(item, value, problems),
        _repeat(item.get("repeat"), problems),
    )


def _component(item: Mapping, found: list[tuple[Scalar, Node]], problems: Problems) -> tuple[Scalar, Node] | None:
    """The one key that names a layer; the others are misspelt wiring, or arguments indented too little."""
    if not found:
        if item.key("layer") is None:
            problems.add(
                "missing-layer", "an entry without a layer", item.entries[0][0], "write '- Dense: {units: 10}'"
            )
        return None
    known = [(key, value) for key, value in found if find_name(str(key.value), "layers") is not None]
    # A name that nobody knows is the layer when nothing else can be; the others are reported beside it.
    chosen = known[0] if known else next((pair for pair in found if str(pair[0].value)[:1].isupper()), found[0])
    entry = find_name(str(chosen[0].value), "layers")
    arguments = [parameter.name for parameter in entry.parameters] if entry is not None else []
    for key, _ in found:
        word = str(key.value)
        if key is chosen[0]:
            continue
        if any(key is other for other, _ in known):
            problems.add(
                "several-components",
                f"a second layer '{word}' in one entry",
                key,
                f"write '- {word}:' on a line of its own",
            )
        elif word in arguments:
            message = f"'{word}' stands beside {chosen[0].value}, not below it"
            problems.add("indentation", message, key, f"indent it by two more than '{chosen[0].value}:'")
        else:
            hint = did_you_mean(word, [*ENTRY_KEYS, *arguments])
            problems.add("unknown-key", f"an entry of 'layers' has no key '{word}'", key, hint)
    return chosen


def _written_name(item: Mapping, arguments: Node, problems: Problems) -> Scalar | None:
    beside = item.get("name")
    inside = arguments.get("name") if isinstance(arguments, Mapping) else None
    if beside is not None and inside is not None:
        notes = (Note("and here", inside.span),)
        problems.add(
            "twice", "'name' stands beside the layer and among its arguments", beside, "remove one of them", notes=notes
        )
    node = beside if beside is not None else inside
    if node is None:
        return None
    if not isinstance(node, Scalar) or not isinstance(node.value, str) or not NAME.match(node.value):
        shown = node.text if isinstance(node, Scalar) else kind_of(node)
        problems.add(
            "name", f"'{shown}' is not a name", node, "use letters, digits, '_' and '-', a letter or '_' first"
        )
        return None
    return node


def _trainable(item: Mapping, arguments: Node, problems: Problems) -> bool | None:
    beside = item.get("trainable")
    inside = arguments.get("trainable") if isinstance(arguments, Mapping) else None
    if beside is not None and inside is not None:
        notes = (Note("and here", inside.span),)
        message = "'trainable' stands beside the layer and among its arguments"
        problems.add("twice", message, beside, "remove one of them", notes=notes)
    node = beside if beside is not None else inside
    if node is None:
        return None
    if not isinstance(node, Scalar) or not isinstance(node.value, bool):
        problems.add("wrong-type", f"'trainable' must be true or false, not {kind_of(node)}", node)
        return None
    return node.value


def _repeat(node: Node | None, problems: Problems) -> int | None:
    if node is None:
        return None
    if isinstance(node, Mapping):
        problems.not_yet("'repeat' over values", node, "write a whole number")
        return None
    if not isinstance(node, Scalar) or isinstance(node.value, bool) or not isinstance(node.value, int):
        problems.add("wrong-type", f"'repeat' must be a whole number, not {kind_of(node)}", node)
        return None
    if node.value < 0:
        problems.add("out-of-range", "'repeat' must be at least 0", node)
        return None
    return node.value


def _copy_names(entry: _Item) -> list[str]:
    """The names of an entry's copies: `h`, or `h_1` … `h_3` when repeated."""
    assert entry.name is not None
    text = str(entry.name.value)
    if entry.repeat is None:
        return [text]
    return [f"{text}_{number}" for number in range(1, min(entry.repeat, MAXIMUM_LAYERS) + 1)]


def _take_written_names(entry: _Item, names: Names, problems: Problems) -> None:
    if entry.name is None:
        return
    for name in _copy_names(entry):
        if name in names.taken:
            notes = (Note("first used here", names.taken[name].span),)
            problems.add(
                "duplicate-name", f"the name '{name}' is used twice", entry.name, "choose another name", notes=notes
            )
        else:
            names.taken[name] = entry.name


def _expand(entry: _Item, names: Names, number: int) -> Iterator[LayerEntry]:
    """The copies of an entry; the first reads its `inputs`, each other the one before it."""
    copies = 1 if entry.repeat is None else entry.repeat
    written = _copy_names(entry) if entry.name is not None else None
    for index in range(copies):
        name = written[index] if written else _default_name(entry, names)
        inputs = entry.inputs if index == 0 else None
        yield LayerEntry(name, written is not None, entry.component, inputs, entry.trainable, entry.key, number + index)
    if entry.repeat and written and str(entry.name.value if entry.name else "") not in names.taken:
        names.last_of[str(entry.name.value) if entry.name else ""] = written[-1]


def _default_name(entry: _Item, names: Names) -> str:
    """Keras's own: the class in snake case, numbered from the second on, skipping names that are taken."""
    base = _base_name(str(entry.key.value))
    while True:
        count = names.counts.get(base, 0)
        names.counts[base] = count + 1
        name = base if count == 0 else f"{base}_{count}"
        if name not in names.taken:
            names.taken[name] = entry.key
            return name


def _base_name(written: str) -> str:
    """The class in snake case; an application's default is its own `name`.

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
