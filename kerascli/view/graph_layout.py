"""Gives each box and each line of a drawn model its place; Graphviz's `dot` places, inside this process."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from kerascli.view.graph_nodes import Graph, Link, Node
from kerascli.view.graph_parts import fold

Point = tuple[float, float]
# The width and height that a node needs for its text.
Measure = Callable[[Node], tuple[float, float]]

POINTS_PER_INCH = 72
PART_GAP = 40.0
PART_HEADING = 26.0


@dataclass(frozen=True)
class Box:
    """A node in its place, in points from the upper left corner."""

    node: Node
    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True)
class Curve:
    """A line: a start and three Bézier points for each further piece; an arrow where it reaches a box."""

    points: tuple[Point, ...]
    arrow: bool


@dataclass(frozen=True)
class Heading:
    """The title of a part, at the left of its upper edge."""

    text: str
    left: float
    width: float


@dataclass(frozen=True)
class GraphLayout:
    """A drawing, in points from the upper left corner; one heading for each part of a folded graph."""

    width: float
    height: float
    boxes: tuple[Box, ...]
    curves: tuple[Curve, ...]
    headings: tuple[Heading, ...] = ()


def lay_out(graph: Graph, measure: Measure) -> GraphLayout:
    """Places a graph: a long one in several parts from left to right, each read from top to bottom."""
    parts = [_place(part, measure) for part in fold(graph)]
    if len(parts) == 1:
        return parts[0]
    left = 0.0
    boxes: list[Box] = []
    curves: list[Curve] = []
    headings: list[Heading] = []
    for number, part in enumerate(parts, 1):
        headings.append(Heading(f"part {number} of {len(parts)}", left, part.width))
        moved = _moved(part, left, PART_HEADING)
        boxes += moved.boxes
        curves += moved.curves
        left += part.width + PART_GAP
    height = max(part.height for part in parts) + PART_HEADING
    return GraphLayout(left - PART_GAP, height, tuple(boxes), tuple(curves), tuple(headings))


def _moved(layout: GraphLayout, right: float, down: float) -> GraphLayout:
    boxes = (replace(box, left=box.left + right, top=box.top + down) for box in layout.boxes)
    curves = (replace(curve, points=tuple((x + right, y + down) for x, y in curve.points)) for curve in layout.curves)
    return replace(layout, boxes=tuple(boxes), curves=tuple(curves))


def _place(graph: Graph, measure: Measure) -> GraphLayout:
    """One part, placed by Graphviz."""
    import pygraphviz

    graph = _with_labels_as_nodes(graph)
    source = _dot_source(graph, measure)
    drawing = pygraphviz.AGraph(string=source)
    try:
        plain = drawing.draw(format="plain", prog="dot").decode("utf-8")
    finally:
        drawing.close()
    return _read_plain(plain, graph)


def _with_labels_as_nodes(graph: Graph) -> Graph:
    """The graph with each label as a small node on its link, which Graphviz keeps clear of all the rest."""
    nodes, links = list(graph.nodes), []
    for number, link in enumerate(graph.links):
        if not link.label:
            links.append(link)
            continue
        label = Node(f"label:{number}", "label", (link.label,))
        nodes.append(label)
        links += [Link(link.source, label.key), Link(label.key, link.target)]
    return Graph(tuple(nodes), tuple(links))


def _dot_source(graph: Graph, measure: Measure) -> str:
    """The graph in Graphviz's language, with numbers for names and no text, so that it loads no fonts."""
    numbers = {node.key: number for number, node in enumerate(graph.nodes)}
    lines = [
        "digraph {",
        'graph [rankdir=TB nodesep=0.28 ranksep=0.26 pad=0 margin=0 label=""];',
        'node [shape=box fixedsize=true label=""];',
        'edge [arrowhead=none label=""];',
    ]
    for node in graph.nodes:
        width, height = (size / POINTS_PER_INCH for size in measure(node))
        lines.append(f"n{numbers[node.key]} [width={width:.4f} height={height:.4f}];")
    for link in graph.links:
        source, target = numbers[link.source], numbers[link.target]
        looks = graph.nodes[source].look, graph.nodes[target].look
        # Only what runs with the order of the layers may shape it; the rest closes loops.
        loose = source > target and "label" not in looks and "stub" not in looks
        # The layers stand in line, and what leads to another part gives way.
        weight = 1 if "stub" in looks or "head" in looks else 4
        lines.append(f"n{source} -> n{target} [weight={weight}{' constraint=false' if loose else ''}];")
    return "\n".join([*lines, "}"])


def _read_plain(plain: str, graph: Graph) -> GraphLayout:
    """Graphviz's answer in its `plain` format, which counts inches from the lower left corner."""
    boxes: list[Box] = []
    curves: list[Curve] = []
    # Long lines go on after a backslash.
    rows = [line.split() for line in plain.replace("\\\n", "").splitlines()]
    height = float(rows[0][3]) * POINTS_PER_INCH
    for row in rows:
        if row[0] == "node":
            x, y, wide, high = (float(value) * POINTS_PER_INCH for value in row[2:6])
            boxes.append(Box(graph.nodes[int(row[1][1:])], x - wide / 2, height - y - high / 2, wide, high))
        elif row[0] == "edge":
            numbers = [float(value) * POINTS_PER_INCH for value in row[4 : 4 + 2 * int(row[3])]]
            points = tuple((x, height - y) for x, y in zip(numbers[::2], numbers[1::2], strict=True))
            curves.append(Curve(points, graph.nodes[int(row[2][1:])].look != "label"))
    return _fitted(tuple(boxes), tuple(curves))


def _fitted(boxes: tuple[Box, ...], curves: tuple[Curve, ...]) -> GraphLayout:
    """The drawing moved into the corner, and as large as what is in it: a line may bulge out of Graphviz's frame."""
    xs = [x for curve in curves for x, _ in curve.points] + [x for b in boxes for x in (b.left, b.left + b.width)]
    ys = [y for curve in curves for _, y in curve.points] + [y for b in boxes for y in (b.top, b.top + b.height)]
    if not xs:
        return GraphLayout(0.0, 0.0, (), ())
    layout = GraphLayout(max(xs) - min(xs), max(ys) - min(ys), boxes, curves)
    return _moved(layout, -min(xs), -min(ys))
