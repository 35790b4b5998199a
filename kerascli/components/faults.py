"""What Keras says while one object is made or called, said again at its place in the spec."""

from __future__ import annotations

import re

from kerascli.errors import Diagnostic, Note, Span, SpecError
from kerascli.spec.component import Component
from kerascli.spec.plugins.own_line import own_line, raised_by_plugin


def keras_fault(error: Exception, component: Component, *, doing: str, span: Span | None = None) -> SpecError:
    """The located error for what Keras raised.

    Args:
        error: Keras's own exception.
        component: The component that was made or called.
        doing: `making` or `calling`, for the message.
        span: The place; left out: the argument that Keras names, else the component.

    Returns:
        A `SpecError` of code `keras-error`; raise it `from error`.
    """
    text = first_line(error)
    place = span or _named_argument(text, component) or component.span
    own = own_line(error)
    notes = (Note("raised here", own),) if own is not None else ()
    if raised_by_plugin(error):
        # Keras only passed it on.
        message = f"{doing} {component.name} failed: {type(error).__name__}: {text}"
        return SpecError([Diagnostic("plugin", message, place, notes=notes)])
    more = _useful_line(error, text)
    notes = (Note(more), *notes) if more else notes
    return SpecError([Diagnostic("keras-error", f"Keras refuses {doing} {component.name}: {text}", place, notes=notes)])


def first_line(error: Exception) -> str:
    """Keras's own first line, without the wrapping that its call machinery adds."""
    # Keras colours a part of its messages.
    text = re.sub(r"\x1b\[[0-9;]*m", "", str(error))
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if not lines:
        return type(error).__name__
    if lines[0].startswith("Exception encountered when calling") and len(lines) > 1:
        # Keras wraps what a layer's call raises; the cause follows, perhaps behind TensorFlow's {{node}} prefix.
        del lines[0]
    if lines[0].endswith("Error encountered:") and len(lines) > 1:
        # It wraps again what a layer raises while its shapes are found.
        del lines[0]
    return re.sub(r"^\{\{.*?\}\}\s*", "", lines[0])


def _useful_line(error: Exception, shown: str) -> str | None:
    """What Keras received, where the first line does not say it."""
    for line in str(error).splitlines():
        stripped = line.strip()
        if stripped.startswith("Received:") and stripped not in shown and len(stripped) < 200:
            return stripped
    return None


def _named_argument(text: str, component: Component) -> Span | None:
    """The place of the one argument that Keras's message names."""
    named = [argument for argument in component.arguments if re.search(rf"\b{re.escape(argument.name)}\b", text)]
    return named[0].span if len(named) == 1 else None
