"""What a kernel is given: one variable, its gradient, and the optimizer whose slots and numbers it takes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import tensorflow as tf

from kerascli.model.fused.scalars import Scalars


@dataclass(frozen=True)
class Step:
    """The update of one variable.

    Attributes:
        optimizer: The Keras optimizer.
        variable: The TensorFlow variable.
        gradient: A dense tensor of any floating dtype.
        learning_rate: A number, tensor or Keras variable, as Keras hands it to `update_step`.
        scalars: What the variables of a step share.
        scratches: The variables of `scratch`, by index; they live as long as the optimizer.
    """

    optimizer: Any
    variable: Any
    gradient: Any
    learning_rate: Any
    scalars: Scalars
    scratches: dict[int, Any]

    @property
    def arguments(self) -> dict[str, Any]:
        """What every kernel takes."""
        return {
            "var": self.variable.handle,
            "grad": tf.cast(self.gradient, self.variable.dtype),
            "lr": self.rate,
            "use_locking": False,
        }

    @property
    def rate(self) -> Any:
        """The learning rate in the variable's dtype."""
        dtype = self.variable.dtype
        return self.scalars.get(("rate", dtype), lambda: tf.cast(self.learning_rate, dtype))

    def slot(self, name: str) -> Any:
        """The handle of this variable's slot, in the list of that name."""
        return getattr(self.optimizer, name)[self._index].handle

    def scratch(self) -> Any:
        """The handle of a slot that a kernel writes and this optimizer has no use for; it is never saved.

        A kernel multiplies it with 0 before it writes. What is not finite stays so, but then the variable is not
        finite either.
        """
        if self._index not in self.scratches:
            with tf.init_scope(), tf.device(self.variable.device):
                zeros = tf.zeros(self.variable.shape, self.variable.dtype)
                self.scratches[self._index] = tf.Variable(zeros, trainable=False, name="scratch")
        return self.scratches[self._index].handle

    @property
    def _index(self) -> int:
        return int(self.optimizer._get_variable_index(self.variable))

    def number(self, value: float) -> Any:
        """A constant in the variable's dtype."""
        dtype = self.variable.dtype
        return self.scalars.get((value, dtype), lambda: tf.constant(value, dtype))

    def power(self, base: float) -> Any:
        """The base to the number of this step, which counts from 1."""
        dtype = self.variable.dtype
        count = self.scalars.get(("count", dtype), lambda: tf.cast(self.optimizer.iterations + 1, dtype))
        return self.scalars.get(("power", base, dtype), lambda: tf.pow(self.number(base), count))
