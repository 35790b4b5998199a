"""`load_spec`: a file and the command line's overrides → a valid `Spec`, or every fault at once."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence as Overrides
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from kerascli.errors import SourceText, did_you_mean
from kerascli.spec.callback_parser import parse_callbacks
from kerascli.spec.check_parser import parse_check
from kerascli.spec.compile_parser import parse_compile
from kerascli.spec.component import Component
from kerascli.spec.data_parser import parse_data
from kerascli.spec.distribute_spec import DistributeSpec
from kerascli.spec.dtype_policy import parse_dtype
from kerascli.spec.environment import warn_of_changes
from kerascli.spec.expect_parser import parse_expect
from kerascli.spec.extends import check_bounds, read_file
from kerascli.spec.fields import infer_known_fields
from kerascli.spec.fit_parser import parse_checkpoints, parse_fit, parse_logs
from kerascli.spec.learning_rates import check_settable_rates
from kerascli.spec.model_parser import parse_model
from kerascli.spec.model_spec import LayerSpec, ModelSpec, Wiring
from kerascli.spec.nodes import Mapping, Scalar, kind_of
from kerascli.spec.partly_wrong import PartlyWrong, SectionFaults
from kerascli.spec.performance_parser import parse_performance
from kerascli.spec.phase_parser import check_patterns
from kerascli.spec.places import REUSE_SECTIONS, ROOT
from kerascli.spec.plugins.section import load_plugins
from kerascli.spec.problems import Problems
from kerascli.spec.section import text, texts, whole_number
from kerascli.spec.spec import Spec
from kerascli.spec.text import read_text
from kerascli.spec.training_spec import CheckpointSpec, FitSpec
from kerascli.spec.variables import fill_variables

if TYPE_CHECKING:
    from kerascli.spec.tune_spec import TuneSpec

_RUN_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,99}\Z")


def load_spec(
    path: str | os.PathLike[str],
    overrides: Overrides[str] = (),
    trust: bool = False,
    runs: str | os.PathLike[str] = "runs",
) -> Spec:
    """Reads a spec.

    Args:
        path: The YAML file.
        overrides: `path=value`, `+path=value` and `~path`, as on the command line, in order.
        trust: Whether the spec may name components that run code.
        runs: The folder that holds all runs, for a model that starts from one of them.

    Returns:
        The spec, every name found and every argument checked; its `warnings` hold what is doubtful.

    Raises:
        UsageError: The file can't be read, or an override has no path.
        SpecError: Something is wrong; the error holds every diagnostic, in the order of the file.
    """
    source = read_text(Path(path))
    problems = Problems()
    tree, texts_read = read_tree(source, overrides, problems)
    return parse_spec(tree, Path(path), texts_read, problems, trust=trust, runs=Path(runs))


def read_tree(
    source: SourceText, overrides: Overrides[str], problems: Problems
) -> tuple[Mapping, tuple[SourceText, ...]]:
    """The nodes of a text, all that it extends, and the overrides; and the texts that they stand in.

    Raises:
        SpecError: A text is not YAML, or not a mapping; a file that it extends can't be read.
    """
    root, sources = read_file(source, problems)
    if not overrides:
        return root, sources
    from kerascli.spec.overrides import apply_overrides

    command_line, root = apply_overrides(root, overrides, problems)
    check_bounds(root, root, problems)
    return root, (*sources, command_line)


def parse_spec(
    root: Mapping,
    path: Path,
    sources: tuple[SourceText, ...],
    problems: Problems,
    *,
    trust: bool = False,
    runs: Path = Path("runs"),
) -> Spec:
    """The spec that a tree of nodes writes.

    Raises:
        SpecError: With every fault.
    """
    _check_sections(root, problems)
    filled, environment = fill_variables(root, problems)
    problems.ignored = parse_check(filled.get("check"), problems)
    warn_of_changes(environment, path.parent, problems)
    found = len(problems.found)
    plugins = load_plugins(filled, problems, trust=trust)
    if len(problems.found) > found:
        # What else is wrong can't be told without them.
        problems.raise_errors()
    earlier = problems.failed
    with plugins.known():
        tune = _tune(filled, root, problems)
        spec = _parse(filled, path, sources, problems, earlier=earlier, trust=trust, runs=runs)
    return replace(spec, plugins=plugins, environment=environment.read, tune=tune, written=root)


def _parse(
    root: Mapping,
    path: Path,
    sources: tuple[SourceText, ...],
    problems: Problems,
    *,
    earlier: bool,
    trust: bool,
    runs: Path,
) -> Spec:
    """The spec, once its plugins' names are known; `earlier` says whether something is wrong that all sections may depend on."""
    read = SectionFaults(problems)
    model = read.section("model", parse_model(root.get("model"), root, problems, trust=trust, runs=runs))
    input_names = [item.name for item in model.inputs] if model is not None else []
    output_names = [output.name for output in model.outputs] if model is not None else []
    data = read.section("data", parse_data(root.get("data"), input_names, output_names, problems))
    compile_spec = read.section("compile", parse_compile(root.get("compile"), output_names, problems, trust=trust))
    fit = read.section("fit", parse_fit(root.get("fit"), output_names, problems, trust=trust))
    callbacks = parse_callbacks(root.get("callbacks"), problems, trust=trust)
    check_settable_rates(compile_spec, fit, callbacks, problems)
    read.section("callbacks", callbacks)
    if model is not None:
        check_patterns(fit, model, problems)
        read.section("fit", fit)
    checkpoints = read.section("checkpoints", parse_checkpoints(root.get("checkpoints"), problems))
    logs = read.section("logs", parse_logs(root.get("logs"), problems))
    expect = read.section("expect", parse_expect(root.get("expect"), problems))
    performance = read.section("performance", parse_performance(root.get("performance"), problems))
    distribute = read.section("distribute", _distribute(root, problems))
    name, seed = read.section("name", (_name(root, path, problems), _seed(root, problems)))
    dtype = read.section("dtype", parse_dtype(root.get("dtype"), problems))
    shown, tag_words = _notes(root, problems)
    if model is not None and data is not None and not read.faulty & {"model", "data"}:
        data = read.section("data", infer_known_fields(data, model, problems))
    spec = Spec(
        name, model or ModelSpec((), (), (), "functional"), seed, dtype, data, compile_spec, fit, callbacks, checkpoints,
        logs, shown, tag_words, path, sources, root, problems.ordered(), trust, expect=expect,
        performance=performance, distribute=distribute, ignored=problems.ignored,
    )  # fmt: skip
    if not earlier:
        _refuse_partly(spec, problems, read.faulty)
    problems.raise_errors()
    return spec


