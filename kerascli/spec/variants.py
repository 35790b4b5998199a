"""Variants of a spec: the same text with other values at some paths, as a search tries them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from kerascli.errors import SourceText
from kerascli.spec.load import parse_spec
from kerascli.spec.nodes import Mapping, Node, Scalar
from kerascli.spec.overrides import apply_section
from kerascli.spec.problems import Problems
from kerascli.spec.spec import Spec


@dataclass(frozen=True)
class SpecTree:
    """A spec before its values are read: all that another process needs to read it.

    Attributes:
        tree: The nodes, variables not filled in.
        path: The file.
        sources: The texts that the nodes stand in.
        trusted: Whether the user said `--trust`.
        runs: The folder that holds all runs.
    """

    tree: Mapping = field(repr=False)
    path: Path
    sources: tuple[SourceText, ...] = field(repr=False)
    trusted: bool
    runs: Path

    def read(self) -> Spec:
        """The spec.

        Raises:
            SpecError: With every fault.
        """
        return parse_spec(self.tree, self.path, self.sources, Problems(), trust=self.trusted, runs=self.runs)


def variant(spec: Spec, changes: Iterable[tuple[Scalar, Node]], runs: Path) -> SpecTree:
    """The spec with some values changed, without its `tune`.

    Args:
        spec: The spec.
        changes: The node of each path, and that of its value; both keep their places, so that a fault is found there.
        runs: The folder that holds all runs.

    Raises:
        SpecError: A path leads nowhere.
    """
    assert spec.written is not None
    problems = Problems()
    root = spec.written.without("tune")
    # What lies inside a value that is changed too comes after it.
    ordered = sorted(changes, key=lambda change: str(change[0].value).count("."))
    changed = apply_section(root, Mapping(tuple(ordered), root.span), problems)
    problems.raise_errors()
    return SpecTree(changed, spec.path, spec.sources, spec.trusted, runs)
