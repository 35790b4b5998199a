"""`distribute` in a spec: what it takes, what is refused at which token, and what a resolved spec makes of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from kerascli.check import check_spec
from kerascli.errors import SpecError
from kerascli.spec.distribute_spec import DistributeSpec
from kerascli.spec.dump import dump_spec
from kerascli.spec.load import load_spec
from kerascli.spec.spec import Spec

SPEC = """
data: {source: {synthetic: {samples: 64, fields: {x: {shape: [4]}, y: {shape: [1]}}}}}
model:
  layers:
    - BatchNormalization: {synchronized: SYNCHRONIZED}
    - Dense: 1
      name: y
compile: {loss: mse}
"""


def read(folder: Path, distribute: str, *overrides: str, synchronized: str = "true") -> Spec:
    path = folder / "spec.yaml"
    path.write_text(SPEC.replace("SYNCHRONIZED", synchronized) + f"distribute: {distribute}\n")
    return load_spec(path, list(overrides))


@pytest.mark.parametrize(
    ("text", "kind", "devices", "workers"),
    [
        ("false", "none", (), ()),
        ("", "none", (), ()),
        ("mirrored", "mirrored", (), ()),
        ("{mirrored: {devices: [gpu:1, '/device:GPU:0']}}", "mirrored", ("GPU:1", "GPU:0"), ()),
        ("multi_worker", "multi_worker", (), ()),
        ("{multi_worker: {workers: [Node1:2222, '[::1]:80'], timeout: 5}}", "multi_worker", (), ("node1:2222", "[::1]:80")),
    ],
)  # fmt: skip
def test_what_it_takes(
    tmp_path: Path, text: str, kind: str, devices: tuple[str, ...], workers: tuple[str, ...]
) -> None:
    spec = read(tmp_path, text)
    found = spec.distribute
    assert (found.kind, found.devices, found.workers) == (kind, devices, workers)
    again = tmp_path / "again.yaml"
    again.write_text(dump_spec(spec))
    assert load_spec(again).distribute == found
    assert ("distribute" in again.read_text()) == (found != DistributeSpec())
    assert not check_spec(spec)


@pytest.mark.parametrize(
    ("text", "code", "token"),
    [
        ("horovod", "unknown-strategy", "horovod"),
        ("{mirored: {}}", "unknown-strategy", "mirored"),
        ("{mirrored: {}, multi_worker: {}}", "wrong-type", "{"),
        ("[mirrored]", "wrong-type", "["),
        ("{mirrored: {device: [GPU:0]}}", "unknown-key", "device"),
        ("{mirrored: {devices: [GPU]}}", "device", "GPU"),
        ("{mirrored: {devices: [GPU:0, GPU:0]}}", "device", "GPU:0"),
        ("{multi_worker: {workers: [a]}}", "worker-address", "a"),
        ("{multi_worker: {workers: ['a:0']}}", "worker-address", "'a:0'"),
        ("{multi_worker: {workers: ['a:70000']}}", "worker-address", "'a:70000'"),
        ("{multi_worker: {workers: ['a b:1']}}", "worker-address", "'a b:1'"),
        ("{multi_worker: {workers: ['a:b']}}", "worker-address", "'a:b'"),
        ("{multi_worker: {workers: []}}", "wrong-type", "["),
        ("{multi_worker: {workers: ['a:1', 'A:1']}}", "duplicate-worker", "'A:1'"),
        ("{multi_worker: {workers: ['a:1', 'b:1'], timeout: 0}}", "out-of-range", "0"),
    ],
)
def test_what_is_refused(tmp_path: Path, text: str, code: str, token: str) -> None:
    with pytest.raises(SpecError) as caught:
        read(tmp_path, text)
    (fault,) = caught.value.diagnostics
    assert fault.code == code and fault.span is not None and caught.value.exit_code == 2
    assert fault.span.excerpt[fault.span.column - 1 :].startswith(token)


def test_what_several_devices_change_is_told(tmp_path: Path) -> None:
    two = "{mirrored: {devices: [GPU:0, GPU:1]}}"
    (found,) = check_spec(read(tmp_path, two, synchronized="false"))
    assert (found.code, found.severity) == ("batch-statistics", "warning") and "synchronized: true" in (
        found.hint or ""
    )
    assert not check_spec(read(tmp_path, "{mirrored: {devices: [GPU:0]}}", synchronized="false"))
    (found,) = check_spec(read(tmp_path, two, "fit.batch_size=1"))
    assert (found.code, found.severity, str(found.span)) == ("replica-batch", "error", "command line:1:16")
    codes = [
        one.code for one in check_spec(read(tmp_path, two, "compile.optimizer={SGD: {gradient_accumulation_steps: 2}}"))
    ]
    assert codes == ["replica-optimizer"]
