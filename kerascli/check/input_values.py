"""Lints of the inputs' values: scales that hardly train, inputs that say nothing, axes in the wrong order."""

from __future__ import annotations

from collections.abc import Iterator

from kerascli.check.data_facts import Bounds, ColumnFacts, DataFacts
from kerascli.errors import Diagnostic
from kerascli.spec.input_readers import first_readers
from kerascli.spec.model_spec import ModelSpec
from kerascli.spec.spec import Spec

# Numbers that are farther from zero make most models learn badly, and so do those that are all this near to it.
FAR, NEAR = 100.0, 1e-4
# The least mean size of numbers that are called large.
USUAL = 5.0
# A held-out number that is so many times farther from zero than all training numbers was scaled by next to nothing.
_BEYOND = 1e4
# Layers that take numbers as they are.
_WEIGHING = ("Dense", "EinsumDense", "Conv", "DepthwiseConv", "SeparableConv", "LSTM", "GRU", "SimpleRNN", "ConvLSTM")


def input_scale(spec: Spec, facts: DataFacts) -> Iterator[Diagnostic]:
    """Numbers so large, or so small, that most models learn badly from them, where nothing scales them."""
    for column in facts.inputs:
        bounds = column.ranges.get("train")
        if bounds is None or not _weighed(spec.model, column.name):
            continue
        far = max(abs(bounds[0]), abs(bounds[1]))
        # A few large numbers among many zeros, such as counts of words, do no harm.
        large = far > FAR and (column.size or 0.0) > USUAL
        if large or 0 < far < NEAR:
            words = "large" if large else "small"
            message = f"the input '{column.name}' reaches {far:,.6g}: most models learn badly from numbers that {words}"
            yield Diagnostic("input-scale", message, column.span, _scaling_hint(bounds, column), severity="warning")


def _scaling_hint(bounds: Bounds, column: ColumnFacts) -> str:
    if len(column.shape) >= 2 and bounds[0] >= 0 and FAR < bounds[1] <= 255:
        return "scale them: 'transform: [{Rescaling: 0.00392156862745098}]' beside the field"
    return "scale them: 'transform: [Normalization]' beside the field"


def _weighed(model: ModelSpec, name: str) -> bool:
    """Whether a layer of the spec's own multiplies the input by weights; a base model knows the range that it wants."""
    return any(
        layer.component.group == "layers"
        and layer.component.name.startswith(_WEIGHING)
        and not layer.from_base
        and layer.nested is None
        for layer in first_readers(model, name)
    )


def constant_input(spec: Spec, facts: DataFacts) -> Iterator[Diagnostic]:
    """An input, or a field of one, that is the same in all training samples: nothing can be learnt from it."""
    del spec
    if facts.samples.get("train", 0) < 2:
        return
    for column in facts.inputs:
        bounds = column.ranges.get("train")
        if column.sampled:
            continue
        if bounds is not None and bounds[0] == bounds[1]:
            found = [(f"the input '{column.name}'", bounds[0])]
        else:
            found = [(f"'{field}' (input '{column.name}')", value) for field, value in column.constant.items()]
        for what, value in found:
            message = f"{what} is {value:g} in all training samples, so that nothing can be learnt from it"
            yield Diagnostic("constant-input", message, column.span, "leave it out", severity="warning")


def held_out_range(spec: Spec, facts: DataFacts) -> Iterator[Diagnostic]:
    """Held-out numbers far beyond all training numbers: mostly a value that did not change in training, divided by nothing."""
    del spec
    for column in facts.inputs:
        train = column.ranges.get("train")
        if column.sampled or train is None or train[0] == train[1]:
            continue
        most = max(abs(train[0]), abs(train[1]))
        for split, bounds in column.ranges.items():
            far = max(abs(bounds[0]), abs(bounds[1]))
            if split != "train" and far > _BEYOND * max(most, 1.0):
                message = (
                    f"the input '{column.name}' reaches {far:,.6g} in '{split}' and {most:,.6g} in 'train': "
                    "the model has learnt nothing of numbers that large"
                )
                hint = "leave out a field that is the same in all training samples, or look for bad values"
                yield Diagnostic("held-out-range", message, column.span, hint, severity="warning")


def channels_first(spec: Spec, facts: DataFacts) -> Iterator[Diagnostic]:
    """Images whose first axis looks like their colours, in a convolution that takes the last axis for them."""
    for column in facts.inputs:
        shape = column.shape
        if len(shape) != 3 or shape[0] not in (1, 3, 4) or min(shape[1:]) < 8:
            continue
        for layer in first_readers(spec.model, column.name):
            component = layer.component
            taken = component.value("data_format") in (None, "channels_last")
            if component.group != "layers" or component.name not in _CONVOLUTIONS or not taken:
                continue
            if not _unmoved(spec.model, layer.wiring.references[0].name, column.name):
                continue
            message = (
                f"the images of '{column.name}' are {_words(shape)}: {component.name} takes the last axis "
                f"for the channels, so that it sees {shape[2]} of them"
            )
            hint = "bring the axes into order: 'transform: [{Permute: [2, 3, 1]}]' beside the field"
            yield Diagnostic("channels-first", message, column.span, hint, severity="warning")
            break


_CONVOLUTIONS = ("Conv2D", "DepthwiseConv2D", "SeparableConv2D", "Conv2DTranspose")


def _unmoved(model: ModelSpec, read: str, name: str) -> bool:
    """Whether no layer between changes the order of the axes."""
    by_name = {layer.name: layer for layer in model.layers}
    while read != name:
        layer = by_name[read]
        if layer.component.name in ("Permute", "Reshape", "Flatten", "RepeatVector"):
            return False
        read = layer.wiring.references[0].name
    return True


def _words(shape: tuple[int, ...]) -> str:
    return " × ".join(str(size) for size in shape)
