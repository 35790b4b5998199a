"""The example of `docs/eject.md` is what the command writes."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from kerascli.run.eject import eject
from kerascli.spec.load import load_spec

PAGE = Path(__file__).parents[2] / "docs" / "eject.md"


def test_example(tmp_path: Path) -> None:
    text = PAGE.read_text()
    (spec,) = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    (script,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    points = np.linspace(-1, 1, 160, dtype=np.float32).reshape(80, 2)
    np.savez(tmp_path / "moons.npz", points=points, side=np.asarray(["left", "right"])[np.arange(80) % 2])
    (tmp_path / "moons.yaml").write_text(spec)
    assert eject(load_spec(tmp_path / "moons.yaml")).text.endswith("\n" + script)
