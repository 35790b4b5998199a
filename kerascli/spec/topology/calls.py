"""`inputs` of one entry laid out as a call: one tensor, a list of them, or arguments by name."""

from __future__ import annotations

from kerascli.catalog import CallSignature
from kerascli.errors import did_you_mean
from kerascli.quick_dataclass import dataclass
from kerascli.spec.model_spec import Constant, ModelSpec, WiredArgument, Wiring
from kerascli.spec.nodes import Mapping, Node, Scalar, Sequence, kind_of, plain
from kerascli.spec.topology.entries import Entry
from kerascli.spec.topology.lookup import Graph


@dataclass(frozen=True)
class Callee:
    """What is called.

    Attributes:
        name: Its name, for messages.
        call: The signature of its call, where it is known.
        nested: The nested model that it is, or None.
    """

    name: str
    call: CallSignature | None
    nested: ModelSpec | None = None


def lay_out(graph: Graph, entry: Entry, callee: Callee) -> Wiring | None:
    """The call that an entry's `inputs` write, or None with a fault."""
    node = entry.inputs
    if callee.nested is not None:
        return _nested_wiring(graph, entry, callee.name, callee.nested)
    if isinstance(node, Mapping):
        return _by_name(graph, entry, node, callee)
    if isinstance(node, Sequence):
        return _by_list(graph, entry, node, callee)
    reference = graph.above(entry) if node is None else graph.find(node, entry.scope, entry)
    if reference is None or _needs_more(graph, node if node is not None else entry.key, callee, 1):
        return None
    return Wiring("one", (reference,))


def _needs_more(graph: Graph, place: Node, callee: Callee, count: int) -> bool:
    """Whether a call needs more tensors than the first few that it is given; then with its fault."""
    call = callee.call
    # What an operation lacks may stand among its arguments.
    if call is None or call.takes_list or callee.name.startswith("ops."):
        return False
    missing = call.required[count:]
    if missing:
        words = ", ".join(f"'{word}'" for word in missing)
        hint = f"write 'inputs: [{', '.join(call.required)}]' with what it reads"
        graph.problems.add("missing-argument", f"the call of {callee.name} needs {words}", place, hint)
    return bool(missing)


def _nested_wiring(graph: Graph, entry: Entry, name: str, nested: ModelSpec) -> Wiring | None:
    """The inputs of a nested model, in its order: by name, by list, or the entry above."""
    names, node = [item.name for item in nested.inputs], entry.inputs
    if isinstance(node, Mapping):
        for key, _ in node.entries:
            if str(key.value) not in names:
                hint = did_you_mean(str(key.value), names)
                graph.problems.add("unknown-argument", f"'{name}' has no input '{key.value}'", key, hint)
                return None
        nodes = [node.get(word) for word in names]
    else:
        nodes = list(node.items) if isinstance(node, Sequence) else [node]
    if len(nodes) != len(names) or (isinstance(node, Mapping) and None in nodes):
        shown = ", ".join(f"'{word}'" for word in names)
        message = f"the nested model '{name}' reads {shown}"
        place = node if node is not None else entry.key
        graph.problems.add("nested-inputs", message, place, f"write 'inputs: [{', '.join(names)}]' with what it reads")
        return None
    found = [graph.above(entry) if one is None else graph.find(one, entry.scope, entry) for one in nodes]
    tensors = tuple(reference for reference in found if reference is not None)
    if len(tensors) < len(found):
        return None
    return Wiring("one" if len(tensors) == 1 else "list", tensors)


def _by_list(graph: Graph, entry: Entry, node: Sequence, callee: Callee) -> Wiring | None:
    """A list of names: one list argument, or a tensor for each of the call's first arguments."""
    if not node.items:
        graph.problems.add("no-tensor", "'inputs' is empty", node, "name what the layer reads")
        return None
    found = [graph.find(item, entry.scope, entry) for item in node.items]
    tensors = tuple(reference for reference in found if reference is not None)
    if len(tensors) < len(found):
        return None
    call = callee.call
    if call is None or call.takes_list:
        return Wiring("list", tensors)
    if call.variadic is not None:
        return Wiring("positional", tensors)
    if len(tensors) > len(call.tensor_parameters):
        most = len(call.tensor_parameters)
        word = "one tensor" if most <= 1 else f"at most {most} tensors"
        names = ", ".join(call.tensor_parameters)
        hint = "join them first, with Concatenate or Add" if most <= 1 else f"it takes {names}"
        message = f"{callee.name} reads {word}, not {len(tensors)}"
        graph.problems.add("too-many-inputs", message, node, hint)
        return None
    if _needs_more(graph, node, callee, len(tensors)):
        return None
    return Wiring("one" if len(tensors) == 1 else "positional", tensors)


def _by_name(graph: Graph, entry: Entry, node: Mapping, callee: Callee) -> Wiring | None:
    """A mapping from the names of the call's arguments; text is a name, all else a constant."""
    known = callee.call.parameters if callee.call is not None else ()
    arguments: list[tuple[str, WiredArgument]] = []
    sound = True
    for key, value in node.entries:
        word = str(key.value)
        if word not in known:
            message = f"the call of {callee.name} has no argument '{word}'"
            graph.problems.add("unknown-argument", message, key, did_you_mean(word, known))
            sound = False
            continue
        wired = _wired_value(graph, entry, value)
        sound = sound and wired is not None
        if wired is not None:
            arguments.append((word, wired))
    if not set(node.keys()) <= set(known):
        # A misspelt argument is not also a missing one.
        return None
    if not _check_required(graph, node, callee) or not sound:
        return None
    wiring = Wiring("mapping", (), tuple(arguments))
    if not wiring.references:
        message = f"{callee.name} is called on constants alone, and Keras would drop it"
        graph.problems.add("no-tensor", message, node, "name a layer or an input")
        return None
    return wiring


def _check_required(graph: Graph, node: Mapping, callee: Callee) -> bool:
    """Whether all arguments are there that the call must have."""
    required = callee.call.required if callee.call is not None else ()
    missing = [word for word in required if word not in set(node.keys())]
    # The others of an operation stand among its arguments, where the component parser misses them.
    if not missing or callee.name.startswith("ops."):
        return True
    words = ", ".join(f"'{word}'" for word in missing)
    hint = f"add '{missing[0]}: …'"
    graph.problems.add("missing-argument", f"the call of {callee.name} needs {words}", node, hint)
    return False


def _wired_value(graph: Graph, entry: Entry, node: Node) -> WiredArgument | None:
    if isinstance(node, Scalar):
        return graph.find(node, entry.scope, entry) if isinstance(node.value, str) else Constant(node.value)
    if isinstance(node, Sequence) and any(isinstance(i, Scalar) and isinstance(i.value, str) for i in node.items):
        found = [graph.find(item, entry.scope, entry) for item in node.items]
        references = tuple(reference for reference in found if reference is not None)
        return references if len(references) == len(found) else None
    if isinstance(node, Mapping) and _holds_text(node):
        graph.problems.add("wrong-type", f"expected a name or a constant, found {kind_of(node)}", node)
        return None
    return Constant(plain(node))


def _holds_text(node: Mapping) -> bool:
    return any(isinstance(value, Scalar) and isinstance(value.value, str) for _, value in node.entries)
