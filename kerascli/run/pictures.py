"""The pictures of a run: curves, the model's graph, and a confusion matrix for each head that classifies."""

from __future__ import annotations

from typing import Any

import numpy as np

from kerascli.model.summarise import summarise
from kerascli.record.run_folder import RunFolder
from kerascli.run.build import output_shapes
from kerascli.run.classifiers import find_classifiers
from kerascli.run.position import Position
from kerascli.run.predictions import class_indices, make_predict_step
from kerascli.run.ready import Ready
from kerascli.run.timeline import timed
from kerascli.view.confusion import draw_confusion
from kerascli.view.curves import draw_curves
from kerascli.view.graph import draw_graph


@timed("plots")
def draw_run(folder: RunFolder, ready: Ready, model: Any, position: Position, best: tuple[int, float] | None) -> None:
    """Draws `curves.png`, `model.png` and `confusion.png` (`confusion_<head>.png` for several heads) into `plots/`.

    The matrix counts the test split, or the validation split where there is no test.

    Raises:
        OSError: A picture can't be written.
    """
    names = list(dict.fromkeys(name for row in position.history for name in row))
    history = {name: [row.get(name, float("nan")) for row in position.history] for name in names}
    draw_curves(history, folder.plots / "curves.png", best_epoch=best[0] if best else None, title=folder.name)
    draw_graph(summarise(model, ready.spec.model, ready.spec.name), folder.plots / "model.png")
    split, what = (ready.test, "test") if ready.test is not None else (ready.plan.validation, "validation")
    classifiers = find_classifiers(ready.spec, ready.data.preprocessing, output_shapes(model))
    if split is None or not classifiers:
        return
    matrices = {head: np.zeros((len(names), len(names)), np.int64) for head, names in classifiers.items()}
    predict = make_predict_step(model)
    heads = [column.name for column in ready.data.preprocessing.targets]
    for batch in split.dataset(ready.plan.validation_batch_size, drop_remainder=ready.plan.drop_remainder):
        outputs = predict(batch)
        targets = batch[1] if isinstance(batch[1], tuple) else (batch[1],)
        y = {head: target.numpy() for head, target in zip(heads, targets, strict=True)}
        for head, matrix in matrices.items():
            matrix += count_confusions(y[head], outputs[head], len(matrix))
    for head, matrix in matrices.items():
        file = "confusion.png" if len(classifiers) == 1 else f"confusion_{head}.png"
        draw_confusion(matrix.tolist(), classifiers[head], folder.plots / file, title=f"{head}, {what} split")


def count_confusions(targets: Any, outputs: Any, classes: int) -> Any:
    """How often each class (rows) was taken for each (columns), `(classes, classes)` int64."""
    predicted: Any = class_indices(outputs)
    targets = targets[: len(outputs)]
    true = np.argmax(targets, axis=1) if targets.ndim == 2 and targets.shape[1] > 1 else targets.reshape(len(targets))
    matrix = np.zeros((classes, classes), np.int64)
    np.add.at(matrix, (true.astype(np.int64), predicted), 1)
    return matrix
