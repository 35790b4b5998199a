"""Small specs around the plugin under test."""

from __future__ import annotations

import shutil
from pathlib import Path

from kerascli.run.result import RunResult
from kerascli.run.train import train
from kerascli.spec.load import load_spec
from kerascli.spec.spec import Spec

PLUGIN = Path(__file__).parent / "plugin_under_test.py"
HEAD = "{Dense: {units: 1, name: y}}"

PARTS = {
    "data": "{source: {python: parts}, inputs: x, targets: y}",
    "layers": f"[{HEAD}]",
    "compile": "{loss: mse, optimizer: {SGD: 0.1}}",
    "fit": "{epochs: 1, batch_size: 8}",
    "callbacks": "[]",
    "plugins": "[mine.py]",
}


def write(folder: Path, **parts: str) -> Path:
    """A spec in a folder, beside a copy of the plugin; parts are written instead of the default ones."""
    if not (folder / "mine.py").exists():
        shutil.copy(PLUGIN, folder / "mine.py")
    words = {**PARTS, **parts}
    text = (
        f"name: small\nplugins: {words['plugins']}\ndata: {words['data']}\n"
        f"model: {{inputs: {{x: [4]}}, layers: {words['layers']}}}\n"
        f"compile: {words['compile']}\nfit: {words['fit']}\ncallbacks: {words['callbacks']}\n"
        "logs: {tensorboard: false}\n"
    )
    (folder / "spec.yaml").write_text(text)
    return folder / "spec.yaml"


def load(folder: Path, **parts: str) -> Spec:
    """The spec, trusted."""
    return load_spec(write(folder, **parts), trust=True)


def run(folder: Path, **parts: str) -> RunResult:
    """The spec, trusted and trained."""
    return train(load(folder, **parts), folder / "runs")
