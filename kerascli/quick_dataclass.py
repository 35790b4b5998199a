"""`dataclass` for what every command imports: made in a quarter of the time that the standard library's takes.

The library writes each method of each class as a text and compiles it; that was a third of a static check. Here it does
so for `__init__` alone, and the other methods are shared. That an instance is frozen is left to the type checker, which
sees the library's decorator.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass
else:
    import dataclasses
    from operator import attrgetter

    def dataclass(cls=None, /, *, frozen=False):
        """As `dataclasses.dataclass`, with `frozen` alone of its options."""

        def make(cls):
            # The library makes no other methods for it, and knows it as a dataclass.
            made = dataclasses.dataclass(repr=False, eq=False)(cls)
            fields = dataclasses.fields(made)
            _add(made, "__repr__", _repr_of([field.name for field in fields if field.repr]))
            same = _values_of([field.name for field in fields if field.compare])
            _add(made, "__eq__", _eq_of(same))
            if made.__dict__.get("__hash__") is None:
                made.__hash__ = _hash_of(same) if frozen else None
            return made

        return make if cls is None else make(cls)

    def _add(cls, name, method):
        if name not in cls.__dict__:
            setattr(cls, name, method)

    def _values_of(names):
        if len(names) > 1:
            return attrgetter(*names)
        return lambda one: tuple(getattr(one, name) for name in names)

    def _repr_of(names):
        def __repr__(self):  # noqa: N807
            return f"{type(self).__qualname__}({', '.join(f'{name}={getattr(self, name)!r}' for name in names)})"

        return __repr__

    def _eq_of(values):
        def __eq__(self, other):  # noqa: N807
            return values(self) == values(other) if other.__class__ is self.__class__ else NotImplemented

        return __eq__

    def _hash_of(values):
        def __hash__(self):  # noqa: N807
            return hash(values(self))

        return __hash__
