"""A data source: its parameters checked, its paths made to hold wherever the command is typed."""

from __future__ import annotations

import os
from collections.abc import Sequence as Parameters
from pathlib import Path

from kerascli.catalog.overlay import ANY_NAME, added_entry, added_names
from kerascli.errors import did_you_mean
from kerascli.spec.component import Argument, Component
from kerascli.spec.environment import kept, reference_of
from kerascli.spec.nodes import Mapping, Node, Scalar, Sequence, folder_of, kind_of, plain
from kerascli.spec.problems import Problems
from kerascli.spec.sources import SOURCES, SYNTHETIC_DISTRIBUTIONS, SourceParameter

# What a `tf.train.Example` holds.
FEATURE_DTYPES = ("float32", "int64", "string")
# What `keras.layers.Resizing` takes.
INTERPOLATIONS = ("bilinear", "nearest", "bicubic", "area", "lanczos3", "lanczos5", "gaussian", "mitchellcubic")


def parse_source(name: Scalar, node: Node | None, problems: Problems) -> Component | None:
    """The source that a name and its arguments write, a component of the group `sources`."""
    text = str(name.value)
    entry = SOURCES.get(text)
    if entry is None:
        problems.add("unknown-source", f"unknown data source '{text}'", name, did_you_mean(text, SOURCES))
        return None
    what = f"the source '{text}'"
    arguments = parse_parameters(entry.parameters, node, what, name, problems, any_name=entry.any_name)
    if text == "synthetic" and isinstance(node, Mapping):
        _check_synthetic(node.get("fields"), problems)
    if text == "tfrecord" and isinstance(node, Mapping):
        _check_features(node.get("features"), problems)
    if text in ("images", "text"):
        check_read_values("image" if text == "images" else "text", arguments, problems)
    if entry.any_name and not arguments:
        problems.add("missing-argument", f"the source '{text}' needs a file", name, f"write '{text}: {{field: file}}'")
    if text == "python":
        _check_function(arguments, node.get("arguments") if isinstance(node, Mapping) else None, problems)
    return Component("sources", text, arguments, name.span)


def parse_parameters(
    parameters: Parameters[SourceParameter],
    node: Node | None,
    what: str,
    place: Scalar,
    problems: Problems,
    *,
    any_name: bool = False,
) -> tuple[Argument, ...]:
    """The arguments that a node gives; a scalar or a list goes to the first parameter.

    Args:
        parameters: What there is.
        node: The arguments, or None.
        what: What has them, for messages.
        place: Its name, where what is missing is said.
        problems: Where faults go.
        any_name: Whether any other name is taken too, for a path.
    """
    found: list[Argument] = []
    if isinstance(node, Mapping):
        for key, value in node.entries:
            word = str(key.value)
            parameter = next((p for p in parameters if p.name == word), None)
            if parameter is None and any_name:
                parameter = SourceParameter(word, ("str",), is_path=True)
            if parameter is None:
                words = [p.name for p in parameters]
                problems.add("unknown-argument", f"{what} has no argument '{word}'", key, did_you_mean(word, words))
                continue
            found.append(_argument(parameter, key, value, problems))
    elif node is not None and not (isinstance(node, Scalar) and node.value is None):
        if not parameters:
            problems.add("unknown-argument", f"{what} takes no arguments", node)
            return ()
        found.append(_argument(parameters[0], node, node, problems))
    names = {argument.name for argument in found}
    missing = [p.name for p in parameters if p.required and p.name not in names]
    if missing:
        words_ = ", ".join(f"'{word}'" for word in missing)
        problems.add("missing-argument", f"{what} needs {words_}", place, f"write '{place.text}: {{{missing[0]}: …}}'")
    return tuple(found)


def check_read_values(kind: str, arguments: tuple[Argument, ...], problems: Problems) -> None:
    """What types alone do not say of the arguments that tell how files are read."""
    for argument in arguments:
        _check_read_value(kind, argument, problems)
    given = {argument.name: argument for argument in arguments if argument.value}
    shaping = [given[name] for name in ("crop_to_aspect_ratio", "pad_to_aspect_ratio") if name in given]
    if len(shaping) == 2:
        message = "an image is cropped or gets borders, not both"
        problems.add("twice", message, shaping[1].key_span, f"remove '{shaping[0].name}' or '{shaping[1].name}'")
    elif shaping and "size" not in given:
        message = f"'{shaping[0].name}' needs a 'size'"
        problems.add("missing-argument", message, shaping[0].key_span, "write 'size: [128, 128]'")


