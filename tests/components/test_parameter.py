"""`Parameter`, the one layer that Keras lacks: it learns, is saved and loaded, and needs no batch size."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest

from kerascli.errors import KerascliError
from kerascli.layers import Parameter
from kerascli.run.build import build_model
from kerascli.spec.component_parser import find_name
from kerascli.spec.dump import dump_spec
from kerascli.spec.load import load_spec

SPEC = """\
model:
  inputs: {x: [null, 4]}
  layers:
    - Parameter: {shape: [3, 2], initializer: {RandomNormal: {stddev: 0.5}}, regularizer: {L2: 0.1}}
      name: positions
"""


def build(folder: Path, text: str = SPEC) -> keras.Model:
    (folder / "spec.yaml").write_text(text)
    return build_model(load_spec(folder / "spec.yaml"))


def test_it_is_known_without_keras() -> None:
    code = (
        "import sys\nfrom kerascli.spec.component_parser import find_name\nentry = find_name('Parameter', 'layers')\n"
        "print([one.name for one in entry.parameters], 'keras' in sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == "['shape', 'initializer', 'regularizer', 'constraint'] False\n"
    entry = find_name("Parameter", "layers")
    assert entry is not None
    assert entry.path == f"{Parameter.__module__}.{Parameter.__name__}"


def test_it_is_repeated_for_each_sample(tmp_path: Path) -> None:
    model = build(tmp_path)
    assert model.output_shape == (None, 3, 2)
    value = np.asarray(model.layers[0].value)
    for batch, length in ((1, 5), (4, 1), (0, 2)):
        found = np.asarray(model(np.zeros((batch, length, 4), "float32")))
        np.testing.assert_array_equal(found, np.broadcast_to(value, (batch, 3, 2)))
    assert float(sum(model.losses)) == pytest.approx(0.1 * float(np.square(value).sum()))


def test_it_learns_as_much_as_all_samples_say(tmp_path: Path) -> None:
    model = build(tmp_path, SPEC.replace(", regularizer: {L2: 0.1}", ""))
    before = np.asarray(model.layers[0].value).copy()
    model.compile(optimizer=keras.optimizers.SGD(0.5), loss="mse")
    target = np.random.default_rng(0).normal(size=(4, 3, 2)).astype("float32")
    model.fit(np.zeros((4, 1, 4), "float32"), target, batch_size=4, verbose=0)
    # The loss is the mean over 4 · 3 · 2 squares; its gradient is summed over the 4 samples.
    wanted = before - 0.5 * 2.0 * (before - target).sum(axis=0) / target.size
    np.testing.assert_allclose(np.asarray(model.layers[0].value), wanted, rtol=1e-5)


def test_it_is_saved_and_loaded_where_kerascli_is_imported(tmp_path: Path) -> None:
    model = build(tmp_path)
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    x = np.zeros((2, 5, 4), "float32")
    np.testing.assert_array_equal(again(x), model(x))
    assert again.layers[0].get_config() == model.layers[0].get_config()
    code = (
        "import sys, keras, kerascli.layers\nmodel = keras.saving.load_model(sys.argv[1])\n"
        "print(type(model.layers[-1]).__name__)\n"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "model.keras")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.stdout == "Parameter\n", done.stderr


def test_half_precision(tmp_path: Path) -> None:
    model = build(tmp_path, SPEC + "dtype: mixed_bfloat16\n")
    assert (model.layers[0].value.dtype, model.outputs[0].dtype) == ("float32", "bfloat16")


def test_the_resolved_spec_is_read_again(tmp_path: Path) -> None:
    (tmp_path / "spec.yaml").write_text(SPEC)
    text = dump_spec(load_spec(tmp_path / "spec.yaml"))
    assert "constraint: null" in text
    (tmp_path / "again.yaml").write_text(text)
    first, second = (load_spec(tmp_path / name).model for name in ("spec.yaml", "again.yaml"))
    assert [one.name for one in first.layers] == [one.name for one in second.layers] == ["positions"]
    shape = second.layers[0].component.value("shape")
    assert json.loads(json.dumps(shape)) == [3, 2]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("shape: [3, 2]", "shape: 3", "'shape' of Parameter must be a list"),
        ("shape: [3, 2]", "shape: [3, 0]", "at least 1"),
        ("shape: [3, 2], ", "", "Parameter needs 'shape'"),
        ("initializer: {RandomNormal", "initialiser: {RandomNormal", "no argument 'initialiser'"),
        ("RandomNormal", "RandomNormall", "'RandomNormall'"),
    ],
)
def test_what_is_wrong_is_said(tmp_path: Path, old: str, new: str, message: str) -> None:
    with pytest.raises(KerascliError, match=message) as caught:
        build(tmp_path, SPEC.replace(old, new))
    span = caught.value.diagnostics[0].span
    assert span is not None
    assert span.line == 4
