"""The `compile` section → `CompileSpec`: losses and metrics laid out by output."""

from __future__ import annotations

from collections.abc import Sequence as Names
from typing import Literal, cast

from kerascli.errors import did_you_mean
from kerascli.spec.component import Component
from kerascli.spec.component_parser import find_name, parse_component, parse_components
from kerascli.spec.nodes import Mapping, Node, Scalar, Sequence, kind_of
from kerascli.spec.places import COMPILE
from kerascli.spec.problems import Problems
from kerascli.spec.section import check_keys, number, section_of, truth, whole_number
from kerascli.spec.training_spec import CompileSpec

# What is mostly meant as an argument of the optimizer.
_OF_OPTIMIZER = ("learning_rate", "lr")


def parse_compile(
    node: Node | None, outputs: Names[str], problems: Problems, *, trust: bool = False
) -> CompileSpec | None:
    """The compile section.

    Args:
        node: The section, or None.
        outputs: The model's outputs in order.
        problems: Where faults go.
        trust: Whether components that can run code are allowed.
    """
    if node is None:
        return None
    section = section_of(node, "compile", problems)
    if section is None:
        return None
    for word in _OF_OPTIMIZER:
        if section.key(word) is not None:
            hint = "write 'optimizer: {Adam: {learning_rate: …}}', with the optimizer's name"
            problems.add("elsewhere", f"'{word}' belongs to the optimizer", section.key(word), hint)
    others = Mapping(tuple(one for one in section.entries if one[0].value not in _OF_OPTIMIZER), section.span)
    check_keys(others, COMPILE, "'compile'", problems)
    optimizer = _optimizer(section, problems, trust=trust)
    losses = _losses(section, outputs, problems)
    metrics = {word: _metrics(section.get(word), word, outputs, problems) for word in ("metrics", "weighted_metrics")}
    if optimizer is None:
        return None
    key, loss = section.span, section.get("loss")
    return CompileSpec(
        optimizer,
        losses,
        _loss_weights(section.get("loss_weights"), outputs, problems),
        metrics["metrics"],
        metrics["weighted_metrics"],
        _bool_or_auto(section.get("jit_compile"), problems),
        _steps_per_execution(section.get("steps_per_execution"), problems),
        _truth(section, "run_eagerly", False, problems),
        _truth(section, "auto_scale_loss", True, problems),
        key,
        loss.span if loss is not None else key,
    )


def _optimizer(section: Mapping, problems: Problems, *, trust: bool) -> Component | None:
    node = section.get("optimizer")
    if node is None:
        default = cast("str", COMPILE.keys["optimizer"].default)
        return Component("optimizers", default, (), section.span)
    return parse_component(node, "optimizers", problems, trust=trust)


def _is_component(node: Node, group: str, outputs: Names[str]) -> bool:
    """Whether a mapping is a component, not a mapping from outputs: where every key is an output it is the latter."""
    if not isinstance(node, Mapping):
        return True
    words = list(node.keys())
    if words and all(word in outputs for word in words):
        return False
    return len(words) == 1 and find_name(words[0], group) is not None


def _losses(section: Mapping, outputs: Names[str], problems: Problems) -> tuple[Component | None, ...]:
    node = section.get("loss")
    if node is None:
        problems.add("missing-key", "'compile' has no 'loss'", section, "write 'loss: mean_squared_error', or the like")
        return ()
    if isinstance(node, Sequence):
        if len(node.items) != len(outputs) and outputs:
            message = f"{len(node.items)} losses for {len(outputs)} outputs"
            problems.add("wrong-number", message, node, "write a mapping from output to loss")
            return ()
        return tuple(_loss(item, problems) for item in node.items)
    if _is_component(node, "losses", outputs):
        loss = _loss(node, problems)
        if loss is None and isinstance(node, Scalar) and node.value is None:
            problems.add("missing-key", "a model needs a loss", node, "write 'loss: mean_squared_error', or the like")
        if len(outputs) > 1:
            message = f"one loss for {len(outputs)} outputs applies to each of them"
            problems.warn("one-loss", message, node, f"write 'loss: {{{outputs[0]}: …, {outputs[1]}: …}}'")
        return (loss,) * max(1, len(outputs))
    assert isinstance(node, Mapping)
    by_output = _by_output(node, outputs, "loss", problems)
    missing = [name for name in outputs if name not in by_output]
    if missing and outputs:
        words = ", ".join(f"'{name}'" for name in missing)
        hint = f"add '{missing[0]}: …', or '{missing[0]}: null' for a head without a loss"
        problems.add("missing-loss", f"no loss for {words}", node, hint)
    return tuple(_loss(by_output[name], problems) if name in by_output else None for name in outputs)


