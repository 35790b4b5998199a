"""The bar over samples: after a while, on a terminal alone, on standard error."""

from __future__ import annotations

import io
import sys
import time

import pytest

from kerascli.cli import sample_bar as module
from kerascli.cli.sample_bar import facts, sample_bar


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def _terminal(monkeypatch: pytest.MonkeyPatch) -> _Terminal:
    # Not in a fixture: pytest sets its own standard error between that and the test.
    stream = _Terminal()
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "120")
    return stream


def test_facts() -> None:
    assert facts(4096, 10000, 52000.4) == "4,096 of 10,000 samples, 52,000/s"
    assert facts(7, None, None) == "7 samples"


def test_short_work_shows_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = _terminal(monkeypatch)
    with sample_bar("predicting", quiet=False) as stepped:
        assert stepped is not None
        stepped(5, 10)
    assert "predicting" not in terminal.getvalue() and "samples" not in terminal.getvalue()


def test_long_work_shows_a_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = _terminal(monkeypatch)
    monkeypatch.setattr(module, "DELAY", 0.05)
    with sample_bar("predicting", quiet=False) as stepped:
        assert stepped is not None
        time.sleep(0.3)
        stepped(5, 10)
        time.sleep(0.2)
        stepped(7, 10)
        time.sleep(0.2)
    shown = terminal.getvalue()
    assert "reading" in shown and "predicting" in shown and "7 of 10 samples, " in shown and "/s" in shown


def test_no_bar_without_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    _terminal(monkeypatch)
    with sample_bar("predicting", quiet=True) as stepped:
        assert stepped is None
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    with sample_bar("predicting", quiet=False) as stepped:
        assert stepped is None
    _terminal(monkeypatch)
    monkeypatch.setenv("TERM", "dumb")
    with sample_bar("predicting", quiet=False) as stepped:
        assert stepped is None
