"""How long `kerascli runs list` takes over ten thousand runs, in seconds."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path


def make(runs: Path, count: int) -> None:
    """Records of the size that a training writes."""
    record = {"status": "done", "best": {"epoch": 3, "value": 0.5}, "monitor": {"name": "val_loss", "mode": "min"}}
    filler = {f"key{index}": {"a": index, "b": "text " * 5} for index in range(60)}
    for number in range(count):
        path = (
            runs / f"name{number % 20}" / f"2026-11-23_{number // 3600:02d}-{number // 60 % 60:02d}-{number % 60:02d}"
        )
        path.mkdir(parents=True)
        metrics = {"val_loss": number / count, "loss": 0.1}
        (path / "run.json").write_text(
            json.dumps({**record, "metrics": metrics, "started": path.name, "machine": filler})
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=10_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        make(Path(folder) / "runs", options.runs)
        for words in (["list", "-n", "20"], ["list", "val_loss < 0.2", "--sort", "-val_loss", "--json"]):
            began = time.perf_counter()
            command = [sys.executable, "-m", "kerascli", "runs", *words, "--runs", str(Path(folder) / "runs")]
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
            print(f"{' '.join(words)}: {time.perf_counter() - began:.2f} s")


if __name__ == "__main__":
    main()
