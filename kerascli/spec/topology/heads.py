"""`model.outputs` and `model.topology`: the heads, and the Keras class that follows from the wiring."""

from __future__ import annotations

from collections.abc import Sequence as Several
from typing import Literal

from kerascli.spec.model_spec import InputSpec, LayerSpec, OutputSpec, TensorReference
from kerascli.spec.nodes import Mapping, Node, Scalar, Sequence
from kerascli.spec.problems import Problems
from kerascli.spec.section import choice
from kerascli.spec.topology.entries import Entry
from kerascli.spec.topology.lookup import Graph
from kerascli.spec.topology.names import NAME, NAME_HINT


def read_outputs(node: Node | None, graph: Graph) -> list[OutputSpec]:
    """The heads: names in order, a mapping that names them, or the last entry."""
    if node is None:
        return _last_entry(graph)
    if isinstance(node, Mapping):
        return _named_outputs(node, graph)
    items = node.items if isinstance(node, Sequence) else (node,)
    outputs: list[OutputSpec] = []
    names: set[str] = set()
    for item in items:
        reference = graph.find(item, graph.root, None)
        if reference is None or not isinstance(item, Scalar):
            continue
        written = _head_name(str(item.value), reference, graph)
        if written in names:
            message = f"the output '{written}' is listed twice"
            graph.problems.add("duplicate-name", message, item, "remove one of them")
            continue
        outputs.append(OutputSpec(written, reference, item.span))
        names.add(written)
    if not items:
        graph.problems.add("missing-outputs", "'outputs' is empty", node, "name at least one layer")
    return outputs


def _head_name(written: str, reference: TensorReference, graph: Graph) -> str:
    """What a head is called: as it is listed, with the characters that a name can't hold as `_`."""
    name, colon, suffix = written.partition(":")
    layer = graph.layers.get(reference.name)
    if colon and layer is not None and layer.nested is not None and not suffix.isdecimal():
        # `encoder:mean` is known by what the nested model calls it, unless two are.
        return suffix
    return (f"{name}_{suffix}" if colon else name).replace("/", "_")


def _last_entry(graph: Graph) -> list[OutputSpec]:
    entries = graph.root.entries
    if not entries:
        return [OutputSpec(str(one).replace(":", "_"), one, one.span) for one in graph.base_outputs or ()]
    last: Entry = entries[-1]
    if last.inner is not None and len(last.inner.outputs) > 1:
        found = [(name.replace("/", "_").replace(":", "_"), one) for name, one in last.inner.outputs]
        return [OutputSpec(name, one, last.key.span) for name, one in found if one is not None]
    layer = graph.layers.get(last.path)
    if layer is not None and layer.nested is not None and len(layer.nested.outputs) > 1:
        names = [output.name for output in layer.nested.outputs]
        return [
            OutputSpec(name, TensorReference(layer.name, index, last.key.span), last.key.span)
            for index, name in enumerate(names)
        ]
    reference = graph.last(last)
    # Keras knows a second call of a layer by the layer's own name.
    name = last.name if layer is None or last.named or layer.shared is None else layer.shared.rpartition("/")[2]
    return [] if reference is None else [OutputSpec(name, reference, last.key.span)]


def _named_outputs(node: Mapping, graph: Graph) -> list[OutputSpec]:
    outputs = []
    for key, value in node.entries:
        if not isinstance(key.value, str) or not NAME.match(key.value):
            graph.problems.add("name", f"'{key.text}' is not a name", key, NAME_HINT)
            continue
        reference = graph.find(value, graph.root, None)
        if reference is not None:
            outputs.append(OutputSpec(key.value, reference, key.span))
    if not node.entries:
        graph.problems.add("missing-outputs", "'outputs' is empty", node, "name at least one layer")
    return outputs


def read_topology(
    node: Node | None,
    inputs: Several[InputSpec],
    layers: Several[LayerSpec],
    outputs: Several[OutputSpec],
    problems: Problems,
    *,
    whole: bool,
) -> Literal["sequential", "functional"]:
    """The class that follows from the wiring; what `topology` asks for is checked against it.

    Args:
        node: The node of `topology`, or None.
        inputs: The model's inputs.
        layers: Its layers.
        outputs: Its heads.
        problems: Where faults go.
        whole: Whether every entry was read without a fault.
    """
    reason = _not_a_chain(inputs, layers, outputs)
    if node is None:
        return "functional" if reason else "sequential"
    asked = choice(node, "topology", ("sequential", "functional"), problems)
    if asked == "sequential" and reason and whole:
        problems.add("topology", f"the model is no plain chain: {reason}", node, "write 'topology: functional'")
    return "functional" if asked == "functional" or reason else "sequential"


def topology_of(
    inputs: Several[InputSpec], layers: Several[LayerSpec], outputs: Several[OutputSpec]
) -> Literal["sequential", "functional"]:
    """The class that follows from the wiring."""
    return "functional" if _not_a_chain(inputs, layers, outputs) else "sequential"


def _not_a_chain(inputs: Several[InputSpec], layers: Several[LayerSpec], outputs: Several[OutputSpec]) -> str | None:
    """Why the model is no `keras.Sequential`, or None."""
    if len(inputs) != 1:
        return f"it has {len(inputs)} inputs"
    if len(outputs) != 1:
        return f"it has {len(outputs)} outputs"
    above = inputs[0].name
    for layer in layers:
        if layer.component.group == "ops":
            return f"'{layer.name}' is an operation"
        if layer.shared is not None:
            return f"'{layer.shared}' is called twice"
        references = layer.wiring.references
        if layer.wiring.kind != "one" or references[0].name != above or references[0].index is not None:
            return f"'{layer.name}' does not read just the entry above"
        above = layer.name
    if layers and (outputs[0].tensor.name != above or outputs[0].tensor.index is not None):
        return "its output is not its last layer"
    return None
