"""Writes a model as Markdown with Mermaid diagrams, which GitHub and many editors draw."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kerascli.errors import visible
from kerascli.view.graph_nodes import Graph, Node, graph_of, totals_line
from kerascli.view.graph_parts import fold

if TYPE_CHECKING:
    from kerascli.record.model_summary import ModelSummary

# Mermaid refuses a diagram of over 500 links or 50 000 characters; a folded one stays far below.
MOST_LINKS = 200

# The brackets that make Mermaid draw a shape.
_SHAPES = {
    "input": ("([", "])"),
    "layer": ("[", "]"),
    "operation": ("(", ")"),
    "model": ("[[", "]]"),
    "head": ("{{", "}}"),
    "stub": (">", "]"),
    "label": ("[", "]"),
}
_CLASSES = {
    "input": "fill:#dff3e3,stroke:#2e7d4f,color:#111",
    "layer": "fill:#e6effa,stroke:#3b6ea5,color:#111",
    "operation": "fill:#f1f1f1,stroke:#777,color:#111",
    "model": "fill:#ece4f7,stroke:#6a4fa3,stroke-width:3px,color:#111",
    "head": "fill:#fdebd3,stroke:#c46a12,color:#111",
    "stub": "fill:#fff,stroke:#999,stroke-dasharray:2 2,color:#333",
    "frozen": "fill:#e8f6fa,stroke:#4a90a4,stroke-dasharray:6 3,color:#111",
}


def mermaid_markdown(summary: ModelSummary) -> str:
    """The Markdown text: a heading, the totals, one diagram, or one for each part of a large model."""
    graph = graph_of(summary)
    parts = fold(graph) if len(graph.links) > MOST_LINKS else [graph]
    out = [f"# {_markdown(summary.name)}", "", totals_line(summary), ""]
    for number, part in enumerate(parts, 1):
        if len(parts) > 1:
            out += [f"## Part {number} of {len(parts)}", ""]
        out += ["```mermaid", *_diagram(part), "```", ""]
    return "\n".join(out)


def _diagram(graph: Graph) -> list[str]:
    numbers = {node.key: f"n{number}" for number, node in enumerate(graph.nodes)}
    lines = ["flowchart TD"]
    used: dict[str, None] = {}
    for node in graph.nodes:
        name = _class_of(node)
        used[name] = None
        opening, closing = _SHAPES[node.look]
        text = "<br/>".join(_escaped(line) for line in node.lines)
        lines.append(f'  {numbers[node.key]}{opening}"{text}"{closing}:::{name}')
    for link in graph.links:
        arrow = f'-- "{_escaped(link.label)}" -->' if link.label else "-->"
        lines.append(f"  {numbers[link.source]} {arrow} {numbers[link.target]}")
    return lines + [f"  classDef {name} {_CLASSES[name]}" for name in used]


def _class_of(node: Node) -> str:
    return "frozen" if node.frozen else node.look


def _escaped(text: str) -> str:
    """The text with what Mermaid or HTML would read as its own in Mermaid's `#code;` form."""
    return re.sub(r"[#&<>\"`\\*]", lambda match: f"#{ord(match[0])};", text)


def _markdown(text: str) -> str:
    return re.sub(r"([\\`*_<\[#|])", r"\\\1", visible(text))
