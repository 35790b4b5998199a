"""Lints of single numbers: arguments that lie outside of what their class can make sense of."""

from __future__ import annotations

from collections.abc import Iterator

from kerascli.catalog import load_catalog
from kerascli.check.intervals import Numbers, numbers
from kerascli.check.range_table import ALLOWED, ALLOWED_IN, USUAL, USUAL_IN, Table
from kerascli.check.written import all_components, item_span
from kerascli.errors import Diagnostic, Severity, Span
from kerascli.spec.component import Argument, Component
from kerascli.spec.spec import Spec

# Arguments that many write in percent.
_SHARES = ("rate", "dropout", "recurrent_dropout")


def out_of_range(spec: Spec) -> Iterator[Diagnostic]:
    """A number that its class can't mean (`Dropout: 50`); Keras trains with many of them without a word."""
    for component in all_components(spec):
        for argument in component.arguments:
            allowed = _row(ALLOWED, ALLOWED_IN, component, argument)
            wrong = list(_outside(spec, argument.value, argument.span, allowed))
            for value, span in wrong:
                yield _off_range("out-of-range", "must be", component, argument, (value, span, allowed), "error")
            usual = _row(USUAL, USUAL_IN, component, argument)
            for value, span in () if wrong else _outside(spec, argument.value, argument.span, usual):
                yield _off_range("unusual-value", "is usually", component, argument, (value, span, usual), "warning")


def _row(general: Table, of_class: Table, component: Component, argument: Argument) -> Numbers | None:
    """What the table says of an argument; of a plugin's class it knows nothing."""
    entry = load_catalog().find(component.group, component.name)
    if entry is None or not entry.path.startswith("keras."):
        return None
    own = of_class.get(component.name, {})
    text = own.get(argument.name) or general.get(component.group, {}).get(argument.name)
    return None if text is None else numbers(text)


def _outside(spec: Spec, value: object, span: Span, allowed: Numbers | None) -> Iterator[tuple[float, Span]]:
    """The numbers of a value that are not allowed, and their places; what is no number is checked elsewhere."""
    if allowed is None or isinstance(value, bool):
        return
    if isinstance(value, int | float) and value not in allowed:
        yield value, span
    elif isinstance(value, tuple):
        for index, item in enumerate(value):
            inner = item_span(spec, span, index) if _has_fault(item, allowed) else span
            yield from _outside(spec, item, inner, allowed)


def _has_fault(value: object, allowed: Numbers) -> bool:
    if isinstance(value, tuple):
        return any(_has_fault(item, allowed) for item in value)
    return isinstance(value, int | float) and not isinstance(value, bool) and value not in allowed


def _off_range(
    code: str,
    verb: str,
    component: Component,
    argument: Argument,
    found: tuple[float, Span, Numbers | None],
    severity: Severity,
) -> Diagnostic:
    value, span, allowed = found
    assert allowed is not None
    message = f"'{argument.name}' of {component.name} {verb} {allowed}, not {value:g}"
    return Diagnostic(code, message, span, _hint(component, argument, value, allowed), severity=severity)


def _hint(component: Component, argument: Argument, value: float, allowed: Numbers) -> str | None:
    """The number that was meant: a share in percent, a sign too much; else Keras's default."""
    if argument.name in _SHARES and 2 <= value <= 99:
        return f"write {value / 100:g} for {value:g} percent"
    if value < 0 and -value in allowed:
        return f"write {-value:g}"
    entry = load_catalog().find(component.group, component.name)
    parameter = entry.parameter(argument.name) if entry is not None else None
    default = parameter.default if parameter is not None else None
    if isinstance(default, int | float) and not isinstance(default, bool) and default in allowed:
        return f"write {default:g}, Keras's default"
    if value == 0 and 1 in allowed:
        return "write 1"
    return "write 0.5, or the like" if argument.name in _SHARES else None
