"""A spec trained by kerascli and by its ejected script, in one process."""

from __future__ import annotations

import csv
import runpy
import shutil
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from kerascli.run.eject import eject
from kerascli.run.train import train
from kerascli.spec.load import load_spec

MNIST = Path(__file__).parents[2] / "kerascli" / "data" / "mnist" / "mnist.npz"


def shipped_mnist() -> Any:
    """The same arrays as Keras's download has."""
    with np.load(MNIST) as arrays:
        return (arrays["x_train"], arrays["y_train"]), (arrays["x_test"], arrays["y_test"])


def run_both(spec_path: Path, overrides: list[str], folder: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Trains by the command and by the script; their histories must agree.

    Returns:
        The script's variables.
    """
    monkeypatch.setattr(keras.datasets.mnist, "load_data", shipped_mnist)
    keras.utils.clear_session()
    script = eject(load_spec(spec_path, overrides, trust=True))
    compile(script.text, "train.py", "exec")
    text = script.text.replace("Written by `kerascli eject`", "").replace('package="kerascli"', "")
    # Where the data lies is written out, and a clone's folder has the project's name.
    assert "kerascli" not in text.replace(str(spec_path.resolve().parent), "")
    keras.utils.clear_session()
    # The script takes single steps and Keras's own updates.
    result = train(load_spec(spec_path, [*overrides, "performance=false"], trust=True), folder / "runs")
    keras.utils.clear_session()
    (folder / "train.py").write_text(script.text)
    monkeypatch.syspath_prepend(str(folder))
    for file in script.files:
        if file.parent != folder:
            shutil.copy(file, folder)
    monkeypatch.chdir(folder)
    policy = keras.config.dtype_policy()
    try:
        names = runpy.run_path(str(folder / "train.py"))
    finally:
        keras.config.set_dtype_policy(policy)
    with (folder / "history.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert "loss" in result.history
    for name, values in result.history.items():
        # Keras's own logger has no learning rate, or that of the next epoch.
        if name != "learning_rate":
            found = [float("nan") if row[name] == "NA" else float(row[name]) for row in rows]
            values = np.asarray(values, float)
            np.testing.assert_allclose(found[:1], values[:1], rtol=1e-6, err_msg=name)
            np.testing.assert_allclose(found, values, rtol=2e-5, err_msg=name)
    return names
