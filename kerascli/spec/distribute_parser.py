"""`distribute`: the devices and machines that a training goes on, each with a part of every batch."""

from __future__ import annotations

import re
from typing import Any

from kerascli.errors import Span, did_you_mean
from kerascli.spec.distribute_spec import TIMEOUT, DistributeSpec, Kind
from kerascli.spec.nodes import Mapping, Node, Scalar, Sequence, kind_of
from kerascli.spec.places import DISTRIBUTE
from kerascli.spec.problems import Problems
from kerascli.spec.section import check_keys, section_of, texts, whole_number

_KINDS: dict[str, Kind] = {"mirrored": "mirrored", "multi_worker": "multi_worker"}
_DEVICE = re.compile(r"/?(?:device:)?(CPU|GPU):(\d+)\Z", re.IGNORECASE)
_HOST = re.compile(r"(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?\.?)\Z")


def parse_distribute(node: Node | None, problems: Problems) -> DistributeSpec:
    """The section: a strategy's name, `{name: {…}}`, or `false`."""
    if node is None or (isinstance(node, Scalar) and (node.value is None or node.value is False)):
        return DistributeSpec()
    if isinstance(node, Mapping):
        if len(node.entries) != 1:
            message = f"'distribute' takes one strategy, not {len(node.entries)}"
            problems.add("wrong-type", message, node, "write 'distribute: mirrored'")
            return DistributeSpec()
        key, arguments = node.entries[0]
    elif isinstance(node, Scalar):
        key, arguments = node, None
    else:
        message = f"'distribute' must be a strategy, not {kind_of(node)}"
        problems.add("wrong-type", message, node, "write 'distribute: mirrored'")
        return DistributeSpec()
    kind = _KINDS.get(str(key.value))
    if kind is None:
        message = f"there is no strategy '{key.text}' to distribute by"
        problems.add("unknown-strategy", message, key, did_you_mean(key.text, _KINDS))
        return DistributeSpec()
    section = Mapping((), key.span) if arguments is None else section_of(arguments, kind, problems)
    if section is None:
        return DistributeSpec(kind, span=key.span)
    check_keys(section, DISTRIBUTE.keys[kind], f"'{kind}'", problems)
    if kind == "mirrored":
        return DistributeSpec(kind, _devices(section.get("devices"), problems), span=key.span)
    timeout = section.get("timeout")
    seconds = None if timeout is None else whole_number(timeout, "timeout", problems, minimum=1)
    workers, spans = _workers(section.get("workers"), problems)
    return DistributeSpec(kind, (), workers, seconds or TIMEOUT, key.span, spans)


def plain_values(spec: DistributeSpec) -> Any:
    """The section as a resolved spec writes it."""
    if spec.kind == "none":
        return False
    if spec.kind == "mirrored":
        return {"mirrored": {"devices": list(spec.devices)}} if spec.devices else "mirrored"
    values: dict[str, Any] = {"workers": list(spec.workers)} if spec.workers else {}
    return {"multi_worker": {**values, "timeout": spec.timeout}}


def _devices(node: Node | None, problems: Problems) -> tuple[str, ...]:
    if node is None:
        return ()
    found: list[str] = []
    for item, name in _items(node, "devices", problems):
        matched = _DEVICE.match(name)
        if matched is None:
            problems.add("device", f"'{name}' is no device", item, "write it as 'GPU:0' or 'CPU:0'")
            continue
        device = f"{matched[1].upper()}:{int(matched[2])}"
        if device in found:
            problems.add("device", f"the device '{name}' is named twice", item, "remove one of them")
            continue
        found.append(device)
    return tuple(found)


def _workers(node: Node | None, problems: Problems) -> tuple[tuple[str, ...], tuple[Span, ...]]:
    if node is None:
        return (), ()
    found: dict[str, Span] = {}
    for item, address in _items(node, "workers", problems):
        fault = address_fault(address)
        if fault is not None:
            problems.add("worker-address", fault, item, "write it as 'host:port', for example 'node1:2222'")
        elif address.lower() in found:
            message = f"the worker '{address}' is named twice"
            problems.add("duplicate-worker", message, item, "give each worker an address of its own")
        else:
            found[address.lower()] = item.span
    return tuple(found), tuple(found.values())


def _items(node: Node, name: str, problems: Problems) -> list[tuple[Node, str]]:
    """The texts of a list that is not empty, each with its place."""
    items = node.items if isinstance(node, Sequence) else (node,)
    if not items:
        problems.add("wrong-type", f"'{name}' is an empty list", node, "name at least one, or leave the key out")
    # YAML reads `localhost:2222` as text, and `10:20` in its old form as a number.
    return [(item, word) for item in items for word in texts(item, name, problems)]


def address_fault(address: str) -> str | None:
    """What is wrong with a `host:port`, or None."""
    host, colon, port = address.rpartition(":")
    if not colon:
        return f"the worker '{address}' has no port"
    if not _HOST.match(host):
        return f"the worker '{address}' has no host that could be looked up"
    if not re.fullmatch(r"[0-9]{1,5}", port) or not 1 <= int(port) <= 65535:
        return f"the worker '{address}' has no port from 1 to 65535"
    return None
