"""Mutated specs and overrides, drawn from a seed, and what has to hold of every one of them."""

from __future__ import annotations

import random
import re
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from kerascli.check import check_spec
from kerascli.errors import Diagnostic, KerascliError, SourceText, render_plain
from kerascli.spec.dump import dump_spec
from kerascli.spec.load import load_spec, parse_spec, read_tree
from kerascli.spec.problems import Problems

ROOT = Path(__file__).parents[2]
# Of the processor: a spec is read in a few milliseconds.
SECONDS = 5

_TOKEN = re.compile(r"[A-Za-z_][\w.]*|\d+(?:\.\d+)?(?:e-?\d+)?|[\[\]{}:,'\"#&*!|>%@`$-]|\n *")
_YAML = re.compile(r"^```yaml\n(.*?)^```", re.MULTILINE | re.DOTALL)
_PIECES = ["", " ", "null", "~", "[", "]", "{", "}", ": ", "- ", "? ", "x", "0", "3", "-1", "1e400", ".nan", "-.inf", "9" * 40, "1_0", "017", "0x1f",
           "true", "no", "'", '"', "\n", "\n  ", "\n- ", "\r", "\t", "&a ", "*a", "<<: ", "<<: *a", "!t ", "!!python/object:x ", "#", "---\n", "...\n",
           "Dense", "LSTM: 3", "{Dense: 1}", "ops.add", "ops.einsum: ij", "Lambda", "inputs", "outputs", "name", "latest", "enc:1", "a/b", "../x", "/x",
           "$x", "${x}", "$(env:HOME)", "$(env:NO)", "x: $(x)", "é", "日本", "\U0001f600", "\u202e", "\u2028", "\ufeff", "[[[]]]", "{}", "[]", "*", "**", "[!a",
           "repeat: 3", "blocks: {b: {layers: [{b: {}}]}}", "extends: spec.yaml", "override: {fit: {epochs: 2}}", "vars: {x: 1}", "phases: [{epochs: 1}]",
           "model: {layers: []}", "fit: 3", "synthetic: {samples: 3}", "csv: x.csv", "hf://x", "2024-01-01", "12:30", "1" * 500, "a" * 500]  # fmt: skip


def corpus() -> list[tuple[str, str]]:
    """The name and text of every spec that is shipped: as a file, or in the documents."""
    files = [*ROOT.glob("configs/*.yaml"), *ROOT.glob("tests/examples/*.yaml")]
    found = [(str(path.relative_to(ROOT)), path.read_text(encoding="utf-8")) for path in sorted(files)]
    documents = [ROOT / "README.md", *ROOT.glob("docs/*.md"), *ROOT.glob("kerascli/check/explanations/*.md")]
    for path in sorted(documents):
        for number, text in enumerate(_YAML.findall(path.read_text(encoding="utf-8"))):
            found.append((f"{path.relative_to(ROOT)}:{number}", text))
    return found


def mutated(text: str, chance: random.Random, pool: list[str]) -> str:
    """The text with one to five things changed."""
    for _ in range(chance.choice([1, 1, 1, 2, 3, 5])):
        text = chance.choice(_MUTATIONS)(text, chance, pool)
    return text


def _tokens(text: str) -> list[re.Match[str]]:
    return list(_TOKEN.finditer(text)) or list(re.finditer("", text))


def _swap(text: str, one: re.Match[str], piece: str) -> str:
    return text[: one.start()] + piece + text[one.end() :]


def _delete(text: str, chance: random.Random, pool: list[str]) -> str:
    return _swap(text, chance.choice(_tokens(text)), "")


def _double(text: str, chance: random.Random, pool: list[str]) -> str:
    one = chance.choice(_tokens(text))
    return _swap(text, one, one.group() * 2)


def _replace(text: str, chance: random.Random, pool: list[str]) -> str:
    return _swap(text, chance.choice(_tokens(text)), chance.choice(pool))


def _insert(text: str, chance: random.Random, pool: list[str]) -> str:
    one = chance.choice(_tokens(text))
    return text[: one.start()] + chance.choice(_PIECES) + text[one.start() :]


def _odd(text: str, chance: random.Random, pool: list[str]) -> str:
    return _swap(text, chance.choice(_tokens(text)), chance.choice(_PIECES))


def _indent(text: str, chance: random.Random, pool: list[str]) -> str:
    lines = text.split("\n")
    place = chance.randrange(len(lines))
    more = chance.choice([1, 2, 4, -1, -2])
    lines[place] = " " * more + lines[place] if more > 0 else re.sub(f"^ {{1,{-more}}}", "", lines[place])
    return "\n".join(lines)


