"""Gives `keras.layers.LSTM` one kernel of TensorFlow for its whole sequence, where Keras has a loop of small operations.

On a CPU alone: on a card Keras takes cuDNN's. Only the method `inner_loop` of the one object changes; class, weights,
config and what is saved stay Keras's. Both compute the same formula, in sums of another order.
"""

from __future__ import annotations

from types import MethodType
from typing import Any

import keras
import tensorflow as tf

from kerascli.model.devices import has_card
from kerascli.model.layer_paths import sublayers

OPERATION = "BlockLSTMV2"
# Multiplications in one step of the sequence, up to which the kernel is quicker; above, the loop's own work is small
# beside them, and TensorFlow's MatMul is better at them.
_MOST = 1 << 23


def fuse_lstms(model: Any, batch_size: int) -> tuple[str, ...]:
    """Fuses each LSTM of a model that can be.

    Args:
        model: A built model; changed in place, before its first step is traced.
        batch_size: Samples a step.

    Returns:
        One line a layer: what computes it, or why Keras does.
    """
    lines, masked = [], any(_masks(layer) for layer in sublayers(model))
    for layer in sublayers(model):
        if type(layer) is not keras.layers.LSTM:
            continue
        reason = "a mask may hide steps" if masked else _refusal(layer, batch_size)
        lines.append(f"{layer.name}: {OPERATION}" if reason is None else f"{layer.name}: plain, {reason}")
        if reason is None:
            layer.inner_loop = MethodType(_inner_loop, layer)
    return tuple(lines)


def _masks(layer: Any) -> bool:
    return bool(getattr(layer, "mask_zero", False)) or isinstance(layer, keras.layers.Masking)


def _refusal(layer: Any, batch_size: int) -> str | None:
    """Why Keras's loop stays, or None."""
    cell = layer.cell
    if has_card():
        return "there is a graphics card"
    if tf.distribute.has_strategy():
        return "a distribution strategy is in use"
    if layer.compute_dtype != "float32" or cell.compute_dtype != "float32" or cell.variable_dtype != "float32":
        return "it does not compute in float32"
    activations = (cell.activation, cell.recurrent_activation)
    if activations != (keras.activations.tanh, keras.activations.sigmoid):
        return "its activations are not tanh and sigmoid"
    if not cell.use_bias:
        return "it has no bias"
    if cell.recurrent_dropout:
        return "it drops out states"
    if cell.dropout and cell.implementation == 1:
        return "each of its gates drops out inputs of its own"
    if layer.unroll:
        return "it is unrolled"
    size = batch_size * (cell.kernel.shape[0] + cell.units) * 4 * cell.units
    return None if size <= _MOST else "it is so large that its loop costs little"


def _inner_loop(layer: Any, sequences: Any, initial_state: Any, mask: Any, training: bool = False) -> Any:
    """What `LSTM.inner_loop` gives: the last output, all outputs or the last alone, and the states."""
    if mask is not None:
        return type(layer).inner_loop(layer, sequences, initial_state, mask, training)
    cell = layer.cell
    if training and cell.dropout:
        # The mask is one for all steps, as in Keras's loop.
        sequences = sequences * tf.expand_dims(cell.get_dropout_mask(sequences[:, 0, :]), 1)
    steps = tf.transpose(sequences, [1, 0, 2])
    if layer.go_backwards:
        steps = tf.reverse(steps, [0])
    kernels = [tf.convert_to_tensor(kernel) for kernel in (cell.kernel, cell.recurrent_kernel)]
    hidden, carry = (tf.convert_to_tensor(state) for state in initial_state)
    carries, outputs = _block(steps, hidden, carry, tf.concat(kernels, 0), tf.convert_to_tensor(cell.bias))
    last = outputs[-1]
    every = tf.transpose(outputs, [1, 0, 2]) if layer.return_sequences else last[:, tf.newaxis]
    return last, every, [last, carries[-1]]


@tf.custom_gradient  # type: ignore[untyped-decorator]
def _block(steps: Any, hidden: Any, carry: Any, kernel: Any, bias: Any) -> Any:
    """The kernel and its gradient; TensorFlow registers another layout's gradient for it.

    Args:
        steps: `(steps, samples, inputs)`.
        hidden: The first output `(samples, units)`.
        carry: The first carry `(samples, units)`.
        kernel: Keras's two kernels, one below the other; both order the gates as input, forget, cell, output.
        bias: `(4 * units,)`.

    Returns:
        Carries and outputs `(steps, samples, units)`.
    """
    no_peephole = tf.zeros([bias.shape[0] // 4], bias.dtype)
    given = {
        "seq_len_max": tf.shape(steps, out_type=tf.int64)[0],
        "x": steps,
        "cs_prev": carry,
        "h_prev": hidden,
        "w": kernel,
        "wci": no_peephole,
        "wcf": no_peephole,
        "wco": no_peephole,
        "b": bias,
        "use_peephole": False,
    }
    made = tf.raw_ops.BlockLSTMV2(**given, cell_clip=0.0)

    def gradient(of_carries: Any, of_outputs: Any) -> tuple[Any, ...]:
        found = tf.raw_ops.BlockLSTMGradV2(**given, **made._asdict(), cs_grad=of_carries, h_grad=of_outputs)
        return found.x_grad, found.h_prev_grad, found.cs_prev_grad, found.w_grad, found.b_grad

    return (made.cs, made.h), gradient
