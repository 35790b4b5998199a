"""Every entry's `inputs` laid out as a call, so that nothing dangles and nothing loops."""

from __future__ import annotations

from dataclasses import replace

from kerascli.errors import Note, did_you_mean
from kerascli.spec.component import Component
from kerascli.spec.component_parser import find_name, parse_component
from kerascli.spec.model_spec import LayerSpec, ModelSpec, TensorReference, Wiring
from kerascli.spec.nodes import Mapping, Node, Scalar, Sequence
from kerascli.spec.source_parser import located_path
from kerascli.spec.topology.calls import Callee, lay_out
from kerascli.spec.topology.entries import Entry, Scope
from kerascli.spec.topology.items import MODEL_NAME
from kerascli.spec.topology.lookup import Graph, find_entry, known_names
from kerascli.spec.topology.names import NAME, NAME_HINT


def wire(graph: Graph) -> None:
    """Wires all entries of a model into `graph.layers`; an entry with a fault is left out."""
    _wire_scope(graph, graph.root)


def _wire_scope(graph: Graph, scope: Scope) -> None:
    for entry in scope.entries:
        if entry.inner is not None:
            _wire_block(graph, entry, entry.inner)
        else:
            layer = _wire_layer(graph, entry)
            if layer is not None:
                graph.layers[layer.name] = layer


def _wire_block(graph: Graph, entry: Entry, inner: Scope) -> None:
    if not inner.inputs:
        return
    inner.given = _given(graph, entry, inner)
    with graph.problems.noted(inner.notes):
        _wire_scope(graph, inner)
        inner.outputs = _block_outputs(graph, inner)


def _given(graph: Graph, entry: Entry, inner: Scope) -> dict[str, TensorReference | None]:
    """What the inputs of a block are, where it is used."""
    names, node = list(inner.inputs), entry.inputs
    assert inner.block is not None
    if isinstance(node, Mapping):
        for key, _ in node.entries:
            if str(key.value) not in names:
                message = f"the block '{inner.block.name}' has no input '{key.value}'"
                graph.problems.add("unknown-argument", message, key, did_you_mean(str(key.value), names))
        missing = [name for name in names if node.get(name) is None]
        if missing:
            _report_count(graph, inner.block.name, names, node)
        found = [(name, node.get(name)) for name in names]
        return {
            name: None if value is None else graph.find(value, entry.scope, entry) for name, value in found
        }  # fmt: skip
    before = entry.above.inner.outputs if entry.copy and entry.above is not None and entry.above.inner else []
    if len(before) == len(names) > 1:
        # A repeated block with as many outputs as inputs: each copy reads those of the one before, in order.
        return {name: reference for name, (_, reference) in zip(names, before, strict=True)}
    items = node.items if isinstance(node, Sequence) else (node,)
    if len(items) != len(names):
        _report_count(graph, inner.block.name, names, node if node is not None else entry.key)
        return dict.fromkeys(names)
    if node is None:
        return {names[0]: graph.above(entry)}
    return {
        name: graph.find(item, entry.scope, entry) for name, item in zip(names, items, strict=True) if item is not None
    }


def _report_count(graph: Graph, block: str, names: list[str], place: Node) -> None:
    shown = ", ".join(f"'{name}'" for name in names)
    hint = f"write 'inputs: [{', '.join(names)}]' with what it reads" if len(names) > 1 else "name one tensor"
    graph.problems.add("block-inputs", f"the block '{block}' reads {shown}", place, hint)


def _block_outputs(graph: Graph, inner: Scope) -> list[tuple[str, TensorReference | None]]:
    """The outputs of a block by name: as it lists them, or its last entry."""
    node = inner.output_node
    if node is None:
        if not inner.entries:
            return []
        last = inner.entries[-1]
        if last.inner is not None and len(last.inner.outputs) != 1:
            return list(last.inner.outputs)
        layer = graph.layers.get(last.path)
        reference = last.inner.outputs[0][1] if last.inner is not None else None
        if layer is not None:
            reference = TensorReference(layer.name, None, last.key.span)
        return [(last.name, reference)]
    items = node.items if isinstance(node, Sequence) else (node,)
    if not items or node == Mapping((), node.span):
        graph.problems.add("missing-outputs", "'outputs' is empty", node, "name at least one layer")
    if isinstance(node, Mapping):
        for key, _ in node.entries:
            if not isinstance(key.value, str) or not NAME.match(key.value):
                graph.problems.add("name", f"'{key.text}' is not a name", key, NAME_HINT)
        return [(str(key.value), graph.find(value, inner, None)) for key, value in node.entries]
    found: list[tuple[str, TensorReference | None]] = []
    for item in items:
        name = str(item.value) if isinstance(item, Scalar) else ""
        if any(name == other for other, _ in found):
            graph.problems.add("duplicate-name", f"the output '{name}' is listed twice", item, "remove one of them")
        found.append((name, graph.find(item, inner, None)))
    return found


