"""Train Keras models from YAML specs; what the command does, as functions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kerascli.record.reproduction import Reproduction
    from kerascli.run.build import build_model
    from kerascli.run.evaluate import EvaluationResult, evaluate
    from kerascli.run.load_run import load
    from kerascli.run.predict import PredictionResult, predict
    from kerascli.run.reproduce import reproduce
    from kerascli.run.result import RunResult
    from kerascli.run.resume import resume
    from kerascli.run.train import train
    from kerascli.search.batch_size import find_batch_size
    from kerascli.search.learning_rate import find_learning_rate
    from kerascli.search.tune import tune
    from kerascli.spec.load import load_spec
    from kerascli.spec.spec import Spec

# Each name is imported when it is first used: TensorFlow takes seconds, and not every name needs it.
_HOMES = {
    "EvaluationResult": "kerascli.run.evaluate",
    "PredictionResult": "kerascli.run.predict",
    "Reproduction": "kerascli.record.reproduction",
    "RunResult": "kerascli.run.result",
    "Spec": "kerascli.spec.spec",
    "build_model": "kerascli.run.build",
    "evaluate": "kerascli.run.evaluate",
    "find_batch_size": "kerascli.search.batch_size",
    "find_learning_rate": "kerascli.search.learning_rate",
    "load": "kerascli.run.load_run",
    "load_spec": "kerascli.spec.load",
    "predict": "kerascli.run.predict",
    "reproduce": "kerascli.run.reproduce",
    "resume": "kerascli.run.resume",
    "train": "kerascli.run.train",
    "tune": "kerascli.search.tune",
}

__all__ = [
    "EvaluationResult",
    "PredictionResult",
    "Reproduction",
    "RunResult",
    "Spec",
    "build_model",
    "evaluate",
    "find_batch_size",
    "find_learning_rate",
    "load",
    "load_spec",
    "predict",
    "reproduce",
    "resume",
    "train",
    "tune",
]


def __getattr__(name: str) -> Any:
    """The public names, and `__version__`."""
    if name == "__version__":
        from importlib.metadata import version

        return version("kerascli")
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'kerascli' has no attribute '{name}'")
    from importlib import import_module

    return getattr(import_module(home), name)
