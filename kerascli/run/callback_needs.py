"""Which callbacks must see every batch: those whose class overrides a per-batch hook and uses it."""

from __future__ import annotations

from typing import Any, Literal

import keras

# An attribute by which a callback says itself whether it needs them.
SAYS = "needs_every_batch"

_HOOKS = {
    "train": ("on_batch_begin", "on_batch_end", "on_train_batch_begin", "on_train_batch_end"),
    "test": ("on_test_batch_begin", "on_test_batch_end"),
}


def needs_every_batch(callbacks: list[Any], mode: Literal["train", "test"]) -> bool:
    """Whether any callback needs one call a batch."""
    return any(_needs(callback, mode) for callback in callbacks)


def _needs(callback: Any, mode: Literal["train", "test"]) -> bool:
    said = getattr(callback, SAYS, None)
    if said is not None:
        return bool(said)
    if type(callback) is keras.callbacks.ModelCheckpoint and callback.save_freq == "epoch":
        return False
    base = keras.callbacks.Callback
    return any(getattr(type(callback), hook) is not getattr(base, hook) for hook in _HOOKS[mode])
