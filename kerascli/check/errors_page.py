"""`docs/errors.md`, made of the pages of all codes: `python -m kerascli.check.errors_page docs/errors.md`."""

from __future__ import annotations

import sys
from pathlib import Path

from kerascli.check.explain import Explanation, explain_all

_BEGINNING = """\
# Errors and warnings

Every diagnostic has a code, in brackets at the end of its first line; `kerascli explain CODE` prints what stands here. Warnings can be silenced by their codes, in
the section `check` of a spec; `--strict` makes errors of them. The tests check each wrong spec and each right one.

This page is made of the files in `kerascli/check/explanations/`, by `make errors`.
"""


def errors_page() -> str:
    """The whole page."""
    found = explain_all()
    contents = "\n".join(f"- [`{one.code}`](#{one.code}): {one.first_sentence}" for one in found)
    return "\n".join([_BEGINNING, contents, "", *map(_part, found)])


def _part(one: Explanation) -> str:
    return f"## {one.code}\n\n{one.markdown}"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(errors_page(), encoding="utf-8")
