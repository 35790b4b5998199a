"""`build_model`: a spec → its compiled `keras.Model`, with shapes from the data where the spec leaves them out."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from kerascli.data.prepare import prepare_data
from kerascli.data.prepared_data import PreparedData
from kerascli.errors import SpecError
from kerascli.model.compile import compile_model
from kerascli.model.make import make_model
from kerascli.model.open_base import close_base
from kerascli.model.phases import Phases
from kerascli.run.adapt_model import adapt_model
from kerascli.run.session import keras_session, seed_everything
from kerascli.run.start_weights import StartReport, apply_start_weights
from kerascli.spec.complete import complete_spec
from kerascli.spec.fields import infer_known_fields
from kerascli.spec.learning_layers import learning_layers
from kerascli.spec.patterns import without_base
from kerascli.spec.problems import Problems
from kerascli.spec.spec import Spec
from kerascli.spec.training_spec import CompileSpec


def build_model(spec: Spec) -> Any:
    """The model of a spec, compiled where the spec says how.

    Args:
        spec: The spec.

    Returns:
        A `keras.Model`, its weights drawn from the spec's seed.

    Raises:
        SpecError: Keras refuses a layer, a call or the compile arguments, at the place in the spec.
        DataError: The data, which the shapes come from, is wrong.
    """
    with keras_session(spec):
        spec = close_spec(spec)
        if needs_data(spec):
            data = prepare_data(spec)
            spec = adapt_model(with_facts(spec, data), data)
        model = build_compiled(spec)
        start_model(spec, model)
        return model


def close_spec(spec: Spec) -> Spec:
    """The spec with its base written out: that of `keras.applications` spliced in, patterns of `base/` as names.

    To be called inside `keras_session`.

    Raises:
        SpecError: Something of the base can't be found, or fields of the data can't be matched with its inputs.
    """
    if spec.model.open_base is None:
        return replace(spec, fit=without_base(spec.fit, spec.model))
    model = close_base(spec.model)
    data = spec.data
    if data is not None:
        if data.inputs is not None and len(data.inputs) == len(model.inputs) == 1 and not spec.model.inputs:
            # The short form went by the name of its field; the input is the base's.
            data = replace(data, inputs=(replace(data.inputs[0], name=model.inputs[0].name),))
        problems = Problems()
        data = infer_known_fields(data, model, problems)
        problems.raise_errors()
    return replace(spec, model=model, data=data, fit=without_base(spec.fit, model))


def start_model(spec: Spec, model: Any) -> tuple[StartReport, ...]:
    """Gives a fresh model its starting weights, and seeds again where loading them drew numbers."""
    reports = apply_start_weights(spec, model)
    if reports:
        seed_everything(spec)
    return reports


def needs_data(spec: Spec) -> bool:
    """Whether the spec leaves a shape to the data, or what a layer has to learn.

    Raises:
        SpecError: It does, and there is no data section.
    """
    if spec.data is not None and any(found.input is not None for found in learning_layers(spec.model)):
        return True
    if spec.model.inputs and all(item.shape is not None for item in spec.model.inputs):
        return False
    if spec.data is None:
        message = "the shapes of the model's inputs are not written, and there is no 'data' to tell them"
        span = spec.model.span
        raise SpecError(message, code="missing-shape", span=span, hint="write 'inputs: {name: [size]}' below 'model'")
    return True


def compile_of(spec: Spec) -> CompileSpec:
    """The compile section, with what `performance` says where it says nothing itself.

    XLA is left to Keras where nobody says: it takes none on a CPU.
    """
    assert spec.compile is not None
    jit = spec.performance.jit
    if spec.compile.jit_compile is not None or jit == "auto":
        return spec.compile
    return replace(spec.compile, jit_compile=jit)


def build_compiled(spec: Spec) -> Any:
    """The compiled model of a spec whose inputs all have shapes; to be called inside `keras_session`."""
    seed_everything(spec)
    model = make_model(spec.model)
    if spec.compile is not None:
        compile_model(model, compile_of(spec))
        if spec.fit.phases:
            Phases(model, compile_of(spec), spec.fit.phases).check()
    return model


def with_facts(spec: Spec, data: PreparedData) -> Spec:
    """The spec with what was inferred from its data written out; integers are int32."""
    facts = {name: (tuple(array.shape[1:]), array.dtype.name) for name, array in data.x.items()}
    return complete_spec(spec, data.data, facts)


def output_shapes(model: Any) -> dict[str, tuple[int | None, ...]]:
    """The shape of each head, batch axis included."""
    return {name: tuple(output.shape) for name, output in zip(model.output_names, model.outputs, strict=True)}
