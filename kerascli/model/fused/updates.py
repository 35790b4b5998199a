"""What was fused and what was left to Keras, in words."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class FusedUpdates:
    """What `fuse_updates` did.

    Attributes:
        kernels: The operation that updates, by the name of the optimizer.
        plain: Why an optimizer is left as it is, by its name.
        variables: Why a variable of a fused optimizer is left to Keras, by its path; known once a step was traced.
    """

    kernels: dict[str, str] = field(default_factory=dict)
    plain: dict[str, str] = field(default_factory=dict)
    variables: dict[str, str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        """Whether anything is fused."""
        return bool(self.kernels)

    def lines(self) -> list[str]:
        """One line an optimizer, and one a variable that is left out."""
        return [
            *(f"{name}: {operation}" for name, operation in self.kernels.items()),
            *(f"{name}: plain, {reason}" for name, reason in self.plain.items()),
            *(f"{path}: plain, {reason}" for path, reason in self.variables.items()),
        ]
