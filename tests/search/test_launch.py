"""Real processes under the supervisor: what they write, how they fall, who never comes, which signals end them."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from kerascli.errors import EnvironmentProblem, ExitCode, Interrupted, KerascliError, SourceText, SpecError, UsageError
from kerascli.run.interrupts import Interrupts
from kerascli.search.launch.addresses import free_addresses, listens, require_free, tf_config
from kerascli.search.launch.agreement import agree
from kerascli.search.launch.attempt import Patience
from kerascli.search.launch.shares import require_sensible, share
from kerascli.search.launch.supervise import Job, Supervisor
from kerascli.spec.distribute_spec import DistributeSpec

WORKER = Path(__file__).parent / "launched_worker.py"


class Told:
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.lines: list[tuple[int, str, str]] = []
        self.words: list[str] = []
        self.at: dict[str, Callable[[], None]] = {}

    def line(self, index: int, stream: str, text: str) -> None:
        self.lines.append((index, stream, text))
        self.at.pop(text, lambda: None)()

    def said(self, text: str) -> None:
        self.words.append(text)


def launched(
    folder: Path,
    *plans: str,
    workers: int = 2,
    told: Told | None = None,
    interrupts: Interrupts | None = None,
    again: Sequence[str] | None = None,
    **job: Any,
) -> Told:
    """Runs workers by their plans; `again` are the plans once the run's folder is known."""
    told = told or Told()
    job.setdefault("patience", Patience(start=20, stop=5))
    supervisor = Supervisor(
        Job(
            [str(folder), *plans],
            workers,
            again=None if again is None else lambda run: [str(folder), *again],
            program=(sys.executable, "-S", str(WORKER)),
            **job,
        ),
        told,
    )
    supervisor.run(interrupts or Interrupts())
    return told


