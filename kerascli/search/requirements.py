"""Whether the packages are there that searches need and trainings do not."""

from __future__ import annotations

from importlib.util import find_spec

from kerascli.errors import EnvironmentProblem

_HINT = "install it with: pip install 'kerascli[tune]'"


def require_optuna(sampler: str) -> None:
    """Refuses a search whose engine is not installed.

    Args:
        sampler: The sampler, which may need more than Optuna.

    Raises:
        EnvironmentProblem: Optuna is missing, or what the sampler needs.
    """
    if find_spec("optuna") is None:
        raise EnvironmentProblem("a search needs Optuna, which is not installed", code="missing-package", hint=_HINT)
    if sampler == "cmaes" and find_spec("cmaes") is None:
        message = "the sampler 'cmaes' needs the package cmaes, which is not installed"
        raise EnvironmentProblem(message, code="missing-package", hint=_HINT)
