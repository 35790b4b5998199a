"""A `.keras` file → a model that can be evaluated on tables."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import keras

from kerascli.components.keras_file import open_model
from kerascli.data.columns import Expected
from kerascli.data.fit_preprocessing import fit_preprocessing
from kerascli.data.make_split import make_split
from kerascli.data.prepare import complete
from kerascli.data.rows import Rows
from kerascli.data.saved_preprocessing import FILE, load_preprocessing
from kerascli.data.split import Split
from kerascli.errors import EnvironmentProblem, SourceText, Span
from kerascli.record.run_folder import RunFolder
from kerascli.record.sources import PLUGINS, check_sources
from kerascli.run.session import saved_names
from kerascli.spec.component import Component
from kerascli.spec.data_spec import DataSpec
from kerascli.spec.load import load_spec
from kerascli.spec.model_spec import InputSpec, ModelSpec, OutputSpec, TensorReference


def load_model_file(path: Path, *, trust: bool = False) -> tuple[Any, Callable[[Rows, bool], Split]]:
    """A `.keras` file in safe mode, and how a table becomes what it takes.

    The transforms of a run are used where the file lies in one; else fields go to inputs and outputs by their names.

    Raises:
        UsageError: There is no such file, or it is of another kind.
        EnvironmentProblem: It can't be loaded, or must not be.
    """
    try:
        with keras.saving.custom_object_scope(_plugins_beside(path, trust=trust)):
            model = open_model(path, trust=trust, compiled=True)
    except EnvironmentProblem as error:
        if not trust and (RunFolder(path.parent).source / PLUGINS).is_dir():
            hint = "say '--trust' if you trust the run's plugins"
            raise EnvironmentProblem(replace(one, hint=hint) for one in error.diagnostics) from error
        raise
    if (path.parent / "preprocessing" / FILE).is_file():
        saved = load_preprocessing(path.parent / "preprocessing")
        return model, lambda rows, targets: make_split(rows, saved, targets=targets, stream=True)
    return model, lambda rows, targets: _by_name(model, rows, targets=targets)


def _plugins_beside(path: Path, *, trust: bool) -> dict[str, Any]:
    """What a model needs that is the result of a run with plugins; nothing without trust."""
    folder = RunFolder(path.parent)
    if not trust or not (folder.source / PLUGINS).is_dir() or not folder.spec.is_file():
        return {}
    check_sources(folder.source)
    return saved_names(load_spec(folder.spec, trust=True))


def _by_name(model: Any, rows: Rows, *, targets: bool) -> Split:
    """Fields to inputs and outputs by name, or the only one left over."""
    here = SourceText("the model", "").span(1, 1)
    inputs = tuple(InputSpec(tensor.name, tuple(tensor.shape[1:]), tensor.dtype) for tensor in model.inputs)
    # A saved Sequential does not keep the names of its outputs; its last layer has the name of its one head.
    names = list(getattr(model, "output_names", None) or [model.layers[-1].name])
    spec = _bare_model(inputs, names, here)
    data = DataSpec(Component("sources", rows.source, (), here), targets=None if targets else ())
    found = complete(data, spec, list(rows.head.fields))
    expected = {item.name: Expected(item.shape or (), item.dtype) for item in inputs}
    columns = fit_preprocessing(found.inputs or (), found.targets or () if targets else (), rows, expected, {})
    columns = columns.with_output_shapes(
        {name: tuple(output.shape) for name, output in zip(names, model.outputs, strict=True)}
    )
    return make_split(rows, columns, targets=bool(columns.targets), stream=True)


def _bare_model(inputs: tuple[InputSpec, ...], outputs: list[str], span: Span) -> ModelSpec:
    heads = tuple(OutputSpec(name, TensorReference(name, None, span), span) for name in outputs)
    return ModelSpec(inputs, (), heads, "functional", span)
