"""`describe`: a word of the language → what it means, in every meaning that it has."""

from __future__ import annotations

from collections.abc import Iterator

from kerascli.catalog import Entry, load_catalog
from kerascli.errors import UsageError, nearest
from kerascli.spec.key_docs import KEY_DOCS
from kerascli.spec.sources import SOURCES
from kerascli.translate.describe_component import component_summary, describe_component
from kerascli.translate.describe_key import describe_key, key_paths
from kerascli.translate.describe_source import all_sources, describe_source, source_summary
from kerascli.translate.descriptions import Description, GroupRow, WordRow
from kerascli.translate.language_words import LANGUAGE_WORDS

# What each group is, for `--list`.
GROUPS = {
    "layers": "entries of `model.layers`",
    "ops": "functions of `keras.ops`, as nodes of a graph",
    "applications": "models of `keras.applications`, used as layers",
    "optimizers": "`compile.optimizer`",
    "schedules": "`learning_rate` of an optimizer",
    "losses": "`compile.loss`",
    "metrics": "`compile.metrics`",
    "callbacks": "`callbacks`",
    "initializers": "`kernel_initializer` and the like of a layer",
    "regularizers": "`kernel_regularizer` and the like of a layer",
    "constraints": "`kernel_constraint` and the like of a layer",
    "activations": "`activation` of a layer",
    "dtype_policies": "`dtype` of the spec or of a layer",
    "sources": "`data.source`",
    "keys": "sections and keys of a spec",
}


def describe(word: str) -> tuple[Description, ...]:
    """All meanings of a word.

    Args:
        word: A component's name or alias, alone or behind its group (`losses.CategoricalCrossentropy`); a data source;
            a section, a key, or its path (`fit.batch_size`).

    Raises:
        UsageError: Nothing has that name; the hint is the nearest word.
    """
    name = word.removeprefix("keras.").removeprefix("optimizers.schedules.")
    found = tuple(_meanings(name)) or tuple(_prefixed(name))
    if found:
        return found
    near = _nearest(name)
    hint = f"did you mean '{near}'?" if near else "say 'kerascli describe --list' to see what there is"
    raise UsageError(f"nothing in the language is called '{word}'", code="unknown-word", hint=hint)


def _meanings(name: str) -> Iterator[Description]:
    for entry in _entries(name):
        yield describe_component(entry)
    word = LANGUAGE_WORDS.get(name.rpartition(".")[2] if name.partition(".")[0] in GROUPS else name)
    if word is not None:
        yield word
    source = SOURCES.get(name.removeprefix("sources."))
    if source is not None:
        yield describe_source(source)
    for path in key_paths(name):
        yield describe_key(path)


def _prefixed(name: str) -> Iterator[Description]:
    """An operation or an application without its prefix; only where the word means nothing else."""
    for group in ("ops", "applications"):
        entry = load_catalog().find(group, f"{group}.{name}")
        if entry is not None:
            yield describe_component(entry)


def _entries(name: str) -> list[Entry]:
    """The entries of a name: in the group before its dot, or in all groups."""
    catalog = load_catalog()
    group, dot, rest = name.partition(".")
    if dot and group in catalog.groups:
        entry = catalog.find(group, name) or catalog.find(group, rest)
        if entry is not None:
            return [entry]
    found = [catalog.find(one, name) for one in catalog.groups_of(name)]
    return [entry for entry in found if entry is not None]


def _nearest(name: str) -> str | None:
    catalog = load_catalog()
    group, dot, rest = name.partition(".")
    if dot and group in catalog.groups:
        near = catalog.suggest(group, rest)
        return near if near is None or near.startswith(f"{group}.") else f"{group}.{near}"
    names = [word for one in catalog.groups for word in catalog.names(one)]
    bare = {word.rpartition(".")[2]: word for word in reversed(names)}
    keys = {path.replace(".*", ""): path.replace(".*", "") for path in KEY_DOCS}
    last = {path.rpartition(".")[2]: path.replace(".*", "") for path in reversed(list(KEY_DOCS))}
    words = {**last, **keys, **bare, **{word: word for word in (*names, *SOURCES, *LANGUAGE_WORDS)}}
    near = nearest(name, words)
    return None if near is None else words[near]


def list_groups() -> tuple[GroupRow, ...]:
    """Every group with its number of words."""
    return tuple(GroupRow(name, len(list_words(name)), text) for name, text in GROUPS.items())


def list_words(group: str) -> tuple[WordRow, ...]:
    """The words of a group, each with a sentence.

    Raises:
        UsageError: There is no such group.
    """
    if group == "sources":
        return tuple(WordRow(entry.name, source_summary(entry)) for entry in all_sources())
    if group == "keys":
        return tuple(WordRow(path, text) for path, text in KEY_DOCS.items())
    if group not in GROUPS:
        near = nearest(group, GROUPS)
        hint = f"did you mean '{near}'?" if near else "write one of " + ", ".join(f"'{name}'" for name in GROUPS)
        raise UsageError(f"there is no group '{group}'", code="unknown-group", hint=hint)
    catalog = load_catalog()
    # The layers that only applications hold stand in converted models; nobody looks for them.
    names = [name for name in catalog.names(group) if group == "applications" or not name.startswith("applications.")]
    entries = [catalog.find(group, name) for name in names]
    return tuple(WordRow(entry.name, component_summary(entry)) for entry in entries if entry is not None)
