"""A node → a `Component`: the class is looked up in its group, short forms are expanded, arguments are checked."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from kerascli.catalog import load_catalog
from kerascli.catalog.overlay import PREFIX
from kerascli.errors import nearest
from kerascli.spec.argument_parser import parse_argument
from kerascli.spec.component import Argument, Component
from kerascli.spec.habits import argument_hint, is_wiring, list_hint
from kerascli.spec.nodes import Mapping, Node, Scalar, Sequence, kind_of
from kerascli.spec.problems import Problems
from kerascli.spec.source_parser import located_path, parse_source
from kerascli.spec.trust import check_trust
from kerascli.spec.unknown_names import SINGULAR, report_ambiguous, report_unknown

if TYPE_CHECKING:
    from kerascli.catalog import Entry

# Names that Keras resolves by the shapes of target and output; they are no classes.
SHAPE_METRICS = ("accuracy", "acc")
SHAPE_LOSSES = ("crossentropy", "ce")


def parse_component(
    node: Node, group: str, problems: Problems, *, filled: tuple[str, ...] = (), trust: bool = False
) -> Component | None:
    """The component that a node writes.

    Args:
        node: `Class`, `{Class: arguments}`, with the arguments as a mapping, a scalar or a list.
        group: The group that the place calls for; `layers` takes operations and applications too.
        problems: Where faults go.
        filled: The parameters that the wiring fills (operations).
        trust: Whether components that can run code are allowed.

    Returns:
        The component, or None when its name is not known or the node has no such form.
    """
    parts = component_parts(node, group, problems)
    if parts is None:
        return None
    name, arguments = parts
    if group == "sources":
        return parse_source(name, arguments, problems)
    special = _special_name(name, group, arguments, problems)
    if special is not None:
        return special
    if group == "layers" and str(name.value) == "Model":
        return _nested_model(name, arguments, problems, trust=trust)
    found = find_entry(name, group, problems)
    if found is None:
        return None
    component = Component(
        found.group, found.name, _arguments(found, name, arguments, problems, filled=filled, trust=trust), name.span
    )
    check_trust(component, problems, trust=trust)
    if found.group == "applications":
        return _without_download(component, problems)
    return _with_log_name(component, found, str(name.value)) if group == "metrics" else component


def component_parts(node: Node, group: str, problems: Problems) -> tuple[Scalar, Node | None] | None:
    """The name and the arguments' node of a component, or None (with a fault) when the node has no such form."""
    what = SINGULAR[group]
    if isinstance(node, Scalar) and isinstance(node.value, str):
        return node, None
    if isinstance(node, Mapping) and len(node.entries) == 1:
        key, value = node.entries[0]
        return key, value
    if isinstance(node, Mapping) and node.entries:
        _report_neighbours(node, group, problems)
        return None
    hint = f"write a {what}'s name, or '{{Name: {{argument: value}}}}'"
    article = "an" if what[0] in "aeio" else "a"
    found = "an empty mapping" if isinstance(node, Mapping) else kind_of(node)
    message = f"expected {article} {what}, found {found}"
    problems.add("wrong-type", message, node, hint)
    return None


def _report_neighbours(node: Mapping, group: str, problems: Problems) -> None:
    """Several keys where one class is expected: mostly arguments that are indented too little."""
    catalog = load_catalog()
    known = [key for key, _ in node.entries if find_name(str(key.value), group) is not None]
    others = [key for key, _ in node.entries if key not in known]
    if not known:
        names = ", ".join(f"'{key.value}'" for key, _ in node.entries)
        hint = catalog.suggest(group, str(node.entries[0][0].value)) if group in catalog.groups else None
        problems.add(
            "unknown-class",
            f"expected one {SINGULAR[group]}, found the keys {names}",
            node.entries[0][0],
            f"did you mean '{hint}'?" if hint else f"write '{{Name: {{argument: value}}}}' with one {SINGULAR[group]}",
        )
        return
    for key in known[1:]:
        problems.add("several-components", f"a second {SINGULAR[group]} '{key.value}' in one entry", key, "split them")
    for key in others:
        problems.add(
            "indentation",
            f"'{key.value}' stands beside {known[0].value}, not below it",
            key,
            f"indent it by two more than '{known[0].value}:'",
        )


