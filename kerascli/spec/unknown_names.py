"""What is said of a name that its place can't take: nobody has it, or Keras and a plugin both do."""

from __future__ import annotations

from kerascli.catalog import load_catalog
from kerascli.catalog.overlay import PREFIX, added_entry, added_names
from kerascli.errors import nearest
from kerascli.spec.habits import call_hint, layer_hint, nothing_hint
from kerascli.spec.nodes import Scalar
from kerascli.spec.problems import Problems

SINGULAR = {
    "layers": "layer",
    "optimizers": "optimizer",
    "schedules": "learning-rate schedule",
    "losses": "loss",
    "metrics": "metric",
    "callbacks": "callback",
    "initializers": "initializer",
    "regularizers": "regularizer",
    "constraints": "constraint",
    "activations": "activation",
    "dtype_policies": "dtype policy",
    "sources": "data source",
    "ops": "operation",
    "applications": "application",
    "functions": "function",
    "models": "model class",
}

# Groups of which an argument may name none.
_MAY_BE_NULL = ("activations", "regularizers", "constraints")


def report_ambiguous(name: Scalar, group: str, problems: Problems) -> None:
    """A name of Keras's that a plugin has too is a fault."""
    text = str(name.value)
    if added_entry(group, text) is not None:
        message = f"both Keras and a plugin have the {SINGULAR[group]} '{text}'"
        problems.add("ambiguous-name", message, name, f"write '{PREFIX}{text}' for the plugin's, or rename it")


def report_unknown(name: Scalar, group: str, problems: Problems) -> None:
    """A name that the group does not have, with the nearest one that it has."""
    text = str(name.value)
    if text.startswith(PREFIX):
        _report_unknown_plugin(name, text.removeprefix(PREFIX), group, problems)
        return
    catalog = load_catalog()
    place = "layers" if group == "layers" else group
    prefix = text.partition(".")[0]
    if group == "layers" and prefix in ("ops", "applications"):
        place = prefix
    near = catalog.suggest(place, text)
    elsewhere = [other for other in catalog.groups_of(text) if other in SINGULAR]
    of_plugin = bool(elsewhere) and added_entry(elsewhere[0], text) is not None
    written = call_hint(text, lambda name: catalog.find(place, name) is not None)
    hint = written or (f"did you mean '{near}'?" if near else nothing_hint(text) if group in _MAY_BE_NULL else None)
    if elsewhere and (hint is None or of_plugin):
        kind = "function" if added_entry("functions", text) is not None else SINGULAR[elsewhere[0]]
        whose = "a plugin's" if of_plugin else "a Keras"
        hint = f"'{text}' is {whose} {kind}; write a {SINGULAR[group]} here"
    if hint is None and group == "layers":
        hint = layer_hint(text)
    who = "neither Keras nor a plugin has the" if added_names(group) else "Keras has no"
    problems.add("unknown-class", f"{who} {SINGULAR[place]} '{text}'", name, hint)


def _report_unknown_plugin(name: Scalar, bare: str, group: str, problems: Problems) -> None:
    near = nearest(bare, added_names(group))
    hint = f"did you mean '{PREFIX}{near}'?" if near else "list the file that has it in 'plugins'"
    problems.add("unknown-class", f"no plugin has the {SINGULAR[group]} '{bare}'", name, hint)
