"""Whoever listens is told how far each pass over the data is; whoever does not is not disturbed."""

from __future__ import annotations

from pathlib import Path

import pytest
from rich.console import Console

from kerascli.cli import preparing
from kerascli.cli.preparing import Preparing
from kerascli.data.chunk_jsonl import chunk_jsonl
from kerascli.data.told import listening, tell


def test_a_scan_tells_bytes_and_a_pass_samples(tmp_path: Path) -> None:
    file = tmp_path / "d.jsonl"
    file.write_text("".join(f'{{"a": {row}}}\n' for row in range(1000)))
    heard: list[tuple[str, int, int]] = []
    with listening(lambda *said: heard.append(said)):
        rows = chunk_jsonl([file], "d.jsonl", None, size=1000)
        for _ in rows.blocks():
            pass
    size = file.stat().st_size
    scan = [said for said in heard if said[0] == "bytes"]
    assert len(scan) > 2 and scan == sorted(scan) and all(0 < done <= total == size for _, done, total in scan)
    assert heard[-1] == ("samples", 1000, 1000) and len(heard) > len(scan) + 2
    tell("samples", 1, 1)
    assert heard[-1] == ("samples", 1000, 1000)


def test_the_line_before_the_first_step(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [100.0]
    monkeypatch.setattr(preparing.time, "monotonic", lambda: clock[0])
    console, line = Console(width=100, force_terminal=False), Preparing()

    def shown() -> str:
        with console.capture() as capture:
            console.print(line)
        return capture.get().strip()

    assert shown() == ""
    clock[0] += 3
    assert shown().endswith("preparing 3 s")
    line.reading("bytes", 0, 4_000_000_000)
    clock[0] += 10
    line.reading("bytes", 1_000_000_000, 4_000_000_000)
    assert shown().endswith("1 GB of 4 GB  30 s left")
    # Another pass has a time of its own.
    line.reading("samples", 1, 50)
    clock[0] += 1
    line.reading("samples", 25, 50)
    assert shown().endswith("25 samples of 50 samples  1 s left")
    line.reading("samples", 50, 50)
    assert shown().endswith("preparing 14 s")
