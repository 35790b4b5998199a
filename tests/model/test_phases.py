"""Which layers a pattern names, what learns in each phase, and from which phase to which a model can go."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import pytest

from kerascli.errors import SourceText, SpecError
from kerascli.model.compile import compile_model
from kerascli.model.layer_paths import layer_paths
from kerascli.model.phases import Phases
from kerascli.run.build import build_model
from kerascli.run.preflight import check_build
from kerascli.spec.component import Argument, Component
from kerascli.spec.load import load_spec
from kerascli.spec.training_spec import CompileSpec, Pattern, PhaseSpec

HERE = SourceText("test", "").span(1, 1)


def component(group: str, name: str, **arguments: object) -> Component:
    return Component(group, name, tuple(Argument(*item, HERE, HERE) for item in arguments.items()), HERE)


COMPILED = CompileSpec(component("optimizers", "Adam"), (component("losses", "MeanSquaredError"),), None, ((),), ((),))


def nested() -> Any:
    """A model of its own as a layer, a wrapper with a frozen part, and a layer of a block."""
    encoder = keras.Sequential(
        [
            keras.Input((4, 3)),
            keras.layers.Bidirectional(keras.layers.LSTM(2, trainable=False), name="around"),
            keras.layers.BatchNormalization(name="norm"),
        ],
        name="encoder",
    )
    x = keras.Input((4, 3), name="x")
    y = keras.layers.Dense(2, name="down.inner.dense")(encoder(x))
    return keras.Model(x, keras.layers.Dense(1, name="y")(y))


def phase(**patterns: str) -> PhaseSpec:
    return PhaseSpec(1, **{word: (Pattern(text, HERE),) for word, text in patterns.items()})


def learning(model: Any) -> set[str]:
    return {path for path, layer in layer_paths(model).items() if layer.trainable_variables and layer.trainable}


def test_paths_go_into_nested_models() -> None:
    assert list(layer_paths(nested())) == ["encoder", "encoder/around", "encoder/norm", "down/inner/dense", "y"]


def test_what_learns_in_each_phase() -> None:
    phases = [
        phase(freeze="*"),
        phase(unfreeze="y"),
        phase(unfreeze="encoder/n*"),
        phase(unfreeze="down", freeze="y"),
        phase(unfreeze="encoder"),
    ]
    model = nested()
    compile_model(model, COMPILED)
    built = Phases(model, COMPILED, phases)
    built.check()
    assert learning(model) == {"encoder", "encoder/norm", "down/inner/dense", "y"}
    wanted = [
        set(),
        {"y"},
        {"encoder", "encoder/norm", "y"},
        {"encoder", "encoder/norm", "down/inner/dense"},
        {"encoder", "encoder/around", "encoder/norm", "down/inner/dense"},
    ]
    for index in (0, 1, 2, 3, 4, 1, 3):
        built.enter(index)
        assert learning(model) == wanted[index], index
    # What a phase does not name stays as the model has it: the frozen part of the wrapper.
    assert not model.get_layer("encoder").get_layer("around").forward_layer.trainable
    slots = {variable.path.split("/")[-1] for variable in model.optimizer.variables}
    assert {"norm_gamma_momentum", "y_kernel_momentum"} <= {slot.split("encoder_")[-1] for slot in slots}


def test_averages_do_not_go_on_where_others_learn() -> None:
    compiled = CompileSpec(component("optimizers", "Adam", use_ema=True), COMPILED.losses, None, ((),), ((),))
    with pytest.raises(SpecError, match="'use_ema' of Adam can't go on"):
        Phases(nested(), compiled, [phase(freeze="y"), phase(unfreeze="y")]).check()
    Phases(nested(), compiled, [phase(freeze="y"), phase()]).check()


APPLICATION = """\
model:
  inputs: {x: [32, 32, 3]}
  layers:
    - applications.MobileNetV3Small: {include_top: false, input_shape: [32, 32, 3], pooling: avg}
      name: base
      trainable: false
    - Dense: 1
      name: y
compile: {loss: mse}
fit:
  phases: [{epochs: 1}, {epochs: 1, unfreeze: ['PATTERN']}]
"""


def test_patterns_into_an_application_are_checked_on_the_model(write_spec: Callable[..., Path]) -> None:
    spec = load_spec(write_spec(APPLICATION.replace("PATTERN", "base/conv*")))
    assert check_build(spec) == ()
    model = build_model(spec)
    assert spec.compile is not None
    phases = Phases(model, spec.compile, spec.fit.phases)
    phases.enter(0)
    assert learning(model) == {"y"}
    phases.enter(1)
    assert {"y", "base", "base/conv"} <= learning(model)
    assert all(path in ("y", "base") or path.startswith("base/conv") for path in learning(model))
    spec = load_spec(write_spec(APPLICATION.replace("PATTERN", "base/konv*")))
    with pytest.raises(SpecError, match="'base/konv\\*' names no layer of the model") as caught:
        check_build(spec)
    assert (caught.value.diagnostics[0].span or HERE).line == 11
    with pytest.raises(SpecError, match="names no layer of the model"):
        load_spec(write_spec(APPLICATION.replace("PATTERN", "bose/*")))
