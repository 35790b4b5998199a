"""Mutations of all ready specs and of overrides: no traceback, no hang, and every place lies in its text."""

from __future__ import annotations

import random
import re
from pathlib import Path

import pytest

from kerascli.check import check_spec
from kerascli.errors import Diagnostic, KerascliError
from kerascli.spec.load import load_spec

CONFIGS = sorted((Path(__file__).parents[2] / "configs").glob("*.yaml"))
TOKEN = re.compile(r"[A-Za-z_][\w.]*|\d+(?:\.\d+)?|[\[\]{}:,'\"-]|\n +")
PIECES = ["", "null", "[", "]", "{", "}", ": ", "- ", "x", "3", "-1", "1e400", "true", "'", "\n", "\n  ", "&a ", "*a", "<<: ", "!t ", "#", "\t",
          "Dense", "LSTM: 3", "ops.add", "inputs", "name", "{Dense: 1}", "enc:1", "017", "$x", "é", "Lambda", "[[[]]]", "ops.einsum: ij"]  # fmt: skip


def mutated(text: str, chance: random.Random) -> str:
    for _ in range(chance.randint(1, 4)):
        tokens = list(TOKEN.finditer(text))
        if not tokens:
            return text
        one, other = chance.choice(tokens), chance.choice(tokens)
        piece = chance.choice([*PIECES, other.group(), one.group() * 2])
        text = text[: one.start()] + piece + text[one.end() :]
    return text


def diagnostics(path: Path, overrides: list[str]) -> tuple[Diagnostic, ...]:
    try:
        return check_spec(load_spec(path, overrides))
    except KerascliError as error:
        return error.diagnostics


def check_places(found: tuple[Diagnostic, ...], text: str) -> None:
    for one in found:
        assert one.message
        if one.span is not None:
            lines = one.span.source.lines
            assert 1 <= one.span.line <= len(lines), (one, text)
            assert 1 <= one.span.column <= len(lines[one.span.line - 1]) + 1, (one, text)


@pytest.mark.parametrize("path", CONFIGS, ids=[path.stem for path in CONFIGS])
def test_mutated_spec(path: Path, tmp_path: Path) -> None:
    chance = random.Random(path.stem)
    text = path.read_text()
    target = tmp_path / "spec.yaml"
    for _ in range(120):
        changed = mutated(text, chance)
        target.write_text(changed)
        check_places(diagnostics(target, []), changed)


PATHS = ["fit.epochs", "model.layers.digit.units", "model.layers", "compile.optimizer", "compile.optimizer.learning_rate", "data",
         "data.inputs.image.transform", "callbacks", "model.outputs", "model.layers.0", "compile.loss", "logs.tensorboard", "checkpoints.every", "seed"]  # fmt: skip


def test_mutated_overrides() -> None:
    chance = random.Random(1)
    for _ in range(400):
        path = mutated(chance.choice(PATHS), chance) if chance.random() < 0.3 else chance.choice(PATHS)
        value = mutated(
            chance.choice(["3", "[1, 2]", "{Dense: 3}", "adam", "{Adam: {learning_rate: 1}}", "mse"]), chance
        )
        text = f"{chance.choice(['', '', '+'])}{path}={value}" if chance.random() < 0.9 else f"~{path}"
        check_places(diagnostics(CONFIGS[0], [text]), text)
