"""Logs are cut where a checkpoint found them; what is torn is dropped, so that nothing is glued to half an entry."""

from __future__ import annotations

import os
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf

from kerascli.run.log_files import cut_logs, log_ends


@pytest.fixture
def board(tmp_path: Path) -> tuple[Path, list[int]]:
    """An event file, and its size after each event."""
    writer = tf.summary.create_file_writer(str(tmp_path))
    path = next(tmp_path.glob("events*"))
    sizes = []
    # Another test's training that was broken off may have left Keras's own "record nothing" in force.
    with writer.as_default(), tf.summary.record_if(True):
        for step in range(12):
            tf.summary.scalar("loss", float(step), step=step)
            writer.flush()
            sizes.append(path.stat().st_size)
    writer.close()
    return path, sizes


def test_an_event_file_is_cut_at_the_checkpoint_or_at_its_last_whole_event(board: tuple[Path, list[int]]) -> None:
    path, sizes = board
    content = path.read_bytes()
    for length in np.random.default_rng(0).integers(sizes[0], len(content), 25):
        path.write_bytes(content[:length])
        lost = cut_logs(path.parent, [], {path.name: sizes[7]})
        whole = max(size for size in sizes if size <= min(length, sizes[7]))
        assert (path.stat().st_size, lost) == (whole, [path.name] if length < sizes[7] else [])
    later = path.with_name("events.out.tfevents.99")
    later.write_bytes(b"x")
    cut_logs(path.parent, [], {path.name: sizes[7]})
    assert not later.exists() and path.exists()


def test_half_a_line_of_a_csv_is_dropped(tmp_path: Path) -> None:
    path, other = tmp_path / "log.csv", tmp_path.parent / "elsewhere.csv"
    lines = "epoch,loss\n0,0.5\n1,0.25\n2,0.125\n"
    logger, outside = keras.callbacks.CSVLogger(str(path)), keras.callbacks.CSVLogger(str(other))
    other.write_text(lines)
    for length, kept in ((len(lines), lines[:23]), (23, lines[:23]), (22, lines[:17]), (18, lines[:17]), (9, "")):
        path.write_text(lines)
        os.truncate(path, length)
        cut_logs(tmp_path, [logger, outside], {"log.csv": 24 - 1})
        assert path.read_text() == kept
    assert logger.append and other.read_text() == lines
    assert log_ends(tmp_path, [logger, outside]) == {"log.csv": 0}
