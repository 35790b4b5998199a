"""The wiring of a model: every `inputs` looked up, every call laid out, so that nothing dangles and nothing loops."""

from __future__ import annotations

from dataclasses import dataclass, field

from kerascli.errors import Note, did_you_mean, nearest
from kerascli.spec.component_parser import find_name, parse_component
from kerascli.spec.layer_entries import LayerEntry, Names
from kerascli.spec.model_spec import Constant, InputSpec, LayerSpec, TensorReference, WiredArgument, Wiring
from kerascli.spec.nodes import Mapping, Node, Scalar, Sequence, kind_of, plain
from kerascli.spec.problems import Problems


@dataclass
class Graph:
    """What a name can mean while the entries are wired.

    Attributes:
        inputs: The model's inputs by name.
        entries: All entries, also those further down.
        names: The namespace.
        problems: Where faults go.
        trust: Whether components that can run code are allowed.
        position: Entry name to its place in the list.
        default_reads: Default names that an entry reads, with the place.
    """

    inputs: dict[str, InputSpec]
    entries: list[LayerEntry]
    names: Names
    problems: Problems
    trust: bool = False
    position: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Indexes the entries by name."""
        self.position = {entry.name: entry.number for entry in self.entries}

    def find(self, node: Scalar, reader: int | None) -> TensorReference | None:
        """The tensor that a name means, or None with a fault.

        Args:
            node: The name, `enc` or `enc:1`.
            reader: The place of the entry that reads it; None: an output of the model, which may read any.
        """
        text = str(node.value)
        name, colon, suffix = text.partition(":")
        index = None
        if colon:
            if not suffix.isdecimal() or len(suffix) > 4:
                hint = f"write '{name}:0' for its first output" if suffix.isascii() else None
                self.problems.add("output-index", f"'{suffix}' is not the number of an output of '{name}'", node, hint)
                return None
            index = int(suffix)
        name = self.names.last_of.get(name, name)
        if name in self.inputs:
            if index is not None and index > 0:
                self.problems.add("output-index", f"the input '{name}' is one tensor", node, f"write '{name}'")
                return None
            return TensorReference(name, None, node.span)
        place = self.position.get(name)
        if place is None:
            self._report_unknown(node, name)
            return None
        if reader is not None and place >= reader:
            self._report_forward(node, name, place, reader)
            return None
        if not self.entries[place].named:
            message = f"'{name}' is a default name; it changes when layers are added above"
            self.problems.warn("default-name", message, node, "give the layer a 'name'")
        return TensorReference(name, index, node.span)

    def _report_unknown(self, node: Scalar, name: str) -> None:
        words = [*self.inputs, *self.position, *self.names.last_of]
        near = nearest(name, words)
        if find_name(name, "layers") is not None and near is None:
            hint: str | None = f"give the layer a 'name', and read that instead of its class '{name}'"
        else:
            hint = did_you_mean(name, words)
        self.problems.add("unknown-layer", f"no layer or input is named '{name}'", node, hint)

    def _report_forward(self, node: Scalar, name: str, place: int, reader: int) -> None:
        other = self.entries[place]
        if place == reader:
            self.problems.add("cycle", f"'{name}' reads itself", node, "read a layer above it")
            return
        notes = (Note(f"'{name}' stands here", other.key.span),)
        loop = self._path_back(place, self.entries[reader].name)
        if loop:
            chain = " → ".join([self.entries[reader].name, *loop])
            self.problems.add(
                "cycle", f"the layers read each other in a circle: {chain}", node, "break the circle", notes=notes
            )
        else:
            self.problems.add(
                "forward-reference", f"'{name}' stands further down", node, "move this entry below it", notes=notes
            )

    def _path_back(self, start: int, target: str) -> list[str] | None:
        """The names from the entry at `start` back to `target`, following what each reads; None: no way."""
        trail: list[tuple[int, list[str]]] = [(start, [self.entries[start].name])]
        seen = {start}
        while trail:
            place, names = trail.pop()
            for name in self._read_names(place):
                if name == target:
                    return [*names, name]
                next_place = self.position.get(name)
                if next_place is not None and next_place not in seen:
                    seen.add(next_place)
                    trail.append((next_place, [*names, name]))
        return None

    def _read_names(self, place: int) -> list[str]:
        node = self.entries[place].inputs
        if node is None:
            return [self.entries[place - 1].name] if place > 0 else []
        return [self.names.last_of.get(name, name) for name in _names_in(node)]


def _names_in(node: Node) -> list[str]:
    if isinstance(node, Scalar):
        return [str(node.value).partition(":")[0]] if isinstance(node.value, str) else []
    parts = node.items if isinstance(node, Sequence) else tuple(value for _, value in node.entries)
    return [name for part in parts for name in _names_in(part)]


def wire(graph: Graph) -> list[LayerSpec]:
    """The layers with their components and wiring; an entry with a fault is left out."""
    layers = []
    for entry in graph.entries:
        wiring = _wiring(graph, entry)
        filled = _filled(entry, wiring)
        component = parse_component(entry.component, "layers", graph.problems, filled=filled, trust=graph.trust)
        if component is None or wiring is None:
            continue
        layers.append(LayerSpec(entry.name, component, wiring, entry.trainable, entry.named, entry.key.span))
    return layers


def _filled(entry: LayerEntry, wiring: Wiring | None) -> tuple[str, ...]:
    """The parameters of an operation that its tensors fill; a layer's constructor has none."""
    found = find_name(str(entry.key.value), "layers")
    if found is None or found.group != "ops":
        return ()
    if wiring is None:
        return found.call.tensor_parameters if found.call is not None else ()
    if wiring.kind == "mapping":
        return tuple(name for name, _ in wiring.arguments)
    call = found.call
    if call is not None and call.variadic is not None:
        # `ops.einsum(subscripts, *operands)`: the tensors come last, the constants before them.
        return (call.variadic,)
    count = 1 if wiring.kind in ("one", "list") else len(wiring.tensors)
    return (call.tensor_parameters if call is not None else ())[:count]


