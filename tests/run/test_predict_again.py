"""A run used often and from pipes: blocks that differ, signals, a loaded run's own `predict`, progress."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

import kerascli
from kerascli.data import read_stdin
from kerascli.errors import DataError, UsageError
from kerascli.run.evaluate import evaluate
from kerascli.run.predict import predict
from kerascli.run.train import train
from kerascli.spec.load import load_spec

sys.path.insert(0, str(Path(__file__).parent))
from small import TABLE


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("room")
    rows = [f"{row % 7},{'123'[row % 3]}x,{('ant', 'bee', 'cat')[row % 3]}" for row in range(60)]
    (folder / "d.csv").write_text("a,w,kind\n" + "\n".join(rows) + "\n")
    (folder / "table.yaml").write_text(TABLE)
    train(load_spec(folder / "table.yaml"), folder / "runs")
    return folder


def _pipe(monkeypatch: pytest.MonkeyPatch, *lines: dict[str, object]) -> None:
    """Standard input that comes in blocks of two lines."""

    class _Stdin:
        buffer = io.BytesIO("".join(json.dumps(line) + "\n" for line in lines).encode())

    monkeypatch.setattr(sys, "stdin", _Stdin())
    monkeypatch.setattr(read_stdin, "BLOCK", 2)


FULL = {"w": "1x", "a": 1, "id": 5}
NO_ID = {"w": "1x", "a": 1}


def test_a_block_without_ids_keeps_the_columns(room: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for ending in ("csv", "npz"):
        _pipe(monkeypatch, FULL, FULL, NO_ID, NO_ID)
        predict("table", "-", room / f"out.{ending}", runs=room / "runs", keep=False)
    lines = (room / "out.csv").read_text().splitlines()
    assert {line.count(",") for line in lines} == {5} and len(lines) == 5
    with np.load(room / "out.npz") as arrays:
        assert {len(arrays[name]) for name in arrays} == {4}
        np.testing.assert_array_equal(arrays["id"], [5, 5, np.nan, np.nan])


def test_a_key_that_is_left_out_is_missing_wherever_a_block_ends(room: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _pipe(monkeypatch, FULL, FULL, {"w": "1x"}, {"w": "1x"}, {"w": "1x"}, FULL)
    found = predict("table", "-", runs=room / "runs").outputs["kind"]
    np.testing.assert_allclose(found[[2, 3]], found[[4, 4]], rtol=1e-6)
    assert not np.allclose(found[0], found[2])
    _pipe(monkeypatch, FULL, FULL, {"a": 1})
    with pytest.raises(DataError, match="standard input has no field 'w'"):
        predict("table", "-", runs=room / "runs")


def test_wrong_kinds_are_named(room: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (room / "wrong.csv").write_text("w,a,kind\n1x,1,ant\n2x,hello,bee\n")
    wanted = r"'a' is 'hello' in row 2 \(line 3\) of wrong.csv"
    with pytest.raises(DataError, match=wanted):
        predict("table", room / "wrong.csv", runs=room / "runs")
    with pytest.raises(DataError, match=wanted):
        evaluate("table", room / "wrong.csv", runs=room / "runs")
    _pipe(monkeypatch, FULL, FULL, {"w": "1x", "a": "hello"})
    with pytest.raises(DataError, match=r"'a' is 'hello' in row 3 \(line 3\) of standard input"):
        predict("table", "-", runs=room / "runs")


def test_an_id_may_not_take_the_name_of_an_output(room: Path) -> None:
    with pytest.raises(UsageError, match="the output has a column 'kind' of its own"):
        predict("table", room / "d.csv", runs=room / "runs", ids=["kind"])


def test_the_likeliest_classes_as_a_list(room: Path) -> None:
    out = room / "top.jsonl"
    found = predict("table", room / "d.csv", out, runs=room / "runs", top_k=2)
    assert found.names == ("kind", "kind_probability", "kind_top")
    row = json.loads(out.read_text().splitlines()[0])
    assert [sorted(one) for one in row["kind_top"]] == [["class", "probability"]] * 2
    assert row["kind_top"][0] == {"class": row["kind"], "probability": row["kind_probability"]}
    assert row["kind_top"][0]["probability"] >= row["kind_top"][1]["probability"]


def test_a_loaded_run_predicts_fields_and_files_alike(room: Path) -> None:
    (room / "new.csv").write_text("w,a,id\n1x,1,7\n2x,,8\n")
    run = kerascli.load("table", runs=room / "runs")
    wanted = predict("table", room / "new.csv", runs=room / "runs")
    file = run.predict(room / "new.csv")
    fields = run.predict({"a": [1, np.nan], "w": ["1x", "2x"], "id": [7, 8]})
    for found in (file, fields):
        assert found.samples == 2 and list(found.columns) == list(wanted.columns)
        np.testing.assert_array_equal(found.outputs["kind"], wanted.outputs["kind"])
    assert list(run(str(room / "new.csv"))) == list(run({"a": [1], "w": ["1x"], "id": [1]}))
    assert run.predict_step is run.predict_step
    run.predict({"a": [1, 2], "w": ["1x", "2x"]}, room / "fields.csv")
    assert len((room / "fields.csv").read_text().splitlines()) == 3
    with pytest.raises(DataError, match="the input has no samples"):
        run({"a": [], "w": []})


def test_evaluate_tells_how_far_it_is(room: Path) -> None:
    told: list[tuple[int, int | None]] = []
    evaluate("table", room / "d.csv", 25, runs=room / "runs", stepped=lambda done, total: told.append((done, total)))
    assert told[-1] == (60, 60) and [done for done, _ in told] == sorted(done for done, _ in told)


def test_sigterm_leaves_nothing_half_written(room: Path) -> None:
    (room / "ends").mkdir()
    command = [sys.executable, "-m", "kerascli", "predict", "table", "-i", "-", "-o", "ends/out.csv"]
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}
    with subprocess.Popen(command, cwd=room, env=environment, stdin=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdin is not None and process.stderr is not None
        process.stdin.write(b'{"w": "1x", "a": 3}\n')
        process.stdin.flush()
        deadline = time.monotonic() + 60
        while not list((room / "ends").iterdir()) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert list((room / "ends").iterdir()), "it has begun to write"
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=60) == 143
        assert b"Traceback" not in process.stderr.read()
    assert list((room / "ends").iterdir()) == []


def test_a_name_that_is_too_long_for_a_path() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "kerascli", "evaluate", "x" * 5000],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2 and "is too long for a path" in done.stderr and "Traceback" not in done.stderr
