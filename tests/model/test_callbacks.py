"""Callbacks are made in order; what they write lies in the run's folder."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from kerascli.model.callbacks import build_callbacks
from kerascli.spec.load import load_spec

SPEC = """\
model:
  inputs: {x: [4]}
  layers: [{Dense: 1}]
callbacks:
  - TerminateOnNaN
  - ModelCheckpoint: {filepath: kept/{epoch}.keras}
  - CSVLogger: log.csv
  - TensorBoard
"""


def test_in_order_and_inside_the_folder(write_spec: Callable[..., Path], tmp_path: Path) -> None:
    run = tmp_path / "run"
    spec = load_spec(write_spec(SPEC.replace("kept/{epoch}.keras", "'kept/{epoch}.keras'")))
    made = build_callbacks(spec, run)[0]
    assert [type(callback).__name__ for callback in made] == [
        "TerminateOnNaN", "ModelCheckpoint", "CSVLogger", "TensorBoard",
    ]  # fmt: skip
    assert (made[1].filepath, made[2].filename) == (str(run / "kept" / "{epoch}.keras"), str(run / "log.csv"))
    assert made[3].log_dir == str(run / "logs")
    assert (run / "kept").is_dir()
