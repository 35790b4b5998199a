"""What may be wrong with data that can be read: said by `kerascli data`, no error."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from kerascli.data.data_report import ColumnReport
from kerascli.data.equal_samples import equal_samples
from kerascli.data.skipped import SkipLog
from kerascli.data.table import Array

# Numbers of a float input that are farther from zero make most models learn badly.
FAR = 100.0
# A class with a larger part of the samples makes a model that always says it look good.
MOST = 0.95


def find_warnings(
    columns: tuple[ColumnReport, ...],
    hashes: Mapping[str, Array],
    skipped: SkipLog,
    scaled: Collection[str] = (),
) -> list[str]:
    """The warnings, each a sentence.

    Args:
        columns: Inputs and targets.
        hashes: Split to the hashes `(samples,)` of its samples' inputs.
        skipped: What could not be read.
        scaled: The inputs that the model scales itself.
    """
    found = []
    for column in columns:
        if column.role == "input" and column.minimum is not None and column.minimum == column.maximum:
            found.append(f"the input '{column.name}' is {column.minimum:g} in all samples")
        far = max(abs(column.minimum or 0), abs(column.maximum or 0))
        if (
            column.role == "input"
            and column.dtype.startswith(("float", "bfloat"))
            and far > FAR
            and column.name not in scaled
        ):
            found.append(
                f"the input '{column.name}' reaches {far:,.6g}: most models learn badly from numbers that large; "
                "add 'transform: [Normalization]', or a Rescaling"
            )
        found += _class_warnings(column)
    found += equal_samples(hashes)
    if skipped.count:
        found.append(str(skipped))
    return found


def _class_warnings(column: ColumnReport) -> list[str]:
    found = []
    classes = column.classes or {}
    splits = list(next(iter(classes.values()))) if classes else []
    for split in splits:
        counts = {name: by_split.get(split, 0) for name, by_split in classes.items()}
        total = sum(counts.values())
        absent = [name for name, count in counts.items() if not count]
        if absent:
            words = ", ".join(f"'{name}'" for name in absent[:5]) + (" and others" if len(absent) > 5 else "")
            found.append(f"'{split}' has no sample of {words} ('{column.name}')")
        largest = max(counts, key=lambda name: counts[name])
        if len(counts) > 1 and counts[largest] > MOST * total:
            found.append(f"{counts[largest] / total:.1%} of '{split}' are '{largest}' ('{column.name}')")
    return found
