"""A column of paths → arrays: images, sounds, texts and NumPy files, read by several threads."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np

from kerascli.data.files import folder_of
from kerascli.data.skipped import SkipLog
from kerascli.data.table import Array, Table, is_text
from kerascli.errors import DataError, Span
from kerascli.spec.data_spec import Read

# An image of more pixels is refused by its header: decoded, it would take hundreds of megabytes.
MOST_PIXELS = 100_000_000
# The bytes that the file of one sample may have; an array's are bounded by the memory.
MOST_BYTES = {"image": 256 << 20, "audio": 256 << 20, "text": 16 << 20}


class Unreadable(Exception):
    """A file that can't be read; its text is the reason, without the file's name."""


def read_media(read: Read, paths: Array, table: Table, name: str, span: Span | None) -> Array:
    """The arrays of a block of files.

    Args:
        read: How they are read.
        paths: Their paths, `(samples,)`.
        table: The rows that name them, for messages.
        name: The field, for messages.
        span: Where the spec reads it.

    Returns:
        `(samples, height, width, channels)` float32 in 0 to 255 for images, as
        `keras.utils.image_dataset_from_directory` gives them; `(samples, length, channels)` float32 in -1 to 1 for
        sounds; `(samples,)` of texts; `(samples, ...)` for arrays.

    Raises:
        DataError: A file is missing or can't be read, or the files differ in shape.
    """
    _check_paths(paths, name, span)
    if read.kind == "image":
        images = _all_images(read, paths)
        if images is not None:
            return images
    load = _loader(read)
    found = list(_pool().map(partial(_try, load, folder_of(read)), paths))
    for row, one in enumerate(found):
        if isinstance(one, Unreadable):
            message = f"can't read '{paths[row]}', {table.place(row)}: {one}"
            raise DataError(message, code="unreadable", span=span, hint=_hint(span))
    if read.kind == "text":
        texts = np.empty(len(found), object)
        texts[:] = found
        return texts
    for row, one in enumerate(found):
        if one.shape != found[0].shape:
            message = f"'{paths[row]}' has the shape {list(one.shape)}, '{paths[0]}' has {list(found[0].shape)}"
            hint = "write 'size: [height, width]'" if read.kind == "image" else "bring them into one shape"
            raise DataError(message, code="shape", span=span, hint=hint)
    return np.stack(found)


def check_media(read: Read, paths: Array, table: Table, name: str, span: Span | None) -> None:
    """Looks at the files without decoding them: whether they are there, and what the headers of images claim.

    Raises:
        DataError: One is at fault.
    """
    _check_paths(paths, name, span)
    look = _image_header if read.kind == "image" else partial(_exists, kind=read.kind)
    for row, one in enumerate(_pool().map(partial(_try, look, folder_of(read)), paths)):
        if isinstance(one, Unreadable):
            message = f"can't read '{paths[row]}', {table.place(row)}: {one}"
            raise DataError(message, code="unreadable", span=span, hint=_hint(span))


def _hint(span: Span | None) -> str:
    """What to do; a spec that could say `on_error` is there in training alone."""
    return "mend or remove it" + (", or write 'on_error: skip' below 'data'" if span is not None else "")


def readable(read: Read, paths: Array, table: Table, skipped: SkipLog) -> Array:
    """Which files can be read, `(samples,)` bool; each is read once, and the others are listed."""
    mask = np.ones(len(paths), bool)
    load = _loader(read)
    for row, one in enumerate(
        _pool().map(lambda path: isinstance(found := _try(load, folder_of(read), path), Unreadable) and found, paths)
    ):
        if one:
            mask[row] = False
            skipped.add(f"'{paths[row]}', {table.place(row)}: {one}")
    return mask


@cache
def _pool() -> ThreadPoolExecutor:
    # TensorFlow's decoders let other threads run.
    return ThreadPoolExecutor(os.cpu_count() or 1, "media")


def _check_paths(paths: Array, name: str, span: Span | None) -> None:
    if not is_text(paths) or paths.ndim != 1:
        message = f"'{name}' holds no paths, one text a sample"
        raise DataError(message, span=span, hint="name a column of paths, or remove 'read'")


def _try(load: Callable[[Path], Any], folder: Path, path: str) -> Any:
    """What a file holds, or why it can't be read."""
    try:
        if not path:
            return Unreadable("the path is missing")
        if "\0" in path:
            return Unreadable("the path holds a NUL")
        return load(folder / path)
    except Unreadable as error:
        return error
    except OSError as error:
        return Unreadable(error.strerror or str(error))


def _loader(read: Read) -> Callable[[Path], Any]:
    arguments = {name: value for name, value in read.arguments if name != "folder"}
    return partial(_LOADERS[read.kind], arguments=arguments)


def _exists(path: Path, kind: str) -> None:
    if path.is_dir():
        raise Unreadable("it is a folder")
    if path.exists() and not path.is_file():
        raise Unreadable("it is no regular file")
    size = path.stat().st_size
    if size == 0:
        raise Unreadable("it is empty")
    if size > MOST_BYTES.get(kind, size):
        raise Unreadable(f"it has {size >> 20:,} MiB, and one sample may have {MOST_BYTES[kind] >> 20:,}")


