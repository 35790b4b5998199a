"""What the tests of the data room share: specs from text, and tables by hand."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kerascli.data.prepare import prepare_data
from kerascli.data.prepared_data import PreparedData
from kerascli.data.table import Table, make_table
from kerascli.spec.load import load_spec
from kerascli.spec.spec import Spec

_MODEL = """
  layers:
{before}    - Dense: {units}
      name: y
compile:
  optimizer: sgd
  loss: {loss}
"""


@pytest.fixture
def spec_of(tmp_path: Path) -> Callable[..., Spec]:
    """Loads a spec from its data section, with a small model of one output, `y`; `inputs` None leaves them out."""

    def make(
        data: str,
        *,
        inputs: str | None = "{x: [2]}",
        before: str = "",
        units: int = 1,
        loss: str = "mean_squared_error",
        more: str = "",
    ) -> Spec:
        text = "seed: 3\ndata:\n" + textwrap.indent(data.strip("\n"), "  ") + "\nmodel:\n"
        text += "" if inputs is None else f"  inputs: {inputs}"
        text += _MODEL.format(before=before, units=units, loss=loss) + more
        path = tmp_path / "spec.yaml"
        path.write_text(text, encoding="utf-8")
        return load_spec(path)

    return make


@pytest.fixture
def prepared(spec_of: Callable[..., Spec]) -> Callable[..., PreparedData]:
    """Prepares the data of such a spec."""
    return lambda *arguments, **keywords: prepare_data(spec_of(*arguments, **keywords))


@pytest.fixture
def table() -> Callable[..., Table]:
    """A table from lists; `first_line` gives it lines, as a CSV file has."""

    def make(fields: Mapping[str, Any], first_line: int | None = None, source: str = "data.csv") -> Table:
        arrays = {name: np.asarray(values) for name, values in fields.items()}
        samples = len(next(iter(arrays.values())))
        lines = None if first_line is None else np.arange(first_line, first_line + samples)
        return make_table(arrays, source, lines)

    return make
