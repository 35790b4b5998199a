"""The whole script: imports, constants, data, model, training."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from kerascli.spec.spec import Spec
from kerascli.translate.script.batches_text import batches_text
from kerascli.translate.script.components import plugin_name
from kerascli.translate.script.data_text import DataText
from kerascli.translate.script.facts import DataFacts
from kerascli.translate.script.model_text import model_text
from kerascli.translate.script.parameter_layer import PARAMETER
from kerascli.translate.script.python_text import blocks, tidy
from kerascli.translate.script.training_text import compile_text, fit_text


@dataclass(frozen=True)
class Script:
    """A script and what belongs beside it.

    Attributes:
        text: The script.
        files: The plugins that it imports; they must lie in its folder.
    """

    text: str
    files: tuple[Path, ...] = ()


def write_script(spec: Spec, facts: DataFacts) -> Script:
    """The script of a spec; to be called with its plugins known.

    Args:
        spec: The spec, with every shape and field written.
        facts: What the data says.

    Raises:
        SpecError: A script can't say something, at its place.
    """
    data = DataText(spec.data, spec.model, facts) if spec.data is not None else None
    data_part = data.text() if data is not None else ""
    model_part = _model(spec)
    training = spec.data is not None and spec.compile is not None
    training_part = fit_text(spec, facts) if training else _compiled(spec)
    imports = _imports(spec, data, "\n".join((data_part, model_part, training_part)))
    helpers = [PARAMETER.strip()] if "Parameter(" in model_part else []
    helpers += [one.strip() for one in batches_text(spec.fit)] if "Batches(" in training_part else []
    head = blocks([_title(spec), imports, _constants(spec, training=training)])
    parts = [head, *(f"\n{helper}\n" for helper in helpers)]
    sections = (("Data", data_part), ("Model", model_part), ("Training", training_part))
    parts += [f"\n# {title}\n\n{text}" for title, text in sections if text]
    files = tuple(plugin.path for plugin in spec.plugins.plugins if plugin.path is not None)
    return Script(tidy("\n".join(parts)), files)


def _title(spec: Spec) -> str:
    what = spec.description or f"The model '{spec.name}'"
    first = what[:1].upper() + what[1:]
    return f'"""{first.rstrip(".")}.\n\nWritten by `kerascli eject` from {spec.path.name}; it needs Keras alone.\n"""'


def _imports(spec: Spec, data: DataText | None, text: str) -> str:
    needed = set(data.imports) if data is not None else set()
    needed |= (
        {"functools"} if spec.fit.steps_per_epoch is not None and spec.fit.shuffle and "Batches(" in text else set()
    )
    standard = sorted(needed)
    others = ["import keras"] + (["import numpy as np"] if "np." in text or "Batches(" in text else [])
    others += ["import tensorflow as tf"] if spec.fit.deterministic else []
    stems = sorted({one for one in _plugin_modules(spec) if f"{one}." in text})
    groups = ([f"import {name}" for name in standard], others, [f"import {stem}" for stem in stems])
    return blocks("\n".join(group) for group in groups)


def _plugin_modules(spec: Spec) -> set[str]:
    return {plugin_name(entry.path).partition(".")[0] for entry in spec.plugins.entries.values()}


def _constants(spec: Spec, *, training: bool) -> str:
    lines = [f"SEED = {spec.seed}"]
    if training:
        lines.append(f"BATCH_SIZE = {spec.fit.batch_size}")
        lines += [f"STEPS_PER_EPOCH = {spec.fit.steps_per_epoch}"] if spec.fit.steps_per_epoch is not None else []
        lines += [f"EPOCHS = {spec.fit.epochs}"] if len(spec.fit.all_phases) == 1 else []
    return "\n".join(lines)


def _model(spec: Spec) -> str:
    lines = []
    if spec.fit.deterministic:
        lines.append("tf.config.experimental.enable_op_determinism()")
    if spec.dtype != "float32":
        lines.append(f'keras.config.set_dtype_policy("{spec.dtype}")')
    # Right before the model, so that the same seed gives the same first weights.
    lines.append("keras.utils.set_random_seed(SEED)")
    name = spec.model.topology
    lines.append(model_text(spec.model, name if name != "class" else "model"))
    if spec.model.own_class is None:
        # One of a class of one's own is built by its first batch.
        lines.append("model.summary()")
    return "\n".join(lines)


def _compiled(spec: Spec) -> str:
    return compile_text(spec.compile) if spec.compile is not None else ""
