"""The peak memory of training and predicting from files of several sizes: it should not grow with the file."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pa_parquet
from PIL import Image

TABLE = """
name: memory
data:
  source: {SOURCE}
  validation: 0.1
  inputs:
    x: {fields: [FIELDS], transform: [Normalization]}
    word: {field: word, transform: [{StringLookup: {output_mode: one_hot}}]}
  targets: y
model:
  inputs: {x: [20], word: [5]}
  layers:
    - Concatenate:
      inputs: [x, word]
    - Dense: {units: 1, activation: sigmoid}
      name: y
compile: {optimizer: sgd, loss: binary_crossentropy}
fit: {epochs: 1, batch_size: 8192}
logs: {tensorboard: false}
"""
IMAGES = """
name: memory
data:
  source: {images: {folder: images, size: [64, 64]}}
  validation: 0.1
  inputs: {image: {field: image, transform: [{Rescaling: 1/255}]}}
  targets: {y: label}
model:
  inputs: {image: [64, 64, 3]}
  layers:
    - GlobalAveragePooling2D
    - Dense: {units: 2, activation: softmax}
      name: y
compile: {optimizer: sgd, loss: sparse_categorical_crossentropy}
fit: {epochs: 1, batch_size: 256}
logs: {tensorboard: false}
"""
FIELDS = [f"n{index}" for index in range(20)]
SOURCES = {
    "csv": "csv: data.csv",
    "parquet": "parquet: data.parquet",
    "jsonl": "jsonl: data.jsonl",
    "tfrecord": "tfrecord: {path: data.tfrecord, features: {"
    + ", ".join(f"{name}: float32" for name in FIELDS)
    + ", word: string, y: int64}}",
}
CODE = """
import resource, subprocess, sys
done = subprocess.run([sys.executable, "-m", "kerascli", *sys.argv[1:]], capture_output=True, text=True)
sys.stderr.write(done.stderr)
print(done.returncode, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024)
"""


def block(random: np.random.Generator, rows: int = 20_000) -> dict[str, Any]:
    """Rows of a table: 20 columns of numbers, one of words, a label."""
    words = np.array(["red", "green", "blue", "black"])
    columns: dict[str, Any] = {name: random.normal(size=rows).astype(np.float32) for name in FIELDS}
    return {**columns, "word": words[random.integers(0, 4, rows)], "y": random.integers(0, 2, rows)}


def write(folder: Path, kind: str, megabytes: int) -> None:
    """A file of about that size, or a folder of images; the same rows come again and again."""
    random, size = np.random.default_rng(0), megabytes * 1_000_000
    if kind == "images":
        write_images(folder / "images", size)
        return
    path, rows = folder / f"data.{kind}", block(random)
    if kind == "parquet":
        table = pa.table(rows)
        with pa_parquet.ParquetWriter(path, table.schema, compression="none") as writer:
            while path.stat().st_size < size:
                writer.write_table(table)
        return
    if kind == "csv":
        head = ",".join(rows) + "\n"
        lines = zip(*(values.tolist() for values in rows.values()), strict=True)
        text = "".join(",".join(str(value) for value in line) + "\n" for line in lines).encode()
    elif kind == "jsonl":
        head, lines = "", zip(*(values.tolist() for values in rows.values()), strict=True)
        text = "".join(json.dumps(dict(zip(rows, line, strict=True))) + "\n" for line in lines).encode()
    else:
        head, text = "", records(rows, folder)
    with path.open("wb") as file:
        file.write(head.encode())
        while file.tell() < size:
            file.write(text)


def records(rows: Mapping[str, Any], folder: Path) -> bytes:
    """The rows as TFRecord, whose file is its records one after the other."""
    import tensorflow as tf

    path = folder / "block.tfrecord"
    with tf.io.TFRecordWriter(str(path)) as writer:
        for row in range(len(rows["y"])):
            feature = {name: tf.train.Feature(float_list={"value": [rows[name][row]]}) for name in FIELDS}
            feature["word"] = tf.train.Feature(bytes_list={"value": [rows["word"][row].encode()]})
            feature["y"] = tf.train.Feature(int64_list={"value": [int(rows["y"][row])]})
            writer.write(tf.train.Example(features={"feature": feature}).SerializeToString())
    return path.read_bytes()


def write_images(folder: Path, size: int) -> None:
    """Pictures of noise in two folders."""
    random, written, number = np.random.default_rng(0), 0, 0
    for name in ("a", "b"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    while written < size:
        path = folder / "ab"[number % 2] / f"{number:06d}.png"
        if not path.exists():
            Image.fromarray(random.integers(0, 255, (128, 128, 3), dtype=np.uint8)).save(path, compress_level=1)
        written, number = written + path.stat().st_size, number + 1


def peak(folder: Path, *words: str) -> int:
    """The peak memory of one command in MB."""
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}
    done = subprocess.run(
        [sys.executable, "-c", CODE, *words], cwd=folder, env=environment, capture_output=True, text=True, check=True
    )
    status, size = done.stdout.split()
    if status != "0":
        sys.exit(done.stderr)
    return int(size)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kind", choices=[*SOURCES, "images"], nargs="+", default=[*SOURCES, "images"])
    parser.add_argument("--megabytes", type=int, nargs="+", default=[60, 600])
    parser.add_argument("--cache", default="none", help="data.cache of the training")
    options = parser.parse_args()
    for kind in options.kind:
        measure(kind, options.megabytes, options.cache)


def measure(kind: str, megabytes: Sequence[int], cache: str) -> None:
    """The peaks of one kind of file, and how they grow."""
    found: dict[str, list[int]] = {"train": [], "predict": []}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        table = TABLE.replace("SOURCE", SOURCES.get(kind, "")).replace("FIELDS", ", ".join(FIELDS))
        (folder / "memory.yaml").write_text(IMAGES if kind == "images" else table)
        data = "images" if kind == "images" else f"{{{SOURCES[kind]}}}" if kind == "tfrecord" else f"data.{kind}"
        for size in megabytes:
            write(folder, kind, size)
            found["train"].append(peak(folder, "train", "memory.yaml", f"data.cache={cache}"))
            found["predict"].append(peak(folder, "predict", "memory", "-i", data, "-o", "out.csv"))
            print(
                f"{kind}, {size:,} MB: train {found['train'][-1]:,} MB, predict {found['predict'][-1]:,} MB", flush=True
            )
    for command, sizes in found.items():
        times = f"{megabytes[-1] / megabytes[0]:g} times the data"
        print(f"{kind}, {command}: {sizes[-1] / sizes[0]:.2f} times the memory for {times}", flush=True)


if __name__ == "__main__":
    main()