def _refuse_partly(spec: Spec, problems: Problems, faulty: set[str]) -> None:
    """Raises the errors, where there are any, with what is sound of the spec."""
    if problems.failed:
        whole = "model" not in faulty
        sound = _sound(spec if whole else replace(spec, model=_layers(problems.components)), faulty)
        raise PartlyWrong(problems.ordered(), sound, whole_model=whole)


def _sound(spec: Spec, faulty: set[str]) -> Spec:
    """The spec without the sections that have errors; of a list of callbacks those that have none."""
    # How long a training is, and what it logs, is not known without these.
    short = faulty & {"data", "fit"}
    return replace(
        spec,
        data=None if short else spec.data,
        compile=None if faulty & {"compile", "dtype"} else spec.compile,
        fit=FitSpec() if short else spec.fit,
        callbacks=() if short else spec.callbacks,
        checkpoints=CheckpointSpec() if short or "checkpoints" in faulty else spec.checkpoints,
        expect=() if short or "expect" in faulty else spec.expect,
        warnings=(),
    )


def _notes(root: Mapping, problems: Problems) -> tuple[str | None, tuple[str, ...]]:
    """What a spec says of itself: its description and its tags."""
    description, tags = root.get("description"), root.get("tags")
    shown = text(description, "description", problems) if description is not None else None
    return shown, texts(tags, "tags", problems) if tags is not None else ()


def _layers(components: list[Component]) -> ModelSpec:
    """The layers that could be read of a model that has a fault, each by itself."""
    layers = [LayerSpec(one.name, one, Wiring("one"), span=one.span) for one in components]
    return ModelSpec((), tuple(layers), (), "functional")


def _tune(filled: Mapping, root: Mapping, problems: Problems) -> TuneSpec | None:
    if filled.get("tune") is None:
        return None
    # Few specs are searched over, or trained on several devices.
    from kerascli.spec.tune_parser import parse_tune

    return parse_tune(filled.get("tune"), root, problems)


def _distribute(root: Mapping, problems: Problems) -> DistributeSpec:
    if root.get("distribute") is None:
        return DistributeSpec()
    from kerascli.spec.distribute_parser import parse_distribute

    return parse_distribute(root.get("distribute"), problems)


def _check_sections(root: Mapping, problems: Problems) -> None:
    for key, _ in root.entries:
        word = str(key.value)
        if word in ROOT.keys or word.startswith("x-"):
            continue
        problems.add("unknown-key", f"unknown section '{word}'", key, _section_hint(word))
    version = root.get("kerascli")
    if version is not None and not (isinstance(version, Scalar) and version.value == 1 and version.value is not True):
        shown = version.text if isinstance(version, Scalar) else kind_of(version)
        problems.add(
            "version", f"this kerascli reads version 1 of the language, not '{shown}'", version, "write 'kerascli: 1'"
        )


def _section_hint(word: str) -> str | None:
    """The nearest section, or the section that has this key."""
    for name, place in ROOT.keys.items():
        if word in place.keys and word not in ("name",):
            return f"'{word}' belongs below '{name}:'"
    return did_you_mean(word, [*ROOT.keys, *REUSE_SECTIONS])


def _name(root: Mapping, path: Path, problems: Problems) -> str:
    node = root.get("name")
    if node is None:
        return fitted_name(path.stem)
    value = node.value if isinstance(node, Scalar) else None
    if not isinstance(value, str) or not _RUN_NAME.match(value) or value == "latest":
        shown = node.text if isinstance(node, Scalar) else kind_of(node)
        hint = "use at most 100 letters, digits, '_', '.' and '-', a letter, digit or '_' first, and not 'latest'"
        problems.add("name", f"'{shown}' can't name a run", node, hint)
        return fitted_name(path.stem)
    return value


def fitted_name(stem: str) -> str:
    """A file's stem made to fit as the name of a run."""
    name = re.sub(r"[^A-Za-z0-9._-]+", "_", stem).lstrip(".-")[:100] or "run"
    return "run_latest" if name == "latest" else name


def _seed(root: Mapping, problems: Problems) -> int:
    node = root.get("seed")
    if node is None:
        return 0
    value = whole_number(node, "seed", problems, minimum=0)
    if value is not None and value >= 2**32:
        problems.add("out-of-range", "'seed' must be below 2^32, as NumPy wants it", node)
    return value or 0
