"""`vars` and the environment: what is filled in where, what stays for later, and where each fault stands."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from kerascli.errors import KerascliError, SourceText
from kerascli.spec.dump import dump_spec, resolve
from kerascli.spec.load import load_spec, read_tree
from kerascli.spec.nodes import Mapping, Node, plain
from kerascli.spec.problems import Problems
from kerascli.spec.references import substitute
from kerascli.spec.text import read_text
from kerascli.spec.variables import fill_variables
from kerascli.spec.why import why
from kerascli.spec.yaml_loader import load_nodes

Write = Callable[..., Path]

MODEL = "model: {inputs: {x: [8]}, layers: [{Dense: {units: 1, name: y}}]}\n"


def node(text: str) -> Node:
    found = load_nodes(SourceText("text", text))
    assert found is not None
    return found


def filled(text: str, variables: str = "{}") -> object:
    problems = Problems()
    scope = node(variables)
    assert isinstance(scope, Mapping)
    done = substitute(node(text), {str(key.value): value for key, value in scope.entries}, problems)
    assert problems.found == []
    return plain(done)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("$n", 3),
        ("$(n)", 3),
        ("'$n'", 3),
        ("$f", 0.5),
        ("$no", False),
        ("$none", None),
        ("$list", [1, 2]),
        ("$part", {"Dense": {"units": 4}}),
        ("a/$(word)/$(n).csv", "a/data/3.csv"),
        ("$word-$n", "data-3"),
        ("v$(f)", "v0.5"),
        ("$(none)x", "x"),
        ("$$", "$"),
        ("$$n costs $$5", "$n costs $5"),
        ("[$n, {Dropout: $f}]", [3, {"Dropout": 0.5}]),
        ("{$n: 1}", {"$n": 1}),
        ("$money", "5$"),
        ("a $money", "a 5$"),
    ],
)
def test_fills(text: str, value: object) -> None:
    variables = (
        "{n: 3, f: 0.5, 'no': false, none: null, word: data, list: [1, 2], part: {Dense: {units: 4}}, money: 5$}"
    )
    assert filled(text, variables) == value


def test_blocks_and_repeats_bind_their_names() -> None:
    text = """
    blocks: {b: {parameters: {n: null}, layers: [{Dense: $n}, {Dense: $m, name: $$x}, {Dense: $t}]}, c: {layers: [$$]}}
    layers: [{Conv1D: {filters: $m, dilation_rate: $n}, name: c_$(n), repeat: {n: [$m, 2]}}, $n, $$]
    """
    once = filled(text, "{n: 9, m: 7, t: 1$}")
    assert once["blocks"]["b"]["layers"] == [{"Dense": "$n"}, {"Dense": 7, "name": "$$x"}, {"Dense": "1$$"}]
    assert once["blocks"]["c"]["layers"] == ["$$"]
    repeated, whole, dollar = once["layers"]
    assert repeated == {"Conv1D": {"filters": 7, "dilation_rate": "$n"}, "name": "c_$(n)", "repeat": {"n": [7, 2]}}
    assert (whole, dollar) == (9, "$")
    twice = filled("[{Dense: $n}, {Dense: 7, name: $$x}, 1$$]", "{n: 4}")
    assert twice == [{"Dense": 4}, {"Dense": 7, "name": "$x"}, "1$"]


def test_a_whole_spec(write_spec: Write, tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    write_spec("vars: {units: 2, root: data, whole: $(root)/a.npz, more: 1}\n", "sub/base.yaml")
    path = write_spec(
        """\
extends: sub/base.yaml
vars: {units: 16, double: [$units, $units], head: {Dense: {units: 1, name: y}}}
description: costs $$3
data: {source: {npz: $whole}, validation: {npz: $(root)/b.npz}, test: {npz: c/$(root).npz}}
model:
  inputs: {x: $double}
  blocks: {pair: {parameters: {units: $units}, layers: [{Dense: $units}, {Dropout: 0.25}]}}
  layers: [Flatten, {pair: 3}, pair, {Dropout: $rate, repeat: {rate: [0.1, 0.2]}}, $head]