def _nested_model(name: Scalar, arguments: Node | None, problems: Problems, *, trust: bool) -> Component | None:
    """A nested model as an argument, such as the layer of `TimeDistributed`."""
    from kerascli.spec.model_parser import parse_nested_model

    if not isinstance(arguments, Mapping):
        hint = "write '{Model: {inputs: …, layers: …}}'"
        problems.add("missing-layers", "a nested model needs its 'layers'", name, hint)
        return None
    model = parse_nested_model(arguments, name, problems, trust=trust)
    if model is None:
        return None
    return Component("models", "Model", (Argument("model", model, name.span, name.span),), name.span)


def _special_name(name: Scalar, group: str, arguments: Node | None, problems: Problems) -> Component | None:
    """`accuracy` and its like, which are kept as they are written."""
    special = {"metrics": SHAPE_METRICS, "losses": SHAPE_LOSSES}.get(group, ())
    if str(name.value) in special and (arguments is None or _is_null(arguments)):
        report_ambiguous(name, group, problems)
        return Component(group, str(name.value), (), name.span)
    return None


def find_name(name: str, group: str) -> Entry | None:
    """The catalog's entry of a name in the group that the place calls for, or None.

    `layers` takes operations and applications by their prefix, `activations` takes layer classes too.
    """
    catalog = load_catalog()
    prefix = name.partition(".")[0]
    if group == "layers" and prefix in ("ops", "applications") and "." in name:
        # Layers that only a saved application holds go by the application's file: applications.convnext.LayerScale.
        return catalog.find(prefix, name) or catalog.find("layers", name)
    entry = catalog.find(group, name)
    if entry is None and group == "activations" and name[:1].isupper():
        return catalog.find("layers", name)
    return entry


def find_entry(name: Scalar, group: str, problems: Problems) -> Entry | None:
    """Like `find_name`, with a located fault for a name that is not known."""
    text = str(name.value)
    entry = find_name(text, group)
    if entry is not None:
        if not text.startswith(PREFIX) and not entry.name.startswith(PREFIX):
            report_ambiguous(name, group, problems)
        return entry
    report_unknown(name, group, problems)
    return None


def _arguments(
    entry: Entry, name: Scalar, node: Node | None, problems: Problems, *, filled: tuple[str, ...], trust: bool
) -> tuple[Argument, ...]:
    """The arguments of a class, each checked; required ones that are missing are faults at the class name."""
    given: list[Argument] = []
    if isinstance(node, Mapping):
        for key, value in node.entries:
            argument = _named_argument(entry, key, value, problems, filled=filled, trust=trust)
            if argument is not None:
                given.append(argument)
    elif isinstance(node, Sequence) and _lists_arguments(entry, node, problems, filled=filled):
        return ()
    elif node is not None and not _is_null(node):
        given += _short_form(entry, node, problems, filled=filled, trust=trust)
    names = {argument.name for argument in given} | (set(node.keys()) if isinstance(node, Mapping) else set())
    _report_missing(entry, name, names | set(filled), problems)
    return tuple(given)


def _report_missing(entry: Entry, name: Scalar, given: set[str], problems: Problems) -> None:
    """Required arguments that are not there; a misspelt one is one fault, not two."""
    missing = [parameter.name for parameter in entry.parameters if parameter.required and parameter.name not in given]
    misspelt = {nearest(word, missing) for word in given if entry.parameter(word) is None}
    missing = [word for word in missing if word not in misspelt]
    if missing:
        words = ", ".join(f"'{word}'" for word in missing)
        hint = f"write '{entry.name}: {{{missing[0]}: …}}'"
        problems.add("missing-argument", f"{entry.name} needs {words}", name, hint)


