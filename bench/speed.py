"""Whole trainings and steady epochs beside a plain Keras script and a loop by hand; the start of each command; growth.

Each pair runs one after the other, several times in turn, so that a machine whose speed drifts is the same for both.
"""

from __future__ import annotations

import argparse
import os
import platform
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).parent.parent
SCRIPTS = Path(__file__).parent / "scripts"
MNIST = ROOT / "kerascli" / "data" / "mnist" / "mnist.npz"
# Neither TensorFlow's words nor Python's warnings.
ENVIRONMENT = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", "PYTHONPATH": str(ROOT)}
KERASCLI = [sys.executable, "-m", "kerascli"]
MODELS = {
    "dense": ("[784]", "[{Dense: {units: 512, activation: relu}}, {Dropout: 0.5}, "),
    "convnet": (
        "[28, 28, 1]",
        "[{Conv2D: {filters: 16, kernel_size: 3, activation: relu}}, MaxPooling2D, "
        "{Conv2D: {filters: 32, kernel_size: 3, activation: relu}}, MaxPooling2D, Flatten, ",
    ),
    "lstm": ("[28, 28]", "[{LSTM: 32}, "),
}


def spec_text(model: str, batch_size: int, epochs: int, samples: int) -> str:
    shape, layers = MODELS[model]
    reshape = "" if shape == "[28, 28]" else f"{{Reshape: {shape}}}, "
    return f"""\
name: bench
seed: 42
data:
  source: mnist
  validation: {{count: {60_000 - samples}, shuffle: false}}
  inputs: {{image: {{field: image, transform: [{reshape}{{Rescaling: 1/255}}]}}}}
  targets: {{digit: label}}
model:
  inputs: {{image: {shape}}}
  layers: {layers}{{Dense: {{units: 10, activation: softmax}}, name: digit}}]
compile: {{optimizer: adam, loss: sparse_categorical_crossentropy, metrics: [accuracy]}}
fit: {{epochs: {epochs}, batch_size: {batch_size}}}
"""


