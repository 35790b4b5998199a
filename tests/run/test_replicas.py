"""Several devices, and several processes, train, evaluate and predict as one does, within the rounding of floats."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent))
from replica_specs import SPECS

JOB = Path(__file__).parent / "replica_job.py"
PATIENCE = 900
WAYS = ("mirrored", "workers")


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens at now."""
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


def cluster(ports: list[int], index: int) -> str:
    """The `TF_CONFIG` of one worker."""
    workers = [f"127.0.0.1:{port}" for port in ports]
    return json.dumps({"cluster": {"worker": workers}, "task": {"type": "worker", "index": index}})


def start(*words: str, config: str | None = None) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "TF_CPP_MIN_LOG_LEVEL": "3"}
    if config is not None:
        environment["TF_CONFIG"] = config
    return subprocess.Popen(
        [sys.executable, *words], env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


def end(processes: list[subprocess.Popen[str]]) -> None:
    """Waits until all have ended well."""
    try:
        for process in processes:
            output, _ = process.communicate(timeout=PATIENCE)
            assert process.returncode == 0, output[-3000:]
    finally:
        for process in processes:
            process.kill()
            process.communicate()


def write_data(folder: Path) -> None:
    """The specs, the words of one of them, and 29 new rows for each."""
    draw = np.random.default_rng(3)
    for name, text in SPECS.items():
        (folder / f"{name}.yaml").write_text(text.replace("words.jsonl", str(folder / "words.jsonl")))
    for path, count in ((folder / "words.jsonl", 51), (folder / "lstm-rows.jsonl", 29)):
        rows = []
        for length in draw.integers(1, 7, count):
            words = draw.integers(1, 9, length).tolist()
            rows.append(json.dumps({"words": words, "tag": [[float(word > 4)] for word in (words + [0] * 6)[:6]]}))
        path.write_text("\n".join(rows) + "\n")
    np.savez(
        folder / "convnet-rows.npz",
        x=draw.normal(size=(29, 8, 8, 1)).astype("float32"),
        y=draw.integers(0, 3, 29),
        weight=draw.uniform(size=29).astype("float32"),
    )
    np.savez(
        folder / "heads-rows.npz",
        a=draw.normal(size=(29, 3)).astype("float32"),
        b=draw.normal(size=(29, 2)).astype("float32"),
        size=draw.normal(size=(29, 1)).astype("float32"),
        kind=np.array(["cat", "dog", "eel"])[draw.integers(0, 3, 29)],
    )


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """What one process, two devices and two processes found."""
    folder = tmp_path_factory.mktemp("replicas")
    write_data(folder)
    ports = free_ports(2)
    jobs = [start(str(JOB), str(folder), "workers", "differ", config=cluster(ports, index)) for index in (0, 1)]
    ways = ("one=performance=false", "mirrored:heads=distribute=mirrored", "resumed", "own")
    end([*jobs, start(str(JOB), str(folder), *ways)])
    files = {"workers": "workers0", "other worker": "workers1", "differ": "differ0", "other differs": "differ1"}
    names = ("one", *WAYS, "other worker", "resumed", "own", "differ", "other differs")
    yield {
        **{name: json.loads((folder / f"{files.get(name, name)}.json").read_text()) for name in names},
        "runs": folder,
    }


def compare(ours: dict[str, Any], theirs: dict[str, Any]) -> None:
    """Names the part that differs."""
    for part, values in theirs.items():
        try:
            close(ours[part], values)
        except AssertionError as error:
            raise AssertionError(f"{part}: {error}") from None


def close(ours: Any, theirs: Any) -> None:
    """Both hold the same numbers, but for rounding."""
    if isinstance(theirs, dict):
        assert ours.keys() == theirs.keys()
        for name, value in theirs.items():
            close(ours[name], value)
    elif theirs and isinstance(theirs[0], list) if isinstance(theirs, list) else False:
        assert len(ours) == len(theirs)
        for one, other in zip(ours, theirs, strict=True):
            close(one, other)
    else:
        np.testing.assert_allclose(ours, theirs, rtol=2e-5, atol=2e-6)


@pytest.mark.parametrize(("way", "model"), [("mirrored", "heads"), *(("workers", model) for model in SPECS)])
def test_they_give_what_one_process_gives(found: dict[str, Any], way: str, model: str) -> None:
    compare(found[way][model], found["one"][model])


@pytest.mark.long
def test_every_model_mirrored(tmp_path: Path) -> None:
    write_data(tmp_path)
    end([start(str(JOB), str(tmp_path), "one=performance=false", "mirrored=distribute=mirrored")])
    one, mirrored = (json.loads((tmp_path / f"{way}.json").read_text()) for way in ("one", "mirrored"))
    for model in SPECS:
        compare(mirrored[model], one[model])


@pytest.mark.parametrize("model", SPECS)
def test_all_workers_end_with_the_same_weights(found: dict[str, Any], model: str) -> None:
    assert found["other worker"][model] == found["workers"][model]


def test_the_chief_alone_writes_and_every_row_is_there_once(found: dict[str, Any]) -> None:
    one, workers = found["runs"] / "one", found["runs"] / "workers"
    for model in SPECS:
        assert len([path for path in (workers / model).iterdir() if not path.is_symlink()]) == 1
        ours, theirs = ((runs / f"{model}.jsonl").read_text().splitlines() for runs in (workers, one))
        assert len(ours) == len(theirs) == 29


def test_a_mirrored_run_goes_on_bit_for_bit(found: dict[str, Any]) -> None:
    assert found["resumed"]["differing"] in ([], ["checkpoints"])


def test_a_step_of_ones_own_needs_parts_of_one_size(found: dict[str, Any]) -> None:
    own = found["own"]
    close(own["history"][1], own["history"][0])
    assert "weight" in own["history"][0] and not own["written"]
    assert [message.split(", ")[0] for message in own["refused"]] == [
        "a batch of the training has 7 samples",
        "the last batch of the training has 5 samples",
        "the last batch of the validation has 1 samples",
    ]


def test_outputs_in_bfloat16_are_put_together(found: dict[str, Any]) -> None:
    five, expected, one, alone = found["own"]["half"]
    assert five == expected and one == alone
    assert five[0] == "bfloat16" and len(five[1]) == 5


def test_workers_that_were_not_started_alike_do_no_work(found: dict[str, Any]) -> None:
    assert found["differ"] == found["other differs"]
    said = [(code, status, message.partition(") ")[2], written) for code, status, message, written in found["differ"]]
    assert said == [
        ("workers-differ", 2, "has not the chief's spec: 'seed' differs", False),
        ("workers-differ", 2, "has not the chief's spec: 'compile' differs", False),
        ("workers-differ", 2, "has not the chief's '--strict'", False),
        ("workers-differ", 5, "has not the chief's data", False),
        ("workers-differ", 5, "has not the chief's version of 'keras'", False),
    ]


def test_how_a_batch_is_cut_is_recorded(found: dict[str, Any]) -> None:
    def recorded(way: str) -> dict[str, Any]:
        return dict(json.loads((found["runs"] / way / "heads" / "latest" / "run.json").read_text())["distribution"])

    cut = {"replicas": 2, "batch_size": 7, "batch_size_per_replica": 4, "batch_sizes": [4, 3]}
    assert recorded("one")["strategy"] == "none" and recorded("one")["replicas"] == 1
    assert recorded("mirrored") == {"strategy": "mirrored", "workers": [], **cut}
    workers = recorded("workers")
    assert workers.pop("workers")[0].startswith("127.0.0.1:") and workers == {"strategy": "multi_worker", **cut}
