"""Indices as text, for `ops.get_item`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from kerascli.errors import SpecError
from kerascli.spec.indexing import read_index
from kerascli.spec.load import load_spec


class Taker:
    def __getitem__(self, key: Any) -> Any:
        return key if isinstance(key, tuple) else (key,)


@pytest.mark.parametrize("text", ["0", "-1", ":", ":, 0", "..., 1:3", "None, ::2", "1:, :-1, ::-1", "::"])
def test_text_means_what_python_reads(text: str) -> None:
    assert read_index(text) == eval(f"taker[{text}]", {"taker": Taker()})


@pytest.mark.parametrize("text", ["", "x", "1:2:3:4", "0,,1", "1.5", "[0, 1]", "__import__('os')"])
def test_other_text_means_nothing(text: str) -> None:
    assert read_index(text) is None


def test_an_index_that_is_none_is_found_in_the_spec(tmp_path: Path) -> None:
    spec = tmp_path / "spec.yaml"
    spec.write_text("model:\n  inputs: {x: [4, 3]}\n  layers:\n    - ops.get_item: 'first'\n")
    with pytest.raises(SpecError) as caught:
        load_spec(spec)
    assert str(caught.value).startswith(f"{spec}:4:21: error: 'first' is no index [wrong-type]")
