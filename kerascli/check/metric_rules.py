"""Which metric fits which head: one rule for each kind of metric, each says what is wrong and the right word."""

from __future__ import annotations

from collections.abc import Callable

from kerascli.check.heads import Head
from kerascli.check.loss_facts import BINARY, CATEGORICAL, PROBABILITIES, SPARSE, gives_logits, task
from kerascli.errors import Severity
from kerascli.quick_dataclass import dataclass
from kerascli.spec.component import Component


@dataclass(frozen=True)
class Unfit:
    """Why a metric does not fit a head.

    Attributes:
        message: What the metric does.
        hint: The right word.
        severity: `warning` where the number may be meant.
    """

    message: str
    hint: str
    severity: Severity = "error"


Rule = Callable[[Component, Head], Unfit | None]
_TASK_ACCURACY = {
    "sparse": "sparse_categorical_accuracy",
    "categorical": "categorical_accuracy",
    "binary": "binary_accuracy",
    "several": "binary_accuracy",
}
_ONE_HOT = "make the target one-hot (with 'categorical_crossentropy'), or write 'sparse_categorical_accuracy'"


def _shown(metric: Component) -> str:
    """A class as it is, a word such as `accuracy` in quotes."""
    return f"'{metric.name}'" if metric.name.islower() else metric.name


def _many_hot(head: Head) -> bool:
    """Whether a sample surely has several labels at once: zeros and ones side by side."""
    target = head.target
    return target.kind == "integers" and target.range == "0 to 1" and not target.label


def regression(metric: Component, head: Head) -> Unfit | None:
    """Accuracies, and their like, of real numbers."""
    if task(head) != "regression":
        return None
    message = f"{_shown(metric)} counts classes that are right, and '{head.name}' gives numbers"
    severity: Severity = "error" if head.target.kind == "numbers" else "warning"
    return Unfit(message, "write 'mean_absolute_error'", severity)


def _threshold(metric: Component, head: Head) -> Unfit | None:
    """0.5 is the middle of probabilities; that of logits is 0."""
    word = "thresholds" if any(metric.name.endswith(end) for end in ("Precision", "Recall", "ives")) else "threshold"
    if not gives_logits(head) or task(head) not in ("binary", "several") or metric.argument(word) is not None:
        return None
    name = "BinaryAccuracy" if metric.name in ("accuracy", "acc") else metric.name
    message = f"{_shown(metric)} draws the line at 0.5, and '{head.name}' gives logits, whose middle is 0"
    return Unfit(message, f"write '{{{name}: {{{word}: 0}}}}'", "warning")


def accuracy(metric: Component, head: Head) -> Unfit | None:
    """`accuracy`: Keras picks the right one by the shapes, but for several labels at once, and takes no logits."""
    if task(head) == "several" and _many_hot(head):
        message = f"{_shown(metric)} looks for the largest unit alone, and '{head.name}' has several labels at once"
        return Unfit(message, "write 'binary_accuracy'", "warning")
    return regression(metric, head) or _threshold(metric, head)


def binary_accuracy(metric: Component, head: Head) -> Unfit | None:
    """Each unit by itself."""
    found = task(head)
    if found == "sparse":
        message = f"{metric.name} compares the label with each unit of '{head.name}'"
        return Unfit(message, f"write '{_TASK_ACCURACY[found]}'")
    if found == "categorical":
        message = f"{metric.name} counts each unit of '{head.name}', most of which are right to be 0"
        return Unfit(message, f"write '{_TASK_ACCURACY[found]}'", "warning")
    return regression(metric, head) or _threshold(metric, head)


