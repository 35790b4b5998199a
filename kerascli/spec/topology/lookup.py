"""What a name in `inputs` or `outputs` means: every name found, or a fault at its place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import field, replace

from kerascli.errors import Note, did_you_mean, nearest
from kerascli.quick_dataclass import dataclass
from kerascli.spec.component_parser import find_name
from kerascli.spec.model_spec import InputSpec, LayerSpec, ModelSpec, TensorReference
from kerascli.spec.nodes import Mapping, Node, Scalar, Sequence, kind_of
from kerascli.spec.problems import Problems
from kerascli.spec.topology.entries import Entry, Scope
from kerascli.spec.topology.output_counts import output_count

ParseNested = Callable[[Mapping, Scalar], ModelSpec | None]


@dataclass
class Graph:
    """What a name can mean while the entries are wired.

    Attributes:
        inputs: The model's inputs by name.
        root: The model's own scope.
        problems: Where faults go.
        parse_nested: Reads a nested model.
        trust: Whether components that can run code are allowed.
        layers: The layers that are wired so far, by path.
        base: The layers that a base model brings, by name.
        base_heads: The base's outputs by name.
        base_outputs: What the first entry reads when it says nothing; None: the model's only input.
        open_base: Whether the base's layers are known only when Keras has made it.
    """

    inputs: dict[str, InputSpec]
    root: Scope
    problems: Problems
    parse_nested: ParseNested
    trust: bool = False
    layers: dict[str, LayerSpec] = field(default_factory=dict)
    base: dict[str, LayerSpec] = field(default_factory=dict)
    base_heads: dict[str, TensorReference] = field(default_factory=dict)
    base_outputs: tuple[TensorReference, ...] | None = None
    open_base: bool = False

    def find(self, node: Node, scope: Scope, reader: Entry | None) -> TensorReference | None:
        """The tensor that a name means, or None with a fault.

        Args:
            node: The name: `enc`, `enc:1`, `encoder:mean`, `down/conv`.
            scope: Where it is read.
            reader: The entry that reads it; None: an output, which may read any.
        """
        if not isinstance(node, Scalar) or not isinstance(node.value, str):
            message = f"expected the name of a layer or input, found {kind_of(node)}"
            self.problems.add("wrong-type", message, node)
            return None
        name, _, suffix = node.value.partition(":")
        suffix_or_none = suffix if ":" in node.value else None
        if scope.block is not None and name in scope.inputs:
            return self._outside_input(scope.given.get(name), name, suffix_or_none, node)
        entry = find_entry(scope, name)
        if entry is not None:
            return self._entry_output(entry, suffix_or_none, node, reader)
        if scope.block is None and name in self.inputs:
            return self._outside_input(TensorReference(name), name, suffix_or_none, node)
        if scope.block is None and (name in self.base or self.open_base):
            return self._base_output(name, suffix_or_none, node)
        if scope.block is None and name in self.base_heads:
            return self._outside_input(self.base_heads[name], name, suffix_or_none, node)
        self._report_unknown(node, name, scope)
        return None

    def last(self, entry: Entry) -> TensorReference | None:
        """The output of the last entry, which is the model's where it names none."""
        return self._select(entry, None, entry.key, f"the last entry, '{entry.name}',")

    def above(self, entry: Entry) -> TensorReference | None:
        """What an entry without `inputs` reads: the entry above, or the only input of its scope."""
        key = entry.key
        if entry.above is not None:
            return self._select(entry.above, None, key, f"the entry above, '{entry.above.name}',")
        scope = entry.scope
        if scope.block is not None:
            if len(scope.inputs) == 1:
                return self._outside_input(scope.given.get(next(iter(scope.inputs))), "", None, key)
            self._report_missing(key, list(scope.inputs), "inputs")
            return None
        if self.base_outputs is not None:
            if len(self.base_outputs) == 1:
                return replace(self.base_outputs[0], span=key.span)
            self._report_missing(key, [str(one) for one in self.base_outputs], "outputs of the base")
            return None
        if len(self.inputs) == 1:
            return TensorReference(next(iter(self.inputs)), None, key.span)
        self._report_missing(key, list(self.inputs), "inputs")
        return None

    def _report_missing(self, key: Scalar, names: list[str], what: str) -> None:
        shown = ", ".join(f"'{name}'" for name in names)
        message = f"the first entry must say which of the {what} {shown} it reads"
        self.problems.add("missing-inputs", message, key, "add 'inputs: …'")

    def _outside_input(
        self, reference: TensorReference | None, name: str, suffix: str | None, node: Scalar
    ) -> TensorReference | None:
        """An input of the model, or what a block was given."""
        if suffix is not None and suffix != "0":
            self.problems.add("output-index", f"the input '{name}' is one tensor", node, f"write '{name}'")
            return None
        return None if reference is None else replace(reference, span=node.span)

    def _base_output(self, name: str, suffix: str | None, node: Scalar) -> TensorReference | None:
        if name in self.base:
            return self._output_of(self.base[name], suffix, node, f"'{name}'")
        if suffix is not None and not suffix.isdecimal():
            self.problems.add("output-index", f"'{suffix}' is not the number of an output of '{name}'", node)
            return None
        return TensorReference(name, None if suffix is None else int(suffix), node.span)

    def _entry_output(
        self, entry: Entry, suffix: str | None, node: Scalar, reader: Entry | None
    ) -> TensorReference | None:
        if reader is not None and entry.end >= reader.number:
            self._report_forward(node, entry, reader)
            return None
        if not entry.named and entry.item.shared is not None:
            message = f"this call of '{entry.item.word}' has no name"
            notes = (Note("the call stands here", entry.key.span),)
            self.problems.add("unknown-layer", message, node, "give it a 'name', and read that", notes=notes)
            return None
        if not entry.named:
            message = f"'{entry.name}' is a default name; it changes when layers are added above"
            self.problems.warn("default-name", message, node, "give the layer a 'name'")
        return self._select(entry, suffix, node, f"'{entry.name}'")

    def _select(self, entry: Entry, suffix: str | None, node: Scalar, shown: str) -> TensorReference | None:
        """One output of an entry: of a block by its own outputs, of a layer by index."""
        if entry.inner is None:
            layer = self.layers.get(entry.path)
            if layer is None:
                # Its own fault is told already.
                return None
            return self._output_of(layer, suffix, node, shown)
        outputs = entry.inner.outputs
        if not outputs:
            return None
        position = self._position(suffix, [name for name, _ in outputs], len(outputs), entry.name, node, shown)
        reference = None if position is None else outputs[position][1]
        return None if reference is None else replace(reference, span=node.span)

    def _output_of(self, layer: LayerSpec, suffix: str | None, node: Scalar, shown: str) -> TensorReference | None:
        names = [output.name for output in layer.nested.outputs] if layer.nested is not None else []
        count = output_count(layer)
        if suffix is None and count == 1:
            return TensorReference(layer.name, None, node.span)
        if suffix is None and count is None:
            return TensorReference(layer.name, None, node.span)
        position = self._position(suffix, names, count, layer.name, node, shown)
        return None if position is None else TensorReference(layer.name, position, node.span)

    def _position(
        self, suffix: str | None, names: list[str], count: int | None, name: str, node: Scalar, shown: str
    ) -> int | None:
        """The index that a suffix means; none is the only output."""
        if suffix is None:
            if count == 1:
                return 0
            last = f" to '{name}:{(count or 2) - 1}'" if count is not None and count > 1 else ""
            message = f"{shown} has {'several' if not count or count < 0 else count} outputs where one tensor is meant"
            self.problems.add("several-outputs", message, node, f"write '{name}:0'{last}")
            return None
        if suffix in names:
            return names.index(suffix)
        if not suffix.isdecimal() or len(suffix) > 4:
            if names:
                message, hint = f"'{name}' has no output '{suffix}'", did_you_mean(suffix, names)
            else:
                message = f"'{suffix}' is not the number of an output of '{name}'"
                hint = f"write '{name}:0' for its first output" if suffix.isascii() else None
            self.problems.add("output-index", message, node, hint)
            return None
        if count is not None and 0 < count <= int(suffix):
            word = "one output" if count == 1 else f"{count} outputs"
            message = f"'{name}' has {word}, no '{name}:{suffix}'"
            self.problems.add("output-index", message, node, f"write '{name}:{count - 1}' for the last")
            return None
        return int(suffix)

    def _report_unknown(self, node: Scalar, name: str, scope: Scope) -> None:
        words = known_names(scope) + ([*self.inputs, *self.base] if scope.block is None else list(scope.inputs))
        near = nearest(name, words)
        hint: str | None
        if scope.block is not None and near is None and (find_entry(self.root, name) or name in self.inputs):
            message = f"the block '{scope.block.name}' reads only what it is given, not '{name}'"
            hint = "list it in the block's 'inputs', and give it where the block is used"
            self.problems.add("unknown-layer", message, node, hint)
            return
        if self._inside_nested(node, name, scope):
            return
        if find_name(name, "layers") is not None and near is None:
            hint = f"give the layer a 'name', and read that instead of its class '{name}'"
        else:
            hint = did_you_mean(name, words)
        self.problems.add("unknown-layer", f"no layer or input is named '{name}'", node, hint)

    def _inside_nested(self, node: Scalar, name: str, scope: Scope) -> bool:
        """Whether the name goes into a nested model, whose inner tensors can't be read; then with its fault."""
        outer = find_entry(scope, name.partition("/")[0])
        layer = self.layers.get(outer.path) if outer is not None and "/" in name else None
        if layer is None or layer.nested is None:
            return False
        shown = ", ".join(f"'{layer.name}:{output.name}'" for output in layer.nested.outputs)
        message = f"'{layer.name}' is a nested model; only its outputs can be read"
        self.problems.add("unknown-layer", message, node, f"list the layer in its 'outputs'; now it has {shown}")
        return True

    def _report_forward(self, node: Scalar, other: Entry, reader: Entry) -> None:
        if other.number <= reader.number:
            self.problems.add("cycle", f"'{other.name}' reads itself", node, "read a layer above it")
            return
        notes = (Note(f"'{other.name}' stands here", other.key.span),)
        loop = path_back(other, reader)
        if loop:
            chain = " → ".join([reader.name, *loop])
            message = f"the layers read each other in a circle: {chain}"
            self.problems.add("cycle", message, node, "break the circle", notes=notes)
        else:
            message = f"'{other.name}' stands further down"
            self.problems.add("forward-reference", message, node, "move this entry below it", notes=notes)


