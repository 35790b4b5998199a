from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING

import pytest
from rich.console import Console

from kerascli.record.model_summary import ModelSummary, split_reference
from kerascli.view.graph_nodes import megabytes
from kerascli.view.summary import summary_table

from . import model_summaries as models

if TYPE_CHECKING:
    from collections.abc import Callable


def printed(summary: ModelSummary, width: int) -> str:
    console = Console(file=io.StringIO(), width=width, color_system=None)
    console.print(summary_table(summary))
    file = console.file
    assert isinstance(file, io.StringIO)
    return file.getvalue()


@pytest.mark.parametrize("width", [80, 160])
@pytest.mark.parametrize("make", models.EVERY_MODEL)
def test_table_keeps_the_width_and_cuts_nothing(make: Callable[[], ModelSummary], width: int) -> None:
    text = printed(make(), width)
    assert max(map(len, text.splitlines())) <= width
    assert "…" not in text


def test_wide_table_shows_each_fact_in_its_line() -> None:
    lines = printed(models.branches(), 160).splitlines()
    frozen = next(line for line in lines if line.startswith("deep_1"))
    assert frozen.split() == ["deep_1", "(frozen)", "Dense", "(?,", "8)", "float32", "264", "x"]
    assert any(line.startswith("→ head y") for line in lines)


@pytest.mark.parametrize("width", [80, 160])
def test_totals(width: int) -> None:
    text = printed(models.branches(), width)
    facts = dict(line.rsplit(maxsplit=1) for line in text.splitlines()[-5:-3])
    assert facts == {"parameters": "609", "trainable": "345"}
    assert "0.00244 MB" in text and "Adam" in text


def test_states_are_numbered() -> None:
    text = printed(models.encoder_with_states(), 160)
    assert ":1 (?, 64)" in text and "→ head state (:2)" in text


def test_names_are_no_markup() -> None:
    text = printed(models.model("[red]m", [models.source("[bold]x", 1)], ("[i]h", "[bold]x")), 160)
    assert "[red]m" in text and "[bold]x" in text and "[i]h" in text


def test_json() -> None:
    value = json.loads(json.dumps(models.branches().to_json()))
    assert value["outputs"] == [{"name": "y", "tensor": "y"}]
    assert value["layers"][0]["outputs"] == [{"shape": [None, 32], "dtype": "float32"}]
    assert value["layers"][4]["inputs"] == ["wide", "deep_2"]


def test_references() -> None:
    assert split_reference("lstm:2") == ("lstm", 2)
    assert split_reference("lstm") == ("lstm", 0)
    assert split_reference("scope:name") == ("scope:name", 0)


@pytest.mark.parametrize(
    ("size", "text"), [(0, "0.0 MB"), (400, "400 bytes"), (5_253_000, "5.25 MB"), (97_490_000, "97.5 MB")]
)
def test_megabytes(size: int, text: str) -> None:
    assert megabytes(size) == text
