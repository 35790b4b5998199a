"""What `history.csv` holds is read back as the same numbers."""

from __future__ import annotations

import math
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from kerascli.record.history import format_history, read_history, write_history

ROWS = [{"loss": 0.1, "accuracy": 0.5}, {"loss": 1 / 3, "accuracy": 0.75, "val_loss": float("nan")}, {"loss": 1e-300}]


def test_columns_in_the_order_of_the_logs() -> None:
    assert format_history(ROWS) == (
        "epoch,loss,accuracy,val_loss\n1,0.1,0.5,\n2,0.3333333333333333,0.75,nan\n3,1e-300,,\n"
    )


def test_reading_gives_a_column_a_log(tmp_path: Path) -> None:
    write_history(tmp_path / "history.csv", ROWS)
    read = read_history(tmp_path / "history.csv")
    assert list(read) == ["loss", "accuracy", "val_loss"]
    assert read["loss"] == [0.1, 1 / 3, 1e-300]
    assert read["accuracy"][:2] == [0.5, 0.75]
    assert math.isnan(read["accuracy"][2])
    assert all(math.isnan(value) for value in read["val_loss"])


def test_no_epoch_is_a_head_alone(tmp_path: Path) -> None:
    write_history(tmp_path / "history.csv", [])
    assert read_history(tmp_path / "history.csv") == {}


@given(st.lists(st.floats(allow_nan=False), min_size=1, max_size=5))
def test_every_float_comes_back(values: list[float]) -> None:
    text = format_history([{"loss": value} for value in values])
    assert [float(line.split(",")[1]) for line in text.splitlines()[1:]] == values
