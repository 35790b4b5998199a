"""What a spec expects of its run: the values, when it is done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kerascli.errors import Diagnostic, ExitCode, TrainingError
from kerascli.run.result import RunResult
from kerascli.spec.expect_parser import Expectation

_TEST = "test_"


class FellShort(TrainingError):
    """A run that is whole, and not what its spec expects.

    Attributes:
        result: What it gave.
    """

    def __init__(self, short: Sequence[Diagnostic], result: RunResult) -> None:
        """Takes what it lacks."""
        self.result = result
        super().__init__(short)


def shortfalls(expected: Sequence[Expectation], result: RunResult) -> list[Diagnostic]:
    """What fell short: the logs of the epoch whose weights `model.keras` has, and the metrics on the test split."""
    values = _values(result)
    found = []
    for one in expected:
        value = values.get(one.log, float("nan"))
        if not one.holds(value):
            message = f"'{one.log}' is {value:.6g}, expected {one.condition}"
            found.append(Diagnostic("expect", message, one.span, status=ExitCode.TRAINING))
    return found


def _values(result: RunResult) -> Mapping[str, float]:
    epoch = result.best_epoch if result.weights == "best" and result.best_epoch else result.epochs
    row = {name: values[epoch - 1] for name, values in result.history.items()} if epoch else {}
    return row | {f"{_TEST}{name}": value for name, value in result.metrics.items()}