def is_gone(pid: int) -> bool:
    """Whether there is no such process, or but its remains."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


def wait_until(holds: Callable[[], bool], seconds: float = 20) -> None:
    until = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.02)


def pid(folder: Path, number: int) -> int:
    return int((folder / f"pid-{number}").read_text())


def starts(folder: Path) -> list[str]:
    return sorted((folder / "starts").read_text().splitlines())


@pytest.fixture(autouse=True)
def nothing_is_left(tmp_path: Path) -> Iterator[None]:
    yield
    for path in tmp_path.glob("pid-*"):
        wait_until(lambda path=path: is_gone(int(path.read_text())))


def test_lines_bear_their_worker_and_all_are_in_the_log(tmp_path: Path) -> None:
    run = tmp_path / "runs" / "one" / "id"
    run.mkdir(parents=True)
    told = launched(tmp_path, rf"0:say=early,run={run},err=\x1b[31mred,raw=half\n", "1:wait=0.3,say=second,raw=no end")
    assert set(told.lines) == {
        (0, "out", "early"),
        (0, "err", r"\x1b[31mred"),
        (0, "out", "half"),
        (1, "out", "second"),
        (1, "out", "no end"),
    }
    log = (run / "launch.log").read_text().splitlines()
    assert [line.split(" ", 2)[2] for line in log if "[0]" in line][0] == "[0] early"
    assert {line.split(" ", 2)[2] for line in log} >= {"[1] second", "[1] no end", "[0] half"}


def test_escapes_are_harmless_in_the_log(tmp_path: Path) -> None:
    launched(tmp_path, f"0:run={tmp_path},raw=\\x1b]0;owned\\x07[/red]\\n", workers=1)
    assert r"[0] \x1b]0;owned\x07[/red]" in (tmp_path / "launch.log").read_text()


def test_every_worker_knows_all_and_gets_its_share_of_the_cores(tmp_path: Path) -> None:
    launched(tmp_path, workers=3)
    lines = [line.split() for line in starts(tmp_path)]
    assert [line[0] for line in lines] == ["0", "1", "2"]
    addresses = {tuple(line[1:4]) for line in lines}
    assert len(addresses) == 1 and len(set(next(iter(addresses)))) == 3
    assert {line[4] for line in lines} == {str(max(1, len(os.sched_getaffinity(0)) // 3))}


@pytest.mark.parametrize("fallen", [0, 1])
def test_a_killed_worker_lets_all_start_again_on_other_ports(tmp_path: Path, fallen: int) -> None:
    plans = [f"{fallen}:once=fell,wait=0.2,die=SIGKILL", f"{1 - fallen}:once=stayed,wait=600"]
    told = launched(tmp_path, *plans, max_restarts=1)
    assert told.words == [f"worker {fallen} was killed by SIGKILL; starting again (1 of at most 1)"]
    assert len({line.split(" ", 1)[1] for line in starts(tmp_path)}) == 2


def test_a_run_that_is_known_goes_on(tmp_path: Path) -> None:
    told = launched(
        tmp_path, f"0:run={tmp_path},wait=600", "1:wait=0.4,die=SIGKILL", again=["0:say=goes on"], max_restarts=1
    )
    assert (0, "out", "goes on") in told.lines
    assert "from the last checkpoint (1 of at most 1)" in told.words[0]
    assert "[launch] worker 1 was killed by SIGKILL" in (tmp_path / "launch.log").read_text()


def test_restarts_have_an_end(tmp_path: Path) -> None:
    with pytest.raises(KerascliError) as caught:
        launched(tmp_path, "0:wait=600", "1:err=my last words,die=SIGSEGV", max_restarts=2)
    assert caught.value.exit_code == ExitCode.ENVIRONMENT
    (one,) = caught.value.diagnostics
    assert one.code == "worker-died" and "worker 1 was killed by SIGSEGV" in one.message and "2 times" in one.message
    assert "[1] my last words" in [note.message for note in one.notes]
    assert len([line for line in starts(tmp_path) if line.startswith("1 ")]) == 3


@pytest.mark.parametrize("status", [1, 3, 5])
def test_a_worker_that_says_why_is_not_started_again(tmp_path: Path, status: int) -> None:
    # The chief notices first that it has lost the other.
    chief = "0:wait=0.2,err=UnavailableError: Collective ops is aborted,exit=5"
    with pytest.raises(KerascliError) as caught:
        launched(tmp_path, chief, f"1:wait=0.8,err=the reason,exit={status}")
    assert caught.value.exit_code == status
    (one,) = caught.value.diagnostics
    assert one.code == "worker-failed" and f"worker 1 ended with status {status}" in one.message
    assert one.notes[0].message == "[1] the reason"
    assert len(starts(tmp_path)) == 2


def test_what_others_say_of_the_fallen_is_kept_for_the_log(tmp_path: Path) -> None:
    told = Told()
    with pytest.raises(KerascliError):
        launched(
            tmp_path, f"0:deaf,run={tmp_path},wait=0.6,err=lost it,exit=5", "1:wait=0.2,err=bad data,exit=3", told=told
        )
    assert told.lines == [(1, "err", "bad data")]
    assert "[0] lost it" in (tmp_path / "launch.log").read_text()


@pytest.mark.parametrize("words", ["UnavailableError: x", "Terminating process: CoordinationService"])
def test_workers_that_lost_each_other_are_started_again(tmp_path: Path, words: str) -> None:
    how = "die=SIGABRT" if "Terminating" in words else "exit=5"
    told = launched(tmp_path, f"0:once=a,err={words},{how}", "1:once=b,wait=600", max_restarts=1)
    assert told.words == ["worker 0 lost the connection to the others; starting again (1 of at most 1)"]


def test_one_that_never_comes(tmp_path: Path) -> None:
    began = time.monotonic()
    with pytest.raises(KerascliError, match="worker 1 did not come in time") as caught:
        launched(tmp_path, "0:deaf,wait=600", "1:absent", max_restarts=0, patience=Patience(start=1.5, stop=5))
    assert caught.value.exit_code == ExitCode.ENVIRONMENT
    assert time.monotonic() - began < 8


def test_one_that_came_late_once_is_started_again(tmp_path: Path) -> None:
    with pytest.raises(KerascliError, match="did not come in time, and all were started again 1 times before"):
        launched(tmp_path, "0:wait=600", "1:absent", max_restarts=1, patience=Patience(start=1, stop=5))
    assert len(starts(tmp_path)) == 4


def test_one_that_is_deaf_is_killed_with_all_that_it_started(tmp_path: Path) -> None:
    child = tmp_path / "child"
    with pytest.raises(KerascliError):
        launched(
            tmp_path,
            f"0:deaf,child={child},wait=600",
            "1:wait=0.5,exit=3",
            patience=Patience(start=20, stop=0.3),
        )
    wait_until(lambda: is_gone(int(child.read_text())))


def test_an_end_of_the_others_after_the_chief_changes_nothing(tmp_path: Path) -> None:
    told = launched(tmp_path, "0:say=done", "1:wait=0.4,exit=1")
    assert told.words == ["worker 1 ended with status 1; the chief ended well all the same"]
    launched(tmp_path, "0:say=done", "1:deaf,wait=600", patience=Patience(start=20, stop=0.3))


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_is_passed_on(tmp_path: Path, number: int, status: int) -> None:
    told, interrupts = Told(), Interrupts()
    told.at["ready"] = lambda: setattr(interrupts, "received", number)
    with pytest.raises(Interrupted) as caught:
        launched(
            tmp_path,
            f"0:run={tmp_path},polite,wait=0.5,say=ready,wait=600",
            "1:polite,wait=600",
            told=told,
            interrupts=interrupts,
            again=[],
        )
    assert caught.value.exit_code == status
    assert "resume" in str(caught.value.diagnostics[0].hint)
    assert len(starts(tmp_path)) == 2


def test_ports() -> None:
    (one, other) = free_addresses(2)
    assert one != other
    require_free([one, other])
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        assert not listens(one)
        taken.bind(one)
        taken.listen()
        assert listens(one)
        with pytest.raises(EnvironmentProblem, match=f"the port {one[1]} of '127.0.0.1' is in use"):
            require_free([other, one])
    assert json.loads(tf_config([one, other], 1)) == {
        "cluster": {"worker": [f"127.0.0.1:{one[1]}", f"127.0.0.1:{other[1]}"]},
        "task": {"type": "worker", "index": 1},
    }


SPAN = SourceText("a.yaml", "distribute: multi_worker").span(1, 1, 10)


def spec(kind: Any = "none", *workers: str) -> DistributeSpec:
    return DistributeSpec(kind, workers=workers, span=SPAN, worker_spans=(SPAN,) * len(workers))


@pytest.mark.parametrize(
    ("workers", "port", "said", "found"),
    [
        (2, None, spec(), []),
        (2, 4000, spec("multi_worker"), [("127.0.0.1", 4000), ("127.0.0.1", 4001)]),
        (None, None, spec("multi_worker", "localhost:1", "[::1]:2"), [("localhost", 1), ("::1", 2)]),
        (2, None, spec("multi_worker", "localhost:1", "127.0.0.9:2"), [("localhost", 1), ("127.0.0.9", 2)]),
        (1, None, spec("mirrored"), []),
    ],
)
def test_the_command_line_and_the_spec_agree(
    workers: int | None, port: int | None, said: DistributeSpec, found: Any
) -> None:
    assert agree(workers, port, said) == (workers or 2, found)


@pytest.mark.parametrize(
    ("workers", "port", "said", "code", "message"),
    [
        (None, None, spec(), "usage", "how many workers is not said"),
        (2, None, spec("mirrored"), "cluster-conflict", "wants one process, and '--workers' says 2"),
        (2, None, spec("multi_worker", "localhost:1"), "cluster-conflict", "names 1 workers, and '--workers' says 2"),
        (None, None, spec("multi_worker", "localhost:1", "far:2"), "cluster-conflict", "the spec has 'far:2'"),
        (None, None, spec("multi_worker", "192.0.2.1:1"), "cluster-conflict", "workers of one machine"),
        (None, 9, spec("multi_worker", "localhost:1"), "usage", "the spec names the ports"),
        (2, 65_535, spec(), "usage", "there is no port 65536"),
    ],
)
def test_the_command_line_and_the_spec_disagree(
    workers: int | None, port: int | None, said: DistributeSpec, code: str, message: str
) -> None:
    with pytest.raises((UsageError, SpecError)) as caught:
        agree(workers, port, said)
    (one,) = caught.value.diagnostics
    assert one.code == code and message in one.message
    assert (one.span == SPAN) == (code == "cluster-conflict")


def test_cards_are_shared_out() -> None:
    cards = {"CUDA_VISIBLE_DEVICES": "3,1,0,2", "TF_NUM_INTRAOP_THREADS": "5"}
    assert share(0, 2, cards) == {"CUDA_VISIBLE_DEVICES": "3,1"}
    assert share(1, 2, cards) == {"CUDA_VISIBLE_DEVICES": "0,2"}
    with pytest.raises(UsageError, match="5 workers can't share 4 graphics cards"):
        require_sensible(5, cards)
    require_sensible(5, {"CUDA_VISIBLE_DEVICES": ""})


SUPERVISOR = """\
import sys
from pathlib import Path
sys.path.insert(0, {folder!r})
from test_launch import launched
launched(Path(sys.argv[1]), "0:deaf,wait=600", "1:wait=600")
"""


def test_workers_do_not_outlive_their_supervisor(tmp_path: Path) -> None:
    script = SUPERVISOR.format(folder=str(Path(__file__).parent))
    with subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path)], env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    ) as child:
        wait_until(lambda: (tmp_path / "starts").exists() and len(starts(tmp_path)) == 2)
        child.send_signal(signal.SIGKILL)
    wait_until(lambda: is_gone(pid(tmp_path, 0)) and is_gone(pid(tmp_path, 1)))


TWICE = """\
import sys
sys.path.insert(0, {folder!r})
from test_launch import WORKER, Job, Patience, Supervisor, Told
from kerascli.run.interrupts import watch_signals
job = Job([sys.argv[1], "0:deaf,wait=600", "1:deaf,wait=600"], 2, patience=Patience(60, 60), program=(sys.executable, "-S", str(WORKER)))
supervisor = Supervisor(job, Told())
with watch_signals(supervisor.kill) as interrupts:
    supervisor.run(interrupts)
"""


def test_a_second_signal_kills_at_once(tmp_path: Path) -> None:
    script = TWICE.format(folder=str(Path(__file__).parent))
    with subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path)], env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    ) as child:
        wait_until(lambda: (tmp_path / "starts").exists() and len(starts(tmp_path)) == 2)
        child.send_signal(signal.SIGINT)
        time.sleep(0.5)
        assert child.poll() is None
        child.send_signal(signal.SIGTERM)
        assert child.wait(20) == 143
    wait_until(lambda: is_gone(pid(tmp_path, 0)) and is_gone(pid(tmp_path, 1)))


def test_nothing_but_the_standard_library() -> None:
    script = (
        "import sys, kerascli.search.launch.supervise, kerascli.cli.launch_display, kerascli.cli.worker_words\n"
        "print(sorted({'tensorflow', 'keras', 'numpy'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
