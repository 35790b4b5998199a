"""Images, sounds, texts and arrays in files: Keras's own values, and every fault with its file and row."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from kerascli.data.read_folders import IMAGES, read_class_folders
from kerascli.data.read_media import check_media, read_media, readable
from kerascli.data.skipped import SkipLog
from kerascli.data.table import make_table
from kerascli.errors import DataError
from kerascli.spec.data_spec import Read

from .pictures import picture


def _read(read: Read, *paths: Path | str) -> Any:
    names = np.empty(len(paths), object)
    names[:] = [str(path) for path in paths]
    return read_media(read, names, make_table({"p": names}, "d.csv"), "p", None)


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    for index in range(9):
        ending = ("png", "jpg", "jpeg", "PNG")[index % 4]
        mode = "L" if index % 4 == 3 else "RGB"
        picture(tmp_path / "photos" / "ab"[index % 2] / f"{index}.{ending}", (20 + index, 30), mode, index)
    (tmp_path / "photos" / "a" / "notes.txt").write_text("x")
    return tmp_path / "photos"


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize(
    "options", [{}, {"interpolation": "nearest"}, {"crop_to_aspect_ratio": True}, {"pad_to_aspect_ratio": True}]
)
def test_a_folder_has_the_values_that_keras_reads(photos: Path, channels: int, options: dict[str, Any]) -> None:
    expected = keras.utils.image_dataset_from_directory(
        photos,
        image_size=(16, 12),
        color_mode={1: "grayscale", 3: "rgb"}[channels],
        shuffle=False,
        batch_size=None,
        verbose=False,
        **options,
    )
    table = read_class_folders(photos, "image", IMAGES, None)["train"]
    assert [Path(path).name for path in table.fields["image"]] == [
        "0.png",
        "2.jpeg",
        "4.png",
        "6.jpeg",
        "8.png",
        "1.jpg",
        "3.PNG",
        "5.jpg",
        "7.PNG",
    ]
    read = Read("image", tuple({"size": [16, 12], "channels": channels, **options}.items()))
    found = _read(read, *table.fields["image"])
    images, labels = zip(*expected.as_numpy_iterator(), strict=True)
    np.testing.assert_array_equal(found, np.stack(images))
    assert [("a", "b")[label] for label in labels] == table.fields["label"].tolist()


def test_kinds_that_tensorflow_decodes_with_their_own_channels_alone(tmp_path: Path) -> None:
    colour = picture(tmp_path / "c.bmp")
    grey = _read(Read("image", (("channels", 1),)), colour)
    expected = tf.image.rgb_to_grayscale(np.asarray(Image.open(colour)))
    np.testing.assert_array_equal(grey[0], expected)
    alpha = _read(Read("image", (("channels", 4),)), picture(tmp_path / "j.jpg"))
    assert alpha.shape[-1] == 4 and (alpha[..., 3] == 255).all()


@pytest.mark.parametrize(
    ("ending", "colours"),
    [("bmp", "L"), ("bmp", "RGB"), ("gif", "RGB"), ("jpg", "L"), ("jpg", "RGB"), ("png", "L"), ("png", "RGBA")],
)
@pytest.mark.parametrize("channels", [1, 3, 4])
def test_every_kind_is_decoded_as_keras_does(ending: str, colours: str, channels: int, tmp_path: Path) -> None:
    picture(tmp_path / "a" / f"p.{ending}", (9, 7), colours)
    mode = {1: "grayscale", 3: "rgb", 4: "rgba"}[channels]
    expected = keras.utils.image_dataset_from_directory(
        tmp_path, image_size=(5, 6), color_mode=mode, shuffle=False, batch_size=None, verbose=False
    )
    found = _read(Read("image", (("size", [5, 6]), ("channels", channels))), tmp_path / "a" / f"p.{ending}")
    try:
        wanted = next(expected.as_numpy_iterator())[0]
    except tf.errors.InvalidArgumentError:
        # Keras can't read such a file with these channels at all.
        assert found.shape == (1, 5, 6, channels)
        return
    np.testing.assert_array_equal(found[0], wanted)


def test_images_of_one_size_need_no_size(tmp_path: Path) -> None:
    one, other = picture(tmp_path / "1.png"), picture(tmp_path / "2.png", seed=1)
    assert _read(Read("image"), one, other).shape == (2, 20, 24, 3)
    third = picture(tmp_path / "3.png", (5, 5))
    with pytest.raises(DataError, match=r"3.png' has the shape \[5, 5, 3\]"):
        _read(Read("image"), one, third)
    named_wrongly = tmp_path / "png.jpg"
    named_wrongly.write_bytes(one.read_bytes())
    np.testing.assert_array_equal(_read(Read("image"), named_wrongly), _read(Read("image"), one))


def _huge_png(path: Path) -> Path:
    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    chunk = b"IHDR" + header
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n"
        + struct.pack(">I", 13)
        + chunk
        + struct.pack(">I", zlib.crc32(chunk))
        + struct.pack(">I", 4)
        + b"IDATabcd"
    )
    return path


def test_every_fault_names_file_and_row(tmp_path: Path) -> None:
    good = picture(tmp_path / "good.png")
    (tmp_path / "cut.png").write_bytes(good.read_bytes()[:-200])
    (tmp_path / "empty.png").write_bytes(b"")
    (tmp_path / "text.png").write_text("hello")
    (tmp_path / "folder.png").mkdir()
    _huge_png(tmp_path / "huge.png")
    faults = {
        "gone.png": "No such file",
        "empty.png": "it is empty",
        "text.png": "no image, or damaged",
        "folder.png": "it is a folder",
        "huge.png": "header claims",
    }
    for name, said in faults.items():
        paths = np.array([str(good), str(tmp_path / name)], object)
        table = make_table({"p": paths}, "d.csv")
        for call in (read_media, check_media):
            with pytest.raises(DataError, match=f"(?s){name}', row 2 of d.csv: .*{said}"):
                call(Read("image"), paths, table, "p", None)
    with pytest.raises(DataError, match=r"cut.png', row 2 of d.csv: it is cut off"):
        _read(Read("image"), good, tmp_path / "cut.png")
    with pytest.raises(DataError, match="the path is missing"):
        _read(Read("image"), good, "")
    paths = np.array([str(good), *(str(tmp_path / name) for name in (*faults, "cut.png"))], object)
    skipped = SkipLog()
    assert readable(Read("image"), paths, make_table({"p": paths}, "d.csv"), skipped).tolist() == [True] + [False] * 6
    assert skipped.count == 6 and "row 2 of d.csv" in skipped.first[0]


def test_sounds_texts_and_arrays(tmp_path: Path) -> None:
    sound = np.linspace(-1, 1, 100, dtype=np.float32)[:, np.newaxis]
    (tmp_path / "t.wav").write_text("no sound")
    with pytest.raises(DataError, match="it is no WAV file, or damaged"):
        _read(Read("audio", (("length", 9),)), tmp_path / "t.wav")
    (tmp_path / "a.wav").write_bytes(tf.audio.encode_wav(sound, 8000).numpy())
    for length in (50, 150):
        found = _read(Read("audio", (("length", length),)), tmp_path / "a.wav")
        assert found.shape == (1, length, 1)
        np.testing.assert_allclose(found[0, : min(100, length)], sound[: min(100, length)], atol=1e-3)
    (tmp_path / "t.txt").write_text("grüße", encoding="utf-8")
    assert _read(Read("text", (("folder", str(tmp_path)),)), "t.txt").tolist() == ["grüße"]
    (tmp_path / "latin.txt").write_bytes("grüße".encode("latin-1"))
    assert _read(Read("text", (("encoding", "latin-1"),)), tmp_path / "latin.txt").tolist() == ["grüße"]
    with pytest.raises(DataError, match=r"latin.txt', row 1 of d.csv: it is not 'utf-8' text: byte 3"):
        _read(Read("text"), tmp_path / "latin.txt")
    with pytest.raises(DataError, match="not 'ascii' text"):
        _read(Read("text", (("encoding", "ascii"),)), tmp_path / "t.txt")
    np.save(tmp_path / "a.npy", np.arange(6).reshape(2, 3))
    assert _read(Read("npy"), tmp_path / "a.npy", tmp_path / "a.npy").shape == (2, 2, 3)
    np.save(tmp_path / "o.npy", np.array([{}], object), allow_pickle=True)
    with pytest.raises(DataError, match="Python objects, which could run code"):
        _read(Read("npy"), tmp_path / "o.npy")