def run(command: Sequence[str], folder: Path) -> tuple[float, str]:
    """The seconds of a whole process, and what it printed."""
    began = time.perf_counter()
    done = subprocess.run(command, cwd=folder, env=ENVIRONMENT, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{' '.join(command)}\n{done.stderr}")
    return time.perf_counter() - began, done.stdout


def steady(printed: str, steps: int) -> float:
    """The seconds of an epoch behind the first, validation included."""
    own = [steps / float(rate.replace(",", "")) for rate in re.findall(r"([\d,]+) steps/s", printed)]
    seconds = own or [float(one) for one in re.findall(r"^seconds ([\d.]+)", printed, re.MULTILINE)]
    return statistics.median(seconds[1:] or seconds)


def pairs(count: int, ours: Callable[[], tuple[float, float]], other: Callable[[], tuple[float, float]]) -> str:
    """Both in turn; the medians of whole seconds and steady epochs, and of their ratios pair by pair."""
    found = [(ours(), other()) for _ in range(count)]
    row = []
    for place in (0, 1):
        mine, its = ([pair[side][place] for pair in found] for side in (0, 1))
        ratio = statistics.median(one / two for one, two in zip(mine, its, strict=True))
        row += [f"{statistics.median(mine):.2f}", f"{statistics.median(its):.2f}", f"**{ratio:.2f}**"]
    return " | ".join(row)


def classic(count: int, folder: Path, model: str, batch_size: int, script: str, epochs: int = 3) -> str:
    path = folder / f"{model}_{batch_size}.yaml"
    path.write_text(spec_text(model, batch_size, epochs, 50_000), encoding="utf-8")
    steps = -(-50_000 // batch_size)
    options = ["--batch-size", str(batch_size), "--epochs", str(epochs)]
    options += ["--model", model] if script == "plain_keras.py" else []

    def measured(command: list[str]) -> tuple[float, float]:
        seconds, printed = run(command, folder)
        return seconds, steady(printed, steps)

    return pairs(
        count,
        lambda: measured([*KERASCLI, "train", str(path)]),
        lambda: measured([sys.executable, str(SCRIPTS / script), str(MNIST), *options]),
    )


def start_up(count: int, folder: Path) -> list[str]:
    """Each command as a whole process, beside `import tensorflow` alone."""
    tiny = folder / "tiny.yaml"
    tiny.write_text(
        "name: tiny\ndata:\n  source: {synthetic: {samples: 64, fields: {x: {shape: [4], normal: [0, 1]}, y: {shape: [1], "
        "normal: [0, 1]}}}}\n  validation: 0.25\n  inputs: x\n  targets: y\nmodel: {inputs: {x: [4]}, layers: [{Dense: 1, name: y}]}\n"
        "compile: {optimizer: adam, loss: mse}\n",
        encoding="utf-8",
    )
    spec = str(ROOT / "configs" / "mnist.yaml")
    commands = {
        "`python -c 'import tensorflow'`": [sys.executable, "-c", "import tensorflow"],
        "`train` (tiny model, tiny data)": [*KERASCLI, "train", str(tiny)],
        "`--help`": [*KERASCLI, "--help"],
        "`check configs/mnist.yaml`": [*KERASCLI, "check", spec],
        "`check configs/mnist.yaml --data`": [*KERASCLI, "check", spec, "--data"],
        "`describe Dense`": [*KERASCLI, "describe", "Dense"],
        "`runs list`": [*KERASCLI, "runs", "list"],
        "`summary configs/mnist.yaml`": [*KERASCLI, "summary", spec],
    }
    times: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(count):
        for name, command in commands.items():
            times[name].append(run(command, folder)[0])
    base = next(iter(times.values()))
    return [
        f"| {name} | {statistics.median(found):.2f} | {statistics.median(one / two for one, two in zip(found, base, strict=True)):.2f} |"
        for name, found in times.items()
    ]


def growth(folder: Path) -> list[str]:
    """Seconds and peak memory of one epoch with 1, 2, 4 and 8 times the samples, the layers, the heads."""
    rows = []
    for factor in (1, 2, 4, 8):
        cells = []
        for samples, layers, heads in ((8_000 * factor, 4, 1), (8_000, 4 * factor, 1), (8_000, 4, factor)):
            fields = ", ".join(f"y{head}: {{shape: [1], normal: [0, 1]}}" for head in range(heads))
            body = "".join("    - Dense: {units: 32, activation: relu}\n" for _ in range(layers))
            body += "    - {Dense: {units: 32, activation: relu}, name: last}\n"
            body += "".join(f"    - {{Dense: 1, name: y{head}, inputs: last}}\n" for head in range(heads))
            outputs = ", ".join(f"y{head}" for head in range(heads))
            targets = ", ".join(f"y{head}: y{head}" for head in range(heads))
            losses = ", ".join(f"y{head}: mse" for head in range(heads))
            path = folder / "growth.yaml"
            path.write_text(
                f"data:\n  source: {{synthetic: {{samples: {samples}, fields: {{x: {{shape: [64], normal: [0, 1]}}, {fields}}}}}}}\n"
                f"  inputs: {{x: x}}\n  targets: {{{targets}}}\nmodel:\n  inputs: {{x: [64]}}\n  layers:\n{body}  outputs: [{outputs}]\n"
                f"compile: {{optimizer: adam, loss: {{{losses}}}}}\nfit: {{epochs: 2, batch_size: 32}}\nlogs: {{tensorboard: false}}\n",
                encoding="utf-8",
            )
            child = os.wait4(
                os.spawnve(os.P_NOWAIT, sys.executable, [*KERASCLI, "train", str(path), "-q", "--runs", str(folder / "r")], ENVIRONMENT), 0
            )  # fmt: skip
            cells.append(f"{child[2].ru_utime + child[2].ru_stime:.1f} s, {child[2].ru_maxrss / 1024:,.0f} MB")
        rows.append(f"| {factor} | {' | '.join(cells)} |")
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--parts", nargs="+", default=["classic", "models", "start-up", "growth"])
    options = parser.parse_args()
    packages = ", ".join(f"{name} {version(name)}" for name in ("keras", "tensorflow", "numpy"))
    print(f"{os.cpu_count()} cores, Python {platform.python_version()}, {packages}; medians of {options.pairs} pairs\n")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        head = (
            "| | whole, s | its | ratio | steady epoch, s | its | ratio |\n| --- | --- | --- | --- | --- | --- | --- |"
        )
        if "classic" in options.parts:
            print(head)
            for batch_size in (32, 128):
                for script, words in (
                    ("plain_keras.py", "a plain Keras script"),
                    ("tensorflow_loop.py", "a loop by hand"),
                ):
                    row = classic(options.pairs, folder, "dense", batch_size, script)
                    print(f"| classic MNIST, batch {batch_size}, beside {words} | {row} |", flush=True)
        if "models" in options.parts:
            for model in ("convnet", "lstm"):
                row = classic(options.pairs, folder, model, 32, "plain_keras.py", epochs=2)
                print(f"| {model}, batch 32, beside a plain Keras script | {row} |", flush=True)
        if "start-up" in options.parts:
            print("\n| command | s | beside `import tensorflow` |\n| --- | --- | --- |")
            print("\n".join(start_up(options.pairs, folder)), flush=True)
        if "growth" in options.parts:
            print("\n| times | samples | layers | heads |\n| --- | --- | --- | --- |")
            print("\n".join(growth(folder)))


if __name__ == "__main__":
    main()
