"""`tune`: the search over values of the spec; each fault of it at its place, before anything is tried."""

from __future__ import annotations

from collections.abc import Mapping as Table
from typing import Any, cast

from kerascli.errors import did_you_mean
from kerascli.spec.nodes import Mapping, Node, Scalar, folder_of, kind_of
from kerascli.spec.places import TUNE
from kerascli.spec.problems import Problems
from kerascli.spec.section import check_keys, choice, number, section_of, text, truth, whole_number
from kerascli.spec.space_parser import parse_space
from kerascli.spec.tune_spec import Dimension, Direction, Method, TuneSpec

# What each takes, in Optuna's words, with the least value; `bool` is true or false, a float may be any number above it.
SAMPLERS: Table[str, Table[str, Any]] = {
    "tpe": {"n_startup_trials": 0, "n_ei_candidates": 1, "multivariate": bool, "group": bool, "constant_liar": bool},
    "random": {},
    "grid": {},
    "cmaes": {"n_startup_trials": 0, "sigma0": 0.0, "popsize": 3, "with_margin": bool, "use_separable_cma": bool},
}
PRUNERS: Table[str, Table[str, Any]] = {
    "median": {"n_startup_trials": 0, "n_warmup_steps": 0, "interval_steps": 1, "n_min_trials": 1},
    "percentile": {
        "percentile": 0.0,
        "n_startup_trials": 0,
        "n_warmup_steps": 0,
        "interval_steps": 1,
        "n_min_trials": 1,
    },
    "hyperband": {"min_resource": 1, "reduction_factor": 2},
    "halving": {"min_resource": 1, "reduction_factor": 2, "min_early_stopping_rate": 0},
    "none": {},
}
# What Optuna does not take together: an argument and its value, another one and its value.
_APART: Table[str, tuple[str, bool, str, bool]] = {
    "tpe": ("group", True, "multivariate", False),
    "cmaes": ("with_margin", True, "use_separable_cma", True),
}
_DIRECTIONS: Table[str, Direction] = {
    "minimize": "minimize",
    "maximize": "maximize",
    "min": "minimize",
    "max": "maximize",
}
DEFAULT_TRIALS = 30
# What a grid may have: its settings are written down one by one.
LARGEST_GRID = 100_000
# How the name of a file ends that keeps a study.
STORAGE_FILES = (".db", ".journal")


def is_storage(place: str) -> bool:
    """Whether a study can be kept there: a URL of a database, or a file."""
    return "://" in place or place.endswith(STORAGE_FILES)


def parse_tune(node: Node | None, root: Mapping, problems: Problems) -> TuneSpec | None:
    """The section.

    Args:
        node: Its node.
        root: The whole spec before variables are filled in: what the paths of the space lead through.
        problems: Where faults go.
    """
    if node is None or (isinstance(node, Scalar) and node.value is None):
        return None
    section = section_of(node, "tune", problems)
    if section is None:
        return None
    check_keys(section, TUNE, "'tune'", problems)
    space = parse_space(section, root, problems)
    sampler = _method(section, "sampler", SAMPLERS, "tpe", problems)
    pruner = _method(section, "pruner", PRUNERS, "median", problems)
    metric, direction = section.get("metric"), section.get("direction")
    word = choice(direction, "direction", tuple(_DIRECTIONS), problems) if direction is not None else None
    on_error, storage = section.get("on_error"), section.get("storage")
    found = TuneSpec(
        space,
        text(metric, "metric", problems) if metric is not None else None,
        _DIRECTIONS[word] if word is not None else None,
        _trials(section, sampler, problems),
        sampler,
        pruner,
        _count(section, "parallel", 1, problems) or 1,
        cast(
            "Any", choice(on_error, "on_error", ("continue", "stop"), problems) if on_error is not None else "continue"
        ),
        _count(section, "seed", 0, problems),
        _storage(storage, problems) if storage is not None else None,
        span=(root.key("tune") or node).span,
        metric_span=metric.span if metric is not None else None,
        direction_span=direction.span if direction is not None else None,
    )
    _check_grid(found, section, problems)
    return found


