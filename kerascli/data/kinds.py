"""What kind of values each field had in training, so that new files are read alike."""

from __future__ import annotations

from kerascli.data.table import Array, Table, is_text


def kinds_of(table: Table) -> dict[str, str]:
    """Field to `text`, `int`, `float` or `bool`, for fields of one value a sample."""
    return {name: _kind(array) for name, array in table.fields.items() if array.ndim == 1}


def _kind(array: Array) -> str:
    if is_text(array):
        return "text"
    return {"f": "float", "b": "bool"}.get(array.dtype.kind, "int")
