"""Tries values out: makes an object with them and uses it once, and says whether Keras took them."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

# Several of each kind, since Keras refuses some for their range or their length alone.
VALUES: Mapping[str, tuple[Any, ...]] = {
    "int": (1, 2, 3, 0, -1, 4, 8),
    "float": (0.5, 2.0, 1.0, 0.0, 0.1, -0.5),
    "bool": (True, False),
    "str": ("x", "a"),
    # Text that only a constructor that reads numbers out of it takes.
    "digits": ("2,5", "2", "0.5"),
    "list": ([2, 2], [2], [1, 1, 1], [0.5, 0.5], [0.1, 0.5], [1], [-1], [0, 1], [2] * 3, [[1, 1]] * 2, ["a", "b"]),
    "mapping": ({}, {"a": 1}),
    "null": (None,),
}
NONSENSE = "surely_no_choice"

Use = Callable[[Any], object]


def merely_make(made: Any) -> object:
    """The use of an object where making it is all that can be tried."""
    return made


@dataclass
class Trial:
    """How one class or function is tried.

    Attributes:
        make: The class or function.
        arguments: Keyword arguments that go well.
        use: What is done with the object made; raises where Keras refuses it.
        works: Whether making and using it with `arguments` alone goes well; without that no refusal means anything.
    """

    make: Callable[..., Any]
    arguments: Mapping[str, Any]
    use: Use = merely_make
    works: bool = field(init=False)

    def __post_init__(self) -> None:
        self.works = self.refusal({}) is None

    def refusal(self, arguments: Mapping[str, Any], *, warn: str = "ignore") -> str | None:
        """What Keras says against these arguments on top of the others; None where all goes well.

        Args:
            arguments: The values to try, by argument.
            warn: What a warning does, as in `warnings.simplefilter`; with `error` it is a refusal.
        """
        try:
            with warnings.catch_warnings():
                warnings.simplefilter(warn)  # type: ignore[arg-type]
                self.use(self.make(**{**self.arguments, **arguments}))
        except Exception as error:  # noqa: BLE001 - whatever Keras raises is a refusal
            return f"{type(error).__name__}: {error}"
        return None

    def takes_kind(self, name: str, kind: str) -> bool | None:
        """Whether the argument takes some value of a kind; None where that can't be known."""
        if not self.works:
            return None
        return any(self.refusal({name: value}) is None for value in VALUES[kind])

    def choices(self, name: str, documented: Iterable[str], others: Iterable[str]) -> tuple[tuple[str, ...], bool]:
        """Which words the argument takes, and whether in capitals too.

        Args:
            name: The argument.
            documented: The words that its own docs quote; for these the sample's shape may be at fault in a trial.
            others: Further candidates, kept only where all goes well with them.

        Returns:
            No words where Keras takes a nonsense word as well, or too few of these.
        """
        nonsense = self.refusal({name: NONSENSE}, warn="error") if self.works else None
        if nonsense is None:
            return (), False
        own = [word for word in documented if not self._refuses_as_nonsense(name, word, nonsense)]
        if not any(self._takes_word(name, word) for word in own):
            own = []
        found = [*own, *(word for word in others if word not in own and self._takes_word(name, word))]
        if not own and len(found) < 2:
            # One stray word that happens to go well is no list of choices.
            return (), False
        capitals = [word.upper() for word in found if word.islower()]
        return tuple(found), bool(capitals) and all(self._takes_word(name, word) for word in capitals)

    def _takes_word(self, name: str, word: str) -> bool:
        return self.refusal({name: word}, warn="error") is None

    def _refuses_as_nonsense(self, name: str, word: str, nonsense: str) -> bool:
        """Whether Keras says the same of the word as of nonsense; otherwise the sample's shape may be at fault."""
        said = self.refusal({name: word}, warn="error")
        return said is not None and said.replace(word, "") == nonsense.replace(NONSENSE, "").replace(word, "")


def first_that_works(uses: Iterable[Use], trial: Callable[[Use], Trial]) -> tuple[int | None, Trial]:
    """The first trial that works among several ways to use the object, and its number; else a mere making."""
    for number, use in enumerate(uses):
        found = trial(use)
        if found.works:
            return number, found
    return None, trial(merely_make)
