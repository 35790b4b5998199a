"""The command that each worker runs, read as that command reads it, and written again to go on with a run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kerascli.errors import UsageError, nearest

COMMANDS = ("train", "resume", "evaluate", "predict")
# Ways to train that are not one training.
_ALONE = ("seeds", "dry_run", "overfit")


@dataclass(frozen=True)
class WorkerCommand:
    """A command and what it was given.

    Attributes:
        name: `train`, `resume`, `evaluate` or `predict`.
        given: The values of its parameters by their names in Python.
        words: The command line.
        resume: The parameters of `resume`, to write its command line with.
    """

    name: str
    given: Mapping[str, Any]
    words: tuple[str, ...]
    resume: Sequence[Any]

    def again(self, folder: Path) -> list[str]:
        """The command line that goes on with the run in a folder."""
        taken = {one.name for one in self.resume}
        given = {name: value for name, value in self.given.items() if name in taken}
        if self.name == "train":
            # They are in the run's spec.
            given["overrides"] = ()
        return ["resume", *_written(self.resume, {**given, "run": str(folder)})]


def read_words(context: Any, words: Sequence[str]) -> WorkerCommand:
    """What is to run over workers.

    Args:
        context: That of the command which was given the words.
        words: A command and its words, or those of `train`.

    Raises:
        UsageError: It is no command for several workers.
    """
    group = context.parent.command
    first = words[0] if words else ""
    known = first in group.list_commands(context.parent)
    if known and first not in COMMANDS:
        message = f"'{first}' does not run over workers"
        raise UsageError(message, hint="say a spec, or one of " + ", ".join(f"'{name}'" for name in COMMANDS))
    name, rest = (first, tuple(words[1:])) if known else ("train", tuple(words))
    if not known and not Path(first).exists() and len(words) > 1 and nearest(first, COMMANDS) is not None:
        raise UsageError(
            f"there is no file and no command '{first}'", hint=f"did you mean '{nearest(first, COMMANDS)}'?"
        )
    # It refuses what the command itself would refuse.
    given = group.get_command(context.parent, name).make_context(name, list(rest), parent=context.parent).params
    for option in _ALONE:
        if name == "train" and given.get(option):
            message = f"'--{option.replace('_', '-')}' is not for several workers"
            raise UsageError(message, hint="say it to 'kerascli train'")
    if given.get("worker") is not None:
        raise UsageError("'--worker' is what 'launch' says to each worker", hint="leave it out")
    if name == "predict" and "-" in words:
        raise UsageError("several workers can't read one pipe", hint="name a file")
    return WorkerCommand(name, given, (name, *rest), group.get_command(context.parent, "resume").params)


def _written(parameters: Sequence[Any], given: Mapping[str, Any]) -> list[str]:
    """Values as a command line."""
    options: list[str] = []
    arguments: list[str] = []
    for one in parameters:
        value = given.get(one.name)
        if one.param_type_name == "argument":
            arguments += [str(item) for item in value] if isinstance(value, list | tuple) else [str(value)]
        elif value is True:
            options.append(one.opts[0])
        elif value is not None and value is not False:
            options += [one.opts[0], str(value)]
    return [*options, "--", *arguments]
