"""What a spec writes and where: all its components, and the place of a value that its sections keep without one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from kerascli.errors import Span
from kerascli.spec.component import Component
from kerascli.spec.model_spec import ModelSpec
from kerascli.spec.nodes import Mapping as MappingNode
from kerascli.spec.nodes import Node, Sequence
from kerascli.spec.spec import Spec


def all_components(spec: Spec) -> Iterator[Component]:
    """Every component of a spec with those in its arguments, each place once, however often a block is used."""
    seen: set[tuple[str, Span]] = set()
    for component in _outermost(spec):
        for found in _with_nested(component):
            place = (found.name, found.span)
            if place not in seen:
                seen.add(place)
                yield found


def layer_components(spec: Spec) -> Iterator[Component]:
    """Every layer and operation that the model lists, those of nested models too, each place once."""
    seen: set[tuple[str, Span]] = set()
    for component in _of_model(spec.model):
        place = (component.name, component.span)
        if place not in seen:
            seen.add(place)
            yield component


def _outermost(spec: Spec) -> Iterator[Component]:
    yield from _of_model(spec.model)
    if spec.model.own_class is not None:
        yield spec.model.own_class
    if spec.data is not None:
        for field in (*(spec.data.inputs or ()), *(spec.data.targets or ())):
            yield from (*field.transforms, *field.augment)
        yield from spec.data.augment
    if spec.compile is not None:
        yield spec.compile.optimizer
        yield from (loss for loss in spec.compile.losses if loss is not None)
        for metrics in (*spec.compile.metrics, *spec.compile.weighted_metrics):
            yield from metrics
    yield from spec.callbacks
    for phase in spec.fit.phases:
        if phase.optimizer is not None:
            yield phase.optimizer
        yield from phase.callbacks


def _of_model(model: ModelSpec) -> Iterator[Component]:
    for layer in model.layers:
        # What a base brings was made by Keras already.
        if layer.shared is None and not layer.from_base:
            yield layer.component
            if layer.nested is not None:
                yield from _of_model(layer.nested)


def _with_nested(value: object) -> Iterator[Component]:
    if isinstance(value, Component):
        yield value
        for argument in value.arguments:
            yield from _with_nested(argument.value)
    elif isinstance(value, ModelSpec):
        for component in _of_model(value):
            yield from _with_nested(component)
    elif isinstance(value, tuple):
        for item in value:
            yield from _with_nested(item)
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _with_nested(item)


def value_span(spec: Spec, *keys: str) -> Span | None:
    """Where the value of a key stands (`fit`, `batch_size`); None where the spec does not write it."""
    node: Node | None = spec.tree
    for key in keys:
        node = node.get(key) if isinstance(node, MappingNode) else None
    return node.span if node is not None else None


def item_span(spec: Spec, span: Span, index: int) -> Span:
    """Where an item of the list at `span` stands; that of the list where it can't be told (the item is a variable's)."""
    for node in _nodes(spec.tree):
        if isinstance(node, Sequence) and node.span == span and index < len(node.items):
            return node.items[index].span
    return span


def _nodes(node: Node | None) -> Iterator[Node]:
    if node is None:
        return
    yield node
    if isinstance(node, Sequence):
        for item in node.items:
            yield from _nodes(item)
    elif isinstance(node, MappingNode):
        for _, value in node.entries:
            yield from _nodes(value)
