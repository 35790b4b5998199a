"""What other processes do with a study; in a module that a new process finds by its name."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from kerascli.search.presence import present
from kerascli.search.storage import open_storage
from kerascli.search.study import Study
from kerascli.spec.load import load_spec


def leave(path: Path, folder: Path) -> None:
    """A process that dies in the middle of a trial."""
    held = Study(load_spec(path), folder, "searched")
    with present(held.optuna_study, folder) as presence:
        following = held.next(presence, 6)
        assert following is not None
        held.note(following.number, run="some/run")
        (folder / "began").touch()
        time.sleep(60)


def open_all(folder: Path, together: Any) -> None:
    """Opens new databases in the moment in which others do."""
    for number in range(4):
        together.wait(60)
        open_storage(str(folder / f"{number}.db"), folder)
