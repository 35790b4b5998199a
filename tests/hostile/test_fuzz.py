"""Mutations of every spec that is shipped, texts of any characters, overrides: nothing but diagnostics at whole tokens.

`KERASCLI_FUZZ=100000 pytest tests/hostile/test_fuzz.py` (`make fuzz`) draws more; `KERASCLI_FUZZ_SEED` draws others.
"""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from .fuzz import check_example, corpus, mutated, words

COUNT = int(os.environ.get("KERASCLI_FUZZ", "2000"))
SEED = int(os.environ.get("KERASCLI_FUZZ_SEED", "0"))
PARTS = 8
CORPUS = corpus()
POOL = words([text for _, text in CORPUS])

PATHS = ["fit.epochs", "fit.phases.0.epochs", "model.layers.digit.units", "model.layers", "model.layers.0", "model.outputs", "compile.optimizer", "compile.loss",
         "compile.optimizer.learning_rate", "compile.metrics", "data", "data.source", "data.inputs.image.transform", "data.validation", "callbacks", "callbacks.0",
         "logs.tensorboard", "checkpoints.every", "seed", "name", "vars.x", "extends", "override", "x-a"]  # fmt: skip
VALUES = [
    "3",
    "[1, 2]",
    "{Dense: 3}",
    "adam",
    "{Adam: {learning_rate: 1}}",
    "mse",
    "null",
    "$x",
    "$(env:NO:3)",
    "*a",
    "&a 1",
    "!t 1",
    "'",
    "é",
]


@pytest.mark.parametrize("part", range(PARTS))
def test_mutated_specs(part: int, tmp_path: Path) -> None:
    path = tmp_path / "spec.yaml"
    for number in range(SEED + part, SEED + COUNT, PARTS):
        chance = random.Random(number)
        name, text = chance.choice(CORPUS)
        changed = mutated(text, chance, POOL)
        path.write_bytes(changed.encode("utf-8", "surrogatepass"))
        try:
            check_example(path, [])
        except BaseException as error:  # A traceback is what is looked for.
            error.add_note(f"seed {number}, from {name}:\n{changed}")
            raise


LOSS = "model: {inputs: {x: [4]}, layers: [{Dense: 1, name: y}]}\ncompile: {loss: {y: null}}\n"
WEIGHTS = "model: {inputs: {x: [64, 64, 3]}, layers: [{applications.MobileNetV2: {weights: a.h5, pooling: avg}}, {Dense: 1}]}\n"


@pytest.mark.parametrize(
    ("text", "overrides"),
    [(LOSS, []), (WEIGHTS, []), (LOSS + "override: {1e-2: null}\n", []), (LOSS + "override:\n    ~: none\n", []), (LOSS, ["{x: ../x}=$%"])],
)  # fmt: skip
def test_what_was_found(text: str, overrides: list[str], tmp_path: Path) -> None:
    """What longer searches came upon."""
    (tmp_path / "spec.yaml").write_text(text)
    check_example(tmp_path / "spec.yaml", overrides)


def test_mutated_overrides(tmp_path: Path) -> None:
    specs = [text for name, text in CORPUS if name.startswith("configs/")]
    path = tmp_path / "spec.yaml"
    for number in range(SEED, SEED + COUNT // 8):
        chance = random.Random(-number - 1)
        path.write_text(chance.choice(specs), encoding="utf-8")
        overrides = []
        for _ in range(chance.choice([1, 1, 2, 4])):
            where, value = chance.choice(PATHS), chance.choice(VALUES)
            if chance.random() < 0.5:
                where, value = mutated(where, chance, POOL), mutated(value, chance, POOL)
            overrides.append(chance.choice([f"{where}={value}", f"+{where}={value}", f"~{where}", where]))
        try:
            check_example(path, overrides)
        except BaseException as error:  # A traceback is what is looked for.
            error.add_note(f"seed {number}: {overrides}")
            raise


@settings(
    max_examples=max(50, COUNT // 20), deadline=None, suppress_health_check=list(HealthCheck), derandomize=SEED == 0
)
@given(
    raw=st.one_of(
        st.binary(max_size=200), st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass"))
    )
)
def test_any_bytes(raw: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.getbasetemp() / "any.yaml"
    path.write_bytes(raw)
    check_example(path, [])


_SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.sampled_from(POOL)
_TREES = st.recursive(_SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(POOL), inner, max_size=4), max_leaves=20)  # fmt: skip
_SECTIONS = [
    "model",
    "data",
    "compile",
    "fit",
    "callbacks",
    "checkpoints",
    "logs",
    "expect",
    "vars",
    "extends",
    "override",
    "plugins",
    "name",
    "tags",
    "dtype",
]


@settings(
    max_examples=max(50, COUNT // 20), deadline=None, suppress_health_check=list(HealthCheck), derandomize=SEED == 0
)
@given(tree=st.dictionaries(st.sampled_from(_SECTIONS), _TREES, max_size=5))
def test_any_tree(tree: dict[str, object], tmp_path_factory: pytest.TempPathFactory) -> None:
    import yaml

    path = tmp_path_factory.getbasetemp() / "tree.yaml"
    path.write_text(yaml.safe_dump(tree, allow_unicode=True), encoding="utf-8", errors="surrogatepass")
    check_example(path, [])
