"""A component as written in a spec: a class name, its arguments, and where both stand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from kerascli.errors import Span
from kerascli.quick_dataclass import dataclass


@dataclass(frozen=True)
class Argument:
    """One keyword argument of a component.

    Attributes:
        name: The parameter's name.
        value: A scalar, a tuple, a mapping or a `Component`, at any depth.
        key_span: Where the name stands (for a short form, where the value stands).
        span: Where the value stands.
    """

    name: str
    value: object
    key_span: Span = field(compare=False, repr=False)
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True)
class Component:
    """A Keras class (or a function of `keras.ops`, or a data source) with its arguments.

    Attributes:
        group: The catalog's group: `layers`, `ops`, `applications`, `optimizers`, `schedules`, `losses`, `metrics`,
            `callbacks`, `initializers`, `regularizers`, `constraints`, `activations`, `dtype_policies`, or `sources`.
        name: The canonical name, `Dense`, `ops.add`; for `sources` the lower-case name.
        arguments: The arguments as written, in order, short forms expanded.
        span: Where the name stands.
    """

    group: str
    name: str
    arguments: tuple[Argument, ...]
    span: Span = field(compare=False, repr=False)

    def argument(self, name: str) -> Argument | None:
        """The argument of that name, or None when it was left out."""
        return next((argument for argument in self.arguments if argument.name == name), None)

    def value(self, name: str, default: object = None) -> object:
        """The value of the argument of that name, or `default`."""
        argument = self.argument(name)
        return default if argument is None else argument.value

    @property
    def keywords(self) -> Mapping[str, object]:
        """The arguments as a mapping from name to value."""
        return {argument.name: argument.value for argument in self.arguments}
