"""Where the transformed samples of a run are kept: in memory, on the disk, or nowhere but in their source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kerascli.data.memory import available_memory
from kerascli.record.byte_sizes import size_text

# `cache: auto` keeps no more than this, and no more than a quarter of the memory that is free.
MOST = 1 << 30


@dataclass(frozen=True)
class Storage:
    """The decision for each split.

    Attributes:
        kept: Split to `memory`, `disk` or `stream`.
        sizes: Split to the bytes of its transformed samples, estimated from the first of them.
        budget: The bytes that `cache: auto` keeps in memory.
    """

    kept: Mapping[str, str]
    sizes: Mapping[str, int]
    budget: int

    def words(self) -> str:
        """The decision in words, such as `kept in memory (188.4 MB)`."""
        ways = set(self.kept.values())
        if ways == {"memory"}:
            return f"kept in memory ({size_text(sum(self.sizes.values()))})"
        if ways == {"disk"}:
            return f"kept on the disk ({size_text(sum(self.sizes.values()))})"
        streamed = [name for name, way in self.kept.items() if way == "stream"]
        named = "" if len(streamed) == len(self.kept) else f" of {' and '.join(streamed)}"
        size = size_text(sum(self.sizes[name] for name in streamed))
        return f"{named} read anew in each epoch ({size}; up to {size_text(self.budget)} would be kept)".lstrip()


def cache_budget() -> int:
    """The bytes of samples that `cache: auto` keeps in memory."""
    free = available_memory()
    return MOST if free is None else min(MOST, free // 4)


def decide(cache: str, sizes: Mapping[str, int], budget: int) -> Storage:
    """Decides where each split is kept.

    Args:
        cache: `auto`, `memory`, `disk` or `none`.
        sizes: Split to the bytes of its transformed samples, the training split first.
        budget: What `auto` may keep in memory.
    """
    if cache != "auto":
        way = {"memory": "memory", "disk": "disk", "none": "stream"}[cache]
        return Storage(dict.fromkeys(sizes, way), sizes, budget)
    kept = {}
    left = budget
    for name, size in sizes.items():
        kept[name] = "memory" if size <= left else "stream"
        left -= size if size <= left else 0
    return Storage(kept, sizes, budget)
