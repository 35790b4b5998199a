"""What TensorFlow raises in the middle of a step, said again in one line, without the graph's own trace."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator

import tensorflow as tf

from kerascli.components.faults import first_line
from kerascli.data.streamed_split import reading_fault
from kerascli.errors import EnvironmentProblem, KerascliError, TrainingError
from kerascli.run.worker_faults import lost_worker
from kerascli.spec.plugins import own_line


@contextlib.contextmanager
def step_faults(doing: str) -> Iterator[None]:
    """Turns TensorFlow's errors inside the block into ours.

    Args:
        doing: What goes on, for the message: `training`, `evaluating`, `predicting`.

    Raises:
        EnvironmentProblem: The memory does not suffice.
        TrainingError: A step failed, mostly over values that a layer can't take (an `Embedding` index beyond its size);
            or a plugin raised, at its own line.
    """
    try:
        yield
    except KerascliError:
        raise
    except (tf.errors.ResourceExhaustedError, MemoryError) as error:
        message = f"the memory does not suffice for {doing}: {_useful_line(error)}"
        hint = "choose a smaller 'batch_size' or a smaller model"
        raise EnvironmentProblem(message, code="memory", hint=hint) from error
    except tf.errors.OpError as error:
        fault = reading_fault() or lost_worker(error)
        if fault is not None:
            raise fault from None
        hint = "compare the values of the data with what the layers take"
        raise TrainingError(f"{doing} failed: {_useful_line(error)}", code="step-failed", hint=hint) from error
    except Exception as error:  # A plugin's callback, step or metric may raise anything; what is ours stays a bug.
        place = own_line(error)
        if place is None:
            raise
        message = f"{doing} failed in a plugin: {type(error).__name__}: {first_line(error)}"
        raise TrainingError(message, code="plugin", span=place) from error


def _useful_line(error: BaseException) -> str:
    """The line that says what is wrong; TensorFlow puts the way of the call through the graph around it."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    noise = re.compile(
        r'(Graph execution error|Detected at node|File "|<stack traces unavailable>|\(\d+\) |\[\[|•|Arguments received|Exception encountered)'
    )
    useful = [line for line in lines if not noise.match(line)]
    # The cause is the last full sentence before the names of the graph's nodes.
    picked = next(
        (line for line in reversed(useful) if not line.startswith(("[[", "Defined at"))), type(error).__name__
    )
    return re.sub(r"\s*\[Op:\w+\].*|\{\{\w+ [^}]*\}\}\s*|\x1b\[\d*m", "", picked)[:300]
