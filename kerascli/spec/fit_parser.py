"""The sections `fit`, `checkpoints` and `logs` → their specs."""

from __future__ import annotations

import re
from collections.abc import Sequence as Names
from typing import Literal, cast

from kerascli.errors import Span, did_you_mean
from kerascli.spec.argument_parser import parse_argument
from kerascli.spec.component_parser import find_name
from kerascli.spec.nodes import Mapping, Node, Scalar, kind_of
from kerascli.spec.phase_parser import parse_phases
from kerascli.spec.places import CHECKPOINTS, FIT, LOGS
from kerascli.spec.problems import Problems
from kerascli.spec.section import check_keys, choice, number, section_of, text, truth, whole_number
from kerascli.spec.training_spec import CheckpointSpec, ClassWeights, FitSpec, LogSpec

# Arguments of `keras.Model.fit` that have another place here.
_ELSEWHERE = {
    "validation_split": "write 'validation: 0.2' below 'data'",
    "validation_data": "write 'validation:' below 'data'",
    "callbacks": "write 'callbacks:' at the top level",
    "verbose": "say '--quiet' or '--verbose' on the command line",
    "initial_epoch": "remove it",
    "x": "write 'data:'",
    "y": "write 'data:'",
    "sample_weight": "write 'sample_weight: FIELD' below 'data'",
}


def parse_fit(node: Node | None, outputs: Names[str], problems: Problems, *, trust: bool = False) -> FitSpec:
    """The fit section, with Keras's defaults where it says nothing."""
    section = section_of(node, "fit", problems) if node is not None else None
    if section is None:
        return FitSpec()
    for key, _ in section.entries:
        if key.value in _ELSEWHERE:
            problems.add("elsewhere", f"'{key.value}' has another place here", key, _ELSEWHERE[str(key.value)])
    known = Mapping(tuple(entry for entry in section.entries if entry[0].value not in _ELSEWHERE), section.span)
    check_keys(known, FIT, "'fit'", problems)
    phases = parse_phases(section, problems, trust=trust)
    numbers = {word: _positive(section, word, problems) for word in _NUMBERS}
    shuffle, deterministic = section.get("shuffle"), section.get("deterministic")
    reset = section.get("reset_states")
    return FitSpec(
        epochs=sum(phase.epochs for phase in phases) or numbers["epochs"] or 1,
        batch_size=numbers["batch_size"] or 32,
        validation_batch_size=numbers["validation_batch_size"],
        shuffle=shuffle is None or truth(shuffle, "shuffle", problems) is not False,
        class_weight=_class_weight(section.get("class_weight"), outputs, problems),
        steps_per_epoch=numbers["steps_per_epoch"],
        validation_steps=numbers["validation_steps"],
        validation_freq=numbers["validation_freq"] or 1,
        deterministic=deterministic is not None and truth(deterministic, "deterministic", problems) is True,
        reset_states=reset is not None and truth(reset, "reset_states", problems) is True,
        phases=phases,
        span=section.span,
        class_weight_spans=_class_weight_spans(section.get("class_weight"), outputs),
    )


_NUMBERS = ("epochs", "batch_size", "validation_batch_size", "steps_per_epoch", "validation_steps", "validation_freq")
_MAY_BE_NULL = ("validation_batch_size", "steps_per_epoch", "validation_steps")


def _positive(section: Mapping, word: str, problems: Problems) -> int | None:
    node = section.get(word)
    if node is None or (word in _MAY_BE_NULL and isinstance(node, Scalar) and node.value is None):
        return None
    return whole_number(node, word, problems, minimum=1)


def _class_weight(
    node: Node | None, outputs: Names[str], problems: Problems
) -> tuple[tuple[str | None, ClassWeights], ...]:
    if node is None or (isinstance(node, Scalar) and node.value is None):
        return ()
    if _by_output(node, outputs):
        assert isinstance(node, Mapping)
        pairs = [(str(key.value), _weights(value, problems)) for key, value in node.entries]
        return tuple((name, weights) for name, weights in pairs if weights is not None)
    if len(outputs) > 1:
        hint = f"write '{{{outputs[0]}: …}}'"
        problems.add("wrong-number", "'class_weight' must say for which output it is", node, hint)
        return ()
    weights = _weights(node, problems)
    return () if weights is None else ((None, weights),)


def _by_output(node: Node, outputs: Names[str]) -> bool:
    return isinstance(node, Mapping) and bool(node.entries) and all(key.value in outputs for key, _ in node.entries)


