"""How a column of paths can be read: the parameters of `read`, one table."""

from __future__ import annotations

from collections.abc import Mapping

from kerascli.spec.sources import SourceParameter

_FOLDER = SourceParameter(
    "folder", ("str", "null"), is_path=True, help="what the paths are relative to; the folder of the spec when left out"
)
IMAGE = (
    SourceParameter("size", ("list", "null"), help="height and width, `[128, 128]`; images of one size need none"),
    SourceParameter("channels", ("int",), default=3, help="1 (grey), 3 (colour) or 4 (colour with alpha)"),
    SourceParameter(
        "interpolation", ("str",), default="bilinear", help="how images are resized, as `keras.layers.Resizing`"
    ),
    SourceParameter("crop_to_aspect_ratio", ("bool",), default=False, help="crops instead of distorting"),
    SourceParameter("pad_to_aspect_ratio", ("bool",), default=False, help="adds borders instead of distorting"),
)

READS: Mapping[str, tuple[SourceParameter, ...]] = {
    "image": (*IMAGE, _FOLDER),
    "audio": (
        SourceParameter("length", ("int",), required=True, help="samples of sound; more are cut off, fewer get zeros"),
        SourceParameter("channels", ("int",), default=1, help="1 or 2"),
        _FOLDER,
    ),
    "text": (SourceParameter("encoding", ("str",), default="utf-8", help="the text encoding"), _FOLDER),
    "npy": (_FOLDER,),
}
