"""Every fault in wiring and naming is told once, with its code, at exactly the token that is wrong; without TensorFlow."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kerascli.errors import SpecError
from kerascli.spec.load import load_spec

sys.path.insert(0, str(Path(__file__).parent))
from faults_in_blocks import BLOCKS  # noqa: E402
from faults_in_names import NAMES, PATTERNS, REPEATS  # noqa: E402
from faults_in_outputs import OUTPUTS  # noqa: E402
from faults_in_reading import READING  # noqa: E402
from faults_in_sharing import SHARING  # noqa: E402

_HEAD = re.compile(r"^# ([a-z-]+): (.+)\n", re.MULTILINE)


def cases(text: str) -> Iterator[tuple[str, str, str]]:
    """Code, what it is about, and the marked spec."""
    parts = _HEAD.split(text)[1:]
    for code, about, body in zip(parts[::3], parts[1::3], parts[2::3], strict=True):
        whole = body if body.startswith("model:") else "model:\n" + re.sub(r"^(?=.)", "  ", body, flags=re.MULTILINE)
        yield code, about, whole.rstrip() + "\n"


TEXTS = (READING, OUTPUTS, NAMES, REPEATS, PATTERNS, BLOCKS, SHARING)
ALL = [case for text in TEXTS for case in cases(text)]


def marked(text: str) -> tuple[str, tuple[int, int, int]]:
    """The spec without its mark; line, column and length of what was marked."""
    before, token, after = re.split("[«»]", text)
    line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
    return before + token + after, (line, column, len(token))


def faults(path: Path) -> list[tuple[str, tuple[int, int, int] | None]]:
    try:
        load_spec(path)
    except SpecError as error:
        found = [one for one in error.diagnostics if one.severity == "error"]
        return [(one.code, one.span and (one.span.line, one.span.column, one.span.length)) for one in found]
    return []


def test_there_are_many() -> None:
    assert len(ALL) >= 60
    assert len({(code, about) for code, about, _ in ALL}) == len(ALL)


@pytest.mark.parametrize(("code", "about", "text"), ALL, ids=[f"{code}-{about}" for code, about, _ in ALL])
def test_one_fault_at_its_token(write_spec: Callable[..., Path], code: str, about: str, text: str) -> None:
    whole, place = marked(text)
    assert faults(write_spec(whole)) == [(code, place)], about


def test_a_parameter_that_nothing_reads_is_a_warning(write_spec: Callable[..., Path]) -> None:
    text = """model:
  inputs: {x: [4]}
  blocks:
    b: {parameters: {units: 3, «rate»: $units}, layers: [{Dense: $units}]}
  layers: [{b: }]
"""
    whole, place = marked(text)
    (warning,) = load_spec(write_spec(whole)).warnings
    assert warning.code == "unused-parameter"
    assert warning.span is not None
    assert (warning.span.line, warning.span.column, warning.span.length) == place


def test_all_of_them_without_tensorflow(tmp_path: Path) -> None:
    for number, (_, _, text) in enumerate(ALL):
        (tmp_path / f"{number}.yaml").write_text(marked(text)[0])
    script = """
import sys
from pathlib import Path
from kerascli.errors import SpecError
from kerascli.spec.load import load_spec
refused = 0
for path in Path(sys.argv[1]).glob("*.yaml"):
    try:
        load_spec(path)
    except SpecError:
        refused += 1
heavy = {name.partition(".")[0] for name in sys.modules} & {"tensorflow", "keras", "numpy"}
print(refused, sorted(heavy))
"""
    done = subprocess.run([sys.executable, "-c", script, str(tmp_path)], capture_output=True, text=True, timeout=60)
    assert done.stderr == ""
    assert done.stdout == f"{len(ALL)} []\n"
