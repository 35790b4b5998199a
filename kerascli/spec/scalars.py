"""The plain scalars of YAML 1.2's core schema, with what YAML 1.1 would read otherwise refused or kept as text."""

from __future__ import annotations

import re

_NULL = frozenset({"", "~", "null", "Null", "NULL"})
_TRUE = frozenset({"true", "True", "TRUE"})
_FALSE = frozenset({"false", "False", "FALSE"})
_INTEGER = re.compile(r"[-+]?[0-9]+\Z")
_OCTAL = re.compile(r"0o[0-7]+\Z")
_HEXADECIMAL = re.compile(r"0x[0-9a-fA-F]+\Z")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\Z")
_INFINITE = re.compile(r"([-+]?)\.(inf|Inf|INF)\Z")
_NOT_A_NUMBER = frozenset({".nan", ".NaN", ".NAN"})
_LEADING_ZERO = re.compile(r"[-+]?0[0-9]+\Z")
_UNDERSCORES = re.compile(r"[-+]?[0-9][0-9_]*_[0-9_]*(\.[0-9_]*)?\Z")
_FRACTION = re.compile(r"([-+]?[0-9]+(?:\.[0-9]+)?)/([0-9]+(?:\.[0-9]+)?)\Z")

LARGEST_INTEGER = 2**64


class AmbiguousScalar(ValueError):
    """A scalar that YAML 1.1 and 1.2 read differently, or a number that nothing can hold; its text is the reason."""


def read_plain(text: str) -> bool | int | float | str | None:
    """The value of an unquoted scalar.

    Source: YAML 1.2.2, section 10.3.2 (core schema).

    Raises:
        AmbiguousScalar: `017`, `1_000`, or an integer beyond 64 bits.
    """
    if text in _NULL:
        return None
    if text in _TRUE or text in _FALSE:
        return text in _TRUE
    if text in _NOT_A_NUMBER:
        return float("nan")
    infinite = _INFINITE.match(text)
    if infinite:
        return float(infinite[1] + "inf")
    return _read_number(text)


def _read_number(text: str) -> int | float | str:
    if len(text) < 19 and text.isascii() and text.isdigit() and (text[0] != "0" or text == "0"):
        # What most numbers are, long lists of them too.
        return int(text)
    if _LEADING_ZERO.match(text):
        raise AmbiguousScalar(f"'{text}' is octal in YAML 1.1 and decimal in YAML 1.2")
    if _UNDERSCORES.match(text):
        raise AmbiguousScalar(f"'{text}' is a number in YAML 1.1 and text in YAML 1.2")
    for pattern, base in ((_INTEGER, 10), (_OCTAL, 8), (_HEXADECIMAL, 16)):
        if pattern.match(text):
            # Long digit strings are refused before they are converted: that takes quadratic time.
            value = int(text, base) if base != 10 or len(text) <= 40 else LARGEST_INTEGER
            if abs(value) >= LARGEST_INTEGER:
                raise AmbiguousScalar(f"'{text[:24]}…' has more than 64 bits")
            return value
    return float(text) if _FLOAT.match(text) else text


def read_fraction(text: str) -> float | None:
    """The value of an unquoted `number/number`, or None when the text is none."""
    match = _FRACTION.match(text)
    if match is None or float(match[2]) == 0:
        return None
    return float(match[1]) / float(match[2])
