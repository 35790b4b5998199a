"""`check`: the warnings that a spec silences, each with the reason beside it."""

from __future__ import annotations

from collections.abc import Iterator

from kerascli.errors import did_you_mean
from kerascli.spec.codes import all_codes
from kerascli.spec.ignored import IgnoredCode
from kerascli.spec.nodes import Mapping, Node, Scalar, Sequence, kind_of
from kerascli.spec.places import CHECK
from kerascli.spec.problems import Problems
from kerascli.spec.section import check_keys, section_of, text


def parse_check(node: Node | None, problems: Problems) -> tuple[IgnoredCode, ...]:
    """The section `check`: what its `ignore` names, in order, each code once."""
    section = section_of(node, "check", problems) if node is not None else None
    if section is None:
        return ()
    check_keys(section, CHECK, "'check'", problems)
    written = section.get("ignore")
    found = tuple(_ignored(written, problems)) if written is not None else ()
    return tuple({one.code: one for one in found}.values())


def _ignored(node: Node, problems: Problems) -> Iterator[IgnoredCode]:
    for item in node.items if isinstance(node, Sequence) else (node,):
        if isinstance(item, Mapping):
            for key, value in item.entries:
                reason = None if isinstance(value, Scalar) and value.value is None else text(value, key.text, problems)
                if _is_known(key, problems):
                    yield IgnoredCode(key.text, reason)
        elif isinstance(item, Scalar) and item.value is None and item is node:
            # A list whose entries are all commented out.
            return
        elif isinstance(item, Scalar):
            if _is_known(item, problems):
                yield IgnoredCode(item.text)
        else:
            message = f"'ignore' takes codes, not {kind_of(item)}"
            problems.add("wrong-type", message, item, "write 'CODE', or '{CODE: the reason}'")


def _is_known(code: Scalar, problems: Problems) -> bool:
    codes = all_codes()
    if code.text in codes:
        return True
    hint = did_you_mean(code.text, codes) or "'kerascli explain --list' shows all codes"
    problems.add("unknown-code", f"no diagnostic has the code '{code.text}'", code, hint)
    return False
