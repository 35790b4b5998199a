"""Trust, and the copies that a run keeps of its plugins: what was trained is what is evaluated, or it is refused."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from kerascli.errors import EnvironmentProblem, KerascliError, SpecError
from kerascli.record.run_folder import RunFolder
from kerascli.run.evaluate import evaluate
from kerascli.run.load_run import load_run
from kerascli.run.predict import predict
from kerascli.run.result import RunResult
from kerascli.run.train import train
from kerascli.spec.load import load_spec

sys.path.insert(0, str(Path(__file__).parent))
from plugin_specs import PLUGIN, load, run, write

LAYERS = "[{plugins.Tower: {units: 2}}, {Dense: {units: 1, name: y, activation: twice}}]"
COMPILE = "{loss: squares, metrics: [distance]}"


def kerascli(*words: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """The command, in a process of its own; compiled code is written and read as usual."""
    import os

    variables = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    command = [sys.executable, "-m", "kerascli", *words]
    return subprocess.run(
        command, cwd=folder, env={**variables, **environment}, capture_output=True, text=True, timeout=120
    )


@pytest.fixture(autouse=True)
def compiled_code_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    """As Python does by default, whatever the environment says."""
    monkeypatch.setattr(sys, "dont_write_bytecode", False)


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> RunResult:
    """A run of plugins whose own file is gone since."""
    folder = tmp_path_factory.mktemp("trained")
    result = run(folder, layers=LAYERS, compile=COMPILE)
    (folder / "mine.py").write_text("raise RuntimeError('the file of the spec, not the run\\'s copy')\n")
    return result


def test_without_trust_nothing_is_imported(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text("from pathlib import Path\nPath('was_here').touch()\n")
    spec = write(tmp_path, plugins="[mine.py, package.module]")
    code = (
        "import sys\nfrom kerascli.spec.load import load_spec\nfrom kerascli.errors import SpecError\n"
        f"try:\n    load_spec({str(spec)!r})\nexcept SpecError as error:\n    print(error)\n"
        "print(sorted(set(sys.modules) & {'keras', 'tensorflow', 'numpy'}))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert done.stdout.startswith(f"{spec}:2:1: error: the spec runs code of its own: 'mine.py', 'package.module'")
    assert done.stdout.endswith("[]\n")
    assert not (tmp_path / "was_here").exists()


def test_a_run_needs_trust_too(trained: RunResult) -> None:
    for use in (evaluate, load_spec):
        with pytest.raises(SpecError, match="runs code of its own: 'source/plugins/mine.py'") as caught:
            use(trained.folder if use is evaluate else trained.folder / "spec.yaml")
        assert [fault.code for fault in caught.value.diagnostics] == ["needs-trust"]


def test_the_copies_and_their_hashes(trained: RunResult) -> None:
    copy = trained.folder / "source" / "plugins" / "mine.py"
    assert copy.read_bytes() == PLUGIN.read_bytes()
    hashes = json.loads((trained.folder / "source" / "sha256.json").read_text())
    assert hashes["plugins/mine.py"] == hashlib.sha256(PLUGIN.read_bytes()).hexdigest()
    assert "\nplugins: [source/plugins/mine.py]\n" in (trained.folder / "spec.yaml").read_text()


def test_the_run_uses_its_copies(trained: RunResult, tmp_path: Path) -> None:
    assert evaluate(trained.folder, trust=True).metrics == trained.metrics
    x = np.random.default_rng(0).normal(size=(3, 4)).astype("float32")
    np.savez(tmp_path / "new.npz", x=x, y=np.ones((3, 1), "float32"))
    found = predict(trained.folder, tmp_path / "new.npz", trust=True).outputs["y"]
    np.testing.assert_array_equal(found, np.asarray(trained.model(x)))
    by_run = evaluate(trained.folder, tmp_path / "new.npz", trust=True).metrics
    # The file alone is loaded by Keras, which finds the classes of the run that it lies in.
    assert evaluate(trained.folder / "model.keras", tmp_path / "new.npz", trust=True).metrics == by_run
    with pytest.raises(EnvironmentProblem) as caught:
        evaluate(trained.folder / "model.keras", tmp_path / "new.npz")
    assert "--trust" in (caught.value.diagnostics[0].hint or "")


def test_the_resolved_spec_repeats_the_run(trained: RunResult, tmp_path: Path) -> None:
    again = train(load_spec(trained.folder / "spec.yaml", trust=True), tmp_path)
    assert again.history == trained.history
    assert again.metrics == trained.metrics


def test_a_spec_that_starts_from_the_run_names_its_plugins(trained: RunResult, tmp_path: Path) -> None:
    text = f"model: {{base: {{from: {trained.folder}}}, layers: [{{Dense: 1}}]}}\n"
    (tmp_path / "spec.yaml").write_text(text)
    with pytest.raises(SpecError, match=r"has 'plugins.Tower', which no plugin of this spec has") as caught:
        load_spec(tmp_path / "spec.yaml", trust=True)
    assert str(trained.folder / "source" / "plugins" / "mine.py") in (caught.value.diagnostics[0].hint or "")
    (tmp_path / "spec.yaml").write_text(f"plugins: {trained.folder}/source/plugins/mine.py\n{text}")
    assert [layer.component.name for layer in load_spec(tmp_path / "spec.yaml", trust=True).model.layers] == [
        "plugins.Tower", "Dense", "Dense",
    ]  # fmt: skip


@pytest.mark.parametrize("change", ["edited", "gone", "more", "linked"])
def test_changed_copies_are_refused(tmp_path: Path, change: str) -> None:
    result = run(tmp_path, layers=LAYERS, compile=COMPILE) if change == "edited" else None
    folder = tmp_path / "runs" / "small" / "made"
    plugins = (result.folder if result else folder) / "source" / "plugins"
    if result is None:
        # What is checked does not need a whole run.
        plugins.mkdir(parents=True)
        (plugins / "mine.py").write_text("x = 1\n")
        digest = hashlib.sha256(b"x = 1\n").hexdigest()
        (plugins.parent / "sha256.json").write_text(json.dumps({"plugins/mine.py": digest}))
    if change == "edited":
        with (plugins / "mine.py").open("a") as file:
            file.write("# more\n")
    elif change == "gone":
        (plugins / "mine.py").unlink()
    elif change == "more":
        (plugins / "other.so").touch()
    else:
        (plugins / "keras").symlink_to(tmp_path)
    with pytest.raises(EnvironmentProblem, match="is not the file that the run was trained with") as caught:
        load_run(RunFolder(result.folder if result else folder), trust=True)
    assert caught.value.exit_code == 5


def test_a_package_comes_whole_and_is_read_as_source(tmp_path: Path) -> None:
    deep = tmp_path / "package" / "deep"
    deep.mkdir(parents=True)
    for path in (deep.parent, deep):
        (path / "__init__.py").touch()
    (deep.parent / "factor.py").write_text("FACTOR = 2.0\n")
    (deep / "late.py").write_text("def shift():\n    return 1.0\n")
    text = (
        "# -*- coding: latin-1 -*-\nimport keras\nfrom ..factor import FACTOR\n\n\nclass Mine(keras.layers.Layer):\n"
        "    def call(self, x):\n        from .late import shift\n\n        return x * FACTOR + shift()  # é\n"
    )
    (deep / "mine.py").write_bytes(text.encode("latin-1"))
    spec = load(tmp_path, plugins="[package/deep/mine.py, math]", layers="[Mine, {Dense: {units: 1, name: y}}]",
                data="{source: {synthetic: {samples: 16, fields: {x: {shape: [4]}, y: {shape: [1]}}}}, "
                     "test: 0.25, inputs: x, targets: y}")  # fmt: skip
    result = train(spec, tmp_path / "runs")
    names = {path.name for path in (result.folder / "source" / "plugins").rglob("*.py")}
    assert names == {"__init__.py", "factor.py", "late.py", "mine.py"}
    (deep.parent / "factor.py").write_text("FACTOR = 3.0\n")
    assert evaluate(result.folder, trust=True).metrics == result.metrics
    # The neighbour has changed, so the package is another.
    from kerascli.run.build import build_model

    changed = build_model(load_spec(tmp_path / "spec.yaml", trust=True)).layers[0]
    assert float(np.asarray(changed(np.ones((1, 4), "float32")))[0, 0]) == 4.0
    assert not list(tmp_path.rglob("*.pyc"))


def test_an_edited_file_is_read_again(tmp_path: Path) -> None:
    """Also when it is edited within the second and keeps its size, where Python would take the compiled one."""
    (tmp_path / "spec.yaml").write_text("plugins: [mine.py]\nmodel: {inputs: {x: [4]}, layers: [Mine]}\n")
    text = "import keras\n\n\nclass Mine(keras.layers.Layer):\n    VALUE = {}\n\n    def call(self, x):\n        return x\n"
    found = []
    for value in (1, 2, 1):
        (tmp_path / "mine.py").write_text(text.replace("{}", str(value)))
        spec = load_spec(tmp_path / "spec.yaml", trust=True)
        module, _, name = spec.plugins.entries["layers", "Mine"].path.rpartition(".")
        found.append(getattr(sys.modules[module], name).VALUE)
    assert found == [1, 2, 1]


def test_a_package_that_offers_what_its_modules_hold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "installed" / "parts_of_ours"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("from parts_of_ours.one import Mine\n")
    (package / "one.py").write_text("import keras\n\n\nclass Mine(keras.layers.Layer):\n    pass\n")
    monkeypatch.syspath_prepend(package.parent)
    (tmp_path / "spec.yaml").write_text(
        "plugins: [parts_of_ours, parts_of_ours.one]\nmodel: {inputs: {x: [4]}, layers: [Mine]}\n"
    )
    assert load_spec(tmp_path / "spec.yaml", trust=True).model.layers[0].component.name == "plugins.Mine"


def test_the_commands(tmp_path: Path) -> None:
    write(tmp_path, layers=LAYERS, compile=COMPILE, callbacks="[{Batches: {note: hi}}]")
    refused = kerascli("train", "spec.yaml", folder=tmp_path)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert refused.stderr.startswith("spec.yaml:2:1: error: the spec runs code of its own: 'mine.py' [needs-trust]")
    assert not (tmp_path / "runs").exists()
    done = kerascli("train", "spec.yaml", "--quiet", folder=tmp_path, KERASCLI_TRUST="1")
    assert done.returncode == 0
    assert done.stderr.startswith("warning: Batches holds 'odd', which no checkpoint can keep"), done.stderr
    assert (tmp_path / "runs" / "small" / "latest" / "batches.txt").read_text() == "hi 3"
    (tmp_path / "mine.py").unlink()
    again = kerascli("evaluate", "small", "--trust", "--json", folder=tmp_path)
    assert (again.returncode, again.stderr) == (0, "")
    record = json.loads((tmp_path / "runs" / "small" / "latest" / "run.json").read_text())
    assert json.loads(again.stdout)["metrics"] == record["test"]
    assert not list(tmp_path.rglob("*.pyc"))
    with pytest.raises(KerascliError):
        evaluate("small", runs=tmp_path / "runs")
