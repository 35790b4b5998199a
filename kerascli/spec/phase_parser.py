"""The key `fit.phases` → `PhaseSpec`s, and which layers their patterns name."""

from __future__ import annotations

from collections.abc import Iterable

from kerascli.errors import Diagnostic, did_you_mean
from kerascli.spec.callback_parser import parse_callbacks
from kerascli.spec.component_parser import parse_component
from kerascli.spec.model_spec import ModelSpec
from kerascli.spec.nodes import Mapping, Node, Scalar, Sequence, kind_of
from kerascli.spec.patterns import layer_paths, matching
from kerascli.spec.places import PHASE
from kerascli.spec.problems import Problems
from kerascli.spec.section import check_keys, text, whole_number
from kerascli.spec.training_spec import FitSpec, Pattern, PhaseSpec


def parse_phases(fit: Mapping, problems: Problems, *, trust: bool = False) -> tuple[PhaseSpec, ...]:
    """The phases of a fit section, none where it writes none."""
    node = fit.get("phases")
    if node is None or _absent(node):
        return ()
    if not isinstance(node, Sequence) or not node.items:
        shown = "an empty list" if isinstance(node, Sequence) else kind_of(node)
        hint = "write '[{epochs: 5}, {epochs: 5, unfreeze: [PATTERN]}]'"
        problems.add("wrong-type", f"'phases' must be a list of phases, not {shown}", node, hint)
        return ()
    epochs = fit.key("epochs")
    if epochs is not None:
        value = fit.get("epochs")
        # An override replaces the value alone: its key stands where the file writes it.
        place = value if value is not None and value.span.source != epochs.span.source else epochs
        hint = "write the epochs of each phase, such as 'fit.phases.0.epochs'"
        problems.add("epochs-and-phases", "'epochs' stands beside 'phases', which have their own", place, hint)
    found = [_phase(item, problems, trust=trust) for item in node.items]
    return tuple(phase for phase in found if phase is not None)


def _phase(node: Node, problems: Problems, *, trust: bool) -> PhaseSpec | None:
    if not isinstance(node, Mapping):
        hint = "write '{epochs: 5}'"
        problems.add("wrong-type", f"a phase must be a mapping, not {kind_of(node)}", node, hint)
        return None
    check_keys(node, PHASE, "a phase", problems)
    epochs, batch_size, optimizer = node.get("epochs"), node.get("batch_size"), node.get("optimizer")
    if epochs is None:
        problems.add("missing-key", "a phase needs 'epochs'", node, "write '{epochs: 5}'")
    return PhaseSpec(
        (whole_number(epochs, "epochs", problems, minimum=1) if epochs is not None else None) or 1,
        _patterns(node.get("freeze"), "freeze", problems),
        _patterns(node.get("unfreeze"), "unfreeze", problems),
        parse_component(optimizer, "optimizers", problems, trust=trust)
        if optimizer is not None and not _absent(optimizer)
        else None,
        whole_number(batch_size, "batch_size", problems, minimum=1)
        if batch_size is not None and not _absent(batch_size)
        else None,
        parse_callbacks(node.get("callbacks"), problems, trust=trust),
        node.span,
    )


def _absent(node: Node) -> bool:
    return isinstance(node, Scalar) and node.value is None


def _patterns(node: Node | None, word: str, problems: Problems) -> tuple[Pattern, ...]:
    if node is None or _absent(node):
        return ()
    items = node.items if isinstance(node, Sequence) else (node,)
    found = [(item, text(item, word, problems)) for item in items]
    return tuple(Pattern(words, item.span) for item, words in found if words is not None)


def check_patterns(fit: FitSpec, model: ModelSpec, problems: Problems) -> None:
    """Reports each pattern of the phases that names no layer, as far as the spec alone tells.

    What lies in a model of `keras.applications` is known only when it is made.
    """
    layers = list(layer_paths(model))
    paths = [path for path, _ in layers]
    if model.open_base is not None:
        # So is what a base of `keras.applications` brings.
        return
    applications = [layer.name for layer in model.layers if layer.component.group == "applications"]
    for phase in fit.phases:
        for pattern in (*phase.freeze, *phase.unfreeze):
            if not matching(pattern.text, layers) and not any(_may_lie_in(pattern.text, name) for name in applications):
                problems.found.append(unmatched(pattern, paths))


def unmatched(pattern: Pattern, paths: Iterable[str]) -> Diagnostic:
    """What is said of a pattern that names no layer."""
    words = list(paths)
    shown = ", ".join(f"'{path}'" for path in words[:8]) + (", …" if len(words) > 8 else "")
    hint = did_you_mean(pattern.text, words) or f"the layers are {shown}"
    return Diagnostic("unmatched-pattern", f"'{pattern.text}' names no layer of the model", pattern.span, hint)


def _may_lie_in(pattern: str, name: str) -> bool:
    """Whether a pattern could name something inside a layer: the text before its first wildcard leads there."""
    fixed = pattern[: min((pattern.find(sign) for sign in "*?[" if sign in pattern), default=len(pattern))]
    return f"{name}/".startswith(fixed) or fixed.startswith(f"{name}/")
