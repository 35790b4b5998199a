"""Tables of files: what can't be read is skipped, and what has changed is noticed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kerascli.errors import DataError

from .pictures import picture


def test_what_cannot_be_read_is_skipped_and_listed(prepared: Callable[..., Any], tmp_path: Path) -> None:
    for index in range(8):
        picture(tmp_path / "p" / "ab"[index % 2] / f"{index}.png", seed=index)
    (tmp_path / "p" / "a" / "bad.png").write_text("no image")
    section = "source: {images: {folder: p, size: [4, 4]}}\ninputs: {x: image}\n"
    with pytest.raises(DataError, match="bad.png"):
        prepared(section, inputs="{x: [4, 4, 3]}", before="    - Flatten\n", units=2)
    found = prepared(section + "on_error: skip\n", inputs="{x: [4, 4, 3]}", before="    - Flatten\n", units=2)
    facts = found.facts()
    assert facts["samples"] == {"train": 8} and facts["skipped"]["count"] == 1
    assert "bad.png" in facts["skipped"]["first"][0]


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


def test_a_column_of_paths_beside_numbers(prepared: Callable[..., Any], tmp_path: Path) -> None:
    for index in range(3):
        picture(tmp_path / "pics" / f"{index}.png", seed=index)
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
    monkeypatch.setattr("kerascli.data.prepared_data.cache_folder", lambda: tmp_path / "cache")
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
