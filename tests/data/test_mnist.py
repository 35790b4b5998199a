"""The MNIST that ships with the package is the original, and is read without TensorFlow."""

from __future__ import annotations

import hashlib
import re
import struct
import subprocess
import sys

import numpy as np
import pytest

from kerascli.data.sources import MNIST, read_source
from kerascli.errors import SourceText
from kerascli.spec.component import Component

COMPONENT = Component("sources", "mnist", (), SourceText("spec.yaml", "mnist").span(1, 1))


def _idx(array: np.ndarray) -> bytes:
    """An array as an IDX file: magic number, sizes, bytes."""
    header = struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape)
    return header + array.astype(np.uint8).tobytes()


@pytest.mark.parametrize(
    ("split", "field", "md5"),
    [
        ("train", "image", "6bbc9ace898e44ae57da46a324031adb"),
        ("train", "label", "a25bea736e30d166cdddb491f175f624"),
        ("test", "image", "2646ac647ad5339dbf082846283269ea"),
        ("test", "label", "27ae3e4e09519cfbb04c329615203637"),
    ],
)
def test_the_bytes_are_those_of_the_original_files(split: str, field: str, md5: str) -> None:
    source = read_source(COMPONENT, 0)
    table = source.table if split == "train" else source.test
    assert table is not None
    assert hashlib.md5(_idx(table.fields[field])).hexdigest() == md5
    assert md5 in (MNIST.parent / "LICENSE.md").read_text(encoding="utf-8")


def test_it_has_its_own_test_split_and_class_names() -> None:
    source = read_source(COMPONENT, 0)
    assert source.test is not None
    assert (source.table.samples, source.test.samples) == (60000, 10000)
    assert source.table.fields["image"].shape[1:] == (28, 28)
    assert source.class_names == {"label": tuple("0123456789")}


def test_reading_and_splitting_need_no_tensorflow() -> None:
    code = (
        "import sys; from kerascli.data.sources import read_source; import kerascli.data.splits\n"
        "from kerascli.errors import SourceText; from kerascli.spec.component import Component\n"
        "read_source(Component('sources', 'mnist', (), SourceText('s', 'mnist').span(1, 1)), 0)\n"
        "print(sorted(name for name in ('tensorflow', 'keras', 'pyarrow') if name in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_licence_names_authors_and_terms() -> None:
    text = (MNIST.parent / "LICENSE.md").read_text(encoding="utf-8")
    assert re.search("LeCun.*Cortes.*Burges", text, re.DOTALL)
    assert "CC BY-SA 3.0" in text
