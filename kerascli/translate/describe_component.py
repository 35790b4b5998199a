"""Describes a class or function of Keras, out of the catalog and its docs."""

from __future__ import annotations

import re

from kerascli.catalog import Entry, Parameter, load_catalog, load_docs
from kerascli.spec.unknown_names import SINGULAR
from kerascli.translate.descriptions import Description, ParameterRow
from kerascli.translate.docstring_text import argument_sentence, documented_types, first_sentence, paragraphs
from kerascli.translate.examples import example_of
from kerascli.translate.flow_yaml import flow

# What all layers have in common; losses and metrics have some of it too.
_SHARED = ("trainable", "dtype", "autocast", "name")
_TYPE_WORDS = {
    "int": "int",
    "float": "number",
    "bool": "true or false",
    "str": "text",
    "list": "list",
    "mapping": "mapping",
    "component": "component",
    "null": "null",
}
_LISTS = re.compile(r"\b(tuple|list|sequence)", re.IGNORECASE)
# Further on, the text on an argument is about others.
_BEGINNING = 80
# More kinds than these say nothing.
_MOST_KINDS = 3


def describe_component(entry: Entry) -> Description:
    """What an entry of the catalog is, takes and reads, with an example."""
    docs = load_docs()[entry.group].get(entry.name, {})
    texts = docs.get("parameters", {})
    example = example_of(entry)
    filled = set(entry.call.tensor_parameters) if entry.group == "ops" and entry.call is not None else set()
    return Description(
        kind="component",
        name=entry.name,
        group=entry.group,
        what=f"Keras {SINGULAR[entry.group]}",
        path=entry.path,
        aliases=tuple(sorted(entry.aliases)),
        summary=_summary(entry, docs.get("text", "")),
        text=paragraphs(docs.get("text", "")),
        reads=reads(entry),
        parameters=tuple(
            parameter_row(parameter, texts.get(parameter.name, ""))
            for parameter in (*entry.parameters, *entry.base_parameters)
            if parameter.name not in filled
            and (parameter.name not in _SHARED or entry.group in ("ops", "dtype_policies"))
        ),
        shared=tuple(
            parameter.name
            for parameter in (*entry.parameters, *entry.base_parameters)
            if parameter.name in _SHARED and entry.group not in ("ops", "dtype_policies")
        ),
        example=example.yaml,
        note=example.note or _note(entry),
        see_also=_see_also(entry),
    )


def component_summary(entry: Entry) -> str:
    """What an entry does, in a sentence."""
    return _summary(entry, load_docs()[entry.group].get(entry.name, {}).get("text", ""))


def _summary(entry: Entry, text: str) -> str:
    if entry.kind == "name":
        return f"The dtype policy `{entry.name}`."
    return first_sentence(text.split("\n\n", 1)[0]) or _OWN_SUMMARIES.get(entry.name, "")


# Keras has no docstring here.
_OWN_SUMMARIES = {
    "applications.inception_resnet_v2.CustomScaleLayer": "Adds its second input, scaled, to its first.",
    "FloatDTypePolicy": "A dtype policy of floats, `mixed_bfloat16` and the like.",
    "QuantizedDTypePolicy": "A dtype policy of a layer with quantized weights.",
    "QuantizedFloat8DTypePolicy": "A dtype policy of a layer with float8 weights.",
}


def _note(entry: Entry) -> str:
    if entry.group == "activations" and entry.parameters:
        twin = f"ops.{entry.name}"
        where = (
            f"as `{twin}` in `layers`" if load_catalog().find("ops", twin) else "as a layer class, such as `LeakyReLU`"
        )
        return f"as an activation it has its defaults; with arguments, write it {where}"
    if entry.group == "applications":
        return "without `weights` it starts from random ones; `weights: imagenet` downloads some"
    return ""


def parameter_row(parameter: Parameter, text: str) -> ParameterRow:
    """The row of one argument; `text` is what the docs say of it."""
    default = flow(parameter.default) if parameter.has_default else (parameter.default_repr or "")
    return ParameterRow(
        parameter.name,
        takes(parameter, text),
        default,
        parameter.required,
        argument_sentence(text, choices=bool(parameter.choices)),
    )


def takes(parameter: Parameter, text: str) -> str:
    """What a value of the argument may be, in words; `text` is what the docs say of it."""
    null = ["null"] if "null" in parameter.types and parameter.default is None and not parameter.required else []
    if parameter.choices:
        return " | ".join([*parameter.choices, *null])
    if parameter.group is not None:
        numbers = ["number"] if "float" in parameter.types else []
        several = ["list"] if "list" in parameter.types else []
        return " or ".join([SINGULAR[parameter.group], *numbers, *several, *null])
    types = _likely_types(parameter, documented_types(text), text)
    if not types or len(types) > _MOST_KINDS:
        return "any value"
    return " or ".join([*(_TYPE_WORDS[word] for word in types), *null])


def _likely_types(parameter: Parameter, documented: frozenset[str], text: str) -> list[str]:
    """The kinds of value that are meant: the catalog also has those that Keras merely does not refuse."""
    types = [word for word in parameter.types if word != "null"]
    meant = [word for word in types if word in documented]
    default = parameter.default
    if not meant and isinstance(default, bool):
        return ["bool"]
    if not meant and isinstance(default, int | float):
        listed = _LISTS.search(text[:_BEGINNING])
        meant = [word for word in types if word in ("int", "float") or (listed and word == "list")]
    if not meant and isinstance(default, str):
        meant = [word for word in types if word == "str"]
    found = meant or [word for word in types if word not in ("bool", "component")] or types
    return [word for word in found if not (word == "int" and "float" in found)]


def reads(entry: Entry) -> str:
    """What the call of a layer, an operation or an application reads, in a sentence; empty for others."""
    call = entry.call
    if call is None:
        return ""
    if call.variadic is not None:
        return f"any number of tensors (`inputs: [a, b]`), handed on as `{call.variadic}`"
    if call.takes_list:
        return "a list of tensors: `inputs: [a, b]`" + _others(entry, 1)
    names = call.tensor_parameters
    if not names:
        return "no tensor"
    if len(names) == 1:
        return "one tensor" + _others(entry, 1)
    required = [name for name in names if name in call.required]
    optional = [name for name in names if name not in call.required]
    text = f"`inputs: [{', '.join(required)}]`" if required else "tensors in order"
    if optional:
        text += f", and may read {', '.join(f'`{name}`' for name in optional)}"
    return text + _others(entry, len(names))


def _others(entry: Entry, filled: int) -> str:
    """Further arguments of a layer's call, which go by name."""
    if entry.group == "ops" or entry.call is None:
        return ""
    rest = [name for name in entry.call.parameters[filled:] if name != "training"]
    rest = [name for name in rest if name not in entry.call.tensor_parameters]
    if not rest:
        return ""
    return f"; by name (`inputs: {{{entry.call.parameters[0]}: a, …}}`) also {', '.join(f'`{name}`' for name in rest)}"


def _see_also(entry: Entry) -> tuple[str, ...]:
    """The same name elsewhere: the operation of an activation, the loss of a metric."""
    catalog = load_catalog()
    bare = entry.name.rpartition(".")[2]
    twins = [f"{group}.{bare}" for group in catalog.groups if group != entry.group and catalog.find(group, bare)]
    if entry.group != "ops" and catalog.find("ops", f"ops.{bare}") is not None:
        twins.append(f"ops.{bare}")
    return tuple(twins)
