"""Images, sounds, texts and arrays in files: Keras's own values, and every fault with its file and row."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
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


def _picture(path: Path, size: tuple[int, int] = (20, 24), mode: str = "RGB", seed: int = 0) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    channels = len(Image.new(mode, (1, 1)).getbands())
    pixels = np.random.default_rng(seed).integers(0, 256, (*size, channels), dtype=np.uint8)
    Image.fromarray(pixels if channels > 1 else pixels[..., 0], mode).save(path)
    return path


def _read(read: Read, *paths: Path | str) -> Any:
    names = np.empty(len(paths), object)
    names[:] = [str(path) for path in paths]
    return read_media(read, names, make_table({"p": names}, "d.csv"), "p", None)


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    for index in range(9):
        ending = ("png", "jpg", "jpeg", "PNG")[index % 4]
        mode = "L" if index % 4 == 3 else "RGB"
        _picture(tmp_path / "photos" / "ab"[index % 2] / f"{index}.{ending}", (20 + index, 30), mode, index)
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
    colour = _picture(tmp_path / "c.bmp")
    grey = _read(Read("image", (("channels", 1),)), colour)
    expected = tf.image.rgb_to_grayscale(np.asarray(Image.open(colour)))
    np.testing.assert_array_equal(grey[0], expected)
    alpha = _read(Read("image", (("channels", 4),)), _picture(tmp_path / "j.jpg"))
    assert alpha.shape[-1] == 4 and (alpha[..., 3] == 255).all()


@pytest.mark.parametrize(
    ("ending", "colours"),
    [("bmp", "L"), ("bmp", "RGB"), ("gif", "RGB"), ("jpg", "L"), ("jpg", "RGB"), ("png", "L"), ("png", "RGBA")],
)
@pytest.mark.parametrize("channels", [1, 3, 4])
def test_every_kind_is_decoded_as_keras_does(ending: str, colours: str, channels: int, tmp_path: Path) -> None:
    _picture(tmp_path / "a" / f"p.{ending}", (9, 7), colours)
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
    one, other = _picture(tmp_path / "1.png"), _picture(tmp_path / "2.png", seed=1)
    assert _read(Read("image"), one, other).shape == (2, 20, 24, 3)
    third = _picture(tmp_path / "3.png", (5, 5))
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
    good = _picture(tmp_path / "good.png")
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


def test_faults_of_folders(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="there is no folder"):
        read_class_folders(tmp_path / "gone", "image", IMAGES, None)
    (tmp_path / "file").write_text("x")
    with pytest.raises(DataError, match="is a file"):
        read_class_folders(tmp_path / "file", "image", IMAGES, None)
    (tmp_path / "bare").mkdir()
    with pytest.raises(DataError, match="has no sub-folders"):
        read_class_folders(tmp_path / "bare", "image", IMAGES, None)
    (tmp_path / "bare" / "cat").mkdir()
    with pytest.raises(DataError, match="the class folder '.*cat' has no file"):
        read_class_folders(tmp_path / "bare", "image", IMAGES, None)


def test_a_folder_with_its_own_splits(tmp_path: Path) -> None:
    _picture(tmp_path / "train" / "cat" / ".hidden.png")
    for split in ("train", "test", "val"):
        for name in ("cat", "dog"):
            _picture(tmp_path / split / name / "1.png")
    found = read_class_folders(tmp_path, "image", IMAGES, None)
    assert {name: table.samples for name, table in found.items()} == {"test": 2, "train": 2, "validation": 2}
    _picture(tmp_path / "valid" / "cat" / "1.png")
    with pytest.raises(DataError, match="has several folders for the validation: val, valid"):
        read_class_folders(tmp_path, "image", IMAGES, None)


def test_what_cannot_be_read_is_skipped_and_listed(prepared: Callable[..., Any], tmp_path: Path) -> None:
    for index in range(8):
        _picture(tmp_path / "p" / "ab"[index % 2] / f"{index}.png", seed=index)
    (tmp_path / "p" / "a" / "bad.png").write_text("no image")
    section = "source: {images: {folder: p, size: [4, 4]}}\ninputs: {x: image}\n"
    with pytest.raises(DataError, match="bad.png"):
        prepared(section, inputs="{x: [4, 4, 3]}", before="    - Flatten\n", units=2)
    found = prepared(section + "on_error: skip\n", inputs="{x: [4, 4, 3]}", before="    - Flatten\n", units=2)
    facts = found.facts()
    assert facts["samples"] == {"train": 8} and facts["skipped"]["count"] == 1
    assert "bad.png" in facts["skipped"]["first"][0]


def test_a_column_of_paths_beside_numbers(prepared: Callable[..., Any], tmp_path: Path) -> None:
    for index in range(3):
        _picture(tmp_path / "pics" / f"{index}.png", seed=index)
    (tmp_path / "d.csv").write_text("photo,y\n" + "".join(f"{index}.png,{index}\n" for index in range(3)))
    found = prepared(
        "source: {csv: d.csv}\ninputs: {x: {field: photo, read: {image: {size: [4, 6], folder: pics}}}}\n",
        inputs="{x: [4, 6, 3]}",
        before="    - Flatten\n",
    )
    assert found.train().x["x"].shape == (3, 4, 6, 3)


def _photo_spec(prepared: Callable[..., Any], more: str = "") -> Any:
    return prepared(
        "source: {csv: d.csv}\ninputs: {x: {field: photo, read: {npy: {folder: arrays}}}}\n" + more, inputs="{x: [2]}"
    )


def test_the_fingerprint_is_that_of_the_files_wherever_the_command_is_typed(
    prepared: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "arrays").mkdir()
    for index in range(3):
        np.save(tmp_path / "arrays" / f"{index}.npy", np.full(2, index, np.float32))
    (tmp_path / "d.csv").write_text("photo,y\n" + "".join(f"{index}.npy,{index}\n" for index in range(3)))
    first = _photo_spec(prepared).fingerprint
    monkeypatch.chdir(tmp_path / "arrays")
    assert _photo_spec(prepared).fingerprint == first
    np.save(tmp_path / "arrays" / "1.npy", np.full(2, 1, np.float64))
    assert _photo_spec(prepared).fingerprint != first


def test_files_that_change_and_keep_their_size_are_read_again(
    prepared: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kerascli.data.prepare.cache_folder", lambda: tmp_path / "cache")
    (tmp_path / "arrays").mkdir()
    (tmp_path / "d.csv").write_text("photo,y\n" + "".join(f"{index}.npy,{index}\n" for index in range(3)))
    for add in (0, 10):
        for index in range(3):
            np.save(tmp_path / "arrays" / f"{index}.npy", np.full(2, index + add, np.float32))
        for _ in range(2):
            x = next(iter(_photo_spec(prepared, "cache: disk\n").train().dataset(3)))[0]
            assert np.asarray(x).tolist() == [[add, add], [1 + add, 1 + add], [2 + add, 2 + add]]
    assert len(list((tmp_path / "cache").iterdir())) == 2


@pytest.mark.parametrize("cache", ["memory", "none"])
def test_sample_weights_beside_files(cache: str, prepared: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "arrays").mkdir()
    for index in range(3):
        np.save(tmp_path / "arrays" / f"{index}.npy", np.zeros(2, np.float32))
    (tmp_path / "d.csv").write_text("photo,y,w\n" + "".join(f"{index}.npy,{index},{index + 1}\n" for index in range(3)))
    found = _photo_spec(prepared, f"cache: {cache}\nsample_weight: w\n").train()
    assert np.asarray(next(iter(found.dataset(3)))[2]).tolist() == [1, 2, 3]


def test_splits_of_their_own_skip_too(prepared: Callable[..., Any], tmp_path: Path) -> None:
    for folder in ("p", "v"):
        for name in ("a", "b"):
            (tmp_path / folder / name).mkdir(parents=True)
            for index in range(3):
                (tmp_path / folder / name / f"{index}.txt").write_text(
                    "" if index == 1 and name == "a" else f"{name} x"
                )
    section = (
        "source: {text: p}\nvalidation: {text: v}\non_error: skip\n"
        "inputs: {x: {field: text, transform: [{TextVectorization: {output_mode: multi_hot}}]}}\n"
    )
    shape = {"inputs": "{x: [4]}", "units": 2}
    with pytest.raises(DataError, match=r"1.txt', row 2 of .*p: it is empty"):
        prepared(section.replace("on_error: skip\n", ""), **shape)
    facts = prepared(section, **shape).facts()
    assert facts["samples"] == {"train": 5, "validation": 5}
    assert facts["skipped"]["count"] == 2 and "v/a/1.txt" in facts["skipped"]["first"][1].replace("\\", "/")
    for path in (tmp_path / "v").rglob("*.txt"):
        path.write_text("")
    with pytest.raises(DataError, match="v has no samples that can be read"):
        prepared(section, **shape)
