"""The small parts of the JSON Schema: references, numbers, texts, and what each key that holds a plain value takes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from kerascli.spec.codes import all_codes

Schema = dict[str, Any]

# `$name` or `$(name)` may stand for any value.
REFERENCE = r"\$"
FRACTION = r"^[-+]?\d+(\.\d+)?/\d+(\.\d+)?$"
NAME = r"[A-Za-z_][A-Za-z0-9_-]*"
_JSON_TYPES = {
    "int": ("integer",),
    "float": ("number",),
    "bool": ("boolean",),
    "str": ("string",),
    "list": ("array",),
    "mapping": ("object",),
    "null": ("null",),
    "component": ("object", "string"),
}
_WORDS = {
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "a mapping",
    "null": "null",
}


def reference_to(name: str) -> Schema:
    """The reference to a definition of the schema."""
    return {"$ref": f"#/$defs/{name}"}


def described(schema: Schema, text: str | None, default: object = None) -> Schema:
    """The schema with a text that editors show, and with a default where there is one."""
    found = dict(schema)
    shown = f"\n\nDefault: `{json.dumps(default, ensure_ascii=False)}`" if default is not None else ""
    if text or shown:
        # Editors show the one as it is written, and the other as Markdown.
        found |= {"description": text or "", "markdownDescription": f"{text or ''}{shown}".strip()}
    if default is not None:
        found["default"] = default
    return found


def of_kinds(kinds: Iterable[str]) -> Schema:
    """A value of the catalog's kinds; a reference stands for any of them, a fraction for a number."""
    wanted = list(kinds)
    if not wanted:
        return {}
    types = list(dict.fromkeys(word for kind in wanted for word in _JSON_TYPES[kind]))
    if "number" in types and "integer" in types:
        types.remove("integer")
    if "string" in types:
        return {"type": types if len(types) > 1 else types[0]}
    expected = " or ".join(_WORDS[word] for word in types)
    return {
        "type": [*types, "string"],
        "pattern": f"{FRACTION}|{REFERENCE}" if "number" in types else REFERENCE,
        "errorMessage": f"expected {expected}, or a reference such as $name",
    }


def listed(types: str | list[str]) -> list[str]:
    """The types of a schema as a list."""
    return [types] if isinstance(types, str) else types


def words(*choices: str, other: str = REFERENCE) -> Schema:
    """One of a few words, or a text of another form (a reference, unless said)."""
    return {"anyOf": [{"enum": list(choices)}, {"type": "string", "pattern": other}]}


def one_of_names(names: Iterable[str]) -> str:
    """The pattern of the names, none of them more."""
    return f"^({'|'.join(map(re.escape, names))})$"


def either(*schemas: Schema) -> Schema:
    """Any of the forms; the one form where there is only one."""
    return schemas[0] if len(schemas) == 1 else {"anyOf": list(schemas)}


def one_or_list(schema: Schema) -> Schema:
    """The form alone, or a list of it."""
    return either(schema, {"type": "array", "items": schema})


def minimum(schema: Schema, least: int) -> Schema:
    """The number with a lower end."""
    return {**schema, "minimum": least}


def section(keys: Mapping[str, Schema], *, mergeable: bool = True, required: Iterable[str] = ()) -> Schema:
    """A mapping of known keys; `~key` removes one of a base. `null` is an empty section."""
    found: Schema = {"type": ["object", "null", "string"], "pattern": REFERENCE, "properties": dict(keys)}
    if mergeable and keys:
        found["patternProperties"] = {removal(keys): {}}
    found["additionalProperties"] = False
    if required:
        found["required"] = list(required)
    return found


def removal(keys: Iterable[str]) -> str:
    """The pattern of `~key` for the keys."""
    return "^~" + one_of_names(sorted(keys))[1:]


TEXT: Schema = {"type": "string"}
NUMBER = of_kinds(["float"])
TRUTH = of_kinds(["bool"])
TEXTS = one_or_list(TEXT)
FREE: Schema = {"type": ["object", "null", "string"], "pattern": REFERENCE}
ANYTHING: Schema = {}
COUNT = minimum(of_kinds(["int"]), 1)
COUNT_OR_NULL = minimum(of_kinds(["int", "null"]), 1)
SHAPE: Schema = {
    "type": ["array", "string"],
    "pattern": REFERENCE,
    "items": {"type": ["integer", "null", "string"], "minimum": 1, "pattern": REFERENCE},
}
DTYPES = words(
    *("float16", "float32", "float64", "bfloat16", "int8", "int16", "int32", "int64"),
    *("uint8", "uint16", "uint32", "uint64", "bool", "string", "complex64"),
)

_SPLIT = {
    "count": COUNT,
    "fraction": {**NUMBER, "exclusiveMinimum": 0, "exclusiveMaximum": 1},
    "shuffle": TRUTH,
    "stratify": TEXT,
    "group": TEXT,
    "order": TEXT,
}
_FIELD = {
    "field": TEXT,
    "fields": TEXTS,
    "missing.value": of_kinds(["float", "str"]),
    "pad.length": COUNT,
    "pad.side": words("pre", "post"),
    "pad.value": NUMBER,
    "read": either(words("image", "audio", "text", "npy"), {"type": "object"}),
    "classes": {"type": ["array", "string"], "pattern": REFERENCE},
    "one_hot": TRUTH,
}
_CLASS_WEIGHTS = either(words("balanced"), {"type": ["object", "null"]})


