"""TFRecord files: the features that the spec names, and every fault with its file and record."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from kerascli.errors import DataError, SpecError

FEATURES = "{x: {shape: [2], dtype: float32}, y: int64, t: string}"


def _example(row: int, *, leave_out: str = "") -> bytes:
    features = {
        "x": tf.train.Feature(float_list=tf.train.FloatList(value=[row, row / 2])),
        "y": tf.train.Feature(int64_list=tf.train.Int64List(value=[row % 3])),
        "t": tf.train.Feature(bytes_list=tf.train.BytesList(value=[f"wörd{row}".encode()])),
    }
    features.pop(leave_out, None)
    content: bytes = tf.train.Example(features=tf.train.Features(feature=features)).SerializeToString()
    return content


def _write(path: Path, records: list[bytes], compression: str = "") -> Path:
    with tf.io.TFRecordWriter(str(path), compression) as writer:
        for record in records:
            writer.write(record)
    return path


def _read(prepared: Callable[..., Any], more: str = "", path: str = "*.tfrecord") -> Any:
    source = f"source: {{tfrecord: {{path: '{path}', features: {FEATURES}{more}}}}}\n"
    return prepared(source + "inputs: {x: x}\ntargets: {y: y}\n")


@pytest.mark.parametrize("compression", ["", "GZIP"])
def test_features_of_several_files(compression: str, prepared: Callable[..., Any], tmp_path: Path) -> None:
    for part in range(2):
        _write(tmp_path / f"{part}.tfrecord", [_example(part * 1500 + row) for row in range(1500)], compression)
    found = _read(prepared, f", compression: {compression}" if compression else "")
    assert found.tables.train.samples == 3000
    np.testing.assert_array_equal(found.train().x["x"][:, 0], np.arange(3000))
    assert found.tables.train.fields["t"][7] == "wörd7"


def test_faults(prepared: Callable[..., Any], tmp_path: Path) -> None:
    path = _write(tmp_path / "a.tfrecord", [_example(0), _example(1, leave_out="y"), _example(2)])
    with pytest.raises(DataError, match=r"record 2 of '.*a.tfrecord' has no feature 'y' that is int64") as caught:
        _read(prepared)
    assert caught.value.diagnostics[0].hint == "its features: 't', 'x'"
    content = _write(path, [_example(row) for row in range(20)]).read_bytes()
    for bad in (content[:-9], b"no records at all, but long enough", content[:40] + b"\xff" + content[41:]):
        path.write_bytes(bad)
        with pytest.raises(DataError, match="is damaged, or no TFRecord file"):
            _read(prepared)
    path.write_bytes(b"")
    with pytest.raises(DataError, match="has no records"):
        _read(prepared)
    with pytest.raises(DataError, match="there is no file"):
        _read(prepared, path="gone.tfrecord")


def test_features_that_are_none(prepared: Callable[..., Any]) -> None:
    for features, said in (("{x: float16}", "float16"), ("{x: {shap: [2]}}", "shap"), ("{}", "features")):
        with pytest.raises(SpecError, match=said):
            prepared(f"source: {{tfrecord: {{path: a.tfrecord, features: {features}}}}}\n")
