"""How long each command takes to begin: whole processes, in turn with `python -c pass` and `import tensorflow`.

Seconds of the processors (user and system) say more on a busy machine than those of the clock; both are printed, with
the ratio to the command that each is measured by, pair by pair.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT)}
KERASCLI = [sys.executable, "-m", "kerascli"]
SPEC = str(ROOT / "configs" / "mnist.yaml")

# Two small matrices, a validation, a test; logs, checkpoints, pictures and event files as always.
TINY = """\
name: tiny
data:
  source:
    synthetic: {samples: 200, fields: {x: {shape: [4], normal: [0, 1]}, kind: {choice: [cat, dog, eel]}}}
  validation: 0.2
  test: 0.2
  inputs: x
  targets: kind
model:
  inputs: {x: [4]}
  layers:
    - Dense: {units: 8, activation: relu}
    - Dense: {units: 3, activation: softmax}
      name: kind
compile: {optimizer: adam, loss: sparse_categorical_crossentropy, metrics: [accuracy]}
fit: {epochs: 2, batch_size: 32}
"""

Times = list[tuple[float, float]]


def run(command: list[str], folder: Path) -> tuple[float, float]:
    """The seconds of the processors and of the clock."""
    began = time.perf_counter()
    child = subprocess.Popen(command, cwd=folder, env=ENVIRONMENT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        sys.exit(f"'{' '.join(command)}' ended with status {child.returncode}")
    return used.ru_utime + used.ru_stime, time.perf_counter() - began


def in_turn(base: list[str], commands: dict[str, list[str]], folder: Path, count: int) -> dict[str, Times]:
    """All commands one after the other, so many times; the first round, which fills the caches, does not count."""
    times: dict[str, Times] = {name: [] for name in ("", *commands)}
    for number in range(count + 1):
        for name, command in ({"": base} | commands).items():
            taken = run(command, folder)
            if number:
                times[name].append(taken)
    return times


def rows(title: str, times: dict[str, Times]) -> list[str]:
    """A table: minimum and median of both clocks, and the median of the ratios to the first command."""
    found = [f"| {title} | processors, s | clock, s | ratio |", "| --- | --- | --- | --- |"]
    for name, taken in times.items():
        cells = [f"{min(one):.2f} ({statistics.median(one):.2f})" for one in zip(*taken, strict=True)]
        ratio = statistics.median(one[0] / base[0] for one, base in zip(taken, times[""], strict=True))
        found.append(f"| {(name and f'`{name}`') or 'that alone'} | {' | '.join(cells)} | {ratio:.2f} |")
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--light", type=int, default=10, metavar="N", help="rounds of the commands without TensorFlow")
    parser.add_argument("--heavy", type=int, default=3, metavar="N", help="rounds of those with it")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "tiny.yaml").write_text(TINY, encoding="utf-8")
        # A run for the commands that want one.
        run([*KERASCLI, "train", "tiny.yaml"], folder)
        light = {
            "kerascli --help": [*KERASCLI, "--help"],
            "kerascli check configs/mnist.yaml": [*KERASCLI, "check", SPEC],
            "kerascli config show configs/mnist.yaml": [*KERASCLI, "config", "show", SPEC],
            "kerascli describe Dense": [*KERASCLI, "describe", "Dense"],
            "kerascli explain --list": [*KERASCLI, "explain", "--list"],
            "kerascli runs list": [*KERASCLI, "runs", "list"],
            "kerascli schema": [*KERASCLI, "schema"],
        }
        heavy = {
            "kerascli train tiny.yaml": [*KERASCLI, "train", "tiny.yaml"],
            "kerascli check --data configs/mnist.yaml": [*KERASCLI, "check", "--data", SPEC],
            "kerascli evaluate tiny": [*KERASCLI, "evaluate", "tiny"],
        }
        if options.light:
            taken = in_turn([sys.executable, "-c", "pass"], light, folder, options.light)
            print("\n".join(rows("beside `python -c pass`", taken)), flush=True)
        if options.heavy:
            taken = in_turn([sys.executable, "-c", "import tensorflow"], heavy, folder, options.heavy)
            print("\n".join(["", *rows("beside `import tensorflow`", taken)]))


if __name__ == "__main__":
    main()
