"""Whole trainings and steady epochs beside a plain Keras script and a loop by hand; growth.

The tables are printed as Markdown, and put into a page with `--write`, between the lines that say so.
"""

from __future__ import annotations

import argparse
import os
import platform
import re
import sys
import tempfile
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from growth import growth_table
from pairs import compare, timed
from trainings import PARTS

HEAD = (
    "| | whole process, s | its | ratio | steady epoch, s | its | ratio |\n| --- | --- | --- | --- | --- | --- | --- |"
)


def machine(pairs: int, epochs: int) -> str:
    """What the figures hold for."""
    packages = ", ".join(f"{name} {version(name)}" for name in ("keras", "tensorflow", "numpy"))
    return (
        f"{os.cpu_count()} cores ({processor()}), Python {platform.python_version()}, {packages}; {epochs} epochs, "
        f"medians of {pairs} {'pair' if pairs == 1 else 'pairs'}, the first epoch left out of the steady ones."
    )


def processor() -> str:
    """Its name, as Linux has it."""
    try:
        found = re.search(r"^model name\s*: (.+)$", Path("/proc/cpuinfo").read_text(encoding="utf-8"), re.MULTILINE)
    except OSError:
        found = None
    return found[1] if found else platform.processor() or platform.machine()


def trainings(parts: Sequence[str], count: int, epochs: int, folder: Path) -> tuple[str, list[str]]:
    """The table of the trainings, and what is slower than it may be."""
    rows, slow = [HEAD], []
    print(HEAD, flush=True)
    for part in parts:
        for pair in PARTS[part](folder, epochs):
            found = compare(
                count, lambda pair=pair: timed(pair.ours, folder), lambda pair=pair: timed(pair.its, folder)
            )
            rows.append(f"| {pair.words} | {' | '.join(found.cells())} |")
            print(rows[-1], flush=True)
            for name, most in (("whole", pair.whole), ("epoch", pair.epoch)):
                if most is not None and found.ratio(name) > most:
                    slow.append(f"{pair.words}: {name} {found.ratio(name):.2f}, at most {most:.2f}")
    return "\n".join(rows), slow


def write(page: Path, name: str, table: str) -> None:
    """Puts a table between its two lines.

    Raises:
        SystemExit: The page has no such lines.
    """
    begin, end = f"<!-- bench: {name} -->", f"<!-- end: {name} -->"
    text = page.read_text(encoding="utf-8")
    if begin not in text or end not in text:
        sys.exit(f"'{page}' has no lines '{begin}' and '{end}'")
    before, after = text.split(begin)[0], text.split(end)[1]
    page.write_text(f"{before}{begin}\n{table}\n{end}{after}", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    known = [*PARTS, "growth"]
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"all, or some of: {', '.join(known)}")
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--epochs", type=int, default=3, help="of each training, at least 2")
    parser.add_argument(
        "--write", type=Path, metavar="PAGE", help="put whole tables into a page, such as docs/performance.md"
    )
    parser.add_argument("--check", action="store_true", help="exit status 1 where a ratio is above what it may be")
    options = parser.parse_args()
    wanted = options.parts or known
    unknown = [part for part in wanted if part not in known]
    if unknown or options.epochs < 2 or options.pairs < 1:
        parser.error(f"no part '{unknown[0]}'" if unknown else "at least 2 epochs and 1 pair")
    parts = [part for part in PARTS if part in wanted]
    about, slow = machine(options.pairs, options.epochs), list[str]()
    print(f"{about}\n")
    tables: dict[str, str] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if parts:
            table, slow = trainings(parts, options.pairs, options.epochs, folder)
            if len(parts) == len(PARTS):
                tables["trainings"] = f"{about}\n\n{table}"
        if "growth" in wanted:
            tables["growth"] = growth_table(folder)
            print(f"\n{tables['growth']}", flush=True)
    for name, table in tables.items() if options.write else ():
        write(options.write, name, table)
    print("\n".join(["", *(f"above: {line}" for line in slow)]) if slow else "\nno ratio is above what it may be")
    sys.exit(1 if slow and options.check else 0)


if __name__ == "__main__":
    main()
