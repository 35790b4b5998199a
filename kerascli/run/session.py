"""The process-wide settings of Python, NumPy and Keras for the time of a run, put back afterwards."""

from __future__ import annotations

import contextlib
import random
from collections.abc import Iterator
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from kerascli.catalog import load_catalog
from kerascli.spec.plugins.objects import named_object
from kerascli.spec.spec import Spec


@contextlib.contextmanager
def keras_session(spec: Spec) -> Iterator[None]:
    """Sets the dtype policy of a spec while the block runs, and asks for deterministic kernels where it says so.

    The objects of the spec's plugins are known by their names, to Keras too where it loads what was saved with them.

    The policy and the random states of Python and NumPy are put back. TensorFlow can't take deterministic kernels back
    and does not tell its seed: both hold on.
    """
    python_random, numpy_random = random.getstate(), np.random.get_state()
    policy = keras.config.dtype_policy()
    keras.config.set_dtype_policy(spec.dtype)
    use_threads(spec)
    if spec.fit.deterministic:
        keras.utils.set_random_seed(spec.seed)
        tf.config.experimental.enable_op_determinism()
    try:
        with spec.plugins.known(), keras.saving.custom_object_scope(saved_names(spec)):
            yield
    finally:
        keras.config.set_dtype_policy(policy)
        random.setstate(python_random)
        np.random.set_state(numpy_random)


def saved_names(spec: Spec) -> dict[str, Any]:
    """The objects of a spec's plugins by the names that Keras saves them under.

    Keras saves its own functions by their bare names too, so a plugin's function of such a name is left out.
    """
    catalog = load_catalog()
    return {
        name: named_object(entry)
        for (_, name), entry in spec.plugins.entries.items()
        if entry.kind == "class" or not catalog.groups_of(name)
    }


def threads() -> dict[str, int]:
    """How many threads TensorFlow uses in one operation and across operations; 0: one for each core."""
    threading = tf.config.threading
    return {
        "intra_op": threading.get_intra_op_parallelism_threads(),
        "inter_op": threading.get_inter_op_parallelism_threads(),
    }


def set_threads(*, intra_op: int, inter_op: int) -> None:
    """Sets TensorFlow's threads where that is still possible: before its first operation; 0: one for each core.

    Afterwards nothing changes; `threads` tells what holds.
    """
    with contextlib.suppress(RuntimeError):
        tf.config.threading.set_intra_op_parallelism_threads(intra_op)
        tf.config.threading.set_inter_op_parallelism_threads(inter_op)


def use_threads(spec: Spec) -> None:
    """The threads that a spec asks for."""
    wanted = spec.performance
    if (wanted.intra_op_threads, wanted.inter_op_threads) != ("auto", "auto"):
        numbers = [0 if one == "auto" else one for one in (wanted.intra_op_threads, wanted.inter_op_threads)]
        set_threads(intra_op=numbers[0], inter_op=numbers[1])


def seed_everything(spec: Spec) -> None:
    """Seeds Python, NumPy and TensorFlow; to be called right before the model is made, as a script would."""
    keras.utils.set_random_seed(spec.seed)
