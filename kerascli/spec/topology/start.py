"""`model.weights`: where the weights come from before the first step."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from kerascli.errors import KerascliError, did_you_mean
from kerascli.spec.component_parser import parse_component
from kerascli.spec.model_spec import ModelSpec, StartWeights
from kerascli.spec.nodes import Mapping, Node, Scalar, Sequence, kind_of
from kerascli.spec.patterns import layer_paths, matching
from kerascli.spec.places import START_WEIGHTS
from kerascli.spec.problems import Problems
from kerascli.spec.section import check_keys, choice

# A run, or a `.keras` file, as it is written → its absolute path.
Find = Callable[[Scalar], str]


def read_start_weights(
    node: Node | None, model: ModelSpec, find: Find, problems: Problems, *, trust: bool
) -> tuple[StartWeights, ...]:
    """The sources of weights in order: one mapping, or a list of them."""
    if node is None:
        return ()
    items = node.items if isinstance(node, Sequence) else (node,)
    found = (_source(item, model, find, problems, trust) for item in items)
    return tuple(one for one in found if one is not None)


def _source(node: Node, model: ModelSpec, find: Find, problems: Problems, trust: bool) -> StartWeights | None:
    if not isinstance(node, Mapping):
        hint = "write 'weights: {from: RUN or FILE}'"
        problems.add("wrong-type", f"'weights' must be a mapping, not {kind_of(node)}", node, hint)
        return None
    check_keys(node, START_WEIGHTS, "'weights'", problems)
    match = node.get("match")
    if match is not None:
        choice(match, "match", ("name",), problems)
    skip = _patterns(node.get("skip"), model, problems)
    origin = node.get("from")
    if isinstance(origin, Mapping):
        component = parse_component(origin, "layers", problems, trust=trust)
        return None if component is None else StartWeights(component, "name", skip, span=origin.span)
    if not isinstance(origin, Scalar) or not isinstance(origin.value, str):
        place = origin if origin is not None else node
        problems.add("missing-key", "'weights' does not say where they are from", place, "write 'from: RUN or FILE'")
        return None
    try:
        return StartWeights(find(origin), "name", skip, span=origin.span)
    except KerascliError as error:
        if Path(origin.value).is_absolute():
            # A run's own spec must stay readable when what it started from is gone; a check tells before training.
            return StartWeights(origin.value, "name", skip, span=origin.span)
        first = error.diagnostics[0]
        problems.add(first.code, first.message, origin, first.hint)
        return None


def _patterns(node: Node | None, model: ModelSpec, problems: Problems) -> tuple[str, ...]:
    if node is None:
        return ()
    items = node.items if isinstance(node, Sequence) else (node,)
    paths = list(layer_paths(model))
    found = []
    for item in items:
        if not isinstance(item, Scalar) or not isinstance(item.value, str):
            problems.add("wrong-type", f"a pattern must be text, not {kind_of(item)}", item)
        elif not matching(item.value, paths) and model.open_base is None:
            hint = did_you_mean(item.value, [path for path, _ in paths])
            problems.add("no-match", f"no layer matches '{item.value}'", item, hint)
        else:
            found.append(item.value)
    return tuple(found)
