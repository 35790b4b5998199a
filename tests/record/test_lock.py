"""One folder, one writer, and the lock of a dead process is free."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from kerascli.errors import EnvironmentProblem
from kerascli.record.lock import LOCK, lock_folder

HOLD = """
import sys, time
from pathlib import Path
from kerascli.record.lock import lock_folder
with lock_folder(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def test_another_process_is_kept_out_until_it_dies(tmp_path: Path) -> None:
    holder = subprocess.Popen([sys.executable, "-c", HOLD, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None
    try:
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(EnvironmentProblem, match=f"process {holder.pid}") as caught, lock_folder(tmp_path):
            pass
        assert caught.value.exit_code == 5
    finally:
        holder.kill()
        holder.wait()
        holder.stdout.close()
    assert (tmp_path / LOCK).exists()
    with lock_folder(tmp_path):
        assert (tmp_path / LOCK).read_text() == f"{os.getpid()}\n"
    assert not (tmp_path / LOCK).exists()
