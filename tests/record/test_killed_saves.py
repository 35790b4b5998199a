"""A process that dies, or a disk that fails, at any step of a save leaves the checkpoints before it, or the new one too."""

from __future__ import annotations

import errno
import json
import os
import shutil
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from kerascli.record.atomic import new_folder, remove_leftovers
from kerascli.record.checkpoints import list_checkpoints, load_newest, prune
from kerascli.record.manifest import write_manifest

# What a save asks of the system; each call of each is a moment to die at.
CALLS = ("open", "fsync", "rename", "mkdir", "unlink", "rmdir", "close")


def save(folder: Path, step: int) -> None:
    """A checkpoint as a run writes it: a new folder, then the oldest goes."""
    with new_folder(folder / str(step)) as path:
        (path / "model.npz").write_bytes(bytes([step]) * 1000)
        (path / "state.json").write_text(f"{{{step}}}")
        write_manifest(path, {"step": step, "epoch": step, "value": 1.0, "best": step == 1})
    prune(folder, 2)


@contextmanager
def at_call(number: int, act: Callable[[], None]) -> Iterator[list[str]]:
    """Acts right before the n-th call to the system inside the block; gives the calls so far."""
    seen: list[str] = []
    kept = {name: getattr(os, name) for name in CALLS}

    def spied(name: str) -> Callable[..., Any]:
        def call(*arguments: Any, **keywords: Any) -> Any:
            seen.append(name)
            if len(seen) == number:
                act()
            return kept[name](*arguments, **keywords)

        return call

    for name in CALLS:
        setattr(os, name, spied(name))
    try:
        yield seen
    finally:
        for name, call in kept.items():
            setattr(os, name, call)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "checkpoints"
    made.mkdir()
    for step in (1, 2, 3):
        save(made, step)
    assert [one.step for one in list_checkpoints(made)[0]] == [1, 2, 3]
    return made


def calls_of_a_save(folder: Path, other: Path) -> list[str]:
    shutil.copytree(folder, other)
    with at_call(0, lambda: None) as seen:
        save(other, 4)
    return seen


def check(folder: Path) -> None:
    """The newest is the old or the new one, whole; what is seen is whole; nothing is left once it is cleaned."""
    good, bad = list_checkpoints(folder)
    assert not bad
    assert [one.step for one in good] in ([1, 2, 3], [1, 2, 3, 4], [1, 3, 4])
    newest, damaged = load_newest(folder)
    assert not damaged and newest.step == good[-1].step
    assert load_newest(folder, best=True)[0].step == 1
    remove_leftovers(folder)
    assert sorted(path.name for path in folder.iterdir()) == [str(one.step) for one in good]


def test_killed_at_every_call(folder: Path, tmp_path: Path) -> None:
    calls = calls_of_a_save(folder, tmp_path / "counted")
    assert {"fsync", "rename", "mkdir", "unlink"} <= set(calls) and len(calls) > 15, calls
    for number in range(1, len(calls) + 1):
        copy = tmp_path / f"killed{number}"
        shutil.copytree(folder, copy)
        child = os.fork()
        if child == 0:
            with at_call(number, lambda: os.kill(os.getpid(), signal.SIGKILL)):
                save(copy, 4)
            os._exit(0)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL, calls[number - 1]
        check(copy)


@pytest.mark.parametrize("error", [errno.ENOSPC, errno.EIO, errno.EDQUOT])
def test_an_error_at_every_call(folder: Path, tmp_path: Path, error: int) -> None:
    def fail() -> None:
        raise OSError(error, os.strerror(error))

    calls = calls_of_a_save(folder, tmp_path / "counted")
    refused = 0
    for number in range(1, len(calls) + 1):
        copy = tmp_path / f"failed{number}"
        shutil.copytree(folder, copy)
        with at_call(number, fail):
            try:
                save(copy, 4)
            except OSError:
                refused += 1
        check(copy)
        # The next save is as any.
        save(copy, 5)
        assert load_newest(copy)[0].step == 5
    assert refused > 5


def same(body: bytes, other: bytes) -> bool:
    return bool(json.loads(body) == json.loads(other))


@pytest.mark.parametrize("name", ["model.npz", "state.json", "manifest.json"])
def test_a_hundred_flips_and_cuts_are_all_found(folder: Path, name: str) -> None:
    path = folder / "3" / name
    content = path.read_bytes()
    places = range(0, len(content), max(1, len(content) // 100))
    for place in places:
        damaged = bytearray(content)
        damaged[place] ^= 1 << (place % 8)
        for body in (bytes(damaged), content[:place]):
            path.write_bytes(body)
            newest, bad = load_newest(folder)
            found = newest.step == 2 and [one.name for one, _ in bad] == ["3"]
            # What changes no value, as in the spaces of a JSON file, is no damage.
            assert found or (name == "manifest.json" and same(body, content)), place
    path.write_bytes(content)
    assert load_newest(folder)[0].step == 3
