"""Shapes that the spec's data tells, before and after it is read: the same, and each fault is said once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from kerascli.check import check_spec, known_shapes
from kerascli.data.prepare import prepare_data
from kerascli.errors import Diagnostic, SpecError
from kerascli.run.build import with_facts
from kerascli.run.preflight import check_build, check_data
from kerascli.run.progress import Silence
from kerascli.run.session import keras_session
from kerascli.run.train import train
from kerascli.spec.load import load_spec
from kerascli.spec.model_parser import INFERRED_INPUT

# Fields of the source, what the input reads, and the shape of a sample that the model gets; None: not known.
READ = [
    ("x: {shape: [4, 3]}", "x", (4, 3), "float32"),
    ("x: {shape: []}", "x", (1,), "float32"),
    ("x: {shape: [4], integers: [0, 9]}", "x", (4,), "int32"),
    ("x: {one_hot: 3}", "x", (3,), "float32"),
    (
        "x: {shape: [8, 8], integers: [0, 9]}",
        "{field: x, transform: [{Reshape: [8, 8, 1]}, {Rescaling: 0.1}]}",
        (8, 8, 1),
        "float32",
    ),
    ("x: {shape: [8, 8], integers: [0, 9]}", "{field: x, transform: [Flatten]}", (64,), "int32"),
    (
        "x: {shape: [1], choice: [a, b]}",
        "{field: x, transform: [{Hashing: {num_bins: 3, output_mode: one_hot}}]}",
        (3,),
        "float32",
    ),
    (
        "x: {shape: [1], choice: [a, b]}",
        "{field: x, transform: [{TextVectorization: {output_sequence_length: 5}}]}",
        (5,),
        "int32",
    ),
]


@pytest.mark.parametrize(("fields", "reads", "shape", "dtype"), READ, ids=[f"{one[0]} {one[1]}" for one in READ])
def test_what_the_data_tells(
    fields: str, reads: str, shape: tuple[int, ...], dtype: str, write_spec: Callable[..., Path]
) -> None:
    text = f"""
data:
  source: {{synthetic: {{samples: 16, fields: {{{fields}, y: {{shape: [1]}}}}}}}}
  inputs: {{x: {reads}}}
  targets: y
model: {{layers: [Flatten, {{Dense: {{units: 1, name: y}}}}]}}
compile: {{loss: mse}}
"""
    spec = load_spec(write_spec(text))
    (tensor,) = known_shapes(spec)[INFERRED_INPUT]
    assert (tensor.shape, tensor.dtype) == ((None, *shape), dtype)
    with keras_session(spec):
        data = prepare_data(spec)
    item = with_facts(spec, data).model.inputs[0]
    assert (item.shape, item.dtype) == (shape, dtype)


def test_a_folder_of_images() -> None:
    path = Path(__file__).parents[2] / "configs" / "digits.yaml"
    spec = load_spec(path, ["~model.inputs", "data.source.images.size=[6, 5]", "~data.inputs.image.transform"])
    (tensor,) = known_shapes(spec)[INFERRED_INPUT]
    assert (tensor.shape, tensor.dtype) == ((None, 6, 5, 1), "float32")
    with keras_session(spec):
        item = with_facts(spec, prepare_data(spec)).model.inputs[0]
    assert (item.shape, item.dtype) == ((6, 5, 1), "float32")


def test_shapes_of_files_are_checked_when_they_are_read(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", x=np.ones((16, 4, 4), np.float32), y=np.ones((16, 1), np.float32))
    text = """
data: {source: {npz: a.npz}, inputs: x, targets: y}
model:
  layers:
    - Conv1D: {filters: 2, kernel_size: 5}
    - GlobalMaxPooling1D
    - Dense: {units: 1, name: y}
compile: {loss: mse}
"""
    (tmp_path / "s.yaml").write_text(text)
    spec = load_spec(tmp_path / "s.yaml")
    assert check_spec(spec) == ()
    with pytest.raises(SpecError) as caught:
        check_data(spec)
    (found,) = caught.value.diagnostics
    assert (found.code, found.span and found.span.line) == ("too-small", 5)


def test_a_warning_is_said_once(write_spec: Callable[..., Path]) -> None:
    text = """
data:
  source: {synthetic: {samples: 16, fields: {a: {shape: [4]}, b: {shape: [1]}, y: {shape: [1]}}}}
  targets: y
model:
  inputs: {a: [4], b: [1]}
  layers:
    - Add:
      inputs: [a, b]
    - Dense: {units: 1, name: y}
compile: {loss: mse}
"""
    spec = load_spec(write_spec(text))
    assert [one.code for one in check_spec(spec)] == ["broadcast"]
    assert check_build(spec) == check_data(spec) == ()
    # The source's fields have shapes too.
    left = load_spec(write_spec(text.replace("a: [4], b: [1]", "a: {dtype: float32}, b: {dtype: float32}")))
    assert [one.code for one in check_spec(left)] == ["broadcast"]


def test_what_only_the_model_tells(write_spec: Callable[..., Path]) -> None:
    """A layer without a rule: what reads it is checked once Keras has made it."""
    text = """
model:
  inputs: {a: [4]}
  layers:
    - ops.cumsum: {axis: 1}
      name: unknown
    - Dense: 1
      name: one
      inputs: a
    - Add:
      inputs: [unknown, one]
"""
    spec = load_spec(write_spec(text))
    assert check_spec(spec) == ()
    assert [one.code for one in check_build(spec)] == ["broadcast"]


class Told(Silence):
    """Keeps what a training warns of."""

    def __init__(self) -> None:
        self.codes: list[str] = []

    def warned(self, diagnostic: Diagnostic) -> None:
        self.codes.append(diagnostic.code)


def test_training_says_it_too(write_spec: Callable[..., Path], tmp_path: Path) -> None:
    text = """
data: {source: {synthetic: {samples: 16, fields: {a: {shape: [4]}, b: {shape: [1]}, y: {shape: [1]}}}}, targets: y}
model:
  inputs: {a: [4], b: [1]}
  layers:
    - Add:
      inputs: [a, b]
    - ops.cumsum: {axis: 1}
      name: unknown
    - Dense: 1
      name: one
    - Add:
      name: late
      inputs: [unknown, one]
    - Dense: {units: 1, name: y}
compile: {loss: mse}
"""
    told = Told()
    train(load_spec(write_spec(text)), tmp_path / "runs", progress=told)
    # The first is seen in the spec, the second only in the model.
    assert told.codes == ["broadcast", "broadcast"]
