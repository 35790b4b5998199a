"""Models that stand on disk, as `base` and `weights` name them: a run, or a `.keras` file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from kerascli.catalog.overlay import PREFIX, added_entry
from kerascli.errors import UsageError
from kerascli.spec.nodes import Scalar, folder_of
from kerascli.spec.topology.base import TrainedModel

if TYPE_CHECKING:
    from kerascli.record.run_folder import RunFolder
    from kerascli.spec.spec import Spec


class TrainedModels:
    """Finds them by what a spec writes."""

    def __init__(self, runs: Path, trust: bool) -> None:
        """Takes the folder that holds all runs, and whether plugins of a run may be imported."""
        self._runs = runs
        self._trust = trust

    def find(self, node: Scalar) -> str:
        """The absolute path of a `.keras` file or of a run's folder.

        Raises:
            UsageError: There is none.
        """
        text = str(node.value)
        beside = _beside(text, node)
        if text.lower().endswith((".keras", ".h5")):
            if not text.lower().endswith(".keras"):
                hint = "save the model as '.keras', which holds its layers"
                raise UsageError(f"'{text}' is no .keras file", code="model-file", hint=hint)
            if not beside.is_file():
                raise UsageError(f"there is no file '{beside}'", code="missing-file", hint="name a .keras file")
            return str(beside)
        if (beside / "run.json").is_file():
            return str(beside.resolve())
        from kerascli.record.run_folder import find_run

        return str(find_run(text, self._runs).path)

    def read(self, node: Scalar) -> TrainedModel:
        """The wiring of a model on disk, and where its weights are.

        Raises:
            UsageError: There is none, or it needs a plugin that this spec does not have.
            EnvironmentProblem: A plugin of the run was changed.
            SpecError: A run's spec is wrong, or a file holds layers that the language does not know.
        """
        path = self.find(node)
        if path.lower().endswith(".keras"):
            from kerascli.spec.from_keras import read_keras_file

            return TrainedModel(read_keras_file(Path(path)).model, path)
        from kerascli.record.run_folder import RunFolder
        from kerascli.record.sources import check_sources
        from kerascli.spec.load import load_spec

        run = RunFolder(Path(path))
        check_sources(run.source)
        spec = load_spec(run.spec, trust=self._trust, runs=self._runs)
        _check_plugins(spec, run)
        return TrainedModel(spec.model, path)


def _check_plugins(spec: Spec, run: RunFolder) -> None:
    """The plugins of a run are not those of the spec that starts from it, which must name what its layers need.

    Raises:
        UsageError: It does not.
    """
    from kerascli.spec.plugins.uses import plugin_objects

    for group, name in plugin_objects(spec.model):
        if added_entry(group, name) is None:
            files = ", ".join(str(plugin.path or plugin.name) for plugin in spec.plugins.plugins)
            message = f"the run '{run.name}' has '{PREFIX}{name}', which no plugin of this spec has"
            raise UsageError(message, code="plugin", hint=f"add it: 'plugins: [{files}]'")


def _beside(text: str, node: Scalar) -> Path:
    """The path relative to the file that it is written in; on the command line, to the working folder."""
    return (folder_of(node) / Path(text).expanduser()).absolute()
