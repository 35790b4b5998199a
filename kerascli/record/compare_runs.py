"""What two or more runs differ in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from kerascli.record.run_list import RunRow


def flatten(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """The single values of nested mappings and lists, each with its path; empty ones stand for themselves."""
    entries: list[tuple[Any, Any]] = []
    if isinstance(value, Mapping):
        entries = list(value.items())
    elif isinstance(value, list | tuple):
        entries = list(enumerate(value))
    if not entries:
        yield path, value
    for key, item in entries:
        yield from flatten(item, f"{path}.{key}" if path else str(key))


def differences(values: Sequence[Mapping[str, Any]]) -> dict[str, list[Any]]:
    """The paths in which some nested values differ, with what each of them has there (None: nothing)."""
    flat = [dict(flatten(value)) for value in values]
    paths = list(dict.fromkeys(path for one in flat for path in one))
    found = {path: [one.get(path) for one in flat] for path in paths}
    return {path: row for path, row in found.items() if any(one != row[0] for one in row[1:])}


def metric_table(rows: Sequence[RunRow]) -> dict[str, list[float | None]]:
    """Each metric with its value in each run."""
    names = list(dict.fromkeys(name for row in rows for name in row.metrics))
    return {name: [row.metrics.get(name) for row in rows] for name in names}


def surroundings(row: RunRow) -> dict[str, Any]:
    """What a run was made with beside its spec: versions, machine, data, commit."""
    record = row.record
    data = record.get("data") or {}
    return {
        "versions": record.get("versions") or {},
        "machine": record.get("machine") or {},
        "data": {name: data.get(name) for name in ("fingerprint", "samples")},
        "git": record.get("git") or {},
        "parameters": (record.get("model") or {}).get("parameters"),
    }
