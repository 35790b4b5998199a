"""Describes a section or a key of a spec, out of the tables of places and of their docs."""

from __future__ import annotations

from kerascli.spec.key_docs import KEY_DOCS
from kerascli.spec.places import ROOT, Place
from kerascli.spec.unknown_names import SINGULAR
from kerascli.translate.descriptions import Description, KeyRow
from kerascli.translate.flow_yaml import flow
from kerascli.translate.key_examples import key_example


def key_paths(word: str) -> tuple[str, ...]:
    """The keys that a word means, as paths of `KEY_DOCS`.

    Args:
        word: A whole path (`fit.batch_size`; `*` and names of the user's own may be left out: `model.layers.repeat`),
            or its last words (`batch_size`, `checkpoints.every`).
    """
    parts = word.split(".")
    exact = [path for path in KEY_DOCS if path == word or _short(path) == parts]
    if exact:
        return tuple(exact)
    return tuple(path for path in KEY_DOCS if _short(path)[-len(parts) :] == parts)


def _short(path: str) -> list[str]:
    return [part for part in path.split(".") if part != "*"]


def describe_key(path: str) -> Description:
    """What a key of a spec means.

    Args:
        path: A path of `KEY_DOCS`.
    """
    place = _place(path)
    return Description(
        kind="key",
        name=path,
        group="",
        what="section of a spec" if "." not in path and _rows(path) else "key of a spec",
        summary=KEY_DOCS[path],
        text=tuple(line for line in (_takes(place), _default(place)) if line),
        keys=_rows(path),
        example=key_example(path),
    )


def _rows(path: str) -> tuple[KeyRow, ...]:
    """The keys right below a path; those below each name of the user's own too."""
    rows = []
    for other, text in KEY_DOCS.items():
        rest = other.removeprefix(f"{path}.")
        if rest != other and rest.count(".") - rest.startswith("*.") < 1:
            rows.append(KeyRow(rest.removeprefix("*."), text))
    return tuple(rows)


def _place(path: str) -> Place | None:
    place: Place | None = ROOT
    for part in path.split("."):
        if place is None:
            return None
        place = place.each if part == "*" else place.keys.get(part)
    return place


def _takes(place: Place | None) -> str:
    if place is None or place.group is None:
        return ""
    group = place.group
    if place.kind == "component":
        return f"Takes one {SINGULAR[group]}; `kerascli describe --list {group}` lists them."
    return f"Takes components of the group `{group}`; `kerascli describe --list {group}` lists them."


def _default(place: Place | None) -> str:
    if place is None or place.default is None:
        return ""
    return f"Left out, it is `{flow(place.default)}`."
