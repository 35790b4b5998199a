"""One function a kernel: calls it with the slots and numbers of Keras's optimizer, in Keras's meaning."""

from __future__ import annotations

from typing import Any

import tensorflow as tf

from kerascli.model.fused.step import Step


def gradient_descent(step: Step) -> None:
    """`SGD` without momentum; this kernel has names of its own for its arguments."""
    arguments = step.arguments
    tf.raw_ops.ResourceApplyGradientDescent(
        var=arguments["var"], alpha=arguments["lr"], delta=arguments["grad"], use_locking=False
    )


def momentum(step: Step) -> None:
    """`SGD` with momentum, Nesterov's too."""
    tf.raw_ops.ResourceApplyKerasMomentum(
        accum=step.slot("momentums"),
        momentum=step.number(step.optimizer.momentum),
        use_nesterov=bool(step.optimizer.nesterov),
        **step.arguments,
    )


def adam(step: Step) -> None:
    """`Adam` and `AdamW`, whose weight decay Keras does before."""
    optimizer = step.optimizer
    tf.raw_ops.ResourceApplyAdam(
        m=step.slot("_momentums"),
        v=step.slot("_velocities"),
        beta1_power=step.power(optimizer.beta_1),
        beta2_power=step.power(optimizer.beta_2),
        beta1=step.number(optimizer.beta_1),
        beta2=step.number(optimizer.beta_2),
        epsilon=step.number(optimizer.epsilon),
        use_nesterov=False,
        **step.arguments,
    )


def adamax(step: Step) -> None:
    """`Adamax`."""
    optimizer = step.optimizer
    tf.raw_ops.ResourceApplyAdaMax(
        m=step.slot("_m"),
        v=step.slot("_u"),
        beta1_power=step.power(optimizer.beta_1),
        beta1=step.number(optimizer.beta_1),
        beta2=step.number(optimizer.beta_2),
        epsilon=step.number(optimizer.epsilon),
        **step.arguments,
    )


def rms(step: Step) -> None:
    """`RMSprop`."""
    tf.raw_ops.ResourceApplyRMSProp(**_rms(step))


def centered_rms(step: Step) -> None:
    """`RMSprop`, centered."""
    tf.raw_ops.ResourceApplyCenteredRMSProp(mg=step.slot("_average_gradients"), **_rms(step))


def _rms(step: Step) -> dict[str, Any]:
    """What both take: they keep the last step as a momentum even where Keras has no slot for one."""
    optimizer = step.optimizer
    has_momentum = optimizer.momentum > 0
    return {
        "ms": step.slot("_velocities"),
        "mom": step.slot("_momentums") if has_momentum else step.scratch(),
        "rho": step.number(optimizer.rho),
        "momentum": step.number(optimizer.momentum if has_momentum else 0.0),
        "epsilon": step.number(optimizer.epsilon),
        **step.arguments,
    }


def adagrad(step: Step) -> None:
    """`Adagrad`: the kernel adds its epsilon to the root, Keras adds it under the root.

    Both are the same where the accumulator has its initial value; `exact.adagrad_differs` says by how much they part
    as it grows.
    """
    optimizer = step.optimizer
    tf.raw_ops.ResourceApplyAdagradV2(
        accum=step.slot("_accumulators"),
        epsilon=step.number(optimizer.epsilon / (2 * optimizer.initial_accumulator_value**0.5)),
        update_slots=True,
        **step.arguments,
    )


def adadelta(step: Step) -> None:
    """`Adadelta`."""
    optimizer = step.optimizer
    tf.raw_ops.ResourceApplyAdadelta(
        accum=step.slot("_accumulated_grads"),
        accum_update=step.slot("_accumulated_delta_vars"),
        rho=step.number(optimizer.rho),
        epsilon=step.number(optimizer.epsilon),
        **step.arguments,
    )


def ftrl(step: Step) -> None:
    """`Ftrl`: the kernel has no beta, which Keras adds to the second regularisation."""
    optimizer = step.optimizer
    second = step.number(optimizer.l2_regularization_strength)
    if optimizer.beta:
        second = step.scalars.get(("second", step.variable.dtype), lambda: second + optimizer.beta / (2.0 * step.rate))
    tf.raw_ops.ResourceApplyFtrlV2(
        accum=step.slot("_accumulators"),
        linear=step.slot("_linears"),
        l1=step.number(optimizer.l1_regularization_strength),
        l2=second,
        l2_shrinkage=step.number(optimizer.l2_shrinkage_regularization_strength),
        lr_power=step.number(optimizer.learning_rate_power),
        multiply_linear_by_lr=False,
        **step.arguments,
    )
