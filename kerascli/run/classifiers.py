"""Which heads classify, and what their classes are called."""

from __future__ import annotations

from collections.abc import Mapping

from kerascli.data.preprocessing import Preprocessing
from kerascli.spec.spec import Spec

# Losses whose outputs are probabilities of classes that exclude each other.
_SEVERAL = (
    "SparseCategoricalCrossentropy",
    "CategoricalCrossentropy",
    "CategoricalFocalCrossentropy",
    "CategoricalGeneralizedCrossEntropy",
    "crossentropy",
    "ce",
)
_TWO = ("BinaryCrossentropy", "BinaryFocalCrossentropy", "crossentropy", "ce")


def find_classifiers(
    spec: Spec, preprocessing: Preprocessing, shapes: Mapping[str, tuple[int | None, ...]]
) -> dict[str, tuple[str, ...]]:
    """The heads that classify, each with the names of its classes.

    A head classifies when its loss compares probabilities of classes that exclude each other and its output has one axis
    beside the batch's. Its classes are named by the data, else by their indices. Outputs that are logits
    (`from_logits: true`) are no probabilities, but their largest is the class all the same.

    Args:
        spec: The spec.
        preprocessing: Knows the names of classes.
        shapes: Head to its shape, batch axis included.
    """
    found: dict[str, tuple[str, ...]] = {}
    losses = spec.compile.losses if spec.compile is not None else ()
    for output, loss in zip(spec.model.outputs, losses, strict=False):
        shape = shapes[output.name]
        if loss is None or len(shape) != 2 or shape[1] is None:
            continue
        binary = shape[1] == 1
        if loss.name not in (_TWO if binary else _SEVERAL):
            continue
        if binary and loss.value("from_logits") is True:
            continue
        count = 2 if binary else shape[1]
        target = preprocessing.target(output.name)
        names = target.class_names if target is not None else None
        if names is None or len(names) != count:
            names = tuple(str(index) for index in range(count))
        found[output.name] = names
    return found
