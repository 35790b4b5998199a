"""The JSON Schema against the tables that it is made from, and against specs that are right and wrong."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kerascli.catalog import load_catalog, load_docs
from kerascli.catalog.entries import Entry
from kerascli.errors import SourceText
from kerascli.spec.key_docs import KEY_DOCS
from kerascli.spec.nodes import plain
from kerascli.spec.places import ENTRY_KEYS, MODEL, ROOT, Place
from kerascli.spec.sources import SOURCES
from kerascli.spec.yaml_loader import load_nodes
from kerascli.translate.json_schema import json_schema
from kerascli.translate.schema_sections import LANGUAGE, place_at, root_keys

from .small_validator import SmallValidator

CATALOG = load_catalog()
SCHEMA = json_schema(CATALOG, load_docs())
VALIDATOR = SmallValidator(SCHEMA)
CONFIGS = sorted((Path(__file__).parents[2] / "configs").glob("*.yaml"))
GROUPS = [group for group in CATALOG.groups if group != "activations"]


def as_json(value: Any) -> Any:
    """What an editor sees of a YAML value: keys are text."""
    if isinstance(value, dict):
        return {str(key): as_json(item) for key, item in value.items()}
    return [as_json(item) for item in value] if isinstance(value, list) else value


def holds(text: str) -> bool:
    node = load_nodes(SourceText("spec.yaml", text))
    return VALIDATOR.holds(as_json(plain(node)) if node is not None else None)


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.name)
def test_ready_specs_hold(path: Path) -> None:
    assert holds(path.read_text(encoding="utf-8"))


GOOD = {
    "the whole of it": """\
kerascli: 1
name: mnist
description: the classic exercise
tags: [baseline]
seed: 42
dtype: float32
data:
  source: mnist
  validation: {count: 10000, shuffle: false}
  test: 1/5
  inputs:
    image: {field: image, transform: [{Reshape: [784]}, {Rescaling: 1/255}], augment: RandomFlip}
  targets: {digit: label}
  sample_weight: weight
  augment: [{MixUp: 0.2}]
  window: {sequence_length: 24, horizon: 1, group: store}
  cache: auto
  on_error: skip
model:
  inputs: {image: [784], other: {shape: [null, 32], dtype: int32, batch_size: 4}}
  layers:
    - Dense: {units: 512, activation: relu, kernel_regularizer: {L2: 1e-4}}
      repeat: 2
    - Dropout: 0.5
    - ReLU:
    - MaxPool2D
    - MaxPool2D: {pool_size: 2}
    - Bidirectional: {layer: {LSTM: 32}, merge_mode: concat}
    - Bidirectional: LSTM
    - RNN: {cell: [{LSTMCell: 8}, {GRUCell: {units: 8}}]}
    - Activation: relu
    - Activation: {activation: {LeakyReLU: 0.1}}
    - Dense: {units: 3, activation: {LeakyReLU: 0.1}, kernel_initializer: he_normal, bias_initializer: {Constant: 0.1}}
    - Dense: {units: 3, kernel_constraint: {MaxNorm: 2}, dtype: mixed_bfloat16}
      name: digit
      inputs: [image, other]
      trainable: false
      weights: glove.npy
    - ops.concatenate: {axis: -1}
      inputs: [a, b]
    - ops.add:
    - MultiHeadAttention: {num_heads: 2, key_dim: 8}
      inputs: {query: x, value: memory, use_causal_mask: true}
    - applications.MobileNetV3Small: {include_top: false}
    - layer: digit
      inputs: other
      name: again
    - Model: {inputs: {x: [4]}, layers: [{Dense: 3}, {Model: {layers: [Flatten]}}], outputs: {mean: dense}}
      name: encoder
    - Parameter: {shape: [200, 64], initializer: glorot_uniform}
    - Conv2D: {filters: 8, kernel_size: [3, 3], padding: same, dilation_rate: $rate}
      repeat: {rate: [1, 2, 4]}
  outputs: [digit, 'enc:0']
  topology: functional
  weights: {from: news/latest, match: name, skip: ['head*']}
compile:
  optimizer: {Adam: {learning_rate: {CosineDecay: {initial_learning_rate: 1e-3, decay_steps: 1000}}, clipnorm: 1}}
  loss: {digit: mse, again: null, more: {Huber: {delta: 2}}}
  loss_weights: {digit: 1/2}
  metrics: {digit: [accuracy, {AUC: {curve: PR}}], again: mae}
  weighted_metrics: [[mae], [{MeanIoU: 3}]]
  jit_compile: auto