def _move_lines(text: str, chance: random.Random, pool: list[str]) -> str:
    lines = text.split("\n")
    start = chance.randrange(len(lines))
    cut = lines[start : start + chance.randint(1, 3)]
    if chance.random() < 0.5:
        del lines[start : start + len(cut)]
    place = chance.randint(0, len(lines))
    return "\n".join([*lines[:place], *cut, *lines[place:]])


def _other_type(text: str, chance: random.Random, pool: list[str]) -> str:
    values = list(re.finditer(r"(?<=: )[^\n{}\[\],#]+", text)) or _tokens(text)
    one = chance.choice(values)
    told = one.group()
    kinds = [
        f"[{told}]",
        f"{{{told}: 1}}",
        f"'{told}'",
        "true",
        "-3.5",
        "[]",
        "{}",
        "[[1, 2], [3]]",
        "null",
        "",
        f"{{x: {told}}}",
    ]
    return _swap(text, one, chance.choice(kinds))


def _character(text: str, chance: random.Random, pool: list[str]) -> str:
    place = chance.randint(0, len(text))
    code = chance.choice([chance.randrange(128), chance.randrange(0x250), chance.randrange(0x10FFFF)])
    return text[:place] + chr(code) + text[place + chance.randint(0, 1) :]


_MUTATIONS = [_delete, _double, _replace, _replace, _insert, _odd, _odd, _indent, _move_lines, _other_type, _other_type, _character]  # fmt: skip


def words(texts: list[str]) -> list[str]:
    """Every token of the texts, once."""
    return sorted({one.group() for text in texts for one in _TOKEN.finditer(text)})


class TooSlow(Exception):
    """An example took longer than any spec may."""


@contextmanager
def deadline(seconds: float = SECONDS) -> Iterator[None]:
    """Ends what takes so many seconds of the processor, or waits for something that does not come."""

    def stop(number: int, frame: FrameType | None) -> None:
        raise TooSlow

    timers = ((signal.ITIMER_PROF, signal.SIGPROF, seconds), (signal.ITIMER_REAL, signal.SIGALRM, 12 * seconds))
    before = [signal.signal(number, stop) for _, number, _ in timers]
    for timer, _, limit in timers:
        signal.setitimer(timer, limit)
    try:
        yield
    finally:
        for timer, _, _ in timers:
            signal.setitimer(timer, 0)
        for (_, number, _), handler in zip(timers, before, strict=True):
            signal.signal(number, handler)


def check_example(path: Path, overrides: list[str]) -> bool:
    """Reads a spec and looks at all that is said of it; whether it is sound."""
    with deadline():
        try:
            spec = load_spec(path, overrides)
            found = check_spec(spec)
        except KerascliError as error:
            check_diagnostics(error.diagnostics)
            return False
        check_diagnostics(found)
        if spec.model.open_base is None:  # what lies in an open base, Keras alone can tell
            check_stable(dump_spec(spec), path)
    return True


def check_stable(resolved: str, path: Path) -> None:
    """A resolved spec is a spec, and resolves to itself."""
    problems = Problems()
    tree, sources = read_tree(SourceText("the resolved spec", resolved), [], problems)
    again = dump_spec(parse_spec(tree, path, sources, problems))
    assert again == resolved, f"the resolved spec of {path} resolves to another one"


def check_diagnostics(found: tuple[Diagnostic, ...] | list[Diagnostic]) -> None:
    """Each is one line, can be rendered and sent, and stands at a token."""
    for one in found:
        assert one.message and one.code, one
        for line in render_plain(one).split("\n"):
            assert line.replace("\t", "").isprintable(), ascii(line)
        one.to_json()
        for span in [one.span, *(note.span for note in one.remarks)]:
            if span is None:
                continue
            lines = span.source.lines
            assert 1 <= span.line <= len(lines), (one, span)
            line = lines[span.line - 1]
            if one.code in ("empty", "override"):
                continue  # the whole text is at fault
            end = span.column - 1 + span.length
            if one.code in ("yaml-syntax",) and span.column == len(line) + 1:
                continue  # what is missing at the end of a line
            assert end <= len(line), (one.code, one.message, span, line)
            covered = line[span.column - 1 : end]
            assert covered and covered == covered.strip(" "), (one.code, one.message, span, covered)
            assert not _cuts_a_word(line, span.column - 1) and not _cuts_a_word(line, end), (one.code, span, covered)


def _cuts_a_word(line: str, place: int) -> bool:
    return 0 < place < len(line) and bool(re.match(r"[A-Za-z0-9_]{2}", line[place - 1 : place + 1]))
