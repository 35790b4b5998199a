"""How a saved model calls a layer or an operation → its component and its `Wiring`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from kerascli.catalog import CallSignature, Entry, load_catalog
from kerascli.quick_dataclass import dataclass
from kerascli.spec.component import Argument, Component
from kerascli.spec.indexing import index_text
from kerascli.spec.keras_config.components import read_component, read_value, report_class
from kerascli.spec.keras_config.graph import Call, Tensor, tensors_in
from kerascli.spec.keras_config.objects import is_object
from kerascli.spec.keras_config.reading import Reading
from kerascli.spec.model_spec import Constant, TensorReference, WiredArgument, Wiring

Refer = Callable[[Tensor], TensorReference]
Config = Mapping[str, Any]

# More numbers than people want to read in a spec.
MAXIMUM_CONSTANT = 10_000
# `keras.activations.relu` is an operation of its own in a saved model; Keras has a layer that does the same.
_ACTIVATIONS = "keras.src.activations.activations."


@dataclass(frozen=True)
class ReadCall:
    """A call as a spec says it: the component (with the constants of an operation) and what it reads."""

    component: Component
    wiring: Wiring


def read_call(call: Call, reading: Reading, refer: Refer) -> ReadCall | None:
    """The component and the wiring of a call of a layer or an operation, or None with a fault."""
    where = f"the layer '{reading.shown(call.name)}'"
    path = f"{call.layer.get('module')}.{call.layer['class_name']}"
    if path.startswith(_ACTIVATIONS):
        return _activation(call, reading, refer)
    operation = load_catalog().operation(path)
    if operation is not None:
        bound = _bound_operation(call, operation.config, operation.call, reading)
        entry = load_catalog().find("ops", operation.function)
        return None if bound is None or entry is None else _operation(entry, bound, where, reading, refer)
    if str(call.layer.get("module")).startswith("keras.src.ops."):
        report_class(call.layer, where, reading)
        return None
    component = read_component(call.layer, where, reading)
    if component is None:
        return None
    if component.group != "layers":
        report_class(call.layer, where, reading)
        return None
    found = load_catalog().find("layers", component.name)
    assert found is not None
    wiring = layer_wiring(call, found, where, reading, refer)
    return None if wiring is None else ReadCall(component, wiring)


def layer_wiring(call: Call, entry: Entry, where: str, reading: Reading, refer: Refer) -> Wiring | None:
    """What a layer is called on."""
    signature = entry.call
    names = signature.parameters if signature is not None else ("inputs",)
    bound: dict[str, object] = dict(zip(names, call.positional, strict=False))
    bound.update(call.keywords)
    defaults = signature.defaults if signature is not None else {}
    # Keras writes down masks that are not there, and the default of `training`.
    bound = {name: value for name, value in bound.items() if value is not None and value != defaults.get(name)}
    if len(call.positional) > len(names) or not all(_is_wirable(value) for value in bound.values()):
        hint = "build that part by hand"
        reading.fault("not-convertible", f"{where} is called on more than tensors and numbers", hint)
        return None
    return _wiring(bound, signature, refer)


def _is_wirable(value: object) -> bool:
    """Whether `inputs` can say it: a tensor, a list of tensors, or a constant that is no text."""
    if isinstance(value, Tensor):
        return True
    if isinstance(value, tuple):
        return all(isinstance(item, Tensor) for item in value) or not any(True for _ in tensors_in(value))
    return not isinstance(value, str | Mapping)


def _wiring(bound: Mapping[str, object], signature: CallSignature | None, refer: Refer) -> Wiring:
    """The plainest wiring that fills these arguments of a call."""
    names = list(bound)
    values = list(bound.values())
    tensor_names = signature.tensor_parameters if signature is not None else tuple(names)
    first = signature.parameters[:1] if signature is not None else tuple(names[:1])
    takes_list = signature is not None and signature.takes_list
    if names == list(first) and isinstance(values[0], Tensor):
        return Wiring("one", (refer(values[0]),))
    if names == list(first) and takes_list and isinstance(values[0], tuple):
        return Wiring("list", tuple(refer(tensor) for tensor in tensors_in(values[0])))
    fills_in_order = names == list(tensor_names[: len(names)]) and not takes_list
    if fills_in_order and all(isinstance(value, Tensor) for value in values):
        return Wiring("positional", tuple(refer(tensor) for tensor in tensors_in(tuple(values))))
    return Wiring("mapping", (), tuple((name, _wired(value, refer)) for name, value in bound.items()))


def _wired(value: object, refer: Refer) -> WiredArgument:
    if isinstance(value, Tensor):
        return refer(value)
    if isinstance(value, tuple) and value and all(isinstance(item, Tensor) for item in value):
        return tuple(refer(tensor) for tensor in tensors_in(value))
    return Constant(value)


def _bound_operation(
    call: Call, config_names: Mapping[str, str], call_names: tuple[str, ...], reading: Reading
) -> dict[str, object] | None:
    """The function's arguments by name; those of `*name` as one tuple."""
    where = f"the operation '{reading.shown(call.name)}'"
    bound: dict[str, object] = {}
    for number, name in enumerate(call_names):
        if name.startswith("*"):
            bound[name[1:]] = tuple(_constant(value, where, reading) for value in call.positional[number:])
        elif number < len(call.positional):
            bound[name] = _constant(call.positional[number], where, reading, name)
    for name, value in call.keywords.items():
        bound[name] = _constant(value, where, reading, name)
    for name, value in (call.layer.get("config") or {}).items():
        if name in config_names:
            bound[config_names[name]] = _constant(value, where, reading, name)
    return None if any(value is _NO_VALUE for value in bound.values()) else bound


