"""Every public component of the installed Keras is built from a spec: found by walking `keras`, not by the catalog."""

from __future__ import annotations

import inspect
import re
from pathlib import Path
from typing import Any

import keras
import pytest

from kerascli.catalog import Entry, load_catalog
from kerascli.components import build_component
from kerascli.errors import KerascliError, SourceText, SpecError
from kerascli.model.make import make_model
from kerascli.spec.load import load_spec
from kerascli.spec.nodes import Mapping
from kerascli.spec.spec import Spec
from kerascli.spec.yaml_loader import load_nodes
from kerascli.translate.example_operations import NOT_A_NODE
from kerascli.translate.examples import example_of

from .public_names import MACHINERY, OTHER_MODULES, public, public_names

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")

ABSTRACT = "an abstract base class"
# No components at all.
LEFT_OUT = {
    **{("layers", name): ABSTRACT for name in ("Layer", "Wrapper")},
    ("layers", "InputLayer"): "is `model.inputs`",
    ("layers", "InputSpec"): "no layer",
    ("optimizers", "Optimizer"): ABSTRACT,
    ("schedules", "LearningRateSchedule"): ABSTRACT,
    ("losses", "Loss"): ABSTRACT,
    ("metrics", "Metric"): ABSTRACT,
    ("callbacks", "Callback"): ABSTRACT,
    ("callbacks", "CallbackList"): "what fit puts the callbacks into",
    ("initializers", "Initializer"): ABSTRACT,
    ("regularizers", "Regularizer"): ABSTRACT,
    ("constraints", "Constraint"): ABSTRACT,
}
# Components that can't be built from a spec's text alone, or not here.
NOT_BUILT = {
    **{("ops", f"ops.{name}"): reason for name, reason in NOT_A_NODE.items()},
    ("layers", "Lambda"): "needs trust, and a Python function",
    ("layers", "JaxLayer"): "needs trust, and JAX, which is not installed",
    ("layers", "FlaxLayer"): "needs trust, and Flax, which is not installed",
    ("layers", "TorchModuleWrapper"): "needs trust, and PyTorch, which is not installed",
    ("layers", "TFSMLayer"): "needs trust, and a folder that `keras.Model.export` wrote",
    ("layers", "Equalization"): "Keras gives back its input tensor, which is no graph; it stands in `transform`",
    ("layers", "STFTSpectrogram"): "needs SciPy, which is no dependency",
    ("metrics", "MeanMetricWrapper"): "needs a Python function",
    ("initializers", "STFT"): "needs SciPy, which is no dependency",
    ("callbacks", "LambdaCallback"): "needs trust, and Python functions",
    ("callbacks", "BackupAndRestore"): "has another place here: a run's own checkpoints",
    ("callbacks", "OrbaxCheckpoint"): "needs Orbax, which is not installed",
    ("activations", "threshold"): "has no defaults, and text can give none: `ops.threshold`",
}
UNKNOWN_TO_KERAS = {
    "losses": {"categorical_generalized_cross_entropy"},
    "metrics": {"binary_focal_crossentropy", "categorical_focal_crossentropy", "huber", "log_cosh"},
}
MODEL = "model: {inputs: {x: [8]}, layers: [{Dense: {units: 1, name: y}}]}\n"
# Groups that stand at an argument of a Dense layer.
ATTRIBUTES = {
    "initializers": "kernel_initializer",
    "regularizers": "kernel_regularizer",
    "constraints": "kernel_constraint",
    "activations": "activation",
    "dtype_policies": "dtype_policy",
}
NAMES = public_names()
FAST = [group for group in NAMES if group != "applications"]


def spec_of(text: str, folder: Path, *, trust: bool = False) -> Spec:
    root = load_nodes(SourceText("example", text))
    assert isinstance(root, Mapping)
    path = folder / "spec.yaml"
    path.write_text(text + ("" if "model" in set(root.keys()) else MODEL))
    return load_spec(path, trust=trust)


# The labels that a loss wants, where any numbers will not do.
LABELS = {
    "CTC": ((2, 3), (2, 8, 4)),
    "CategoricalGeneralizedCrossEntropy": ((2,), (2, 4)),
    "Circle": ((2,), (2, 4)),
    "SparseCategoricalCrossentropy": ((2,), (2, 4)),
}


def build(group: str, name: str, member: Any, folder: Path) -> None:
    """Builds the component's example, uses it where that is simple, and looks at what came out."""
    entry = load_catalog().find(group, name)
    assert entry is not None
    spec = spec_of(example_of(entry).yaml, folder, trust=entry.name == "RemoteMonitor")
    made = _made(group, entry, spec, member)
    assert made is member or isinstance(made, member), f"{made!r} is no {member}"


