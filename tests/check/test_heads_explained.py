"""The explanations of the heads' codes: the wrong spec gives exactly its code, the right one nothing."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from head_specs import found  # noqa: E402

FOLDER = Path(__file__).parents[2] / "kerascli" / "check" / "explanations"
CODES = [
    *("dead-class", "from-logits", "half-precision-head", "head-activation", "idle-head", "loss-target", "metric-kind"),
    *(
        "no-loss",
        "nothing-learns",
        "single-class",
        "single-softmax",
        "target-range",
        "target-shape",
        "zero-loss-weight",
    ),
]


@pytest.mark.parametrize("code", CODES)
def test_wrong_and_right(code: str, tmp_path: Path) -> None:
    text = (FOLDER / f"{code}.md").read_text()
    assert text.startswith(f"# {code}\n")
    wrong, right = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    assert [one.code for one in found(tmp_path, wrong)] == [code]
    assert found(tmp_path, right) == ()
