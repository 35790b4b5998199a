"""Time and memory with 1, 2, 4 and 8 times the samples, the layers, the heads: none may grow faster than what is asked."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from pairs import ENVIRONMENT, KERASCLI

FACTORS = (1, 2, 4, 8)
SAMPLES, LAYERS = 32_000, 4


def growth_table(folder: Path) -> str:
    """One training each; the last row says how many times the first one the last one takes."""
    columns = {
        "samples": [(SAMPLES * factor, LAYERS, 1) for factor in FACTORS],
        "layers": [(SAMPLES, LAYERS * factor, 1) for factor in FACTORS],
        "heads": [(SAMPLES, LAYERS, factor) for factor in FACTORS],
    }
    found = {name: [cost(folder, *sizes) for sizes in column] for name, column in columns.items()}
    rows = ["| times | samples | layers | heads |", "| --- | --- | --- | --- |"]
    for place, factor in enumerate(FACTORS):
        cells = [
            f"{seconds:.1f} s, {megabytes:,.0f} MB" for seconds, megabytes in (found[name][place] for name in columns)
        ]
        rows.append(f"| {factor} | {' | '.join(cells)} |")
    ends = [(found[name][0], found[name][-1]) for name in columns]
    cells = [f"**{last[0] / first[0]:.2f}**, **{last[1] / first[1]:.2f}**" for first, last in ends]
    return "\n".join([*rows, f"| the last beside the first | {' | '.join(cells)} |"])


def cost(folder: Path, samples: int, layers: int, heads: int) -> tuple[float, float]:
    """The processor seconds of a whole training of two epochs, start included, and its peak memory in MB."""
    path = folder / "growth.yaml"
    path.write_text(spec_text(samples, layers, heads), encoding="utf-8")
    command = [*KERASCLI, "train", str(path), "-q", "--runs", str(folder / "runs")]
    with (folder / "said").open("wb") as said:
        redirected = [(os.POSIX_SPAWN_DUP2, said.fileno(), 1), (os.POSIX_SPAWN_DUP2, said.fileno(), 2)]
        child = os.posix_spawn(sys.executable, command, ENVIRONMENT, file_actions=redirected)
        _, status, usage = os.wait4(child, 0)
    if status:
        sys.exit((folder / "said").read_text(encoding="utf-8"))
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def spec_text(samples: int, layers: int, heads: int) -> str:
    """So many samples of 64 numbers, so many layers, so many heads."""
    names = [f"y{head}" for head in range(heads)]
    fields = ", ".join(f"{name}: {{shape: [1], normal: [0, 1]}}" for name in names)
    body = "    - Dense: {units: 32, activation: relu}\n" * layers
    body += "    - {Dense: {units: 32, activation: relu}, name: last}\n"
    body += "".join(f"    - {{Dense: 1, name: {name}, inputs: last}}\n" for name in names)
    return (
        f"data:\n  source: {{synthetic: {{samples: {samples}, fields: {{x: {{shape: [64], normal: [0, 1]}}, {fields}}}}}}}\n"
        f"  inputs: {{x: x}}\n  targets: {{{', '.join(f'{name}: {name}' for name in names)}}}\n"
        f"model:\n  inputs: {{x: [64]}}\n  layers:\n{body}  outputs: [{', '.join(names)}]\n"
        f"compile: {{optimizer: adam, loss: {{{', '.join(f'{name}: mse' for name in names)}}}}}\n"
        "fit: {epochs: 2, batch_size: 32}\nlogs: {tensorboard: false}\n"
    )
