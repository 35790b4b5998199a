"""`kerascli describe`, as a user types it, in a process of its own and on a terminal."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from kerascli.catalog import load_catalog
from kerascli.spec.key_docs import KEY_DOCS
from kerascli.translate.describe import describe, list_groups, list_words
from kerascli.view.description import description_parts


def kerascli(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "kerascli", "describe", *words]
    return subprocess.run(
        command, capture_output=True, text=True, timeout=60, env={**os.environ, **environment}, check=False
    )


def meanings(word: str) -> list[str]:
    return [f"{one.group}.{one.name}".lstrip(".") for one in describe(word)]


@pytest.mark.parametrize(
    ("word", "found"),
    [
        ("Conv2D", ["layers.Conv2D"]),
        ("keras.layers.Conv2D", ["layers.Conv2D"]),
        ("MaxPool2D", ["layers.MaxPooling2D"]),
        ("adam", ["optimizers.Adam"]),
        ("mse", ["losses.MeanSquaredError", "metrics.MeanSquaredError"]),
        ("CategoricalCrossentropy", ["losses.CategoricalCrossentropy", "metrics.CategoricalCrossentropy"]),
        ("losses.CategoricalCrossentropy", ["losses.CategoricalCrossentropy"]),
        ("ops.concatenate", ["ops.ops.concatenate"]),
        ("concatenate", ["ops.ops.concatenate"]),
        ("applications.ResNet50", ["applications.applications.ResNet50"]),
        ("ResNet50", ["applications.applications.ResNet50"]),
        ("schedules.CosineDecay", ["schedules.CosineDecay"]),
        ("he_normal", ["initializers.HeNormal"]),
        ("mixed_bfloat16", ["dtype_policies.mixed_bfloat16"]),
        ("accuracy", ["metrics.accuracy"]),
        ("Model", ["layers.Model"]),
        ("sources.csv", ["sources.csv"]),
        ("csv", ["sources.csv", "logs.csv"]),
        ("fit", ["fit"]),
        ("fit.batch_size", ["fit.batch_size"]),
        ("checkpoints.every", ["checkpoints.every"]),
        ("model.layers", ["model.layers"]),
        ("model.layers.repeat", ["model.layers.*.repeat"]),
        ("repeat", ["model.layers.*.repeat"]),
    ],
)
def test_what_a_word_means(word: str, found: list[str]) -> None:
    assert meanings(word) == found


def test_a_component_says_all_that_the_catalog_knows() -> None:
    (conv,) = describe("Conv2D")
    rows = {row.name: row for row in conv.parameters}
    assert rows["filters"].required
    assert (rows["filters"].takes, rows["kernel_size"].takes) == ("int", "int or list")
    assert (rows["padding"].takes, rows["padding"].default) == ("valid | same", "valid")
    assert rows["kernel_initializer"].default == "glorot_uniform"
    assert rows["kernel_size"].text == "The size of the convolution window."
    assert set(rows) | set(conv.shared) >= {"activity_regularizer", "trainable", "dtype", "name"}
    assert conv.aliases == ("Convolution2D",)
    assert "Conv2D: {filters: 32" in conv.example


def test_no_markup_of_docstrings_is_left() -> None:
    for group in load_catalog().groups:
        for row in list_words(group):
            for one in describe(f"{group}.{row.name.removeprefix(f'{group}.')}"):
                texts = [one.summary, *one.text, *(parameter.text for parameter in one.parameters)]
                for text in texts:
                    assert not re.search(r"```|\]\(|\$\$|>>>|\n|`None`", text), (one.path, text)
                assert one.summary, one.path


def test_every_key_and_group_is_listed() -> None:
    counts = {row.name: row.count for row in list_groups()}
    assert set(load_catalog().groups) <= set(counts)
    assert counts["keys"] == len(KEY_DOCS)
    assert counts["optimizers"] == len(load_catalog().names("optimizers"))


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (("Conv2",), "Conv2D"),
        (("layers.Dens",), "layers.Dense"),
        (("fit.batchsize",), "fit.batch_size"),
        (("resnet5",), "applications.ResNet50"),
        (("xyzzy",), "--list"),
        (("--list", "layer"), "layers"),
    ],
)
def test_unknown_words(words: tuple[str, ...], hint: str) -> None:
    done = kerascli(*words)
    assert (done.returncode, done.stdout) == (2, "")
    assert hint in done.stderr
    assert "Traceback" not in done.stderr


def test_json() -> None:
    found = json.loads(kerascli("mse", "--json").stdout)
    assert [one["group"] for one in found["meanings"]] == ["losses", "metrics"]
    assert {row["name"] for row in json.loads(kerascli("--list", "--json").stdout)} >= {"layers", "ops", "keys"}
    assert {"name": "Dense", "summary": "Just your regular densely-connected NN layer."} in json.loads(
        kerascli("--list", "layers", "--json").stdout
    )


@pytest.mark.parametrize("width", [60, 80, 120, 200])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    for words in (("MultiHeadAttention",), ("mse",), ("fit",), ("--list", "layers"), ("--list",)):
        done = kerascli(*words, COLUMNS=str(width))
        assert done.returncode == 0, done.stderr
        lines = done.stdout.splitlines()
        assert max(map(len, lines)) <= width
        assert "\x1b" not in done.stdout
        assert all(line == line.rstrip() for line in lines)
        assert "`" not in done.stdout


def test_the_example_is_printed_as_it_is_to_be_written() -> None:
    for width in ("60", "120"):
        shown = kerascli("ops.conv", COLUMNS=width).stdout
        (conv,) = describe("ops.conv")
        assert "\n".join(f"  {line}" for line in conv.example.splitlines()) in shown


def test_the_output_in_the_docs_is_real() -> None:
    text = (Path(__file__).parents[2] / "docs" / "spec.md").read_text()
    block = text.split("    $ kerascli describe Dropout\n")[1].split("\n`kerascli")[0]
    shown = kerascli("Dropout", COLUMNS="90").stdout
    for part in block.split("    …\n"):
        assert "".join(line.removeprefix("    ") for line in part.splitlines(keepends=True)).strip("\n") in shown


def test_colours_on_a_terminal() -> None:
    from io import StringIO

    from rich.console import Console

    (conv,) = describe("Conv2D")
    text = StringIO()
    console = Console(file=text, force_terminal=True, color_system="truecolor", width=80)
    for part in description_parts(conv, 80):
        console.print(part)
    assert "\x1b[1;36mConv2D" in text.getvalue()


def test_nothing_heavy_is_imported(tmp_path: Path) -> None:
    for words in (["Conv2D"], ["--list", "ops"], ["fit"], ["csv", "--json"]):
        code = (
            "import sys, atexit\n"
            "atexit.register(lambda: print('HEAVY', sorted({'tensorflow', 'keras', 'numpy', 'matplotlib'} & set(sys.modules))))\n"
            f"sys.argv = ['kerascli', 'describe', *{words!r}]\n"
            "from kerascli.cli.main import main\nmain()\n"
        )
        done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr
        assert done.stdout.splitlines()[-1] == "HEAVY []"
