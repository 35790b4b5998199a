"""What the command line names as data, a file or a source in YAML → rows."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kerascli.data.read_file import read_file
from kerascli.data.rows import Rows
from kerascli.data.sources import read_source
from kerascli.errors import SourceText, UsageError
from kerascli.spec import nodes
from kerascli.spec.component import Component
from kerascli.spec.problems import COMMAND_LINE, Problems
from kerascli.spec.source_parser import parse_source
from kerascli.spec.sources import SOURCES
from kerascli.spec.yaml_loader import load_nodes

# A file of more bytes is read in parts.
WHOLE = 64 << 20


def read_data(data: str | os.PathLike[str], seed: int, *, csv: Mapping[str, Any] | None = None) -> Rows:
    """The table of a file by its ending, or of a source in YAML (`mnist`, `{csv: {path: …}}`).

    A built-in source gives its own test split, where it has one.

    Args:
        data: The file or source.
        seed: For sources that are drawn.
        csv: How a CSV file is written, as the arguments of `read_csv`; a source in YAML says it itself.

    Raises:
        UsageError: It is neither a file nor a source.
        DataError: It can't be read.
    """
    text = str(data)
    source = None if is_there(text) else _source(text)
    if source is None and csv and text.lower().endswith((".csv", ".csv.gz")):
        from kerascli.data.read_csv import read_csv

        return read_csv(text, **csv, budget=WHOLE)
    if source is None:
        return read_file(Path(text), budget=WHOLE)
    read = read_source(source, seed, budget=WHOLE)
    return read.test if read.test is not None else read.table


def is_there(text: str) -> bool:
    """Whether a text is the path of a file or a folder; a source in YAML may be longer than any path."""
    return os.path.exists(text)  # noqa: PTH110 - pathlib raises on what is too long for a path


def _source(text: str) -> Component | None:
    """The source that a text on the command line writes, or None when it looks like a file."""
    if text not in SOURCES and not text.lstrip().startswith("{"):
        return None
    source = SourceText(COMMAND_LINE, text)
    node = load_nodes(source)
    problems = Problems()
    if isinstance(node, nodes.Scalar):
        found = parse_source(node, None, problems)
    elif isinstance(node, nodes.Mapping) and len(node.entries) == 1:
        found = parse_source(node.entries[0][0], node.entries[0][1], problems)
    else:
        raise UsageError(f"'{text}' is no data source", code="source", hint="write '{csv: FILE}', or name a file")
    problems.raise_errors()
    return found
