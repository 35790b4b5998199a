"""The layers of a model class of one's own, found by watching one symbolic call: Keras's own list has no shapes."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import keras
import tensorflow as tf


@dataclass(frozen=True)
class LayerCall:
    """One call of a layer of the model.

    Attributes:
        name: The layer's name.
        layer: The layer.
        reads: Where its tensors come from: names of inputs, or of calls before it (`name`, or `name:1`).
        outputs: The tensors that it made.
        again: Whether the layer was called before.
    """

    name: str
    layer: Any
    reads: tuple[str, ...]
    outputs: tuple[Any, ...]
    again: bool


@dataclass(frozen=True)
class Trace:
    """What one call of a model showed.

    Attributes:
        calls: The calls of its own layers, in order.
        heads: Where each head comes from, in the order of the heads.
    """

    calls: tuple[LayerCall, ...]
    heads: tuple[str, ...]


def trace_layers(model: Any) -> Trace:
    """Calls a built model once on symbolic tensors and notes what its layers do.

    Only the model's own layers count, not those inside them. What stands between them, such as an addition, is seen
    through: a layer reads what its tensors were computed from.

    Args:
        model: The model, with `inputs` as `make_own_class` sets them.
    """
    watcher = _Watcher(model)
    heads: list[str] = []

    @tf.autograph.experimental.do_not_convert  # type: ignore[untyped-decorator]
    def call(whole: Any) -> Any:
        for name, tensor in whole.items():
            watcher.made[id(tensor)] = name
            watcher.kept.append(tensor)
        with watcher.watching():
            returned = model(next(iter(whole.values())) if len(whole) == 1 else whole, training=False)
        by_name = isinstance(returned, Mapping)
        ordered = [returned[name] for name in model.output_names] if by_name else tf.nest.flatten(returned)
        heads.extend(next(iter(watcher.origins(tensor)), "") for tensor in ordered)
        return returned

    shapes = {tensor.name: tf.TensorSpec(tensor.shape, tensor.dtype) for tensor in model.inputs}
    # Tracing computes nothing, and moves no random state on.
    tf.function(call).get_concrete_function(shapes)
    return Trace(tuple(watcher.calls), tuple(heads))


class _Watcher:
    """Sees each call of the model's own layers."""

    def __init__(self, model: Any) -> None:
        self.model = model
        self.calls: list[LayerCall] = []
        # Tensors go by their id, so they are kept for as long as that counts.
        self.made: dict[int, str] = {}
        self.kept: list[Any] = []
        self._depth = 0
        self._counts: dict[int, int] = {}

    @contextlib.contextmanager
    def watching(self) -> Iterator[None]:
        original = keras.layers.Layer.__call__
        watcher = self

        def called(layer: Any, *arguments: Any, **keywords: Any) -> Any:
            inside = watcher._depth
            watcher._depth += 1
            try:
                result = original(layer, *arguments, **keywords)
            finally:
                watcher._depth -= 1
            if inside == 1 and layer is not watcher.model:
                watcher._note(layer, (arguments, keywords), result)
            return result

        keras.layers.Layer.__call__ = called
        try:
            yield
        finally:
            keras.layers.Layer.__call__ = original

    def _note(self, layer: Any, given: Any, result: Any) -> None:
        count = self._counts.get(id(layer), 0)
        self._counts[id(layer)] = count + 1
        name = layer.name if count == 0 else f"{layer.name} (call {count + 1})"
        reads: dict[str, None] = {}
        for tensor in _tensors(given):
            reads.update(dict.fromkeys(self.origins(tensor)))
        outputs = _tensors(result)
        for index, tensor in enumerate(outputs):
            self.made[id(tensor)] = name if len(outputs) == 1 else f"{name}:{index}"
            self.kept.append(tensor)
        self.calls.append(LayerCall(name, layer, tuple(reads), tuple(outputs), count > 0))

    def origins(self, tensor: Any) -> list[str]:
        """The layers or inputs that a tensor was computed from, nearest first."""
        found: dict[str, None] = {}
        seen: set[int] = set()
        waiting = [tensor]
        while waiting:
            one = waiting.pop(0)
            if id(one) in seen:
                continue
            seen.add(id(one))
            if id(one) in self.made:
                found[self.made[id(one)]] = None
            elif getattr(one, "op", None) is not None:
                waiting += list(one.op.inputs)
        return list(found)


def _tensors(value: Any) -> list[Any]:
    return [one for one in tf.nest.flatten(value) if isinstance(one, tf.Tensor)]
