"""`PartlyWrong`: the fault of a spec some sections of which are sound, with these, so that lints can judge them too."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from kerascli.errors import Diagnostic, SpecError
from kerascli.spec.problems import Problems
from kerascli.spec.spec import Spec

T = TypeVar("T")


class PartlyWrong(SpecError):
    """Something is wrong with a spec (status 2).

    Attributes:
        sound: The spec with what is sound of it; what is not is left out, as if it were not written.
        whole_model: Whether the model is sound. Where it is not, its layers are what could be read, and each is right by itself.
    """

    def __init__(self, diagnostics: Iterable[Diagnostic], sound: Spec, *, whole_model: bool) -> None:
        """Takes the faults and what is sound."""
        super().__init__(diagnostics)
        self.sound, self.whole_model = sound, whole_model


class SectionFaults:
    """Which sections of a spec have errors: told by how many there are before and after each is read.

    Args:
        problems: Where faults go.

    Attributes:
        faulty: The sections that have errors.
    """

    def __init__(self, problems: Problems) -> None:
        self._problems, self._before = problems, problems.errors
        self.faulty: set[str] = set()

    def section(self, name: str, made: T) -> T:
        """What was made of a section; the errors since the last call are its."""
        if self._problems.errors > self._before:
            self.faulty.add(name)
        self._before = self._problems.errors
        return made
