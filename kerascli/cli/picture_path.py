"""`-o` of the commands that draw: refused before anything long begins."""

from __future__ import annotations

from pathlib import Path

from kerascli.errors import UsageError


def check_picture_path(path: Path | None) -> None:
    """Refuses a picture that could not be written.

    Raises:
        UsageError: Its ending is no picture's, or its folder is not there.
    """
    if path is None:
        return
    from kerascli.view.figure_file import check_picture_ending

    check_picture_ending(path)
    if not path.parent.is_dir():
        raise UsageError(f"there is no folder '{path.parent}'", code="output", hint="make it first")
