"""The data sources that a spec can name: their parameters and, where they are known, their fields."""

from __future__ import annotations

from collections.abc import Mapping

from kerascli.quick_dataclass import dataclass


@dataclass(frozen=True)
class SourceParameter:
    """One parameter of a source.

    Attributes:
        name: Its name.
        types: What a value may be: `int`, `float`, `bool`, `str`, `list`, `mapping`, `null`.
        required: Whether it must be given.
        default: Its default.
        is_path: Whether its text is a path, relative to the file that it is written in.
        help: What it means.
        minimum: The least that a whole number may be.
    """

    name: str
    types: tuple[str, ...]
    required: bool = False
    default: object = None
    is_path: bool = False
    help: str = ""
    minimum: int = 1


@dataclass(frozen=True)
class SourceEntry:
    """One source.

    Attributes:
        name: Its name in specs.
        parameters: Its parameters; a scalar or a list goes to the first.
        fields: The names of its fields, where they are always the same.
        any_name: Whether any other argument is taken too (a field's name to its file).
        has_test: Whether it brings a test split of its own.
        summary: What it is.
    """

    name: str
    parameters: tuple[SourceParameter, ...]
    fields: tuple[str, ...] | None = None
    any_name: bool = False
    has_test: bool = False
    summary: str = ""


_PATH = SourceParameter("path", ("str",), required=True, is_path=True, help="the file")
_FILES = SourceParameter("path", ("str",), required=True, is_path=True, help="the file, or a pattern")
# Arguments of `load_data` of the texts.
_WORDS = (
    SourceParameter("num_words", ("int", "null"), help="only so many of the most frequent words"),
    SourceParameter("skip_top", ("int",), default=0, help="leaves out so many of the most frequent words", minimum=0),
    SourceParameter("maxlen", ("int", "null"), help="leaves out longer texts"),
    SourceParameter("start_char", ("int",), default=1, help="the number that begins each text", minimum=0),
    SourceParameter("oov_char", ("int",), default=2, help="the number of a word that was left out", minimum=0),
    SourceParameter(
        "index_from", ("int",), default=3, help="the number of the most frequent word, less one", minimum=0
    ),
)

SOURCES: Mapping[str, SourceEntry] = {
    entry.name: entry
    for entry in (
        SourceEntry(
            "mnist",
            (),
            fields=("image", "label"),
            has_test=True,
            summary="the MNIST digits that come with kerascli: 60,000 images of (28, 28) uint8 and 10,000 for the test",
        ),
        SourceEntry(
            "fashion_mnist", (), fields=("image", "label"), has_test=True, summary="clothes: images of (28, 28) uint8"
        ),
        SourceEntry("cifar10", (), fields=("image", "label"), has_test=True, summary="images of (32, 32, 3) uint8"),
        SourceEntry(
            "cifar100",
            (SourceParameter("label_mode", ("str",), default="fine", help="`fine` (100 classes) or `coarse` (20)"),),
            fields=("image", "label"),
            has_test=True,
            summary="images of (32, 32, 3) uint8",
        ),
        SourceEntry(
            "imdb",
            _WORDS,
            fields=("sequence", "label"),
            has_test=True,
            summary="reviews of films: sequences of the numbers of words, `pad` brings them to one length",
        ),
        SourceEntry(
            "reuters",
            _WORDS,
            fields=("sequence", "label"),
            has_test=True,
            summary="news in 46 topics: sequences of the numbers of words, `pad` brings them to one length",
        ),
        SourceEntry(
            "california_housing",
            (SourceParameter("version", ("str",), default="large", help="`large` or `small`"),),
            fields=("features", "price"),
            has_test=True,
            summary="prices of houses: 8 numbers each",
        ),
        SourceEntry("npz", (_PATH,), summary="the arrays of a NumPy archive, one field each"),
        SourceEntry(
            "npy",
            (SourceParameter("path", ("str",), is_path=True, help="one file; its field is the file's stem"),),
            any_name=True,
            summary="NumPy files, one field each: a mapping from field to file",
        ),
        SourceEntry(
            "csv",
            (
                SourceParameter("path", ("str",), required=True, is_path=True, help="the file, or a pattern"),
                SourceParameter("separator", ("str",), default=",", help="one character"),
                SourceParameter("decimal", ("str",), default=".", help="the decimal mark"),
                SourceParameter("encoding", ("str",), default="utf-8", help="the text encoding"),
                SourceParameter("header", ("bool",), default=True, help="whether the first line names the columns"),
                SourceParameter("columns", ("mapping", "null"), help="column to `int`, `float`, `text` or `bool`"),
            ),
            summary="the columns of a CSV file",
        ),
        SourceEntry("parquet", (_FILES,), summary="the columns of a Parquet file"),
        SourceEntry("jsonl", (_FILES,), summary="the keys of a file with one JSON object a line"),
        SourceEntry(
            "tfrecord",
            (
                _FILES,
                SourceParameter(
                    "features", ("mapping",), required=True, help="feature to its dtype, or to `{shape: …, dtype: …}`"
                ),
                SourceParameter("compression", ("str", "null"), help="`GZIP` or `ZLIB`"),
            ),
            summary="the features of TFRecord files",
        ),
        SourceEntry(
            "images",
            (
                SourceParameter("folder", ("str",), required=True, is_path=True, help="the folder"),
                SourceParameter(
                    "size", ("list", "null"), help="height and width, `[128, 128]`; images of one size need none"
                ),
                SourceParameter("channels", ("int",), default=3, help="1 (grey), 3 (colour) or 4 (colour with alpha)"),
                SourceParameter("interpolation", ("str",), default="bilinear", help="how images are resized"),
                SourceParameter("crop_to_aspect_ratio", ("bool",), default=False, help="crops instead of distorting"),
                SourceParameter(
                    "pad_to_aspect_ratio", ("bool",), default=False, help="adds borders instead of distorting"
                ),
            ),
            fields=("image", "label"),
            summary="a folder of images with a sub-folder for each class",
        ),
        SourceEntry(
            "text",
            (
                SourceParameter("folder", ("str",), required=True, is_path=True, help="the folder"),
                SourceParameter("encoding", ("str",), default="utf-8", help="the text encoding"),
            ),
            fields=("text", "label"),
            summary="a folder of text files with a sub-folder for each class",
        ),
        SourceEntry(
            "synthetic",
            (
                SourceParameter("samples", ("int",), required=True, help="how many samples"),
                SourceParameter("fields", ("mapping",), required=True, help="field to its shape and distribution"),
            ),
            summary="fields drawn from the seed",
        ),
        SourceEntry(
            "python",
            (
                SourceParameter("function", ("str",), required=True, help="a function of a plugin"),
                SourceParameter("arguments", ("mapping", "null"), help="its keyword arguments"),
            ),
            summary="what a plugin's function returns: arrays by field, a tf.data.Dataset, or either by split",
        ),
    )
}

# How a synthetic field is drawn; exactly one of the distributions stands beside `shape`.
SYNTHETIC_DISTRIBUTIONS = ("integers", "uniform", "normal", "choice", "one_hot")
