"""The scalars that the updates of all variables in one step have in common."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any

import tensorflow as tf


class Scalars:
    """Makes each scalar once a step: the optimizer's own code makes the powers of Adam anew for every variable."""

    def __init__(self) -> None:
        self._made: dict[tuple[Any, Hashable], Any] = {}

    def forget(self) -> None:
        """To be called where a step begins and ends: its tensors must not get into another step."""
        self._made.clear()

    def get(self, key: Hashable, make: Callable[[], Any]) -> Any:
        """The scalar of that key in the graph that is being traced.

        The graph is part of the key, since a step may be traced into the branch of a condition.
        """
        graph = None if tf.executing_eagerly() else tf.compat.v1.get_default_graph()
        place = (graph, key)
        if place not in self._made:
            self._made[place] = make()
        return self._made[place]
