"""What is read in a thread is what would have been read, faults included."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from kerascli.data import reading
from kerascli.data.prepare import prepare_data
from kerascli.data.reading import read_ahead, read_data
from kerascli.errors import DataError
from kerascli.spec.spec import Spec


def _write(folder: Path, rows: str = "1,2,3\n4,5,6\n7,8,9\n1,1,1\n") -> None:
    (folder / "numbers.csv").write_text(f"a,b,y\n{rows}")


@pytest.fixture
def spec(spec_of: Callable[..., Spec], tmp_path: Path) -> Spec:
    _write(tmp_path)
    return spec_of("source: {csv: numbers.csv}\nvalidation: 0.25\ninputs: {x: {fields: [a, b]}}\ntargets: y\n")


def test_it_gives_what_reading_gives(spec: Spec) -> None:
    plain = prepare_data(spec)
    read_ahead(spec)
    ahead = prepare_data(spec)
    np.testing.assert_array_equal(ahead.x["x"], plain.x["x"])
    assert ahead.fingerprint == plain.fingerprint


def test_it_is_taken_once(spec: Spec, tmp_path: Path) -> None:
    read_ahead(spec)
    first = read_data(spec)
    second = read_data(spec)
    assert first.source is not second.source
    assert first.source.table.samples == second.source.table.samples == 4


def test_it_began_before_it_was_asked_for(spec: Spec, tmp_path: Path) -> None:
    read_ahead(spec)
    thread = reading._ahead.get()
    assert thread is not None
    thread._thread.join()
    (tmp_path / "numbers.csv").unlink()
    assert read_data(spec).source.table.samples == 4


def test_a_fault_is_raised_where_the_data_is_asked_for(spec: Spec, tmp_path: Path) -> None:
    _write(tmp_path, "1,2,3\n4,5\n")
    with pytest.raises(DataError) as plain:
        read_data(spec)
    read_ahead(spec)
    with pytest.raises(DataError) as ahead:
        read_data(spec)
    assert ahead.value.diagnostics == plain.value.diagnostics


@pytest.mark.parametrize("change", ["seed", "cache", "budget"])
def test_another_reading_is_not_taken_for_it(spec: Spec, tmp_path: Path, change: str) -> None:
    read_ahead(spec)
    _write(tmp_path, "1,2,3\n")
    assert spec.data is not None
    other = {
        "seed": replace(spec, seed=spec.seed + 1),
        "cache": replace(spec, data=replace(spec.data, cache="memory")),
        "budget": spec,
    }[change]
    # The file has been changed in between; what was read ahead may be either of both.
    thread = reading._ahead.get()
    assert thread is not None
    thread._thread.join()
    found = read_data(other, 1 << 20 if change == "budget" else None)
    assert found.source.table.samples == 1


def test_sources_that_run_code_or_need_tensorflow_wait(spec_of: Callable[..., Spec]) -> None:
    read_ahead(
        spec_of("source: {synthetic: {samples: 4, fields: {x: {shape: [2], normal: [0, 1]}, y: {normal: [0, 1]}}}}\n")
    )
    assert reading._ahead.get() is None
