"""The examples of `docs/scale.md` are read and run, with stand-ins for ssh, Slurm and the cluster."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

PAGE = (Path(__file__).parents[2] / "docs" / "scale.md").read_text()
FILES = {
    name: text
    for text in re.findall(r"```(?:bash|yaml)\n(.*?)```", PAGE, re.DOTALL)
    for name in re.findall(r"^# file: (\S+)$", text, re.MULTILINE)
}

# What each stand-in does; `kerascli` writes down what it was given, and ends as the test says.
KERASCLI = """\
#!/bin/bash
echo "$TF_CONFIG $*" >> "$CALLS"
index=$(sed 's/.*"index": \\([0-9]*\\).*/\\1/' <<< "$TF_CONFIG")
read -r status < "$FATE/$index" 2> /dev/null || exit 0
sed -i 1d "$FATE/$index"
exit "$status"
"""
SSH = """\
#!/bin/bash
[ "$1" = -tt ] || exit 9
cd / && exec bash -c "$3"
"""
SRUN = """\
#!/bin/bash
while [[ $1 == --* ]]; do shift; done
highest=0
for ((task = 0; task < 3; task++)); do
  SLURM_PROCID=$task "$@" || highest=5
done
exit $highest
"""
SCONTROL = """\
#!/bin/bash
if [ "$1" = show ]; then printf 'gpu-1\\ngpu-2\\ngpu-3\\n'; else echo "scontrol $*" >> "$CALLS"; fi
"""


@pytest.fixture
def stage(tmp_path: Path) -> Path:
    """A folder with the stand-ins, and the project that the examples name."""
    for name, text in {"kerascli": KERASCLI, "ssh": SSH, "srun": SRUN, "scontrol": SCONTROL}.items():
        path = tmp_path / "bin" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        path.chmod(0o755)
    (tmp_path / "fate").mkdir()
    (tmp_path / "project").mkdir()
    return tmp_path


def fate(stage: Path, index: int, *statuses: int) -> None:
    """How a worker ends, one time after the other; then well."""
    (stage / "fate" / str(index)).write_text("".join(f"{status}\n" for status in statuses))


def run(stage: Path, text: str, **environment: str) -> tuple[int, list[str]]:
    """Runs a script; its status, and the calls that it led to."""
    calls = stage / "calls"
    calls.write_text("")
    own = {"PATH": f"{stage / 'bin'}:{os.environ['PATH']}", "CALLS": str(calls), "FATE": str(stage / "fate")}
    done = subprocess.run(
        ["bash", "-c", text], cwd=stage / "project", env={**own, **environment}, timeout=60, check=False
    )
    return done.returncode, calls.read_text().splitlines()


def config_of(call: str) -> tuple[Any, str]:
    """`TF_CONFIG` of a call to kerascli, and its words."""
    text, _, words = call.rpartition("}} ")
    return json.loads(text + "}}"), words


def checkpoint(stage: Path, runs: str) -> None:
    (stage / "project" / runs / "mnist" / "latest" / "checkpoints" / "100").mkdir(parents=True)


def test_the_shell_parses() -> None:
    pods = yaml.safe_load_all(FILES["train.yaml"])
    inner = [one["spec"]["template"]["spec"]["containers"][0]["args"][0] for one in pods if one["kind"] == "Job"]
    for text in (FILES["train.sh"], FILES["train.sbatch"], *inner):
        subprocess.run(["bash", "-n"], input=text, text=True, check=True)


def ssh_script(stage: Path, restarts: int = 10) -> str:
    text = FILES["train.sh"].replace("/shared/project", str(stage / "project"))
    return (
        text.replace("sleep 1", "sleep 0.1")
        .replace("restarts=10", f"restarts={restarts}")
        .replace("(node1 node2 node3 node4)", "(one two)")
    )


def test_ssh_starts_a_worker_on_each_host(stage: Path) -> None:
    status, calls = run(stage, ssh_script(stage))
    assert status == 0
    found = sorted((config["task"]["index"], words) for config, words in map(config_of, calls))
    assert found == [(index, "train configs/mnist.yaml --runs runs/ssh") for index in (0, 1)]
    assert config_of(calls[0])[0]["cluster"] == {"worker": ["one:21000", "two:21000"]}
    checkpoint(stage, "runs/ssh")
    status, calls = run(stage, ssh_script(stage))
    assert (status, {config_of(call)[1] for call in calls}) == (0, {"resume mnist --runs runs/ssh"})


@pytest.mark.parametrize(
    ("statuses", "ends", "starts"), [((5, 137), 0, 3), ((3,), 3, 1), ((5, 5, 5), 5, 3), ((143,), 143, 1)]
)
def test_ssh_starts_all_again(stage: Path, statuses: tuple[int, ...], ends: int, starts: int) -> None:
    fate(stage, 1, *statuses)
    status, calls = run(stage, ssh_script(stage, restarts=2))
    assert (status, sum('"index": 1}' in call for call in calls)) == (ends, starts)


SLURM = {"SLURM_JOB_ID": "12345", "SLURM_JOB_NODELIST": "gpu-[1-3]"}


def test_slurm(stage: Path) -> None:
    status, calls = run(stage, FILES["train.sbatch"], **SLURM)
    assert status == 0
    for index, call in enumerate(calls):
        config, words = config_of(call)
        assert config == {
            "cluster": {"worker": ["gpu-1:20345", "gpu-2:20345", "gpu-3:20345"]},
            "task": {"type": "worker", "index": index},
        }
        assert words == "train configs/mnist.yaml --runs runs/slurm-12345"
    checkpoint(stage, "runs/slurm-12345")
    fate(stage, 1, 5)
    status, calls = run(stage, FILES["train.sbatch"], **SLURM, SLURM_RESTART_COUNT="3")
    assert status == 5
    assert [config_of(call)[1] for call in calls[:3]] == ["resume mnist --runs runs/slurm-12345"] * 3
    assert calls[3:] == ["scontrol requeue 12345"]


def test_slurm_does_not_try_again_what_would_come_again(stage: Path) -> None:
    fate(stage, 2, 3)
    status, calls = run(stage, FILES["train.sbatch"], **SLURM)
    assert (status, len(calls)) == (3, 3)
    (stage / "project" / "runs" / "slurm-12345" / "reason-2").unlink()
    fate(stage, 0, 5)
    status, calls = run(stage, FILES["train.sbatch"], **SLURM, SLURM_RESTART_COUNT="20")
    assert (status, len(calls)) == (5, 3)


def test_kubernetes(stage: Path) -> None:
    service, job = yaml.safe_load_all(FILES["train.yaml"])
    spec = job["spec"]
    pod = spec["template"]["spec"]
    (container,) = pod["containers"]
    # The names of the pods: https://kubernetes.io/docs/tasks/job/job-with-pod-to-pod-communication/
    assert service["spec"]["clusterIP"] == "None" and service["spec"]["selector"] == {
        "job-name": job["metadata"]["name"]
    }
    assert pod["subdomain"] == service["metadata"]["name"]
    (rule,) = [rule["onExitCodes"] for rule in spec["podFailurePolicy"]["rules"] if "onExitCodes" in rule]
    assert (rule["containerName"], rule["values"], pod["restartPolicy"]) == (container["name"], [2, 3, 4], "Never")
    environment = {one["name"]: one["value"] for one in container["env"]}
    assert int(environment["WORKERS"]) == spec["completions"] == spec["parallelism"]
    (text,) = container["args"]
    _, calls = run(stage, text, **environment, JOB_COMPLETION_INDEX="2")
    config, words = config_of(calls[0])
    port = container["ports"][0]["containerPort"]
    assert config["cluster"]["worker"] == [f"mnist-{index}.mnist:{port}" for index in range(4)]
    assert config["task"] == {"type": "worker", "index": 2}
    assert words == "train configs/mnist.yaml --runs runs/kubernetes"
    checkpoint(stage, "runs/kubernetes")
    _, calls = run(stage, text, **environment, JOB_COMPLETION_INDEX="0")
    assert config_of(calls[0])[1] == "resume mnist --runs runs/kubernetes"


def table(heading: str) -> list[list[str]]:
    """The rows of the table below a heading."""
    text = PAGE.split(f"### {heading}\n")[1].split("\n### ")[0]
    rows = [line.strip("|").split("|") for line in text.splitlines() if line.startswith("|")][2:]
    return [[cell.strip() for cell in row] for row in rows]


def number(cell: str) -> float:
    return float(cell.split(" ")[0])


def test_the_arithmetic_of_gradients() -> None:
    rows = table("Gradients")
    assert len(rows) == 4
    for parameters, size, *times in rows:
        gradients = number(parameters) * 1e6 * 4
        assert number(size) == pytest.approx(gradients / 1e6, rel=0.01)
        cases = [(speed, workers) for speed in (10e9, 100e9) for workers in (2, 8, 256)]
        for (speed, workers), said in zip(cases, times, strict=True):
            milliseconds = 2 * (workers - 1) / workers * gradients / (speed / 8) * 1e3
            assert number(said) == pytest.approx(milliseconds, rel=0.03)


def test_the_arithmetic_of_checkpoints() -> None:
    for parameters, size, seconds, *every, lost in table("Checkpoints"):
        bytes_of_one = number(parameters) * 1e6 * 12
        assert number(size) == pytest.approx(bytes_of_one / 1e9, rel=0.02)
        taken = bytes_of_one / 500e6
        assert number(seconds) == pytest.approx(taken, rel=0.03)
        for workers, said in zip((8, 64, 256), every, strict=True):
            between = 365 * 86_400 / workers
            best = (2 * taken * between) ** 0.5
            assert number(said) == pytest.approx(best / 60, rel=0.03)
        assert number(lost) == pytest.approx((taken / best + best / 2 / between) * 100, rel=0.1)


def test_the_arithmetic_of_data() -> None:
    text = PAGE.split("| a batch of all workers |")[1].split("\n\n")[0]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines()[2:]]
    assert len(rows) == 3
    for batch, sample, steps, parts, own in rows:
        size = number(sample) * (1e3 if "KB" in sample else 1)
        bytes_a_second = int(batch.replace(",", "")) * size * number(steps)
        assert number(parts) == pytest.approx(bytes_a_second / 1e6, rel=0.03)
        assert number(own) == pytest.approx(bytes_a_second / 256 / 1e6, rel=0.05)