def _named_argument(
    entry: Entry, key: Scalar, value: Node, problems: Problems, *, filled: tuple[str, ...], trust: bool
) -> Argument | None:
    name = str(key.value)
    parameter = entry.parameter(name)
    if name in filled:
        problems.add("filled-argument", f"'{name}' of {entry.name} is filled by 'inputs'", key, "remove one of them")
        return None
    if parameter is None and name not in entry.accepts_base:
        _report_unknown_argument(entry, key, problems, filled=filled)
        return None
    parsed = parse_argument(value, entry.name, name, parameter, problems, trust=trust)
    return Argument(name, parsed, key.span, value.span)


def _report_unknown_argument(entry: Entry, key: Scalar, problems: Problems, *, filled: tuple[str, ...]) -> None:
    name = str(key.value)
    if is_wiring(entry, name):
        message = f"'{name}' stands among the arguments of {entry.name}, not beside it"
        problems.add("indentation", message, key, f"move it beside '{entry.name}', as far in as that name")
        return
    words = [parameter.name for parameter in entry.parameters if parameter.name not in filled]
    hint = argument_hint(entry, name, [*words, *entry.accepts_base] if words else [])
    problems.add("unknown-argument", f"{entry.name} has no argument '{name}'", key, hint)


def _lists_arguments(entry: Entry, node: Sequence, problems: Problems, *, filled: tuple[str, ...]) -> bool:
    """Reports `Resizing: [32, 32]`: a list goes to the first parameter alone, which takes none or is not the only one."""
    free = [parameter for parameter in entry.parameters if parameter.name not in filled]
    if not free:
        return False
    types = set(free[0].types)
    takes_list = not types or bool(types & {"list", "any"})
    if takes_list and sum(parameter.required for parameter in free) < 2:
        return False
    message = f"{entry.name} takes its arguments by name, not in a list"
    problems.add("wrong-type", message, node, list_hint(entry, node, free))
    return True


def _short_form(
    entry: Entry, node: Node, problems: Problems, *, filled: tuple[str, ...], trust: bool
) -> list[Argument]:
    """`Dropout: 0.5`: the value goes to the first parameter that the wiring does not fill."""
    free = [parameter for parameter in entry.parameters if parameter.name not in filled]
    if not free:
        problems.add("unknown-argument", f"{entry.name} takes no arguments", node, f"write '{entry.name}' alone")
        return []
    value = parse_argument(node, entry.name, free[0].name, free[0], problems, trust=trust)
    return [Argument(free[0].name, value, node.span, node.span)]


def _without_download(component: Component, problems: Problems) -> Component:
    """An application has no weights unless the spec says so; Keras itself would download some.

    `imagenet` are those that Keras publishes, fetched before training; other text is a file.
    """
    weights = component.argument("weights")
    if weights is None:
        message = f"{component.name} starts from random weights, since no 'weights' are written"
        problems.add("no-weights", message, component.span, severity="note")
        argument = Argument("weights", None, component.span, component.span)
        return Component(component.group, component.name, (*component.arguments, argument), component.span)
    if isinstance(weights.value, str) and weights.value != "imagenet":
        path = located_path(weights.value, Scalar(weights.value, weights.span), problems)
        moved = replace(weights, value=path)
        arguments = tuple(moved if argument is weights else argument for argument in component.arguments)
        return replace(component, arguments=arguments)
    return component


def _with_log_name(component: Component, entry: Entry, written: str) -> Component:
    """A metric written by an alias keeps the alias as its log name, as in Keras."""
    if written == entry.name or entry.kind == "function":
        return component
    if component.argument("name") is not None or written[:1].isupper():
        return component
    default = next((p.default for p in entry.parameters if p.name == "name"), None)
    if written == default:
        return component
    argument = Argument("name", written, component.span, component.span)
    return Component(component.group, component.name, (*component.arguments, argument), component.span)


def _is_null(node: Node) -> bool:
    return isinstance(node, Scalar) and node.value is None


def parse_components(node: Node, group: str, problems: Problems, *, trust: bool = False) -> tuple[Component, ...]:
    """A list of components, or one alone; `null` is none."""
    if _is_null(node):
        return ()
    items = node.items if isinstance(node, Sequence) else (node,)
    found = (parse_component(item, group, problems, trust=trust) for item in items)
    return tuple(component for component in found if component is not None)
