"""Every code has an explanation, whose wrong spec gives that code alone, and whose right spec gives nothing."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from codes_in_source import codes_in

from kerascli.check.errors_page import errors_page
from kerascli.check.explain import Explanation, explain, explain_all
from kerascli.cli.check import check_file
from kerascli.errors import Diagnostic, render_plain
from kerascli.spec.codes import all_codes

ROOT = Path(__file__).parent.parent.parent
PAGES = [page for page in explain_all() if page.wrong is not None]
HOW = re.compile(r"# check: --(build|data)\n")
STATIC = [page for page in PAGES if not HOW.match(page.wrong or "")]
RUN = [page for page in PAGES if HOW.match(page.wrong or "")]


def test_every_code_of_the_source_has_an_explanation_and_every_explanation_a_code() -> None:
    codes, unknown = codes_in(ROOT / "kerascli")
    assert unknown == [], "a code must stand in the source as it is, to be found"
    assert sorted(codes) == list(all_codes())


def test_the_page_of_all_errors_is_in_sync() -> None:
    assert (ROOT / "docs" / "errors.md").read_text(encoding="utf-8") == errors_page(), "say 'make errors'"


def diagnostics(text: str | None, path: Path) -> tuple[Diagnostic, ...]:
    """What `kerascli check` finds; `--build` or `--data` where the first line says so."""
    assert text is not None
    path.write_text(text, encoding="utf-8")
    how = HOW.match(text)
    word = how[1] if how else ""
    found, _ = check_file(path, [], build=word == "build", data=word == "data", runs=path.parent / "runs", verbose=True)
    return found


def judge(page: Explanation, folder: Path) -> None:
    wrong = diagnostics(page.wrong, folder / "wrong.yaml")
    assert {one.code for one in wrong} == {page.code}, "\n".join(map(render_plain, wrong))
    assert all(one.span is not None for one in wrong)
    right = diagnostics(page.right, folder / "right.yaml")
    assert right == (), "\n".join(map(render_plain, right))


@pytest.mark.parametrize("page", STATIC, ids=[page.code for page in STATIC])
def test_static(page: Explanation, tmp_path: Path) -> None:
    judge(page, tmp_path)


@pytest.mark.parametrize("page", RUN, ids=[page.code for page in RUN])
def test_with_model_or_data(page: Explanation, tmp_path: Path) -> None:
    judge(page, tmp_path)


@pytest.mark.parametrize("page", explain_all(), ids=all_codes())
def test_form(page: Explanation) -> None:
    assert page.first_sentence.endswith((".", "!")) and len(page.first_sentence) < 260
    assert page.wrong != page.right or page.wrong is None
    assert explain(page.code) == page
