"""`model.blocks`: sub-graphs with parameters, and the arguments of one use."""

from __future__ import annotations

from collections.abc import Mapping as Table

from kerascli.errors import did_you_mean
from kerascli.quick_dataclass import dataclass
from kerascli.spec.component_parser import find_name
from kerascli.spec.nodes import Mapping, Node, Scalar, Sequence, kind_of
from kerascli.spec.places import BLOCK
from kerascli.spec.problems import Problems
from kerascli.spec.references import names_in, substitute
from kerascli.spec.section import check_keys
from kerascli.spec.topology.items import MODEL_NAME, WrittenItem
from kerascli.spec.topology.names import NAME, NAME_HINT

ONE_INPUT = "input"


@dataclass(frozen=True)
class Block:
    """A block's definition.

    Attributes:
        name: Its name.
        key: The node of its name.
        parameters: Parameter name to its default; a null scalar must be given.
        inputs: The names of its inputs, each with its node.
        layers: Its `layers`, not yet filled in.
        outputs: The node of `outputs`; None: its last entry.
    """

    name: str
    key: Scalar
    parameters: Table[str, Node]
    inputs: Table[str, Node]
    layers: Sequence
    outputs: Node | None


def read_blocks(node: Node | None, problems: Problems) -> dict[str, Block]:
    """The definitions of `blocks`, by name."""
    if node is None or (isinstance(node, Scalar) and node.value is None):
        return {}
    if not isinstance(node, Mapping):
        message = f"'blocks' must map names to blocks, not {kind_of(node)}"
        problems.add("wrong-type", message, node, "write 'blocks: {name: {layers: […]}}'")
        return {}
    found = (_block(key, value, problems) for key, value in node.entries)
    return {block.name: block for block in found if block is not None}


def _block(key: Scalar, node: Node, problems: Problems) -> Block | None:
    name = str(key.value)
    if not isinstance(key.value, str) or not NAME.match(name):
        problems.add("name", f"'{key.text}' is not a name", key, NAME_HINT)
        return None
    if find_name(name, "layers") is not None or name == MODEL_NAME:
        message = f"'{name}' is a layer of Keras, and can't name a block"
        problems.add("name-taken", message, key, "choose another name")
        return None
    if not isinstance(node, Mapping):
        problems.add("wrong-type", f"the block '{name}' must be a mapping, not {kind_of(node)}", node)
        return None
    check_keys(node, BLOCK, f"the block '{name}'", problems)
    layers = node.get("layers")
    if not isinstance(layers, Sequence) or not layers.items:
        place = layers if layers is not None else key
        message = f"the block '{name}' has no 'layers'"
        problems.add("missing-layers", message, place, "write '- Dense: {units: 10}' below 'layers:'")
        return None
    parameters = _parameters(node.get("parameters"), problems)
    _warn_unused(node, parameters, problems)
    return Block(name, key, parameters, _inputs(node.get("inputs"), key, problems), layers, node.get("outputs"))


def _parameters(node: Node | None, problems: Problems) -> dict[str, Node]:
    if node is None or (isinstance(node, Scalar) and node.value is None):
        return {}
    if not isinstance(node, Mapping):
        message = f"'parameters' must map names to defaults, not {kind_of(node)}"
        problems.add("wrong-type", message, node, "write 'parameters: {filters: null}'; null must be given")
        return {}
    found = {}
    for key, value in node.entries:
        if not isinstance(key.value, str) or not NAME.match(key.value) or "-" in key.value:
            problems.add("name", f"'{key.text}' is not a name", key, "use letters, digits and '_'")
        else:
            found[key.value] = value
    return found


def _warn_unused(block: Mapping, parameters: Table[str, Node], problems: Problems) -> None:
    """Warns of parameters that neither the block nor the default of another reads."""
    section = block.get("parameters")
    if not isinstance(section, Mapping):
        return
    read = names_in(block.without("parameters")).union(*(names_in(default) for default in parameters.values()))
    for key, _ in section.entries:
        word = str(key.value)
        if word in parameters and word not in read:
            unread = f"nothing in the block reads the parameter '{word}'"
            problems.warn("unused-parameter", unread, key, f"remove it, or write '${word}' where it is meant")


def _inputs(node: Node | None, key: Scalar, problems: Problems) -> dict[str, Node]:
    """The names that the block's layers read from outside; one, `input`, where nothing is said."""
    if node is None:
        return {ONE_INPUT: key}
    items = node.items if isinstance(node, Sequence) else (node,)
    found: dict[str, Node] = {}
    for item in items:
        text = item.value if isinstance(item, Scalar) else None
        if not isinstance(text, str) or not NAME.match(text):
            shown = item.text if isinstance(item, Scalar) else kind_of(item)
            problems.add("name", f"'{shown}' is not a name", item, NAME_HINT)
        elif text in found:
            problems.add("duplicate-name", f"the input '{text}' is listed twice", item, "remove one of them")
        else:
            found[text] = item
    if not found:
        problems.add("missing-inputs", "'inputs' of a block is empty", node, "write 'inputs: [x, skip]'")
        return {ONE_INPUT: key}
    return found


def fill(block: Block, item: WrittenItem, problems: Problems) -> tuple[Sequence, Node | None] | None:
    """The block's `layers` and `outputs` with the parameters of one use, or None with a fault."""
    given = _given(block, item, problems)
    if given is None:
        return None
    values: dict[str, Node] = {}
    sound = True
    for name, default in block.parameters.items():
        if name in given:
            values[name] = given[name]
        elif isinstance(default, Scalar) and default.value is None:
            hint = f"write '{block.name}: {{{name}: …}}'"
            problems.add("missing-argument", f"the block '{block.name}' needs '{name}'", item.key, hint)
            sound = False
        else:
            values[name] = substitute(default, values, problems)
    if not sound:
        return None
    # Arguments are whole by now: a dollar in them is a dollar.
    layers = substitute(block.layers, values, problems)
    outputs = None if block.outputs is None else substitute(block.outputs, values, problems)
    assert isinstance(layers, Sequence)
    return layers, outputs


def _given(block: Block, item: WrittenItem, problems: Problems) -> dict[str, Node] | None:
    """The arguments that one use writes; a scalar or a list goes to the first parameter."""
    node = item.arguments
    if node is None or (isinstance(node, Scalar) and node.value is None):
        return {}
    if not isinstance(node, Mapping):
        first = next(iter(block.parameters), None)
        if first is None:
            message = f"the block '{block.name}' takes no arguments"
            problems.add("unknown-argument", message, node, f"write '{block.name}' alone")
            return None
        return {first: node}
    sound = True
    for key, _ in node.entries:
        word = str(key.value)
        if word not in block.parameters and word not in ("name", "trainable"):
            message = f"the block '{block.name}' has no parameter '{word}'"
            problems.add("unknown-argument", message, key, did_you_mean(word, block.parameters))
            sound = False
    return {str(key.value): value for key, value in node.entries} if sound else None
