"""One input of the model: from fields of a table, through its transforms, to what the model takes."""

from __future__ import annotations

from dataclasses import dataclass, replace

from kerascli.data.columns import Expected, cast, check_finite, check_shape, refuse_empty, single, take_fields, widen
from kerascli.data.label_range import IndexRange
from kerascli.data.missing import Fill
from kerascli.data.padding import DEFAULT, join_sequences, pad_array, pad_ended
from kerascli.data.table import Array, Table, is_ragged, is_text
from kerascli.data.transforms import Layers, apply_layers, make_layers
from kerascli.errors import DataError, Span, SpecError
from kerascli.spec.data_spec import FieldSpec, Pad, Read
from kerascli.spec.index_layers import IndexLayer


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
        read: How a column of paths becomes arrays; None: the field is what it is.
        fill: What takes the place of missing values; None: they are an error.
        pad: How sequences are padded and cut; None: zeros at the end, to the longest.
        indices: Which numbers the layer knows that looks them up; None: any will do, or it is not known yet.
    """

    name: str
    fields: tuple[str, ...]
    stacked: bool
    layers: Layers
    expected: Expected | None
    span: Span | None = None
    learnt_from: Expected | None = None
    read: Read | None = None
    fill: Fill | None = None
    pad: Pad | None = None
    indices: IndexRange | None = None

    def raw(self, table: Table) -> Array:
        """What the first transform takes: checked, floats as float32, a column of numbers with a last axis of 1."""
        array = take_fields(table, self.fields, self.stacked, self.span)
        name = " and ".join(self.fields)
        if self.read is not None:
            # Images and sounds bring libraries that tables don't need.
            from kerascli.data.read_media import read_media

            array = read_media(self.read, array, table, name, self.span)
            if self.read.kind == "image":
                # Decoded numbers are finite: nothing is left to check or to fill.
                return array
        if is_ragged(array):
            array = join_sequences(array, self.pad or DEFAULT)
        if self.fill is not None:
            array = self.fill(array, stacked=self.stacked)
        if self.expected is None or self.expected.dtype != "float64":
            array = single(array)
        check_finite(table, array, name, self.span, can_fill=self.fill is None and self.read is None)
        if is_text(array) and not self._takes_empty_text:
            refuse_empty(table, array, name, self.span)
        return widen(array, self.expected)

    @property
    def _encoded(self) -> IndexRange | None:
        """The numbers that a first transform knows which encodes them; Keras drops all others in silence."""
        layer = self.layers[0][0] if self.layers else None
        if layer is None or type(layer).__name__ != "CategoryEncoding":
            return None
        return IndexRange(IndexLayer(layer.name, "CategoryEncoding", "num_tokens", layer.num_tokens, self.span))

    @property
    def _takes_empty_text(self) -> bool:
        """Whether an empty text means something: some layers know what to do with one."""
        if not self.layers:
            return True
        layer = self.layers[0][0]
        return type(layer).__name__ != "StringLookup" or layer.get_config().get("mask_token") is not None

    def check(self, table: Table, head: Table) -> Array | None:
        """Finds what is wrong with raw rows as far as it can be seen without the work of reading files and transforms.

        Args:
            table: A block of rows that are not kept in memory.
            head: The first row of all.

        Returns:
            What the model takes, where that was no work.

        Raises:
            DataError: As in `array`; or the sequences have no length of their own, which only memory can find.
        """
        if self.varies(table, head):
            message = (
                f"'{self.name}' is as long as its longest sample, which is not known where samples are not in memory"
            )
            hint = "write 'pad: {length: 200}' beside the field, or 'cache: memory'"
            raise DataError(message, code="shape", span=self.span, hint=hint)
        if self.read is not None:
            take_fields(table, self.fields, self.stacked, self.span)
            return None
        if self.layers:
            raw = self.raw(table)
            if self._encoded is not None:
                self._encoded.check(raw, table, self.name, self.span)
            return None
        return self.array(table)

    def array(self, table: Table) -> Array:
        """What the model takes, `(samples, ...)`.

        Raises:
            DataError: A field is missing or has missing values, or the samples do not have the model's shape or dtype.
            SpecError: Keras refuses a transform.
        """
        raw = self.raw(table)
        if self._encoded is not None:
            self._encoded.check(raw, table, self.name, self.span)
        array = self._transformed(raw, table)
        if is_text(array) and (self.expected is None or self.expected.dtype != "string"):
            hint = "add a transform such as StringLookup or TextVectorization"
            raise DataError(f"'{self.fields[0]}' is text, which the model can't take", span=self.span, hint=hint)
        array = cast(widen(self._padded(array), self.expected), self.expected, table, self.name, self.span)
        check_shape(array, self.expected, self.name, self.span)
        if self.indices is not None:
            self.indices.check(array, table, self.name, self.span)
        return array

    def _padded(self, array: Array) -> Array:
        if self.pad is None or array.ndim < 2:
            return array
        # The words of a text end where a layer has put zeros; of other sequences, zeros may be values.
        return pad_ended(array, self.pad) if self._counts_words else pad_array(array, self.pad)

    @property
    def _counts_words(self) -> bool:
        """Whether a layer makes a sequence of each text, as long as the longest of those that it is given at once."""
        names = [type(layer).__name__ for layer, _ in self.layers]
        if "TextVectorization" not in names or "CategoryEncoding" in names:
            return False
        facts = self.layers[names.index("TextVectorization")][0].get_config()
        return facts["output_mode"] == "int" and facts["output_sequence_length"] is None

    def varies(self, table: Table, head: Table) -> bool:
        """Whether sequences are as long as the longest sample, which has to be known before the first batch.

        Args:
            table: A block of rows.
            head: The first row of all.
        """
        if self.pad is not None and self.pad.length is not None:
            return False
        ragged = self.read is None and any(
            is_ragged(table.fields[name]) or table.fields[name].shape[1:] != head.fields[name].shape[1:]
            for name in self.fields
            if name in table.fields and name in head.fields
        )
        return ragged or self._counts_words

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


def start_input(spec: FieldSpec, expected: Expected | None, read: Read | None) -> InputColumn:
    """The column of an input, its transforms made, nothing learnt yet.

    Args:
        spec: What the input reads.
        expected: What the model takes, where the spec says it.
        read: How the source says that the field's paths become arrays; the spec's own word comes first.

    Raises:
        SpecError: Keras refuses a transform.
    """
    layers = make_layers(spec.transforms)
    own = spec.read or (read if len(spec.fields) == 1 else None)
    return InputColumn(spec.name, spec.fields, spec.stacked, layers, expected, spec.span, read=own, pad=spec.pad)


def learnt_input(column: InputColumn, head: Table) -> InputColumn:
    """The column once its transforms are adapted: what these samples were is the measure of others.

    Raises:
        SpecError: A layer does not fit the samples, which here is the spec's fault.
    """
    if not column.layers:
        return column
    raw = column.raw(head)
    apply_layers(raw, column.layers, column.name, column.span)
    return replace(column, learnt_from=described(raw))
