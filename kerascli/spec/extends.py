"""`extends` and `override`: a file and those that it builds on → one tree of nodes."""

from __future__ import annotations

import os
from dataclasses import field, replace
from pathlib import Path

from kerascli.errors import Diagnostic, Note, SourceText, SpecError, UsageError
from kerascli.quick_dataclass import dataclass
from kerascli.spec.environment import Environment
from kerascli.spec.nodes import Mapping, Node, Scalar, Sequence, folder_of, kind_of
from kerascli.spec.places import ROOT
from kerascli.spec.problems import Problems
from kerascli.spec.references import substitute
from kerascli.spec.removals import without_removals
from kerascli.spec.text import read_text
from kerascli.spec.yaml_loader import MAXIMUM_DEPTH, MAXIMUM_VALUES, load_nodes

# A file that is named twice counts twice: lists of lists of files could else go on for ever.
MAXIMUM_FILES = 64


def read_file(source: SourceText, problems: Problems) -> tuple[Mapping, tuple[SourceText, ...]]:
    """The nodes of a spec with all that it extends and its `override`, and the texts that they stand in.

    Raises:
        SpecError: A file can't be read, is not YAML or not a mapping, or extends itself.
    """
    reader = _Reader(problems)
    tree = reader.whole(source, (os.path.realpath(source.name),))
    problems.raise_errors()
    return tree, tuple(reader.sources)


@dataclass
class _Reader:
    """What has been read so far."""

    problems: Problems
    sources: list[SourceText] = field(default_factory=list)
    files: int = 0
    done: dict[str, Mapping] = field(default_factory=dict)

    def whole(self, source: SourceText, chain: tuple[str, ...]) -> Mapping:
        """One file with what it extends, its `override` applied; `chain` holds the files on the way to it."""
        self.sources.append(source)
        root = root_of(source)
        extends, override = root.get("extends"), root.get("override")
        own: Node = root.without("extends").without("override")
        bases = [] if extends is None else self._bases(extends, chain)
        if bases:
            from kerascli.spec.merge import merge

            below: Node = bases[0]
            for base in bases[1:]:
                below = merge(below, base, ROOT, self.problems)
            own = merge(below, own, ROOT, self.problems)
        elif extends is None or extends == Sequence((), extends.span):
            own = without_removals(own, self.problems)
        assert isinstance(own, Mapping)
        if override is not None:
            from kerascli.spec.overrides import apply_section

            own = apply_section(own, override, self.problems)
        check_bounds(own, extends if extends is not None else root, self.problems)
        return own

    def _bases(self, node: Node, chain: tuple[str, ...]) -> list[Mapping]:
        items = node.items if isinstance(node, Sequence) else (node,)
        found = [self._base(item, chain) for item in items]
        return [base for base in found if base is not None]

    def _base(self, node: Node, chain: tuple[str, ...]) -> Mapping | None:
        """The file that an item of `extends` names, or None with a fault."""
        if isinstance(node, Scalar) and isinstance(node.value, str) and "$" in node.value:
            node = self._filled(node)
        text = node.value if isinstance(node, Scalar) else None
        if not isinstance(text, str) or not text or "\0" in text:
            shown = "nothing" if text == "" else kind_of(node)
            self.problems.add(
                "wrong-type", f"'extends' must name a file, not {shown}", node, "write 'extends: base.yaml'"
            )
            return None
        if "://" in text:
            message = f"'{text}' is an address, not a file"
            self.problems.add("path", message, node, "download it first, and name the file")
            return None
        self.files += 1
        if self.files > MAXIMUM_FILES:
            if self.files == MAXIMUM_FILES + 1:
                self.problems.add("too-many-files", f"more than {MAXIMUM_FILES} files by 'extends'", node)
            return None
        path = folder_of(node) / Path(text).expanduser()
        real = os.path.realpath(path)
        if real in chain:
            names = " → ".join(
                os.path.relpath(name, Path(chain[0]).parent) for name in (*chain[chain.index(real) :], real)
            )
            self.problems.add("cycle", f"a file can't extend itself: {names}", node, "remove one of these 'extends'")
            return None
        if real not in self.done:
            read = self._read(path, node, (*chain, real))
            if read is None:
                return None
            self.done[real] = read
        return self.done[real]

    def _filled(self, node: Scalar) -> Node:
        """The environment alone: variables are filled in when all files are merged."""
        before = len(self.problems.found)
        filled = substitute(node, {}, self.problems, Environment())
        hint = "write the path, or '$(env:NAME)': 'extends' is read before variables are"
        for number in range(before, len(self.problems.found)):
            if self.problems.found[number].code == "unknown-variable":
                self.problems.found[number] = replace(self.problems.found[number], hint=hint)
        return filled if len(self.problems.found) == before else Scalar("", node.span)

    def _read(self, path: Path, node: Node, chain: tuple[str, ...]) -> Mapping | None:
        try:
            source = read_text(path)
        except UsageError as error:
            fault = error.diagnostics[0]
            self.problems.add(fault.code, fault.message, node, fault.hint)
            return None
        except SpecError as error:
            self._take(error, node)
            return None
        note = Note("which is extended here", node.span)
        try:
            return self.whole(SourceText(source.name, source.text, note), chain)
        except SpecError as error:
            self._take(error, node)
            return None

    def _take(self, error: SpecError, node: Node) -> None:
        note = Note("which is extended here", node.span)
        for one in error.diagnostics:
            if one.span is None:
                self.problems.add(one.code, one.message, node, one.hint)
            elif one.span.source.used is None:
                self.problems.found.append(replace(one, notes=(*one.notes, note)))
            else:
                self.problems.found.append(one)


def root_of(source: SourceText) -> Mapping:
    """The nodes of one file.

    Raises:
        SpecError: The text is not YAML, or not a mapping.
    """
    root = load_nodes(source)
    hint = "write 'model:' with its 'layers'" if source.used is None else "write the sections that it gives to others"
    if root is None:
        raise SpecError("the spec is empty", code="empty", span=source.span(1, 1), hint=hint)
    if not isinstance(root, Mapping):
        message = f"a spec must be a mapping, not {kind_of(root)}"
        raise SpecError(message, code="wrong-type", span=root.span, hint=hint)
    return root


def check_bounds(root: Mapping, place: Node, problems: Problems) -> None:
    """Refuses a tree that has outgrown the bounds of one file.

    Raises:
        SpecError: It has, with all that was found before.
    """
    message = None
    if root.size > MAXIMUM_VALUES:
        message = f"more than {MAXIMUM_VALUES:,} values, with all that is extended and overridden"
    elif root.depth > MAXIMUM_DEPTH:
        message = f"more than {MAXIMUM_DEPTH} levels of nesting, with all that is extended and overridden"
    if message is not None:
        fault = Diagnostic("too-large", message, place.span, "keep data out of the spec")
        raise SpecError([*problems.found, fault])
