"""Which kernel does the updates of which optimizer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import keras

from kerascli.model.fused import exact, kernels
from kerascli.model.fused.step import Step


@dataclass(frozen=True)
class Kernel:
    """A kernel of TensorFlow.

    Attributes:
        operation: Its name in a graph.
        update: Calls it.
        numbers: The hyperparameters that go into it.
        complements: Those of them that the kernel takes from 1.
        differs: Why the kernel is not Keras's update in a dtype; None: it is.
    """

    operation: str
    update: Callable[[Step], None]
    numbers: tuple[str, ...]
    complements: tuple[str, ...] = ()
    differs: Callable[[Any, Any], str | None] = lambda optimizer, dtype: None

    def refuses(self, optimizer: Any, dtype: Any) -> str | None:
        """Why an optimizer's updates in a NumPy dtype are left to Keras; None: they are this kernel's."""
        return (
            exact.numbers(optimizer, self.numbers)
            or exact.complements(optimizer, self.complements, dtype)
            or self.differs(optimizer, dtype)
        )


_RMS = ("rho", "momentum", "epsilon")
_BETAS = ("beta_1", "beta_2")
_FTRL = ("learning_rate_power", "beta", *(f"{kind}_regularization_strength" for kind in ("l1", "l2", "l2_shrinkage")))

GRADIENT_DESCENT = Kernel("ResourceApplyGradientDescent", kernels.gradient_descent, ("momentum",))
MOMENTUM = Kernel("ResourceApplyKerasMomentum", kernels.momentum, ("momentum",))
ADAM = Kernel("ResourceApplyAdam", kernels.adam, (*_BETAS, "epsilon"), _BETAS)
ADAMAX = Kernel("ResourceApplyAdaMax", kernels.adamax, (*_BETAS, "epsilon"), ("beta_1",))
RMS = Kernel("ResourceApplyRMSProp", kernels.rms, _RMS, ("rho",))
CENTERED_RMS = Kernel("ResourceApplyCenteredRMSProp", kernels.centered_rms, _RMS, ("rho",))
ADAGRAD = Kernel(
    "ResourceApplyAdagradV2", kernels.adagrad, ("initial_accumulator_value", "epsilon"), (), exact.adagrad_differs
)
ADADELTA = Kernel("ResourceApplyAdadelta", kernels.adadelta, ("rho", "epsilon"), ("rho",))
FTRL = Kernel("ResourceApplyFtrlV2", kernels.ftrl, _FTRL)


def kernel_of(optimizer: Any) -> Kernel | str:
    """The kernel of an optimizer, or why it has none.

    The class must be Keras's own: one that is derived from it may mean something else by the same words.
    """
    kind = type(optimizer)
    if kind in (keras.optimizers.Adam, keras.optimizers.AdamW):
        return "there is no kernel for 'amsgrad'" if optimizer.amsgrad else ADAM
    if kind is keras.optimizers.SGD:
        return MOMENTUM if optimizer.momentum else GRADIENT_DESCENT
    if kind is keras.optimizers.RMSprop:
        return CENTERED_RMS if optimizer.centered else RMS
    single = {
        keras.optimizers.Adagrad: ADAGRAD,
        keras.optimizers.Adadelta: ADADELTA,
        keras.optimizers.Adamax: ADAMAX,
        keras.optimizers.Ftrl: FTRL,
    }
    return single.get(kind, "there is no kernel for it")
