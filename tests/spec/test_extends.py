"""`extends` and `override`: what merges, what replaces, what is removed, and where each fault stands."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from kerascli.errors import KerascliError, render_plain
from kerascli.spec.dump import dump_spec, resolve
from kerascli.spec.load import load_spec, read_tree
from kerascli.spec.problems import Problems
from kerascli.spec.text import read_text
from kerascli.spec.why import why

Write = Callable[..., Path]

BASE = """\
name: base
data:
  source: {npz: a.npz}
  validation: 0.25
model:
  inputs: {x: [8]}
  layers:
    - Dropout: 0.5
    - Dense: {units: 1, name: y}
compile:
  optimizer: {Adam: {learning_rate: 1e-2, beta_1: 0.5}}
  loss: {Huber: 0.5}
  metrics: [mae]
fit: {epochs: 5, batch_size: 8}
callbacks: {EarlyStopping: {patience: 3, monitor: loss}}
"""


def resolved(path: Path, *overrides: str) -> dict:
    return resolve(load_spec(path, overrides), defaults=False)


def faults(path: Path, *overrides: str) -> list[tuple[str, str]]:
    """Code, and place with the token at fault, of each error."""
    with pytest.raises(KerascliError) as caught:
        load_spec(path, overrides)
    found = []
    for one in caught.value.diagnostics:
        assert one.span is not None
        start = one.span.column - 1
        token = one.span.excerpt[start : start + one.span.length]
        found.append((one.code, f"{Path(one.span.source.name).name}:{one.span.line} {token}"))
    return found


@pytest.mark.parametrize(
    ("text", "where", "value"),
    [
        ("fit: {epochs: 9}", ("fit", "epochs"), 9),
        ("fit: {epochs: 9}", ("fit", "batch_size"), 8),
        ("name: own", ("name",), "own"),
        ("compile: {optimizer: {Adam: {learning_rate: 1}}}", ("compile", "optimizer"), {"Adam": {"learning_rate": 1, "beta_1": 0.5}}),
        ("compile: {optimizer: {adam: {beta_2: 0.1}}}", ("compile", "optimizer", "Adam"), {"learning_rate": 0.01, "beta_1": 0.5, "beta_2": 0.1}),
        ("compile: {optimizer: adam}", ("compile", "optimizer", "Adam"), {"learning_rate": 0.01, "beta_1": 0.5}),
        ("compile: {optimizer: {SGD: 0.1}}", ("compile", "optimizer"), {"SGD": {"learning_rate": 0.1}}),
        ("compile: {optimizer: sgd}", ("compile", "optimizer"), "SGD"),
        ("compile: {optimizer: {Adam: {learning_rate: {CosineDecay: {initial_learning_rate: 1, decay_steps: 2}}}}}", ("compile", "optimizer", "Adam", "beta_1"), 0.5),
        ("compile: {loss: {Huber: {name: h}}}", ("compile", "loss"), {"Huber": {"delta": 0.5, "name": "h"}}),
        ("compile: {loss: mse}", ("compile", "loss"), "MeanSquaredError"),
        ("compile: {metrics: [mse]}", ("compile", "metrics"), [{"MeanSquaredError": {"name": "mse"}}]),
        ("callbacks: {EarlyStopping: {patience: 1}}", ("callbacks", 0), {"EarlyStopping": {"patience": 1, "monitor": "loss"}}),
        ("fit: {~batch_size: }", ("fit", "batch_size"), 32),
        ("compile: {~optimizer: , optimizer: {Adam: {beta_2: 0.5}}}", ("compile", "optimizer"), {"Adam": {"beta_2": 0.5}}),
        ("data: {validation: {count: 3, shuffle: false}}", ("data", "validation"), {"count": 3, "shuffle": False}),
        ("fit: {steps_per_epoch: null}", ("fit", "steps_per_epoch"), None),
        ("~name:", ("name",), "spec"),
        ("override: {compile.optimizer.learning_rate: 3}", ("compile", "optimizer", "Adam", "learning_rate"), 3),
        ("override: {'+callbacks': TerminateOnNaN}", ("callbacks", 1), "TerminateOnNaN"),
        ("override: {'~fit.batch_size': }", ("fit", "batch_size"), 32),
    ],
)  # fmt: skip
def test_merges(write_spec: Write, text: str, where: tuple, value: object) -> None:
    write_spec(BASE, "base.yaml")
    node = resolved(write_spec(f"extends: base.yaml\n{text}\n"))
    for key in where:
        node = node[key]
    assert node == value


def test_a_list_merges_from_the_left_and_files_may_be_partial(write_spec: Write) -> None:
    write_spec(BASE, "base.yaml")
    write_spec("fit: {epochs: 2}\noverride: {fit.shuffle: false}\n", "quick.yaml")
    spec = resolved(write_spec("extends: [base.yaml, quick.yaml]\nfit: {batch_size: 2}\n"))
    assert (spec["fit"]["epochs"], spec["fit"]["batch_size"], spec["fit"]["shuffle"]) == (2, 2, False)


def test_paths_and_extends_are_relative_to_their_own_file(write_spec: Write, tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    write_spec(BASE, "a/b/base.yaml")
    write_spec("extends: b/base.yaml\n", "a/middle.yaml")
    spec = load_spec(write_spec("extends: a/middle.yaml\n"))
    assert spec.data is not None
    assert spec.data.source.value("path") == str(tmp_path / "a" / "b" / "a.npz")
    assert [Path(source.name).name for source in spec.sources] == ["spec.yaml", "middle.yaml", "base.yaml"]


def test_the_resolved_spec_comes_back(write_spec: Write) -> None:
    write_spec(BASE, "base.yaml")
    spec = load_spec(write_spec("extends: base.yaml\ncompile: {optimizer: {Adam: {beta_2: 0.5}}}\n"))
    again = load_spec(write_spec(dump_spec(spec), "again.yaml"))
    assert resolve(again) == resolve(spec)


@pytest.mark.parametrize(
    ("text", "code", "place"),
    [
        ("extends: bse.yaml", "unreadable-file", "spec.yaml:1 bse.yaml"),
        ("extends: .", "unreadable-file", "spec.yaml:1 ."),
        ("extends: 3", "wrong-type", "spec.yaml:1 3"),
        ("extends: [base.yaml, null]", "wrong-type", "spec.yaml:1 null"),
        ("extends: https://example.org/a.yaml", "path", "spec.yaml:1 https://example.org/a.yaml"),
        ("extends: $root/base.yaml", "unknown-variable", "spec.yaml:1 $root/base.yaml"),
        ("extends: spec.yaml", "cycle", "spec.yaml:1 spec.yaml"),
        ("extends: circle.yaml", "cycle", "circle.yaml:1 spec.yaml"),
        ("extends: list.yaml", "wrong-type", "list.yaml:1 -"),
        ("extends: broken.yaml", "yaml-syntax", "broken.yaml:1 3"),
        ("extends: base.yaml\nfit: {~epoch: }", "removal", "spec.yaml:2 ~epoch"),
        ("extends: base.yaml\nfit: {~epochs: 3}", "removal", "spec.yaml:2 3"),
        ("extends: base.yaml\nlogs: {~csv: }", "removal", "spec.yaml:2 ~csv"),
        ("extends: base.yaml\ncallbacks: [{~x: }]", "removal", "spec.yaml:2 ~x"),
        ("extends: base.yaml\nfit: {epochs: many}", "wrong-type", "spec.yaml:2 many"),
        ("extends: wrong.yaml", "unknown-argument", "wrong.yaml:2 unit"),
        ("extends: base.yaml\noverride: {fit.epoch: 3}", "unknown-path", "spec.yaml:2 epoch"),
        ("extends: base.yaml\noverride: {'~fit.epoch': }", "unknown-path", "spec.yaml:2 epoch"),
        ("extends: base.yaml\noverride: {'~fit.epochs': 3}", "override", "spec.yaml:2 3"),
        ("extends: base.yaml\noverride: {fit.epochs: many}", "wrong-type", "spec.yaml:2 many"),
        ("extends: base.yaml\noverride: [fit.epochs]", "wrong-type", "spec.yaml:2 [fit.epochs]"),
    ],
)
def test_each_fault_at_its_place(write_spec: Write, text: str, code: str, place: str) -> None:
    write_spec(BASE, "base.yaml")
    write_spec("extends: spec.yaml\n", "circle.yaml")
    write_spec("- a\n", "list.yaml")
    write_spec("fit: {epochs: 3\n", "broken.yaml")
    write_spec("extends: base.yaml\nmodel: {layers: [{Dense: {unit: 3, units: 3}}]}\n", "wrong.yaml")
    ((found, where),) = faults(write_spec(text + "\n"))
    assert (found, where.strip()) == (code, place.strip())


def test_a_fault_in_a_base_says_who_extends_it(write_spec: Write) -> None:
    write_spec(BASE.replace("epochs: 5", "epoch: 5"), "base.yaml")
    write_spec("extends: base.yaml\n", "middle.yaml")
    with pytest.raises(KerascliError) as caught:
        load_spec(write_spec("extends: middle.yaml\n"))
    (one,) = caught.value.diagnostics
    shown = render_plain(one)
    assert "base.yaml:14:7: error" in shown
    assert shown.index("middle.yaml:1:10") < shown.index("spec.yaml:1:10")


def test_a_circle_shows_its_chain(write_spec: Write) -> None:
    write_spec("extends: b.yaml\n", "a.yaml")
    write_spec("extends: a.yaml\n", "b.yaml")
    with pytest.raises(KerascliError, match=r"a\.yaml → b\.yaml → a\.yaml"):
        load_spec(write_spec("extends: a.yaml\n"))


def test_all_files_that_are_missing_are_said_at_once(write_spec: Write) -> None:
    write_spec(BASE, "base.yaml")
    path = write_spec("extends: [one.yaml, base.yaml, bas.yaml]\n")
    assert faults(path) == [("unreadable-file", "spec.yaml:1 one.yaml"), ("unreadable-file", "spec.yaml:1 bas.yaml")]


def test_extends_can_not_come_from_the_command_line(write_spec: Write) -> None:
    assert faults(write_spec(BASE), "extends=base.yaml") == [("unknown-path", "command line:1 extends")]


def test_a_doubling_of_files_is_refused(write_spec: Write) -> None:
    write_spec(BASE, "f0.yaml")
    for number in range(1, 40):
        write_spec(f"extends: [{', '.join([f'f{number - 1}.yaml'] * 3)}]\n", f"f{number}.yaml")
    ((code, _),) = faults(write_spec("extends: f39.yaml\n"))
    assert code == "too-many-files"


def test_the_whole_stays_within_the_bounds(write_spec: Write) -> None:
    for number in range(3):
        rows = ", ".join(["1"] * 45_000)
        write_spec(f"x-{number}: [{rows}]\n", f"f{number}.yaml")
    ((code, where),) = faults(write_spec("extends: [f0.yaml, f1.yaml, f2.yaml]\n"))
    assert (code, where.split()[0]) == ("too-large", "spec.yaml:1")


def test_a_path_of_thousands_of_steps_is_refused(write_spec: Write) -> None:
    path = ".".join(["x-a", *["b"] * 20_000])
    ((code, _),) = faults(write_spec(f"{BASE}override:\n  ? {path}\n  : 3\n"))
    assert code == "unknown-path"


def test_why_follows_a_value_through_the_files(write_spec: Write) -> None:
    write_spec(BASE, "base.yaml")
    path = write_spec("extends: base.yaml\nfit: {epochs: 7}\noverride: {fit.epochs: 8}\n")
    tree, _ = read_tree(read_text(path), ["fit.epochs=9"], Problems())
    origins = why(tree, "fit.epochs")
    assert [origin.value for origin in origins] == [9, 8, 7, 5]
    places = [Path(str(origin.span)).name for origin in origins]
    assert places == ["command line:1:12", "spec.yaml:3:24", "spec.yaml:2:15", "base.yaml:14:15"]
    assert [origin.value for origin in why(tree, "compile.optimizer.beta_1")] == [0.5]
