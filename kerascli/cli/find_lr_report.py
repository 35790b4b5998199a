"""What `find-lr` prints: the curve, the rates that it speaks for, and what to type next."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from kerascli.cli.progress import number_text
from kerascli.cli.text_plot import curve_lines
from kerascli.view.rate_curve import loss_range

if TYPE_CHECKING:
    from kerascli.search.learning_rate import RateTest

_WIDTH, _HEIGHT = 64, 10


def report_lines(test: RateTest, command: str, options: str, *, quiet: bool, plot: bool) -> Iterator[str]:
    """The lines.

    Args:
        test: What came out.
        command: The command that trains this spec, with its overrides so far.
        options: The options that it needs.
        quiet: Whether the suggestion alone is printed.
        plot: Whether the curve is drawn too.
    """
    from kerascli.search.learning_rate import rate_text

    suggestion = test.curve.suggestion
    if not quiet:
        if plot and len(test.curve.smooth) > 1:
            yield from _plot(test)
        yield f"steps    {len(test.losses)} of {test.batch_size} samples, {test.seconds:.1f} s; {_ended(test)}"
    if suggestion is None:
        yield f"no suggestion: {test.curve.reason}"
        if test.ended != "interrupted":
            yield "         take more '--steps' or a larger batch; whether it can learn at all says:"
            yield "         " + command.replace("train", "train --overfit", 1)
        return
    if not quiet:
        yield f"steepest {rate_text(suggestion.rate)}: there the loss falls the fastest"
        yield f"lowest   {rate_text(suggestion.lowest)}: there the loss is lowest; a tenth of it is {rate_text(suggestion.tenth)}"
    yield f"train    {command} {test.override}" + (f" {options}" if options else "")
    if quiet:
        return
    if test.still_falls:
        yield f"note     the loss still falls at the highest rate, {rate_text(test.rates[-1])}: raise '--to'"
    if test.schedule is not None:
        yield f"note     the number replaces {test.schedule}; to keep it, let it begin with this rate"


def _ended(test: RateTest) -> str:
    last = test.rates[-1] if test.rates else 0.0
    return {
        "steps": "the loss never exploded",
        "diverged": f"the loss exploded at {last:.1e}",
        "not finite": f"the loss was not finite at {last:.1e}",
        "interrupted": f"interrupted at {last:.1e}",
    }[test.ended]


def _plot(test: RateTest) -> Iterator[str]:
    """The averaged losses over the rates, with the suggestion."""
    from kerascli.search.learning_rate import rate_text

    smooth, suggestion = test.curve.smooth, test.curve.suggestion
    low, high = min(smooth), max(smooth)
    if not low < high:
        low, high = loss_range(test.losses, smooth)
    mark = None if suggestion is None else test.rates.index(suggestion.rate)
    lines = curve_lines(smooth, (low, high), width=_WIDTH, height=_HEIGHT, mark=mark)
    labels = {0: number_text(high), len(lines) - 1: number_text(low)}
    margin = max(len(label) for label in labels.values())
    for index, line in enumerate(lines):
        yield f"{labels.get(index, ''):>{margin}} ┤{line}"
    first, last = rate_text(test.rates[0]), rate_text(test.rates[len(smooth) - 1])
    foot = [*f"{first}{last:>{_WIDTH - len(first)}}"]
    if mark is not None and suggestion is not None:
        text = rate_text(suggestion.rate)
        place = round(mark * (_WIDTH - 1) / (len(smooth) - 1)) - len(text) // 2
        if len(first) < place and place + len(text) < _WIDTH - len(last):
            foot[place : place + len(text)] = text
    yield " " * margin + "  " + "".join(foot) + "  learning rate"
