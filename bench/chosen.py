"""The steady epoch of ready specs and odd ones beside `model.fit` on the same arrays: nothing that is chosen may be slower.

Neither writes logs, and the checkpoint of a best epoch is not counted: what these take is measured by `speed.py logs`.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
from speed import machine, write

from kerascli.data.augment import make_augmentation
from kerascli.data.prepare import prepare_data
from kerascli.data.split import ArraySplit, batch_of
from kerascli.errors import KerascliError
from kerascli.model.callbacks import build_callbacks
from kerascli.run import recorder
from kerascli.run.build import build_model
from kerascli.run.progress import Silence
from kerascli.run.session import keras_session
from kerascli.run.train import train
from kerascli.spec.load import load_spec
from kerascli.spec.spec import Spec

ROOT = Path(__file__).parent.parent
CONFIGS = ROOT / "configs"
NAMES = ("x", "y", "sample_weight")
BARE = ["logs={csv: false, tensorboard: false}", f"checkpoints={{every: {10**9} steps}}"]
# Name to config and changes.
CASES: dict[str, tuple[str, list[str]]] = {
    **{
        path.stem: (path.name, [])
        for path in sorted(CONFIGS.glob("*.yaml"))
        if path.stem not in ("mnist", "mnist_cnn", "mnist_lstm", "two_branch")
    },
    "tiny batches": ("digits.yaml", ["fit.batch_size=2"]),
    "one batch an epoch": ("digits.yaml", ["fit.batch_size=4096"]),
    "few steps an epoch": ("mnist.yaml", ["fit.steps_per_epoch=5", "fit.validation_steps=2"]),
    "huge batches": ("mnist.yaml", ["fit.batch_size=8192"]),
    "every batch is told": ("news.yaml", ["callbacks=[TerminateOnNaN]"]),
    "streamed": ("penguins.yaml", ["data.cache=none"]),
    "half precision": ("news.yaml", ["dtype=mixed_bfloat16"]),
    "RMSprop": ("news.yaml", ["compile.optimizer=rmsprop"]),
    "Lion": ("news.yaml", ["compile.optimizer=lion"]),
}


class Ends(Silence):
    """When each epoch ended: on the wall, and in processor time."""

    def __init__(self) -> None:
        self.at: list[tuple[float, float]] = []
        self.apart = (0.0, 0.0)

    def now(self) -> None:
        self.at.append((time.perf_counter() - self.apart[0], time.process_time() - self.apart[1]))

    def epoch_ended(self, _epoch: int, _logs: Mapping[str, float], **_facts: Any) -> None:
        self.now()

    def median(self) -> tuple[float, float]:
        """The seconds of an epoch behind the first."""
        found = [(two[0] - one[0], two[1] - one[1]) for one, two in pairwise(self.at)]
        return statistics.median(one for one, _ in found), statistics.median(one for _, one in found)


def ours(spec: Spec) -> tuple[float, float]:
    """As the tool does it, without its checkpoints."""
    ends, write = Ends(), recorder.write_snapshot

    def counted(*arguments: Any, **keywords: Any) -> None:
        began = time.perf_counter(), time.process_time()
        write(*arguments, **keywords)
        ends.apart = (
            ends.apart[0] + time.perf_counter() - began[0],
            ends.apart[1] + time.process_time() - began[1],
        )

    recorder.write_snapshot = counted
    try:
        with tempfile.TemporaryDirectory() as folder:
            train(spec, folder, progress=ends)
    finally:
        recorder.write_snapshot = write
    return ends.median()


def plain(spec: Spec, epochs: int) -> tuple[float, float]:
    """As `model.fit` does it, with the same callbacks."""
    ends, fit = Ends(), spec.fit
    model = build_model(spec)
    with keras_session(spec), tempfile.TemporaryDirectory() as folder:
        data = prepare_data(spec).with_model(spec.model)
        train_data, held_out = (given(split, fit.batch_size) for split in (data.train(), data.validation()))
        augment = make_augmentation(data.data)
        if augment:
            split = data.train()
            train_data = {"x": augment(split.dataset(fit.batch_size, order=split.order(0, 0)), spec.seed, 0)}
        callbacks = build_callbacks(spec, Path(folder))[0]
        ended = keras.callbacks.LambdaCallback(on_epoch_end=lambda _epoch, _logs: ends.now())
        model.fit(
            **train_data,
            epochs=epochs,
            **validation(held_out, fit.validation_batch_size),
            steps_per_epoch=fit.steps_per_epoch,
            validation_steps=fit.validation_steps,
            shuffle=fit.shuffle,
            callbacks=[*callbacks, ended],
            verbose=0,
        )
    return ends.median()


def given(split: Any, batch_size: int) -> dict[str, Any]:
    """Arrays with their batch size; of what is streamed its batches; nothing of no split."""
    if split is None:
        return {}
    if not isinstance(split, ArraySplit):
        return {"x": split.dataset(batch_size, order=split.order(0, 0))}
    return {**dict(zip(NAMES, batch_of(split.x, split.y, split.weights), strict=False)), "batch_size": batch_size}


def validation(held_out: Mapping[str, Any], batch_size: int | None) -> dict[str, Any]:
    """The arguments of `fit` that tell it of the validation."""
    if "y" not in held_out:
        return {"validation_data": held_out.get("x")}
    arrays = tuple(held_out[name] for name in NAMES if name in held_out)
    return {"validation_data": arrays, "validation_batch_size": batch_size}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cases", nargs="*", metavar="CASE", help=f"all, or some of: {', '.join(CASES)}")
    parser.add_argument("--pairs", type=int, default=3)
    parser.add_argument("--epochs", type=int, default=6)
    parser.add_argument("--write", type=Path, metavar="PAGE", help="put the whole table into a page")
    options = parser.parse_args()
    unknown = [case for case in options.cases if case not in CASES]
    if unknown:
        parser.error(f"no case '{unknown[0]}'")
    rows = ["| | epoch, s | its | ratio | ratio of the processor's time |", "| --- | --- | --- | --- | --- |"]
    print("\n".join(rows), flush=True)
    failed = False
    for case in options.cases or CASES:
        config, changes = CASES[case]
        length = [f"fit.epochs={options.epochs}"]
        alone = [] if "callbacks" in "".join(changes) else ["callbacks=[]"]
        try:
            spec = load_spec(CONFIGS / config, [*changes, *length, *alone, *BARE])
            found = [(ours(spec), plain(spec, options.epochs)) for _ in range(options.pairs)]
        except KerascliError as error:  # The others are measured all the same.
            print(f"| {case} | {type(error).__name__}: {str(error).splitlines()[0]} |", flush=True)
            failed = True
            continue
        walls = [statistics.median(pair[side][0] for pair in found) for side in (0, 1)]
        ratios = [statistics.median(one[kind] / two[kind] for one, two in found) for kind in (0, 1)]
        rows.append(f"| {case} | {walls[0]:.3f} | {walls[1]:.3f} | **{ratios[0]:.2f}** | {ratios[1]:.2f} |")
        print(rows[-1], flush=True)
    if options.write is not None and not options.cases and not failed:
        table = "\n".join(rows)
        write(options.write, "chosen", f"{machine(options.pairs, options.epochs)}\n\n{table}")
    sys.exit(failed)


if __name__ == "__main__":
    main()
