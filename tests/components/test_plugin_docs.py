"""The example of the page on plugins is run as it stands."""

from __future__ import annotations

import re
from pathlib import Path

import keras
import numpy as np
import pytest

from kerascli.run.train import train
from kerascli.spec.load import load_spec

PAGE = Path(__file__).parents[2] / "docs" / "plugins.md"


@pytest.fixture
def example(tmp_path: Path) -> Path:
    """The files of the page, each under the name in its first line."""
    found = re.findall(r"```(?:python|yaml)\n# (\S+)\n(.*?)```", PAGE.read_text(), re.DOTALL)
    assert [name for name, _ in found] == ["my_parts.py", "line.yaml"]
    for name, text in found:
        (tmp_path / name).write_text(text)
    return tmp_path


def test_it_trains(example: Path) -> None:
    result = train(load_spec(example / "line.yaml", trust=True), example / "runs")
    assert result.history["learning_rate"] == pytest.approx([0.1, 0.05])
    assert result.history["loss"][-1] < result.history["loss"][0]


def test_a_script_loads_its_result(example: Path) -> None:
    result = train(load_spec(example / "line.yaml", ["fit.epochs=1"], trust=True), example / "runs")
    names: dict[str, object] = {}
    exec(compile((example / "my_parts.py").read_text(), "my_parts.py", "exec"), names)  # A script of one's own.
    parts = {"Linear": names["Linear"], "absolute": names["absolute"]}
    loaded = keras.saving.load_model(result.folder / "model.keras", custom_objects=parts)
    x = np.ones((2, 1), "float32")
    np.testing.assert_array_equal(loaded(x), result.model(x))