def _wiring(graph: Graph, entry: LayerEntry) -> Wiring | None:
    if entry.inputs is None:
        reference = _entry_above(graph, entry)
        return None if reference is None else Wiring("one", (reference,))
    if isinstance(entry.inputs, Mapping):
        return _by_name(graph, entry, entry.inputs)
    if isinstance(entry.inputs, Sequence):
        return _by_list(graph, entry, entry.inputs)
    reference = _reference(graph, entry.inputs, entry.number)
    return None if reference is None else Wiring("one", (reference,))


def _entry_above(graph: Graph, entry: LayerEntry) -> TensorReference | None:
    """What an entry without `inputs` reads: the entry above, or the model's only input."""
    if entry.number > 0:
        return TensorReference(graph.entries[entry.number - 1].name, None, entry.key.span)
    if len(graph.inputs) == 1:
        return TensorReference(next(iter(graph.inputs)), None, entry.key.span)
    names = ", ".join(f"'{name}'" for name in graph.inputs)
    graph.problems.add(
        "missing-inputs", f"the first entry must say which of the inputs {names} it reads", entry.key, "add 'inputs: …'"
    )
    return None


def _reference(graph: Graph, node: Node, reader: int | None) -> TensorReference | None:
    if isinstance(node, Scalar) and isinstance(node.value, str):
        return graph.find(node, reader)
    graph.problems.add("wrong-type", f"expected the name of a layer or input, found {kind_of(node)}", node)
    return None


def _by_list(graph: Graph, entry: LayerEntry, node: Sequence) -> Wiring | None:
    """A list of names: one list argument, or a tensor for each of the call's first arguments."""
    if not node.items:
        graph.problems.add("no-tensor", "'inputs' is empty", node, "name what the layer reads")
        return None
    found = [_reference(graph, item, entry.number) for item in node.items]
    tensors = tuple(reference for reference in found if reference is not None)
    catalog_entry = find_name(str(entry.key.value), "layers")
    if len(tensors) < len(found) or catalog_entry is None:
        return None
    call = catalog_entry.call
    if call is None or call.takes_list:
        return Wiring("list", tensors)
    if call.variadic is not None:
        return Wiring("positional", tensors)
    if len(tensors) > len(call.tensor_parameters):
        most = len(call.tensor_parameters)
        word = "one tensor" if most <= 1 else f"at most {most} tensors"
        hint = (
            "join them first, with Concatenate or Add" if most <= 1 else f"it takes {', '.join(call.tensor_parameters)}"
        )
        message = f"{catalog_entry.name} reads {word}, not {len(tensors)}"
        graph.problems.add("too-many-inputs", message, node, hint)
        return None
    return Wiring("one" if len(tensors) == 1 else "positional", tensors)


def _by_name(graph: Graph, entry: LayerEntry, node: Mapping) -> Wiring | None:
    """A mapping from the names of the call's arguments; text is a name, all else a constant."""
    catalog_entry = find_name(str(entry.key.value), "layers")
    if catalog_entry is None:
        return None
    known = catalog_entry.call.parameters if catalog_entry.call is not None else ()
    arguments: list[tuple[str, WiredArgument]] = []
    sound = True
    for key, value in node.entries:
        word = str(key.value)
        if word not in known:
            message = f"the call of {catalog_entry.name} has no argument '{word}'"
            graph.problems.add("unknown-argument", message, key, did_you_mean(word, known))
            sound = False
            continue
        wired = _wired_value(graph, entry, value)
        sound = sound and wired is not None
        if wired is not None:
            arguments.append((word, wired))
    sound = _check_call(graph, node, catalog_entry.name, catalog_entry.call, arguments) and sound
    return Wiring("mapping", (), tuple(arguments)) if sound else None


def _check_call(
    graph: Graph, node: Mapping, name: str, call: object, arguments: list[tuple[str, WiredArgument]]
) -> bool:
    wiring = Wiring("mapping", (), tuple(arguments))
    required = getattr(call, "required", ())
    missing = [word for word in required if word not in set(node.keys())]
    if missing:
        words = ", ".join(f"'{word}'" for word in missing)
        graph.problems.add("missing-argument", f"the call of {name} needs {words}", node, f"add '{missing[0]}: …'")
        return False
    if not wiring.references and all(not isinstance(value, Mapping) for _, value in node.entries):
        message = f"{name} is called on constants alone, and Keras would drop it"
        graph.problems.add("no-tensor", message, node, "name a layer or an input")
        return False
    return True


def _wired_value(graph: Graph, entry: LayerEntry, node: Node) -> WiredArgument | None:
    if isinstance(node, Scalar):
        return _reference(graph, node, entry.number) if isinstance(node.value, str) else Constant(node.value)
    if isinstance(node, Sequence) and any(isinstance(i, Scalar) and isinstance(i.value, str) for i in node.items):
        found = [_reference(graph, item, entry.number) for item in node.items]
        references = tuple(reference for reference in found if reference is not None)
        return references if len(references) == len(found) else None
    return Constant(plain(node))
