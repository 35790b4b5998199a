"""A fault of one section does not hide what is wrong in the others; and what it leaves open is not guessed at."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from kerascli.cli.check import check_file

sys.path.insert(0, str(Path(__file__).parent))
from training_faults import GOOD, changed, token  # noqa: E402

# One fault of each section that a reader of the text can find: what is written instead of what, and its code.
BROKEN = {
    "layer": ("- Flatten", "- Flaten", "unknown-class"),
    "optimizer": ("optimizer: adam", "optimizer: adamm", "unknown-class"),
    "metric": ("[accuracy]", "[acuracy]", "unknown-class"),
    "fit": ("batch_size: 50", "bach_size: 50", "unknown-key"),
    "callback": ("[{EarlyStopping: {patience: 2}}]", "[{EarlyStopping: {patience: 2}}, TerminateOnNan]", "unknown-class"),
    "data": ("{count: 10000}", "{cout: 10000}", "unknown-key"),
    "name": ("name: good", "name: a/b", "name"),
    "tune": ("fit: {", "tune: {space: {fit.epoch: {int: [1, 3]}}}\nfit: {", "unknown-path"),
}  # fmt: skip
# What a lint tells, whatever the other section says.
SEEN = [
    *[(broken, "Dropout: 0.5", "Dropout: 50", ("out-of-range", "50")) for broken in BROKEN],
    *[
        (broken, "units: 10, activation: softmax", "units: 10", ("from-logits", "sparse_categorical_crossentropy"))
        for broken in ("callback", "fit", "data", "name", "tune")
    ],
    *[("callback", "patience: 2", "patience: 9", ("never-acts", "9"))],
    *[("name", "patience: 2", "monitor: val_acc", ("unknown-monitor", "val_acc"))],
    *[(broken, "- Conv2D: {", "- LSTM: 3\n    - Conv2D: {", ("wrong-rank", "LSTM")) for broken in ("metric", "optimizer")],
]  # fmt: skip


def told(path: Path, text: str) -> list[tuple[str, str]]:
    path.write_text(text, encoding="utf-8")
    return [(one.code, token(one)) for one in check_file(path, [])[0]]


@pytest.mark.parametrize("broken", BROKEN)
def test_one_fault_is_one_diagnostic(broken: str, tmp_path: Path) -> None:
    good, bad, code = BROKEN[broken]
    assert [one for one, _ in told(tmp_path / "spec.yaml", changed(GOOD, good, bad))] == [code]


@pytest.mark.parametrize(("broken", "good", "bad", "expected"), SEEN, ids=[f"{row[0]}-{row[3][0]}" for row in SEEN])
def test_a_fault_elsewhere_is_seen(broken: str, good: str, bad: str, expected: tuple[str, str], tmp_path: Path) -> None:
    first, second, code = BROKEN[broken]
    found = told(tmp_path / "spec.yaml", changed(changed(GOOD, first, second), good, bad))
    assert expected in found and {one for one, _ in found} == {code, expected[0]}


def test_what_is_ignored_stays_so(tmp_path: Path) -> None:
    text = changed(changed(GOOD, "name: good", "name: a/b"), "patience: 2", "patience: 9")
    assert told(tmp_path / "spec.yaml", f"{text}check: {{ignore: [never-acts]}}\n") == [("name", "a/b")]
