"""Hostile files by the command line: every command that opens one refuses it in its own words, and does nothing else."""

from __future__ import annotations

import json
import os
import resource
import warnings
import zipfile
from pathlib import Path

import keras
import numpy as np
import pytest
from typer.testing import CliRunner

from kerascli.cli import quiet
from kerascli.cli.main import app

from .archives import ATTACKS, Members
from .fuzz import deadline
from .test_data import ARRAYS
from .test_runs import EVIL
from .watch import watched

SPEC = """\
name: small
data: {source: {npz: data.npz}, inputs: {x: x}, targets: {y: y}}
model:
  inputs: {x: [3]}
  layers:
    - Dense: 4
      name: dense
    - Dense: 2
      name: y
compile: {optimizer: adam, loss: mse}
logs: {tensorboard: false}
"""
BASE = SPEC.replace(
    "  inputs: {x: [3]}\n  layers:\n    - Dense: 4\n      name: dense\n", "  base: {from: model.keras}\n  layers:\n"
)
# What was published as an attack, one of each kind.
PUBLISHED = [
    "member: parent", "member: symbolic link", "member: pickle", "member: bomb",
    "config: Lambda", "config: lambda activation", "config: os.system", "config: subprocess", "config: get_file", "config: unsafe mode",
    "config: StringLookup", "config: TFSMLayer", "weights: external link", "weights: external data", "weights: shape bomb",
]  # fmt: skip


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Members:
    model = keras.Sequential(
        [keras.Input((3,), name="x"), keras.layers.Dense(4, name="dense"), keras.layers.Dense(2, name="y")]
    )
    model.compile("adam", "mse")
    model.optimizer.build(model.trainable_variables)
    path = tmp_path_factory.mktemp("sound") / "model.keras"
    model.save(path)
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    # The process has TensorFlow already, and its standard error belongs to the test.
    monkeypatch.setattr(quiet, "_redirect", lambda: None)
    monkeypatch.setattr(warnings, "showwarning", warnings.showwarning)
    np.savez(
        "data.npz", x=np.random.default_rng(0).normal(size=(40, 3)), y=np.random.default_rng(1).normal(size=(40, 2))
    )
    Path("spec.yaml").write_text(SPEC)
    Path("base.yaml").write_text(BASE)
    return tmp_path


