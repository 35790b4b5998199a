"""Starting weights: copied from another run, a file or an application, layer by layer, before the first step."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import keras
import numpy as np

from kerascli.components import build_component
from kerascli.components.keras_file import open_model
from kerascli.data.read_arrays import read_arrays
from kerascli.errors import Diagnostic, KerascliError, Span, SpecError
from kerascli.model.layer_paths import layer_paths
from kerascli.record.run_folder import RunFolder
from kerascli.spec.component import Component
from kerascli.spec.from_keras import read_keras_file
from kerascli.spec.keras_config.reading import Rename
from kerascli.spec.model_spec import LayerSpec, ModelSpec, StartWeights
from kerascli.spec.patterns import layer_paths as spec_layers
from kerascli.spec.patterns import matches
from kerascli.spec.spec import Spec


@dataclass(frozen=True)
class StartReport:
    """What one source of weights gave.

    Attributes:
        source: Where the weights came from.
        copied: The paths of the layers that got theirs.
        missing: Layers with weights that the source does not have.
        differing: Layers whose weights have another shape there.
        skipped: Layers that a pattern left out.
        unused: Layers of the source that no layer here goes by.
        span: Where the spec names the source.
    """

    source: str
    copied: tuple[str, ...]
    missing: tuple[str, ...]
    differing: tuple[str, ...]
    skipped: tuple[str, ...]
    unused: tuple[str, ...]
    span: Span | None = None

    def to_json(self) -> dict[str, Any]:
        """What the run's record holds."""
        return {one.name: getattr(self, one.name) for one in fields(self) if one.name != "span"}

    def __str__(self) -> str:
        """One line for people."""
        parts = [f"{len(self.copied)} layers start with the weights of {self.source}"]
        for word, names in (("missing there", self.missing), ("of other shapes", self.differing)):
            if names:
                parts.append(f"{len(names)} {word}: {', '.join(names[:5])}{' …' if len(names) > 5 else ''}")
        if self.skipped:
            parts.append(f"{len(self.skipped)} skipped")
        return "; ".join(parts)


def apply_start_weights(spec: Spec, model: Any) -> tuple[StartReport, ...]:
    """Gives a fresh model the weights that its spec names; to be called inside `keras_session`.

    Args:
        spec: The spec.
        model: Its model.

    Returns:
        What each source gave, in order.

    Raises:
        SpecError: A file of one layer does not fit it, or a base lacks weights of its own layers.
        EnvironmentProblem: A file can't be read.
    """
    layers = {path: layer for path, layer in layer_paths(model).items() if layer.weights}
    reports = tuple(_copy(one, spec, layers) for one in spec.model.start if not _is_random(one))
    for path, layer in spec_layers(spec.model):
        if layer.weights is not None:
            _load_layer(layer, layers.get(path), path)
    return reports


def _is_random(start: StartWeights) -> bool:
    """An application that was asked for without weights has nothing to give."""
    return isinstance(start.source, Component) and start.source.value("weights") is None


def _copy(start: StartWeights, spec: Spec, layers: dict[str, Any]) -> StartReport:
    source, shown = _source(start, spec)
    wanted = _base_paths(spec.model) if start.base else set(layers)
    copied, missing, differing, skipped = [], [], [], []
    for path, layer in layers.items():
        other = source.get(path)
        if path not in wanted or isinstance(layer, keras.Model):
            # A nested model gets its weights layer by layer.
            continue
        if any(matches(pattern, path) for pattern in start.skip):
            skipped.append(path)
        elif other is None:
            missing.append(path)
        elif [tuple(one.shape) for one in other.weights] != [tuple(one.shape) for one in layer.weights]:
            differing.append(path)
        else:
            layer.set_weights(other.get_weights())
            copied.append(path)
    if start.base and (missing or differing):
        names = ", ".join(f"'{path}'" for path in (missing + differing)[:5])
        raise SpecError([Diagnostic("base-weights", f"the base has no fitting weights for {names}", start.span)])
    unused = [path for path in source if path not in layers and not start.base]
    return StartReport(
        shown, tuple(copied), tuple(missing), tuple(differing), tuple(skipped), tuple(unused), start.span
    )


def _base_paths(model: ModelSpec) -> set[str]:
    return {path for path, layer in spec_layers(model) if layer.from_base}


def _source(start: StartWeights, spec: Spec) -> tuple[dict[str, Any], str]:
    """The layers with weights of a source by path, and what people call it."""
    if isinstance(start.source, Component):
        return _with_weights(layer_paths(build_component(start.source))), start.source.name
    path = Path(start.source)
    if path.is_dir():
        from kerascli.run.load_run import load_run

        folder = RunFolder(path)
        loaded = load_run(folder, weights="result" if folder.model.is_file() else "last", trust=spec.trusted)
        return _with_weights(layer_paths(loaded.model)), folder.name
    return _with_weights(_file_layers(path, start.span)), path.name


def _file_layers(path: Path, span: Span | None) -> dict[str, Any]:
    """The layers of a `.keras` file, by the names that a spec gives them."""
    try:
        model = open_model(path)
    except KerascliError as error:
        raise type(error)(replace(one, span=span) for one in error.diagnostics) from error
    if not isinstance(model, keras.Sequential) and not hasattr(model, "operations"):
        return layer_paths(model)
    renames = read_keras_file(path).renames
    renamed = {f"{one.model}/{one.old}".lstrip("/").replace(".", "/"): _new_path(one) for one in renames}
    return {renamed.get(name, name): layer for name, layer in layer_paths(model).items()}


def _new_path(rename: Rename) -> str:
    return f"{rename.model}/{rename.new}".lstrip("/")


def _with_weights(layers: dict[str, Any]) -> dict[str, Any]:
    return {path: layer for path, layer in layers.items() if layer.weights and not isinstance(layer, keras.Model)}


def _load_layer(spec: LayerSpec, layer: Any, path: str) -> None:
    """`weights: glove.npy` beside a layer.

    Raises:
        SpecError: The file can't be read, or does not fit the layer.
    """
    assert spec.weights is not None
    span = spec.weights_span or spec.span
    if layer is None:
        raise SpecError([Diagnostic("layer-weights", f"'{path}' has no weights to fill", span)])
    arrays = _read_arrays(Path(spec.weights), span)
    shapes = [tuple(one.shape) for one in layer.weights]
    if [tuple(array.shape) for array in arrays] != shapes[: len(arrays)] or len(arrays) > len(shapes):
        found = ", ".join(str(tuple(array.shape)) for array in arrays)
        wanted = ", ".join(f"{one.name} {tuple(one.shape)}" for one in layer.weights)
        message = f"'{Path(spec.weights).name}' holds {found}, where '{path}' has {wanted}"
        raise SpecError([Diagnostic("layer-weights", message, span, "write arrays of the layer's shapes, in order")])
    for weight, array in zip(layer.weights, arrays, strict=False):
        weight.assign(array)


def _read_arrays(path: Path, span: Span | None) -> list[Any]:
    """One array of a `.npy` file; of a `.npz` file all, in its order. Objects are never unpickled."""
    if not path.is_file():
        raise SpecError([Diagnostic("missing-file", f"there is no file '{path}'", span, "name a .npy or .npz file")])
    try:
        arrays = list(read_arrays(path).values())
    except KerascliError as error:
        message = error.diagnostics[0].message
        raise SpecError([Diagnostic("layer-weights", message, span)]) from error
    for array in arrays:
        if array.dtype.kind not in "fiub" or not np.isfinite(array).all():
            message = f"'{path.name}' holds values that are no finite numbers"
            raise SpecError([Diagnostic("layer-weights", message, span)])
    return arrays
