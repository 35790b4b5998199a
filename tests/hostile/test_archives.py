"""Every hostile `.keras` archive is refused at every door, and nothing else happens."""

from __future__ import annotations

import os
import resource
import socket
import zipfile
from pathlib import Path

import keras
import numpy as np
import pytest

from kerascli.components.keras_file import load_weights, open_model
from kerascli.errors import ExitCode, KerascliError, render_plain
from kerascli.translate.convert import convert

from .archives import ATTACKS, Members, write
from .watch import watched

# What Python itself opens while modules are imported, and TensorFlow's own.
_OURS = (".py", ".pyc", ".so", ".json", "/dev/null")


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Members:
    """The members of a small model."""
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(4), keras.layers.Dense(2)])
    model.layers[0].name = "dense"
    model.compile("adam", "mse")
    model.optimizer.build(model.trainable_variables)
    path = tmp_path_factory.mktemp("sound") / "model.keras"
    model.save(path)
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def refused(path: Path, *doors: object) -> None:
    files = sorted(path.parent.rglob("*"))
    for door in doors:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        with watched() as seen, pytest.raises(KerascliError) as caught:
            door(path)  # type: ignore[operator]
        assert caught.value.exit_code in (ExitCode.SPEC, ExitCode.ENVIRONMENT)
        for one in caught.value.diagnostics:
            assert "\x1b" not in render_plain(one)
            assert len(one.message) < 1000
        assert not seen.others
        assert not [one for one in seen.writes if "/tmp" in one]
        foreign = [one for one in seen.reads if not one.endswith(_OURS) and one != str(path) and "/proc/" not in one]
        assert not [one for one in foreign if "passwd" in one], foreign
        assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 300_000
    assert sorted(path.parent.rglob("*")) == files


def test_sound_one_is_loaded(here: Path, sound: Members) -> None:
    for number, compression in enumerate((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)):
        path = here / f"model{number}.keras"
        write(path, sound, compression=compression)
        assert open_model(path, compiled=True).compiled
        load_weights(open_model(path), path)


@pytest.mark.parametrize("name", ATTACKS)
def test_refused(name: str, here: Path, sound: Members) -> None:
    path = here / "model.keras"
    ATTACKS[name](path, sound)
    doors = [open_model, lambda path: open_model(path, compiled=True)]
    if not name.startswith("config"):
        # What has its own config has no use for that of the file.
        model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(4, name="dense"), keras.layers.Dense(2)])
        doors.append(lambda path: load_weights(model, path))
    refused(path, *doors)


@pytest.mark.parametrize("name", ATTACKS)
def test_converting_never_breaks(name: str, here: Path, sound: Members) -> None:
    path = here / "model.keras"
    ATTACKS[name](path, sound)
    with watched() as seen:
        try:
            convert(path)
        except KerascliError as error:
            assert error.exit_code in (ExitCode.SPEC, ExitCode.ENVIRONMENT)
    assert not seen.others and not seen.writes


def test_no_file_of_another_kind_is_opened(here: Path, sound: Members) -> None:
    np.savez(here / "arrays.npz", a=np.ones(3))
    (here / "arrays.npz").rename(here / "arrays.keras")
    (here / "empty.keras").touch()
    (here / "text.keras").write_text("model")
    (here / "old.h5").write_bytes(b"\x89HDF\r\n\x1a\n")
    (here / "old.keras").write_bytes(b"\x89HDF\r\n\x1a\n" + bytes(100))
    (here / "folder.keras").mkdir()
    (here / "folder.keras" / "saved_model.pb").touch()
    os.mkfifo(here / "fifo.keras")
    (here / "zero.keras").symlink_to("/dev/zero")
    (here / "circle.keras").symlink_to("circle.keras")
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(here / "socket.keras"))
    for path in [*sorted(here.iterdir()), here / "none.keras"]:
        refused(path, open_model, convert, lambda path: load_weights(keras.Sequential(), path))
    listener.close()


def test_large_model_is_no_bomb(here: Path) -> None:
    """The bounds grow with the file: a model of 200 MB loads, as would one of any size."""
    model = keras.Sequential([keras.Input((5000,)), keras.layers.Dense(10_000)])
    model.save(here / "large.keras")
    assert open_model(here / "large.keras").count_params() == model.count_params()
