"""Specs that mean harm: each is refused at once, within a bound of memory, and opens nothing that it must not."""

from __future__ import annotations

import os
import resource
import socket
from pathlib import Path

import pytest

from kerascli.check import check_spec
from kerascli.errors import Diagnostic, ExitCode, KerascliError, render_plain
from kerascli.spec.load import load_spec

from .fuzz import deadline
from .watch import watched

LAYERS = "{Dense: {units: 2, activation: softmax}, name: kind}"
BASE = f"""\
data:
  source: {{synthetic: {{samples: 60, fields: {{x: {{shape: [4], normal: [0, 1]}}, kind: {{choice: [cat, dog]}}}}}}}}
  inputs: x
  targets: kind
model: {{layers: [{LAYERS}]}}
compile: {{optimizer: adam, loss: sparse_categorical_crossentropy}}
fit: {{epochs: 1}}
"""


def chain(first: str, line: str, count: int = 12) -> str:
    """`a0` is the first; each of the others holds ten of the one before."""
    return first + "".join(line.format(name=f"a{one}", ten=", ".join([f"*a{one - 1}"] * 10)) for one in range(1, count))


BLOCKS = "  blocks:\n    b0: {layers: [{Dense: 3}]}\n" + "".join(
    f"    b{one}: {{layers: [{', '.join([f'{{b{one - 1}: {{}}}}'] * 10)}]}}\n" for one in range(1, 12)
)
REST = BASE.replace(f"model: {{layers: [{LAYERS}]}}\n", "")
TEXTS: dict[str, tuple[str | bytes, str]] = {
    "aliases": (chain("x-a: &a0 [1, 1]\n", "x-{name}: &{name} [{ten}]\n") + BASE, "too-many-values"),
    "merges": (chain("x-a: &a0 {k: 1, l: 2}\n", "x-{name}: &{name} {{<<: [{ten}]}}\n") + BASE, "too-many-values"),
    "brackets": ("[" * 200_000, "yaml-syntax"),
    "dashes": ("- " * 200_000, "too-deep"),
    "keys of keys": ("? " * 200_000, "too-deep"),
    "size": ("a" * 3_000_000, "too-large"),
    "values": ("".join(f"x-{one}: 1\n" for one in range(60_000)), "too-many-values"),
    "equal keys": ("a: 1\n" * 200_000, "too-many-faults"),
    "faults": (BASE.replace("layers: [", "layers: [" + "{Dens: {unit: 3}}," * 3000), "too-many-faults"),
    "itself": ("x-a: &a [*a]\n" + BASE, "alias"),
    "two documents": (BASE + "---\n" + BASE, "several-documents"),
    "equal key": ("seed: 1\nseed: 2\n" + BASE, "duplicate-key"),
    "tag": ("!!python/object/apply:os.system ['touch evil']\n", "tag"),
    "tag within": (BASE + "x-a: !!python/name:os.system ''\n", "tag"),
    "include": ("x-a: !include /etc/passwd\n" + BASE, "tag"),
    "NUL": ("name: a\0b\n", "control-character"),
    "escape": ("name: \x1b[2J\n", "control-character"),
    "C1 control": ("name: \x9b2J\n", "control-character"),
    "line of YAML 1.1": ("# \u2028seed: 1\n" + BASE, "control-character"),
    "next line": ("# \x85seed: 1\n" + BASE, "control-character"),
    "turned round": ("name: a # \u202e x\n" + BASE, "control-character"),
    "isolated": ("name: a # \u2066 x\n" + BASE, "control-character"),
    "two marks": ("\ufeff\ufeff" + BASE, "control-character"),
    "UTF-16": (BASE.encode("utf-16"), "encoding"),
    "UTF-32": (BASE.encode("utf-32"), "encoding"),
    "Latin-1": (("name: é\n" + BASE).encode("latin-1"), "encoding"),
    "surrogate": ("name: \ud800\n".encode("utf-8", "surrogatepass"), "encoding"),
    "surrogate written": ('name: "\\ud800"\n' + BASE, "yaml-syntax"),
    "overlong": (b"name: \xc0\xaf\n", "encoding"),
    "5,000 digits": ("seed: " + "9" * 5000 + "\n" + BASE, "ambiguous-scalar"),
    "octal": ("seed: 017\n" + BASE, "ambiguous-scalar"),
    "seed": ("seed: 18446744073709551615\n" + BASE, "out-of-range"),
    "name that climbs": ("name: ../../x\n" + BASE, "name"),
    "name that is absolute": ("name: /tmp/x\n" + BASE, "name"),
    "name that is latest": ("name: latest\n" + BASE, "name"),
    "name with an escape": ('name: "\\e[2J"\n' + BASE, "name"),
    "callback that climbs": ("callbacks: [{CSVLogger: ../../x.csv}]\n" + BASE, "needs-trust"),
    "callback that climbs inside": ("callbacks: [{CSVLogger: a/../../x.csv}]\n" + BASE, "needs-trust"),
    "callback that is absolute": ("callbacks: [{ModelCheckpoint: {filepath: /tmp/x.keras}}]\n" + BASE, "needs-trust"),
    "callback with NUL": ('callbacks: [{CSVLogger: "x\\0y"}]\n' + BASE, "path"),
    "Lambda": (BASE.replace("layers: [", "layers: [{Lambda: {function: x}}, "), "needs-trust"),
    "vocabulary": (BASE.replace("layers: [", "layers: [{StringLookup: {vocabulary: /etc/passwd}}, "), "needs-trust"),
    "plugin": ("plugins: [evil.py]\n" + BASE, "needs-trust"),
    "variables": ("vars:\n  a0: [1, 1]\n" + "".join(f"  a{one}: [{', '.join([f'$a{one - 1}'] * 10)}]\n" for one in range(1, 12)) + "x-y: $a11\n" + BASE, "too-large"),
    "variables in text": ("vars:\n  a0: aaaa\n" + "".join(f"  a{one}: '{f'$(a{one - 1})' * 10}'\n" for one in range(1, 12)) + "description: $a11\n" + BASE, "too-large"),
    "variables in a circle": ("vars: {a: $b, b: $a}\ndescription: $a\n" + BASE, "cycle"),
    "environment": ("description: '" + "$(env:KERASCLI_LONG)" * 2000 + "'\n" + BASE, "too-large"),
    "repeat": (BASE.replace("layers: [", "layers: [{repeat: 1000000000, layers: [{Dense: 3}]}, "), "too-many-layers"),
    "blocks": (f"model:\n{BLOCKS}  layers: [{{b11: {{}}}}, {LAYERS}]\n" + REST, "too-many-layers"),
    "blocks that repeat": (f"model:\n{BLOCKS}  layers: [{{repeat: 100000, layers: [{{b3: {{}}}}]}}, {LAYERS}]\n" + REST, "too-many-layers"),
    "block in itself": (f"model:\n  blocks: {{b: {{layers: [{{b: {{}}}}]}}}}\n  layers: [{{b: {{}}}}, {LAYERS}]\n" + REST, "cycle"),
    "long pattern": (BASE.replace("fit: {epochs: 1}", "fit: {phases: [{epochs: 1, freeze: ['" + "*a" * 300_000 + "']}]}"), "unmatched-pattern"),
    "slow pattern": (BASE.replace("name: kind", "name: " + "a" * 80).replace("targets: kind", f"targets: {{{'a' * 80}: kind}}").replace("fit: {epochs: 1}", "fit: {phases: [{epochs: 1, freeze: ['" + "*a" * 60 + "*b']}]}"), "unmatched-pattern"),
    "extends itself": ("extends: spec.yaml\n" + BASE, "cycle"),
    "extends a FIFO": ("extends: fifo\n" + BASE, "unreadable-file"),
    "extends a device": ("extends: /dev/zero\n" + BASE, "unreadable-file"),
    "extends a folder": ("extends: .\n" + BASE, "unreadable-file"),
    "extends what is large": ("extends: large.yaml\n" + BASE, "too-large"),
    "extends an address": ("extends: http://localhost:1/x\n" + BASE, "path"),
    "extends NUL": ('extends: "a\\0b"\n' + BASE, "wrong-type"),
    "extends an escape": ('extends: "\\e[2J"\n' + BASE, "unreadable-file"),
    "extends a chain": ("extends: chain0.yaml\n", "too-many-files"),
    "extends in all ways": ("extends: [e0.yaml, f0.yaml]\n", "too-many-files"),
}  # fmt: skip


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KERASCLI_LONG", "x" * 10_000)
    os.mkfifo("fifo")
    Path("large.yaml").write_text("a" * 3_000_000)
    for one in range(80):
        Path(f"chain{one}.yaml").write_text(f"extends: chain{one + 1}.yaml\n")
    for one in range(20):
        for name in "ef":
            Path(f"{name}{one}.yaml").write_text(f"seed: 1\nextends: [e{one + 1}.yaml, f{one + 1}.yaml]\n")
    return tmp_path


