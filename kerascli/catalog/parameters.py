"""A signature, its docs and trials → the JSON rows of a class's or function's parameters."""

from __future__ import annotations

import inspect
import json
import math
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from kerascli.catalog.component_groups import component_group
from kerascli.catalog.docstrings import quoted
from kerascli.catalog.trials import NONSENSE, Trial
from kerascli.catalog.value_types import component_kinds, documented_kinds, kind_of, value_kinds

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

# Groups whose constructors check next to nothing.
_UNCHECKED = ("callbacks", "optimizers", "schedules")
_FUNCTIONS = re.compile(r"\bcallables?\b|\ba function\b|\barray[-_ ]like\b|\bis a tensor\b", re.IGNORECASE)


def named_parameters(function: Any) -> list[inspect.Parameter]:
    """The parameters of a function or of a constructor, without `self`; none where it has no signature of its own."""
    if inspect.isclass(function):
        if function.__init__ is object.__init__:
            return []
        return list(inspect.signature(function.__init__).parameters.values())[1:]
    return list(inspect.signature(function).parameters.values())


@dataclass(frozen=True)
class Evidence:
    """What is known of a class or function beside its signature.

    Attributes:
        group: Its group.
        texts: The docs' text on each argument.
        words: The quoted words that the docs of all of Keras have on arguments of a name.
        trial: How it is tried; None for functions.
        real_trial: The same with real tensors, which alone show that some words are refused.
    """

    group: str
    texts: Mapping[str, str]
    words: Mapping[str, Iterable[str]] = field(default_factory=dict)
    trial: Trial | None = None
    real_trial: Trial | None = None

    def accepts(self, parameter: inspect.Parameter, kind: str) -> bool | None:
        """Whether a trial with a value of the kind went well; None where none could be made."""
        trial, name = self.trial, parameter.name
        if trial is None:
            return None
        if trial.works and kind_of(trial.arguments.get(name)) == kind != "null":
            return True
        if kind == "digits":
            return bool(trial.takes_kind(name, "digits")) and not trial.takes_kind(name, "str")
        if self.group in _UNCHECKED and kind != "null" and not self._numeric(parameter, kind):
            # Their constructors take anything; what is no number where the docs want one fails in training.
            return False if documented_kinds(self.texts.get(name, "")) else None
        return trial.takes_kind(name, kind)

    def _numeric(self, parameter: inspect.Parameter, kind: str) -> bool:
        """Whether the argument takes numbers or switches by its default or docs, and the kind is a number."""
        kinds = documented_kinds(self.texts.get(parameter.name, "")) | {kind_of(parameter.default)}
        return kind in ("int", "float") and bool(kinds & {"int", "float", "bool"})


def parameter_rows(parameters: list[inspect.Parameter], evidence: Evidence) -> list[dict[str, Any]]:
    """The rows of all parameters that can be given by name."""
    return [
        parameter_row(parameter, evidence)
        for parameter in parameters
        if parameter.kind not in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD)
    ]


def parameter_row(parameter: inspect.Parameter, evidence: Evidence) -> dict[str, Any]:
    """The row of one parameter; what a row leaves out has the default of `entries.Parameter`."""
    name = parameter.name
    row: dict[str, Any] = {"name": name}
    if parameter.default is not parameter.empty:
        row |= _default_row(parameter.default)
    group = component_group(evidence.group, name)
    types = _types(parameter, group, evidence)
    if types:
        row["types"] = list(types)
    if group is not None:
        row["group"] = group
    elif "str" in (types or ["str"]):
        row |= _choices_row(parameter, evidence)
    return row


def _types(parameter: inspect.Parameter, group: str | None, evidence: Evidence) -> tuple[str, ...]:
    name, default = parameter.name, parameter.default
    text = evidence.texts.get(name, "")
    if name == "name" and kind_of(default) in ("str", "null"):
        return ("str", "null")
    if group is not None:
        return component_kinds(default, text, group, lambda kind: evidence.accepts(parameter, kind))
    return value_kinds(default, text, lambda kind: evidence.accepts(parameter, kind))


def _default_row(default: Any) -> dict[str, Any]:
    try:
        value = json.loads(json.dumps(default))
    except (TypeError, ValueError):
        return {"default_repr": _readable(default)}
    if isinstance(value, float) and not math.isfinite(value):
        return {"default_repr": repr(default)}
    return {"default": value}


def _readable(default: Any) -> str:
    # The address in a function's repr differs in every process.
    return getattr(default, "__name__", None) or repr(default).split(" at 0x")[0]


def _choices_row(parameter: inspect.Parameter, evidence: Evidence) -> dict[str, Any]:
    name = parameter.name
    text = evidence.texts.get(name, "")
    if evidence.group == "dtype_policies" or name.endswith("dtype") or _FUNCTIONS.search(text):
        # Where a function may stand, a plugin's may go by its name; dtypes have more names than the docs say.
        return {}
    documented = _words([parameter.default] if isinstance(parameter.default, str) else [], quoted(text))
    for trial in (evidence.trial, evidence.real_trial):
        if trial is None:
            continue
        # Sorted, since Keras prints sets, whose order differs in every process.
        refusal = trial.refusal({name: NONSENSE}) or ""
        choices, any_case = trial.choices(
            name, documented, _words(sorted(quoted(refusal)), evidence.words.get(name, ()))
        )
        if choices:
            return {"choices": list(choices)} | ({"any_case": True} if any_case else {})
    return {}


def _words(*sources: Iterable[str]) -> list[str]:
    """The words of all sources, each once; a choice is always a plain word."""
    every = dict.fromkeys(word for source in sources for word in source)
    return [word for word in every if word.isidentifier() and word != NONSENSE]


def base_parameters(cls: type, trial: Trial) -> Iterator[inspect.Parameter]:
    """The parameters that a class hands on to its bases by `**kwargs`, each tried out where that can be."""
    own = named_parameters(cls)
    if not any(parameter.kind is parameter.VAR_KEYWORD for parameter in own):
        return
    seen = {parameter.name for parameter in own}
    for base in cls.__mro__[1:-1]:
        if "__init__" not in vars(base):
            continue
        for parameter in named_parameters(base):
            if parameter.name in seen or parameter.default is parameter.empty:
                continue
            seen.add(parameter.name)
            if not trial.works or trial.refusal({parameter.name: parameter.default}) is None:
                yield parameter
