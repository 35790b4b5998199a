"""Rules of layers that encode: categories, lookups, hashes, bins, texts."""

from __future__ import annotations

from collections.abc import Mapping

from kerascli.check.shapes.call import Call, Shape, UnknownShape
from kerascli.check.shapes.pointwise import kept
from kerascli.check.shapes.rule import Made, Rule
from kerascli.record.model_summary import TensorShape

# Keras's own default for numbers; our specs can't change it.
_FLOAT = "float32"


def _one_hot(shape: Shape, depth: int) -> Shape:
    return (*shape[:-1], depth) if len(shape) > 1 and shape[-1] == 1 else (*shape, depth)


def category_encoding(call: Call) -> Made:
    """A vector for a category, or one for all categories of a sample."""
    depth = call.size("num_tokens")
    if call.value("output_mode") == "one_hot":
        return call.made(_one_hot(call.shape, depth))
    return call.made((*call.shape[:-1], depth))


def hashing(call: Call) -> Made:
    """The number of a bin, or a vector."""
    if call.component.argument("dtype") is not None:
        raise UnknownShape
    if call.value("output_mode") == "int":
        return (TensorShape(call.shape, "int64"),)
    return (TensorShape((*call.shape[:-1], call.size("num_bins")), _FLOAT),)


def discretization(call: Call) -> Made:
    """The number of a bin, or a vector with a place for each bin."""
    bounds, mode = call.value("bin_boundaries"), call.value("output_mode")
    if call.component.argument("dtype") is not None:
        raise UnknownShape
    if mode == "int":
        return (TensorShape(call.shape, "int32"),)
    if mode != "one_hot" or not isinstance(bounds, tuple | list):
        raise UnknownShape
    return (TensorShape(_one_hot(call.shape, len(bounds) + 1), _FLOAT),)


def lookup(call: Call) -> Made:
    """The number of a word, or a vector as long as the vocabulary where that is known."""
    if call.value("output_mode") == "int":
        if call.flag("invert"):
            raise UnknownShape
        return (TensorShape(call.shape, "int64"),)
    depth = _vocabulary(call)
    if call.value("output_mode") == "one_hot":
        return (TensorShape(_one_hot(call.shape, depth), _FLOAT),)
    return (TensorShape((*call.shape[:-1], depth), _FLOAT),)


def _vocabulary(call: Call) -> int:
    """How many words a lookup knows, those included that stand for unknown ones and for none."""
    if call.flag("pad_to_max_tokens"):
        return call.size("max_tokens")
    words = call.value("vocabulary")
    # The special words may stand in the vocabulary too; Keras adds none then.
    if not isinstance(words, tuple | list) or call.value("oov_token") in words or call.value("mask_token") in words:
        raise UnknownShape
    if call.value("mask_token") is not None:
        raise UnknownShape
    return len(words) + call.whole("num_oov_indices")


def text_vectorization(call: Call) -> Made:
    """The numbers of the words of a text, or a vector for the text."""
    shape = call.shape
    if call.value("output_mode") == "int":
        length = call.value("output_sequence_length")
        if call.flag("ragged") or (len(shape) == 2 and shape[1] != 1):
            raise UnknownShape
        return (TensorShape((shape[0], None if length is None else call.size("output_sequence_length")), "int64"),)
    if not call.flag("pad_to_max_tokens") or len(shape) > 1:
        raise UnknownShape
    return (TensorShape((shape[0], call.size("max_tokens")), _FLOAT),)


PREPROCESSING: Mapping[str, Rule] = {
    "CategoryEncoding": category_encoding,
    "Discretization": discretization,
    "Hashing": hashing,
    "IntegerLookup": lookup,
    "RandomGrayscale": kept,
    "StringLookup": lookup,
    "TextVectorization": text_vectorization,
}
