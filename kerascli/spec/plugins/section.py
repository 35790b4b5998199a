"""The section `plugins`: refused without trust, else imported; what they hold becomes components."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from dataclasses import field
from pathlib import Path

from kerascli.catalog.entries import Entry
from kerascli.catalog.overlay import Entries, with_entries
from kerascli.errors import Note, Span, SpecError
from kerascli.quick_dataclass import dataclass
from kerascli.spec.nodes import Mapping, Node, Scalar, Sequence, kind_of
from kerascli.spec.problems import Problems
from kerascli.spec.source_parser import located_path

_MODULE = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*\Z")


@dataclass(frozen=True)
class Plugin:
    """One plugin.

    Attributes:
        name: As it is written: a path, or a module's name.
        path: Its file, an absolute path; None for a module without one.
        span: Where it is written.
    """

    name: str
    path: Path | None
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True)
class LoadedPlugins:
    """The plugins of a spec, imported.

    Attributes:
        plugins: The plugins in order.
        entries: What they hold, by group and bare name.
    """

    plugins: tuple[Plugin, ...] = ()
    entries: Entries = field(default_factory=dict, compare=False, repr=False)

    @contextlib.contextmanager
    def known(self) -> Iterator[None]:
        """Makes their names known while the block runs."""
        with with_entries(self.entries):
            yield

    def import_again(self) -> None:
        """Imports them in a process that was handed a spec: its user trusted them where the spec was read.

        Raises:
            SpecError: A plugin raises.
        """
        from kerascli.spec.plugins.importing import import_file, import_module

        for plugin in self.plugins:
            if plugin.path is not None and _is_file(plugin.name):
                import_file(plugin.path, plugin.span)
            else:
                import_module(plugin.name, plugin.span)


def load_plugins(root: Mapping, problems: Problems, *, trust: bool) -> LoadedPlugins:
    """Imports the plugins of a spec.

    Args:
        root: The whole spec.
        problems: Where faults go.
        trust: Whether the user said so.
    """
    node = root.get("plugins")
    if node is None or (isinstance(node, Scalar) and node.value is None):
        return LoadedPlugins()
    items = _items(node, problems)
    if items and not trust:
        names = ", ".join(f"'{item.value}'" for item in items)
        message = f"the spec runs code of its own: {names}"
        hint = "read it, and say '--trust' on the command line if you trust it"
        problems.add("needs-trust", message, root.key("plugins"), hint)
        return LoadedPlugins()
    plugins: list[Plugin] = []
    entries: dict[tuple[str, str], Entry] = {}
    origin: dict[str, Plugin] = {}
    for item in items:
        _load(item, plugins, entries, origin, problems)
    return LoadedPlugins(tuple(plugins), entries)


def _items(node: Node, problems: Problems) -> list[Scalar]:
    found = []
    for item in node.items if isinstance(node, Sequence) else (node,):
        if isinstance(item, Scalar) and isinstance(item.value, str) and item.value:
            found.append(item)
        else:
            hint = "write 'plugins: [my_layers.py]'"
            problems.add("wrong-type", f"a plugin must be a file or a module, not {kind_of(item)}", item, hint)
    return found


def _load(
    item: Scalar,
    plugins: list[Plugin],
    entries: dict[tuple[str, str], Entry],
    origin: dict[str, Plugin],
    problems: Problems,
) -> None:
    from kerascli.spec.plugins.importing import import_file, import_module
    from kerascli.spec.plugins.objects import entries_by_name

    text = str(item.value)
    path: Path | None
    try:
        if _is_file(text):
            before = len(problems.found)
            file = Path(located_path(text, item, problems))
            if len(problems.found) > before:
                return
            module, path = import_file(file, item.span), file
        elif _MODULE.match(text):
            module = import_module(text, item.span)
            # What is no Python file (built in, compiled) can't be copied into a run; it stays a name.
            place = getattr(module, "__file__", None)
            path = Path(place) if place is not None and place.endswith(".py") else None
        else:
            problems.add("plugin", f"'{text}' is neither a Python file nor a module", item, "write 'my_layers.py'")
            return
    except SpecError as error:
        problems.found += error.diagnostics
        return
    plugin = Plugin(text, path, item.span)
    plugins.append(plugin)
    found = entries_by_name(module)
    for name in dict.fromkeys(name for _, name in found):
        if name in origin and origin[name].path != path and _same(entries, found, name):
            continue
        if name in origin and origin[name].path != path:
            notes = (Note("the other stands here", origin[name].span),)
            message = f"two plugins hold a '{name}'"
            problems.add("duplicate-name", message, item, "rename one of them", notes=notes)
            continue
        origin[name] = plugin
        entries.update({key: entry for key, entry in found.items() if key[1] == name})


def _is_file(text: str) -> bool:
    """Whether a plugin is written as a path, not as a module's name."""
    return text.endswith(".py") or "/" in text


def _same(known: Entries, found: Entries, name: str) -> bool:
    """Whether a name stands for one object in both: a package may offer what its modules hold."""
    from kerascli.spec.plugins.objects import named_object

    objects = [
        {id(named_object(entry)) for key, entry in entries.items() if key[1] == name} for entries in (known, found)
    ]
    return objects[0] == objects[1]