_NO_VALUE = object()


def _constant(raw: object, where: str, reading: Reading, name: str = "") -> object:
    """A tensor, a tuple of tensors, or a constant as YAML has it; `_NO_VALUE` with a fault."""
    if isinstance(raw, Tensor) or not isinstance(raw, tuple | list | Mapping):
        return raw
    if name == "key":
        text = index_text(raw)
        if text is not None:
            return text
    if is_object(raw) and _size(raw) > MAXIMUM_CONSTANT:
        message = f"{where} holds an array of more than {MAXIMUM_CONSTANT:,} numbers"
        reading.fault("not-convertible", message, "make it the weights of a layer")
        return _NO_VALUE
    if isinstance(raw, tuple) and any(True for _ in tensors_in(raw)):
        if all(isinstance(item, Tensor) for item in raw):
            return raw
        reading.fault("not-convertible", f"{where} reads a list of tensors and numbers", "build that part by hand")
        return _NO_VALUE
    if isinstance(raw, Mapping) and any(True for _ in tensors_in(raw)):
        reading.fault("not-convertible", f"{where} reads a mapping of tensors", "build that part by hand")
        return _NO_VALUE
    return read_value(raw, where, reading)


def _size(raw: object) -> int:
    if isinstance(raw, Mapping):
        return _size(raw.get("config", {}).get("value") if is_object(raw) else list(raw.values()))
    return sum(_size(item) for item in raw) if isinstance(raw, list | tuple) else 1


def _operation(
    entry: Entry, bound: Mapping[str, object], where: str, reading: Reading, refer: Refer
) -> ReadCall | None:
    """The call of a function of `keras.ops`: tensors are wired, constants are its arguments."""
    signature = entry.call
    assert signature is not None
    bound = {name: value for name, value in bound.items() if not _is_default(entry, name, value)}
    tensors = {name: value for name, value in bound.items() if any(True for _ in tensors_in(value))}
    constants = {name: value for name, value in bound.items() if name not in tensors}
    # A few classes take more than their function does (`rms_scaling` of LayerNorm).
    unknown = [name for name in constants if entry.parameter(name) is None and name not in signature.parameters]
    if any(constants[name] for name in unknown):
        reading.fault("not-convertible", f"{where} has '{unknown[0]}', which {entry.name} does not take")
        return None
    constants = {name: value for name, value in constants.items() if name not in unknown}
    variadic = tensors.get(signature.variadic or "")
    if signature.variadic is not None and isinstance(variadic, tuple):
        wiring = Wiring("positional", tuple(refer(tensor) for tensor in tensors_in(variadic)))
        if len(tensors) > 1 or len(wiring.tensors) < len(variadic):
            reading.fault("not-convertible", f"{where} reads tensors among numbers", "build that part by hand")
            return None
        wiring = Wiring("one", wiring.tensors) if len(wiring.tensors) == 1 else wiring
    else:
        wiring = _wiring(tensors, signature, refer)
        if wiring.kind == "mapping":
            # What the call can't go without stands in the mapping; text there would be a name.
            moved = [n for n in constants if n in signature.required and not isinstance(constants[n], str)]
            pairs = {name: tensors.get(name, constants.get(name)) for name in bound if name in tensors or name in moved}
            wiring = Wiring("mapping", (), tuple((name, _wired(value, refer)) for name, value in pairs.items()))
            constants = {name: value for name, value in constants.items() if name not in moved}
    order = [parameter.name for parameter in entry.parameters]
    arguments = tuple(
        Argument(name, constants[name], reading.span, reading.span)
        for name in sorted(constants, key=lambda name: order.index(name) if name in order else len(order))
    )
    return ReadCall(Component("ops", entry.name, arguments, reading.span), wiring)


def _is_default(entry: Entry, name: str, value: object) -> bool:
    parameter = entry.parameter(name)
    if parameter is None or not parameter.has_default or isinstance(value, Tensor):
        return False
    default = tuple(parameter.default) if isinstance(parameter.default, list) else parameter.default
    return value == default and isinstance(value, bool) == isinstance(default, bool)


def _activation(call: Call, reading: Reading, refer: Refer) -> ReadCall | None:
    """`keras.activations.relu(x, …)` on a tensor: the layer that does the same."""
    name = str(call.layer["class_name"])
    config = {key: value for key, value in (call.layer.get("config") or {}).items() if key != "name"}
    tensors = call.tensors
    if len(tensors) != 1 or name != "ReLU":
        report_class(call.layer, f"the operation '{reading.shown(call.name)}'", reading)
        return None
    serialized = {"module": "keras.layers", "class_name": name, "config": config}
    component = read_component(serialized, f"the operation '{reading.shown(call.name)}'", reading)
    reading.remark(f"the function '{name}' that is applied at '{reading.shown(call.name)}' is written as a layer")
    return None if component is None else ReadCall(component, Wiring("one", (refer(tensors[0]),)))