def diagnostics(path: Path, overrides: list[str] | None = None) -> tuple[Diagnostic, ...]:
    """What is said of a spec that must be refused, while nothing else is done."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with watched() as seen, deadline(10), pytest.raises(KerascliError) as caught:
        check_spec(load_spec(path, overrides or []))
    assert caught.value.exit_code == ExitCode.SPEC
    assert not seen.others and not seen.writes
    assert not [one for one in seen.reads if "passwd" in one or one.endswith("evil.py")]
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 300_000
    for one in caught.value.diagnostics:
        assert render_plain(one).replace("\n", "").replace("\t", "").isprintable()
    return caught.value.diagnostics


@pytest.mark.parametrize("name", TEXTS)
def test_refused(name: str, here: Path) -> None:
    text, code = TEXTS[name]
    (here / "spec.yaml").write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
    found = diagnostics(Path("spec.yaml"))
    assert code in [one.code for one in found], found[:3]
    assert len(found) <= 201


def test_good_twins(here: Path) -> None:
    """What is refused above is the harm alone: ends of lines, a byte order mark and right-to-left text are well."""
    for text in (
        BASE,
        BASE.replace("\n", "\r\n"),
        BASE.replace("\n", "\r"),
        "\ufeff" + BASE,
        BASE + "description: שלום \u200f\n",
    ):
        (here / "spec.yaml").write_bytes(text.encode())
        assert not [one for one in check_spec(load_spec("spec.yaml")) if one.severity == "error"]


def test_no_other_kind_of_file_is_read(here: Path) -> None:
    Path("circle").symlink_to("circle")
    Path("nowhere").symlink_to("none")
    listener = socket.socket(socket.AF_UNIX)
    listener.bind("socket")
    for path in (
        "fifo",
        ".",
        "circle",
        "nowhere",
        "socket",
        "/dev/zero",
        "/dev/null",
        "/dev/random",
        "none.yaml",
        "\x1b[2J.yaml",
        "a\0b",
        "x" * 300,
        "\udcff.yaml",
    ):
        assert diagnostics(Path(path))[0].code == "unreadable-file"
    listener.close()


@pytest.mark.parametrize(
    "override",
    [
        "a." * 5000 + "b=1",
        "x-a=" + "[" * 100_000,
        "\x1b[2J=1",
        "\udcff=1",
        "x-a=\x07",
        "x-a=*a",
        "x-a=!t 1",
        "extends=/dev/zero",
        "=",
        "~",
        "+",
        "",
    ],
)
def test_overrides(override: str, here: Path) -> None:
    Path("spec.yaml").write_text(BASE)
    if override == "extends=/dev/zero":
        # What a spec extends can't be changed from outside.
        assert diagnostics(Path("spec.yaml"), [override])
    assert diagnostics(Path("spec.yaml"), [override])


def test_large_files_that_extend_each_other(here: Path) -> None:
    """Merging takes no longer than both files are long."""
    many = ", ".join(f"k{one}: 1" for one in range(15_000))
    Path("base.yaml").write_text(f"{BASE}x-a: {{{many}}}\n")
    Path("spec.yaml").write_text(f"extends: base.yaml\nx-a: {{{many}}}\n")
    with deadline(10):
        load_spec("spec.yaml")
