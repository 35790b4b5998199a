"""The trainings that are measured: ours, and the script beside each with the same model, data, batch and epochs."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv
from pairs import KERASCLI, ROOT

SCRIPTS = Path(__file__).parent / "scripts"
MNIST = ROOT / "kerascli" / "data" / "mnist" / "mnist.npz"
COLUMNS, ROWS = 300, 40_000


@dataclass(frozen=True)
class Pair:
    """Two commands.

    Attributes:
        words: What is measured.
        ours: Our command.
        its: What it is measured against.
        whole: What the ratio of the whole processes may be at most; None: anything.
        epoch: That of a steady epoch.
    """

    words: str
    ours: list[str]
    its: list[str]
    whole: float | None = None
    epoch: float | None = None


def digits(
    config: str, model: str, batch_size: int, epochs: int, words: str, *, whole: float | None, epoch: float
) -> Pair:
    """A ready config beside the plain Keras script of the same model."""
    options = ["--batch-size", str(batch_size), "--epochs", str(epochs)]
    return Pair(
        f"{words}, batch {batch_size}, beside a plain Keras script",
        _train(config, batch_size, epochs),
        [sys.executable, str(SCRIPTS / "plain_keras.py"), str(MNIST), "--model", model, *options],
        whole,
        epoch,
    )


def by_hand(batch_size: int, epochs: int) -> Pair:
    """The classic exercise beside a loop of TensorFlow's own."""
    options = ["--batch-size", str(batch_size), "--epochs", str(epochs)]
    return Pair(
        f"classic MNIST, batch {batch_size}, beside a loop by hand",
        _train("mnist", batch_size, epochs),
        [sys.executable, str(SCRIPTS / "tensorflow_loop.py"), str(MNIST), *options],
        None,
        1.2,
    )


def logs(epochs: int) -> Pair:
    """The classic exercise as it is, beside the same with as little written as can be."""
    command = _train("mnist", 32, epochs)
    less = ["logs={csv: false, tensorboard: false}", f"checkpoints={{every: {10**9} steps}}"]
    return Pair(
        "classic MNIST, batch 32, all logs and checkpoints, beside itself without",
        command,
        [*command, *less],
        None,
        1.03,
    )


def wide_table(folder: Path, epochs: int) -> Pair:
    """300 columns of a CSV file."""
    path, batch_size = folder / "wide.csv", 32
    if not path.exists():
        random = np.random.default_rng(0)
        x = random.normal(3, 2, (ROWS, COLUMNS)).round(4)
        columns = {f"c{number}": x[:, number] for number in range(COLUMNS)}
        y = (x[:, :9].sum(1) + random.normal(0, 2, ROWS) > 27).astype(np.int64)
        pa_csv.write_csv(pa.table({**columns, "y": y}), path)
    fields = ", ".join(f"c{number}" for number in range(COLUMNS))
    spec = folder / "wide.yaml"
    spec.write_text(
        f"name: wide\nseed: 42\ndata:\n  source: {{csv: {path}}}\n  validation: {{count: {ROWS // 5}, shuffle: false}}\n"
        f"  inputs: {{x: {{fields: [{fields}], transform: [Normalization]}}}}\n  targets: y\n"
        f"model:\n  inputs: {{x: [{COLUMNS}]}}\n  layers:\n    - Dense: {{units: 64, activation: relu}}\n"
        "    - Dense: {units: 1, activation: sigmoid}\n      name: y\n"
        "compile: {optimizer: adam, loss: binary_crossentropy, metrics: [accuracy]}\n"
        f"fit: {{epochs: {epochs}, batch_size: {batch_size}}}\n",
        encoding="utf-8",
    )
    script = [sys.executable, str(SCRIPTS / "plain_table.py"), str(path)]
    return Pair(
        f"a table of {COLUMNS} columns, {ROWS:,} rows of CSV, batch {batch_size}, beside a plain Keras script",
        [*KERASCLI, "train", str(spec)],
        [*script, "--batch-size", str(batch_size), "--epochs", str(epochs)],
        None,
        1.03,
    )


def _train(config: str, batch_size: int, epochs: int) -> list[str]:
    changes = [f"fit.epochs={epochs}", f"fit.batch_size={batch_size}"]
    return [*KERASCLI, "train", str(ROOT / "configs" / f"{config}.yaml"), *changes]


# Each makes its pairs, given a folder and the number of epochs.
PARTS: dict[str, Callable[[Path, int], list[Pair]]] = {
    "classic": lambda _, epochs: [digits("mnist", "dense", 32, epochs, "classic MNIST", whole=0.5, epoch=1.03)],
    "loop": lambda _, epochs: [by_hand(32, epochs)],
    "batch-128": lambda _, epochs: [
        digits("mnist", "dense", 128, epochs, "classic MNIST", whole=None, epoch=1.03),
        by_hand(128, epochs),
    ],
    "convnet": lambda _, epochs: [
        digits("mnist_cnn", "convnet", 32, epochs, "convnet", whole=None, epoch=0.95),
        digits("mnist_cnn", "convnet", 128, epochs, "convnet", whole=None, epoch=0.95),
    ],
    "lstm": lambda _, epochs: [
        digits("mnist_lstm", "lstm", 32, epochs, "LSTM", whole=None, epoch=0.95),
        digits("mnist_lstm", "lstm", 256, epochs, "LSTM", whole=None, epoch=0.95),
    ],
    "table": lambda folder, epochs: [wide_table(folder, epochs)],
    "logs": lambda _, epochs: [logs(epochs)],
}