def categorical_accuracy(metric: Component, head: Head) -> Unfit | None:
    """The largest unit against the largest of a vector, or against a label."""
    found, sparse = task(head), metric.name.startswith("Sparse")
    top = "TopK" in metric.name
    if found in ("binary", "regression") or (found == "several" and (sparse or _many_hot(head))):
        if found == "regression":
            return regression(metric, head)
        what = "one unit" if found == "binary" else "several labels at once"
        message = f"{metric.name} looks for the largest unit, and '{head.name}' has {what}"
        severity: Severity = "error" if found == "binary" or sparse else "warning"
        return Unfit(message, "write 'binary_accuracy'", severity)
    if found == ("categorical" if sparse else "sparse"):
        takes = "labels" if sparse else "one-hot vectors"
        word = ("" if sparse else "sparse_") + ("top_k_categorical_accuracy" if top else "categorical_accuracy")
        return Unfit(f"{metric.name} takes {takes}, and the target of '{head.name}' has none", f"write '{word}'")
    return _all_classes(metric, head) if top else None


def _all_classes(metric: Component, head: Head) -> Unfit | None:
    k = metric.value("k", 5)
    if head.units is None or not isinstance(k, int) or k < head.units:
        return None
    message = f"the right class is always among the best {k} of the {head.units} of '{head.name}'"
    hint = f"write '{{{metric.name}: {{k: {max(1, head.units // 2)}}}}}'"
    return Unfit(message, hint, "warning")


def exact(metric: Component, head: Head) -> Unfit | None:
    """`Accuracy`, the class: equal numbers, which probabilities never are."""
    if task(head) in _TASK_ACCURACY:
        message = f"{metric.name} counts outputs that equal their target, and '{head.name}' gives no labels"
        return Unfit(message, "write 'accuracy'")
    return regression(metric, head)


def confusion(metric: Component, head: Head) -> Unfit | None:
    """`Precision` and its like: true and false, positive and negative, for each unit by itself."""
    if task(head) == "sparse":
        return Unfit(f"{metric.name} takes a vector for each sample, and '{head.name}' has labels", _ONE_HOT)
    if gives_logits(head) and metric.name == "AUC" and metric.value("from_logits") is not True:
        message = f"{metric.name} takes probabilities, and '{head.name}' gives logits"
        return Unfit(message, "write '{AUC: {from_logits: true}}'")
    if gives_logits(head) and " at " in f" {_spaced(metric.name)} ":
        message = f"{metric.name} takes probabilities, and '{head.name}' gives logits"
        return Unfit(message, f"give '{head.name}' the activation 'sigmoid', and the loss no 'from_logits'", "warning")
    if metric.name == "AUC" or " at " in f" {_spaced(metric.name)} ":
        return regression(metric, head)
    return regression(metric, head) or _threshold(metric, head)


def _spaced(name: str) -> str:
    return name.replace("At", " at ")


def f_score(metric: Component, head: Head) -> Unfit | None:
    """`F1Score`: without a threshold, the largest unit is the one that is on."""
    found = task(head)
    if found == "sparse":
        return Unfit(f"{metric.name} takes a vector for each sample, and '{head.name}' has labels", _ONE_HOT)
    if (found == "binary" or (found == "several" and _many_hot(head))) and metric.value("threshold") is None:
        what = "always the only one" if found == "binary" else "one of several that may be on"
        message = f"{metric.name} takes the largest unit as on, and in '{head.name}' it is {what}"
        return Unfit(
            message, f"write '{{{metric.name}: {{threshold: 0.5}}}}'", "error" if found == "binary" else "warning"
        )
    return regression(metric, head)


def overlap(metric: Component, head: Head) -> Unfit | None:
    """`MeanIoU` and its like, which take labels on both sides unless told otherwise."""
    found = task(head)
    if metric.name.startswith("OneHot"):
        if found != "sparse":
            return None
        name = metric.name.removeprefix("OneHot")
        message = f"{metric.name} takes one-hot vectors, and '{head.name}' has labels"
        return Unfit(message, f"write '{{{name}: {{num_classes: {head.units or '…'}, sparse_y_pred: false}}}}'")
    if metric.value("sparse_y_pred", True) is not True or found not in _TASK_ACCURACY:
        return None
    message = f"{metric.name} takes labels, and '{head.name}' gives a number for each class"
    words = {"sparse": "add 'sparse_y_pred: false'", "categorical": f"write 'OneHot{metric.name}'"}
    return Unfit(message, words.get(found, "write 'BinaryIoU'"))