fit:
  epochs: 3
  batch_size: 128
  class_weight: {cat: 2.0, 1: 1}
  validation_steps: null
callbacks:
  - EarlyStopping: {monitor: val_accuracy, patience: 2}
  - TerminateOnNaN
checkpoints: {best: val_loss, mode: min, keep: 2, every: 500 steps}
logs: {csv: true, tensorboard: {histogram_freq: 1}}
x-mine: {anything: [goes]}
""",
    "nothing": "",
    "empty sections": "model:\ndata:\nfit:\n",
    "a child": "extends: [base.yaml, more.yaml]\nfit: {~epochs: null}\n~callbacks: null\ncompile:\n  optimizer: {Adam: {~clipnorm: null}}\n",
    "override": "extends: base.yaml\noverride: {fit.epochs: 3, '~callbacks.EarlyStopping': null}\n",
    "part of a component": "compile: {metrics: {iou: {MeanIoU: {name: x}}}}\n",
    "references": """\
vars: {units: 512, model: {layers: []}, root: data, sources: [mnist]}
name: $(env:NAME)
data: {source: {csv: $(root)/train.csv}, validation: $validation, inputs: {x: $x}}
model:
  inputs: {x: $shape, y: [$size, null]}
  layers: [{Dense: {units: $units, use_bias: $bias, activation: $activation, kernel_regularizer: $r}}, {Dropout: $rate}, $layer]
  outputs: $outputs
compile: {optimizer: $optimizer, loss: $loss, metrics: $metrics, loss_weights: $w, jit_compile: $j}
fit: {epochs: $(epochs), shuffle: $shuffle, phases: $phases}
callbacks: $callbacks
checkpoints: {keep: $keep, mode: $mode, every: $every}
logs: $logs
""",
    "a reference for a section": "model: $model\nfit: $fit\n",
    "blocks": """\
model:
  blocks:
    residual:
      parameters: {filters: null, strides: 1}
      inputs: [x, skip]
      layers:
        - Conv2D: {filters: $filters, kernel_size: 3, strides: $strides, padding: same}
        - inner: 3
          name: deep
        - ReLU:
          name: main
      outputs: [main, deep]
    Inner: {layers: [Flatten]}
  layers:
    - residual: {filters: 64}
      repeat: 2
    - residual: 128
      name: down
    - Inner
    - Model: {layers: [{residual: 3}]}
""",
    "base": """\
model:
  base: {from: news/latest, outputs: [mixing], trainable: ['dense*']}
  layers: [{Dense: 3}]
""",
    "base of a component": "model: {base: {from: {applications.ResNet50: {include_top: false}}, trainable: false}}\n",
    "plugins": """\
plugins: [my_layers.py]
model:
  layers:
    - MyLayer: {n: 3}
      name: x
    - MyLayer
    - TimeDistributed: {layer: {MyLayer: {n: 3}}}
    - Dense: {units: 3, activation: my_function, kernel_initializer: MyInitializer}
compile: {optimizer: {MyOptimizer: {n: 1}}, loss: my_loss, metrics: [{MyMetric: 1}, my_metric]}
callbacks: [MyCallback, {MyCallback: {n: 1}}]
""",
    "plugins by their prefix": "model: {layers: [{plugins.Dense: {n: 3}}]}\ncompile: {loss: plugins.mine}\n",
    "a model class": "plugins: m.py\nmodel: {class: NewsModel, arguments: {n: 5}}\n",
    "phases": """\
fit:
  phases:
    - {epochs: 5}
    - {epochs: 5, unfreeze: ['base/*'], freeze: 'x*', optimizer: {Adam: 1e-5}, batch_size: 3, callbacks: [TerminateOnNaN]}
""",
    "a learning rate by epoch": "callbacks: [{LearningRateScheduler: {0: 1e-3, 10: 1e-4}}, {LearningRateScheduler: {schedule: {0: 1e-3}}}]\n",
    "the short forms of data": "data: {source: mnist, inputs: image, targets: label, validation: {csv: a.csv}, test: 100}\n",
    "sources": """\
data:
  source: {synthetic: {samples: 10, fields: {x: {shape: [4], normal: [0, 1]}, kind: {choice: [cat, dog]}, n: {shape: [], integers: [0, 2]}, o: {one_hot: 5}}}}
  validation: {npy: {title: a.npy, tags: b.npy}}
  test: {csv: {path: a.csv, separator: ';'}}