def _class_weight_spans(
    node: Node | None, outputs: Names[str]
) -> tuple[tuple[str | None, str | int | None, Span], ...]:
    """Where each class that has a weight is written, and (under None) where the whole of an output stands."""
    if node is None:
        return ()
    if _by_output(node, outputs):
        assert isinstance(node, Mapping)
        several: list[tuple[str | None, Node]] = [(str(key.value), value) for key, value in node.entries]
    else:
        several = [(None, node)]
    found: list[tuple[str | None, str | int | None, Span]] = []
    for output, weights in several:
        found.append((output, None, weights.span))
        for key, _ in weights.entries if isinstance(weights, Mapping) else ():
            found.append((output, key.value if isinstance(key.value, int) else str(key.value), key.span))
    return tuple(found)


def _weights(node: Node, problems: Problems) -> ClassWeights | None:
    if isinstance(node, Scalar) and node.value == "balanced":
        return "balanced"
    if not isinstance(node, Mapping) or not node.entries:
        hint = "write 'balanced', or '{cat: 2.0, dog: 1.0}'"
        problems.add("wrong-type", f"'class_weight' must map classes to weights, not {kind_of(node)}", node, hint)
        return None
    weights: dict[str | int, float] = {}
    for key, value in node.entries:
        weight = number(value, f"the weight of '{key.text}'", problems)
        if weight is not None and weight < 0:
            problems.add("out-of-range", f"the weight of '{key.text}' must not be negative", value)
        elif weight is not None:
            weights[key.value if isinstance(key.value, int) else str(key.value)] = float(weight)
    return weights


def parse_checkpoints(node: Node | None, problems: Problems) -> CheckpointSpec:
    """The checkpoints section."""
    section = section_of(node, "checkpoints", problems) if node is not None else None
    if section is None:
        return CheckpointSpec()
    check_keys(section, CHECKPOINTS, "'checkpoints'", problems)
    best, mode, keep, every = (section.get(word) for word in ("best", "mode", "keep", "every"))
    unit, interval = _every(every, problems)
    mode_word = choice(mode, "mode", ("min", "max"), problems) if mode is not None else None
    return CheckpointSpec(
        text(best, "best", problems) if best is not None else None,
        cast("Literal['min', 'max'] | None", mode_word),
        (whole_number(keep, "keep", problems, minimum=2) if keep is not None else None) or 2,
        unit,
        interval,
        section.span,
        best.span if best is not None else section.span,
    )


def _every(node: Node | None, problems: Problems) -> tuple[Literal["epoch", "steps", "minutes"], float]:
    """`epoch`, `500 steps` or `10 minutes`."""
    if node is None:
        return "epoch", 1
    written = node.text if isinstance(node, Scalar) else ""
    if written == "epoch":
        return "epoch", 1
    match = re.fullmatch(r"(\d+(?:\.\d+)?) (steps?|minutes?)", written)
    if match and float(match[1]) > 0:
        if match[2].startswith("minute"):
            return "minutes", float(match[1])
        if match[1].isdecimal():
            return "steps", int(match[1])
    shown = f"'{written}'" if written else kind_of(node)
    problems.add("unknown-choice", f"'every' does not take {shown}", node, "write 'epoch', '500 steps' or '10 minutes'")
    return "epoch", 1


def parse_logs(node: Node | None, problems: Problems) -> LogSpec:
    """The logs section."""
    section = section_of(node, "logs", problems) if node is not None else None
    if section is None:
        return LogSpec()
    check_keys(section, LOGS, "'logs'", problems)
    csv, board = section.get("csv"), section.get("tensorboard")
    wanted = truth(csv, "csv", problems) if csv is not None else True
    return LogSpec(wanted is not False, _tensorboard(board, problems), section.span)


def _tensorboard(node: Node | None, problems: Problems) -> dict[str, object] | None:
    if node is None or (isinstance(node, Scalar) and node.value is True):
        return {}
    if isinstance(node, Scalar) and (node.value is False or node.value is None):
        return None
    if not isinstance(node, Mapping):
        hint = "write '{histogram_freq: 1}'"
        problems.add("wrong-type", f"'tensorboard' must be true, false or a mapping, not {kind_of(node)}", node, hint)
        return None
    entry = find_name("TensorBoard", "callbacks")
    assert entry is not None
    known = [parameter.name for parameter in entry.parameters if parameter.name != "log_dir"]
    arguments = {}
    for key, value in node.entries:
        word = str(key.value)
        if word not in known:
            problems.add("unknown-argument", f"TensorBoard has no argument '{word}'", key, did_you_mean(word, known))
            continue
        arguments[word] = parse_argument(value, "TensorBoard", word, entry.parameter(word), problems)
    return arguments
