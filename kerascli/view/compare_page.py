"""A comparison of runs as one HTML file that needs nothing else: metrics, curves, differences."""

from __future__ import annotations

import html
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from kerascli.errors import UsageError
from kerascli.record.atomic import write_text
from kerascli.record.spread import SeedGroup
from kerascli.view.compare_curves import draw_comparison
from kerascli.view.run_tables import shown, spread_text

_STYLE = """
:root { color-scheme: light dark; }
body { font: 14px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 76rem; padding: 0 1rem; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.1rem; margin-top: 2rem; }
table { border-collapse: collapse; } td, th { padding: .2rem .8rem .2rem 0; text-align: left; vertical-align: top; }
td:not(:first-child) { font-variant-numeric: tabular-nums; } tr { border-bottom: 1px solid #8884; }
.best { font-weight: 600; } .wide { overflow-x: auto; } code { font-size: .9em; }
svg { max-width: 100%; height: auto; background: #fff; }
"""


def write_page(
    path: Path,
    runs: Sequence[str],
    metrics: Mapping[str, Sequence[float | None]],
    best: Mapping[str, int | None],
    parts: Mapping[str, Mapping[str, Sequence[Any]]],
    histories: Mapping[str, Mapping[str, Sequence[float]]],
    groups: Sequence[SeedGroup] = (),
) -> None:
    """Writes the page.

    Args:
        path: The file.
        runs: The runs.
        metrics: Metric to its value in each run.
        best: Metric to the place of the run that is best in it, or None.
        parts: Title to the differences: path to the value in each run.
        histories: Run to its log to its values, one an epoch.
        groups: Runs that differ in their seed alone.

    Raises:
        OSError: It can't be written.
    """
    heads = "".join(f"<th><code>{html.escape(run)}</code></th>" for run in runs)
    out = [f"<h1>{len(runs)} runs</h1>", "<h2>Metrics</h2>", f"<div class=wide><table><tr><th></th>{heads}</tr>"]
    for name, values in metrics.items():
        cells = "".join(
            f"<td{' class=best' if index == best.get(name) else ''}>{html.escape(shown(value))}</td>"
            for index, value in enumerate(values)
        )
        out.append(f"<tr><td>{html.escape(name)}</td>{cells}</tr>")
    out += ["</table></div>", *_spreads(groups), "<h2>Curves</h2>", f"<div class=wide>{_curves(histories)}</div>"]
    for title, rows in parts.items():
        out.append(f"<h2>{html.escape(title)}</h2>")
        if not rows:
            out.append("<p>no differences</p>")
            continue
        out.append(f"<div class=wide><table><tr><th></th>{heads}</tr>")
        for name, values in rows.items():
            cells = "".join(f"<td>{html.escape(shown(value))}</td>" for value in values)
            out.append(f"<tr><td><code>{html.escape(name)}</code></td>{cells}</tr>")
        out.append("</table></div>")
    title = html.escape(", ".join(runs))
    head = '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
    write_text(path, f"{head}<title>{title}</title><style>{_STYLE}</style><body>{''.join(out)}</body></html>\n")


def _spreads(groups: Sequence[SeedGroup]) -> list[str]:
    """The metrics over the seeds of each group, a column a group."""
    if not groups:
        return []
    heads = "".join(f"<th><code>{html.escape(group.name)}</code></th>" for group in groups)
    out = ["<h2>Over seeds</h2>", f"<div class=wide><table><tr><th></th>{heads}</tr>"]
    for name in dict.fromkeys(name for group in groups for name in group.metrics):
        texts = [spread_text(group.metrics[name]) if name in group.metrics else "-" for group in groups]
        cells = "".join(f"<td>{html.escape(text)}</td>" for text in texts)
        out.append(f"<tr><td>{html.escape(name)}</td>{cells}</tr>")
    return [*out, "</table></div>"]


def _curves(histories: Mapping[str, Mapping[str, Sequence[float]]]) -> str:
    """The picture as SVG inside the page."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "curves.svg"
        try:
            draw_comparison(histories, path)
        except UsageError:
            return "<p>no epoch yet</p>"
        text = path.read_text(encoding="utf-8")
    return text[text.index("<svg") :]
