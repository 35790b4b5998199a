"""Lints of what learns at all: there is a loss, and behind it are weights that are not frozen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from kerascli.check.heads import find_heads
from kerascli.check.shapes import Shapes
from kerascli.errors import Diagnostic, Note
from kerascli.spec.model_spec import LayerSpec, ModelSpec
from kerascli.spec.patterns import layer_paths, matches
from kerascli.spec.spec import Spec

# Layers that surely have no weights that training changes; any other may have some.
_WEIGHTLESS = frozenset(
    {
        *("Activation", "ActivityRegularization", "Add", "AlphaDropout", "Average", "CategoryEncoding", "CenterCrop"),
        *("Concatenate", "Discretization", "Dot", "Dropout", "ELU", "Flatten", "GaussianDropout", "GaussianNoise"),
        *("HashedCrossing", "Hashing", "Identity", "IntegerLookup", "LeakyReLU", "Masking", "Maximum", "Minimum"),
        *("Multiply", "Normalization", "Permute", "ReLU", "RepeatVector", "Rescaling", "Reshape", "Resizing"),
        *("Softmax", "StringLookup", "Subtract", "TextVectorization", "UnitNormalization"),
        *(
            f"{kind}{rank}D"
            for kind in (
                *("AveragePooling", "Cropping", "GlobalAveragePooling", "GlobalMaxPooling", "MaxPooling"),
                *("SpatialDropout", "UpSampling", "ZeroPadding"),
            )
            for rank in (1, 2, 3)
        ),
    }
)


def no_loss(spec: Spec) -> Iterator[Diagnostic]:
    """No head has a loss, and no layer makes one of its own."""
    if spec.compile is None or spec.model.own_class is not None or spec.model.open_base is not None:
        return
    if not spec.compile.losses or any(loss is not None for loss in spec.compile.losses):
        return
    if any(_may_add_loss(layer) for _, layer in layer_paths(spec.model)):
        return
    name = spec.model.outputs[0].name if spec.model.outputs else "y"
    hint = f"write '{name}: mean_squared_error', or the like"
    yield Diagnostic("no-loss", "no head has a loss, so that nothing is learnt", spec.compile.loss_span, hint)


def _may_add_loss(layer: LayerSpec) -> bool:
    component = layer.component
    own = component.name.startswith("plugins.") or component.group not in ("layers", "models")
    regularized = component.name == "ActivityRegularization" or any(
        "regularizer" in one.name for one in component.arguments
    )
    # A layer may hold others.
    return own or regularized or component.value("layer") is not None or component.value("cell") is not None


def nothing_learns(spec: Spec) -> Iterator[Diagnostic]:
    """Every layer with weights is frozen: by the model, or in a phase."""
    if spec.compile is None or spec.model.own_class is not None or spec.model.open_base is not None:
        return
    layers = [(path, layer) for path, layer in layer_paths(spec.model) if layer.nested is None and _has_weights(layer)]
    if not layers:
        return
    frozen = set(_frozen(spec.model))
    learning = {path for path, _ in layers if path not in frozen}
    patterns = [pattern for phase in spec.fit.phases for pattern in (*phase.freeze, *phase.unfreeze)]
    if any(layer.component.group == "applications" for _, layer in layers) and patterns:
        # What lies in these is known only when they are made.
        return
    if not patterns:
        if not learning:
            yield _nothing(layers, spec)
        return
    for number, phase in enumerate(spec.fit.phases, 1):
        for pattern in phase.freeze:
            learning -= {path for path, layer in layers if matches(pattern.text, path, from_base=layer.from_base)}
        for pattern in phase.unfreeze:
            learning |= {path for path, layer in layers if matches(pattern.text, path, from_base=layer.from_base)}
        if not learning:
            place = phase.freeze[0].span if phase.freeze else phase.span
            message = f"nothing learns in phase {number}: all {len(layers)} layers with weights are frozen"
            yield Diagnostic("nothing-learns", message, place, "leave a layer out, or add 'unfreeze: [PATTERN]'")
            return


def _nothing(layers: list[tuple[str, LayerSpec]], spec: Spec) -> Diagnostic:
    last = layers[-1][1]
    message = "nothing learns: every layer with weights is frozen"
    hint = f"remove 'trainable: false' from '{last.name}', or unfreeze it in a phase"
    notes = (Note("trained by this", spec.compile.span),) if spec.compile is not None else ()
    return Diagnostic("nothing-learns", message, last.span, hint, notes)


def _has_weights(layer: LayerSpec) -> bool:
    component = layer.component
    return component.group not in ("ops",) and not (component.group == "layers" and component.name in _WEIGHTLESS)


def _frozen(model: ModelSpec, prefix: str = "", *, around: bool = False) -> Iterator[str]:
    """The paths of the layers that are frozen by themselves or by a model around them."""
    for layer in model.layers:
        if layer.shared is not None:
            continue
        path = f"{prefix}{layer.name}"
        frozen = around or layer.trainable is False or layer.component.value("trainable") is False
        if layer.nested is not None:
            yield from _frozen(layer.nested, f"{path}/", around=frozen)
        elif frozen:
            yield path


def idle_heads(spec: Spec, shapes: Shapes) -> Iterator[Diagnostic]:
    """A head with a loss that no weight which learns leads to: its loss changes nothing."""
    if spec.model.open_base is not None or any(True for _ in nothing_learns(spec)):
        return
    frozen = set(_frozen(spec.model))
    by_name = {layer.name: layer for layer in spec.model.layers}
    unfrozen = any(phase.unfreeze for phase in spec.fit.phases)
    for head in find_heads(spec, shapes):
        if head.loss is None or _learns(by_name, head.output.tensor.name, frozen, unfrozen=unfrozen):
            continue
        message = f"'{head.name}' has a loss, and no layer before it learns"
        hint = f"write '{head.name}: null' as its loss, or let it read a layer with weights"
        if len(spec.model.outputs) == 1:
            hint = "add a layer with weights, such as Dense"
        notes = (Note(f"the loss of '{head.name}'", head.loss.span),)
        yield Diagnostic("idle-head", message, head.output.span, hint, notes, severity="warning")


def _learns(by_name: Mapping[str, LayerSpec], name: str, frozen: set[str], *, unfrozen: bool) -> bool:
    """Whether an output depends on a layer that may learn."""
    waiting, seen = [name], set()
    while waiting:
        at = waiting.pop()
        if at in seen or at not in by_name:
            continue
        seen.add(at)
        layer = by_name[at]
        path = layer.shared or layer.name
        inner = (
            [(f"{path}/{inside}", one) for inside, one in layer_paths(layer.nested)]
            if layer.nested
            else [(path, layer)]
        )
        if any(_has_weights(one) and one.nested is None and (unfrozen or where not in frozen) for where, one in inner):
            return True
        waiting += [reference.name for reference in layer.wiring.references]
    return False
