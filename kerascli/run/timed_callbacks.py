"""Callbacks whose hooks tell a timeline how long they took."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras

from kerascli.run.timeline import Timeline, current


def time_callbacks(callbacks: Any) -> None:
    """Lets each callback of a `CallbackList` tell its time; nothing where nothing is recorded.

    The callbacks themselves stay as they are: the list calls them through others.
    """
    timeline = current()
    if timeline is not None:
        # A callback of Keras that profiles has TensorFlow's profiler for itself.
        if timeline.steps is not None and any(map(_profiles, callbacks.callbacks)):
            timeline.steps.profiler.failed = True
        own = keras.callbacks.History
        callbacks.callbacks = [one if isinstance(one, own) else _Timed(one, timeline) for one in callbacks.callbacks]


def _profiles(callback: Any) -> bool:
    return isinstance(callback, keras.callbacks.TensorBoard) and getattr(callback, "_stop_batch", 0) > 0


class _Timed:
    """A callback as the list sees it."""

    def __init__(self, callback: Any, timeline: Timeline) -> None:
        self.callback, self.timeline = callback, timeline

    def __getattr__(self, name: str) -> Any:
        """A hook with a clock around it, where the class has one of its own; all else is the callback's."""
        own = getattr(self.callback, name)
        if not name.startswith("on_") or not any(self._has(hook) for hook in (name, name.replace("_train", ""))):
            return own
        hook = self._timed(name, own)
        # Found at once from now on.
        self.__dict__[name] = hook
        return hook

    def _has(self, hook: str) -> bool:
        """Whether the class has a hook of its own; Keras's `on_train_batch_end` calls `on_batch_end`."""
        base = getattr(keras.callbacks.Callback, hook, None)
        return getattr(type(self.callback), hook, base) is not base

    def _timed(self, name: str, own: Callable[..., Any]) -> Callable[..., Any]:
        writes = isinstance(self.callback, keras.callbacks.TensorBoard | keras.callbacks.CSVLogger)
        part, detail = "logs" if writes else "callbacks", type(self.callback).__name__

        def hook(*arguments: Any, **keywords: Any) -> Any:
            # What a hook may predict or evaluate does not belong to the training's steps.
            if self.timeline.steps is not None and "batch" not in name:
                self.timeline.steps.close()
            with self.timeline.part(part, detail):
                return own(*arguments, **keywords)

        return hook