def _made(group: str, entry: Entry, spec: Spec, member: Any) -> Any:
    if group == "losses":
        made = build_component(_only(spec.compile.losses))
        labels, predictions = LABELS.get(entry.name, ((2, 4), (2, 4)))
        dtype = "int32" if entry.name in LABELS else "float32"
        assert keras.ops.all(keras.ops.isfinite(made(keras.ops.ones(labels, dtype), keras.ops.ones(predictions) / 4)))
        return made
    if group == "metrics":
        return build_component(_only(spec.compile.metrics[0]))
    if group in ("optimizers", "schedules"):
        optimizer = build_component(spec.compile.optimizer)
        optimizer.build([keras.Variable([1.0, 2.0])])
        if entry.name == "OptimizerMap":
            return next(value for value in vars(optimizer).values() if isinstance(value, member))
        return optimizer if group == "optimizers" else optimizer._learning_rate
    if group == "callbacks":
        return build_component(_only(spec.callbacks))
    return _in_model(group, make_model(spec.model), member)


def _in_model(group: str, model: Any, member: Any) -> Any:
    assert model.outputs
    if group in ATTRIBUTES:
        return getattr(model.layers[-1], ATTRIBUTES[group])
    if group == "layers":
        return next((layer for layer in model.layers if isinstance(layer, member)), None)
    if group == "applications":
        assert isinstance(model.layers[-1], keras.Model)
    # What a function makes has no class of its own; Keras took the graph that it stands in.
    return member


def _only(items: Any) -> Any:
    (item,) = items
    return item


def failures(group: str, folder: Path) -> dict[str, str]:
    """What does not build, with Keras's or our own reason."""
    found: dict[str, str] = {}
    seen: set[int] = set()
    for name, member in NAMES[group].items():
        if (group, name) in LEFT_OUT or id(member) in seen:
            continue
        seen.add(id(member))
        entry = load_catalog().find(group, name)
        if entry is None or (group, entry.name) in NOT_BUILT:
            continue
        try:
            build(group, entry.name, member, folder)
        except SpecError as error:
            # A part of the language that is still to come.
            if {fault.code for fault in error.diagnostics} != {"not-supported"}:
                found[name] = str(error)[:200]
        except Exception as error:  # noqa: BLE001 - Keras raises what it likes
            found[name] = f"{type(error).__name__}: {str(error)[:200]}"
    return found


def test_every_module_of_keras_is_known() -> None:
    modules = {name for name, value in public(keras).items() if inspect.ismodule(value)}
    assert modules - OTHER_MODULES - set(NAMES) == set()


@pytest.mark.parametrize("group", NAMES)
def test_every_name_is_in_the_catalog(group: str) -> None:
    catalog = load_catalog()
    missing = [name for name in NAMES[group] if (group, name) not in LEFT_OUT and catalog.find(group, name) is None]
    assert missing == []
    # And the other way round: nothing but what Keras has, beside the names of dtype policies.
    known = {catalog.find(group, name).name for name in NAMES[group] if catalog.find(group, name)}  # type: ignore[union-attr]
    assert {name for name in catalog.names(group) if catalog.find(group, name).kind != "name"} == known  # type: ignore[union-attr]


@pytest.mark.parametrize("group", ["losses", "metrics"])
def test_functions_are_aliases(group: str) -> None:
    functions = {n for n, value in public(getattr(keras, group)).items() if inspect.isfunction(value)} - MACHINERY
    missing = {name for name in functions if load_catalog().find(group, name) is None}
    # Exported, but not known to Keras's own `get`, so that `compile` does not take them either.
    assert missing == UNKNOWN_TO_KERAS[group]
    for name in missing:
        with pytest.raises(ValueError, match="Could not interpret"):
            getattr(keras, group).get(name)


@pytest.mark.parametrize("group", FAST)
def test_everything_is_built(group: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert failures(group, tmp_path) == {}


def test_one_small_application(tmp_path: Path) -> None:
    build("applications", "applications.MobileNetV3Small", keras.applications.MobileNetV3Small, tmp_path)


@pytest.mark.long
def test_every_application(tmp_path: Path) -> None:
    assert failures("applications", tmp_path) == {}


def test_every_name_of_a_dtype_policy(tmp_path: Path) -> None:
    catalog = load_catalog()
    for name in catalog.names("dtype_policies"):
        if catalog.find("dtype_policies", name).kind == "name":  # type: ignore[union-attr]
            spec = spec_of(f"dtype: {name}\n", tmp_path)
            assert keras.dtype_policies.get(spec.dtype).name == name


def test_reasons_name_components_only() -> None:
    for group, name in NOT_BUILT:
        assert load_catalog().find(group, name) is not None, name
    for group, name in LEFT_OUT:
        assert name in NAMES[group], name


def test_what_needs_trust_says_so(tmp_path: Path) -> None:
    with pytest.raises(KerascliError, match="needs-trust"):
        spec_of("callbacks: [RemoteMonitor]\n", tmp_path)


@pytest.mark.parametrize(("group", "name"), NOT_BUILT, ids=[name for _, name in NOT_BUILT])
def test_what_is_not_built_can_not_be(group: str, name: str, tmp_path: Path) -> None:
    """A row of the table that is no longer true fails here."""
    if re.search("trust|Python function|SciPy|Orbax|transform", NOT_BUILT[group, name]):
        return
    member = NAMES[group][name]
    with pytest.raises(Exception):  # noqa: B017 - Keras raises what it likes
        build(group, name, member, tmp_path)
