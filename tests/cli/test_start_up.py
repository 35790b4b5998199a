"""What a command imports before it has something to do: modules are counted, since the time of a machine differs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
TABLES = {"numpy", "pyarrow", "keras", "tensorflow", "matplotlib"}
# Slow, and needed by few: Rich draws tables, the others come with the metadata of packages.
SLOW = TABLES | {"rich", "email", "importlib.metadata", "zipfile"}


def imported(*words: str) -> set[str]:
    code = (
        "import atexit, sys\n"
        "atexit.register(lambda: print(*sys.modules))\n"
        f"sys.argv = ['kerascli', *{list(words)!r}]\n"
        "from kerascli.cli.main import main\nmain()\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return set(done.stdout.splitlines()[-1].split())


def own(modules: set[str], room: str = "") -> set[str]:
    return {module for module in modules if module.startswith(f"kerascli.{room}")}


def test_a_check_imports_what_the_spec_needs() -> None:
    modules = imported("check", "configs/mnist.yaml")
    assert not modules & SLOW
    # Lints of values, rules of other layers, what overrides, plugins and runs need: all of it has its own time.
    assert not modules & {
        "kerascli.check.values",
        "kerascli.check.data_facts",
        "kerascli.check.shapes.recurrent",
        "kerascli.check.shapes.attention",
        "kerascli.cli.train",
        "kerascli.record.run_folder",
        "kerascli.record.run_record",
        "kerascli.spec.overrides",
        "kerascli.spec.merge",
        "kerascli.spec.plugins.importing",
        "kerascli.spec.plugins.objects",
    }
    # 139 when this was written; a few more are no fault, twenty more are.
    assert len(own(modules)) < 155


@pytest.mark.parametrize("words", [("--help",), ("runs", "list")], ids=" ".join)
def test_a_command_without_a_spec_reads_no_language(words: tuple[str, ...]) -> None:
    modules = imported(*words)
    assert not modules & (SLOW | {"yaml"})
    assert not own(modules, "spec.") | own(modules, "check.") | own(modules, "catalog.")


def test_a_command_imports_no_other() -> None:
    commands = own(imported("runs", "list"), "cli.")
    assert "kerascli.cli.runs.list_runs" in commands
    assert not commands & {"kerascli.cli.train", "kerascli.cli.check", "kerascli.cli.predict"}


def test_the_collector_is_on_again_and_leaves_out_what_was_imported() -> None:
    code = (
        "import gc; gc.disable()\n"
        "from kerascli.cli.quiet import import_tensorflow, prepare_tensorflow\n"
        "prepare_tensorflow(verbose=False)\n"
        "assert gc.isenabled()\n"
        "import_tensorflow()\n"
        "assert gc.isenabled() and gc.get_freeze_count() > 100_000, gc.get_freeze_count()\n"
        "import sys; assert 'tensorflow' in sys.modules\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
