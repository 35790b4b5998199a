"""One input of the model: from fields of a table, through its transforms, to what the model takes."""

from __future__ import annotations

from dataclasses import dataclass, replace

from kerascli.data.columns import Expected, cast, check_finite, check_shape, single, take_fields, widen
from kerascli.data.table import Array, Table, is_text
from kerascli.data.transforms import Layers, adapt_layers, apply_layers, make_layers
from kerascli.errors import DataError, Span, SpecError
from kerascli.spec.data_spec import FieldSpec


@dataclass(frozen=True)
class InputColumn:
    """One input of the model.

    Attributes:
        name: The model's input.
        fields: The fields that it reads.
        stacked: Whether they are stacked on the last axis.
        layers: The transforms, adapted.
        expected: What the model takes; None until it is known.
        span: Where the spec says so.
        learnt_from: The training samples as they were before the transforms; None until these are fitted.
    """

    name: str
    fields: tuple[str, ...]
    stacked: bool
    layers: Layers
    expected: Expected | None
    span: Span | None = None
    learnt_from: Expected | None = None

    def raw(self, table: Table) -> Array:
        """What the first transform takes: checked, floats as float32, a column of numbers with a last axis of 1."""
        array = take_fields(table, self.fields, self.stacked, self.span)
        if self.expected is None or self.expected.dtype != "float64":
            array = single(array)
        check_finite(table, array, " and ".join(self.fields), self.span)
        return widen(array, self.expected)

    def array(self, table: Table) -> Array:
        """What the model takes, `(samples, ...)`.

        Raises:
            DataError: A field is missing or has missing values, or the samples do not have the model's shape or dtype.
            SpecError: Keras refuses a transform.
        """
        array = self._transformed(self.raw(table), table)
        if is_text(array) and (self.expected is None or self.expected.dtype != "string"):
            hint = "add a transform such as StringLookup or TextVectorization"
            raise DataError(f"'{self.fields[0]}' is text, which the model can't take", span=self.span, hint=hint)
        array = cast(widen(array, self.expected), self.expected, table, self.name, self.span)
        check_shape(array, self.expected, self.name, self.span)
        return array

    def _transformed(self, raw: Array, table: Table) -> Array:
        try:
            return apply_layers(raw, self.layers, self.name, self.span)
        except SpecError as error:
            # Where the transforms worked in training, and these samples are others, the samples are at fault.
            before, now = self.learnt_from, described(raw)
            if before is None or before == now:
                raise
            message = f"'{self.fields[0]}' of {table.source} has {_words(now)}, in training it had {_words(before)}"
            hint = "bring it into that form; the types of a CSV file's columns are set in 'columns'"
            raise DataError(message, code="shape", span=self.span, hint=hint) from error


def described(raw: Array) -> Expected:
    """Shape and kind of samples `(samples, ...)`; all numbers are of one kind, since transforms take them all."""
    return Expected(raw.shape[1:], "string" if is_text(raw) else "float32")


def _words(samples: Expected) -> str:
    kind = "text" if samples.dtype == "string" else "numbers"
    return f"{kind} of shape [{', '.join(str(size) for size in samples.shape)}]"


def fit_input(spec: FieldSpec, train: Table, expected: Expected | None) -> InputColumn:
    """The column of an input, its transforms adapted on the training split.

    Args:
        spec: What the input reads.
        train: The training split.
        expected: What the model takes, where the spec says it.

    Raises:
        DataError: A field is missing or has missing values.
        SpecError: Keras refuses a transform.
    """
    layers = make_layers(spec.transforms)
    column = InputColumn(spec.name, spec.fields, spec.stacked, layers, expected, spec.span)
    if not layers:
        return column
    raw = column.raw(train)
    adapt_layers(raw, layers, spec.name, spec.span)
    # A layer that does not fit these samples is the spec's fault; from here on, they are the measure.
    apply_layers(raw[:1], layers, spec.name, spec.span)
    return replace(column, learnt_from=described(raw))
