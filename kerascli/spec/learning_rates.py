"""Learning rates by epoch: the argument `schedule` of `LearningRateScheduler`, and rates that nothing may set."""

from __future__ import annotations

from kerascli.catalog import load_catalog
from kerascli.spec.component import Component
from kerascli.spec.nodes import Mapping, Node, Scalar, kind_of
from kerascli.spec.problems import Problems
from kerascli.spec.section import number
from kerascli.spec.training_spec import CompileSpec, FitSpec

# The callbacks that set the optimizer's learning rate, which Keras refuses where it is a schedule.
SETS_RATE = ("LearningRateScheduler", "ReduceLROnPlateau")

_HINT = "write '{0: 0.1, 10: 0.01}', '{ExponentialDecay: {…}}' or the name of a plugin's function"


def is_rate_schedule(owner: str, argument: str) -> bool:
    """Whether an argument is the one that `parse_rate_schedule` reads."""
    return (owner, argument) == ("LearningRateScheduler", "schedule")


def parse_rate_schedule(node: Node, value: object, problems: Problems, *, trust: bool) -> object:
    """The schedule of a `LearningRateScheduler`.

    Args:
        node: What is written.
        value: What any other argument of that form would be: where a plugin's function is named, what stands for it.
        problems: Where faults go.
        trust: Whether components that can run code are allowed.

    Returns:
        A mapping from epoch (from 0) to the rate from there on, a component of `schedules`, or `value`.
    """
    from kerascli.spec.component_parser import parse_component

    if isinstance(node, Mapping) and not _is_component(node):
        return _rates(node, problems)
    if isinstance(node, Mapping) or (isinstance(node, Scalar) and load_catalog().find("schedules", node.text)):
        return parse_component(node, "schedules", problems, trust=trust)
    if isinstance(node, Scalar) and isinstance(node.value, str):
        if isinstance(value, str):
            message = f"'{value}' is neither a learning-rate schedule nor a plugin's function"
            problems.add("unknown-function", message, node, _HINT)
        return value
    message = f"'schedule' of LearningRateScheduler must say the rate of each epoch, not {kind_of(node)}"
    problems.add("wrong-type", message, node, _HINT)
    return value


def _is_component(node: Mapping) -> bool:
    return len(node.entries) == 1 and isinstance(node.entries[0][0].value, str)


def _rates(node: Mapping, problems: Problems) -> dict[int, float]:
    """The mapping from epoch to rate, its epochs in order."""
    rates: dict[int, float] = {}
    if not node.entries:
        problems.add("wrong-type", "'schedule' of LearningRateScheduler is empty", node, _HINT)
    for key, value in node.entries:
        epoch = key.value
        if isinstance(epoch, bool) or not isinstance(epoch, int):
            problems.add("wrong-type", f"an epoch must be a whole number, not '{key.text}'", key, _HINT)
            continue
        if epoch < 0:
            problems.add("out-of-range", f"an epoch must be at least 0, not {epoch}", key)
        elif rates and epoch <= max(rates):
            message = f"epoch {epoch} stands after epoch {max(rates)}"
            problems.add("unsorted-epochs", message, key, "write the epochs in order")
        rate = number(value, f"the rate from epoch {epoch}", problems)
        if rate is not None and rate < 0:
            problems.add("out-of-range", f"the rate from epoch {epoch} must not be negative", value)
        elif rate is not None:
            rates[epoch] = float(rate)
    return rates


def check_settable_rates(
    compiled: CompileSpec | None, fit: FitSpec, callbacks: tuple[Component, ...], problems: Problems
) -> None:
    """Reports each callback that sets the learning rate of an optimizer whose rate is a schedule itself."""
    optimizer = compiled.optimizer if compiled is not None else None
    for phase in fit.all_phases:
        optimizer = phase.optimizer or optimizer
        if optimizer is None or not isinstance(optimizer.value("learning_rate"), Component):
            continue
        for callback in (*callbacks, *phase.callbacks):
            if callback.name in SETS_RATE:
                message = f"{callback.name} sets the learning rate, which {optimizer.name} has from a schedule here"
                hint = "write the learning rate as a number, or remove the callback"
                problems.add("learning-rate-schedule", message, callback.span, hint)
