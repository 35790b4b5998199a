"""`kerascli convert`: what it writes, what it refuses, what it says."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import pytest
from keras import layers

from kerascli import load_spec
from kerascli.errors import EnvironmentProblem, KerascliError, SpecError, UsageError
from kerascli.spec.from_keras import model_from_config
from kerascli.translate.convert import convert

from . import hand_made
from .round_trip import config_of


def saved(model: Any, folder: Path) -> Path:
    path = folder / "model.keras"
    model.save(path)
    return path


def command(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "kerascli", *arguments], cwd=cwd, capture_output=True, text=True, timeout=120
    )


def test_a_chain_reads_as_people_write_it(tmp_path: Path) -> None:
    keras.backend.clear_session()
    text = convert(saved(hand_made.chain(), tmp_path)).text
    assert text.split("\n\n", 1)[1] == (
        "model:\n"
        "  inputs: {x: [4]}\n"
        "  layers:\n"
        "    - Dense: {units: 3, activation: relu}\n"
        "    - Dropout: 0.5\n"
        "    - Dense: 2\n"
        "      name: out\n"
    )
    assert text.startswith("# The model 'sequential") and "' of model.keras, saved with Keras " in text


@pytest.mark.parametrize("name", hand_made.MODELS)
def test_the_text_reads_as_the_same_model(name: str, tmp_path: Path) -> None:
    conversion = convert(saved(hand_made.MODELS[name](), tmp_path))
    spec = tmp_path / "spec.yaml"
    spec.write_text(conversion.text)
    loaded = load_spec(spec)
    assert loaded.model == conversion.model.model
    assert [warning.code for warning in loaded.warnings if warning.code != "unused-input"] == []


def test_a_model_that_was_never_built_leaves_its_input_open(tmp_path: Path) -> None:
    converted = model_from_config(keras.saving.serialize_keras_object(hand_made.unbuilt()))
    assert converted.model.inputs == ()
    assert [layer.component.name for layer in converted.model.layers] == ["Dense", "ReLU"]


def test_names_that_no_spec_can_hold_are_listed(tmp_path: Path) -> None:
    conversion = convert(saved(hand_made.names(), tmp_path))
    assert {(one.old, one.new) for one in conversion.renames} == {
        ("in.put", "in_put"),
        ("1.dense", "_1_dense"),
        ("a b", "a_b_2"),
    }


COMPILED: dict[str, tuple[dict[str, Any], str]] = {
    "defaults": ({"optimizer": "adam", "loss": "mse"}, "  optimizer: Adam\n  loss: mse\n"),
    "objects": (
        {
            "optimizer": keras.optimizers.SGD(0.1, momentum=0.9),
            "loss": keras.losses.CategoricalCrossentropy(label_smoothing=0.1),
            "metrics": ["mae", keras.metrics.RootMeanSquaredError(name="root")],
        },
        "  optimizer: {SGD: {learning_rate: 0.1, momentum: 0.9}}\n"
        "  loss: {CategoricalCrossentropy: {label_smoothing: 0.1}}\n"
        "  metrics: [mae, {RootMeanSquaredError: {name: root}}]\n",
    ),
    "schedule": (
        {"optimizer": keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(0.1, 100)), "loss": "mae"},
        "  optimizer: {Adam: {learning_rate: {CosineDecay: {initial_learning_rate: 0.1, decay_steps: 100}}}}\n"
        "  loss: mae\n",
    ),
}


@pytest.mark.parametrize("name", COMPILED)
def test_compile_settings_come_along(name: str, tmp_path: Path) -> None:
    settings, expected = COMPILED[name]
    model = hand_made.chain()
    model.compile(**settings)
    text = convert(saved(model, tmp_path)).text
    assert text.split("compile:\n", 1)[1] == expected
    (tmp_path / "spec.yaml").write_text(text)
    assert load_spec(tmp_path / "spec.yaml").compile is not None


def test_settings_by_output_go_by_the_names_of_the_spec(tmp_path: Path) -> None:
    x = keras.Input((4,))
    model = keras.Model(x, [layers.Dense(1, name="a.1")(x), layers.Dense(1, name="b")(x)])
    model.compile("sgd", loss={"a.1": "mse", "b": "mae"}, loss_weights={"b": 2.0}, metrics={"b": ["mse"]})
    text = convert(saved(model, tmp_path)).text
    (tmp_path / "spec.yaml").write_text(text)
    compiled = load_spec(tmp_path / "spec.yaml").compile
    assert compiled is not None
    assert [loss.name for loss in compiled.losses if loss] == ["MeanSquaredError", "MeanAbsoluteError"]


def test_settings_of_ones_own_are_left_out_with_a_note(tmp_path: Path) -> None:
    model = hand_made.chain()
    model.compile("adam", loss=own_loss)
    conversion = convert(saved(model, tmp_path))
    assert "compile:" not in conversion.text
    assert conversion.remarks == ("the compile settings are left out: Keras has no 'own_loss'",)


def own_loss(true: Any, predicted: Any) -> Any:
    return keras.ops.mean(true - predicted)


class OwnLayer(layers.Layer):
    def call(self, x: Any) -> Any:
        return x


class OwnModel(keras.Model):
    def __init__(self) -> None:
        super().__init__()
        self.dense = layers.Dense(2)

    def call(self, x: Any) -> Any:
        return self.dense(x)


def _own_model() -> Any:
    model = OwnModel()
    model(keras.ops.ones((1, 4)))
    return model


def _with(layer: Any) -> Any:
    return keras.Sequential([keras.Input((4,)), layer])


def _long_vocabulary() -> Any:
    words = [f"a word that is long enough to fill a spec, number {number}" for number in range(25_000)]
    return _with_strings(layers.StringLookup(vocabulary=words, name="long"))


def _with_strings(layer: Any) -> Any:
    return keras.Sequential([keras.Input((4,), dtype="string"), layer])


REFUSED: dict[str, tuple[Callable[[], Any], list[str]]] = {
    "a layer of one's own": (lambda: _with(OwnLayer(name="mine")), ["'mine'", "'OwnLayer'"]),
    "a lambda": (lambda: _with(layers.Lambda(keras.ops.square, name="code")), ["'code'", "Lambda"]),
    "a function": (lambda: _with(layers.Dense(2, activation=own_activation, name="odd")), ["'odd'", "own_activation"]),
    "a long vocabulary": (_long_vocabulary, ["1,048,576 bytes"]),
    "a model of one's own": (_own_model, ["'OwnModel'"]),
}


def own_activation(x: Any) -> Any:
    return x


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_not_keras_own_is_refused_by_name(what: str, tmp_path: Path) -> None:
    make, words = REFUSED[what]
    with pytest.raises(SpecError) as caught:
        convert(saved(make(), tmp_path))
    message = str(caught.value)
    assert caught.value.exit_code == 2 and str(tmp_path / "model.keras") in message
    assert all(word in message for word in words), message


def archive(folder: Path, **members: bytes) -> Path:
    path = folder / "made.keras"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in members.items():
            file.writestr(name.replace("_json", ".json"), content)
    return path


DAMAGED: dict[str, Callable[[Path], Path]] = {
    "no config": lambda folder: archive(folder, metadata_json=b"{}"),
    "no JSON": lambda folder: archive(folder, config_json=b"{"),
    "a list": lambda folder: archive(folder, config_json=b"[]"),
    "deep": lambda folder: archive(folder, config_json=b"[" * 100_000),
    "a bomb": lambda folder: archive(folder, config_json=b" " * (65 * 1024 * 1024)),
}


@pytest.mark.parametrize("what", DAMAGED)
def test_a_damaged_archive_is_named(what: str, tmp_path: Path) -> None:
    path = DAMAGED[what](tmp_path)
    with pytest.raises(EnvironmentProblem, match=r"made\.keras") as caught:
        convert(path)
    assert caught.value.exit_code == 5


def test_a_file_that_is_cut_off_is_named(tmp_path: Path) -> None:
    path = saved(hand_made.chain(), tmp_path)
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(EnvironmentProblem, match="damaged"):
        convert(path)


@pytest.mark.parametrize("name", ["none.keras", "folder", "model.h5", "text.keras"])
def test_what_is_no_archive_is_a_mistake_of_use(name: str, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "model.h5").write_bytes(b"")
    (tmp_path / "text.keras").write_text("model: {}")
    with pytest.raises(UsageError, match=name):
        convert(tmp_path / name)


def damaged(value: Any, dice: random.Random) -> Any:
    """The config with one value taken out, or another in its place, somewhere."""
    copy = json.loads(json.dumps(value))
    place, holder = copy, copy
    key: Any = None
    while isinstance(place, dict | list) and place and (key is None or dice.random() < 0.9):
        holder = place
        key = dice.choice(list(place)) if isinstance(place, dict) else dice.randrange(len(place))
        place = holder[key]
    if dice.random() < 0.3:
        del holder[key]
    else:
        holder[key] = dice.choice([[], {}, "x", -1, None, [0], {"class_name": "Dense", "config": {}}])
    return copy


@pytest.mark.parametrize("name", ["called_on_itself", "mappings", "operations"])
def test_no_damage_to_a_config_is_a_traceback(name: str, tmp_path: Path) -> None:
    config = config_of(saved(hand_made.MODELS[name](), tmp_path))
    for seed in range(150):
        try:
            model_from_config(damaged(config, random.Random(seed)))
        except KerascliError as error:
            assert error.exit_code == 2


def test_the_command_writes_lists_and_refuses(tmp_path: Path) -> None:
    saved(hand_made.names(), tmp_path)
    first = command("convert", "model.keras", "-o", "spec.yaml", cwd=tmp_path)
    assert (first.returncode, first.stdout) == (0, "")
    assert "  1.dense -> _1_dense\n" in first.stderr
    again = command("convert", "model.keras", "-o", "spec.yaml", cwd=tmp_path)
    assert again.returncode == 2 and "--force" in again.stderr
    forced = command("convert", "model.keras", "-o", "spec.yaml", "--force", "--json", cwd=tmp_path)
    assert forced.returncode == 0
    assert json.loads(forced.stdout)["spec"] == (tmp_path / "spec.yaml").read_text()
    shown = command("convert", "model.keras", "-o", "-", cwd=tmp_path)
    assert shown.stdout == (tmp_path / "spec.yaml").read_text()
    assert command("check", "spec.yaml", cwd=tmp_path).returncode == 0
    assert command("convert", "none.keras", cwd=tmp_path).returncode == 2


def test_converting_imports_neither_keras_nor_numpy(tmp_path: Path) -> None:
    path = saved(hand_made.chain(), tmp_path)
    code = (
        "import sys, pathlib\nfrom kerascli.translate.convert import convert\nconvert(pathlib.Path(sys.argv[1]))\n"
        "print([m for m in ('keras', 'tensorflow', 'numpy', 'h5py') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_the_example_of_the_docs_is_what_comes_out(tmp_path: Path) -> None:
    page = (Path(__file__).parents[2] / "docs" / "convert.md").read_text()
    code, spec = (page.split(f"```{word}\n")[1].split("```")[0] for word in ("python", "yaml"))
    names: dict[str, Any] = {}
    keras.backend.clear_session()
    exec(code, names)
    text = convert(saved(names["model"], tmp_path)).text
    assert text.split("\n\n", 1)[1] == spec
