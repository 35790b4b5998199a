"""A thousand epochs leave memory, open files and the run's folder as they were after the first hundred."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from kerascli.run.train import train
from kerascli.spec.load import load_spec

sys.path.insert(0, str(Path(__file__).parent))
from small import SPEC, Told

PROCESS = Path("/proc/self")


def resident() -> int:
    """The resident memory of this process in bytes."""
    return int((PROCESS / "statm").read_text().split()[1]) * os.sysconf("SC_PAGESIZE")


def size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file() and not path.is_symlink())


@pytest.mark.long
@pytest.mark.skipif(not PROCESS.exists(), reason="there is no /proc to read memory and open files from")
def test_a_thousand_epochs(write_spec: Callable[..., Path], tmp_path: Path) -> None:
    seen: dict[int, tuple[int, int, int, int]] = {}

    def ended(epoch: int, *arguments: object, **keywords: object) -> None:
        if epoch in (200, 1000):
            folder = next((tmp_path / "runs" / "small").iterdir())
            checkpoints = len(list((folder / "checkpoints").iterdir()))
            seen[epoch] = resident(), len(list((PROCESS / "fd").iterdir())), size(folder), checkpoints

    train(load_spec(write_spec(SPEC), ["fit.epochs=1000"]), tmp_path / "runs", progress=Told(epoch_ended=ended))
    (memory, files, bytes_, checkpoints), (memory_end, files_end, bytes_end, checkpoints_end) = seen[200], seen[1000]
    assert memory_end < 1.1 * memory + (16 << 20), (memory, memory_end)
    assert files_end <= files + 2
    assert checkpoints_end <= max(3, checkpoints)
    # The history grows by a row an epoch, in its file and in the checkpoints.
    assert bytes_end < bytes_ + 800 * 600 * 4, (bytes_, bytes_end)
