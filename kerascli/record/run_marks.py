"""Tags and a note that people give a run: in a file of their own, so that a running process keeps `run.json` to itself."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from kerascli.errors import UsageError
from kerascli.quick_dataclass import dataclass
from kerascli.record.atomic import write_json
from kerascli.record.regular_file import read_regular

MARKS = "marks.json"
# A run with this tag is never pruned.
KEEP = "keep"


@dataclass(frozen=True)
class Marks:
    """What people said of a run.

    Attributes:
        tags: Words.
        note: A text, or None.
    """

    tags: tuple[str, ...] = ()
    note: str | None = None


def read_marks(run: Path) -> Marks:
    """The marks of a run; none where there is no file, or no sound one."""
    try:
        body = json.loads(read_regular(run / MARKS))
        note = body["note"]
        return Marks(tuple(str(tag) for tag in body["tags"]), None if note is None else str(note))
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return Marks()


def tag_run(run: Path, tags: Sequence[str], *, remove: bool = False) -> Marks:
    """Gives a run tags, or takes them away.

    Raises:
        UsageError: A tag is no word.
        OSError: The file can't be written.
    """
    for tag in tags:
        if not tag or not all(character.isalnum() or character in "._-+" for character in tag):
            message = f"'{tag}' is no tag"
            raise UsageError(message, code="tag", hint="write letters, digits, '.', '_', '-' and '+'")
    known = read_marks(run)
    kept = [tag for tag in known.tags if tag not in tags]
    return _write(
        run,
        Marks(tuple(kept if remove else [*known.tags, *(tag for tag in tags if tag not in known.tags)]), known.note),
    )


def note_run(run: Path, note: str) -> Marks:
    """Gives a run a note; an empty one takes it away.

    Raises:
        OSError: The file can't be written.
    """
    return _write(run, Marks(read_marks(run).tags, note or None))


def _write(run: Path, marks: Marks) -> Marks:
    write_json(run / MARKS, asdict(marks))
    return marks
