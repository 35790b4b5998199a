"""The `model` section → `ModelSpec`: inputs, layers, outputs, and the class that follows from the wiring."""

from __future__ import annotations

from typing import Literal

from kerascli.errors import Span, did_you_mean
from kerascli.spec.graph import Graph, wire
from kerascli.spec.layer_entries import NAME, read_entries
from kerascli.spec.model_spec import InputSpec, LayerSpec, ModelSpec, OutputSpec, TensorReference
from kerascli.spec.nodes import Mapping, Node, Scalar, Sequence, kind_of
from kerascli.spec.places import INPUT, MODEL
from kerascli.spec.problems import Problems
from kerascli.spec.section import check_keys, choice, section_of, truth, whole_number

_DTYPES = [
    "float16",
    "float32",
    "float64",
    "bfloat16",
    "int8",
    "int16",
    "int32",
    "int64",
    "uint8",
    "uint16",
    "uint32",
    "uint64",
    "bool",
    "string",
    "complex64",
]
_TO_COME = ("blocks", "base", "weights", "class", "arguments")


def parse_model(node: Node | None, root: Mapping, problems: Problems, *, trust: bool = False) -> ModelSpec | None:
    """The model.

    Args:
        node: The `model` section; None where the spec has none (a fault).
        root: The whole spec, for the place of a missing section.
        problems: Where faults go.
        trust: Whether components that can run code are allowed.

    Returns:
        The model, or None when a fault leaves nothing to check further.
    """
    if node is None:
        problems.add("missing-section", "the spec has no 'model'", root, "add 'model:' with its 'layers'")
        return None
    section = section_of(node, "model", problems)
    if section is None:
        return None
    check_keys(section, MODEL, "'model'", problems)
    for word in _TO_COME:
        if section.key(word) is not None:
            problems.not_yet(f"'model.{word}'", section.key(word))
    inputs, input_names = _inputs(section.get("inputs"), problems)
    layers_node = section.get("layers")
    if not isinstance(layers_node, Sequence) or not layers_node.items:
        place = layers_node if layers_node is not None else section.span
        what = (
            f"'layers' must be a list of layers, not {kind_of(layers_node)}"
            if layers_node
            else "the model has no 'layers'"
        )
        problems.add("missing-layers", what, place, "write '- Dense: {units: 10}' below 'layers:'")
        return None
    entries, names = read_entries(layers_node.items, input_names, problems)
    # A model whose inputs are left out has one, which takes the name of the field that it reads.
    known = inputs or (InputSpec(INFERRED_INPUT, None),)
    graph = Graph({item.name: item for item in known}, entries, names, problems, trust=trust)
    layers = wire(graph)
    outputs = _outputs(section.get("outputs"), graph, problems)
    topology = _topology(section.get("topology"), known, layers, len(entries), outputs, problems)
    if not layers or not outputs:
        return None
    return ModelSpec(tuple(inputs), tuple(layers), tuple(outputs), topology, _key_span(root, "model"))


# What the graph calls the one input of a model that leaves `inputs` out; no name of a spec can hold a blank.
INFERRED_INPUT = "the input"


def _key_span(root: Mapping, key: str) -> Span:
    found = root.key(key)
    return found.span if found is not None else root.span


def _inputs(node: Node | None, problems: Problems) -> tuple[list[InputSpec], dict[str, Node]]:
    """The inputs in order, and the node of each name."""
    if node is None:
        return [], {}
    if not isinstance(node, Mapping) or not node.entries:
        problems.add(
            "wrong-type", f"'inputs' must map names to shapes, not {kind_of(node)}", node, "write '{image: [784]}'"
        )
        return [], {}
    inputs: list[InputSpec] = []
    names: dict[str, Node] = {}
    for key, value in node.entries:
        name = str(key.value)
        if not isinstance(key.value, str) or not NAME.match(name):
            hint = "use letters, digits, '_' and '-', a letter or '_' first"
            problems.add("name", f"'{key.text}' is not a name", key, hint)
            continue
        names[name] = key
        inputs.append(_input(name, key, value, problems))
    return inputs, names


def _input(name: str, key: Scalar, node: Node, problems: Problems) -> InputSpec:
    if not isinstance(node, Mapping):
        return InputSpec(name, _shape(node, problems), span=key.span)
    check_keys(node, INPUT, f"the input '{name}'", problems)
    shape_node = node.get("shape")
    dtype = node.get("dtype")
    dtype_name = choice(dtype, "dtype", _DTYPES, problems) if dtype is not None else None
    batch_size = node.get("batch_size")
    sparse = node.get("sparse")
    if sparse is not None and truth(sparse, "sparse", problems):
        problems.not_yet("a sparse input", sparse)
    return InputSpec(
        name,
        _shape(shape_node, problems) if shape_node is not None else None,
        dtype_name,
        whole_number(batch_size, "batch_size", problems, minimum=1) if batch_size is not None else None,
        span=key.span,
    )


