"""`model: {class: …, arguments: {…}}`: a model class of a plugin; its inputs and heads follow from the data section."""

from __future__ import annotations

from dataclasses import replace

from kerascli.errors import Span
from kerascli.spec.component import Component
from kerascli.spec.component_parser import parse_component
from kerascli.spec.model_spec import InputSpec, ModelSpec, OutputSpec, TensorReference
from kerascli.spec.nodes import Mapping, Node, Scalar, Sequence, kind_of
from kerascli.spec.places import FIELD
from kerascli.spec.problems import Problems
from kerascli.spec.topology.inputs import read_inputs
from kerascli.spec.topology.names import NAME, NAME_HINT

# Keys that lay out a graph, which a class does by itself.
_GRAPH_KEYS = ("layers", "blocks", "base", "topology")
# What the one head is called where nothing names it.
_HEAD = "output"


def read_own_class(section: Mapping, root: Mapping, span: Span, problems: Problems, *, trust: bool) -> ModelSpec | None:
    """The model, or None with a fault.

    Args:
        section: The `model` section, with the key `class`.
        root: The whole spec: the names of inputs and heads are those of `data.inputs` and `data.targets`.
        span: Where `model` stands.
        problems: Where faults go.
        trust: Whether the user said so; without, no plugin is known.
    """
    for word in _GRAPH_KEYS:
        key = section.key(word)
        if key is not None:
            message = f"'{word}' stands beside 'class', which lays out its layers itself"
            problems.add("own-class", message, key, "remove one of them")
    component = _component(section, problems, trust=trust)
    if component is None:
        return None
    data = root.get("data")
    inputs, _ = read_inputs(section.get("inputs"), problems)
    if not inputs:
        inputs = [InputSpec(name, None, span=key.span) for name, key in _named(data, "inputs") if name]
    heads = _heads(section.get("outputs"), data, span, problems)
    outputs = tuple(OutputSpec(name, TensorReference(name, None, where), where) for name, where in heads)
    return ModelSpec(tuple(inputs), (), outputs, "class", span, own_class=component)


def _component(section: Mapping, problems: Problems, *, trust: bool) -> Component | None:
    name, arguments = section.get("class"), section.get("arguments")
    if not isinstance(name, Scalar) or not isinstance(name.value, str):
        found = kind_of(name) if name is not None else "nothing"
        problems.add("wrong-type", f"'class' must be the name of a plugin's class, not {found}", name)
        return None
    if arguments is not None and not isinstance(arguments, Mapping) and not _is_null(arguments):
        message = f"'arguments' must map names to values, not {kind_of(arguments)}"
        problems.add("wrong-type", message, arguments, "write 'arguments: {units: 10}'")
        return None
    written = arguments if isinstance(arguments, Mapping) else Mapping((), name.span)
    component = parse_component(Mapping(((name, written),), name.span), "models", problems, trust=trust)
    # From here on it is a class like any layer's.
    return None if component is None else replace(component, group="layers")


def _is_null(node: Node) -> bool:
    return isinstance(node, Scalar) and node.value is None


def _named(data: Node | None, word: str) -> list[tuple[str, Scalar]]:
    """The names that `data.inputs` or `data.targets` give, none in a short form."""
    node = data.get(word) if isinstance(data, Mapping) else None
    if not isinstance(node, Mapping) or any(str(key.value) in FIELD.keys for key, _ in node.entries):
        return []
    return [(str(key.value), key) for key, _ in node.entries]


def _heads(node: Node | None, data: Node | None, span: Span, problems: Problems) -> list[tuple[str, Span]]:
    """The heads: as `outputs` lists them, by the names of the targets, or one."""
    if node is not None:
        items = node.items if isinstance(node, Sequence) else (node,)
        found = []
        for item in items:
            if isinstance(item, Scalar) and isinstance(item.value, str) and NAME.match(item.value):
                found.append((item.value, item.span))
            else:
                shown = item.text if isinstance(item, Scalar) else kind_of(item)
                problems.add("name", f"'{shown}' is not a name", item, NAME_HINT)
        return found
    named = _named(data, "targets")
    if named:
        return [(name, key.span) for name, key in named]
    targets = data.get("targets") if isinstance(data, Mapping) else None
    field = targets.get("field") if isinstance(targets, Mapping) else targets
    place = targets if targets is not None else data
    if isinstance(field, Scalar) and isinstance(field.value, str) and NAME.match(field.value):
        return [(field.value, field.span)]
    return [(_HEAD, place.span if place is not None else span)]