"""
    )
    spec = load_spec(path)
    assert spec.warnings == ()
    out = resolve(spec, defaults=False)
    assert out["description"] == "costs $3"
    assert out["model"]["inputs"] == {"x": [16, 16]}
    units = [
        layer["Dense"]["units"] for layer in out["model"]["layers"] if isinstance(layer, dict) and "Dense" in layer
    ]
    assert units == [3, 16, 1]
    paths = [out["data"]["source"], out["data"]["validation"], out["data"]["test"]]
    expected = ["sub/data/a.npz", "sub/data/b.npz", "c/data.npz"]
    assert [one["npz"]["path"] for one in paths] == [str(tmp_path / one) for one in expected]
    again = load_spec(write_spec(dump_spec(spec), "again.yaml"))
    assert resolve(again) == resolve(spec)


def test_overrides_act_before_variables(write_spec: Write) -> None:
    path = write_spec("vars: {n: 2}\nfit: {epochs: $n, batch_size: $n}\n" + MODEL)
    out = resolve(load_spec(path, ["vars.n=5", "fit.batch_size=$n"]))
    assert (out["fit"]["epochs"], out["fit"]["batch_size"]) == (5, 5)


@pytest.mark.parametrize(
    ("text", "code", "place"),
    [
        ("vars: {units: 3}\nfit: {epochs: $unit, batch_size: $units}", "unknown-variable", "2:15 $unit"),
        ("fit: {epochs: $n}", "unknown-variable", "1:15 $n"),
        ("description: costs $5", "reference", "1:14 costs $5"),
        ("description: $(n", "reference", "1:14 $(n"),
        ("description: a $(env:) b", "reference", "1:14 a $(env:) b"),
        ("vars: {a: $b, b: $c, c: 'x$(a)'}\ndescription: $a", "cycle", "1:11 $b"),
        ("vars: {a: $a}\ndescription: $a", "cycle", "1:11 $a"),
        ("vars: {a: [1]}\ndescription: x$(a)", "wrong-type", "2:14 x$(a)"),
        ("vars: {1a: 3}", "name", "1:8 1a"),
        ("vars: [3]", "wrong-type", "1:7 [3]"),
        ("vars: {n: many}\nfit: {epochs: $n}", "wrong-type", "1:11 many"),
        ("description: $(env:KERASCLI_T)", "unset-variable", "1:14 $(env:KERASCLI_T)"),
        ("seed: $(env:KERASCLI_T:017)", "ambiguous-scalar", "1:7 $(env:KERASCLI_T:017)"),
    ],
)
def test_each_fault_at_its_place(
    write_spec: Write, monkeypatch: pytest.MonkeyPatch, text: str, code: str, place: str
) -> None:
    monkeypatch.delenv("KERASCLI_T", raising=False)
    with pytest.raises(KerascliError) as caught:
        load_spec(write_spec(f"{text}\n{MODEL}"))
    (one,) = [each for each in caught.value.diagnostics if each.severity == "error"]
    assert one.span is not None
    start = one.span.column - 1
    token = one.span.excerpt[start : start + one.span.length]
    assert (one.code, f"{one.span.line}:{one.span.column} {token}") == (code, place)


def test_an_unknown_name_in_a_block_is_said_once(write_spec: Write) -> None:
    path = write_spec(
        "model: {inputs: {x: [8]}, blocks: {b: {parameters: {units: 3}, layers: [{Dense: $unit}]}}, layers: [b, b]}\n"
    )
    with pytest.raises(KerascliError) as caught:
        load_spec(path)
    # A warning says too that nothing reads `units`.
    (one,) = [found for found in caught.value.diagnostics if found.severity == "error"]
    assert (one.code, one.hint) == ("unknown-variable", "did you mean 'units'?")


def test_a_fault_in_a_variable_says_where_it_was_filled_in(write_spec: Write) -> None:
    path = write_spec("vars: {opt: {Adam: {learning_rat: 1}}}\ncompile: {optimizer: $opt, loss: mse}\n" + MODEL)
    with pytest.raises(KerascliError) as caught:
        load_spec(path)
    (one,) = caught.value.diagnostics
    assert (one.span.line, one.span.column, one.span.length) == (1, 21, 12)
    assert [(note.message, str(note.span)) for note in one.remarks] == [("'$opt' is filled in here", f"{path}:2:22")]


def test_unused_variables_are_warned_of(write_spec: Write) -> None:
    write_spec("vars: {there: 1}\n", "base.yaml")
    path = write_spec("extends: base.yaml\nvars: {n: 2, other: $n, used: 3}\nseed: $used\n" + MODEL)
    found = [(one.code, one.span.line, one.span.column) for one in load_spec(path).warnings]
    assert found == [("unused-variable", 2, 8), ("unused-variable", 2, 14)]


@pytest.mark.parametrize(
    "variables",
    [
        "a0: [1, 1, 1, 1, 1, 1, 1, 1]\n"
        + "".join(f"  a{n}: [{', '.join([f'$a{n - 1}'] * 8)}]\n" for n in range(1, 40)),
        "a0: xxxxxxxxxxxxxxxx\n" + "".join(f"  a{n}: {f'$(a{n - 1})' * 8}\n" for n in range(1, 40)),
        "a0: 1\n" + "".join(f"  a{n}: [$a{n - 1}]\n" for n in range(1, 3000)),
    ],
    ids=["values", "text", "levels"],
)
def test_bombs_are_refused_before_they_are_expanded(write_spec: Write, variables: str) -> None:
    last = variables.strip().splitlines()[-1].partition(":")[0].strip()
    path = write_spec(f"vars:\n  {variables}x-use: ${last}\n{MODEL}")
    with pytest.raises(KerascliError) as caught:
        load_spec(path)
    assert {one.code for one in caught.value.diagnostics if one.severity == "error"} == {"too-large"}


def test_long_chains_of_variables_are_no_trouble(write_spec: Write) -> None:
    names = "\n".join(f"  a{n}: $a{n + 1}" for n in range(5000))
    spec = load_spec(write_spec(f"vars:\n{names}\n  a5000: 7\nseed: $a0\n{MODEL}"))
    assert spec.seed == 7


def test_why_follows_variables_and_the_environment(write_spec: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KERASCLI_T", "0.5")
    write_spec("vars: {n: 2}\nfit: {epochs: 4}\n", "base.yaml")
    path = write_spec("""\
extends: base.yaml
vars: {n: 3}
fit: {epochs: $n}
compile: {optimizer: {Adam: '$(env:KERASCLI_T:1e-3)'}, loss: mse}
""")
    tree, _ = read_tree(read_text(path), ["vars.n=5"], Problems())
    tree, _ = fill_variables(tree, Problems())
    origins = why(tree, "fit.epochs")
    assert [(origin.value, origin.kind) for origin in origins] == [
        (5, "command line"),
        (3, "file"),
        (2, "file"),
        (4, "file"),
    ]
    assert [(note.message, str(note.span)) for note in origins[0].through] == [
        ("'$n' is filled in here", f"{path}:3:15")
    ]
    first, beaten = why(tree, "compile.optimizer.learning_rate")
    assert (first.value, first.kind, beaten.value) == (0.5, "environment", "1e-3")
