"""Makes the example of a component: a short piece of a spec that is valid as it stands."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from kerascli.catalog import Entry
from kerascli.spec.topology.names import snake_case
from kerascli.spec.trust import NEEDS_TRUST
from kerascli.translate.example_arguments import example_arguments
from kerascli.translate.example_inputs import ExampleInputs, example_inputs
from kerascli.translate.example_operations import NOT_A_NODE, OUTPUTS, operation_arguments, operation_inputs
from kerascli.translate.flow_yaml import flow

# Beyond this, arguments stand on lines of their own.
_WIDTH = 76


@dataclass(frozen=True)
class Example:
    """How a component is written.

    Attributes:
        yaml: A piece of a spec, whole sections; empty where no spec can use the component.
        note: What must be known about it, in one sentence; why there is none where `yaml` is empty.
    """

    yaml: str
    note: str = ""


def example_of(entry: Entry) -> Example:
    """The example of a class or function of the catalog."""
    if entry.kind == "name":
        return Example(_compile_dtype(entry.name))
    if entry.group == "ops":
        return _operation(entry)
    reason = _NO_EXAMPLE.get(f"{entry.group}.{entry.name}")
    if reason:
        return Example("", reason)
    text = _WRITERS[entry.group](entry)
    return Example(text, _note(entry))


def _note(entry: Entry) -> str:
    if entry.name in NEEDS_TRUST:
        return "it can run code or reach other machines: say `--trust`"
    return _NOTES.get(entry.name, "")


_NOTES: Mapping[str, str] = {
    "Equalization": "it has its place in `transform` and `augment`; in a model Keras can't wire it",
    "STFT": "Keras needs SciPy for it: `pip install scipy`",
    "STFTSpectrogram": "Keras needs SciPy for it: `pip install scipy`",
}


_NO_EXAMPLE: Mapping[str, str] = {
    "layers.FlaxLayer": "it takes a Flax module, which no spec can write",
    "layers.JaxLayer": "it takes a JAX function, which no spec can write",
    "layers.TFSMLayer": "it reads a folder that 'keras.Model.export' wrote, and needs '--trust'",
    "layers.Lambda": "it takes a Python function: write a layer of your own in a plugin",
    "layers.TorchModuleWrapper": "it takes a PyTorch module, which no spec can write",
    "callbacks.BackupAndRestore": "every run can be resumed from its own checkpoints",
    "activations.threshold": "it has no defaults: write `ops.threshold` in `layers`",
    "callbacks.LambdaCallback": "it takes Python functions: write a callback of your own in a plugin",
    "metrics.MeanMetricWrapper": "it takes a Python function: write a metric of your own in a plugin",
}


def _written(entry: Entry, arguments: Mapping[str, Any]) -> Any:
    return {entry.name: dict(arguments)} if arguments else entry.name


def _operation(entry: Entry) -> Example:
    word = entry.name.removeprefix("ops.")
    reason = NOT_A_NODE.get(word)
    if reason:
        return Example("", reason)
    text = _model(entry, operation_arguments(entry), operation_inputs(entry))
    return Example(text + _several(word.rpartition(".")[2], OUTPUTS.get(word)))


def _several(name: str, count: int | None) -> str:
    """The key `outputs` of a model whose last entry returns several tensors."""
    return "" if count is None else f"  outputs: {flow([f'{name}:{number}' for number in range(count)])}\n"


# Layers that return several tensors, and how many.
_LAYER_OUTPUTS = {"GRUCell": 2, "LSTMCell": 2, "SimpleRNNCell": 2, "StackedRNNCells": 2}


def _layer(entry: Entry) -> str:
    if entry.name == "Equalization":
        # Called on a symbolic tensor it gives back that very tensor, and Keras finds a circle in the model.
        return "data:\n  source: mnist\n  inputs: {image: {field: image, transform: [Equalization]}}\n"
    text = _model(entry, example_arguments(entry), example_inputs(entry))
    return text + _several(snake_case(entry.name), _LAYER_OUTPUTS.get(entry.name))


def _application(entry: Entry) -> str:
    return _model(entry, example_arguments(entry), example_inputs(entry))


def _model(entry: Entry, arguments: Mapping[str, Any], reads: ExampleInputs) -> str:
    """A model whose last layer is the component."""
    lines = ["model:", *_inputs(reads.inputs), "  layers:"]
    lines += [f"    - {flow(item)}" for item in reads.before]
    beside = reads.wiring is not None
    lines += _entry_lines(entry.name, arguments, beside=beside)
    if beside:
        lines.append(f"      inputs: {flow(reads.wiring)}")
    return "\n".join(lines) + "\n"


def _inputs(inputs: Mapping[str, Any]) -> list[str]:
    line = f"  inputs: {flow(inputs)}"
    if len(line) <= _WIDTH:
        return [line]
    return ["  inputs:", *(f"    {name}: {flow(value)}" for name, value in inputs.items())]


def _entry_lines(name: str, arguments: Mapping[str, Any], *, beside: bool) -> list[str]:
    """A layer as an item of `layers`; without arguments its colon is needed where keys stand beside it."""
    if not arguments:
        return [f"    - {name}:" if beside else f"    - {name}"]
    line = f"    - {name}: {flow(arguments)}"
    if len(line) <= _WIDTH:
        return [line]
    return [f"    - {name}:", *(f"        {key}: {flow(value)}" for key, value in arguments.items())]


def _section(section: str, key: str, value: Any, *, item: bool = False) -> list[str]:
    """`section:` with one key, on a second line; long arguments on lines of their own."""
    line = f"  {key}: {flow([value] if item else value)}"
    if len(line) <= _WIDTH or not isinstance(value, Mapping):
        return [f"{section}:", line]
    (name, arguments), *_ = value.items()
    dash = "- " if item else ""
    inner = [f"    {'  ' if item else ''}  {word}: {flow(one)}" for word, one in arguments.items()]
    return [f"{section}:", f"  {key}:", f"    {dash}{name}:", *inner]


def _compile(key: str, *, item: bool = False) -> Callable[[Entry], str]:
    def write(entry: Entry) -> str:
        lines = _section("compile", key, _written(entry, example_arguments(entry)), item=item)
        if key != "loss":
            lines.append("  loss: mse")
        return "\n".join(lines) + "\n"

    return write


def _optimizer(entry: Entry) -> str:
    if entry.name == "OptimizerMap":
        # No optimizer itself.
        arguments = {"optimizer_map": _written(entry, example_arguments(entry))}
        return f"compile:\n  optimizer:\n    MultiOptimizer: {flow(arguments)}\n  loss: mse\n"
    return _compile("optimizer")(entry)


def _schedule(entry: Entry) -> str:
    value = {"learning_rate": _written(entry, example_arguments(entry))}
    return f"compile:\n  optimizer:\n    SGD:\n      learning_rate: {flow(value['learning_rate'])}\n  loss: mse\n"


def _callback(entry: Entry) -> str:
    arguments = example_arguments(entry)
    return f"callbacks:\n  - {flow(_written(entry, arguments))[1:-1] if arguments else entry.name}\n"


def _inside_dense(argument: str) -> Callable[[Entry], str]:
    def write(entry: Entry) -> str:
        arguments = {"units": 8, argument: _written(entry, example_arguments(entry))}
        return f"model:\n  inputs: {{x: [8]}}\n  layers:\n    - Dense: {flow(arguments)}\n"

    return write


def _compile_dtype(name: str) -> str:
    return f"dtype: {name}\n"


_WRITERS: Mapping[str, Callable[[Entry], str]] = {
    "layers": _layer,
    "applications": _application,
    "optimizers": _optimizer,
    "schedules": _schedule,
    "losses": _compile("loss"),
    "metrics": _compile("metrics", item=True),
    "callbacks": _callback,
    "initializers": _inside_dense("kernel_initializer"),
    "regularizers": _inside_dense("kernel_regularizer"),
    "constraints": _inside_dense("kernel_constraint"),
    "activations": _inside_dense("activation"),
    "dtype_policies": _inside_dense("dtype"),
}
