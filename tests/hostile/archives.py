"""`.keras` archives that no save ever wrote, each made from a sound one: one attack a function."""

from __future__ import annotations

import io
import json
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np

Members = dict[str, bytes]
Attack = Callable[[Path, Members], None]
CONFIG, WEIGHTS = "config.json", "model.weights.h5"


def write(path: Path, members: Members, *, compression: int = zipfile.ZIP_STORED) -> None:
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, content in members.items():
            archive.writestr(name, content)


def with_config(change: Callable[[dict[str, Any]], None]) -> Attack:
    """An archive whose config is changed."""

    def attack(path: Path, members: Members) -> None:
        config = json.loads(members[CONFIG])
        change(config)
        write(path, {**members, CONFIG: json.dumps(config).encode()})

    return attack


def with_member(name: str, content: bytes = b"x", **facts: Any) -> Attack:
    def attack(path: Path, members: Members) -> None:
        write(path, members)
        with zipfile.ZipFile(path, "a") as archive:
            info = zipfile.ZipInfo(name)
            for fact, value in facts.items():
                setattr(info, fact, value)
            archive.writestr(info, content)

    return attack


def with_weights(change: Callable[[h5py.File], None]) -> Attack:
    def attack(path: Path, members: Members) -> None:
        content = io.BytesIO(members[WEIGHTS])
        with h5py.File(content, "a") as file:
            change(file)
        write(path, {**members, WEIGHTS: content.getvalue()})

    return attack


def layer(module: str, name: str, **config: Any) -> Attack:
    """One more layer of a class that a config must not name."""

    def change(config_: dict[str, Any]) -> None:
        entry = {"module": module, "class_name": name, "config": {"name": "evil", **config}, "registered_name": None}
        config_["config"]["layers"].append(entry)

    return with_config(change)


def activation(value: Any) -> Attack:
    """The dense layer's activation is something else."""

    def change(config: dict[str, Any]) -> None:
        config["config"]["layers"][1]["config"]["activation"] = value

    return with_config(change)


def function(module: str, name: str, class_name: str = "function") -> dict[str, Any]:
    return {"module": module, "class_name": class_name, "config": name, "registered_name": class_name}


def _dense(**values: Any) -> Attack:
    def change(config: dict[str, Any]) -> None:
        config["config"]["layers"][1]["config"].update(values)

    return with_config(change)


def _many_units(config: dict[str, Any]) -> None:
    for one in config["config"]["layers"][1:]:
        one["config"]["units"] = 30_000


def _thresholds(config: dict[str, Any]) -> None:
    metric = {
        "module": "keras.metrics",
        "class_name": "AUC",
        "config": {"num_thresholds": 10**9},
        "registered_name": None,
    }
    config["compile_config"]["metrics"] = [metric]


def _bomb(path: Path, members: Members) -> None:
    write(path, {**members, "assets/a": bytes(90 << 20)}, compression=zipfile.ZIP_DEFLATED)


def _large_config(path: Path, members: Members) -> None:
    padded = members[CONFIG].rstrip() + b" " * (65 << 20)
    write(path, {**members, CONFIG: padded}, compression=zipfile.ZIP_DEFLATED)


def _lying_size(path: Path, members: Members) -> None:
    """The directory says that the config is small; its bytes go on."""
    _large_config(path, members)
    raw = bytearray(path.read_bytes())
    place = raw.rindex(b"PK\x01\x02" + raw[raw.rindex(CONFIG.encode()) - 42 : raw.rindex(CONFIG.encode())][:0])
    while raw[place + 46 : place + 46 + len(CONFIG)] != CONFIG.encode():
        place = raw.rindex(b"PK\x01\x02", 0, place)
    raw[place + 24 : place + 28] = (100).to_bytes(4, "little")
    path.write_bytes(raw)


def _values(path: Path, members: Members) -> None:
    config = b'{"a": [' + b"0," * 2_100_000 + b"0]}"
    write(path, {**members, CONFIG: config}, compression=zipfile.ZIP_DEFLATED)


def _deep(path: Path, members: Members) -> None:
    write(path, {**members, CONFIG: b'{"a": ' + b"[" * 300 + b"]" * 300 + b"}"})


def _encrypted(path: Path, members: Members) -> None:
    write(path, members)
    raw = bytearray(path.read_bytes())
    place = raw.index(b"PK\x01\x02")
    raw[place + 8] |= 1
    path.write_bytes(raw)


def _external_link(file: h5py.File) -> None:
    file["evil"] = h5py.ExternalLink("/etc/passwd", "/x")


def _replace(file: h5py.File, make: Callable[[h5py.Group, str, Any], None]) -> None:
    group = file["layers/dense/vars"]
    value = group["0"][()]
    del group["0"]
    make(group, "0", value)


def _external(group: h5py.Group, name: str, value: Any) -> None:
    group.create_dataset(name, value.shape, "float32", external=[("/etc/passwd", 0, value.nbytes)])


def _virtual(group: h5py.Group, name: str, value: Any) -> None:
    layout = h5py.VirtualLayout(value.shape, "float32")
    layout[...] = h5py.VirtualSource("/etc/passwd", "x", value.shape)
    group.create_virtual_dataset(name, layout)


def _cycle(file: h5py.File) -> None:
    file["layers/dense/again"] = file["layers"]


def _deep_groups(file: h5py.File) -> None:
    file.create_group("/".join("a" * 1 for _ in range(100)))


