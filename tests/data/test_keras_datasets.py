"""The datasets of Keras: files that are there are used, and what can't be had is said with what to do."""

from __future__ import annotations

import gzip
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from kerascli.errors import DataError


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(keras.src.backend.config, "_KERAS_DIR", str(tmp_path / "keras"))
    # No test may reach the network.
    monkeypatch.setattr("keras.src.utils.file_utils.urlretrieve", _no_network)
    folder = tmp_path / "keras" / "datasets" / "fashion-mnist"
    folder.mkdir(parents=True)
    return folder


def _no_network(*arguments: Any, **keywords: Any) -> None:
    from urllib.error import URLError

    raise URLError("no network")


def _write(folder: Path, kind: str, count: int) -> None:
    images = np.arange(count * 784, dtype=np.uint64).astype(np.uint8)
    with gzip.open(folder / f"{kind}-images-idx3-ubyte.gz", "wb") as file:
        file.write(struct.pack(">IIII", 2051, count, 28, 28) + images.tobytes())
    with gzip.open(folder / f"{kind}-labels-idx1-ubyte.gz", "wb") as file:
        file.write(struct.pack(">II", 2049, count) + (np.arange(count, dtype=np.uint8) % 10).tobytes())


def test_files_that_are_there_are_used(home: Path, prepared: Callable[..., Any]) -> None:
    _write(home, "train", 30)
    _write(home, "t10k", 10)
    found = prepared(
        "source: fashion_mnist\ninputs: {x: image}\n",
        inputs="{x: [28, 28]}",
        before="    - Flatten\n",
        units=10,
        loss="sparse_categorical_crossentropy",
    )
    facts = found.facts()
    assert facts["samples"] == {"train": 30, "test": 10}
    assert facts["classes"]["y"][:2] == ["T-shirt/top", "Trouser"]
    assert found.train().y["y"].tolist() == [index % 10 for index in range(30)]


@pytest.mark.parametrize("name", ["fashion_mnist", "cifar10", "imdb", "california_housing"])
def test_without_a_network_it_is_said_what_to_do(name: str, home: Path, prepared: Callable[..., Any]) -> None:
    del home
    with pytest.raises(DataError, match=f"can't get '{name}' from Keras") as caught:
        prepared(f"source: {name}\n")
    diagnostic = caught.value.diagnostics[0]
    assert "copy the files" in str(diagnostic.hint) and diagnostic.span is not None and caught.value.exit_code == 3


def test_sequences_have_lengths_of_their_own(
    home: Path, prepared: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def load_data(**arguments: Any) -> Any:
        assert arguments == {"num_words": 100}
        x = np.empty(3, object)
        x[:] = [[1, 2, 3], [4], [5, 6]]
        return (x, np.array([0, 1, 1])), (x[:1], np.array([1]))

    del home
    monkeypatch.setattr(keras.datasets.imdb, "load_data", load_data)
    found = prepared(
        "source: {imdb: {num_words: 100}}\ninputs: {x: {field: sequence, pad: {length: 2, side: pre}}}\n",
        inputs="{x: [2]}",
    )
    assert found.train().x["x"].tolist() == [[2, 3], [0, 4], [5, 6]]
