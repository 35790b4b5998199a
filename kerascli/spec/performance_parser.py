"""`performance`: what changes the time that a training takes, and nothing else: chosen by the tool, set or turned off here."""

from __future__ import annotations

from dataclasses import field
from typing import Any, Literal

from kerascli.errors import Span
from kerascli.quick_dataclass import dataclass
from kerascli.spec.nodes import Mapping, Node, Scalar, kind_of
from kerascli.spec.places import PERFORMANCE
from kerascli.spec.problems import Problems
from kerascli.spec.section import check_keys, section_of, whole_number

Auto = Literal["auto"]


@dataclass(frozen=True)
class PerformanceSpec:
    """What the spec says; `auto` leaves it to the tool.

    Attributes:
        steps_per_execution: Steps in one graph call, at most.
        validation_batch_size: Samples a step of validation and test; None: as many as in training.
        fused_updates: Whether the optimizer's update is one kernel of TensorFlow where it has one.
        fused_lstm: Whether an LSTM is one kernel of TensorFlow where that computes the same.
        jit: Whether XLA compiles the step.
        intra_op_threads: Threads in one operation; 0: one for each core.
        inter_op_threads: Threads across operations; 0: one for each core.
        span: Where the section stands.
    """

    steps_per_execution: int | Auto = "auto"
    validation_batch_size: int | Auto | None = "auto"
    fused_updates: bool | Auto = "auto"
    fused_lstm: bool | Auto = "auto"
    jit: bool | Auto = "auto"
    intra_op_threads: int | Auto = "auto"
    inter_op_threads: int | Auto = "auto"
    span: Span | None = field(default=None, compare=False, repr=False)


# `performance: false`: everything as `model.fit` does it.
PLAIN = PerformanceSpec(1, None, fused_updates=False, fused_lstm=False, jit=False)


def parse_performance(node: Node | None, problems: Problems) -> PerformanceSpec:
    """The section; `false` turns all of it off."""
    if node is None:
        return PerformanceSpec()
    if isinstance(node, Scalar) and node.value is False:
        return PLAIN
    section = section_of(node, "performance", problems)
    if section is None:
        return PerformanceSpec()
    check_keys(section, PERFORMANCE, "'performance'", problems)
    intra, inter = _threads(section.get("threads"), problems)
    return PerformanceSpec(
        steps_per_execution=_count(section, "steps_per_execution", problems),
        validation_batch_size=_batch(section, problems),
        fused_updates=_switch(section, "fused_updates", problems),
        fused_lstm=_switch(section, "fused_lstm", problems),
        jit=_switch(section, "jit", problems),
        intra_op_threads=intra,
        inter_op_threads=inter,
        span=node.span,
    )


def plain_values(spec: PerformanceSpec) -> bool | dict[str, Any]:
    """The section as a resolved spec writes it."""
    if spec == PLAIN:
        return False
    return {
        "steps_per_execution": spec.steps_per_execution,
        "validation_batch_size": spec.validation_batch_size,
        "fused_updates": spec.fused_updates,
        "fused_lstm": spec.fused_lstm,
        "jit": spec.jit,
        "threads": {"intra_op": spec.intra_op_threads, "inter_op": spec.inter_op_threads},
    }


def _is_auto(node: Node | None) -> bool:
    return node is None or (isinstance(node, Scalar) and node.value == "auto")


def _count(section: Mapping, name: str, problems: Problems, minimum: int = 1) -> int | Auto:
    node = section.get(name)
    if node is None or _is_auto(node):
        return "auto"
    return whole_number(node, name, problems, minimum=minimum) or 0


def _batch(section: Mapping, problems: Problems) -> int | Auto | None:
    node = section.get("validation_batch_size")
    if isinstance(node, Scalar) and node.value is None:
        return None
    return _count(section, "validation_batch_size", problems)


def _switch(section: Mapping, name: str, problems: Problems) -> bool | Auto:
    node = section.get(name)
    if node is None or _is_auto(node):
        return "auto"
    if isinstance(node, Scalar) and isinstance(node.value, bool):
        return node.value
    shown = f"'{node.text}'" if isinstance(node, Scalar) else kind_of(node)
    problems.add(
        "wrong-type", f"'{name}' must be true, false or auto, not {shown}", node, "write 'true', 'false' or 'auto'"
    )
    return "auto"


def _threads(node: Node | None, problems: Problems) -> tuple[int | Auto, int | Auto]:
    """One number for the threads in an operation, or both by name."""
    if isinstance(node, Mapping):
        check_keys(node, PERFORMANCE.keys["threads"], "'threads'", problems)
        return _count(node, "intra_op", problems, 0), _count(node, "inter_op", problems, 0)
    if node is None or _is_auto(node):
        return "auto", "auto"
    return whole_number(node, "threads", problems, minimum=1) or 0, "auto"
