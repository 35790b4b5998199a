"""What arguments mean that Keras's docstrings leave out, by their names: those that many classes share."""

from __future__ import annotations

from collections.abc import Mapping

UNDOCUMENTED: Mapping[str, str] = {
    "activity_regularizer": "A regularizer for the output of the layer.",
    "bounding_box_format": "How bounding boxes are written, where the layer changes them too: `xyxy`, `xywh` and others.",
    "data_format": "Where the channels stand, `channels_last` or `channels_first`.",
    "factor": "How strong the change is, or the range that it is drawn from.",
    "fill_mode": "What the points outside the image are filled with.",
    "fill_value": "The value of points outside the image, where they are filled with a constant.",
    "include_preprocessing": "Whether the model scales its own input.",
    "input_tensor": "A tensor of Keras; no spec can write one.",
    "interpolation": "How values between pixels are found.",
    "mode": "How the weights are quantized.",
    "seed": "The seed of its random numbers.",
    "source_name": "The dtype policy before quantization.",
    "value_range": "The lowest and the highest value of a pixel.",
}
