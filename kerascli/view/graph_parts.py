"""Folds a long graph into parts that stand side by side, cut where the fewest tensors cross."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from kerascli.view.graph_nodes import Graph, Link, Node, wrap

if TYPE_CHECKING:
    from collections.abc import Iterable

# A graph of fewer ranks fits on a screen as it is.
SHORTEST_PART = 24
# Width to height of the whole picture, and of one node with the gaps around it.
PICTURE_ASPECT = 1.5
NODE_ASPECT = 2.6


def fold(graph: Graph) -> list[Graph]:
    """The parts of a graph, in order; what crosses a cut ends in a stub on both sides.

    Returns:
        The graph alone when it is short.
    """
    ranks = ranks_of(graph)
    height = max(ranks.values(), default=0) + 1
    length = _part_length(ranks, height)
    if height <= length * 1.25:
        return [graph]
    cuts = _cuts(_crossings(graph, ranks, height), height, length)
    part_of = {key: sum(rank >= cut for cut in cuts) for key, rank in ranks.items()}
    return [_part(graph, part_of, number) for number in range(len(cuts) + 1)]


def ranks_of(graph: Graph) -> dict[str, int]:
    """How many steps each node is from the start by the longest way; an input stands just above its first reader."""
    readers: dict[str, list[str]] = defaultdict(list)
    sources: dict[str, list[str]] = defaultdict(list)
    for link in graph.links:
        sources[link.target].append(link.source)
        readers[link.source].append(link.target)
    ranks: dict[str, int] = {}
    for node in graph.nodes:
        # A source without a rank comes later: a loop, which a layer that is called twice may close.
        ranks[node.key] = max((ranks[key] + 1 for key in sources[node.key] if key in ranks), default=0)
    for node in graph.nodes:
        if not sources[node.key] and readers[node.key]:
            ranks[node.key] = max(0, min(ranks[key] for key in readers[node.key]) - 1)
    return ranks


def _part_length(ranks: dict[str, int], height: int) -> int:
    """The ranks of a part that make the whole about as wide as a screen."""
    sizes = sorted(Counter(ranks.values()).values())
    width = sizes[len(sizes) * 9 // 10] if sizes else 1
    parts = math.sqrt(PICTURE_ASPECT * height / (NODE_ASPECT * width))
    return max(SHORTEST_PART, math.ceil(height / max(1.0, parts)))


def _crossings(graph: Graph, ranks: dict[str, int], height: int) -> list[int]:
    """For each rank how many tensors pass from above it to it or below."""
    last: dict[tuple[str, str], int] = {}
    for link in graph.links:
        tensor = (link.source, link.label)
        last[tensor] = max(last.get(tensor, 0), ranks[link.target])
    change = [0] * (height + 2)
    for (source, _), end in last.items():
        if end > ranks[source]:
            change[ranks[source] + 1] += 1
            change[end + 1] -= 1
    total, out = 0, []
    for step in change[: height + 1]:
        total += step
        out.append(total)
    return out


def _cuts(crossings: list[int], height: int, length: int) -> list[int]:
    """The ranks that new parts begin with: few crossings, parts of about `length`; found by dynamic programming."""
    shortest, longest = max(2, length * 6 // 10), max(3, length * 13 // 10)
    best: dict[int, tuple[float, int]] = {0: (0.0, 0)}
    for end in range(shortest, height + 1):
        options = [
            (best[start][0] + 2 * crossings[end] * (end < height) + (4 * (end - start - length) / length) ** 2, start)
            for start in range(max(0, end - longest), end - shortest + 1)
            if start in best
        ]
        if options:
            best[end] = min(options)
    cuts, rank = [], height
    while rank in best and best[rank][1] > 0:
        rank = best[rank][1]
        cuts.append(rank)
    # Where no sum of lengths meets the height, equal parts do.
    return cuts[::-1] or list(range(length, height, length))


def _part(graph: Graph, part_of: dict[str, int], number: int) -> Graph:
    """One part, with a stub for each tensor that comes from another part or goes to one."""
    names = {node.key: node.lines[0] for node in graph.nodes}
    links: list[Link] = []
    coming: dict[tuple[str, str], Node] = {}
    going: dict[tuple[str, str], list[str]] = defaultdict(list)
    for link in graph.links:
        here = part_of[link.source] == number, part_of[link.target] == number
        if all(here):
            links.append(link)
        elif here[0]:
            going[link.source, link.label].append(link.target)
        elif here[1]:
            lines = (f"from part {part_of[link.source] + 1}", f"{names[link.source]}{link.label}")
            stub = Node(f"from:{link.source}{link.label}", "stub", lines)
            coming[link.source, link.label] = stub
            links.append(Link(stub.key, link.target))
    leaving = []
    for (source, label), targets in going.items():
        parts = sorted({part_of[target] + 1 for target in targets})
        stub = Node(f"to:{source}{label}", "stub", (_parts_text(parts), *_some_names(names[key] for key in targets)))
        leaving.append(stub)
        links.append(Link(source, stub.key, label))
    inside = (node for node in graph.nodes if part_of[node.key] == number)
    return Graph((*coming.values(), *inside, *leaving), tuple(links))


def _parts_text(parts: list[int]) -> str:
    # A part that reads the tensor is named where it can be; a DenseNet block may feed them all.
    if len(parts) == 1:
        return f"to part {parts[0]}"
    if parts == list(range(parts[0], parts[-1] + 1)) and len(parts) > 2:
        return f"to parts {parts[0]}–{parts[-1]}"
    return "to parts " + ", ".join(map(str, parts))


def _some_names(names: Iterable[str]) -> tuple[str, ...]:
    known = list(dict.fromkeys(names))
    if len(known) > 2:
        return (known[0], f"and {len(known) - 1} more")
    return tuple(line for name in known for line in wrap(name))
