"""The section `tune`: each fault at its place, with the right word, before anything is tried; good ones are left alone."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from kerascli.check import check_search, check_spec
from kerascli.cli.check import check_file
from kerascli.cli.main import app
from kerascli.errors import Diagnostic, ExitCode, SpecError
from kerascli.spec.dump import dump_spec
from kerascli.spec.load import load_spec
from kerascli.spec.tune_spec import Method

Write = Callable[..., Path]

BASE = """\
name: searched
vars: {width: 8}
data:
  source: {synthetic: {samples: 60, fields: {x: {shape: [4]}, y: {shape: [1]}}}}
  validation: 0.2
model:
  inputs: {x: [4]}
  layers:
    - Dense: {units: $width, activation: relu}
      name: hidden
    - {Dropout: 0.2, name: drop}
    - {Dense: 1, name: y}
compile: {optimizer: {Adam: {learning_rate: 0.01}}, loss: mse, metrics: [mae]}
fit: {epochs: 2, batch_size: 12}
"""
LINE = BASE.count("\n") + 1


def faults(write_spec: Write, tune: str) -> tuple[Diagnostic, ...]:
    found, _ = check_file(write_spec(f"{BASE}tune: {{{tune}}}\n"), [])
    return found


# What stands in `tune: {…}`, the code, the word that is wrong, and what is told to write.
FAULTS = [
    ("trials: 3", "missing-key", "{trials: 3}", "write 'space: {fit.batch_size: {choice: [32, 64]}}'"),
    ("space: {}", "search-space", "{}", "write '{fit.batch_size: {choice: [32, 64]}}'"),
    ("space: [seed]", "wrong-type", "[seed]", "write '{fit.batch_size: {choice: [32, 64]}}'"),
    ("space: {seed: [1, 2]}", "wrong-type", "[1, 2]", "write '{choice: [1, 2]}'"),
    ("space: {seed: 3}", "wrong-type", "3", None),
    ("space: {fit.batchsize: {choice: [1, 2]}}", "unknown-path", "batchsize", "did you mean 'fit.batch_size'?"),
    (
        "space: {compile.optimizer.lerning_rate: {log: [1e-4, 1]}}",
        "unknown-path",
        "lerning_rate",
        "did you mean 'compile.optimizer.learning_rate'?",
    ),
    (
        "space: {model.layers.hiden.units: {int: [1, 2]}}",
        "unknown-path",
        "hiden",
        "did you mean 'model.layers.hidden'?",
    ),
    ("space: {tune.trials: {int: [1, 2]}}", "search-space", "tune.trials", None),
    ("space: {name: {choice: [a, b]}}", "search-space", "name", None),
    ("space: {seed: {unifrm: [0, 1]}}", "unknown-key", "unifrm", "did you mean 'uniform'?"),
    ("space: {seed: {int: [0, 1], choice: [1]}}", "search-space", "choice", "write one of them"),
    ("space: {seed: {step: 1}}", "search-space", "{step: 1}", None),
    ("space: {seed: {choice: []}}", "search-space", "[]", "write 'choice: [64, 128]'"),
    ("space: {seed: {choice: 3}}", "wrong-type", "3", "write 'choice: [3]'"),
    ("space: {seed: {choice: [1, 2, 1]}}", "search-space", "1", "leave one out"),
    ("space: {seed: {choice: [1], step: 1}}", "search-space", "step", "leave it out"),
    ("space: {seed: {int: [1, 2, 3]}}", "wrong-type", "[1, 2, 3]", "write 'int: [1, 8]'"),
    ("space: {seed: {int: 5}}", "wrong-type", "5", "write 'int: [1, 8]'"),
    ("space: {seed: {int: [1.5, 2]}}", "wrong-type", "1.5", None),
    ("space: {seed: {int: [7, 2]}}", "search-space", "[7, 2]", "write [2, 7]"),
    ("space: {seed: {int: [1, 4], step: 0}}", "out-of-range", "0", None),
    ("space: {model.layers.drop.rate: {uniform: [0, 0.5], step: 1e-300}}", "search-space", "1e-300", "leave it out"),
    ("space: {seed: {int: [1, 4], step: 9}}", "search-space", "9", "write a number above 0, at most 3"),
    ("space: {model.layers.drop.rate: {uniform: [0.5, 0]}}", "search-space", "[0.5, 0]", "write [0, 0.5]"),
    ("space: {model.layers.drop.rate: {uniform: [0.5, 0.5]}}", "search-space", "[0.5, 0.5]", None),
    ("space: {model.layers.drop.rate: {uniform: [a, 0.5]}}", "wrong-type", "a", None),
    (
        "space: {compile.optimizer.learning_rate: {log: [0, 1]}}",
        "search-space",
        "0",
        "write a small number, such as 0.0001, or take 'uniform'",
    ),
    ("space: {compile.optimizer.learning_rate: {log: [1e-4, 1], step: 2}}", "search-space", "step", "leave it out"),
    ("space: {seed: {int: [0, 9]}}, trials: 0", "out-of-range", "0", None),
    ("space: {seed: {int: [0, 9]}}, trials: many", "wrong-type", "many", None),
    ("space: {seed: {int: [0, 9]}}, sampler: tpee", "unknown-choice", "tpee", "did you mean 'tpe'?"),
    ("space: {seed: {int: [0, 9]}}, sampler: {tpe: {startup: 3}}", "unknown-argument", "startup", None),
    ("space: {seed: {int: [0, 9]}}, sampler: [tpe]", "wrong-type", "[tpe]", "write 'sampler: tpe'"),
    ("space: {seed: {int: [0, 9]}}, pruner: medain", "unknown-choice", "medain", "did you mean 'median'?"),
    ("space: {seed: {int: [0, 9]}}, pruner: {percentile: {percentile: 101}}", "out-of-range", "101", None),
    ("space: {seed: {int: [0, 9]}}, sampler: {cmaes: {sigma0: 0}}", "out-of-range", "0", None),
    (
        "space: {seed: {int: [0, 9]}}, sampler: {tpe: {multivariate: false, group: true}}",
        "arguments-disagree",
        "group",
        "leave one of them out",
    ),
    (
        "space: {seed: {int: [0, 9]}}, sampler: {cmaes: {use_separable_cma: true, with_margin: true}}",
        "arguments-disagree",
        "with_margin",
        None,
    ),
    ("space: {seed: {int: [0, 9]}}, direction: up", "unknown-choice", "up", None),
    ("space: {seed: {int: [0, 9]}}, metric: val_acuracy", "unknown-monitor", "val_acuracy", None),
    ("space: {seed: {int: [0, 9]}}, metric: val_mea", "unknown-monitor", "val_mea", "did you mean 'val_mae'?"),
    ("space: {seed: {int: [0, 9]}}, metric: mae, direction: maximize", "wrong-mode", "maximize", "write 'minimize'"),
    ("space: {seed: {int: [0, 9]}}, on_error: ignore", "unknown-choice", "ignore", None),
    ("space: {seed: {int: [0, 9]}}, parallel: 0", "out-of-range", "0", None),
    ("space: {seed: {int: [0, 9]}}, storage: study", "storage", "study", None),
    ("space: {seed: {int: [0, 9]}}, trails: 3", "unknown-key", "trails", "did you mean 'trials'?"),
    ("space: {model.layers.drop.rate: {uniform: [0, 1]}}, sampler: grid", "search-space", "uniform", None),
    ("space: {seed: {int: [0, 99999]}, fit.epochs: {int: [1, 9]}}, sampler: grid", "search-space", "space", None),
    # Values that the spec can't have.
    (
        "space: {model.layers.hidden.activation: {choice: [relu, sofmax]}}",
        "unknown-class",
        "sofmax",
        "did you mean 'softmax'?",
    ),
    ("space: {compile.optimizer: {choice: [adam, {SGD: {momentm: 0.9}}]}}", "unknown-argument", "momentm", None),
    ("space: {compile.optimizer.learning_rate: {uniform: [-1, 0.1]}}", "out-of-range", "-1", None),
    (
        "space: {vars.width: {uniform: [8, 64]}}",
        "wrong-type",
        "{uniform: [8, 64]}",
        "write '{int: [8, 64]}', or the values as '{choice: […]}'",
    ),
    ("space: {model.layers.y.units: {choice: [1, 2]}}", "target-shape", "2", None),
]


@pytest.mark.parametrize(("tune", "code", "token", "hint"), FAULTS, ids=[fault[0] for fault in FAULTS])
def test_fault(tune: str, code: str, token: str, hint: str | None, write_spec: Write) -> None:
    (found,) = faults(write_spec, tune)
    assert (found.code, found.severity, found.status) == (code, "error", ExitCode.SPEC)
    assert found.span is not None
    assert found.span.line == LINE
    start = found.span.column - 1
    assert found.span.excerpt[start : start + found.span.length] == token
    if hint is not None:
        assert found.hint == hint


GOOD = [
    "space: {compile.optimizer.learning_rate: {log: [1e-4, 1e-2]}, model.layers.hidden.units: {choice: [8, 16]}}",
    "space: {'model.layers.drop.rate': {uniform: [0, 1/2], step: 0.1}}, sampler: grid",
    "space: {vars.width: {int: [4, 16], step: 4}}, sampler: {cmaes: {sigma0: 0.5}}, pruner: {hyperband: {min_resource: 2}}",
    "space: {compile.optimizer: {choice: [adam, {SGD: {momentum: 0.9}}]}}, pruner: null, direction: min, metric: val_mae",
    "space: {fit.batch_size: {int: [8, 32]}}, sampler: {tpe: {multivariate: true}}, storage: 'sqlite:///a.db', seed: 3",
    "space: {fit.batch_size: {int: [8, 32]}}, sampler: {tpe: {multivariate: true, group: true}}",
    "space: {compile.optimizer: {choice: [adam, sgd]}, compile.optimizer.learning_rate: {log: [1e-4, 1e-2]}}",
]


@pytest.mark.parametrize("tune", GOOD)
def test_no_false_alarm(tune: str, write_spec: Write, tmp_path: Path) -> None:
    assert faults(write_spec, tune) == ()
    spec = load_spec(tmp_path / "spec.yaml")
    # A resolved spec is that of one run, whatever was searched.
    (tmp_path / "resolved.yaml").write_text(dump_spec(spec))
    assert load_spec(tmp_path / "resolved.yaml").tune is None


def test_what_is_read(write_spec: Write) -> None:
    spec = load_spec(
        write_spec(
            BASE
            + "tune: {metric: val_mae, direction: min, trials: 7, sampler: {tpe: {n_startup_trials: 2}}, parallel: 3, "
            "pruner: none, on_error: stop, storage: a.journal, space: {seed: {int: [1, 7], step: 3}}}\n"
        )
    )
    tune = spec.tune
    assert tune is not None
    assert (tune.metric, tune.direction, tune.trials, tune.parallel) == ("val_mae", "minimize", 7, 3)
    assert (tune.sampler, tune.pruner) == (Method("tpe", {"n_startup_trials": 2}), Method("none"))
    assert (tune.on_error, tune.grid_size) == ("stop", 3)
    # A file lies beside the spec.
    assert tune.storage == str(spec.path.parent / "a.journal")
    assert check_spec(spec) == check_search(spec) == ()


def test_all_at_once_in_order(write_spec: Write) -> None:
    with pytest.raises(SpecError) as caught:
        load_spec(
            write_spec(
                BASE + "tune:\n  trials: 0\n  sampler: x\n  space: {seed: {choice: []}, fit.epoch: {int: [1, 2]}}\n"
            )
        )
    assert [one.code for one in caught.value.diagnostics] == [
        "out-of-range",
        "unknown-choice",
        "search-space",
        "unknown-path",
    ]


def test_the_command_says_it_and_does_nothing(write_spec: Write, tmp_path: Path) -> None:
    runs = tmp_path / "runs"
    wrong = write_spec(BASE + "tune: {space: {compile.optimizer.learning_rate: {uniform: [-1, 0.1]}}}\n")
    result = CliRunner().invoke(app, ["tune", str(wrong), "--runs", str(runs)])
    assert (result.exit_code, runs.exists()) == (2, False)
    assert "out-of-range" in result.stderr
    result = CliRunner().invoke(app, ["tune", str(write_spec(BASE)), "--runs", str(runs)])
    assert (result.exit_code, runs.exists()) == (2, False)
    assert "no section 'tune'" in result.stderr
    good = write_spec(f"{BASE}tune: {{{GOOD[0]}}}\n")
    for words in (["--trials", "0"], ["--trials", "3", "--more", "2"], ["--study", "a/b"], ["--parallel", "0"]):
        result = CliRunner().invoke(app, ["tune", str(good), "--runs", str(runs), *words])
        assert (result.exit_code, runs.exists()) == (2, False), words


TWO = "{multi_worker: {workers: [a:1, b:2]}}"
CONFIG = '{"cluster": {"worker": ["a:1", "b:2"]}, "task": {"type": "worker", "index": 0}}'


@pytest.mark.parametrize(
    ("config", "override", "status", "said"),
    [
        ("", f"distribute={TWO}", 2, "the spec wants several workers"),
        (CONFIG, "distribute=mirrored", 2, "TF_CONFIG wants several workers"),
        ("{", "distribute=false", 5, "TF_CONFIG is no JSON"),
    ],
)
@pytest.mark.parametrize("words", [["tune"], ["sweep", "seed=1,2"]])
def test_several_workers_do_not_search(
    words: list[str],
    config: str,
    override: str,
    status: int,
    said: str,
    write_spec: Write,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TF_CONFIG", config)
    spec = write_spec(f"{BASE}tune: {{{GOOD[0]}}}\n")
    line = [words[0], str(spec), *words[1:], override, "--runs", str(tmp_path / "runs")]
    for command in (line, [*line, "--plan"]):
        result = CliRunner().invoke(app, command)
        assert (result.exit_code, (tmp_path / "runs").exists()) == (status, False)
        assert said in result.stderr


def test_the_plan_needs_no_tensorflow(write_spec: Write, tmp_path: Path) -> None:
    spec = write_spec(f"{BASE}tune: {{{GOOD[0]}, trials: 3}}\n")
    words = ["tune", str(spec), "--plan", "--json", "--runs", str(tmp_path / "runs")]
    script = (
        "import sys\nfrom kerascli.cli.main import app\ntry: app(sys.argv[1:])\nexcept SystemExit as end: assert not end.code\n"
        "assert not {'tensorflow', 'keras', 'matplotlib'} & set(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script, *words], capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stderr) == (0, "")
    plan = json.loads(done.stdout)
    assert (plan["metric"], plan["direction"], plan["trials"], plan["grid_size"]) == ("val_loss", "minimize", 3, None)
    assert [sorted(one) for one in plan["first"]] == [
        ["compile.optimizer.learning_rate", "model.layers.hidden.units"]
    ] * 3
    assert not (tmp_path / "runs").exists()


def test_without_optuna(write_spec: Write, tmp_path: Path) -> None:
    spec = write_spec(f"{BASE}tune: {{{GOOD[0]}}}\n")
    script = "import sys\nsys.modules['optuna'] = None\nfrom kerascli.cli.main import app\napp(sys.argv[1:])"
    words = ["tune", str(spec), "--runs", str(tmp_path / "runs")]
    done = subprocess.run([sys.executable, "-c", script, *words], capture_output=True, text=True, timeout=120)
    assert done.returncode == 5
    assert "pip install 'kerascli[tune]'" in done.stderr