""",
    "fields": """\
data:
  inputs:
    a: {fields: [age, fare], transform: [Normalization], missing: {value: 0}}
    b: {field: words, pad: {length: 200, side: pre}, missing: mean}
    c: {field: path, read: image}
  targets: {d: {classes: [cat, dog], one_hot: true}}
""",
    "one alone": "compile: {metrics: accuracy, loss: {SparseCategoricalCrossentropy: {from_logits: true}}, loss_weights: 2}\ncallbacks: TerminateOnNaN\n",
    "off": "logs: {csv: false, tensorboard: false}\n",
    "anchors": "x-dense: &dense {units: 3}\nmodel: {layers: [{Dense: *dense}, {Dense: {<<: *dense, use_bias: false}}]}\n",
    "plain": "model: {layers: [{Dense: {units: 3, kernel_initializer: {plain: {a: 1}}}}]}\n",
}


@pytest.mark.parametrize("text", GOOD.values(), ids=GOOD.keys())
def test_what_the_language_allows_holds(text: str) -> None:
    assert holds(text)


BAD = [
    "modle: {}",
    "x: 1",
    "~modle: null",
    "name: 'a b'",
    "seed: -1",
    "fit: {epoch: 1}",
    "fit: {epochs: 0}",
    "fit: {epochs: '1'}",
    "fit: {phases: [{epoch: 1}]}",
    "fit: {phases: [{epochs: 1, callbacks: [EarlyStoping]}]}",
    "fit: {~epoch: null}",
    "data: {validation: {fractoin: 0.1}}",
    "data: {validation: {csv: {pth: a}}}",
    "data: {source: mnits}",
    "data: {source: {synthetic: {samples: 1, fields: {x: {shpe: [1]}}}}}",
    "data: {inputs: {x: {feild: y}}}",
    "data: {inputs: {x: {pad: {lenght: 3}}}}",
    "data: {inputs: {x: {transform: [{Rescaling: {scal: 1/255}}]}}}",
    "data: {inputs: {x: {transform: [Normalisation]}}}",
    "data: {window: {lenght: 3}}",
    "model: {inputs: {x: {shpe: [1]}}}",
    "model: {inputs: {x: 784}}",
    "model: {inputs: {x: [0]}}",
    "model: {layers: [{Dense: {unit: 1}}]}",
    "model: {layers: [{Dense: {activation: relu}}]}",
    "model: {layers: [{Dense: {units: many}}]}",
    "model: {layers: [{Dense: many}]}",
    "model: {layers: [{Dense: {units: 1, activation: reluu}}]}",
    "model: {layers: [{Dense: {units: 1, kernel_initializer: {HeNorml: {}}}}]}",
    "model: {layers: [{Dense: {units: 1, kernel_regularizer: {L2: {l: 1}}}}]}",
    "model: {layers: [{Conv2D: {filters: 1, kernel_size: 1, padding: smae}}]}",
    "model: {layers: [{Activation: reluu}]}",
    "model: {layers: [Dens]}",
    "model: {layers: [{Dropot: 0.5}]}",
    "model: {layers: [{residual: {filters: 3}}]}",
    "model: {layers: [{ops.ad: {}}]}",
    "model: {layers: [{ops.concatenate: {axes: 1}}]}",
    "model: {layers: [{Dense: 1, nmae: x}]}",
    "model: {layers: [{Dense: 1, Dropout: 0.5}]}",
    "model: {layers: [{name: x}]}",
    "model: {layers: [{Dense: 1, use_bias: false}]}",
    "model: {layers: [{Dense: 1, repeat: -1}]}",
    "model: {layers: [{Dense: 1, trainable: 3}]}",
    "model: {layers: [{Bidirectional: {layer: {LSTM: {unts: 3}}}}]}",
    "model: {layers: [{Bidirectional: {layer: {LSMT: {units: 3}}}}]}",
    "model: {layers: [{RNN: {cell: [{LSTMCel: 8}]}}]}",
    "model: {layers: [{Model: {layer: []}}]}",
    "model: {layers: [{Model: {layers: [{Dense: {unit: 1}}]}}]}",
    "model: {blocks: {b: {layers: [{Dense: {unit: 1}}]}}}",
    "model: {blocks: {b: {layer: []}}}",
    "model: {blocks: {b: {layers: []}}, layers: [{b: 3, nmae: x}]}",
    "plugins: m.py\nmodel: {layers: [{Mine: 3, nmae: x}]}",
    "plugins: m.py\nmodel: {layers: [{Dense: {unit: 1}}]}",
    "model: {base: {form: x}}",
    "model: {weights: {form: x}}",
    "model: {topology: sequntial}",
    "compile: {optimiser: adam}",
    "compile: {optimizer: adma}",
    "compile: {optimizer: {Adam: {lerning_rate: 1}}}",
    "compile: {optimizer: {adam: {lerning_rate: 1}}}",
    "compile: {optimizer: {Adam: {~lerning_rate: null}}}",
    "compile: {optimizer: {Adam: {learning_rate: {CosineDecay: {decay_step: 1}}}}}",
    "compile: {optimizer: {Adam: {learning_rate: {CosinDecay: {decay_steps: 1}}}}}",
    "compile: {loss: spars_categorical_crossentropy}",
    "compile: {loss: {a: mse, b: msee}}",
    "compile: {loss: {a: {Huber: {dleta: 1}}}}",
    "compile: {metrics: [acuracy]}",
    "compile: {metrics: {a: [{AUC: {crve: PR}}]}}",
    "compile: {metrics: {a: {AUCC: {curve: PR}}}}",
    "callbacks: [{EarlyStopping: {patince: 2}}]",
    "callbacks: [EarlyStoping]",
    "checkpoints: {mode: mni}",
    "checkpoints: {every: 5 stepps}",
    "checkpoints: {keep: 1}",
    "logs: {tensorbord: true}",
    "logs: {tensorboard: {histogram: 1}}",
]


@pytest.mark.parametrize("text", BAD)
def test_what_the_language_refuses_does_not_hold(text: str) -> None:
    assert not holds(text)


def _components() -> Iterator[tuple[str, Entry]]:
    for group in GROUPS:
        for name in CATALOG.names(group):
            entry = CATALOG.find(group, name)
            assert entry is not None
            if entry.kind != "name":
                yield group, entry


# A valid value of each kind that a required argument takes.
_SAMPLES = {"int": 1, "float": 0.5, "str": "x", "list": [1], "bool": True, "mapping": {}, "null": None}
_OF_GROUP = {"layers": "Flatten", "optimizers": "adam", "schedules": 0.1, "activations": "relu"}


def _minimal(entry: Entry) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for parameter in entry.parameters:
        if parameter.required:
            kind = next((kind for kind in parameter.types if kind in _SAMPLES), "str")
            found[parameter.name] = parameter.choices[0] if parameter.choices else _SAMPLES[kind]
            if parameter.group is not None:
                found[parameter.name] = _OF_GROUP[parameter.group]
    return found


def _spec_with(group: str, component: Any) -> dict[str, Any]:
    """A spec that holds a component of the group at the place that calls for it."""
    layer = {
        "initializers": "kernel_initializer",
        "regularizers": "kernel_regularizer",
        "constraints": "kernel_constraint",
        "dtype_policies": "dtype",
    }
    if group in ("layers", "ops", "applications"):
        return {"model": {"layers": [component]}}
    if group in layer:
        return {"model": {"layers": [{"Dense": {"units": 1, layer[group]: component}}]}}
    if group == "schedules":
        return {"compile": {"optimizer": {"Adam": {"learning_rate": component}}}}
    if group == "callbacks":
        return {"callbacks": [component]}
    return {"compile": {{"optimizers": "optimizer", "losses": "loss", "metrics": "metrics"}[group]: component}}


@pytest.mark.parametrize("group", GROUPS)
def test_every_component_holds_and_no_unknown_argument_of_it(group: str) -> None:
    members = [entry for each, entry in _components() if each == group]
    assert members
    for entry in members:
        for name in (entry.name, *entry.aliases):
            minimal = _minimal(entry)
            assert VALIDATOR.holds(_spec_with(group, {name: minimal})), name
            assert not VALIDATOR.holds(_spec_with(group, {name: {**minimal, "no_such_argument": 1}})), name
            assert VALIDATOR.holds(_spec_with(group, name)), name
        assert not VALIDATOR.holds(_spec_with(group, {entry.name + "_": {"name": "x"}})), entry.name


@pytest.mark.parametrize("group", GROUPS)
def test_every_default_holds(group: str) -> None:
    for each, entry in _components():
        if each == group:
            for parameter in (*entry.parameters, *entry.base_parameters):
                if parameter.has_default and parameter.default is not None:
                    component = {entry.name: {**_minimal(entry), parameter.name: parameter.default}}
                    assert VALIDATOR.holds(_spec_with(group, component)), (entry.name, parameter.name)


def test_every_argument_of_the_catalog_stands_in_the_schema() -> None:
    for group, entry in _components():
        name = entry.name if entry.name.startswith(f"{group}.") else f"{group}.{entry.name}"
        definition = SCHEMA["$defs"][name]
        expected = [parameter.name for parameter in (*entry.parameters, *entry.base_parameters)]
        assert list(definition["properties"]) == expected
        assert definition["additionalProperties"] is False


def test_every_source_holds_and_no_unknown_argument_of_it() -> None:
    for name, source in SOURCES.items():
        minimal = {p.name: _SAMPLES[p.types[0]] for p in source.parameters if p.required}
        assert VALIDATOR.holds({"data": {"source": {name: minimal}}}), name
        # The arguments of some are fields of the user's own, each with a file.
        assert not VALIDATOR.holds({"data": {"source": {name: {**minimal, "no_such_argument": 1}}}}), name


def _sections(path: tuple[str, ...], place: Place) -> Iterator[tuple[tuple[str, ...], Place]]:
    """Every section below a place, by the path of an example of it."""
    place = place_at(".".join(path), place)
    if place.kind == "section":
        yield path, place
        for key, each in place.keys.items():
            yield from _sections((*path, key), each)
    elif place.kind == "names" and place.each is not None:
        yield from _sections((*path, "*"), place.each)


def _at(path: tuple[str, ...], value: Any) -> Any:
    for key in reversed(path):
        value = {"some": value} if key == "*" else {key: value}
    return value


SECTIONS = [item for key, place in root_keys().items() for item in _sections((key,), place)]


@pytest.mark.parametrize(("path", "place"), SECTIONS, ids=[".".join(path) for path, _ in SECTIONS])
def test_no_section_takes_an_unknown_key(path: tuple[str, ...], place: Place) -> None:
    assert VALIDATOR.holds(_at(path, {}))
    assert not VALIDATOR.holds(_at(path, {"no_such_key": 1}))
    for key in place.keys:
        assert VALIDATOR.holds(_at(path, {key: "$x"})), key
        assert VALIDATOR.holds(_at(path, {f"~{key}": None})), key
        assert not VALIDATOR.holds(_at(path, {key + "_": "$x"})), key


def test_the_schema_has_the_keys_of_the_table_of_places() -> None:
    assert {path[0] for path, _ in SECTIONS} == {"data", "model", "compile", "fit", "checkpoints", "logs"}
    own = {path for path in LANGUAGE if "." not in path}
    assert set(SCHEMA["properties"]) == set(ROOT.keys) | own
    assert set(SCHEMA["$defs"]["model"]["properties"]) == set(MODEL.keys)
    assert set(SCHEMA["$defs"]["entry"]["anyOf"][2]["properties"]) >= set(ENTRY_KEYS)


def test_the_command_writes_the_schema_fast(tmp_path: Path) -> None:
    code = (
        "import sys, atexit, time\n"
        "heavy = {'tensorflow', 'keras', 'numpy', 'matplotlib', 'pyarrow'}\n"
        "atexit.register(lambda: print(sorted(heavy & set(sys.modules))))\n"
        "sys.argv = ['kerascli', 'schema', '-o', 'schema.json']\n"
        "from kerascli.cli.main import main\nmain()\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (0, "[]\n", "")
    assert json.loads((tmp_path / "schema.json").read_text(encoding="utf-8")) == SCHEMA


def test_a_file_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "kerascli", "schema", "-o", str(tmp_path / "no" / "schema.json")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 5
    assert "can't write" in done.stderr


def test_every_key_is_described() -> None:
    def keys(path: str, place: Place) -> Iterator[str]:
        place = place_at(path, place)
        if place.kind == "section":
            for key, each in place.keys.items():
                yield f"{path}.{key}"
                yield from keys(f"{path}.{key}", each)
        elif place.kind == "names" and place.each is not None:
            yield from keys(f"{path}.*", place.each)

    every = {path for key, place in root_keys().items() for path in (key, *keys(key, place))}
    every |= {f"model.layers.*.{key}" for key in ENTRY_KEYS}
    assert every <= set(KEY_DOCS)
    # What stands there beside it is of sections that the table of places doesn't lay out yet.
    rest = set(KEY_DOCS) - every
    assert all(path.startswith("fit.phases.*.") or ".pad." in path or ".missing." in path for path in rest), rest
