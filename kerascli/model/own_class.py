"""A model class of one's own, made ready: built on symbolic inputs, its heads known by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import keras

from kerascli.components import build_component, keras_fault
from kerascli.errors import SpecError, did_you_mean
from kerascli.spec.component import Component
from kerascli.spec.model_spec import ModelSpec
from kerascli.spec.topology.names import snake_case


def make_own_class(model: ModelSpec, component: Component, inputs: Sequence[Any]) -> Any:
    """The model, called once on symbolic tensors, so that all its layers are built.

    Args:
        model: The model's spec.
        component: Its class and arguments.
        inputs: A symbolic tensor for each input, (batch, ...).

    Returns:
        The object. `inputs`, `outputs` and `output_names` are set as a functional model has them, in the order of the
        heads. Where `call` returns a mapping, its steps take targets and weights as one too, as Keras does.

    Raises:
        SpecError: Keras or the class refuse the arguments or the call, or it returns other heads than the targets have.
    """
    made = build_component(component, name=snake_case(component.name.rpartition(".")[2]))
    names = [output.name for output in model.outputs]
    returned = call_symbolically(made, component, inputs)
    made.inputs = list(inputs)
    made.outputs = _in_order(returned, names, model, component)
    if isinstance(returned, Mapping):
        made.heads_by_name = True
        made.train_step = _with_names(made.train_step, names)
        made.test_step = _with_names(made.test_step, names)
        # It may return more than has a target; Keras would ask for a target of each.
        made.compute_loss = _heads_alone(made.compute_loss, names)
        made.compute_metrics = _heads_alone(made.compute_metrics, names)
    return made


def call_symbolically(made: Any, component: Component, inputs: Sequence[Any]) -> Any:
    """What `call` returns on symbolic tensors: it gets one bare, several as a mapping by name."""
    try:
        return made(inputs[0] if len(inputs) == 1 else {tensor.name: tensor for tensor in inputs})
    except Exception as error:  # Whatever the class raises is said at its name.
        raise keras_fault(error, component, doing="calling", span=component.span) from error


def heads_by_name(model: Any) -> bool:
    """Whether a model returns a mapping, so that losses and targets go by name."""
    return bool(getattr(model, "heads_by_name", False))


def _in_order(returned: Any, names: list[str], model: ModelSpec, component: Component) -> list[Any]:
    if isinstance(returned, Mapping):
        for name in names:
            if name not in returned:
                message = f"{component.name} returns no '{name}', which has a target"
                hint = did_you_mean(name, [str(key) for key in returned])
                raise SpecError(message, code="own-class", span=component.span, hint=hint)
        return [returned[name] for name in names]
    outputs = list(returned) if isinstance(returned, list | tuple) else [returned]
    if not all(isinstance(one, keras.KerasTensor) for one in outputs) or len(outputs) != len(names):
        shown = ", ".join(f"'{name}'" for name in names)
        message = f"{component.name} returns {len(outputs)} outputs, where the heads are {shown}"
        hint = "write a target for each in 'data.targets', or list them in 'model.outputs'"
        raise SpecError(message, code="own-class", span=model.outputs[0].span or component.span, hint=hint)
    return outputs


def _with_names(step: Callable[[Any], Any], names: list[str]) -> Callable[[Any], Any]:
    """The step with targets and sample weights as mappings by head, instead of in order."""

    def named(value: Any) -> Any:
        return dict(zip(names, value if isinstance(value, tuple) else (value,), strict=True))

    def run(data: Any) -> Any:
        if not isinstance(data, tuple):
            return step(data)
        x, *rest = data
        return step((x, *(named(value) for value in rest)))

    return run


def _heads_alone(compute: Callable[..., Any], names: list[str]) -> Callable[..., Any]:
    """`compute_loss` or `compute_metrics` on the heads, without what else the model returned."""

    def run(x: Any = None, y: Any = None, y_pred: Any = None, *arguments: Any, **keywords: Any) -> Any:
        if isinstance(y_pred, Mapping):
            y_pred = {name: y_pred[name] for name in names if name in y_pred}
        return compute(x, y, y_pred, *arguments, **keywords)

    return run