def binary_overlap(metric: Component, head: Head) -> Unfit | None:
    """`BinaryIoU`."""
    return _threshold(metric, head)


def distance(metric: Component, head: Head) -> Unfit | None:
    """Distances of numbers, which a label and its class have not."""
    if task(head) != "sparse":
        return None
    message = f"{metric.name} subtracts the label from each unit of '{head.name}'"
    return Unfit(message, "write 'sparse_categorical_accuracy'")


def divergence(metric: Component, head: Head) -> Unfit | None:
    """`Poisson`, `KLDivergence` and the hinges, which take a number for each unit."""
    if task(head) != "sparse":
        return None
    message = f"{metric.name} compares the label with each unit of '{head.name}'"
    return Unfit(message, "write 'sparse_categorical_accuracy'")


def crossentropy(metric: Component, head: Head) -> Unfit | None:
    """A crossentropy as a metric: the same words as for a loss."""
    found = task(head)
    if found == "regression" and head.target.kind == "numbers":
        message = f"{metric.name} compares probabilities with classes, and '{head.name}' gives numbers"
        return Unfit(message, "write 'mean_absolute_error'", "warning")
    family = next((one for one in (SPARSE, CATEGORICAL, BINARY) if metric.name in one), ())
    wanted = {"sparse": SPARSE, "categorical": CATEGORICAL, "binary": BINARY}.get(found or "")
    # One-hot vectors may well be compared unit by unit.
    if wanted is not None and family != wanted and not (found == "categorical" and family == BINARY):
        message = f"{metric.name} does not fit '{head.name}', whose loss is of another kind"
        return Unfit(message, f"write '{_CROSSENTROPY[found or '']}'")
    if gives_logits(head) and metric.value("from_logits") is not True:
        message = f"{metric.name} takes probabilities, and '{head.name}' gives logits"
        return Unfit(message, f"write '{{{metric.name}: {{from_logits: true}}}}'")
    if head.last in PROBABILITIES and metric.value("from_logits") is True:
        return Unfit(f"'from_logits' is true, and '{head.name}' gives probabilities", "remove 'from_logits'")
    return None


_CROSSENTROPY = {
    "sparse": "sparse_categorical_crossentropy",
    "categorical": "categorical_crossentropy",
    "binary": "binary_crossentropy",
}

RULES: dict[str, Rule] = {
    "accuracy": accuracy,
    "acc": accuracy,
    "Accuracy": exact,
    "BinaryAccuracy": binary_accuracy,
    "BinaryIoU": binary_overlap,
    **dict.fromkeys(
        (
            "CategoricalAccuracy",
            "SparseCategoricalAccuracy",
            "SparseTopKCategoricalAccuracy",
            "TopKCategoricalAccuracy",
        ),
        categorical_accuracy,
    ),
    **dict.fromkeys(
        (
            *("AUC", "FalseNegatives", "FalsePositives", "Precision", "PrecisionAtRecall", "Recall"),
            *("RecallAtPrecision", "SensitivityAtSpecificity", "SpecificityAtSensitivity", "TrueNegatives"),
            "TruePositives",
        ),
        confusion,
    ),
    **dict.fromkeys(("F1Score", "FBetaScore"), f_score),
    **dict.fromkeys(("IoU", "MeanIoU", "OneHotIoU", "OneHotMeanIoU"), overlap),
    **dict.fromkeys(
        (
            *("CosineSimilarity", "LogCoshError", "MeanAbsoluteError", "MeanAbsolutePercentageError"),
            *("MeanSquaredError", "MeanSquaredLogarithmicError", "R2Score", "RootMeanSquaredError"),
        ),
        distance,
    ),
    **dict.fromkeys(("CategoricalHinge", "Hinge", "KLDivergence", "Poisson", "SquaredHinge"), divergence),
    **dict.fromkeys(("BinaryCrossentropy", "CategoricalCrossentropy", "SparseCategoricalCrossentropy"), crossentropy),
}
