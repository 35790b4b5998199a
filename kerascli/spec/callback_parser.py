"""A list of callbacks → their components; those that have another place here are refused."""

from __future__ import annotations

from kerascli.spec.component import Component
from kerascli.spec.component_parser import parse_components
from kerascli.spec.nodes import Node
from kerascli.spec.problems import Problems


def parse_callbacks(node: Node | None, problems: Problems, *, trust: bool = False) -> tuple[Component, ...]:
    """The callbacks in order."""
    if node is None:
        return ()
    found = parse_components(node, "callbacks", problems, trust=trust)
    for component in found:
        if component.name == "BackupAndRestore":
            hint = "write 'checkpoints:', which keeps all that a resume needs"
            problems.add("elsewhere", "BackupAndRestore has another place here", component.span, hint)
        elif component.name in ("CSVLogger", "TensorBoard"):
            hint = f"write 'logs: {{{'csv' if component.name == 'CSVLogger' else 'tensorboard'}: …}}'"
            message = f"{component.name} runs beside the log that 'logs' writes"
            problems.warn("elsewhere", message, component.span, hint)
    return found
