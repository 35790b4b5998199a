"""The commands as a user types them, in processes of their own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).parent.parent.parent

TINY = """\
name: tiny
data:
  source:
    synthetic: {samples: 64, fields: {x: {shape: [4], normal: [0, 1]}, kind: {choice: [cat, dog, eel]}}}
  validation: 0.25
  test: 0.25
  inputs: x
  targets: kind
model:
  inputs: {x: [4]}
  layers:
    - Dense: {units: 3, activation: softmax}
      name: kind
compile: {optimizer: adam, loss: sparse_categorical_crossentropy, metrics: [accuracy]}
fit: {epochs: 2, batch_size: 8}
"""


def kerascli(*words: str, folder: Path, **extra: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "kerascli", *words]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, **extra)


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("work")
    (folder / "tiny.yaml").write_text(TINY)
    done = kerascli("train", "tiny.yaml", folder=folder)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert "\x1b" not in done.stdout
    assert "epoch 2/2" in done.stdout
    return folder


def test_run_folder_is_as_drawn(trained: Path) -> None:
    run = trained / "runs" / "tiny" / "latest"
    assert {path.name for path in run.iterdir()} == {
        "spec.yaml", "source", "run.json", "history.csv", "tensorboard", "checkpoints",
        "model.keras", "preprocessing", "evaluation", "predictions", "plots",
    }  # fmt: skip
    record = json.loads((run / "run.json").read_text())
    assert (record["status"], record["epochs"], record["steps"]) == ("done", 2, 8)
    assert set(record["test"]) == {"loss", "accuracy"}
    assert (run / "source" / "tiny.yaml").read_text() == TINY
    assert {path.name for path in (run / "plots").iterdir()} == {"curves.png", "confusion.png", "model.png"}
    assert len((run / "history.csv").read_text().splitlines()) == 3


def test_events_are_read_back(trained: Path) -> None:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    run = trained / "runs" / "tiny" / "latest"
    history = (run / "history.csv").read_text().splitlines()
    losses = [float(line.split(",")[1]) for line in history[1:]]
    events = EventAccumulator(str(run / "tensorboard" / "train"))
    events.Reload()
    assert events.Graph() is not None
    tags = events.Tags()["tensors"]
    assert {"epoch_loss", "epoch_accuracy", "epoch_learning_rate"} <= set(tags)
    import tensorflow as tf

    read = [float(tf.make_ndarray(event.tensor_proto)) for event in events.Tensors("epoch_loss")]
    assert read == pytest.approx(losses, rel=1e-6)
    validation = EventAccumulator(str(run / "tensorboard" / "validation"))
    validation.Reload()
    assert "epoch_loss" in validation.Tags()["tensors"]


def test_evaluate_repeats_the_test(trained: Path) -> None:
    done = kerascli("evaluate", "tiny", "--json", folder=trained)
    assert done.returncode == 0, done.stderr
    record = json.loads((trained / "runs" / "tiny" / "latest" / "run.json").read_text())
    assert json.loads(done.stdout)["metrics"] == pytest.approx(record["test"], rel=1e-5)


def test_new_csv_is_read_as_the_trained_one(trained: Path, tmp_path: Path) -> None:
    """Separator, decimal mark and types of the run's own CSV hold for new files, with and without targets."""
    rows = [f"{i / 4:.2f};{i % 7};{'yes' if i % 2 else 'no'}".replace(".", ",") for i in range(40)]
    (tmp_path / "t.csv").write_text("\n".join(["a;b;y", *rows]) + "\n")
    source = "{csv: {path: t.csv, separator: ';', decimal: ',', columns: {a: float, y: text}}}"
    text = TINY.replace(TINY[TINY.index("  source:") : TINY.index("  validation:")], f"  source: {source}\n")
    text = text.replace("inputs: x\n", "inputs: {x: {fields: [a, b]}}\n").replace("targets: kind", "targets: y")
    text = text.replace("inputs: {x: [4]}", "inputs: {x: [2]}").replace("units: 3", "units: 2")
    (tmp_path / "semi.yaml").write_text(text)
    assert kerascli("train", "semi.yaml", "name=semi", folder=tmp_path).returncode == 0
    (tmp_path / "new.csv").write_text("b;a;more\n3;0,5;x\n4;1,5;y\n")
    done = kerascli("predict", "semi", "-i", "new.csv", "-o", "-", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == 2
    done = kerascli("evaluate", "semi", "--data", "t.csv", "--json", folder=tmp_path)
    assert json.loads(done.stdout)["samples"] == 40, done.stderr


def test_evaluate_takes_a_plain_model(trained: Path, tmp_path: Path) -> None:
    """A `.keras` file from anywhere: fields go to inputs and outputs by name, or the only one left."""
    import shutil

    shutil.copy(trained / "runs" / "tiny" / "latest" / "model.keras", tmp_path / "model.keras")
    generator = np.random.default_rng(0)
    np.savez(tmp_path / "data.npz", x=generator.normal(size=(20, 4)), label=generator.integers(0, 3, 20))
    done = kerascli("evaluate", "model.keras", "--data", "data.npz", "--json", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert (result["samples"], set(result["metrics"])) == (20, {"loss", "accuracy"})
    (tmp_path / "broken.keras").write_bytes(b"no archive")
    assert kerascli("evaluate", "broken.keras", "--data", "data.npz", folder=tmp_path).returncode == 2
    whole = (tmp_path / "model.keras").read_bytes()
    (tmp_path / "broken.keras").write_bytes(whole[: len(whole) // 2])
    assert kerascli("evaluate", "broken.keras", "--data", "data.npz", folder=tmp_path).returncode == 5


def test_predict_writes_names_and_probabilities(trained: Path) -> None:
    np.save(trained / "new.npy", np.random.default_rng(0).normal(size=(5, 4)))
    done = kerascli("predict", "latest", "--input", "new.npy", "--output", "out.csv", folder=trained)
    assert done.returncode == 0, done.stderr
    rows = (trained / "out.csv").read_text().splitlines()
    assert rows[0].startswith("kind,kind_probability,kind_probabilities_cat")
    assert len(rows) == 6
    assert rows[1].split(",")[0] in ("cat", "dog", "eel")
    done = kerascli("predict", "latest", "--input", "new.npy", "--output", "-", folder=trained)
    assert [json.loads(line)["kind"] for line in done.stdout.splitlines()] == [row.split(",")[0] for row in rows[1:]]


def test_resolved_spec_repeats_the_run(trained: Path) -> None:
    run = (trained / "runs" / "tiny" / "latest").resolve()
    done = kerascli("train", str(run / "spec.yaml"), "--runs", "again", "--quiet", folder=trained)
    assert (done.returncode, done.stdout) == (0, "")
    again = trained / "again" / "tiny" / "latest"
    assert (again / "history.csv").read_text() == (run / "history.csv").read_text()
    assert (again / "spec.yaml").read_text() == (run / "spec.yaml").read_text()


def test_summary_plot_and_config(trained: Path) -> None:
    summary = json.loads(kerascli("summary", "tiny.yaml", "--json", folder=trained).stdout)
    assert [layer["path"] for layer in summary["layers"]] == ["x", "kind"]
    assert summary["parameters"] == 15
    for name in ("a.svg", "a.png", "a.pdf", "a.md"):
        done = kerascli("plot", "tiny", "-o", name, folder=trained)
        assert done.returncode == 0, done.stderr
        assert (trained / name).stat().st_size > 200
    assert kerascli("plot", "tiny", "--history", "-o", "h.png", folder=trained).returncode == 0
    shown = kerascli("config", "show", "tiny.yaml", "fit.epochs=5", folder=trained)
    assert "epochs: 5" in shown.stdout
    assert "learning_rate: 0.001" in shown.stdout
    why = kerascli("config", "why", "tiny.yaml", "fit.epochs", "fit.epochs=5", folder=trained)
    assert why.stdout.splitlines() == [
        "fit.epochs = 5    command line:1:12",
        "  beat 2    tiny.yaml:15:15",
    ]


@pytest.mark.parametrize(
    ("words", "status", "text"),
    [
        (("train", "tiny.yaml", "fit.epoch=3"), 2, "unknown-path"),
        (("train", "missing.yaml"), 2, "can't read"),
        (("train", "tiny.yaml", "data.targets=kin"), 3, "did you mean 'kind'"),
        (("train", "tiny.yaml", "data.test=0.9"), 3, "takes 16 of 6 samples"),
        (("train", "tiny.yaml", "model.layers.kind.units=-3"), 2, "units"),
        (("train", "tiny.yaml", "compile.loss=categorical_crossentropy"), 2, "takes a vector for each sample"),
        (("train", "tiny.yaml", "checkpoints.best=val_acc"), 2, "val_accuracy"),
        (("train", "tiny.yaml", "+callbacks={EarlyStopping: {monitor: acc}}"), 2, "accuracy"),
        (("train", "tiny.yaml", "data.source={csv: nothing.csv}"), 3, "nothing.csv"),
        (("evaluate", "nothing"), 2, "no run"),
        (("predict", "tiny", "--input", "new.xyz", "--output", "o.csv"), 2, "new.xyz"),
        (("predict", "tiny", "--input", "new.npz", "--output", "o.xyz"), 2, "o.xyz"),
        (("plot", "tiny.yaml", "-o", "a.gif"), 2, ".svg"),
        (("check", "tiny.yaml", "--nonsense"), 2, "nonsense"),
    ],
)
def test_bad_input_is_said_and_leaves_nothing(trained: Path, words: tuple[str, ...], status: int, text: str) -> None:
    before = sorted(path.name for path in (trained / "runs" / "tiny").iterdir())
    done = kerascli(*words, folder=trained)
    assert done.returncode == status, done.stderr
    assert text in done.stderr
    assert "Traceback" not in done.stderr
    assert sorted(path.name for path in (trained / "runs" / "tiny").iterdir()) == before


def test_check_levels(trained: Path) -> None:
    for more in ((), ("--build",), ("--data",)):
        done = kerascli("check", "tiny.yaml", *more, folder=trained)
        assert (done.returncode, done.stderr) == (0, "")
    done = kerascli("check", "tiny.yaml", "seed=x", "--json", folder=trained)
    (diagnostic,) = json.loads(done.stdout)["diagnostics"]
    assert (done.returncode, diagnostic["code"], diagnostic["file"]) == (2, "wrong-type", "command line")


def test_signal_saves_and_marks(trained: Path) -> None:
    command = [sys.executable, "-m", "kerascli", "train", "tiny.yaml", "fit.epochs=100000", "name=long"]
    process = subprocess.Popen(command, cwd=trained, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith("epoch 3/"):
            break
    process.send_signal(signal.SIGTERM)
    _, stderr = process.communicate(timeout=60)
    assert process.returncode == 143
    assert "Traceback" not in stderr
    record = json.loads((trained / "runs" / "long" / "latest" / "run.json").read_text())
    assert (record["status"], record["reason"]) == ("stopped", "SIGTERM")
    assert any((trained / "runs" / "long" / "latest" / "checkpoints").glob("[0-9]*/manifest.json"))


def test_weights_that_are_not_finite_fail_the_run(trained: Path) -> None:
    done = kerascli(
        "train",
        "tiny.yaml",
        "compile.optimizer={SGD: 1e38}",
        "name=bad",
        "compile.loss={SparseCategoricalCrossentropy: {from_logits: true}}",
        "model.layers.kind.activation=linear",
        folder=trained,
    )
    assert done.returncode == 4, done.stderr
    record = json.loads((trained / "runs" / "bad" / "latest" / "run.json").read_text())
    assert record["status"] == "failed"


LIGHT = [
    ("--help",),
    ("--version",),
    ("train", "--help"),
    ("check", "tiny.yaml"),
    ("config", "show", "tiny.yaml"),
    ("schema", "-o", "schema.json"),
]


@pytest.mark.parametrize("words", LIGHT, ids=" ".join)
def test_light_commands_import_nothing_heavy(trained: Path, words: tuple[str, ...]) -> None:
    code = (
        "import sys, atexit\n"
        "atexit.register(lambda: print('HEAVY', sorted({'tensorflow', 'keras', 'numpy', 'matplotlib', 'pyarrow'} & set(sys.modules))))\n"
        f"sys.argv = ['kerascli', *{list(words)!r}]\n"
        "from kerascli.cli.main import main\nmain()\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=trained, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "HEAVY []"


def test_every_help_has_an_example() -> None:
    for words in (
        ["train"],
        ["evaluate"],
        ["predict"],
        ["summary"],
        ["plot"],
        ["check"],
        ["config", "show"],
        ["config", "why"],
        ["schema"],
        ["describe"],
    ):
        done = kerascli(*words, "--help", folder=ROOT)
        assert "    kerascli " + " ".join(words) in done.stdout, words


def test_live_line_on_a_terminal(trained: Path) -> None:
    import pty

    master, slave = pty.openpty()
    command = [sys.executable, "-m", "kerascli", "train", "tiny.yaml"]
    environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "100", "LINES": "40"}
    process = subprocess.Popen(command, cwd=trained, stdout=slave, stderr=slave, env=environment)
    os.close(slave)
    seen = b""
    end = time.monotonic() + 90
    while time.monotonic() < end:
        try:
            part = os.read(master, 4096)
        except OSError:
            break
        if not part:
            break
        seen += part
    assert process.wait(timeout=30) == 0
    assert b"epoch 2/2" in seen
    assert "★ best".encode() in seen
    assert b"tensorboard --logdir" in seen
