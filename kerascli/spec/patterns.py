"""Shell patterns over the paths of layers: `*` crosses `/`, and `base/*` means all that came from the base."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from fnmatch import fnmatchcase

from kerascli.spec.model_spec import LayerSpec, ModelSpec
from kerascli.spec.training_spec import FitSpec, Pattern

BASE = "base/"
# Longer than any path; a pattern becomes a program whose length is its own.
MAXIMUM_LENGTH = 1_000


def layer_paths(model: ModelSpec) -> Iterator[tuple[str, LayerSpec]]:
    """Every layer with its path, those of nested models too; a layer that is called again stands once."""
    for layer in model.layers:
        if layer.shared is not None or layer.component.group == "ops":
            continue
        yield layer.name, layer
        if layer.nested is not None:
            for path, inner in layer_paths(layer.nested):
                yield f"{layer.name}/{path}", replace(inner, from_base=layer.from_base)


def matches(pattern: str, path: str, *, from_base: bool = False) -> bool:
    """Whether a pattern means the layer of a path, by the path itself or that of a block or model that it lies in."""
    if len(pattern) > MAXIMUM_LENGTH:
        return False
    parts = path.split("/")
    around = ["/".join(parts[:length]) for length in range(1, len(parts) + 1)]
    if any(fnmatchcase(one, pattern) for one in around):
        return True
    return from_base and pattern.startswith(BASE) and any(fnmatchcase(BASE + one, pattern) for one in around)


def matching(pattern: str, layers: Iterable[tuple[str, LayerSpec]]) -> list[str]:
    """The paths that a pattern means."""
    return [path for path, layer in layers if matches(pattern, path, from_base=layer.from_base)]


def frozen_but(layers: Iterable[LayerSpec], trainable: Iterable[str], prefix: str = "") -> tuple[LayerSpec, ...]:
    """The layers with all frozen that no pattern means; inside nested models too."""
    patterns = tuple(trainable)
    return tuple(_frozen(layer, patterns, f"{prefix}{layer.name}") for layer in layers)


def _frozen(layer: LayerSpec, patterns: tuple[str, ...], path: str) -> LayerSpec:
    if layer.shared is not None or layer.component.group == "ops":
        return layer
    if any(matches(pattern, path, from_base=True) for pattern in patterns):
        return layer
    if layer.nested is None:
        return replace(layer, trainable=False)
    inner = frozen_but(layer.nested.layers, patterns, f"{path}/")
    if all(one.trainable is False or one.shared is not None or one.component.group == "ops" for one in inner):
        return replace(layer, trainable=False)
    return replace(layer, nested=replace(layer.nested, layers=inner))


def without_base(fit: FitSpec, model: ModelSpec) -> FitSpec:
    """The fit section with each pattern of `base/` written out as the layers that came from the base."""
    if not any(pattern.text.startswith(BASE) for phase in fit.phases for pattern in (*phase.freeze, *phase.unfreeze)):
        return fit
    paths = [(path, layer) for path, layer in layer_paths(model) if layer.from_base]
    if not paths:
        # A layer may be called `base`.
        return fit

    def named(patterns: tuple[Pattern, ...]) -> tuple[Pattern, ...]:
        found: list[Pattern] = []
        for pattern in patterns:
            if pattern.text.startswith(BASE):
                found += [replace(pattern, text=path) for path in matching(pattern.text, paths)]
            else:
                found.append(pattern)
        return tuple(found)

    phases = tuple(replace(one, freeze=named(one.freeze), unfreeze=named(one.unfreeze)) for one in fit.phases)
    return replace(fit, phases=phases)