def _check_read_value(kind: str, argument: Argument, problems: Problems) -> None:
    name, value = argument.name, argument.value
    if name == "size" and isinstance(value, list):
        whole = all(isinstance(one, int) and not isinstance(one, bool) for one in value)
        if not whole or len(_items(value)) != 2 or min(_items(value)) < 1:
            problems.add("wrong-type", "'size' must be a height and a width", argument.span, "write '[128, 128]'")
    elif name == "channels":
        allowed = (1, 3, 4) if kind == "image" else (1, 2)
        if value not in allowed:
            words = ", ".join(str(one) for one in allowed)
            problems.add("out-of-range", f"'channels' is one of {words}, not {value}", argument.span)
    elif name == "interpolation" and value not in INTERPOLATIONS:
        hint = did_you_mean(str(value), INTERPOLATIONS)
        problems.add("unknown-choice", f"'interpolation' does not take '{value}'", argument.span, hint)
    elif name == "encoding" and isinstance(value, str):
        try:
            "".encode(value)
        except (LookupError, ValueError):
            problems.add("encoding", f"unknown encoding '{value}'", argument.span, "write 'utf-8' or 'latin-1'")


def _check_function(arguments: tuple[Argument, ...], given: Node | None, problems: Problems) -> None:
    """The function of a `python` source is a plugin's, and takes what it is given."""
    argument = next((one for one in arguments if one.name == "function"), None)
    if argument is None:
        return
    function = added_entry("functions", str(argument.value))
    if function is None:
        message = f"no plugin has a function '{argument.value}'"
        hint = did_you_mean(str(argument.value), added_names("functions")) or "list the file that has it in 'plugins'"
        problems.add("unknown-function", message, argument.span, hint)
        return
    known = [parameter.name for parameter in function.parameters]
    names = [str(key.value) for key, _ in given.entries] if isinstance(given, Mapping) else []
    if isinstance(given, Mapping) and ANY_NAME not in known:
        for key, _ in given.entries:
            if key.value not in known:
                message = f"{argument.value} has no argument '{key.value}'"
                problems.add("unknown-argument", message, key, did_you_mean(str(key.value), known))
    missing = [one.name for one in function.parameters if one.required and one.name not in names]
    if missing and all(name in known or ANY_NAME in known for name in names):
        words = ", ".join(f"'{word}'" for word in missing)
        hint = f"write 'arguments: {{{missing[0]}: …}}'"
        problems.add("missing-argument", f"{argument.value} needs {words}", argument.span, hint)


_TYPES: dict[str, type | tuple[type, ...]] = {
    "int": int,
    "float": (int, float),
    "bool": bool,
    "str": str,
    "list": list,
    "mapping": dict,
    "null": type(None),
}
_WORDS = {
    "int": "a whole number",
    "float": "a number",
    "list": "a list",
    "bool": "true or false",
    "str": "text",
    "mapping": "a mapping",
    "null": "null",
}


def _argument(parameter: SourceParameter, key: Node, node: Node, problems: Problems) -> Argument:
    value = plain(node)
    fits = any(
        isinstance(value, _TYPES[kind]) and not (isinstance(value, bool) and kind in ("int", "float"))
        for kind in parameter.types
    )
    if not fits:
        expected = " or ".join(_WORDS[kind] for kind in parameter.types)
        problems.add("wrong-type", f"'{parameter.name}' must be {expected}, not {kind_of(node)}", node)
    elif parameter.is_path and isinstance(value, str):
        value = located_path(value, node, problems)
    elif isinstance(value, int) and not isinstance(value, bool) and value < parameter.minimum:
        problems.add("out-of-range", f"'{parameter.name}' must be at least {parameter.minimum}", node)
    return Argument(parameter.name, value, key.span, node.span)


