"""What a spec may not do without `--trust`: name components that run code, or files and addresses outside its places."""

from __future__ import annotations

import os
from pathlib import Path

from kerascli.spec.component import Component
from kerascli.spec.problems import Problems

# Each of these runs code, loads code, or talks to another machine.
NEEDS_TRUST = (
    "Lambda",
    "TFSMLayer",
    "TorchModuleWrapper",
    "JaxLayer",
    "FlaxLayer",
    "LambdaCallback",
    "RemoteMonitor",
)

# Arguments of layers that Keras opens as files.
READS_FILE = ("vocabulary", "filepath")

_HINT = "say '--trust' on the command line if you know what it does"


def check_trust(component: Component, problems: Problems, *, trust: bool) -> None:
    """Refuses what needs trust, at its place.

    Source: the language, section 7 (trust comes from the command line alone).
    """
    if trust:
        return
    if component.name in NEEDS_TRUST:
        problems.add("needs-trust", f"{component.name} can run code or reach other machines", component.span, _HINT)
    for argument in component.arguments:
        value = argument.value
        if not isinstance(value, str):
            continue
        if "://" in value:
            message = f"'{argument.name}' of {component.name} is an address"
            problems.add("needs-trust", message, argument.span, _HINT)
        elif component.group == "layers" and argument.name in READS_FILE:
            message = f"'{argument.name}' of {component.name} reads a file of any kind"
            problems.add("needs-trust", message, argument.span, _HINT)
        elif component.group == "callbacks" and "\0" in value:
            problems.add("path", f"'{argument.name}' of {component.name} is no path", argument.span, "remove the NUL")
        elif component.group == "callbacks" and _leaves_folder(value):
            message = f"'{argument.name}' of {component.name} leaves the run's folder"
            problems.add("needs-trust", message, argument.span, f"write a path inside the run's folder, or {_HINT}")


def _leaves_folder(path: str) -> bool:
    return Path(path).is_absolute() or Path(os.path.normpath(path)).parts[:1] == ("..",)
