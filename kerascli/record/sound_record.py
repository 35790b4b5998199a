"""Whether a `run.json` has the form that every reader of it relies on: a folder may come from anywhere."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

MAXIMUM_BYTES = 16 * 1024 * 1024


def parse_record(raw: bytes) -> dict[str, Any]:
    """The record in the bytes of a `run.json`.

    Raises:
        ValueError: They are none; the text says why.
    """
    if len(raw) > MAXIMUM_BYTES:
        raise ValueError(f"it has more than {MAXIMUM_BYTES:,} bytes")
    try:
        body = json.loads(raw)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    if not isinstance(body, dict) or "status" not in body:
        raise ValueError("it is not the record of a run")
    for key, value in body.items():
        if key in _FORMS and not _FORMS[key](value):
            raise ValueError(f"its '{key[:100]}' is not what a run writes")
    return body


def _text(value: object) -> bool:
    return value is None or isinstance(value, str)


def _number(value: object) -> bool:
    return value is None or (isinstance(value, int | float) and not isinstance(value, bool))


def _whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**63


def _texts(value: object) -> bool:
    return value is None or (isinstance(value, list) and all(isinstance(one, str) for one in value))


def _mapping(value: object) -> bool:
    return value is None or isinstance(value, dict)


def _numbers(value: object) -> bool:
    return value is None or (isinstance(value, dict) and all(_number(one) for one in value.values()))


def _best(value: object) -> bool:
    return value is None or (isinstance(value, dict) and _whole(value.get("epoch")) and _number(value.get("value")))


def _monitor(value: object) -> bool:
    return value is None or (isinstance(value, dict) and all(_text(one) for one in value.values()))


def _data(value: object) -> bool:
    if not isinstance(value, dict):
        return value is None
    samples = value.get("samples") or {}
    return isinstance(samples, dict) and all(_whole(count) for count in samples.values())


def _model(value: object) -> bool:
    return value is None or (isinstance(value, dict) and _whole(value.get("parameters", 0)))


def _resumed(value: object) -> bool:
    return value is None or (
        isinstance(value, list) and all(isinstance(one, dict) and "at" in one and "was" in one for one in value)
    )


_FORMS: Mapping[str, Callable[[object], bool]] = {
    "name": _text,
    "status": lambda value: isinstance(value, str),
    "reason": _text,
    "started": _text,
    "ended": _text,
    "seconds": _number,
    "command": _texts,
    "overrides": _texts,
    "seed": _whole,
    "versions": _mapping,
    "machine": _mapping,
    "git": _mapping,
    "data": _data,
    "model": _model,
    "performance": _mapping,
    "monitor": _monitor,
    "best": _best,
    "best_metrics": _numbers,
    "epochs": _whole,
    "steps": _whole,
    "weights": _text,
    "phase": _whole,
    "metrics": _numbers,
    "test": _numbers,
    "description": _text,
    "tags": _texts,
    "environment": _mapping,
    "resumed": _resumed,
}