def refused(*words: str, statuses: tuple[int, ...] = (2, 3, 5)) -> str:
    """What a command says of what it refuses, within its bounds."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with watched() as seen, deadline(10):
        result = CliRunner().invoke(app, list(words))
    said = result.output
    assert result.exception is None or isinstance(result.exception, SystemExit), (words, result.exception)
    assert result.exit_code in statuses, (words, said)
    assert "error:" in said and "Traceback" not in said
    for bad in ("\x1b[2J", "\x07", "\x9b", "\u202e"):
        assert bad not in said
    assert not seen.others
    assert not [one for one in seen.reads if "passwd" in one]
    assert not Path("evil").exists() and not Path("runs").exists()
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 300_000
    return said


@pytest.mark.parametrize("name", PUBLISHED)
def test_archives(name: str, here: Path, sound: Members) -> None:
    refused("evaluate", "none.keras", "--data", "data.npz")
    ATTACKS[name](Path("model.keras"), sound)
    refused("evaluate", "model.keras", "--data", "data.npz")
    refused("summary", "base.yaml")
    if not name.startswith("config"):
        # Who takes the weights alone has no use for the config.
        refused("train", "spec.yaml", "--init-from", "model.keras")
    assert not Path("evil").exists()


@pytest.mark.parametrize("name", ["claims.npy", "objects.npy", "pickle.npy", "claims.npz", "objects.npz"])
def test_arrays_as_weights(name: str, here: Path) -> None:
    Path(name).write_bytes(ARRAYS[name])
    Path("spec.yaml").write_text(SPEC.replace("name: dense", f"name: dense\n      weights: {name}"))
    refused("check", "spec.yaml", "--build")


DEVICES = ("fifo", "/dev/zero", "/dev/random")


@pytest.mark.parametrize("ending", [".yaml", ".keras", ".npz", ".csv", ".py", ".npy"])
def test_no_devices(ending: str, here: Path) -> None:
    """None is opened: a FIFO would be waited for, a device read for ever."""
    for target in DEVICES:
        path = Path(f"odd{ending}")
        path.unlink(missing_ok=True)
        if target == "fifo":
            os.mkfifo(path)
        else:
            path.symlink_to(target)
        words = {
            ".yaml": [("check", "odd.yaml"), ("train", "odd.yaml"), ("summary", "odd.yaml")],
            ".keras": [
                ("evaluate", "odd.keras", "--data", "data.npz"),
                ("train", "spec.yaml", "--init-from", "odd.keras"),
            ],
            ".npz": [("check", "spec.yaml", "data.source={npz: odd.npz}", "--data")],
            ".csv": [("check", "spec.yaml", "data.source={csv: odd.csv}", "--data")],
            ".py": [("check", "spec.yaml", "plugins=[odd.py]", "--trust")],
            ".npy": [("check", "spec.yaml", "model.layers.dense.weights=odd.npy", "--build")],
        }[ending]
        for one in words:
            refused(*one)


PLUGINS = {
    "import": f"raise ValueError({EVIL!r})\n",
    "name": f"import keras\n\nclass Own(keras.layers.Layer):\n    def __init__(self):\n        raise ValueError({EVIL!r})\n",
    "call": f"import keras\n\nclass Own(keras.layers.Layer):\n    def call(self, x):\n        raise ValueError({EVIL!r})\n",
    "syntax": f"x = '{EVIL}'\n(\n",
}


@pytest.mark.parametrize("name", PLUGINS)
def test_texts_of_plugins(name: str, here: Path) -> None:
    """What a plugin raises is shown with its control characters written out."""
    Path("own.py").write_text(PLUGINS[name])
    text = SPEC + "plugins: [own.py]\n"
    Path("spec.yaml").write_text(
        text.replace("    - Dense: 4\n      name: dense", "    - plugins.Own") if name in ("name", "call") else text
    )
    refused("check", "spec.yaml", "--build", "--trust")


def test_a_run_whose_files_were_replaced(here: Path, sound: Members) -> None:
    done = CliRunner().invoke(app, ["train", "spec.yaml", "--quiet", "--runs", "mine"])
    assert done.exit_code == 0, done.output
    folder = next(one for one in Path("mine/small").iterdir() if not one.is_symlink())
    for name in ("member: parent", "weights: external link", "weights: shape bomb"):
        ATTACKS[name](folder / "model.keras", sound)
        refused("evaluate", "small", "--data", "data.npz", "--runs", "mine")
        refused("predict", "small", "-i", "data.npz", "-o", "out.csv", "--runs", "mine")
    for checkpoint in (folder / "checkpoints").iterdir():
        for file in checkpoint.iterdir():
            file.write_bytes(ARRAYS["objects.npz"])
    refused("resume", "small", "--runs", "mine")
    refused("evaluate", "small", "--data", "data.npz", "--weights", "last", "--runs", "mine")
    assert not Path("out.csv").exists()


def test_pictures_of_hostile_names(here: Path) -> None:
    """Names in an SVG, a page or a Mermaid diagram are text: no element or attribute comes of them."""
    evil = '<script>alert(1)</script>"><img src=x onerror=alert(1)>'
    classes = [evil, "$$\\frac{1}{", "]] %% {{"]
    text = SPEC.replace("y: y}", f"y: {{field: y, classes: {json.dumps(classes)}}}}}").replace(
        "loss: mse", "loss: sparse_categorical_crossentropy"
    )
    text = (
        text.replace("Dense: 2", "Dense: {units: 3, activation: softmax}")
        + f"description: {json.dumps(evil)}\ntags: [{json.dumps(evil)}]\n"
    )
    np.savez(
        "data.npz",
        x=np.random.default_rng(0).normal(size=(40, 3)),
        y=np.array([one.replace("$$", "$") for one in classes])[np.arange(40) % 3],
    )
    Path("spec.yaml").write_text(text)
    done = CliRunner().invoke(app, ["train", "spec.yaml", "--quiet", "--runs", "mine"])
    assert done.exit_code == 0, done.output
    run = next(one for one in Path("mine/small").iterdir() if not one.is_symlink())
    (run / "history.csv").write_text(f'epoch,"{evil.replace(chr(34), chr(34) * 2)}",loss\n1,0.5,1\n2,0.4,1\n')
    for words in (["plot", "spec.yaml", "-o", "a.svg"], ["plot", "spec.yaml", "-o", "a.md"], ["plot", "small", "--history", "-o", "h.svg", "--runs", "mine"],
                  ["runs", "compare", "small", "small", "-o", "c.html", "--runs", "mine"]):  # fmt: skip
        result = CliRunner().invoke(app, words)
        assert result.exception is None or isinstance(result.exception, SystemExit), (words, result.exception)
    drawn = [path for path in here.glob("*") if path.suffix in (".svg", ".md", ".html")]
    assert {path.name for path in drawn} >= {"a.svg", "a.md", "h.svg"}
    for path in drawn:
        page = path.read_text()
        assert "<script" not in page and "<img src=x" not in page, path
    assert "&lt;script" in Path("h.svg").read_text()
