"""The words of the language that are no class of Keras, but stand where one does: described by hand."""

from __future__ import annotations

from collections.abc import Mapping

from kerascli.translate.descriptions import Description, KeyRow, ParameterRow

_ACCURACY = Description(
    kind="component",
    name="accuracy",
    group="metrics",
    what="metric by name",
    aliases=("acc",),
    summary="How often the predictions are right; which accuracy that is follows from the target and the output.",
    text=(
        "Keras takes `BinaryAccuracy` for an output of one number, `SparseCategoricalAccuracy` for class indices and "
        "`CategoricalAccuracy` for one-hot targets.",
    ),
    example="compile:\n  loss: mse\n  metrics: [accuracy]\n",
    see_also=("BinaryAccuracy", "CategoricalAccuracy", "SparseCategoricalAccuracy"),
)
_CROSSENTROPY = Description(
    kind="component",
    name="crossentropy",
    group="losses",
    what="loss by name",
    aliases=("ce",),
    summary="The crossentropy of target and output; which one follows from their shapes.",
    example="compile:\n  loss: crossentropy\n",
    see_also=("BinaryCrossentropy", "CategoricalCrossentropy", "SparseCategoricalCrossentropy"),
)
_MODEL = Description(
    kind="component",
    name="Model",
    group="layers",
    what="nested model",
    summary="A whole model as one layer, written exactly as the section `model:` itself.",
    text=("It may be called again by `- layer: NAME`, and its outputs go by name too: `encoder:mean`.",),
    reads="its inputs in order: `inputs: [a, b]`, or by name: `inputs: {left: a, right: b}`",
    keys=(
        KeyRow("inputs", "The inputs by name, as in `model.inputs`."),
        KeyRow("layers", "The layers in order, as in `model.layers`."),
        KeyRow("outputs", "The outputs by name; the last layer when left out."),
    ),
    example="model:\n  inputs: {x: [8]}\n  layers:\n    - Model:\n        inputs: {features: [8]}\n"
    "        layers: [{Dense: {units: 16, activation: relu}}, {Dense: 4}]\n      name: encoder\n    - Dense: 1\n",
    see_also=("model.layers.layer", "model.blocks"),
)
_PARAMETER = Description(
    kind="component",
    name="Parameter",
    group="layers",
    what="layer of kerascli",
    path="kerascli.layers.Parameter",
    summary="A learned tensor, repeated for each sample of its input: positions, class tokens.",
    reads="one tensor, for its batch size alone",
    parameters=(
        ParameterRow("shape", "list", "", True, "The shape of the tensor, without the batch axis."),
        ParameterRow("initializer", "initializer", "glorot_uniform", False, "Its starting values."),
        ParameterRow("regularizer", "regularizer or null", "null", False, "A penalty on it."),
        ParameterRow("constraint", "constraint or null", "null", False, "What it is held to after each step."),
    ),
    example="model:\n  inputs: {x: [16, 8]}\n  layers:\n    - Parameter: {shape: [16, 8], initializer: zeros}\n"
    "      name: positions\n    - Add:\n      inputs: [x, positions]\n",
)

LANGUAGE_WORDS: Mapping[str, Description] = {
    word: description
    for description in (_ACCURACY, _CROSSENTROPY, _MODEL, _PARAMETER)
    for word in (description.name, *description.aliases)
}
