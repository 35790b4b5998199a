"""Makes the catalog's files from the installed Keras: the one file of the catalog that imports Keras.

Run in a child process: `python -m kerascli.catalog.introspect FOLDER`.
"""

from __future__ import annotations

import contextlib
import inspect
import json
import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import keras

from kerascli.catalog import docstrings
from kerascli.catalog.aliases import SPECIAL_METRICS, string_aliases
from kerascli.catalog.call_signatures import function_call, layer_call
from kerascli.catalog.exports import Exports, class_exports, function_exports, operation_exports, private_layers
from kerascli.catalog.loading import catalog_file, docs_file
from kerascli.catalog.operations import operation_rows
from kerascli.catalog.parameters import Evidence, base_parameters, named_parameters, parameter_row, parameter_rows
from kerascli.catalog.samples import layer_uses, sample_arguments
from kerascli.catalog.trials import Trial, first_that_works

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Row = dict[str, Any]

_GETTERS: Mapping[str, Callable[[str], Any]] = {
    "optimizers": keras.optimizers.get,
    "losses": keras.losses.get,
    "metrics": keras.metrics.get,
    "initializers": keras.initializers.get,
    "regularizers": keras.regularizers.get,
    "constraints": keras.constraints.get,
    "activations": keras.activations.get,
}
_FLOATS = ("float16", "float32", "float64", "bfloat16", "mixed_float16", "mixed_bfloat16")
_DTYPES = ("bool", "complex64", "complex128", "string")
_WHOLE = tuple(f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64))


def group_exports() -> dict[str, Exports]:
    """What Keras exports, by group, in the catalog's order."""
    found = {
        "layers": class_exports("layers", keras.layers, "keras.layers").with_more(private_layers()),
        "ops": operation_exports(keras.ops, "keras.ops"),
        "applications": function_exports(
            "applications", keras.applications, "keras.applications", prefix="applications."
        ),
        "optimizers": class_exports("optimizers", keras.optimizers, "keras.optimizers"),
        "schedules": class_exports("schedules", keras.optimizers.schedules, "keras.optimizers.schedules"),
    }
    for group in ("losses", "metrics", "callbacks", "initializers", "regularizers", "constraints"):
        found[group] = class_exports(group, getattr(keras, group), f"keras.{group}")
    found["activations"] = function_exports("activations", keras.activations, "keras.activations")
    found["dtype_policies"] = class_exports("dtype_policies", keras.dtype_policies, "keras.dtype_policies")
    return found


def catalog_rows() -> tuple[Row, Row]:
    """What the two files hold: the catalog and the docs."""
    every = group_exports()
    words = _quoted_words([member for exports in every.values() for member in exports.members.values()])
    groups: Row = {}
    aliases: Row = {}
    bases: Row = {}
    docs: Row = {}
    for group, exports in every.items():
        bases[group] = {}
        groups[group] = {
            name: _entry_row(group, name, member, exports.paths[name], words, bases[group])
            for name, member in exports.members.items()
        }
        aliases[group] = dict(exports.second_names)
        if group in _GETTERS:
            aliases[group] |= string_aliases(exports.members, _GETTERS[group])
        docs[group] = {name: _docs_row(member) for name, member in exports.members.items()}
    groups["dtype_policies"] |= _policy_rows()
    special = list(SPECIAL_METRICS)
    operations = operation_rows(every["ops"].members)
    rows = {"keras": keras.__version__, "special_metrics": special, "base_parameters": bases, "operations": operations}
    return {**rows, "aliases": aliases, "groups": groups}, {"keras": keras.__version__, "groups": docs}


def _quoted_words(members: list[Any]) -> dict[str, list[str]]:
    """The quoted words in the docs, by the name of the argument that they stand at: candidates for its choices."""
    found: dict[str, dict[str, None]] = {}
    for member in members:
        for name, text in _argument_texts(member).items():
            found.setdefault(name, {}).update(dict.fromkeys(docstrings.quoted(text)))
    return {name: list(words) for name, words in found.items()}


def _entry_row(group: str, name: str, member: Any, path: str, words: Mapping[str, list[str]], bases: Row) -> Row:
    """The row of one class or function; the rows of its base's parameters go into `bases`."""
    is_class = inspect.isclass(member)
    parameters = named_parameters(member)
    trial, real_trial = _class_trials(group, name, member, parameters) if is_class else (None, None)
    evidence = Evidence(group, _argument_texts(member), words, trial, real_trial)
    row: Row = {"kind": "class" if is_class else "function", "path": path}
    # An activation's first argument is what it is applied to.
    row["parameters"] = parameter_rows(parameters[1:] if group == "activations" else parameters, evidence)
    base = list(base_parameters(member, trial)) if trial is not None else []
    for parameter in base:
        bases.setdefault(parameter.name, parameter_row(parameter, evidence))
    if base:
        row["base"] = [parameter.name for parameter in base]
    call = _call_row(group, name, member, parameters, evidence.texts)
    if call is not None:
        row["call"] = call
    direction = _direction(group, trial)
    if direction is not None:
        row["direction"] = direction
    return row


