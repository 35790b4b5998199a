"""Trains, evaluates and predicts with every spec of a folder, in each of several ways; what came out is left as JSON.

Usage: replica_job.py FOLDER WAY[:MODEL]=OVERRIDE...
"""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

os.environ["KERAS_BACKEND"] = "tensorflow"
sys.path.insert(0, str(Path(__file__).parent))


def rows_of(folder: Path, name: str) -> Path:
    """New rows for a model."""
    rows = folder / f"{name}-rows.npz"
    return rows if rows.is_file() else folder / f"{name}-rows.jsonl"


def use(folder: Path, way: str, model: str, overrides: list[str]) -> dict[str, Any]:
    """What each spec gives, or one."""
    from kerascli.run.evaluate import evaluate
    from kerascli.run.predict import predict
    from kerascli.run.train import train
    from kerascli.spec.load import load_spec

    found = {}
    for path in sorted(folder.glob(f"{model or '*'}.yaml")):
        spec = load_spec(path, overrides)
        result = train(spec, folder / way)
        run, rows = folder / way / spec.name / "latest", rows_of(folder, spec.name)
        found[spec.name] = {
            "history": result.history,
            "test": result.metrics,
            # 29 rows in batches of 7 leave one for the last.
            "scores": evaluate(run, rows, 7).metrics,
            "outputs": {
                name: values.tolist()
                for name, values in predict(run, rows, folder / way / f"{spec.name}.jsonl", 7).outputs.items()
            },
            "weights": [weight.tolist() for weight in result.model.get_weights()],
        }
    return found


def go_on(folder: Path) -> dict[str, Any]:
    """Whether a mirrored run that was stopped in the middle of an epoch ends as the uninterrupted one."""
    from kept import differing, everything
    from small import Told

    from kerascli.errors import Interrupted
    from kerascli.run.resume import resume
    from kerascli.run.train import train
    from kerascli.spec.load import load_spec

    spec = load_spec(folder / "heads.yaml", ["distribute=mirrored"])
    whole = train(spec, folder / "whole").folder

    def stepped(step: int, logs: Any, **more: Any) -> None:
        # The first two calls are one step each, whatever the clock says.
        if step == 2:
            os.kill(os.getpid(), signal.SIGTERM)

    try:
        train(spec, folder / "stopped", progress=Told(stepped=stepped))
    except Interrupted:
        again = resume(folder / "stopped" / "heads" / "latest").folder
        return {"differing": differing(everything(again), everything(whole))}
    return {"differing": ["it was not stopped"]}


def own_step(folder: Path) -> dict[str, Any]:
    """A model with a step of its own, in one process and mirrored; and what is said of parts of unequal sizes."""
    from replica_specs import OWN, OWN_CLASS

    from kerascli.errors import SpecError
    from kerascli.run.train import train
    from kerascli.spec.load import load_spec

    place = folder / "own"
    place.mkdir()
    (place / "own_class.py").write_text(OWN_CLASS)
    path = place / "own.yaml"
    path.write_text(OWN)
    found: dict[str, Any] = {"history": [], "refused": []}
    for overrides in (["performance=false"], ["distribute=mirrored"]):
        found["history"].append(train(load_spec(path, overrides, trust=True), place / "runs").history)
    more = "data.source.synthetic.samples=45"
    for uneven in (["fit.batch_size=7"], [more], [more, "data.validation=9"]):
        try:
            train(load_spec(path, ["distribute=mirrored", *uneven], trust=True), place / "refused")
        except SpecError as error:
            found["refused"].append(error.diagnostics[0].message)
    found["written"], found["half"] = (place / "refused").exists(), half()
    return found


def half() -> list[list[Any]]:
    """What two devices predict in bfloat16, and the model alone; the last batch leaves nothing for one of them."""
    import keras
    import numpy as np

    from kerascli.run.join import distribute
    from kerascli.run.predictions import make_predict_step
    from kerascli.spec.distribute_spec import DistributeSpec

    distribution = distribute(DistributeSpec("mirrored"))
    with distribution.scope():
        x = keras.Input([3])
        model = keras.Model(x, keras.layers.Dense(2, dtype="bfloat16", name="y")(x))
    found, step = [], make_predict_step(model, distribution)
    for rows in (5, 1):
        data = np.arange(rows * 3, dtype="float32").reshape(rows, 3)
        for outputs in (step((data,))["y"], np.asarray(model(data))):
            found.append([str(outputs.dtype), outputs.astype("float32").tolist()])
    return found


def differ(folder: Path, index: int) -> list[list[Any]]:
    """What is said where the second worker is started with another spec, option, data or version; whether anything was written."""
    from kerascli.errors import KerascliError
    from kerascli.run import same_start
    from kerascli.run.train import train
    from kerascli.spec.load import load_spec

    path, versions = folder / "convnet.yaml", same_start.versions
    other = {"keras": "0.1"} if index else {}
    found = []
    for overrides, strict, known in (
        ([f"seed={index}"], False, {}),
        ([f"compile.optimizer.learning_rate=0.{index + 1}"], False, {}),
        ([], bool(index), {}),
        ([f"data.source.synthetic.samples={130 + index}"], False, {}),
        ([], False, other),
    ):
        # No machine has two versions of Keras for this.
        same_start.versions = lambda known=known: {**versions(), **known}
        try:
            train(load_spec(path, overrides), folder / "differ", strict=strict)
        except KerascliError as error:
            (one,) = error.diagnostics
            found.append([one.code, int(error.exit_code), one.message, (folder / "differ").exists()])
    same_start.versions = versions
    return found


def main(folder: Path, ways: list[str]) -> None:
    import keras
    import tensorflow as tf

    keras.utils.set_random_seed(0)
    tf.config.experimental.enable_op_determinism()
    index = json.loads(os.environ["TF_CONFIG"])["task"]["index"] if "TF_CONFIG" in os.environ else None
    if index is None:
        (cpu,) = tf.config.list_physical_devices("CPU")
        tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
    for text in ways:
        name, _, override = text.partition("=")
        way, _, model = name.partition(":")
        if way == "differ":
            found: Any = differ(folder, index or 0)
        else:
            special = {"resumed": go_on, "own": own_step}.get(way)
            found = special(folder) if special is not None else use(folder, way, model, [override] if override else [])
        (folder / f"{way}{'' if index is None else index}.json").write_text(json.dumps(found))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
