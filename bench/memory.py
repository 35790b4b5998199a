"""The peak memory of training and predicting from files of several sizes: it should not grow with the file."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

SPEC = """
name: memory
data:
  source: {csv: table.csv}
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
CODE = """
import resource, subprocess, sys
done = subprocess.run([sys.executable, "-m", "kerascli", *sys.argv[1:]], capture_output=True, text=True)
sys.stderr.write(done.stderr)
print(done.returncode, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024)
"""


def write(path: Path, megabytes: int) -> None:
    """A CSV file of about that size: 20 columns of numbers, one of words, a label."""
    random = np.random.default_rng(0)
    words = np.array(["red", "green", "blue", "black"])
    names = [f"n{index}" for index in range(20)]
    with path.open("w") as file:
        file.write(",".join([*names, "word", "y"]) + "\n")
        numbers = np.char.mod("%.6f", random.normal(size=(20_000, 20)))
        texts = words[random.integers(0, 4, (20_000, 1))]
        rows = np.concatenate([numbers, texts, random.integers(0, 2, (20_000, 1)).astype(str)], axis=1)
        block = "".join(",".join(row) + "\n" for row in rows)
        while file.tell() < megabytes * 1_000_000:
            file.write(block)


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
    parser.add_argument("--megabytes", type=int, nargs="+", default=[100, 1000])
    parser.add_argument("--cache", default="none", help="data.cache of the training")
    options = parser.parse_args()
    found: dict[str, list[int]] = {"train": [], "predict": []}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        fields = ", ".join(f"n{index}" for index in range(20))
        (folder / "memory.yaml").write_text(SPEC.replace("FIELDS", fields))
        for size in options.megabytes:
            write(folder / "table.csv", size)
            found["train"].append(peak(folder, "train", "memory.yaml", f"data.cache={options.cache}"))
            found["predict"].append(peak(folder, "predict", "memory", "-i", "table.csv", "-o", "out.csv"))
            print(f"{size:,} MB: train {found['train'][-1]:,} MB, predict {found['predict'][-1]:,} MB", flush=True)
    for command, sizes in found.items():
        print(
            f"{command}: {sizes[-1] / sizes[0]:.2f} times the memory for {options.megabytes[-1] / options.megabytes[0]:g} times the data"
        )


if __name__ == "__main__":
    main()
