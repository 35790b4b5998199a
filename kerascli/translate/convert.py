"""`convert`: a saved Keras model → the text of a spec that builds the same model, without Keras or TensorFlow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

from kerascli.check.preprocessing_layers import not_adaptable
from kerascli.errors import SourceText, SpecError
from kerascli.record.keras_archive import KerasArchive, read_archive
from kerascli.spec.brief import brief_model
from kerascli.spec.from_keras import ConvertedModel, model_from_config
from kerascli.spec.keras_config.compile import compile_section
from kerascli.spec.keras_config.reading import Reading, Rename
from kerascli.spec.load import parse_spec, read_tree
from kerascli.spec.problems import Problems
from kerascli.spec.spec import Spec
from kerascli.spec.text import MAXIMUM_BYTES
from kerascli.spec.yaml_writer import write_yaml

# The file's own layers are adapted: what they know is among its weights.
_LEARNT = """
# What the preprocessing layers have learnt lies in the weights of the file.
check: {ignore: [not-adapted]}
"""


@dataclass(frozen=True)
class Conversion:
    """A saved model as a spec.

    Attributes:
        text: The spec's YAML.
        model: What was read.
        renames: The names that had to change.
        remarks: What the spec leaves out or says in another way.
    """

    text: str
    model: ConvertedModel
    renames: tuple[Rename, ...]
    remarks: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """The result as JSON values, for `--json`."""
        return {
            "spec": self.text,
            "model": self.model.name,
            "layers": len(self.model.model.layers),
            "renamed": [{"model": one.model, "old": one.old, "new": one.new} for one in self.renames],
            "remarks": list(self.remarks),
        }


def convert(path: Path) -> Conversion:
    """The spec of the model in a `.keras` file.

    Args:
        path: The file; only its config is read, as data.

    Returns:
        The text, which builds the same layers by the same names, with what was renamed and left out.

    Raises:
        UsageError: There is no such file, or it is of another kind.
        EnvironmentProblem: The file is damaged.
        SpecError: The model is not made of Keras's own layers, is not Sequential or functional, or is larger than a spec
            may be.
    """
    archive = read_archive(path)
    converted = model_from_config(archive.config, source=str(path))
    reading = Reading(SourceText(str(path), "").span(1, 1), converted.dtype)
    sections: dict[str, Any] = {}
    if converted.dtype != "float32":
        sections["dtype"] = converted.dtype
    sections["model"] = brief_model(converted.model)
    settings = archive.config.get("compile_config")
    if isinstance(settings, Mapping) and settings.get("optimizer") is not None:
        heads = [output.name for output in converted.model.outputs]
        renames = {one.old: one.new for one in converted.renames if not one.model}
        compiled = compile_section(settings, heads, renames, reading)
        if compiled is not None:
            sections["compile"] = compiled
    body = "\n".join(write_yaml({name: value}) for name, value in sections.items())
    text = _header(archive, converted) + "\n" + body
    spec = _parsed(text, path)
    if any(one.code == "not-adapted" for one in not_adaptable(spec)):
        text += _LEARNT
    remarks = (*converted.remarks, *reading.remarks)
    return Conversion(text, converted, converted.renames, remarks)


def _parsed(text: str, path: Path) -> Spec:
    """Reads the text as a spec, so that none is handed out that does not load.

    Raises:
        SpecError: The model goes beyond what a spec may hold: too large, or an argument that needs trust.
    """
    if len(text.encode()) > MAXIMUM_BYTES:
        message = f"the spec of '{path}' would have more than {MAXIMUM_BYTES:,} bytes, the most that a spec may have"
        raise SpecError(message, code="too-large", hint="save it without long vocabularies or constants")
    problems = Problems()
    try:
        tree, sources = read_tree(SourceText(f"the spec of {path}", text), [], problems)
        return parse_spec(tree, path.with_suffix(".yaml"), sources, problems)
    except SpecError as error:
        first = next(one for one in error.diagnostics if one.severity == "error")
        message = f"'{path}' can't be said in a spec: {first.message}"
        raise SpecError([replace(first, message=message, code="not-convertible")]) from error


def _header(archive: KerasArchive, converted: ConvertedModel) -> str:
    """The comment at the top: where the spec came from. A name from the file can't end the comment."""
    saved = archive.metadata.get("keras_version")
    with_keras = f", saved with Keras {saved}" if isinstance(saved, str) and saved.isprintable() else ""
    name = "".join(character if character.isprintable() else "?" for character in converted.name)
    file = "".join(character if character.isprintable() else "?" for character in archive.path.name)
    return (
        f"# The model '{name}' of {file}{with_keras}; converted by kerascli {version('kerascli')}.\n"
        "# The structure alone: no weights, no data.\n"
    )
