"""What each of Keras's losses takes: which outputs, which targets; a loss that is not listed takes anything."""

from __future__ import annotations

from kerascli.check.heads import Head

SPARSE = ("SparseCategoricalCrossentropy", "CategoricalGeneralizedCrossEntropy")
CATEGORICAL = ("CategoricalCrossentropy", "CategoricalFocalCrossentropy")
BINARY = ("BinaryCrossentropy", "BinaryFocalCrossentropy")
CROSSENTROPIES = (*SPARSE, *CATEGORICAL, *BINARY)
REGRESSION = (
    "Huber",
    "LogCosh",
    "MeanAbsoluteError",
    "MeanAbsolutePercentageError",
    "MeanSquaredError",
    "MeanSquaredLogarithmicError",
    "Poisson",
)
# Losses that compare each number of the output with one of the target.
ELEMENTWISE = (
    *CATEGORICAL,
    *BINARY,
    *REGRESSION,
    *("CategoricalHinge", "CosineSimilarity", "Dice", "Hinge", "KLDivergence", "SquaredHinge", "Tversky"),
)
# The targets that a loss has a meaning for. The hinges take 0 and 1 for -1 and 1 themselves.
TARGET_RANGES: dict[str, tuple[float, float]] = {
    **dict.fromkeys((*BINARY, "Dice", "KLDivergence", "Tversky"), (0, 1)),
    **dict.fromkeys(("Hinge", "SquaredHinge"), (-1, 1)),
    **dict.fromkeys(("MeanSquaredLogarithmicError", "Poisson"), (0, float("inf"))),
}
# The numbers that an activation gives.
OUTPUT_RANGES: dict[str, tuple[float, float]] = {
    **dict.fromkeys(("hard_sigmoid", "sigmoid", "softmax", "sparse_sigmoid", "sparsemax"), (0, 1)),
    **dict.fromkeys(("hard_tanh", "softsign", "tanh"), (-1, 1)),
    **dict.fromkeys(("exponential", "relu", "softplus", "sparse_plus", "squareplus"), (0, float("inf"))),
    "relu6": (0, 6),
}
PROBABILITIES = ("hard_sigmoid", "sigmoid", "softmax", "sparse_sigmoid", "sparsemax")
EACH_FOR_ITSELF = ("hard_sigmoid", "sigmoid", "sparse_sigmoid")
# These give neither probabilities nor what is passed off as logits.
NEITHER = (
    *("celu", "elu", "gelu", "hard_shrink", "hard_silu", "hard_tanh", "leaky_relu", "mish", "relu", "relu6", "selu"),
    *("silu", "soft_shrink", "softsign", "tanh", "tanh_shrink"),
)
# Logits may be any numbers, these are bounded.
SIGNED = ("hard_tanh", "softsign", "tanh")
BOUNDED = ("relu", "relu6", *SIGNED)


def loss_name(head: Head) -> str | None:
    """The class of a head's loss; `crossentropy` is what Keras makes of it for these shapes. None: none, or not known."""
    if head.loss is None:
        return None
    if head.loss.name not in ("crossentropy", "ce"):
        return head.loss.name
    if head.units == 1:
        return "BinaryCrossentropy"
    if head.target.kind is None or head.units is None:
        return None
    return "SparseCategoricalCrossentropy" if head.target.label else "CategoricalCrossentropy"


def from_logits(head: Head) -> bool:
    """Whether the loss is told that the head gives logits."""
    return head.loss is not None and head.loss.value("from_logits") is True


def gives_logits(head: Head) -> bool:
    """Whether a head gives logits that its loss takes as such."""
    return head.last == "linear" and loss_name(head) in CROSSENTROPIES and from_logits(head)


def task(head: Head) -> str | None:
    """What a head does: `sparse` or `categorical` classes, `binary`, `several` labels at once, `regression`; None: not known."""
    name = loss_name(head)
    if name in SPARSE:
        return "sparse"
    if name in CATEGORICAL:
        return "categorical"
    if name in BINARY and head.units is not None:
        return "binary" if head.units == 1 else "several"
    target = head.target
    if name not in REGRESSION:
        return None
    # Least squares may well tell classes apart, with vectors or with labels 0 and 1.
    labels = target.kind in ("integers", "one_hot") and target.range in ("0 to 1", "-1 to 1")
    other = head.last is None or head.last in (*PROBABILITIES, *SIGNED)
    return "regression" if target.kind == "numbers" or not (labels or other) else None
