"""Larger batches for validation and test: where the result can't depend on them, and how large."""

from __future__ import annotations

import math
from typing import Any

import keras

from kerascli.catalog import load_catalog
from kerascli.spec.component import Component
from kerascli.spec.spec import Spec

# What the layers' outputs of one batch may take, and the most samples of it.
_BYTES, _MOST = 128 << 20, 4096
# Reductions that a mean over all samples follows from, whatever the batches.
_MEANS = (None, "auto", "sum_over_batch_size", "mean")


def why_not_larger(spec: Spec, model: Any) -> str | None:
    """Why the batches of a validation stay as they are; None where they may grow.

    They may where losses and metrics are means over samples, and no layer looks across a batch.
    """
    assert spec.compile is not None
    if any(item.batch_size is not None for item in spec.model.inputs):
        return "the batch size is fixed"
    if spec.model.own_class is not None or spec.plugins.entries:
        return "plugins may look across a batch"
    if spec.fit.validation_steps is not None:
        return "'validation_steps' counts batches"
    components = [loss for loss in spec.compile.losses if loss is not None]
    for metrics in (*spec.compile.metrics, *spec.compile.weighted_metrics):
        components += metrics
    other = next((one for one in components if not _is_mean(one)), None)
    if other is not None:
        return f"'{other.name}' is no mean over samples"
    layer = next((layer for layer in model._flatten_layers() if _looks_across(layer)), None)
    return None if layer is None else f"'{layer.name}' may look across a batch"


def _is_mean(component: Component) -> bool:
    """Whether a loss or metric comes out the same however the samples are put into batches."""
    known = "." not in component.name or load_catalog().find(component.group, component.name) is not None
    return known and component.value("reduction") in _MEANS


def _looks_across(layer: Any) -> bool:
    """Whether a layer's output for one sample may depend on the others, or its mask on how they are put together.

    A loss divides by the steps of its batch that no mask hides, so that a mean over batches is not one over samples.
    """
    own = type(layer).__module__.split(".")[0] not in ("keras", "kerascli")
    masks = getattr(layer, "mask_zero", False) or isinstance(layer, keras.layers.Masking)
    return own or bool(masks) or bool(getattr(layer, "stateful", False))


def larger_batch_size(model: Any, batch_size: int, samples: int) -> int:
    """As many samples as a bounded memory holds the outputs of all layers for, at least as many as in training."""
    # A Sequential knows its layers alone, a functional model the operations between them too.
    operations = getattr(model, "operations", None) or model.layers
    each = sum(_sample_bytes(tensor) for one in operations for tensor in keras.tree.flatten(one.output))
    fits = _BYTES // max(1, each)
    size = 1 << int(math.log2(max(1, min(fits, _MOST))))
    return max(batch_size, min(size, samples))


def _sample_bytes(tensor: Any) -> int:
    """The bytes of a tensor for one sample, of four bytes a number; a free axis counts as 64."""
    return 4 * math.prod(64 if length is None else length for length in tensor.shape[1:])
