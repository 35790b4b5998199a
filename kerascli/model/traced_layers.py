"""The layers of a model class of one's own, found by watching one symbolic call: Keras's own list has no shapes."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import keras
import tensorflow as tf


@dataclass
class LayerCall:
    """One call of a layer.

    Attributes:
        path: The layer's name, below that of the model that it is in.
        inside: The path of that model; empty for the one that is watched.
        layer: The layer.
        again: Whether the layer was called before.
        reads: Where its tensors come from: inputs, or calls before it (`name`, or `name:1`).
        outputs: The tensors that it made.
    """

    path: str
    inside: str
    layer: Any
    again: bool
    reads: tuple[str, ...] = ()
    outputs: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Trace:
    """What one call of a model showed.

    Attributes:
        calls: The calls of its layers, in order; those of a model within it follow that model's own.
        heads: Where each output comes from, by name for a model that returns a mapping, else in order.
    """

    calls: tuple[LayerCall, ...]
    heads: Mapping[str, str] | tuple[str, ...]


def trace_layers(model: Any, arguments: Any, names: Mapping[int, str], prefix: str = "") -> Trace:
    """Calls a built model once on symbolic tensors and notes what its layers do.

    What is inside a layer that is no model is not told. What stands between layers, such as an addition, is seen through:
    a layer reads what its tensors were computed from.

    Args:
        model: The model.
        arguments: Positional and keyword arguments of the call, `(args, kwargs)`, with Keras's symbolic tensors.
        names: What a symbolic tensor is called, by its `id`.
        prefix: The path of the model, for one that is a layer itself.
    """
    symbolic = [one for one in keras.tree.flatten(arguments) if isinstance(one, keras.KerasTensor)]
    watcher = _Watcher(model, prefix)
    heads: list[Any] = []

    @tf.autograph.experimental.do_not_convert  # type: ignore[untyped-decorator]
    def call(tensors: list[Any]) -> None:
        given = {id(one): tensor for one, tensor in zip(symbolic, tensors, strict=True)}
        for one, tensor in zip(symbolic, tensors, strict=True):
            watcher.know(tensor, names[id(one)])
        positional, keywords = keras.tree.map_structure(lambda one: given.get(id(one), one), arguments)
        with watcher.watching():
            returned = model(*positional, **keywords)
        if isinstance(returned, Mapping):
            heads.append({str(name): watcher.origin(tensor) for name, tensor in returned.items()})
        else:
            heads.append(tuple(watcher.origin(tensor) for tensor in tf.nest.flatten(returned)))

    # Tracing computes nothing, and moves no random state on.
    tf.function(call).get_concrete_function([tf.TensorSpec(one.shape, one.dtype) for one in symbolic])
    return Trace(tuple(watcher.calls), heads[0])


class _Watcher:
    """Sees each call of the layers of a model, and of the models in it."""

    def __init__(self, model: Any, prefix: str) -> None:
        self.model, self.prefix = model, prefix
        self.calls: list[LayerCall] = []
        # Tensors go by their id, so they are kept for as long as that counts.
        self._made: dict[int, str] = {}
        self._kept: list[Any] = []
        # The layers whose calls are under way, with their paths.
        self._stack: list[tuple[Any, str]] = []
        self._counts: dict[int, int] = {}

    def know(self, tensor: Any, name: str) -> None:
        """Remembers what a tensor is called."""
        self._made[id(tensor)] = name
        self._kept.append(tensor)

    @contextlib.contextmanager
    def watching(self) -> Iterator[None]:
        """Notes calls while the block runs."""
        original = keras.layers.Layer.__call__
        watcher = self

        def called(layer: Any, *arguments: Any, **keywords: Any) -> Any:
            noted = watcher._begin(layer)
            reads = watcher._origins_of((arguments, keywords)) if noted is not None else ()
            watcher._stack.append((layer, noted.path if noted is not None else watcher.prefix))
            try:
                result = original(layer, *arguments, **keywords)
            finally:
                watcher._stack.pop()
            if noted is not None:
                watcher._end(noted, reads, result)
            return result

        keras.layers.Layer.__call__ = called
        try:
            yield
        finally:
            keras.layers.Layer.__call__ = original

    def _begin(self, layer: Any) -> LayerCall | None:
        """The call, where the layer stands directly in a model."""
        if not self._stack or not isinstance(self._stack[-1][0], keras.Model):
            return None
        inside = self._stack[-1][1]
        count = self._counts.get(id(layer), 0)
        self._counts[id(layer)] = count + 1
        name = layer.name if count == 0 else f"{layer.name} (call {count + 1})"
        call = LayerCall(f"{inside}/{name}" if inside else name, inside, layer, count > 0)
        if not isinstance(layer, keras.layers.InputLayer):
            self.calls.append(call)
        return call

    def _end(self, call: LayerCall, reads: tuple[str, ...], result: Any) -> None:
        call.reads = reads
        call.outputs = tuple(_tensors(result))
        for index, tensor in enumerate(call.outputs):
            self.know(tensor, call.path if len(call.outputs) == 1 else f"{call.path}:{index}")

    def _origins_of(self, given: Any) -> tuple[str, ...]:
        found: dict[str, None] = {}
        for tensor in _tensors(given):
            found.update(dict.fromkeys(self._origins(tensor)))
        return tuple(found)

    def origin(self, tensor: Any) -> str:
        """What a head comes from."""
        return next(iter(self._origins(tensor)), "")

    def _origins(self, tensor: Any) -> list[str]:
        """The layers or inputs that a tensor was computed from, nearest first."""
        found: dict[str, None] = {}
        seen: set[int] = set()
        waiting = [tensor]
        while waiting:
            one = waiting.pop(0)
            if id(one) in seen:
                continue
            seen.add(id(one))
            if id(one) in self._made:
                found[self._made[id(one)]] = None
            elif getattr(one, "op", None) is not None:
                waiting += list(one.op.inputs)
        return list(found)


def _tensors(value: Any) -> list[Any]:
    return [one for one in tf.nest.flatten(value) if isinstance(one, tf.Tensor)]
