"""`model.inputs`: names, shapes and dtypes."""

from __future__ import annotations

from kerascli.spec.model_spec import InputSpec
from kerascli.spec.nodes import Mapping, Node, Scalar, Sequence, kind_of
from kerascli.spec.places import INPUT
from kerascli.spec.problems import Problems
from kerascli.spec.section import check_keys, choice, truth, whole_number
from kerascli.spec.topology.names import NAME, NAME_HINT

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


def read_inputs(node: Node | None, problems: Problems) -> tuple[list[InputSpec], dict[str, Node]]:
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
            problems.add("name", f"'{key.text}' is not a name", key, NAME_HINT)
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
