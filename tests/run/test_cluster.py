"""Which process of a training this is, and whether the others are there: told by spec, command line and `TF_CONFIG`."""

from __future__ import annotations

import json
import socket
import threading
import time
from pathlib import Path

import pytest

from kerascli.errors import EnvironmentProblem, KerascliError
from kerascli.run.cluster import Cluster, find_cluster
from kerascli.run.rendezvous import look_around, meet
from kerascli.spec.distribute_spec import DistributeSpec
from kerascli.spec.load import load_spec

TWO = DistributeSpec("multi_worker", workers=("a:1", "b:2"), timeout=9)
NONE = DistributeSpec()


def config(**changes: object) -> str:
    body = {"cluster": {"worker": ["a:1", "b:2"]}, "task": {"type": "worker", "index": 1}}
    return json.dumps({**body, **changes})


@pytest.mark.parametrize(
    ("spec", "given", "worker", "index"),
    [
        (NONE, None, None, None),
        (NONE, config(), None, 1),
        (NONE, config(task={"type": "worker", "index": "0"}), None, 0),
        (NONE, config(cluster={"worker": ["a:1"]}, task={"type": "worker", "index": 0}), None, None),
        (NONE, config(cluster={"chief": ["a:1"], "worker": ["b:2"]}, task={"type": "worker", "index": 0}), None, 1),
        (TWO, None, 0, 0),
        (TWO, config(), None, 1),
        (TWO, config(), 1, 1),
        (DistributeSpec("multi_worker"), config(), None, 1),
        (DistributeSpec("mirrored"), None, None, None),
        (DistributeSpec("multi_worker", workers=("a:1",)), None, None, None),
    ],
)
def test_which_it_is(
    monkeypatch: pytest.MonkeyPatch, spec: DistributeSpec, given: str | None, worker: int | None, index: int | None
) -> None:
    monkeypatch.setenv("TF_CONFIG", given or "")
    found = find_cluster(spec, worker)
    assert found == (None if index is None else Cluster(("a:1", "b:2"), index))


@pytest.mark.parametrize(
    ("spec", "given", "worker", "code", "status", "token"),
    [
        (NONE, '{"cluster": ', None, "tf-config", 5, ""),
        (NONE, "[]", None, "tf-config", 5, "["),
        (NONE, config(task={"type": "worker", "index": 2}), None, "tf-config", 5, '"index"'),
        (NONE, config(task={"type": "worker", "index": -1}), None, "tf-config", 5, '"index"'),
        (NONE, config(task={"type": "ps", "index": 0}), None, "tf-config", 5, '"type"'),
        (NONE, config(task=None), None, "tf-config", 5, "{"),
        (NONE, config(cluster={"worker": ["a:1", "a:1"]}), None, "tf-config", 5, '"a:1"'),
        (NONE, config(cluster={"worker": ["a"]}), None, "tf-config", 5, '"a"'),
        (NONE, config(cluster={"worker": "a:1"}), None, "tf-config", 5, '"worker"'),
        (NONE, config(cluster={"worker": ["a:1"], "ps": ["b:1"]}), None, "tf-config", 5, '"ps"'),
        (NONE, config(), 0, "cluster-conflict", 2, None),
        (NONE, None, 1, "usage", 2, None),
        (DistributeSpec("mirrored"), config(), None, "cluster-conflict", 2, None),
        (DistributeSpec("multi_worker", workers=("a:1", "c:2")), config(), None, "cluster-conflict", 2, None),
        (DistributeSpec("multi_worker"), None, None, "no-workers", 2, None),
        (TWO, None, None, "no-worker-index", 2, None),
        (TWO, None, 2, "no-worker-index", 2, None),
    ],
)
def test_what_can_not_be_told(
    monkeypatch: pytest.MonkeyPatch,
    spec: DistributeSpec,
    given: str | None,
    worker: int | None,
    code: str,
    status: int,
    token: str | None,
) -> None:
    monkeypatch.setenv("TF_CONFIG", given or "")
    with pytest.raises(KerascliError) as caught:
        find_cluster(spec, worker)
    (fault,) = caught.value.diagnostics
    assert (fault.code, caught.value.exit_code) == (code, status) and fault.hint
    if token is not None:
        assert fault.span is not None and fault.span.excerpt[fault.span.column - 1 :].startswith(token)


def test_a_conflict_is_told_at_the_spec(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = tmp_path / "spec.yaml"
    path.write_text("model: {inputs: {x: [4]}, layers: [{Dense: 1}]}\ndistribute: mirrored\n")
    monkeypatch.setenv("TF_CONFIG", config())
    with pytest.raises(KerascliError) as caught:
        find_cluster(load_spec(path).distribute)
    assert str(caught.value.diagnostics[0].span).endswith("spec.yaml:2:13")


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def test_workers_that_come_late_are_waited_for() -> None:
    workers = (f"127.0.0.1:{free_port()}", f"127.0.0.1:{free_port()}")
    other = threading.Thread(target=lambda: (time.sleep(0.5), meet(Cluster(workers, 1, 20))))
    other.start()
    began = time.monotonic()
    meet(Cluster(workers, 0, 20))
    assert 0.3 < time.monotonic() - began < 15
    # Whoever has met everybody goes on to join; the other one may still look for it.
    with socket.socket() as joined:
        joined.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        joined.bind(("127.0.0.1", int(workers[0].rpartition(":")[2])))
        joined.listen()
        other.join()


@pytest.mark.parametrize(
    ("taken", "other", "code"),
    [(True, "127.0.0.1:9", "port-in-use"), (False, "nowhere.invalid:9", "worker-unreachable")],
)
def test_what_is_wrong_with_an_address_is_told_at_once(taken: bool, other: str, code: str) -> None:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        if taken:
            one.listen()
        own = f"127.0.0.1:{one.getsockname()[1]}"
        for step in (look_around, meet):
            with pytest.raises(EnvironmentProblem) as caught:
                step(Cluster((own, other), 0, 1))
            assert caught.value.diagnostics[0].code == code and caught.value.exit_code == 5


def test_workers_that_do_not_come_are_named() -> None:
    cluster = Cluster((f"127.0.0.1:{free_port()}", f"127.0.0.1:{free_port()}"), 0, 1)
    with pytest.raises(EnvironmentProblem, match=f"the worker '{cluster.workers[1]}' could not be reached") as caught:
        meet(cluster)
    assert caught.value.exit_code == 5
