"""What a training takes of the memory: the model as it is made, the tensors of one batch, the samples that are kept."""

from __future__ import annotations

import math
from dataclasses import dataclass

import tensorflow as tf

from kerascli.data.memory import available_memory
from kerascli.model.variable_size import variable_bytes
from kerascli.record.model_summary import ModelSummary, TensorShape
from kerascli.run.ready import Ready


@dataclass(frozen=True)
class MemoryNeed:
    """Bytes by what takes them.

    Attributes:
        weights: The model's variables.
        gradients: One for each number that learns.
        optimizer: The optimizer's variables.
        activations: The outputs of all layers for one batch, which the way back needs; an estimate.
        samples: The prepared samples that are kept in memory.
        available: What can be had; None where the system does not say.
    """

    weights: int
    gradients: int
    optimizer: int
    activations: int
    samples: int
    available: int | None

    @property
    def total(self) -> int:
        """All of it, TensorFlow itself aside."""
        return self.weights + self.gradients + self.optimizer + self.activations + self.samples


def memory_need(ready: Ready, summary: ModelSummary) -> MemoryNeed:
    """What a training takes."""
    model, storage = ready.model, ready.data.storage
    outputs = [output for layer in summary.layers if not layer.inside for output in layer.outputs]
    return MemoryNeed(
        weights=sum(variable_bytes(variable) for variable in model.variables),
        gradients=sum(variable_bytes(variable) for variable in model.trainable_variables),
        optimizer=sum(variable_bytes(variable) for variable in model.optimizer.variables),
        activations=sum(_batch_bytes(output, ready.plan.batch_size) for output in outputs),
        samples=sum(size for name, size in storage.sizes.items() if storage.kept[name] == "memory"),
        available=available_memory(),
    )


def _batch_bytes(tensor: TensorShape, batch_size: int) -> int:
    """The bytes of a tensor for one batch; a free axis counts as one."""
    sizes = [batch_size if size is None and axis == 0 else size or 1 for axis, size in enumerate(tensor.shape)]
    try:
        width = tf.as_dtype(tensor.dtype).size
    except TypeError:  # A policy, such as mixed_float16, that the layer computes in.
        width = 4
    return math.prod(sizes) * int(width or 4)
