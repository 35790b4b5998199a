"""The JSON Schema against specs that are right and wrong."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from kerascli.check.explain import explain_all
from kerascli.spec.dump import dump_spec
from kerascli.spec.load import load_spec
from kerascli.translate.examples import example_of
from kerascli.translate.key_examples import KEY_EXAMPLES

from .schema_under_test import CATALOG, VALIDATOR, holds, read
from .small_specs import BAD, GOOD

ROOT = Path(__file__).parents[2]
CONFIGS = sorted((ROOT / "configs").glob("*.yaml"))
# Half of the specs of that page are wrong.
ERRORS = ROOT / "docs" / "errors.md"
PAGES = [ROOT / "README.md", *sorted(set((ROOT / "docs").glob("*.md")) - {ERRORS})]


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.name)
def test_ready_specs_hold(path: Path) -> None:
    assert holds(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_examples_of_the_docs_hold(page: Path) -> None:
    for example in re.findall(r"```yaml\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL):
        # A manifest of Kubernetes is YAML, and no spec.
        assert "\nkind: " in example or holds(example), example


def test_the_right_specs_of_the_explanations_hold() -> None:
    assert [page.code for page in explain_all() if page.right is not None and not holds(page.right)] == []


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.name)
@pytest.mark.parametrize("defaults", [True, False], ids=["resolved", "brief"])
def test_resolved_specs_hold(path: Path, defaults: bool) -> None:
    assert holds(dump_spec(load_spec(path), defaults=defaults))


@pytest.mark.parametrize("group", CATALOG.groups)
def test_the_described_examples_of_components_hold(group: str) -> None:
    entries = [CATALOG.find(group, name) for name in CATALOG.names(group)]
    texts = [example_of(entry).yaml for entry in entries if entry is not None]
    assert any(texts)
    assert [text for text in texts if text and not holds(text)] == []


def test_the_described_examples_of_keys_hold() -> None:
    assert [text for text in KEY_EXAMPLES.values() if not holds(text)] == []


@pytest.mark.parametrize("text", GOOD.values(), ids=GOOD.keys())
def test_what_the_language_allows_holds(text: str) -> None:
    assert holds(text)


@pytest.mark.parametrize("text", BAD)
def test_what_the_language_refuses_does_not_hold(text: str) -> None:
    assert not holds(text)


# Mappings whose keys are names of the writer's own.
NAMED = {"columns", "inputs", "targets", "outputs", "fields", "loss", "loss_weights", "metrics", "repeat"}


def _renamed(value: object, inside: str = "") -> Iterator[object]:
    """The value with one key misspelt, for each key that is a word of the language, at any depth."""
    if isinstance(value, dict):
        for key, each in value.items():
            if inside not in NAMED or key[:1].isupper():
                yield {(key + "x" if word == key else word): item for word, item in value.items()}
            yield from ({**value, key: changed} for changed in _renamed(each, key))
    elif isinstance(value, list):
        for number, each in enumerate(value):
            yield from ([*value[:number], changed, *value[number + 1 :]] for changed in _renamed(each))


# Beside blocks, whose names are the writer's own, a misspelt layer may be one.
WITHOUT_BLOCKS = [path for path in CONFIGS if "  blocks:" not in path.read_text(encoding="utf-8")]


@pytest.mark.parametrize("path", WITHOUT_BLOCKS, ids=lambda path: path.name)
def test_every_misspelt_key_is_found(path: Path) -> None:
    spec = read(path.read_text(encoding="utf-8"))
    variants = list(_renamed(spec))
    assert len(variants) > 30
    assert [variant for variant in variants if VALIDATOR.holds(variant)] == []
