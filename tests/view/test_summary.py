from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING

import pytest
from rich.console import Console

from kerascli.record.byte_sizes import size_text
from kerascli.record.model_summary import ModelSummary, split_reference
from kerascli.view.summary import summary_table, summary_text

from . import model_summaries as models

if TYPE_CHECKING:
    from collections.abc import Callable

NARROW = """\
tickets (Functional)
layer           class            output shape  dtype     params  reads
────────────────────────────────────────────────────────────────────────────────
title           InputLayer       (?, 40)       float32        0
body            InputLayer       (?, 400)      float32        0
tags            InputLayer       (?, 12)       float32        0
embed_title     Embedding        (?, 40, 64)   float32  640,000  title
embed_body      Embedding        (?, 400, 64)  float32  640,000  body
pool_title      GlobalAveragePo  (?, 64)       float32        0  embed_title
                oling1D
encoder         Functional       (?, 64)       float32   33,024  embed_body
all             Concatenate      (?, 140)      float32        0  pool_title,
                                                                 encoder, tags
priority        Dense            (?, 1)        float32      141  all
→ head
priority
department      Dense            (?, 4)        float32      564  all
→ head
department

parameters             1,313,729
trainable              1,313,729
frozen or not trained  0
size                   5.25 MB
optimizer              Adam
"""

WIDE = """\
tickets (Functional)
layer              class                   output shape  dtype     params  reads
────────────────────────────────────────────────────────────────────────────────────────────────────
title              InputLayer              (?, 40)       float32        0
body               InputLayer              (?, 400)      float32        0
tags               InputLayer              (?, 12)       float32        0
embed_title        Embedding               (?, 40, 64)   float32  640,000  title
embed_body         Embedding               (?, 400, 64)  float32  640,000  body
pool_title         GlobalAveragePooling1D  (?, 64)       float32        0  embed_title
encoder            Functional              (?, 64)       float32   33,024  embed_body
all                Concatenate             (?, 140)      float32        0  pool_title, encoder, tags
priority           Dense                   (?, 1)        float32      141  all
→ head priority
department         Dense                   (?, 4)        float32      564  all
→ head department

parameters             1,313,729
trainable              1,313,729
frozen or not trained  0
size                   5.25 MB
optimizer              Adam
"""


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
    assert "2.44 KB" in text and "Adam" in text


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
    ("size", "text"),
    [
        (0, "0 bytes"),
        (400, "400 bytes"),
        (3_570, "3.57 KB"),
        (2_000_000_000, "2 GB"),
        (5_253_000, "5.25 MB"),
        (97_490_000, "97.5 MB"),
    ],
)
def test_size_text(size: int, text: str) -> None:
    assert size_text(size) == text


@pytest.mark.parametrize(("width", "text"), [(80, NARROW), (160, WIDE)])
def test_text_is_plain(width: int, text: str) -> None:
    assert summary_text(models.many_heads(), width) == text
    assert "\x1b" not in summary_text(models.model("\x1b[31m", [models.source("a\x07", 1)], ("h", "a\x07")))
