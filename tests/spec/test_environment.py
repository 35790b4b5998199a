"""`$(env:NAME)`: read as YAML, kept as a reference in the resolved spec, its hash kept in the run's record."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import pytest

from kerascli.record.atomic import write_json
from kerascli.record.run_record import RunRecord, digest
from kerascli.spec.dump import dump_spec, resolve
from kerascli.spec.load import load_spec

Write = Callable[..., Path]


@pytest.mark.parametrize(
    ("reference", "value", "expected"),
    [
        ("$(env:KERASCLI_T)", "0.5", 0.5),
        ("$(env:KERASCLI_T)", "7", 7),
        ("$(env:KERASCLI_T)", "true", True),
        ("$(env:KERASCLI_T)", "plain text", "plain text"),
        ("$(env:KERASCLI_T)", "'7'", "7"),
        ("$(env:KERASCLI_T)", "a: [b", "a: [b"),
        ("$(env:KERASCLI_T)", "$HOME", "$HOME"),
        ("'$(env:KERASCLI_T:a,b)'", None, "a,b"),
        ("$(env:KERASCLI_T:3)", None, 3),
        ("$(env:KERASCLI_T:)", None, None),
        ("'$(env:KERASCLI_T:\"x)\")'", None, "x)"),
        ("'/$(env:KERASCLI_T:3)/x'", None, "/3/x"),
        ("$root/$(env:KERASCLI_T)", "b", "a/b"),
    ],
)
def test_read_and_kept(
    write_spec: Write, monkeypatch: pytest.MonkeyPatch, reference: str, value: str | None, expected: object
) -> None:
    monkeypatch.delenv("KERASCLI_T", raising=False)
    if value is not None:
        monkeypatch.setenv("KERASCLI_T", value)
    spec = load_spec(
        write_spec(f"""\
vars: {{root: a}}
description: $root
model: {{inputs: {{x: [8]}}, layers: [{{Dense: {{units: 1, quantization_config: {reference}}}}}]}}
""")
    )
    assert resolve(spec, defaults=False)["model"]["layers"][0]["Dense"]["quantization_config"] == expected
    text = dump_spec(spec)
    kept = reference.strip("'").replace("$root", "a")
    if not isinstance(expected, bool) and expected is not None:
        assert kept in text
    again = load_spec(write_spec(text, "again.yaml"))
    assert resolve(again) == resolve(spec)


def test_paths_keep_the_reference(write_spec: Write, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("KERASCLI_T", "da$ta")
    monkeypatch.setenv("KERASCLI_R", str(tmp_path / "else"))
    spec = load_spec(
        write_spec("""\
data: {source: {npz: $(env:KERASCLI_T)/a.npz}, validation: {npz: $(env:KERASCLI_R)/b.npz}}
model: {inputs: {x: [8]}, layers: [{Dense: 1}]}
""")
    )
    text = dump_spec(spec, defaults=False)
    assert f"{tmp_path}/$(env:KERASCLI_T)/a.npz" in text
    assert "npz: {path: '$(env:KERASCLI_R)/b.npz'}" in text
    (tmp_path / "runs").mkdir()
    again = load_spec(write_spec(text, "runs/spec.yaml"))
    assert again.data is not None and spec.data is not None
    assert again.data.source.value("path") == str(tmp_path / "da$ta" / "a.npz")
    assert resolve(again) == resolve(spec)


def test_parameters_of_blocks_and_the_environment(write_spec: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KERASCLI_T", "lay$er")
    monkeypatch.setenv("KERASCLI_U", "5")
    spec = load_spec(
        write_spec("""\
model:
  inputs: {x: [8]}
  blocks:
    b: {parameters: {n: null, u: $(env:KERASCLI_U)}, layers: [{Dense: {units: $u, quantization_config: 'x $(env:KERASCLI_T) $(n) $$'}}]}
  layers: [{b: one}, {b: {n: two, u: 3}}]
""")
    )
    first, second = resolve(spec, defaults=False)["model"]["layers"]
    assert first["Dense"] == {"units": 5, "quantization_config": "x lay$er one $"}
    assert second["Dense"] == {"units": 3, "quantization_config": "x lay$er two $"}
    text = dump_spec(spec, defaults=False)
    assert "units: '$(env:KERASCLI_U)'" in text
    assert "x $(env:KERASCLI_T) one $$" in text
    assert resolve(load_spec(write_spec(text, "again.yaml"))) == resolve(spec)


def test_another_value_than_the_run_had_is_a_warning(
    write_spec: Write, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("KERASCLI_R", raising=False)
    monkeypatch.setenv("KERASCLI_T", "3")
    path = write_spec(
        "seed: $(env:KERASCLI_T)\ndescription: $(env:KERASCLI_R:none)\nmodel: {inputs: {x: [8]}, layers: [{Dense: 1}]}\n"
    )
    spec = load_spec(path)
    assert dict(spec.environment) == {"KERASCLI_T": "3", "KERASCLI_R": None}
    hashes = {name: digest(value) for name, value in spec.environment.items()}
    write_json(tmp_path / "run.json", asdict(RunRecord("spec", environment=hashes)))
    assert [one.code for one in load_spec(path).warnings] == []
    monkeypatch.setenv("KERASCLI_T", "4")
    (one,) = load_spec(path).warnings
    assert one.span is not None
    assert (one.code, one.span.line, one.span.column, one.severity) == ("environment-changed", 1, 7, "warning")