def _all_images(read: Read, paths: Array) -> Array | None:
    """All images in one call of TensorFlow's; None where one of them can't be read, which is then looked for."""
    import tensorflow as tf

    folder = folder_of(read)
    arguments = {name: value for name, value in read.arguments if name != "folder"}
    size: Any = arguments.pop("size", None)
    graph = _image_graph(None if size is None else tuple(size), tuple(arguments.items()))
    try:
        found: Array = graph(tf.constant([str(folder / path) for path in paths])).numpy()
    except (tf.errors.OpError, UnicodeEncodeError):
        return None
    return found


@cache
def _image_graph(size: tuple[int, int] | None, arguments: tuple[tuple[str, Any], ...]) -> Any:
    """`(samples,)` paths → `(samples, height, width, channels)` float32, read by several threads."""
    import tensorflow as tf

    given = dict(arguments)
    channels = int(given.get("channels", 3))

    def load(path: Any) -> Any:
        image = tf.io.decode_image(tf.io.read_file(path), channels=channels, expand_animations=False)
        image.set_shape((None, None, channels))
        return _resized(image, size, given)

    def read(paths: Any) -> Any:
        images = tf.data.Dataset.from_tensor_slices(paths).map(load, num_parallel_calls=tf.data.AUTOTUNE)
        return images.batch(tf.size(paths, tf.int64)).get_single_element()

    return tf.function(read, input_signature=[tf.TensorSpec((None,), tf.string)])


def _resized(image: Any, size: Any, arguments: Mapping[str, Any]) -> Any:
    """A decoded image as float32 of the size, as `keras.utils.image_dataset_from_directory` makes it."""
    import tensorflow as tf

    if size is None:
        return tf.cast(image, tf.float32)
    method = arguments.get("interpolation", "bilinear")
    if arguments.get("crop_to_aspect_ratio"):
        import keras

        return keras.preprocessing.image.smart_resize(image, size, interpolation=method, data_format="channels_last")
    if arguments.get("pad_to_aspect_ratio"):
        return tf.cast(tf.image.resize_with_pad(image, *size, method=method), tf.float32)
    return tf.cast(tf.image.resize(image, size, method=method), tf.float32)


def _image_header(path: Path) -> None:
    from PIL import Image

    _exists(path, "image")
    try:
        with Image.open(path) as image:
            width, height = image.size
    except Image.DecompressionBombError as error:
        raise Unreadable("its header claims more pixels than any image should have") from error
    except (OSError, SyntaxError, ValueError) as error:
        raise Unreadable("it is no image, or damaged") from error
    if width * height > MOST_PIXELS:
        raise Unreadable(f"its header claims {width:,} × {height:,} pixels")


def _image(path: Path, arguments: Mapping[str, Any]) -> Array:
    import tensorflow as tf

    _image_header(path)
    content, channels = path.read_bytes(), int(arguments.get("channels", 3))
    try:
        image = tf.io.decode_image(content, channels=channels, expand_animations=False)
    except tf.errors.OpError:
        # Some kinds are decoded with their own channels alone.
        try:
            image = _with_channels(tf.io.decode_image(content, expand_animations=False), channels)
        except tf.errors.OpError as error:
            reason = "it is cut off, damaged, or of a kind that TensorFlow can't decode"
            raise Unreadable(reason) from error
    return np.asarray(_resized(image, arguments.get("size"), arguments), np.float32)


def _with_channels(image: Any, channels: int) -> Any:
    """A decoded image with another number of channels: grey from colours or the reverse, alpha opaque or left out."""
    import tensorflow as tf

    if channels == 1:
        return tf.image.rgb_to_grayscale(image[..., :3]) if image.shape[-1] >= 3 else image[..., :1]
    colours = image[..., :3] if image.shape[-1] >= 3 else tf.image.grayscale_to_rgb(image[..., :1])
    opaque = tf.fill([*colours.shape[:2], 1], tf.constant(255, tf.uint8))
    return colours if channels == 3 else tf.concat([colours, opaque], -1)


def _audio(path: Path, arguments: Mapping[str, Any]) -> Array:
    import tensorflow as tf

    _exists(path, "audio")
    try:
        sound, _ = tf.audio.decode_wav(
            path.read_bytes(),
            desired_channels=arguments.get("channels", 1),
            desired_samples=arguments["length"],
        )
    except tf.errors.OpError as error:
        raise Unreadable("it is no WAV file, or damaged") from error
    return np.asarray(sound)


def _text(path: Path, arguments: Mapping[str, Any]) -> str:
    _exists(path, "text")
    try:
        return path.read_text(encoding=arguments.get("encoding", "utf-8"))
    except UnicodeDecodeError as error:
        raise Unreadable(f"it is not '{error.encoding}' text: byte {error.start + 1}") from error


def _npy(path: Path, arguments: Mapping[str, Any]) -> Array:
    from kerascli.data.read_arrays import read_npy

    del arguments
    try:
        return read_npy(path, "array").fields["array"]
    except DataError as error:
        raise Unreadable(error.diagnostics[0].message) from error


_LOADERS: Mapping[str, Callable[..., Any]] = {"image": _image, "audio": _audio, "text": _text, "npy": _npy}
