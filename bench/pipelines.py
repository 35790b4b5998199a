"""Samples a second of our pipelines beside TensorFlow's and Keras's own, on the same files."""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import pyarrow.csv as pa_csv
import pyarrow.parquet as pa_parquet
import tensorflow as tf
from PIL import Image

from kerascli.data.prepare import prepare_data
from kerascli.run.session import keras_session
from kerascli.spec.load import load_spec

NUMBERS, TEXTS, BATCH = 30, 5, 256


def make_table(folder: Path, rows: int) -> Path:
    """A CSV file with 30 columns of numbers, 5 of text and a target, and the same as Parquet."""
    random = np.random.default_rng(0)
    columns = [f"n{index}" for index in range(NUMBERS)] + [f"t{index}" for index in range(TEXTS)] + ["y"]
    words = np.array(["red", "green", "blue", "a longer word", "x"])
    path = folder / "table.csv"
    with path.open("w") as file:
        file.write(",".join(columns) + "\n")
        for start in range(0, rows, 10_000):
            count = min(10_000, rows - start)
            numbers = np.char.mod("%.5f", random.normal(size=(count, NUMBERS)))
            texts = words[random.integers(0, len(words), (count, TEXTS))]
            y = random.integers(0, 2, (count, 1)).astype(str)
            file.writelines(",".join(row) + "\n" for row in np.concatenate([numbers, texts, y], axis=1))
    pa_parquet.write_table(pa_csv.read_csv(path), folder / "table.parquet", row_group_size=50_000)
    return path


def make_images(folder: Path, count: int) -> Path:
    """A folder of JPEG images, 160 × 160, in two classes."""
    random = np.random.default_rng(0)
    for index in range(count):
        path = folder / "images" / "ab"[index % 2] / f"{index:05}.jpg"
        path.parent.mkdir(parents=True, exist_ok=True)
        small = Image.fromarray(random.integers(0, 255, (20, 20, 3), dtype=np.uint8))
        small.resize((160, 160)).save(path, quality=90)
    return folder / "images"


def seconds(batches: Any, rows: int) -> float:
    """The time of reading so many samples."""
    began = time.perf_counter()
    done = 0
    for batch in batches:
        done += int(tf.nest.flatten(batch)[0].shape[0])
        if done >= rows:
            break
    return time.perf_counter() - began


def ours(folder: Path, source: str, inputs: str, cache: str = "none") -> Callable[[], Any]:
    """The batches of a spec with that source, streamed."""
    (folder / "s.yaml").write_text(
        f"data:\n  source: {source}\n  cache: {cache}\n  inputs: {inputs}\n  targets: {{out: LABEL}}\n".replace(
            "LABEL", "label" if "images" in source else "y"
        )
        + "model:\n  inputs: {x: [1]}\n  layers: [{Dense: {units: 1, name: out}}]\n"
    )
    text = (folder / "s.yaml").read_text()
    if "images" in source:
        text = text.replace("{x: [1]}", "{x: [128, 128, 3]}").replace("[{Dense", "[Flatten, {Dense")
    else:
        names = ", ".join(f"t{index}: {{shape: [], dtype: string}}" for index in range(TEXTS))
        text = text.replace("{x: [1]}", f"{{x: [{NUMBERS}], {names}}}").replace(
            "[{Dense: {units: 1, name: out}}]", "\n    - Dense: {units: 1, name: out}\n      inputs: x"
        )
    (folder / "s.yaml").write_text(text)
    spec = load_spec(folder / "s.yaml")
    with keras_session(spec):
        split = prepare_data(spec).train()
    return lambda: split.dataset(BATCH, order=split.order(0, 0))


def compare(name: str, mine: Callable[[], Any], theirs: Callable[[], Any], rows: int, repeats: int) -> None:
    """Prints the ratio of the best of some repeats, one after the other in turn."""
    best = [float("inf"), float("inf")]
    for _ in range(repeats):
        for index, make in enumerate((mine, theirs)):
            best[index] = min(best[index], seconds(make(), rows))
    rates = [rows / value for value in best]
    print(f"{name}: {rates[0]:,.0f} samples/s, theirs {rates[1]:,.0f}: {rates[0] / rates[1]:.1f} times", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--images", type=int, default=3_000)
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = make_table(folder, options.rows)
        inputs = "{x: {fields: [" + ", ".join(f"n{index}" for index in range(NUMBERS)) + "]}"
        inputs += "".join(f", t{index}: t{index}" for index in range(TEXTS)) + "}"

        def csv_dataset() -> Any:
            return tf.data.experimental.make_csv_dataset(
                str(path), BATCH, label_name="y", num_epochs=1, shuffle=True, num_parallel_reads=2
            )

        for source in (f"{{csv: {path}}}", f"{{parquet: {folder / 'table.parquet'}}}"):
            compare(
                source[1:].partition(":")[0], ours(folder, source, inputs), csv_dataset, options.rows, options.repeats
            )
        photos = make_images(folder, options.images)

        def directory() -> Any:
            return keras.utils.image_dataset_from_directory(
                photos, image_size=(128, 128), batch_size=BATCH, seed=0, verbose=False
            )

        source = f"{{images: {{folder: {photos}, size: [128, 128]}}}}"
        compare("images", ours(folder, source, "{x: image}"), directory, options.images, options.repeats)


if __name__ == "__main__":
    main()