def _loss(node: Node, problems: Problems) -> Component | None:
    if isinstance(node, Scalar) and node.value is None:
        return None
    return parse_component(node, "losses", problems)


def _by_output(node: Mapping, outputs: Names[str], what: str, problems: Problems) -> dict[str, Node]:
    """A mapping from output to something; a key that is no output is a fault."""
    found = {}
    for key, value in node.entries:
        name = str(key.value)
        if outputs and name not in outputs:
            message = f"the model has no output '{name}'"
            if find_name(name, "losses" if what == "loss" else "metrics") is not None and len(node.entries) > 1:
                message = f"'{name}' is a {what}, and stands beside other keys"
            problems.add("unknown-output", message, key, did_you_mean(name, outputs))
        else:
            found[name] = value
    return found


def _metrics(
    node: Node | None, word: str, outputs: Names[str], problems: Problems
) -> tuple[tuple[Component, ...], ...]:
    count = max(1, len(outputs))
    if node is None:
        return ((),) * count
    if isinstance(node, Mapping) and not _is_component(node, "metrics", outputs):
        by_output = _by_output(node, outputs, "metric", problems)
        return tuple(
            parse_components(by_output[name], "metrics", problems) if name in by_output else () for name in outputs
        )
    if count == 1:
        items = node.items if isinstance(node, Sequence) else (node,)
        if len(items) == 1 and isinstance(items[0], Sequence):
            node = items[0]
        return (parse_components(node, "metrics", problems),)
    if isinstance(node, Sequence) and len(node.items) == count:
        return tuple(parse_components(item, "metrics", problems) for item in node.items)
    hint = f"write '{word}: {{{outputs[0]}: …}}'"
    problems.add("wrong-number", f"'{word}' must say for which of the {count} outputs it is", node, hint)
    return ((),) * count


def _loss_weights(node: Node | None, outputs: Names[str], problems: Problems) -> tuple[float, ...] | None:
    if node is None or (isinstance(node, Scalar) and node.value is None):
        return None
    if isinstance(node, Mapping):
        by_output = _by_output(node, outputs, "loss", problems)
        # As in Keras, a head that the mapping leaves out has the weight 1.
        weights = [_loss_weight(by_output[name], name, problems) if name in by_output else 1.0 for name in outputs]
    else:
        items = node.items if isinstance(node, Sequence) else (node,)
        if len(items) != max(1, len(outputs)):
            message = f"{len(items)} loss weights for {len(outputs)} outputs"
            problems.add("wrong-number", message, node, "write a mapping from output to weight")
            return None
        names = outputs or ("loss_weights",)
        weights = [_loss_weight(item, name, problems) for item, name in zip(items, names, strict=True)]
    return tuple(float(weight) for weight in weights if weight is not None)


def _loss_weight(node: Node, name: str, problems: Problems) -> float | None:
    """A weight that is not below zero, where the model would learn to be wrong."""
    weight = number(node, name, problems)
    if weight is None:
        return None
    if weight < 0:
        problems.add("out-of-range", f"the loss weight of '{name}' must not be negative", node, f"write '{-weight:g}'")
    elif weight == 0:
        hint = f"write '{name}: null' as its loss, or a weight above 0"
        problems.warn("zero-loss-weight", f"with a loss weight of 0 '{name}' learns nothing", node, hint)
    return weight


def _truth(section: Mapping, word: str, default: bool, problems: Problems) -> bool:
    node = section.get(word)
    if node is None:
        return default
    value = truth(node, word, problems)
    return default if value is None else value


def _bool_or_auto(node: Node | None, problems: Problems) -> bool | Literal["auto"] | None:
    if node is None:
        return None
    if isinstance(node, Scalar) and (isinstance(node.value, bool) or node.value == "auto"):
        return cast("bool | Literal['auto']", node.value)
    shown = f"'{node.text}'" if isinstance(node, Scalar) else kind_of(node)
    problems.add("wrong-type", f"'jit_compile' must be true, false or auto, not {shown}", node)
    return None


def _steps_per_execution(node: Node | None, problems: Problems) -> int | Literal["auto"] | None:
    if node is None:
        return None
    if isinstance(node, Scalar) and node.value == "auto":
        return "auto"
    return whole_number(node, "steps_per_execution", problems, minimum=1)
