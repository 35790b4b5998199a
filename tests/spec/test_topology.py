"""Blocks, nested models, shared layers and repeats: what the parser makes of them, without Keras."""

from __future__ import annotations

from pathlib import Path

import pytest

from kerascli.errors import SpecError
from kerascli.spec.dump import dump_spec
from kerascli.spec.load import load_spec
from kerascli.spec.model_spec import ModelSpec


@pytest.fixture
def model(tmp_path: Path):  # type: ignore[no-untyped-def]
    """Reads the `model` section of a text."""

    def read(text: str) -> ModelSpec:
        path = tmp_path / "spec.yaml"
        path.write_text(text)
        spec = load_spec(path)
        # What the resolved spec writes reads as the same model.
        (tmp_path / "resolved.yaml").write_text(dump_spec(spec))
        again = load_spec(tmp_path / "resolved.yaml")
        assert reads(again.model) == reads(spec.model)
        assert dump_spec(again).splitlines()[2:] == dump_spec(spec).splitlines()[2:]
        return spec.model

    return read


RESIDUAL = """
model:
  inputs: {image: [8, 8, 3]}
  blocks:
    residual:
      parameters: {filters: null, strides: 1, kernel: $filters}
      layers:
        - Conv2D: {filters: $filters, kernel_size: $kernel, strides: $strides, padding: same, name: conv}
        - BatchNormalization
        - ReLU:
          name: main
        - Conv2D: {filters: $filters, kernel_size: 1, strides: $strides}
          name: shortcut
          inputs: input
        - Add:
          inputs: [main, shortcut]
  layers:
    - residual: {filters: 4, kernel: 3}
      repeat: 2
    - residual: 2
      name: down
    - Conv2D: {filters: 1, kernel_size: 1}
      inputs: down/conv
"""


def reads(model: ModelSpec) -> dict[str, list[str]]:
    """What each layer reads."""
    return {layer.name: [str(one) for one in layer.wiring.references] for layer in model.layers}


def test_blocks_are_expanded_to_paths(model) -> None:  # type: ignore[no-untyped-def]
    made = model(RESIDUAL)
    assert reads(made) == {
        "residual/conv": ["image"],
        "residual/batch_normalization": ["residual/conv"],
        "residual/main": ["residual/batch_normalization"],
        "residual/shortcut": ["image"],
        "residual/add": ["residual/main", "residual/shortcut"],
        "residual_1/conv": ["residual/add"],
        "residual_1/batch_normalization": ["residual_1/conv"],
        "residual_1/main": ["residual_1/batch_normalization"],
        "residual_1/shortcut": ["residual/add"],
        "residual_1/add": ["residual_1/main", "residual_1/shortcut"],
        "down/conv": ["residual_1/add"],
        "down/batch_normalization": ["down/conv"],
        "down/main": ["down/batch_normalization"],
        "down/shortcut": ["residual_1/add"],
        "down/add": ["down/main", "down/shortcut"],
        "conv2d": ["down/conv"],
    }
    first, last = made.layers[0], made.layers[10]
    assert first.component.keywords["kernel_size"] == 3
    # A scalar goes to the first parameter, and a default may be an earlier parameter.
    assert (last.component.keywords["filters"], last.component.keywords["kernel_size"]) == (2, 2)
    assert last.keras_name == "down.conv"


def test_block_with_two_inputs_and_two_outputs(model) -> None:  # type: ignore[no-untyped-def]
    made = model(
        """
model:
  inputs: {a: [4], b: [4]}
  blocks:
    mix:
      inputs: [x, skip]
      layers:
        - Add:
          inputs: [x, skip]
          name: total
        - Dense: 3
          name: small
      outputs: [small, total]
  layers:
    - mix:
      inputs: {skip: b, x: a}
      name: up
    - Dense: 1
      inputs: up:total
      name: one
    - Dense: 1
      inputs: up:0
  outputs: [one, dense]
"""
    )
    assert reads(made) == {
        "up/total": ["a", "b"],
        "up/small": ["up/total"],
        "one": ["up/total"],
        "dense": ["up/small"],
    }


