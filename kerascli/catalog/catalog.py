"""Looks names up in the catalog: canonical names, second names and Keras's string aliases."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kerascli.catalog.entries import Entry, Operation, Parameter, read_entry, read_parameter
from kerascli.catalog.overlay import PREFIX, added_entry, added_names
from kerascli.catalog.own_layers import OWN_LAYERS
from kerascli.errors import nearest

if TYPE_CHECKING:
    from collections.abc import Mapping

# Names of these groups carry the group's own prefix: `ops.add`, `applications.ResNet50`.
PREFIXED = ("ops", "applications")


class Catalog:
    """What one version of Keras offers; entries are made when they are first asked for.

    Attributes:
        version: The version of Keras.
        groups: The names of the groups.
        special_metrics: Metric names that Keras resolves by the shapes of target and output (`accuracy`); no classes.
    """

    def __init__(self, rows: Mapping[str, Any]) -> None:
        """Takes what the catalog's file holds."""
        self.version: str = rows["keras"]
        self.groups: tuple[str, ...] = tuple(rows["groups"])
        self.special_metrics: tuple[str, ...] = tuple(rows["special_metrics"])
        self._rows: Mapping[str, Mapping[str, Any]] = rows["groups"]
        self._aliases: Mapping[str, Mapping[str, str]] = rows["aliases"]
        self._base: Mapping[str, Mapping[str, Any]] = rows["base_parameters"]
        self._operations: Mapping[str, Mapping[str, Any]] = rows.get("operations", {})
        self._entries: dict[tuple[str, str], Entry] = {}

    def names(self, group: str) -> tuple[str, ...]:
        """The canonical names of a group; none for a group that is not known."""
        return tuple(self._rows.get(group, ()))

    def find(self, group: str, name: str) -> Entry | None:
        """The entry that a name stands for in a group, or None.

        Args:
            group: One of `groups`; another has no entries.
            name: A canonical name, a second exported name, or an alias that Keras takes as text; or the name of a
                plugin's object, bare where Keras has none of that name, or as `plugins.Name`.
        """
        if name.startswith(PREFIX):
            return added_entry(group, name)
        found = self._find(group, name)
        return added_entry(group, name) if found is None else found

    def _find(self, group: str, name: str) -> Entry | None:
        if group == "layers" and name in OWN_LAYERS:
            return OWN_LAYERS[name]
        rows = self._rows.get(group, {})
        if name not in rows:
            name = self._aliases.get(group, {}).get(name, "")
        row = rows.get(name)
        if row is None:
            return None
        entry = self._entries.get((group, name))
        if entry is None:
            aliases = tuple(alias for alias, target in self._aliases.get(group, {}).items() if target == name)
            entry = read_entry(group, name, row, aliases, self._base.get(group, {}))
            self._entries[group, name] = entry
        return entry

    def base_parameters(self, group: str) -> tuple[Parameter, ...]:
        """The arguments that the base classes of a group take, as far as any class hands them on."""
        return tuple(read_parameter(row) for row in self._base.get(group, {}).values())

    def operation(self, path: str) -> Operation | None:
        """What makes an operation of the class `keras.src.ops.numpy.Add`, or None."""
        row = self._operations.get(path)
        return None if row is None else Operation(row["function"], row["config"], tuple(row["call"]))

    def suggest(self, group: str, name: str) -> str | None:
        """The right name of the group that the writer most likely meant, or None; capitals don't count."""
        words = [*self._rows.get(group, ()), *self._aliases.get(group, ()), *added_names(group)]
        words += OWN_LAYERS if group == "layers" else ()
        # Who writes `adm` means `adam` rather than `Adam`; the first of two words that look alike is taken.
        words.sort(key=lambda word: word.islower() != name.islower())
        if group in PREFIXED:
            prefix = f"{group}."
            # The prefix is no evidence: with it, any two short names look alike.
            found = nearest(name.removeprefix(prefix), (word.removeprefix(prefix) for word in words))
            return None if found is None else prefix + found
        return nearest(name, words)

    def groups_of(self, name: str) -> tuple[str, ...]:
        """The groups that know the name, in the order of `groups`."""
        return tuple(group for group in self.groups if self.find(group, name) is not None)
