"""`ModelSpec` → Python: a `keras.Sequential` for a chain, one call a layer for a graph."""

from __future__ import annotations

import keyword
import re

from kerascli.catalog import load_catalog
from kerascli.catalog.overlay import PREFIX
from kerascli.errors import SpecError
from kerascli.spec.component import Component
from kerascli.spec.leading_arguments import leading_arguments
from kerascli.spec.model_spec import (
    Constant,
    InputSpec,
    LayerSpec,
    ModelSpec,
    TensorReference,
    WiredArgument,
)
from kerascli.translate.script.components import argument, expression, index_source
from kerascli.translate.script.python_text import Call, Source, assign, render, statement

# Names that a layer's variable may not hide.
_TAKEN = {"keras", "np", "layers", "ops", "model", "train", "test", "validation", "data", "order", "history"}


def model_text(model: ModelSpec, name: str = "model", result: str = "model", indent: int = 0) -> str:
    """The statements that make a model and assign it to a variable.

    Args:
        model: The model, every shape known.
        name: The name that Keras knows it by.
        result: The variable.
        indent: How far the statements are indented.

    Raises:
        SpecError: A script can't say something of it.
    """
    if model.own_class is not None:
        return assign(result, expression(model.own_class), indent=indent)
    if model.topology == "sequential" and all(layer.nested is None for layer in model.layers):
        parts = [_input(model.inputs[0]), *(_layer(layer) for layer in model.layers)]
        if any(_draws_late(layer.component) for layer in model.layers):
            return _one_by_one(parts, name, result, indent) + _frozen(model, result, indent)
        text = assign(result, Call("keras.Sequential", (parts,), (("name", name),)), indent=indent)
        return text + _frozen(model, result, indent)
    return _Graph(model, indent).text(name, result)


def _input(item: InputSpec) -> Call:
    more: list[tuple[str, object]] = [("dtype", item.dtype)] if item.dtype not in (None, "float32") else []
    more += [("batch_size", item.batch_size)] if item.batch_size is not None else []
    shape = Source("(" + ", ".join(map(str, item.shape or ())) + ("," if len(item.shape or ()) == 1 else "") + ")")
    return Call("keras.Input", (shape,), (*more, ("name", item.name)))


def _layer(layer: LayerSpec) -> object:
    if layer.weights is not None:
        message = "a script does not read the starting weights of one layer"
        raise SpecError(message, code="not-ejectable", span=layer.weights_span or layer.span)
    # Keras names the others itself.
    made = expression(layer.component, **({"name": layer.keras_name} if layer.named else {}))
    frozen = layer.trainable is False and layer.component.argument("trainable") is None
    if frozen and layer.component.group == "layers" and isinstance(made, Call):
        return Call(made.function, made.positional, (*made.keywords, ("trainable", False)))
    return made


def _draws_late(component: Component) -> bool:
    """Whether a layer may draw first weights when it is built, not when it is made."""
    if component.group == "layers" and (component.name == "SpectralNormalization" or component.name.startswith(PREFIX)):
        return True
    return any(_draws_late(value) for value in component.keywords.values() if isinstance(value, Component))


def _one_by_one(parts: list[object], name: str, result: str, indent: int) -> str:
    """In a list all layers are made before the first is built, and the others would draw other numbers."""
    lines = [assign(result, Call("keras.Sequential", (parts[:1],), (("name", name),)), indent=indent)]
    return "\n".join([*lines, *(statement(Call(f"{result}.add", (part,)), indent=indent) for part in parts[1:])])


def _frozen(model: ModelSpec, result: str, indent: int) -> str:
    """Applications take no `trainable` when they are made."""
    names = [x.keras_name for x in model.layers if x.trainable is False and x.component.group == "applications"]
    return "".join(f'\n{" " * indent}{result}.get_layer("{name}").trainable = False' for name in names)