def test_repeat_over_values(model) -> None:  # type: ignore[no-untyped-def]
    made = model(
        """
model:
  inputs: {x: [16, 4]}
  layers:
    - Conv1D: {filters: 4, kernel_size: 2, dilation_rate: $rate, padding: causal}
      repeat: {rate: [1, 2, 4]}
      name: wave
    - Dense: 2
      repeat: {n: [a, b]}
      name: dense_$(n)
      inputs: wave
    - Dense: 2
      repeat: 0
    - Dense: 1
      inputs: dense_b
"""
    )
    assert [layer.name for layer in made.layers] == ["wave_1", "wave_2", "wave_3", "dense_a", "dense_b", "dense"]
    assert [layer.component.keywords["dilation_rate"] for layer in made.layers[:3]] == [1, 2, 4]
    assert reads(made)["dense_a"] == ["wave_3"]
    assert reads(made)["dense_b"] == ["dense_a"]


def test_sharing_and_nesting(model) -> None:  # type: ignore[no-untyped-def]
    made = model(
        """
model:
  inputs: {left: [4], right: [4]}
  layers:
    - Model:
        layers:
          - Dense: 3
          - Dense: 2
            name: mean
          - Dense: 2
            name: variance
            inputs: dense
        outputs: [mean, variance]
      name: encoder
      inputs: left
    - layer: encoder
      inputs: right
      name: again
    - Dense: {units: 2, name: tied}
      inputs: encoder:mean
    - layer: tied
    - Subtract:
      inputs: [again:variance, tied]
"""
    )
    assert reads(made) == {
        "encoder": ["left"],
        "again": ["right"],
        "tied": ["encoder:0"],
        "tied_1": ["tied"],
        "subtract": ["again:1", "tied"],
    }
    assert [layer.shared for layer in made.layers] == [None, "encoder", None, "tied", None]
    assert made.layers[0].nested is not None
    assert reads(made.layers[0].nested)["variance"] == ["dense"]


def test_a_name_inside_hides_nothing_outside(model) -> None:  # type: ignore[no-untyped-def]
    made = model(
        """
model:
  inputs: {x: [4]}
  blocks:
    inner: {parameters: {units: 2}, layers: [{Dense: $units, name: dense}]}
    outer: {parameters: {units: 2}, layers: [{inner: $units, name: a}, {inner: 5, name: b}, {Dense: 1, inputs: a/dense}]}
  layers: [{outer: 7, name: o}, {Dense: 1, name: dense}]
"""
    )
    assert reads(made) == {
        "o/a/dense": ["x"],
        "o/b/dense": ["o/a/dense"],
        "o/dense": ["o/a/dense"],
        "dense": ["o/dense"],
    }
    assert made.layers[0].component.keywords["units"] == 7


def test_a_fault_in_a_block_is_told_once_with_its_use(tmp_path: Path) -> None:
    text = RESIDUAL.replace("- BatchNormalization", "- BatchNormalisation")
    (tmp_path / "spec.yaml").write_text(text)
    with pytest.raises(SpecError) as caught:
        load_spec(tmp_path / "spec.yaml")
    (fault,) = [one for one in caught.value.diagnostics if one.severity == "error"]
    assert fault.code == "unknown-class"
    assert fault.span is not None and fault.span.excerpt.strip() == "- BatchNormalisation"
    assert [note.span.line for note in fault.notes if note.span is not None] == [18]


def test_growth_is_refused_before_it_is_expanded(tmp_path: Path) -> None:
    blocks = "\n".join(
        f"    b{n}: {{layers: [{{b{n + 1}: , repeat: 10}}, {{b{n + 1}: , repeat: 10}}]}}" for n in range(40)
    )
    text = f"model:\n  inputs: {{x: [4]}}\n  blocks:\n{blocks}\n    b40: {{layers: [ReLU]}}\n  layers: [{{b0: }}]\n"
    (tmp_path / "spec.yaml").write_text(text)
    with pytest.raises(SpecError) as caught:
        load_spec(tmp_path / "spec.yaml")
    assert {one.code for one in caught.value.diagnostics if one.severity == "error"} == {"too-many-layers"}


def test_a_repeated_block_hands_all_its_outputs_on(model) -> None:  # type: ignore[no-untyped-def]
    made = model(
        """
model:
  inputs: {x: [4]}
  blocks:
    gated:
      inputs: [wave, skips]
      layers:
        - Dense: {units: 4, name: next}
          inputs: wave
        - Add:
          inputs: [next, skips]
          name: sum
      outputs: [next, sum]
  layers:
    - Dense: 4
      name: first
    - gated:
      repeat: 2
      name: stack
      inputs: [first, first]
    - Dense: 1
      inputs: stack:sum
"""
    )
    assert reads(made)["stack_2/next"] == ["stack_1/next"]
    assert reads(made)["stack_2/sum"] == ["stack_2/next", "stack_1/sum"]
    assert reads(made)["dense"] == ["stack_2/sum"]