def _trials(section: Mapping, sampler: Method, problems: Problems) -> int | None:
    written = _count(section, "trials", 1, problems)
    return written if written is not None or sampler.name == "grid" else DEFAULT_TRIALS


def _storage(node: Node, problems: Problems) -> str | None:
    place = text(node, "storage", problems)
    if place is None:
        return None
    if not is_storage(place):
        hint = "write a URL such as 'postgresql://user@host/name', or a file such as 'study.journal'"
        problems.add("storage", f"'{place}' is no storage of a study", node, hint)
    return place if "://" in place else str(folder_of(node) / place)


def _count(section: Mapping, name: str, minimum: int, problems: Problems) -> int | None:
    node = section.get(name)
    return None if node is None else whole_number(node, name, problems, minimum=minimum)


def _method(section: Mapping, key: str, methods: Table[str, Any], default: str, problems: Problems) -> Method:
    """`name`, or `{name: {argument: value}}`."""
    node = section.get(key)
    if node is None:
        return Method(default)
    if isinstance(node, Scalar) and node.value is None:
        # YAML's own nothing: people write `pruner: null` for none.
        node = Scalar("none", node.span, node.text) if key == "pruner" else node
    if not isinstance(node, Mapping) or len(node.entries) != 1:
        if isinstance(node, Scalar):
            return Method(choice(node, key, tuple(methods), problems) or default)
        message = f"'{key}' must be a name, or one name with its arguments, not {kind_of(node)}"
        problems.add("wrong-type", message, node, f"write '{key}: {default}'")
        return Method(default)
    name, arguments = node.entries[0]
    word = str(name.value)
    if word not in methods:
        problems.add("unknown-choice", f"'{key}' does not take '{word}'", name, did_you_mean(word, methods))
        return Method(default)
    values = section_of(arguments, word, problems)
    found = {}
    for argument, value in values.entries if values is not None else ():
        read = _argument(str(argument.value), argument, value, methods[word], word, problems)
        if read is not None:
            found[str(argument.value)] = read
    if values is not None and word in _APART:
        one, its, other, others = _APART[word]
        if found.get(one) is its and found.get(other) is others:
            message = f"'{one}: {str(its).lower()}' of '{word}' can't be had with '{other}: {str(others).lower()}'"
            problems.add("arguments-disagree", message, values.key(one), "leave one of them out")
    return Method(word, found)


def _argument(
    name: str, key: Scalar, value: Node, known: Table[str, Any], owner: str, problems: Problems
) -> float | bool | None:
    if name not in known:
        hint = did_you_mean(name, known) or "leave it out"
        problems.add("unknown-argument", f"'{owner}' has no argument '{name}'", key, hint)
        return None
    least = known[name]
    if least is bool:
        return truth(value, name, problems)
    if isinstance(least, int):
        return whole_number(value, name, problems, minimum=least)
    read = number(value, name, problems)
    if read is not None and (not 0 <= read <= 100 if name == "percentile" else read <= least):
        ends = "from 0 to 100" if name == "percentile" else f"above {least:g}"
        problems.add("out-of-range", f"'{name}' must be {ends}, not {read:g}", value)
        return None
    return read


def _check_grid(found: TuneSpec, section: Mapping, problems: Problems) -> None:
    """A grid needs single values, and not too many of them."""
    if found.sampler.name != "grid" or not found.space:
        return
    endless = [one for one in found.space if one.count is None]
    for one in endless:
        message = f"'grid' needs single values, and '{one.kind}' is a range without steps"
        problems.add("search-space", message, _kind_key(one), _single_values(one))
    size = found.grid_size
    if not endless and size is not None and size > LARGEST_GRID:
        message = f"the grid has {size:,} settings"
        hint = f"leave some values out, or write 'sampler: tpe'; a grid has at most {LARGEST_GRID:,}"
        problems.add("search-space", message, section.key("space"), hint)


def _kind_key(one: Dimension) -> Node:
    key = one.entry.key(one.kind) if isinstance(one.entry, Mapping) else None
    return key or one.entry


def _single_values(one: Dimension) -> str:
    low, high = one.bounds
    more = " or add a 'step'," if one.kind == "uniform" else ""
    return f"write '{{choice: [{low:g}, {high:g}]}}',{more} or take another sampler"