class _Graph:
    """Writes one functional model: a variable for each tensor, one for each layer that is called again."""

    def __init__(self, model: ModelSpec, indent: int) -> None:
        self.model, self.indent = model, indent
        self.lines: list[str] = []
        self.variables: dict[str, str] = {}
        self.shared = {layer.shared for layer in model.layers if layer.shared is not None}

    def text(self, name: str, result: str) -> str:
        for item in self.model.inputs:
            self._line(assign(self._variable(item.name), _input(item), indent=self.indent))
        for layer in self.model.layers:
            self._add(layer)
        starts = [Source(self.variables[item.name]) for item in self.model.inputs]
        ends = [self._tensor(output.tensor) for output in self.model.outputs]
        inputs: object = starts[0] if len(starts) == 1 else starts
        outputs: object = ends[0] if len(ends) == 1 else ends
        made = Call("keras.Model", (inputs, outputs), (("name", name),))
        self._line(assign(result, made, indent=self.indent))
        return "\n".join(self.lines)

    def _line(self, text: str) -> None:
        self.lines.append(text)

    def _variable(self, path: str) -> str:
        word = re.sub(r"\W", "_", path)
        if keyword.iskeyword(word) or word in _TAKEN:
            word += "_tensor"
        while word in self.variables.values():
            word += "_"
        self.variables[path] = word
        return word

    def _add(self, layer: LayerSpec) -> None:
        before = " " * self.indent
        if layer.component.group == "ops":
            made: object = self._operation(layer)
        else:
            positional, keywords = self._arguments(layer)
            given = len(render(Call("", positional, keywords), column=-10_000))
            function = self._function(layer, given)
            made = Call(function, positional, keywords)
        variable = self._variable(layer.name)
        self._line(assign(variable, made, indent=self.indent))
        if layer.trainable is False and layer.shared is None and layer.component.group != "layers":
            owner = self._layer_variable(layer.name)
            self.lines.insert(-1, f"{before}{owner}.trainable = False")

    def _function(self, layer: LayerSpec, after: int) -> str:
        """What is called: a layer made on the spot, or one that has a variable; `after` characters follow it."""
        if layer.shared is not None:
            return self._layer_variable(layer.shared)
        variable = self._layer_variable(layer.name)
        if layer.nested is not None:
            self._line(model_text(layer.nested, layer.keras_name, variable, self.indent))
            return variable
        made = _layer(layer)
        frozen_model = layer.trainable is False and layer.component.group != "layers"
        if layer.name in self.shared or frozen_model:
            self._line(assign(variable, made, indent=self.indent))
            return variable
        before = self.indent + len(layer.name) + len(" = ")
        return render(made, column=before, indent=self.indent, after=after)

    @staticmethod
    def _layer_variable(path: str) -> str:
        return re.sub(r"\W", "_", path) + "_layer"

    def _arguments(self, layer: LayerSpec) -> tuple[tuple[object, ...], tuple[tuple[str, object], ...]]:
        wiring = layer.wiring
        tensors = [self._tensor(one) for one in wiring.tensors]
        if wiring.kind == "mapping":
            named = {name: self._wired(value) for name, value in wiring.arguments}
            leading = tuple(named.pop(name) for name in leading_arguments(layer))
            return leading, tuple(named.items())
        return ((tensors,) if wiring.kind == "list" else tuple(tensors)), ()

    def _wired(self, value: WiredArgument) -> object:
        if isinstance(value, Constant):
            return argument(value.value)
        if isinstance(value, TensorReference):
            return self._tensor(value)
        return [self._tensor(one) for one in value]

    def _operation(self, layer: LayerSpec) -> object:
        """A function of `keras.ops` on its tensors; its constants keep their names."""
        entry = load_catalog().find("ops", layer.component.name)
        assert entry is not None
        positional, keywords = self._arguments(layer)
        constants = {name: self._constant(layer, name, value) for name, value in layer.component.keywords.items()}
        if layer.component.name == "ops.get_item":
            key = layer.component.value("key")
            if isinstance(key, str) and len(positional) == 1 and isinstance(positional[0], Source):
                return Source(f"{positional[0].text}[{index_source(key)}]")
        call = entry.call
        if call is not None and call.variadic is not None:
            before = call.parameters[: call.parameters.index(call.variadic)]
            positional = (*(constants.pop(name) for name in before if name in constants), *positional)
        return Call(entry.path, positional, (*constants.items(), *keywords))

    @staticmethod
    def _constant(layer: LayerSpec, name: str, value: object) -> object:
        """A list that stands for a tensor is an array, another a tuple, as Keras wants them."""
        if not isinstance(value, tuple):
            return argument(value)
        entry = load_catalog().find("ops", layer.component.name)
        call = entry.call if entry is not None else None
        if call is not None and not call.takes_list and name in call.tensor_parameters:
            return Call("np.array", (argument(value),))
        inner = ", ".join(render(argument(item)) for item in value)
        return Source(f"({inner}{',' if len(value) == 1 else ''})")

    def _tensor(self, reference: TensorReference) -> Source:
        variable = self.variables[reference.name]
        return Source(variable if reference.index is None else f"{variable}[{reference.index}]")
