"""Finds out which arguments of a layer's or operation's call are tensors, and whether the first is a list of them."""

from __future__ import annotations

import inspect
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

# A list of inputs never goes into these; the state of a recurrent layer is itself a list, and goes by name.
_NEVER = {
    *("training", "mask", "initial_state", "states"),
    *("axis", "dtype", "shape", "size", "output_size", "kernel_size", "data_format", "indices_or_sections"),
    *("f", "fun", "function", "pyfunc", "n", "N", "M"),
}
# Arguments of operations that the docs don't call tensors.
_TENSOR_NAMES = {
    *("x", "x1", "x2", "xs", "y", "a", "b", "inputs", "indices", "condition", "abs_", "angle"),
    *("images", "image1", "image2", "volumes", "coordinates", "mean", "variance", "gamma", "beta", "scale"),
}
_TENSOR_WORDS = re.compile(r"\btensors?\b|\barrays?\b|\bimages?\b|\bkernel\b", re.IGNORECASE)
_LIST_WORDS = re.compile(r"^(a )?(list|sequence|tuple)( or \w+)?( of| containing)\b.*\b(tensor|array)", re.IGNORECASE)

Parameters = list[inspect.Parameter]


def layer_call(parameters: Parameters, call: Callable[..., object], tensors: Iterable[Any]) -> dict[str, Any]:
    """The row of a layer's call.

    Args:
        parameters: Those of its method `call`, without `self`.
        call: Makes a new layer and calls it.
        tensors: Symbolic tensors of several ranks to call it with.
    """
    plain = _plain(parameters)
    takes_list = not _any_call(call, [(tensor,) for tensor in tensors]) and _any_call(
        call, [([tensor, tensor],) for tensor in tensors]
    )
    filled = [parameters[0].name] if parameters else []
    if not takes_list:
        for parameter in plain[1:]:
            if not may_be_tensor(parameter):
                break
            filled.append(parameter.name)
    variadic = _variadic(parameters)
    row = _row(plain, takes_list=takes_list, tensors=[variadic] if variadic else filled, variadic=variadic)
    defaults = {p.name: p.default for p in plain if isinstance(p.default, bool | int | float | str)}
    return row | ({"defaults": defaults} if defaults else {})


def function_call(
    parameters: Parameters, docs: Mapping[str, str], function: Callable[..., object], tensors: Iterable[Any]
) -> dict[str, Any]:
    """The row of an operation's call; `docs` are the texts on its arguments."""
    plain = _plain(parameters)
    variadic = _variadic(parameters)
    if variadic is not None:
        return _row(plain, takes_list=False, tensors=[variadic], variadic=variadic)
    if not plain:
        return _row(plain, takes_list=False, tensors=[], variadic=None)
    first = docs.get(plain[0].name, "")
    needs_more = any(parameter.default is parameter.empty for parameter in plain[1:])
    takes_list = _any_call(function, [([tensor, tensor],) for tensor in tensors]) or needs_more
    takes_list = takes_list and (
        bool(_LIST_WORDS.search(first)) or not (needs_more or _any_call(function, [(tensor,) for tensor in tensors]))
    )
    filled: list[str] = []
    for parameter in plain:
        if not may_be_tensor(parameter) or not _says_tensor(parameter.name, docs) or (takes_list and filled):
            break
        filled.append(parameter.name)
    return _row(plain, takes_list=takes_list, tensors=filled, variadic=None)


def _row(parameters: Parameters, *, takes_list: bool, tensors: list[str], variadic: str | None) -> dict[str, Any]:
    names = [parameter.name for parameter in parameters]
    row: dict[str, Any] = {
        "parameters": [*names, variadic] if variadic else names,
        "required": [parameter.name for parameter in parameters if parameter.default is parameter.empty],
        "tensor_parameters": tensors,
    }
    if takes_list:
        row["takes_list"] = True
    if variadic:
        row["variadic"] = variadic
    return row


def _plain(parameters: Parameters) -> Parameters:
    return [p for p in parameters if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)]


def _variadic(parameters: Parameters) -> str | None:
    return next((p.name for p in parameters if p.kind is p.VAR_POSITIONAL), None)


def may_be_tensor(parameter: inspect.Parameter) -> bool:
    """Whether an argument of a call may be a tensor, by its name and default."""
    name = parameter.name
    if name in _NEVER or name.endswith("_mask") or parameter.kind is parameter.KEYWORD_ONLY:
        return False
    # A number, a text or a switch as the default: the argument is a setting.
    return parameter.default is None or parameter.default is parameter.empty


def _says_tensor(name: str, docs: Mapping[str, str]) -> bool:
    # What stands later in the text is about other arguments.
    return name in _TENSOR_NAMES or bool(_TENSOR_WORDS.search(docs.get(name, "")[:80]))


def _any_call(call: Callable[..., object], arguments: Iterable[tuple[Any, ...]]) -> bool:
    return any(_goes_well(call, values) for values in arguments)


def _goes_well(call: Callable[..., object], values: tuple[Any, ...]) -> bool:
    try:
        call(*values)
    except Exception:  # noqa: BLE001 - whatever Keras raises is a refusal
        return False
    return True
