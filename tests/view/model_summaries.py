"""Model summaries built by hand, for the tests of the table and of the graph."""

from __future__ import annotations

from kerascli.record.model_summary import LayerKind, LayerRow, ModelSummary, TensorShape

Shape = tuple[int | None, ...]


def row(
    path: str,
    class_name: str,
    *inputs: str,
    shapes: tuple[Shape, ...] = ((None, 8),),
    parameters: int = 0,
    kind: LayerKind = "layer",
    trainable: bool = True,
) -> LayerRow:
    outputs = tuple(TensorShape(shape, "float32") for shape in shapes)
    learned = parameters if trainable else 0
    return LayerRow(path, class_name, kind, inputs, outputs, parameters, learned, trainable, "float32")


def source(path: str, *shape: int) -> LayerRow:
    return row(path, "InputLayer", shapes=((None, *shape),), kind="input")


def model(name: str, layers: list[LayerRow], *heads: tuple[str, str], kind: str = "Functional") -> ModelSummary:
    parameters = sum(layer.parameters for layer in layers)
    learned = sum(layer.trainable_parameters for layer in layers)
    return ModelSummary(name, kind, tuple(layers), heads, parameters, learned, 4 * parameters, "Adam")


def chain() -> ModelSummary:
    layers = [
        source("image", 28, 28),
        row("flatten", "Flatten", "image", shapes=((None, 784),)),
        row("hidden", "Dense", "flatten", shapes=((None, 128),), parameters=100_480),
        row("scores", "Dense", "hidden", shapes=((None, 10),), parameters=1290),
    ]
    return model("mnist", layers, ("scores", "scores"), kind="Sequential")


def branches() -> ModelSummary:
    layers = [
        source("x", 32),
        row("wide", "Dense", "x", parameters=264),
        row("deep_1", "Dense", "x", parameters=264, trainable=False),
        row("deep_2", "Dense", "deep_1", parameters=72),
        row("sum", "Add", "wide", "deep_2", kind="operation"),
        row("y", "Dense", "sum", parameters=9),
    ]
    return model("two_branches", layers, ("y", "y"))


def many_heads() -> ModelSummary:
    layers = [
        source("title", 40),
        source("body", 400),
        source("tags", 12),
        row("embed_title", "Embedding", "title", shapes=((None, 40, 64),), parameters=640_000),
        row("embed_body", "Embedding", "body", shapes=((None, 400, 64),), parameters=640_000),
        row("pool_title", "GlobalAveragePooling1D", "embed_title", shapes=((None, 64),)),
        row("encoder", "Functional", "embed_body", shapes=((None, 64),), parameters=33_024, kind="model"),
        row("all", "Concatenate", "pool_title", "encoder", "tags", shapes=((None, 140),)),
        row("priority", "Dense", "all", shapes=((None, 1),), parameters=141),
        row("department", "Dense", "all", shapes=((None, 4),), parameters=564),
    ]
    return model("tickets", layers, ("priority", "priority"), ("department", "department"))


def encoder_with_states() -> ModelSummary:
    states: tuple[Shape, ...] = ((None, 20, 64), (None, 64), (None, 64))
    layers = [
        source("words", 20, 32),
        source("answer", 15, 32),
        row("encoder", "LSTM", "words", shapes=states, parameters=24_832),
        row("decoder", "LSTM", "answer", "encoder:1", "encoder:2", shapes=((None, 15, 64),), parameters=24_832),
        row("attention", "Attention", "decoder", "encoder", shapes=((None, 15, 64),)),
        row("next", "Dense", "attention", shapes=((None, 15, 500),), parameters=32_500),
    ]
    return model("translate", layers, ("next", "next"), ("state", "encoder:2"))


def residual_net(blocks: int = 21) -> ModelSummary:
    """About seven layers a block."""
    layers = [source("image", 224, 224, 3)]
    last = "image"
    for block in range(blocks):
        start = last
        for part in range(2):
            for name, class_name, parameters in (("conv", "Conv2D", 36_928), ("bn", "BatchNormalization", 256)):
                path = f"block{block}_{part}_{name}"
                layers.append(row(path, class_name, last, shapes=((None, 56, 56, 64),), parameters=parameters))
                last = path
            if part == 0:
                layers.append(row(f"block{block}_relu", "ReLU", last, shapes=((None, 56, 56, 64),)))
                last = f"block{block}_relu"
        layers.append(row(f"block{block}_add", "Add", start, last, shapes=((None, 56, 56, 64),)))
        layers.append(row(f"block{block}_out", "Activation", f"block{block}_add", shapes=((None, 56, 56, 64),)))
        last = f"block{block}_out"
    layers.append(row("predictions", "Dense", last, shapes=((None, 1000),), parameters=65_000))
    return model("resnet", layers, ("predictions", "predictions"))


def dense_net() -> ModelSummary:
    """406 layers, wired as those of DenseNet121."""
    layers = [source("image", 224, 224, 3)]
    last = "image"
    for stage, size in enumerate((6, 12, 24, 16)):
        for block in range(size):
            start = last
            for part, class_name in enumerate(("BatchNormalization", "Activation", "Conv2D") * 2):
                path = f"conv{stage}_block{block}_{part}"
                layers.append(row(path, class_name, last, shapes=((None, 28, 28, 32),), parameters=100))
                last = path
            path = f"conv{stage}_block{block}_concat"
            layers.append(row(path, "Concatenate", start, last, shapes=((None, 28, 28, 64),)))
            last = path
    layers.append(row("predictions", "Dense", last, shapes=((None, 1000),), parameters=65_000))
    return model("densenet", layers, ("predictions", "predictions"))


def u_net() -> ModelSummary:
    layers = [source("scan", 256, 256, 1)]
    last, skips = "scan", []
    for level in range(4):
        for name, class_name in (("conv_a", "Conv2D"), ("conv_b", "Conv2D"), ("pool", "MaxPooling2D")):
            path = f"down{level}_{name}"
            layers.append(row(path, class_name, last, shapes=((None, 64, 64, 32),), parameters=9248))
            last = path
        skips.append(f"down{level}_conv_b")
    layers.append(row("bottom", "Conv2D", last, shapes=((None, 16, 16, 512),), parameters=99_999))
    last = "bottom"
    for level in reversed(range(4)):
        names = [f"up{level}_{name}" for name in ("sample", "join", "conv_a", "conv_b")]
        layers += [
            row(names[0], "UpSampling2D", last, shapes=((None, 64, 64, 32),)),
            row(names[1], "Concatenate", names[0], skips[level], shapes=((None, 64, 64, 64),)),
            row(names[2], "Conv2D", names[1], shapes=((None, 64, 64, 32),), parameters=9248),
            row(names[3], "Conv2D", names[2], shapes=((None, 64, 64, 32),), parameters=9248),
        ]
        last = names[3]
    layers.append(row("mask", "Conv2D", last, shapes=((None, 256, 256, 1),), parameters=33))
    return model("u_net", layers, ("mask", "mask"))


EVERY_MODEL = (chain, branches, many_heads, encoder_with_states, residual_net, dense_net, u_net)
