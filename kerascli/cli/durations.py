"""Durations as people type them: `90s`, `30m`, `1.5h`, `1h30m`."""

from __future__ import annotations

import re

from kerascli.errors import UsageError

_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_PART = re.compile(r"(\d+(?:\.\d+)?)([smhd])")


def seconds_of(text: str, option: str) -> float:
    """The seconds of a duration.

    Raises:
        UsageError: It is none, or none at all.
    """
    parts = _PART.findall(text)
    if "".join(number + unit for number, unit in parts) != text or not parts:
        raise UsageError(f"'{option}' does not take '{text}'", code="duration", hint="write '90s', '30m' or '1h30m'")
    found = sum(float(number) * _SECONDS[unit] for number, unit in parts)
    if not found:
        raise UsageError(f"'{option}' must be more than nothing", code="duration", hint="write '30m'")
    return found
