"""What kind of values each field had in training, so that new rows are read alike and what differs is named."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

import numpy as np

from kerascli.data.rows import Rows
from kerascli.data.table import Array, Table, is_text
from kerascli.errors import DataError


def kinds_of(table: Table) -> dict[str, str]:
    """Field to `text`, `int`, `float` or `bool`, for fields of one value a sample."""
    return {name: _kind(array) for name, array in table.fields.items() if array.ndim == 1}


def _kind(array: Array) -> str:
    if is_text(array):
        return "text"
    return {"f": "float", "b": "bool"}.get(array.dtype.kind, "int")


def check_kinds(rows: Rows, kinds: Mapping[str, str], fields: Collection[str]) -> None:
    """Refuses text in a field that held numbers in training.

    A field of numbers that a file keeps as text throughout is left to the transforms, which know what they take.

    Args:
        rows: New rows.
        kinds: What `kinds_of` gave in training.
        fields: The fields that matter.

    Raises:
        DataError: A value is no number; the first is named.
    """
    head = rows.head.fields
    wrong = {
        name
        for name, array in head.items()
        if name in fields and kinds.get(name, "text") != "text" and array.ndim == 1 and is_text(array)
    }
    for table in rows.blocks(wrong) if wrong else ():
        for name in sorted(wrong):
            for row, value in enumerate(table.fields[name]):
                if value and not _is_number(value):
                    message = f"'{name}' is '{value}' in {table.place(row)}, in training it was a number"
                    raise DataError(message, code="kind", hint="write a number there, or leave it out")


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def with_absent(table: Table, kinds: Mapping[str, str], fields: Collection[str]) -> Table:
    """The table, with fields that none of its rows has as missing values: '' for text, NaN for numbers."""
    absent: dict[str, Array] = {}
    for name in fields:
        if name not in table.fields:
            text = kinds.get(name) == "text"
            absent[name] = np.full(table.samples, "", object) if text else np.full(table.samples, np.nan)
    return replace(table, fields={**table.fields, **absent}) if absent else table
