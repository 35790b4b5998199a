"""One item of `layers` as it is written: its component and the keys of its wiring."""

from __future__ import annotations

from collections.abc import Collection

from kerascli.errors import Note, did_you_mean
from kerascli.quick_dataclass import dataclass
from kerascli.spec.component_parser import find_name
from kerascli.spec.nodes import Mapping, Node, Scalar, kind_of
from kerascli.spec.places import ENTRY_KEYS
from kerascli.spec.problems import Problems
from kerascli.spec.topology.names import NAME, NAME_HINT, PATH

MODEL_NAME = "Model"


@dataclass(frozen=True)
class WrittenItem:
    """One item of `layers`, its keys checked and nothing looked up.

    Attributes:
        component: The node of its component, `Class` or `{Class: arguments}`; of a shared layer: the item itself.
        key: The class name's node (for a shared layer the name of the layer), for messages.
        arguments: What stands below the class name, or None.
        name: The node of the written name, or None.
        inputs: The node of `inputs`, or None.
        trainable: `trainable`, or None.
        repeat: How often; None: once.
        shared: The node of `layer`, the name of a layer that is called again; or None.
        weights: The node of `weights`, or None.
    """

    component: Node
    key: Scalar
    arguments: Node | None = None
    name: Scalar | None = None
    inputs: Node | None = None
    trainable: bool | None = None
    repeat: int | None = None
    shared: Scalar | None = None
    weights: Scalar | None = None

    @property
    def word(self) -> str:
        """The class name as it is written."""
        return str(self.key.value)


def read_item(item: Node, blocks: Collection[str], problems: Problems) -> WrittenItem | None:
    """An item of the list, or None with a fault.

    Args:
        item: The node.
        blocks: The names of the model's blocks, which stand where a class name does.
        problems: Where faults go.
    """
    if isinstance(item, Scalar) and isinstance(item.value, str):
        return WrittenItem(item, item)
    if not isinstance(item, Mapping) or not item.entries:
        hint = "write '- Dense: {units: 10}'"
        problems.add("wrong-type", f"expected a layer, found {kind_of(item)}", item, hint)
        return None
    found = [(key, value) for key, value in item.entries if key.value not in ENTRY_KEYS]
    shared = item.key("layer")
    if shared is not None:
        return _shared(item, shared, found, problems)
    component = _component(item, found, blocks, problems)
    if component is None:
        return None
    key, value = component
    return WrittenItem(
        Mapping(((key, value),), key.span),
        key,
        value,
        _name(item, value, problems),
        item.get("inputs"),
        _trainable(item, value, problems),
        _repeat(item.get("repeat"), problems),
        None,
        _weights(item.get("weights"), problems),
    )


def _shared(item: Mapping, key: Scalar, found: list[tuple[Scalar, Node]], problems: Problems) -> WrittenItem | None:
    """`layer: encoder`: an earlier layer, called again."""
    target = item.get("layer")
    if not isinstance(target, Scalar) or not isinstance(target.value, str):
        what = kind_of(target) if target is not None else "nothing"
        problems.add("wrong-type", f"'layer' must be the name of a layer, not {what}", target or key)
        return None
    for other, _ in found:
        message = f"'{other.value}' stands beside 'layer', which calls a layer again"
        problems.add("several-components", message, other, "remove one of them")
    for word in ("trainable", "weights"):
        beside = item.key(word)
        if beside is not None:
            hint = f"write it beside the layer '{target.value}' itself"
            problems.add("shared-layer", f"'{word}' can't stand beside 'layer'", beside, hint)
    name = _name(item, target, problems)
    return WrittenItem(
        item, target, None, name, item.get("inputs"), None, _repeat(item.get("repeat"), problems), target
    )


def _component(
    item: Mapping, found: list[tuple[Scalar, Node]], blocks: Collection[str], problems: Problems
) -> tuple[Scalar, Node] | None:
    """The one key that names a layer or block; the others are misspelt wiring, or arguments indented too little."""
    if not found:
        problems.add("missing-layer", "an entry without a layer", item.entries[0][0], "write '- Dense: {units: 10}'")
        return None
    known = [pair for pair in found if _is_known(str(pair[0].value), blocks)]
    # A name that nobody knows is the layer when nothing else can be; the others are reported beside it.
    chosen = known[0] if known else next((pair for pair in found if str(pair[0].value)[:1].isupper()), found[0])
    entry = find_name(str(chosen[0].value), "layers")
    arguments = [parameter.name for parameter in entry.parameters] if entry is not None else []
    for key, _ in found:
        word = str(key.value)
        if key is chosen[0]:
            continue
        if any(key is other for other, _ in known):
            hint = f"write '- {word}:' on a line of its own"
            problems.add("several-components", f"a second layer '{word}' in one entry", key, hint)
        elif word in arguments:
            message = f"'{word}' stands beside {chosen[0].value}, not below it"
            problems.add("indentation", message, key, f"indent it by two more than '{chosen[0].value}:'")
            # What the layer lacks now stands there.
            problems.settle(chosen[0])
        else:
            hint_word = did_you_mean(word, [*ENTRY_KEYS, *arguments])
            problems.add("unknown-key", f"an entry of 'layers' has no key '{word}'", key, hint_word)
    return chosen


def _is_known(word: str, blocks: Collection[str]) -> bool:
    return word in blocks or word == MODEL_NAME or find_name(word, "layers") is not None


def _name(item: Mapping, arguments: Node, problems: Problems) -> Scalar | None:
    """The written name: beside the layer or among its arguments; `path` in a resolved spec."""
    beside = item.get("name")
    path = item.get("path")
    inside = arguments.get("name") if isinstance(arguments, Mapping) else None
    if beside is not None and inside is not None:
        notes = (Note("and here", inside.span),)
        message = "'name' stands beside the layer and among its arguments"
        problems.add("twice", message, beside, "remove one of them", notes=notes)
    if beside is not None and path is not None:
        problems.add("twice", "'name' and 'path' stand beside one layer", path, "remove one of them")
    node, grammar = (path, PATH) if path is not None else (beside if beside is not None else inside, NAME)
    if node is None:
        return None
    if not isinstance(node, Scalar) or not isinstance(node.value, str) or not grammar.match(node.value):
        shown = node.text if isinstance(node, Scalar) else kind_of(node)
        problems.add("name", f"'{shown}' is not a name", node, NAME_HINT)
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
    if not isinstance(node, Scalar) or isinstance(node.value, bool) or not isinstance(node.value, int):
        message = f"'repeat' must be a whole number or '{{word: [values]}}', not {kind_of(node)}"
        problems.add("wrong-type", message, node)
        return None
    if node.value < 0:
        problems.add("out-of-range", "'repeat' must be at least 0", node)
        return None
    return node.value


def _weights(node: Node | None, problems: Problems) -> Scalar | None:
    if node is None:
        return None
    if isinstance(node, Scalar) and isinstance(node.value, str) and node.value.lower().endswith((".npy", ".npz")):
        return node
    shown = f"'{node.text}'" if isinstance(node, Scalar) else kind_of(node)
    problems.add("wrong-type", f"'weights' must be a .npy or .npz file, not {shown}", node)
    return None
