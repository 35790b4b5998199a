"""The share of a training's time that its checkpoints take: MNIST, written every so many steps and every epoch."""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path
from typing import Any

from kerascli.run import recorder
from kerascli.run.train import train
from kerascli.spec.load import load_spec

MNIST = Path(__file__).parent.parent / "configs" / "mnist.yaml"


def share(every: str) -> tuple[int, float, float]:
    """How many were written, the seconds that they took, and those of the training."""
    taken: list[float] = []
    write = recorder.write_snapshot

    def timed(*arguments: Any, **keywords: Any) -> None:
        began = time.perf_counter()
        write(*arguments, **keywords)
        taken.append(time.perf_counter() - began)

    recorder.write_snapshot = timed
    try:
        with tempfile.TemporaryDirectory() as folder:
            result = train(load_spec(MNIST, [f"checkpoints.every={every}"]), folder)
    finally:
        recorder.write_snapshot = write
    return len(taken), sum(taken), result.seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--every", nargs="+", default=["epoch", "500 steps", "100 steps"])
    for every in parser.parse_args().every:
        count, seconds, whole = share(every)
        print(f"every {every}: {count} checkpoints, {seconds:.2f} s of {whole:.1f} s, {seconds / whole:.1%}")


if __name__ == "__main__":
    main()
