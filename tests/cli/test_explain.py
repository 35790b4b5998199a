"""`kerascli explain`, as a user types it."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys

from typer.testing import CliRunner

from kerascli.check.explain import explain
from kerascli.cli.main import app
from kerascli.spec.codes import all_codes

WITHOUT_TENSORFLOW = (
    "import sys, atexit\n"
    "atexit.register(lambda: print(sorted({'tensorflow', 'keras', 'numpy', 'rich'} & set(sys.modules)), file=sys.stderr))\n"
    "sys.argv = ['kerascli', 'explain', *sys.argv[1:]]\n"
    "from kerascli.cli.main import main\nmain()\n"
)


def test_a_page_is_markdown_where_there_is_no_terminal_and_loads_nothing_heavy() -> None:
    command = [sys.executable, "-c", WITHOUT_TENSORFLOW, "unused-input"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    page = explain("unused-input")
    assert (done.returncode, done.stderr) == (0, "[]\n")
    assert done.stdout == f"# unused-input\n\n{page.markdown}"
    assert "Wrong:\n\n```yaml\nmodel:" in done.stdout and "Right:\n\n```yaml\nmodel:" in done.stdout


def test_a_page_is_drawn_on_a_terminal() -> None:
    ours, theirs = pty.openpty()
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "80"}
    command = [sys.executable, "-m", "kerascli", "explain", "unused-input"]
    done = subprocess.run(command, stdout=theirs, stderr=subprocess.PIPE, env=environment, timeout=60)
    os.close(theirs)
    shown = os.read(ours, 1 << 16).decode().replace("\r\n", "\n")
    os.close(ours)
    assert (done.returncode, done.stderr) == (0, b"")
    assert "\x1b[1;31mWrong" in shown and "\x1b[1;32mRight" in shown
    assert "```" not in shown and all(line == line.rstrip() for line in shown.split("\n"))


def test_json_lists_and_brackets() -> None:
    done = CliRunner().invoke(app, ["explain", "[missing-loss]", "--json"])
    assert json.loads(done.stdout) == explain("missing-loss").to_json()
    rows = json.loads(CliRunner().invoke(app, ["explain", "--list", "--json"]).stdout)
    assert [row["code"] for row in rows] == list(all_codes())
    listed = CliRunner().invoke(app, ["explain", "--list"])
    assert [line.split()[0] for line in listed.stdout.splitlines()] == list(all_codes())
    assert listed.stdout == CliRunner().invoke(app, ["explain"]).stdout


def test_a_code_that_is_not_known() -> None:
    for code, hint in (
        ("unused-inptu", "did you mean 'unused-input'?"),
        ("zzz", "'kerascli explain --list'"),
        ("../x", ""),
    ):
        done = CliRunner().invoke(app, ["explain", code])
        assert done.exit_code == 2
        assert f"no diagnostic has the code '{code}'" in done.stderr and hint in done.stderr