MEMBERS: dict[str, Attack] = {
    "parent": with_member("../evil"),
    "inner parent": with_member("assets/../../evil"),
    "absolute": with_member("/etc/evil"),
    "backslash": with_member("..\\evil"),
    "drive": with_member("assets/C:evil"),
    "other member": with_member("evil.py"),
    "pickle": with_member("model.pkl"),
    "control character": with_member("assets/a\x1b[2J"),
    "symbolic link": with_member("assets/a", b"/etc/passwd", external_attr=(stat.S_IFLNK | 0o777) << 16, create_system=3),
    "device": with_member("assets/a", b"", external_attr=(stat.S_IFCHR | 0o777) << 16, create_system=3),
    "packed with bzip2": with_member("assets/a", bytes(1000), compress_type=zipfile.ZIP_BZIP2),
    "encrypted": _encrypted,
    "bomb": _bomb,
    "too many": lambda path, members: write(path, {**members, **{f"assets/{one}": b"" for one in range(10_001)}}),
    "no weights": lambda path, members: write(path, {one: text for one, text in members.items() if one != WEIGHTS}),
}  # fmt: skip
CONFIGS: dict[str, Attack] = {
    "too large": _large_config,
    "size that lies": _lying_size,
    "too many values": _values,
    "too deep": _deep,
    "no object": lambda path, members: write(path, {**members, CONFIG: b"[]"}),
    "no JSON": lambda path, members: write(path, {**members, CONFIG: b"\xff\xfe"}),
    "huge number": lambda path, members: write(path, {**members, CONFIG: b'{"a": ' + b"9" * 5000 + b"}"}),
    "no class": with_config(lambda config: config.pop("class_name")),
    "class is a list": with_config(lambda config: config.update(class_name=["a"])),
    "Lambda": layer("keras.layers", "Lambda", function={"class_name": "__lambda__", "config": {"value": "4wEAAA=="}}),
    "TFSMLayer": layer("keras.layers", "TFSMLayer", filepath="/tmp", call_endpoint="serve"),
    "TorchModuleWrapper": layer("keras.layers", "TorchModuleWrapper"),
    "JaxLayer": layer("keras.layers", "JaxLayer"),
    "FlaxLayer": layer("keras.layers", "FlaxLayer"),
    "LambdaCallback": layer("keras.callbacks", "LambdaCallback"),
    "os.system": layer("os", "system", command="touch evil"),
    "subprocess": layer("subprocess", "Popen", args=["touch", "evil"]),
    "builtins": layer("builtins", "eval"),
    "unsafe mode": layer("keras.config", "enable_unsafe_deserialization"),
    "inner module": layer("keras.src.utils.file_utils", "get_file"),
    "callback": layer("keras.callbacks", "RemoteMonitor"),
    "export": layer("keras.export", "ExportArchive"),
    "unknown class": layer("my_package", "Layer"),
    "type spec": layer("tensorflow", "__typespec__"),
    "lambda activation": activation({"class_name": "__lambda__", "config": {"value": "4wEAAA=="}}),
    "plot_model": activation(function("keras.utils", "plot_model")),
    "get_file": activation(function("keras.utils", "get_file")),
    "set_backend": activation(function("keras.config", "set_backend")),
    "load_data": activation(function("keras.datasets.mnist", "load_data")),
    "load_model": activation(function("keras.saving", "load_model")),
    "os.system as function": activation(function("os", "system")),
    "function in ops": activation(function("keras.src.ops.numpy", "os")),
    "function by itself": activation(function("builtins", "load_model")),
    "StringLookup": layer("keras.layers", "StringLookup", vocabulary="/etc/passwd"),
    "IntegerLookup": layer("keras.layers", "IntegerLookup", vocabulary="/etc/passwd"),
    "TextVectorization": layer("keras.layers", "TextVectorization", vocabulary="http://localhost:1/x"),
    "units": _dense(units=10**9),
    "more units than can be": _dense(units=10**15),
    "many units": with_config(_many_units),
    "thresholds": with_config(_thresholds),
    "name": _dense(name="../../evil"),
}
HDF5: dict[str, Attack] = {
    "external link": with_weights(_external_link),
    "soft link": with_weights(lambda file: file.__setitem__("evil", h5py.SoftLink("/layers"))),
    "external data": with_weights(lambda file: _replace(file, _external)),
    "virtual data": with_weights(lambda file: _replace(file, _virtual)),
    "cycle": with_weights(_cycle),
    "deep": with_weights(_deep_groups),
    "shape bomb": with_weights(lambda file: file.create_dataset("evil", (1 << 20, 1 << 20), "float32", chunks=(1024, 1024))),
    "complex": with_weights(lambda file: _replace(file, lambda group, name, value: group.create_dataset(name, data=value.astype("complex64")))),
    "text": with_weights(lambda file: _replace(file, lambda group, name, value: group.create_dataset(name, data=["a"] * 3))),
    "other shape": with_weights(lambda file: _replace(file, lambda group, name, value: group.create_dataset(name, data=value[:1]))),
    "no number": with_weights(lambda file: _replace(file, lambda group, name, value: group.create_dataset(name, data=np.full_like(value, np.nan)))),
    "infinite": with_weights(lambda file: _replace(file, lambda group, name, value: group.create_dataset(name, data=np.full_like(value, np.inf)))),
    "no file": lambda path, members: write(path, {**members, WEIGHTS: b"x" * 5000}),
    "cut off": lambda path, members: write(path, {**members, WEIGHTS: members[WEIGHTS][:4000]}),
}  # fmt: skip
ATTACKS = {f"{group}: {name}": attack for group, attacks in (("member", MEMBERS), ("config", CONFIGS), ("weights", HDF5)) for name, attack in attacks.items()}  # fmt: skip