def _wire_layer(graph: Graph, entry: Entry) -> LayerSpec | None:
    item = entry.item
    if item.shared is not None:
        return _wire_shared(graph, entry, item.shared)
    if item.word == MODEL_NAME:
        return _wire_nested(graph, entry)
    found = find_name(item.word, "layers")
    wiring = lay_out(graph, entry, Callee(found.name, found.call)) if found is not None else None
    filled = _filled(entry)
    component = parse_component(item.component, "layers", graph.problems, filled=filled, trust=graph.trust)
    if component is None:
        return None
    graph.problems.components.append(component)
    return None if wiring is None else _layer(graph, entry, component, wiring)


def _layer(
    graph: Graph, entry: Entry, component: Component, wiring: Wiring, nested: ModelSpec | None = None
) -> LayerSpec:
    outer = entry.scope.trainable
    weights = entry.item.weights
    return LayerSpec(
        entry.path,
        component,
        wiring,
        entry.item.trainable if outer is None else outer,
        entry.named,
        entry.key.span,
        nested,
        None,
        None if weights is None else located_path(str(weights.value), weights, graph.problems),
        tuple(note.span for note in entry.scope.notes if note.span is not None),
        weights_span=None if weights is None else weights.span,
    )


def _wire_nested(graph: Graph, entry: Entry) -> LayerSpec | None:
    """`Model: {layers: …}`: a model within the model."""
    arguments = entry.item.arguments
    if not isinstance(arguments, Mapping):
        hint = "write '- Model: {layers: [{Dense: 10}]}'"
        graph.problems.add("missing-layers", "a nested model needs its 'layers'", entry.key, hint)
        return None
    nested = graph.parse_nested(arguments, entry.key)
    if nested is None:
        return None
    wiring = lay_out(graph, entry, Callee(entry.name, None, nested))
    component = Component("models", MODEL_NAME, (), entry.key.span)
    return None if wiring is None else _layer(graph, entry, component, wiring, nested)


def _wire_shared(graph: Graph, entry: Entry, target: Scalar) -> LayerSpec | None:
    """`layer: encoder`: an earlier layer or nested model, called again on the same weights."""
    first = _shared_layer(graph, entry, target)
    if first is None:
        return None
    if first.component.group == "ops":
        message = f"'{first.name}' is an operation, which has no weights to share"
        graph.problems.add("shared-layer", message, target, f"write '{first.component.name}' again")
        return None
    found = find_name(first.component.name, "layers") if first.nested is None else None
    wiring = lay_out(graph, entry, Callee(first.name, found.call if found else None, first.nested))
    if wiring is None:
        return None
    origin = first.shared or first.name
    return replace(
        first,
        name=entry.path,
        wiring=wiring,
        trainable=None,
        named=entry.named,
        span=target.span,
        shared=origin,
        weights=None,
    )


def _shared_layer(graph: Graph, entry: Entry, target: Scalar) -> LayerSpec | None:
    name = str(target.value)
    problems = graph.problems
    other = find_entry(entry.scope, name)
    if other is None or (other.item.shared is not None and not other.named):
        # A call without a name goes by one of ours, which nobody wrote.
        if entry.scope.block is None and name in graph.base:
            return graph.base[name]
        known_input = name in entry.scope.inputs or (entry.scope.block is None and name in graph.inputs)
        message = f"'{name}' is an input, not a layer" if known_input else f"no layer is named '{name}'"
        hint = None if known_input else did_you_mean(name, known_names(entry.scope))
        problems.add("unknown-layer", message, target, hint)
        return None
    if other.end >= entry.number:
        notes = (Note(f"'{name}' stands here", other.key.span),)
        message = f"'{name}' stands further down" if other is not entry else f"'{name}' is this entry itself"
        problems.add("forward-reference", message, target, "call it below its own entry", notes=notes)
        return None
    if other.inner is not None:
        inside = next(iter(other.inner.by_name), "layer")
        message = f"'{name}' is a block, not a layer"
        hint = f"name a layer inside it, such as '{name}/{inside}', or make it a nested 'Model'"
        problems.add("shared-layer", message, target, hint)
        return None
    if not other.named and other.item.shared is None:
        message = f"'{other.path}' is a default name; it changes when layers are added above"
        problems.warn("default-name", message, target, "give the layer a 'name'")
    return graph.layers.get(other.path)


def _filled(entry: Entry) -> tuple[str, ...]:
    """The parameters of an operation that its tensors fill; a layer's constructor has none.

    It goes by what is written, so that a name that is not known is not also a missing argument.
    """
    found = find_name(entry.item.word, "layers")
    if found is None or found.group != "ops":
        return ()
    node, call = entry.inputs, found.call
    if isinstance(node, Mapping):
        return tuple(node.keys())
    if call is None:
        return ()
    if call.variadic is not None:
        # `ops.einsum(subscripts, *operands)`: the tensors come last, the constants before them.
        return (call.variadic,)
    count = len(node.items) if isinstance(node, Sequence) and not call.takes_list else 1
    return call.tensor_parameters[:count]
