"""Lints of the classes: those that never occur, splits that can't be learnt from or tell nothing, lopsided counts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from kerascli.check.data_facts import ColumnFacts, DataFacts
from kerascli.check.head_targets import heads
from kerascli.check.sample_lints import split_span
from kerascli.errors import Diagnostic, ExitCode
from kerascli.spec.spec import Spec

# A class with a larger part of the samples makes a model that always says it look good.
MOST = 0.99
# With more classes it is usual that some do not occur (the words of a language).
_MANY = 1000


def dead_class(spec: Spec, facts: DataFacts) -> Iterator[Diagnostic]:
    """A class of the head that no training sample has: its unit only ever learns to be silent."""
    for column, classes in _classified(spec, facts):
        by_split = column.classes or {}
        counts = by_split.get("train", {})
        # What a held-out split has is told of that split.
        absent = [index for index in range(classes) if not any(one.get(index) for one in by_split.values())]
        if not absent or len(absent) == classes or classes > _MANY or _present(counts) < 2:
            continue
        message = f"no training sample is {_list(column, absent)} ('{column.name}')"
        from_one = absent == [0] and column.names is None and classes > 2
        hint = (
            f"the labels count from 1: write 'classes: [1, …, {classes - 1}]' beside the field, and {classes - 1} units"
            if from_one
            else "give the last layer a unit for each class that occurs, or get samples of it"
        )
        yield Diagnostic("dead-class", message, column.span, hint, severity="warning")


def one_class(spec: Spec, facts: DataFacts) -> Iterator[Diagnostic]:
    """A split of one class alone: nothing is learnt from it, or any model that says this class looks perfect on it."""
    for column, _ in _classified(spec, facts):
        for split, counts in (column.classes or {}).items():
            if _present(counts) != 1 or facts.samples.get(split, 0) < 2:
                continue
            train = (column.classes or {}).get("train", {})
            index = next(index for index, count in counts.items() if count)
            # What is said of the training split holds for the others too, and an unseen class is told by itself.
            if split != "train" and (_present(train) == 1 or not train.get(index)):
                continue
            message = f"all samples of '{split}' are {_list(column, [index])} ('{column.name}')"
            span = column.span if split == "train" else split_span(spec, split)
            hint = "shuffle the samples before they are split, or write 'stratify'"
            yield Diagnostic("one-class", message, span, hint, severity="warning")


def unseen_class(spec: Spec, facts: DataFacts) -> Iterator[Diagnostic]:
    """Classes of a held-out split that no training sample has; an error where they make up the whole split."""
    for column, _ in _classified(spec, facts):
        train = (column.classes or {}).get("train", {})
        for split, counts in (column.classes or {}).items():
            unseen = [index for index, count in sorted(counts.items()) if count and not train.get(index)]
            if split == "train" or not unseen:
                continue
            whole = len(unseen) == _present(counts)
            message = f"'{split}' has samples of {_list(column, unseen)}, 'train' has none ('{column.name}')"
            hint = "shuffle the samples before they are split, or write 'stratify'"
            span = split_span(spec, split)
            if whole:
                yield Diagnostic("unseen-class", message, span, hint, status=ExitCode.DATA)
            else:
                yield Diagnostic("unseen-class", message, span, hint, severity="warning")


def absent_class(spec: Spec, facts: DataFacts) -> Iterator[Diagnostic]:
    """A class that is trained and not tested: worth a note."""
    for column, _ in _classified(spec, facts):
        train = (column.classes or {}).get("train", {})
        for split, counts in (column.classes or {}).items():
            absent = [index for index, count in sorted(train.items()) if count and not counts.get(index)]
            known = all(train.get(index) for index, count in counts.items() if count)
            if split != "train" and absent and known and _present(counts) > 1 and len(train) <= _MANY:
                message = f"'{split}' has no sample of {_list(column, absent)} ('{column.name}')"
                yield Diagnostic("absent-class", message, split_span(spec, split), severity="note")


def imbalance(spec: Spec, facts: DataFacts) -> Iterator[Diagnostic]:
    """One class has nearly all training samples, and nothing weighs the others up."""
    weighted = {output for output, _ in spec.fit.class_weight} | set(facts.weights)
    for column, _ in _classified(spec, facts):
        counts = (column.classes or {}).get("train", {})
        total = sum(counts.values())
        if not total or _present(counts) < 2 or column.name in weighted or None in weighted:
            continue
        largest = max(counts, key=lambda index: counts[index])
        if counts[largest] >= MOST * total:
            share = f"{counts[largest] / total:.1%}"
            message = f"{share} of the training samples are {_list(column, [largest])} ('{column.name}')"
            hint = "write 'class_weight: balanced' in 'fit', and watch a metric such as AUC"
            yield Diagnostic("imbalance", message, column.span, hint, severity="warning")


def _classified(spec: Spec, facts: DataFacts) -> Iterator[tuple[ColumnFacts, int]]:
    """The targets that are classes, with how many there are; of a spec without a loss those with names."""
    if spec.compile is None:
        for column in facts.targets:
            if column.classes is not None and column.names is not None:
                yield column, len(column.names)
        return
    for head in heads(spec, facts):
        if head.classes is not None and head.target.classes is not None:
            yield head.target, head.classes


def _present(counts: Mapping[int, int]) -> int:
    return sum(1 for count in counts.values() if count)


def _list(column: ColumnFacts, indices: Sequence[int]) -> str:
    """Classes by name, the first of many."""
    names = column.names
    words = [f"'{names[index] if names is not None and index < len(names) else index}'" for index in indices[:5]]
    return ", ".join(words) + (" and others" if len(indices) > 5 else "")
