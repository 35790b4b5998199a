"""What a new run's folder holds before the first step: its record, its spec, its sources, its transforms."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from kerascli.data.saved_preprocessing import save_preprocessing
from kerascli.errors import EnvironmentProblem, KerascliError
from kerascli.record.atomic import write_text
from kerascli.record.run_folder import RunFolder
from kerascli.record.run_record import RunRecord, digest, git_facts, machine, now, versions, write_record
from kerascli.record.sources import write_sources
from kerascli.run.ready import Ready
from kerascli.run.session import threads
from kerascli.run.timeline import timed
from kerascli.spec.dump import dump_spec
from kerascli.spec.problems import COMMAND_LINE
from kerascli.spec.spec import Spec


@timed("run folder")
def first_record(ready: Ready, command: Sequence[str] | None) -> RunRecord:
    """The record of a run that begins now."""
    spec, model = ready.spec, ready.model
    overrides = next((source.lines for source in spec.sources if source.name == COMMAND_LINE), [])
    return RunRecord(
        name=spec.name,
        started=now(),
        command=tuple(command) if command is not None else None,
        overrides=tuple(overrides),
        seed=spec.seed,
        versions=versions(),
        machine={**machine(), "threads": threads()},
        git=git_facts(spec.path.parent),
        data=ready.data.facts(),
        model={
            "class": type(model).__name__,
            "parameters": int(model.count_params()),
            "inputs": [item.name for item in spec.model.inputs],
            "outputs": [output.name for output in spec.model.outputs],
            "start_weights": [report.to_json() for report in ready.start],
        },
        performance=ready.performance.to_json(),
        distribution=ready.plan.distribution.to_json(ready.plan.batch_size),
        monitor={"name": ready.monitor.name, "mode": ready.monitor.mode},
        description=spec.description,
        tags=spec.tags,
        environment={name: digest(value) for name, value in spec.environment.items()},
    )


@timed("run folder")
def write_inputs(folder: RunFolder, ready: Ready, record: RunRecord) -> None:
    """All that is known before the first step.

    Raises:
        EnvironmentProblem: Something can't be written.
    """
    spec = ready.spec
    try:
        write_record(folder.record, record)
        files = [plugin.path for plugin in spec.plugins.plugins if plugin.path is not None]
        texts = [(source.name, source.text) for source in spec.sources if source.name != COMMAND_LINE]
        copies = write_sources(folder.source, texts, files)
        write_text(folder.spec, dump_spec(_with_copies(spec, copies)))
        save_preprocessing(ready.data.preprocessing, ready.data.tables.train.head, folder.preprocessing)
        for place in (folder.checkpoints, folder.plots, folder.evaluation, folder.predictions):
            place.mkdir()
    except KerascliError:
        shutil.rmtree(folder.path, ignore_errors=True)
        raise
    except OSError as error:
        shutil.rmtree(folder.path, ignore_errors=True)
        message = f"can't write the run folder '{folder.path}': {error.strerror or error}"
        raise EnvironmentProblem(message, code="run-folder") from error


def _with_copies(spec: Spec, copies: Mapping[Path, str]) -> Spec:
    """The spec with its plugins read from the run's own copies, relative to the resolved spec."""
    plugins = tuple(
        replace(one, path=None, name=one.name if one.path is None else f"source/{copies[one.path]}")
        for one in spec.plugins.plugins
    )
    return replace(spec, plugins=replace(spec.plugins, plugins=plugins))