def _shape(node: Node, problems: Problems) -> tuple[int | None, ...] | None:
    """The shape of one sample; `null` is a free axis."""
    if not isinstance(node, Sequence):
        hint = "write the shape of one sample, '[784]'"
        problems.add("wrong-type", f"a shape must be a list, not {kind_of(node)}", node, hint)
        return None
    shape: list[int | None] = []
    for item in node.items:
        value = item.value if isinstance(item, Scalar) else item
        if value is not None and (isinstance(value, bool) or not isinstance(value, int)):
            problems.add("wrong-type", f"a size must be a whole number or null, not {kind_of(item)}", item)
        elif value is not None and value < 1:
            problems.add("out-of-range", "a size must be at least 1", item, "write 'null' for a free axis")
        else:
            shape.append(value)
    return tuple(shape)


def _outputs(node: Node | None, graph: Graph, problems: Problems) -> list[OutputSpec]:
    """The heads: names in order, a mapping that names them, or the last entry."""
    if node is None:
        if not graph.entries:
            return []
        last = graph.entries[-1]
        return [OutputSpec(last.name, TensorReference(last.name, None, last.key.span), last.key.span)]
    if isinstance(node, Mapping):
        return _named_outputs(node, graph, problems)
    items = node.items if isinstance(node, Sequence) else (node,)
    outputs: list[OutputSpec] = []
    for item in items:
        reference = _output_reference(item, graph, problems)
        if reference is None:
            continue
        name = reference.name if reference.index is None else f"{reference.name}_{reference.index}"
        written = str(item.value) if isinstance(item, Scalar) and reference.index is None else name
        if any(output.name == written for output in outputs):
            problems.add("duplicate-name", f"the output '{written}' is listed twice", item, "remove one of them")
            continue
        outputs.append(OutputSpec(written, reference, item.span))
    if not items:
        problems.add("missing-outputs", "'outputs' is empty", node, "name at least one layer")
    return outputs


def _named_outputs(node: Mapping, graph: Graph, problems: Problems) -> list[OutputSpec]:
    outputs = []
    for key, value in node.entries:
        if not isinstance(key.value, str) or not NAME.match(key.value):
            problems.add("name", f"'{key.text}' is not a name", key)
            continue
        reference = _output_reference(value, graph, problems)
        if reference is not None:
            outputs.append(OutputSpec(key.value, reference, key.span))
    if not node.entries:
        problems.add("missing-outputs", "'outputs' is empty", node, "name at least one layer")
    return outputs


def _output_reference(node: Node, graph: Graph, problems: Problems) -> TensorReference | None:
    if isinstance(node, Scalar) and isinstance(node.value, str):
        return graph.find(node, None)
    hint = did_you_mean("", [entry.name for entry in graph.entries if entry.named])
    problems.add("wrong-type", f"an output must be the name of a layer, not {kind_of(node)}", node, hint)
    return None


def _topology(
    node: Node | None,
    inputs: tuple[InputSpec, ...] | list[InputSpec],
    layers: list[LayerSpec],
    count: int,
    outputs: list[OutputSpec],
    problems: Problems,
) -> Literal["sequential", "functional"]:
    """The class that follows from the wiring; what `topology` asks for is checked against it."""
    reason = _not_a_chain(inputs, layers, outputs)
    if node is None:
        return "functional" if reason else "sequential"
    asked = choice(node, "topology", ("sequential", "functional"), problems)
    if asked == "sequential" and reason and len(layers) == count:
        problems.add("topology", f"the model is no plain chain: {reason}", node, "write 'topology: functional'")
    return "functional" if asked == "functional" or reason else "sequential"


def _not_a_chain(
    inputs: tuple[InputSpec, ...] | list[InputSpec], layers: list[LayerSpec], outputs: list[OutputSpec]
) -> str | None:
    """Why the model is no `keras.Sequential`, or None."""
    if len(inputs) != 1:
        return f"it has {len(inputs)} inputs"
    if len(outputs) != 1:
        return f"it has {len(outputs)} outputs"
    above = inputs[0].name
    for layer in layers:
        if layer.component.group == "ops":
            return f"'{layer.name}' is an operation"
        references = layer.wiring.references
        if layer.wiring.kind != "one" or references[0].name != above or references[0].index is not None:
            return f"'{layer.name}' does not read just the entry above"
        above = layer.name
    if layers and (outputs[0].tensor.name != above or outputs[0].tensor.index is not None):
        return "its output is not its last layer"
    return None
