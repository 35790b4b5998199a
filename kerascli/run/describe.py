"""The `ModelSummary` of a spec, and what would be done for its speed; its data is read only where a shape is missing."""

from __future__ import annotations

from dataclasses import dataclass

from kerascli.components.downloads import no_downloads
from kerascli.data.prepare import prepare_data
from kerascli.model.summarise import summarise
from kerascli.record.model_summary import ModelSummary
from kerascli.record.run_folder import RunFolder
from kerascli.record.run_record import read_record
from kerascli.run.adapt_model import adapt_model
from kerascli.run.build import build_compiled, close_spec, needs_data, with_facts
from kerascli.run.foresee_performance import foresee_performance
from kerascli.run.performance import Performance
from kerascli.run.session import keras_session
from kerascli.spec.spec import Spec


@dataclass(frozen=True)
class Described:
    """A spec or a run.

    Attributes:
        model: Its model.
        performance: What its training would do for its speed, or did; None: it has none.
    """

    model: ModelSummary
    performance: Performance | None


def describe(spec: Spec, run: RunFolder | None = None) -> Described:
    """The summary of a spec's model, and its speed.

    Args:
        spec: The spec.
        run: The run that it belongs to, whose record says what was chosen.

    Raises:
        SpecError: Keras refuses something, at its place.
        DataError: The data, which the shapes come from, is wrong.
    """
    with keras_session(spec), no_downloads():
        spec = close_spec(spec)
        if needs_data(spec):
            data = prepare_data(spec)
            spec = adapt_model(with_facts(spec, data), data)
        model = build_compiled(spec)
        summary = summarise(model, spec.model, spec.name)
        if run is None:
            return Described(summary, foresee_performance(spec, model))
        recorded = read_record(run.record).get("performance")
        return Described(summary, Performance.from_json(recorded) if recorded else None)


def describe_model(spec: Spec) -> ModelSummary:
    """The summary alone; see `describe`."""
    return describe(spec).model
