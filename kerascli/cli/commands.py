"""Which commands there are, and the group that imports only the one that is called."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup

# A command to its file in this room, in the order of the help. The file's `register` gives the command to an app.
COMMANDS = {
    "train": "train",
    "resume": "resume",
    "launch": "launch",
    "reproduce": "reproduce",
    "find-lr": "find_lr",
    "find-batch": "find_batch",
    "tune": "tune",
    "sweep": "sweep",
    "evaluate": "evaluate",
    "predict": "predict",
    "summary": "summary",
    "plot": "plot",
    "check": "check",
    "explain": "explain",
    "data": "data",
    "convert": "convert",
    "describe": "describe",
    "eject": "eject",
    "schema": "schema",
    "config": "config",
    "runs": "runs",
}


class LateCommands(TyperGroup):
    """A group whose commands are made when they are asked for: making all of them takes longer than a check."""

    def list_commands(self, ctx: Any) -> list[str]:
        """The names, in the order of the help."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The command of that name, or None."""
        if cmd_name not in COMMANDS:
            # What was meant is looked up among all of them.
            self.commands = {name: self.get_command(ctx, name) for name in COMMANDS}
            return None
        if cmd_name not in self.commands:
            app = typer.Typer(rich_markup_mode=None, add_completion=False)
            import_module(f"kerascli.cli.{COMMANDS[cmd_name]}").register(app)
            self.commands.update(typer.main.get_group(app).commands)
        return self.commands[cmd_name]
