"""Trains, evaluates and predicts with every spec of a folder: in one process of several, or on several logical devices.

Usage: replica_job.py FOLDER RUNS DEVICES [OVERRIDE...]
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

os.environ["KERAS_BACKEND"] = "tensorflow"


def main(folder: Path, runs: Path, devices: int, overrides: list[str]) -> None:
    import keras
    import tensorflow as tf

    keras.utils.set_random_seed(0)
    tf.config.experimental.enable_op_determinism()
    if devices > 1:
        (cpu,) = tf.config.list_physical_devices("CPU")
        tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * devices)
    from kerascli.run.evaluate import evaluate
    from kerascli.run.predict import predict
    from kerascli.run.train import train
    from kerascli.spec.load import load_spec

    found = {}
    for path in sorted(folder.glob("*.yaml")):
        spec = load_spec(path, overrides)
        result = train(spec, runs)
        run = runs / spec.name / "latest"
        rows = folder / f"{spec.name}-rows.npz"
        if not rows.is_file():
            rows = folder / f"{spec.name}-rows.jsonl"
        # 29 rows in batches of 7 leave one for the last.
        scores = evaluate(run, rows, 7).metrics
        outputs = predict(run, rows, runs / f"{spec.name}.jsonl", 7).outputs
        found[spec.name] = {
            "history": result.history,
            "test": result.metrics,
            "scores": scores,
            "outputs": {name: values.tolist() for name, values in outputs.items()},
            "weights": [weight.tolist() for weight in result.model.get_weights()],
        }
    index = json.loads(os.environ["TF_CONFIG"])["task"]["index"] if "TF_CONFIG" in os.environ else 0
    (runs / f"found-{index}.json").write_text(json.dumps(found))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), sys.argv[4:])
