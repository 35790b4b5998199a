"""Every example of the language reference and of the README is run: it loads, its model is built, its data is read."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

from kerascli.check import check_spec
from kerascli.errors import SourceText
from kerascli.run.describe import describe_model
from kerascli.run.preflight import check_data
from kerascli.spec.load import load_spec
from kerascli.spec.nodes import Mapping
from kerascli.spec.yaml_loader import load_nodes

ROOT = Path(__file__).parent.parent

# What an example leaves out.
BASE = {
    "data": """
data:
  source: {synthetic: {samples: 32, fields: {x: {shape: [8]}, y: {shape: [1]}, steps: {shape: [6, 4]}, words: {shape: [7], integers: [0, 20]}, kind: {one_hot: 3}}}}
  validation: 0.25
""",
    "model": "model: {inputs: {x: [8]}, layers: [{Dense: {units: 1, name: y}}]}\n",
    "compile": "compile: {loss: mse}\n",
}


# The first line of an example that others extend.
NAMED_FILE = re.compile(r"# file: ([\w./]+)\n")


def examples(name: str) -> list[str]:
    return re.findall(r"```yaml\n(.*?)```", (ROOT / name).read_text(), re.DOTALL)


def sections(text: str) -> set[str]:
    root = load_nodes(SourceText("example", text))
    assert isinstance(root, Mapping)
    return set(root.keys())


def whole(text: str) -> str:
    if "extends" in sections(text):
        return text
    missing = [section for name, section in BASE.items() if name not in sections(text)]
    return text + "\n".join(missing)


def write_files(folder: Path) -> None:
    """Images, captions and a series, as examples name them."""
    for number in range(12):
        animal = ("ant", "bee")[number % 2]
        for path in (folder / "photos" / f"{number}.png", folder / "animals" / animal / f"{number}.png"):
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(np.full((9, 9, 3), 20 * number, np.uint8)).save(path)
    rows = [f"{number}.png,one of {number},{('ant', 'bee')[number % 2]}" for number in range(12)]
    (folder / "photos.csv").write_text("\n".join(["file,caption,kind", *rows]) + "\n")
    steps = np.arange(60)
    sales = {"shop": [("north", "south")[step % 2] for step in steps], "sold": steps * 1.5, "price": 9.0 - steps % 3}
    pq.write_table(pa.table(sales), folder / "sales.parquet")


ALL = [(name, number, text) for name in ("docs/spec.md", "README.md") for number, text in enumerate(examples(name))]


def test_there_are_examples() -> None:
    assert len(examples("docs/spec.md")) >= 8


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize(("name", "number", "text"), ALL, ids=[f"{name}-{number}" for name, number, _ in ALL])
def test_example(name: str, number: int, text: str, tmp_path: Path) -> None:
    rows = [f"{i},{i * 2},{'ABC'[i % 3]},{i % 2 + 0.5}" for i in range(20)]
    (tmp_path / "table.csv").write_text("\n".join(["age,fare,deck,weight", *rows]) + "\n")
    kinds = np.asarray(["ant", "bee"])[np.arange(12) % 2]
    np.savez(tmp_path / "arrays.npz", a=np.linspace(-1, 1, 36, dtype=np.float32).reshape(12, 3), kind=kinds)
    write_files(tmp_path)
    for other in examples(name):
        if named := NAMED_FILE.match(other):
            (tmp_path / named[1]).parent.mkdir(exist_ok=True)
            (tmp_path / named[1]).write_text(other)
    own = NAMED_FILE.match(text)
    path = tmp_path / (own[1] if own else "spec.yaml")
    if sections(text) == {"model"} and "inputs: {x: [8]}" not in text and "steps: [6, 4]" not in text:
        # A model alone needs no data.
        path.write_text(text)
        spec = load_spec(path)
        assert [one for one in check_spec(spec) if one.severity == "error"] == []
        assert describe_model(spec).parameters > 0
        return
    path.write_text(whole(text))
    spec = load_spec(path)
    assert [one for one in check_spec(spec) if one.severity == "error"] == []
    assert check_data(spec) == ()