_REASONS: Schema = {
    "type": "object",
    "patternProperties": {one_of_names(all_codes()): {"type": ["string", "null"]}, "^~": {}},
    "additionalProperties": False,
}
_IGNORED = one_or_list(either(words(*all_codes()), _REASONS))


def _below(path: str, forms: Mapping[str, Schema]) -> dict[str, Schema]:
    return {f"{path}.{key}": form for key, form in forms.items()}


# What a key takes that holds no section and no component; a key that is not here takes what its default is.
VALUE_FORMS: Mapping[str, Schema] = {
    "kerascli": {"enum": [1]},
    "name": {
        "type": "string",
        "pattern": rf"^[A-Za-z0-9_][A-Za-z0-9._-]*$|{REFERENCE}",
        "patternErrorMessage": "a name has letters, digits, '_', '-' and '.', a letter, a digit or '_' first",
        "maxLength": 100,
    },
    "description": of_kinds(["str", "null"]),
    "tags": TEXTS,
    "seed": minimum(of_kinds(["int"]), 0),
    "extends": TEXTS,
    "vars": FREE,
    "override": FREE,
    "expect.*": TEXT,
    "distribute.mirrored.devices": TEXTS,
    "distribute.multi_worker.workers": TEXTS,
    "distribute.multi_worker.timeout": COUNT,
    "performance.steps_per_execution": either(COUNT, words("auto")),
    "performance.validation_batch_size": either(COUNT_OR_NULL, words("auto")),
    "performance.fused_updates": either(TRUTH, words("auto")),
    "performance.jit": either(TRUTH, words("auto")),
    "performance.threads.intra_op": either(minimum(of_kinds(["int"]), 0), words("auto")),
    "performance.threads.inter_op": either(minimum(of_kinds(["int"]), 0), words("auto")),
    "check.ignore": _IGNORED,
    "plugins": TEXTS,
    **_below("data.validation", _SPLIT),
    **_below("data.test", _SPLIT),
    **_below("data.inputs.*", _FIELD),
    **_below("data.targets.*", _FIELD),
    "data.sample_weight.*": TEXT,
    "data.cache": words("auto", "memory", "disk", "none"),
    "data.on_error": words("stop", "skip"),
    "data.window.sequence_length": COUNT,
    "data.window.sequence_stride": COUNT,
    "data.window.sampling_rate": COUNT,
    "data.window.horizon": minimum(of_kinds(["int"]), 0),
    "data.window.group": TEXT,
    "model.inputs.*.shape": SHAPE,
    "model.inputs.*.dtype": DTYPES,
    "model.inputs.*.batch_size": COUNT_OR_NULL,
    "model.inputs.*.sparse": TRUTH,
    "model.outputs.*": TEXT,
    "model.topology": words("functional", "sequential"),
    "model.class": TEXT,
    "model.arguments": FREE,
    "model.blocks.*.parameters": FREE,
    "model.blocks.*.inputs": TEXTS,
    "model.blocks.*.outputs.*": TEXT,
    "model.base.outputs": TEXTS,
    "model.base.trainable": either(TRUTH, TEXTS),
    "model.weights.from": either(reference_to("layers"), TEXT),
    "model.weights.match": TEXT,
    "model.weights.skip": TEXTS,
    "compile.loss_weights.*": NUMBER,
    "compile.steps_per_execution": {
        "type": ["integer", "string"],
        "minimum": 1,
        "pattern": rf"^auto$|{REFERENCE}",
    },
    "compile.jit_compile": either(TRUTH, {"enum": ["auto"]}),
    "fit.epochs": COUNT,
    "fit.batch_size": COUNT,
    "fit.validation_batch_size": COUNT_OR_NULL,
    "fit.steps_per_epoch": COUNT_OR_NULL,
    "fit.validation_steps": COUNT_OR_NULL,
    "fit.validation_freq": COUNT,
    "fit.class_weight": _CLASS_WEIGHTS,
    "fit.reset_states": TRUTH,
    "fit.phases.*.epochs": COUNT,
    "fit.phases.*.batch_size": COUNT,
    "fit.phases.*.freeze": TEXTS,
    "fit.phases.*.unfreeze": TEXTS,
    "checkpoints.best": TEXT,
    "checkpoints.mode": words("min", "max"),
    "checkpoints.keep": minimum(of_kinds(["int"]), 2),
    "checkpoints.every": words("epoch", other=rf"^\d+(\.\d+)? (steps?|minutes?)$|{REFERENCE}"),
}

# What may stand in place of the mapping that a key holds.
SHORT_FORMS: Mapping[str, Schema] = {
    "data.validation": NUMBER,
    "data.test": NUMBER,
    "data.inputs": TEXT,
    "data.targets": TEXT,
    "data.inputs.*": TEXT,
    "data.targets.*": TEXT,
    "data.sample_weight": TEXT,
    **{f"data.{part}.*.missing": words("mean", "median") for part in ("inputs", "targets")},
    **{f"data.{part}.*.pad": COUNT for part in ("inputs", "targets")},
    "model.inputs.*": SHAPE,
    "model.outputs": TEXTS,
    "model.blocks.*.outputs": TEXTS,
    "model.weights": TEXT,
    "compile.loss_weights": either(one_or_list(NUMBER), {"type": "null"}),
    "logs.tensorboard": of_kinds(["bool", "null"]),
    "distribute": {"enum": [False, None, "mirrored", "multi_worker"]},
    "performance": {"enum": [False]},
    "performance.threads": either(COUNT, words("auto")),
}
