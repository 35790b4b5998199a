"""What a built model consists of, as plain data: its layers, shapes, parameters, heads and size."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, Literal

from kerascli.quick_dataclass import dataclass

LayerKind = Literal["input", "layer", "operation", "model"]


@dataclass(frozen=True)
class TensorShape:
    """The shape and type of one tensor.

    Attributes:
        shape: The length of each axis, the batch axis included; None where it is free.
        dtype: The type's name, such as `float32`.
    """

    shape: tuple[int | None, ...]
    dtype: str

    def __str__(self) -> str:
        """The shape as it is read, free axes as `?`: `(?, 28, 28)`."""
        return "(" + ", ".join("?" if size is None else str(size) for size in self.shape) + ")"


@dataclass(frozen=True)
class LayerRow:
    """One layer of a model.

    Attributes:
        path: The layer's name, unique in its model.
        class_name: The class, such as `Dense`.
        kind: `input`, `layer`, `operation` (a function of keras.ops) or `model` (a nested model).
        inputs: The tensors that it reads, in order: `name`, or `name:1` for a later output of `name`.
        outputs: The tensors that it makes.
        parameters: How many numbers its weights hold.
        trainable_parameters: How many of them training changes.
        trainable: False for a frozen layer.
        dtype: The type, or the policy, that it computes in.
        inside: The path of the nested model that it is in; empty for a layer of the model itself.
        shared: The path of the layer that is called again here, on the same weights; None for a first call.
    """

    path: str
    class_name: str
    kind: LayerKind
    inputs: tuple[str, ...]
    outputs: tuple[TensorShape, ...]
    parameters: int
    trainable_parameters: int
    trainable: bool
    dtype: str
    inside: str = ""
    shared: str | None = None

    @property
    def frozen(self) -> bool:
        """Whether the layer has weights and was set not to learn them; a model also when all its parts were."""
        closed = not self.trainable or (self.kind == "model" and not self.trainable_parameters)
        return closed and self.parameters > 0


@dataclass(frozen=True)
class ModelSummary:
    """A built model.

    Attributes:
        name: The model's name.
        kind: How it was put together, such as `Sequential` or `Functional`.
        layers: The layers, each after those that it reads.
        outputs: The name of each head and the tensor that it hands out, written as in `LayerRow.inputs`.
        parameters: How many numbers all weights hold; a shared weight counts once.
        trainable_parameters: How many of them training changes.
        size_bytes: The memory that the weights take.
        optimizer: The optimizer's class; None for a model that is not compiled.
    """

    name: str
    kind: str
    layers: tuple[LayerRow, ...]
    outputs: tuple[tuple[str, str], ...]
    parameters: int
    trainable_parameters: int
    size_bytes: int
    optimizer: str | None

    def to_json(self) -> dict[str, Any]:
        """The summary as JSON values, for `--json`."""
        return {
            **asdict(self),
            "layers": [_layer_json(layer) for layer in self.layers],
            "outputs": [{"name": name, "tensor": tensor} for name, tensor in self.outputs],
        }


def split_reference(reference: str) -> tuple[str, int]:
    """The layer and the output's number that `name` or `name:1` stands for."""
    name, colon, number = reference.rpartition(":")
    return (name, int(number)) if colon and number.isdecimal() else (reference, 0)


def _layer_json(layer: LayerRow) -> dict[str, Any]:
    return {
        **asdict(layer),
        "inputs": list(layer.inputs),
        "outputs": [{"shape": list(output.shape), "dtype": output.dtype} for output in layer.outputs],
    }
