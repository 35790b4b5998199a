"""The `ModelSummary` of a spec: its model is built, its data read only where a shape is missing."""

from __future__ import annotations

from kerascli.components.downloads import no_downloads
from kerascli.data.prepare import prepare_data
from kerascli.model.summarise import summarise
from kerascli.record.model_summary import ModelSummary
from kerascli.run.adapt_model import adapt_model
from kerascli.run.build import build_compiled, close_spec, needs_data, with_facts
from kerascli.run.session import keras_session
from kerascli.spec.spec import Spec


def describe_model(spec: Spec) -> ModelSummary:
    """The summary of a spec's model.

    Raises:
        SpecError: Keras refuses something, at its place.
        DataError: The data, which the shapes come from, is wrong.
    """
    with keras_session(spec), no_downloads():
        spec = close_spec(spec)
        if needs_data(spec):
            data = prepare_data(spec)
            spec = adapt_model(with_facts(spec, data), data)
        return summarise(build_compiled(spec), spec.model, spec.name)