def _required(parameters: list[inspect.Parameter]) -> list[str]:
    return [p.name for p in parameters if p.default is p.empty and p.kind is p.POSITIONAL_OR_KEYWORD]


def _class_trials(group: str, name: str, cls: Any, parameters: list[inspect.Parameter]) -> tuple[Trial, Trial | None]:
    """How a class is tried: by making it; a layer by calling it too, on symbolic and on real tensors."""
    arguments = sample_arguments(name, _required(parameters), keras)
    if group != "layers":
        return Trial(cls, arguments), None
    number, trial = first_that_works(layer_uses(keras.KerasTensor), lambda use: Trial(cls, arguments, use))
    if number is None:
        return trial, None
    return trial, Trial(cls, arguments, list(layer_uses(keras.ops.ones))[number])


def _call_row(
    group: str, name: str, member: Any, parameters: list[inspect.Parameter], texts: Mapping[str, str]
) -> Row | None:
    shapes = [(2, 8, 4), (2, 4), (2, 4, 4, 4), (2, 4, 4, 4, 2), (4,)]
    tensors = [keras.KerasTensor(shape) for shape in shapes]
    if group == "applications":
        return {"parameters": ["inputs"], "required": ["inputs"], "tensor_parameters": ["inputs"]}
    if group == "ops":
        return function_call(parameters, texts, member, tensors)
    if group != "layers":
        return None
    arguments = sample_arguments(name, _required(parameters), keras)
    call = list(inspect.signature(member.call).parameters.values())[1:]
    return layer_call(call, lambda *values: member(**arguments)(*values), tensors)


def _direction(group: str, trial: Trial | None) -> str | None:
    if group == "losses":
        return "min"
    if group != "metrics" or trial is None or not trial.works:
        return None
    made = trial.make(**trial.arguments)
    return {"up": "max", "down": "min"}.get(getattr(made, "_direction", None) or "")


def _policy_rows() -> Row:
    """The names that Keras makes dtype policies from."""
    names = [*_FLOATS, *_WHOLE, *_DTYPES]
    names += [f"{mode}_from_{policy}" for mode in ("int8", "float8", "int4") for policy in _FLOATS]
    found: Row = {}
    for name in sorted(names):
        with contextlib.suppress(ValueError, TypeError):
            policy = keras.dtype_policies.get(name)
            found[name] = {"kind": "name", "path": f"keras.dtype_policies.{type(policy).__name__}"}
    return found


def _argument_texts(member: Any) -> dict[str, str]:
    """The texts on a member's arguments; a class may explain them at its constructor or its base."""
    owners = [member, member.__init__, *member.__mro__[1:-1]] if inspect.isclass(member) else [member]
    found: dict[str, str] = {}
    for owner in owners:
        for name, text in docstrings.arguments(docstrings.clean(owner.__doc__)).items():
            found.setdefault(name, text)
    return found


def _docs_row(member: Any) -> Row:
    text = docstrings.clean(member.__doc__)
    return {"summary": docstrings.summary(text), "parameters": _argument_texts(member), "text": text}


def write_files(folder: Path) -> None:
    """Writes both files, each complete or not at all; the catalog last, since its presence says that both are there."""
    with tempfile.TemporaryDirectory() as scratch, contextlib.chdir(scratch):
        rows, docs = catalog_rows()
    _write(folder / docs_file(keras.__version__), docs)
    _write(folder / catalog_file(keras.__version__), rows)


def _write(path: Path, rows: Row) -> None:
    # One entry a line: a new Keras shows in a diff as what it changed.
    head = {name: value for name, value in rows.items() if name != "groups"}
    lines = [f"{json.dumps(name)}:{_compact(value)}" for name, value in head.items()]
    groups = []
    for group, entries in rows["groups"].items():
        inner = ",\n".join(f"{json.dumps(name)}:{_compact(row)}" for name, row in entries.items())
        groups.append(f"{json.dumps(group)}:{{\n{inner}\n}}")
    text = "{\n" + ",\n".join([*lines, '"groups":{\n' + ",\n".join(groups) + "\n}"]) + "\n}\n"
    temporary = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    with temporary.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)


def _compact(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


if __name__ == "__main__":
    write_files(Path(sys.argv[1]).absolute())
