"""A spec's shapes as they are inferred, and as the model has them."""

from __future__ import annotations

import math
from typing import Any

from kerascli.check.shapes import infer_shapes
from kerascli.model.summarise import summarise
from kerascli.record.model_summary import LayerRow
from kerascli.spec.spec import Spec


def rows_of(spec: Spec, model: Any) -> dict[str, LayerRow]:
    """The rows of all layers, inputs and layers of nested models included."""
    return {row.path: row for row in summarise(model, spec.model, spec.name).layers}


def compare(spec: Spec, model: Any) -> tuple[int, int]:
    """Compares what is inferred with what Keras made: shapes and dtypes.

    Returns:
        How many layers are known, and how many there are.
    """
    inferred = infer_shapes(spec.model, spec.dtype)
    rows = rows_of(spec, model)
    wrong = {
        path: ([str(one) + one.dtype for one in inferred[path]], [str(one) + one.dtype for one in row.outputs])
        for path, row in rows.items()
        if path in inferred and inferred[path] != row.outputs
    }
    assert not wrong, wrong
    known = sum(path in inferred for path in rows)
    return known, len(rows)


def counted(variables: list[Any]) -> int:
    """How many numbers variables hold; the seeds of random layers are no weights."""
    return sum(math.prod(variable.shape) for variable in variables if "seed" not in variable.path)