def located_path(text: str, node: Node, problems: Problems) -> str:
    """The path, relative to the file that it is written in; on the command line, to the working folder."""
    if not text or "\0" in text:
        problems.add("path", "an empty path", node, "name a file")
        return text
    if "://" in text:
        problems.add("path", f"'{text}' is an address, not a file", node, "download it first, and name the file")
        return text
    path = Path(text).expanduser()
    folder = os.path.abspath(folder_of(node))
    reference = reference_of(text)
    if reference is not None and not path.is_absolute():
        reference = folder.replace("$", "$$") + "/" + reference
    found = kept(os.path.abspath(Path(folder) / path), reference)
    assert isinstance(found, str)
    return found


def _check_features(node: Node | None, problems: Problems) -> None:
    """Each feature of TFRecord files has a dtype, and perhaps a shape."""
    if not isinstance(node, Mapping):
        return
    if not node.entries:
        problems.add("missing-argument", "'features' names no feature", node, "write '{image: float32}'")
    for _, feature in node.entries:
        dtype = feature.get("dtype") if isinstance(feature, Mapping) else feature
        if isinstance(feature, Mapping):
            for key, value in feature.entries:
                if key.value not in ("shape", "dtype"):
                    message = f"a feature has no '{key.value}'"
                    problems.add("unknown-key", message, key, did_you_mean(str(key.value), ("shape", "dtype")))
                elif key.value == "shape":
                    _check_synthetic_value("shape", value, problems)
        if dtype is not None and not (isinstance(dtype, Scalar) and dtype.value in FEATURE_DTYPES):
            shown = dtype.text if isinstance(dtype, Scalar) else kind_of(dtype)
            hint = did_you_mean(shown, FEATURE_DTYPES)
            problems.add("unknown-choice", f"a feature is no '{shown}'", dtype, hint)


def _check_synthetic(node: Node | None, problems: Problems) -> None:
    """Each field of a synthetic source is a mapping with at most one distribution."""
    if not isinstance(node, Mapping):
        return
    known = ("shape", *SYNTHETIC_DISTRIBUTIONS)
    for _, field in node.entries:
        if not isinstance(field, Mapping):
            hint = "write '{shape: [10], uniform: [0, 1]}'"
            problems.add("wrong-type", f"a synthetic field must be a mapping, not {kind_of(field)}", field, hint)
            continue
        for key, value in field.entries:
            if key.value not in known:
                message = f"a synthetic field has no '{key.value}'"
                problems.add("unknown-key", message, key, did_you_mean(str(key.value), known))
            else:
                _check_synthetic_value(str(key.value), value, problems)
        drawn = [key for key, _ in field.entries if key.value in SYNTHETIC_DISTRIBUTIONS]
        for key in drawn[1:]:
            message = f"a synthetic field has one distribution, not '{drawn[0].value}' and '{key.value}'"
            problems.add("several-distributions", message, key, "remove one of them")


def _check_synthetic_value(key: str, node: Node, problems: Problems) -> None:
    value = plain(node)
    numbers = isinstance(node, Sequence) and all(
        isinstance(item, int | float) and not isinstance(item, bool)
        for item in (value if isinstance(value, list) else [])
    )
    if key == "shape" and not (numbers and all(isinstance(n, int) and n > 0 for n in _items(value))):
        problems.add("wrong-type", "'shape' must be a list of sizes", node, "write '[10000]', or '[]' for one number")
    elif key in ("integers", "uniform", "normal") and not (numbers and len(_items(value)) == 2):
        problems.add("wrong-type", f"'{key}' must be a list of two numbers", node, f"write '{key}: [0, 1]'")
    elif key in ("integers", "uniform") and not _items(value)[0] < _items(value)[1]:
        problems.add("out-of-range", f"'{key}' is empty: its lower end must lie below its upper end", node)
    elif key == "integers" and not all(isinstance(n, int) for n in _items(value)):
        problems.add("wrong-type", "'integers' must be two whole numbers", node, "write 'integers: [0, 2]'")
    elif key == "choice" and not (isinstance(value, list) and value):
        problems.add("wrong-type", "'choice' must be a list of values", node, "write 'choice: [a, b]'")
    elif key == "one_hot" and (not isinstance(value, int) or isinstance(value, bool) or value < 1):
        problems.add("wrong-type", "'one_hot' must be a number of classes", node, "write 'one_hot: 5'")


def _items(value: object) -> list[int | float]:
    return value if isinstance(value, list) else []