def find_entry(scope: Scope, path: str) -> Entry | None:
    """The entry of a path, `down/conv`, from a scope inwards; a repeated name means its last copy."""
    entry = scope.by_name.get(scope.last_of.get(path, path))
    if entry is not None or "/" not in path:
        return entry
    first, _, rest = path.partition("/")
    outer = find_entry(scope, first)
    return find_entry(outer.inner, rest) if outer is not None and outer.inner is not None else None


def known_names(scope: Scope) -> list[str]:
    """The names that can be read in a scope; a call of a shared layer without a name has none."""
    readable = [name for name, entry in scope.by_name.items() if entry.named or entry.item.shared is None]
    return [*readable, *scope.last_of]


def path_back(start: Entry, target: Entry) -> list[str] | None:
    """The names from an entry back to another of the same scope, following what each reads; None: no way."""
    scope = start.scope
    trail: list[tuple[Entry, list[str]]] = [(start, [start.name])]
    seen = {start.name}
    while trail:
        entry, names = trail.pop()
        for name in _read_names(entry):
            name = scope.last_of.get(name, name)
            if name == target.name:
                return [*names, name]
            following = scope.by_name.get(name)
            if following is not None and name not in seen:
                seen.add(name)
                trail.append((following, [*names, name]))
    return None


def _read_names(entry: Entry) -> list[str]:
    if entry.inputs is None:
        return [entry.above.name] if entry.above is not None else []
    return _names_in(entry.inputs)


def _names_in(node: Node) -> list[str]:
    if isinstance(node, Scalar):
        return [node.value.partition(":")[0].partition("/")[0]] if isinstance(node.value, str) else []
    parts = node.items if isinstance(node, Sequence) else tuple(value for _, value in node.entries)
    return [name for part in parts for name in _names_in(part)]
