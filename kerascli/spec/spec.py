"""`Spec`: one whole spec, parsed and valid; what every other room reads."""

from __future__ import annotations

from collections.abc import Mapping as Table
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from kerascli.errors import Diagnostic, SourceText
from kerascli.spec.component import Component
from kerascli.spec.data_spec import DataSpec
from kerascli.spec.distribute_spec import DistributeSpec
from kerascli.spec.expect_parser import Expectation
from kerascli.spec.ignored import IgnoredCode
from kerascli.spec.model_spec import ModelSpec
from kerascli.spec.nodes import Mapping
from kerascli.spec.performance_parser import PerformanceSpec
from kerascli.spec.plugins.section import LoadedPlugins
from kerascli.spec.training_spec import CheckpointSpec, CompileSpec, FitSpec, LogSpec

if TYPE_CHECKING:
    from kerascli.spec.tune_spec import TuneSpec


@dataclass(frozen=True)
class Spec:
    """A spec; made by `load_spec` alone.

    Attributes:
        name: The run's name.
        model: The model.
        seed: For Python, NumPy, TensorFlow, shuffling and splits.
        dtype: Keras's global dtype policy.
        data: The data section, or None where the spec has none.
        compile: The compile section, or None where the spec has none.
        fit: The fit section, with its defaults where the spec has none.
        callbacks: The callbacks in order.
        checkpoints: The checkpoints section.
        logs: The logs section.
        description: What the spec says of itself.
        tags: Its tags.
        path: The file.
        sources: The texts that it was made of: the file, those that it extends, and the overrides of the command line.
        tree: The nodes after the overrides, for `config` and the resolved spec.
        warnings: What is doubtful but not wrong.
        trusted: Whether the user said `--trust`.
        plugins: The plugins, imported.
        environment: The variables of the environment that it read, each with its value; None where it is not set.
        expect: What its run must reach.
        performance: What it says of what changes the time alone.
        distribute: The devices and machines that it is trained on.
        ignored: The warnings that it silences.
        tune: What a search over it varies; None where it says nothing of one.
        written: The nodes before variables are filled in, for the variants of a search.
    """

    name: str
    model: ModelSpec
    seed: int
    dtype: str
    data: DataSpec | None
    compile: CompileSpec | None
    fit: FitSpec
    callbacks: tuple[Component, ...]
    checkpoints: CheckpointSpec
    logs: LogSpec
    description: str | None = None
    tags: tuple[str, ...] = ()
    path: Path = field(default_factory=Path)
    sources: tuple[SourceText, ...] = field(default=(), repr=False)
    tree: Mapping | None = field(default=None, repr=False, compare=False)
    warnings: tuple[Diagnostic, ...] = field(default=(), repr=False, compare=False)
    trusted: bool = False
    plugins: LoadedPlugins = field(default_factory=LoadedPlugins)
    environment: Table[str, str | None] = field(default_factory=dict, repr=False, compare=False)
    expect: tuple[Expectation, ...] = ()
    performance: PerformanceSpec = field(default_factory=PerformanceSpec)
    distribute: DistributeSpec = field(default_factory=DistributeSpec)
    ignored: tuple[IgnoredCode, ...] = ()
    tune: TuneSpec | None = None
    written: Mapping | None = field(default=None, repr=False, compare=False)
