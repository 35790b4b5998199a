"""What a run that goes on, or that is repeated, takes from the folder of the one before it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from kerascli.data.prepare import PriorData
from kerascli.data.preprocessing import Preprocessing
from kerascli.data.saved_preprocessing import FILE
from kerascli.data.storage import cache_budget
from kerascli.errors import Diagnostic, EnvironmentProblem
from kerascli.record.run_folder import RunFolder
from kerascli.record.run_record import machine, versions
from kerascli.record.sources import check_sources
from kerascli.run.prior import Prior
from kerascli.run.session import threads


def require_complete(folder: RunFolder) -> None:
    """Refuses a folder that was never complete, or that was changed.

    Raises:
        EnvironmentProblem: The process ended before the folder was complete, or a file in it was changed.
    """
    if not folder.spec.is_file() or not (folder.preprocessing / FILE).is_file():
        message = f"the run '{folder.name}' ended before its folder was complete"
        raise EnvironmentProblem(message, code="run-folder", hint="train again with 'kerascli train'")
    check_sources(folder.source)


def prior_of(record: Mapping[str, Any], preprocessing: Preprocessing | None) -> Prior:
    """What was decided when the run began.

    Args:
        record: Its record.
        preprocessing: What it learnt; None: it is learnt again.
    """
    data = record.get("data") or {}
    cache = data.get("cache") or {}
    given = PriorData(preprocessing, cache["kept"], cache.get("budget") or cache_budget(), data.get("fingerprint"))
    return Prior(given, record.get("performance") or {})


def other_surroundings(record: Mapping[str, Any], began: str = "the run began with") -> Iterator[Diagnostic]:
    """The versions and the settings of the machine that are not those of the run, and change the last bits."""
    ours = versions()
    for name, version in (record.get("versions") or {}).items():
        if name != "kerascli" and name in ours and ours[name] != version:
            message = f"{began} {name} {version}, this is {ours[name]}: the last bits may differ"
            yield Diagnostic("not-exact", message, severity="warning")
    here = {**machine(), "threads": threads()}
    for name in ("processor", "threads", "onednn"):
        known = (record.get("machine") or {}).get(name)
        if known is not None and known != here[name]:
            message = f"{began} {name} '{known}', here it is '{here[name]}': the last bits may differ"
            yield Diagnostic("not-exact", message, severity="warning")
