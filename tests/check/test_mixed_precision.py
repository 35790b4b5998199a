"""Weights in 16 bits, gradients that nobody scales, an epsilon that is 0; and what Keras makes of the same policies."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from head_specs import Fault, W, check_fault, found, head, spec_text  # noqa: E402

from kerascli.model.fused import fuse_updates  # noqa: E402
from kerascli.run.build import build_model  # noqa: E402
from kerascli.spec.load import load_spec  # noqa: E402

FLOAT = head(3, "softmax", ", dtype: float32")
HALF = {"before": "- Dense: {units: 8, activation: relu, dtype: mixed_float16}"}
SCALED = {"more": "  auto_scale_loss: true"}
FAULTS: dict[str, Fault] = {
    "float16": (
        FLOAT | {"top": "dtype: float16"},
        "half-precision-weights",
        W,
        "float16",
        {"top": "dtype: mixed_float16"},
    ),
    "bfloat16": (
        FLOAT | {"top": "dtype: bfloat16"},
        "half-precision-weights",
        W,
        "bfloat16",
        {"top": "dtype: mixed_bfloat16"},
    ),
    "a layer alone": (FLOAT | HALF, "no-loss-scaling", W, "mixed_float16", {"top": "dtype: mixed_float16"}),
    "scaling turned off": (
        FLOAT | {"top": "dtype: mixed_float16", "more": "  auto_scale_loss: false"},
        "no-loss-scaling",
        W,
        "false",
        SCALED,
    ),
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=list(FAULTS))
def test_one_fault_one_diagnostic(fault: Fault, tmp_path: Path) -> None:
    check_fault(tmp_path, fault)


def test_an_optimizer_that_scales_is_enough(tmp_path: Path) -> None:
    text = spec_text(**FLOAT, **HALF).replace(
        "optimizer: adam", "optimizer: {LossScaleOptimizer: {inner_optimizer: adam}}"
    )
    assert found(tmp_path, text) == ()


@pytest.mark.parametrize(("epsilon", "told"), [("1.0e-8", True), ("1.0e-4", False)])
def test_an_epsilon_that_is_nothing_in_float16(tmp_path: Path, epsilon: str, told: bool) -> None:
    text = spec_text(**FLOAT, top="dtype: float16").replace(
        "optimizer: adam", f"optimizer: {{Adam: {{epsilon: {epsilon}}}}}"
    )
    (one,) = found(tmp_path, text)
    assert any("is 0 in float16" in note.message for note in one.notes) == told


@pytest.mark.parametrize(
    ("parts", "scales"),
    [
        (FLOAT | {"top": "dtype: mixed_float16"}, True),
        (FLOAT | {"top": "dtype: mixed_float16", "more": "  auto_scale_loss: false"}, False),
        (FLOAT | {"top": "dtype: mixed_bfloat16"}, False),
        (FLOAT | HALF, False),
    ],
)
def test_keras_scales_the_loss_where_the_lint_takes_it_to(tmp_path: Path, parts: dict[str, str], scales: bool) -> None:
    path = tmp_path / "spec.yaml"
    path.write_text(spec_text(**parts))
    optimizer = build_model(load_spec(path)).optimizer
    assert (type(optimizer).__name__ == "LossScaleOptimizer") == scales
    # Its updates are fused all the same.
    assert set(fuse_updates(optimizer).kernels.values()) == {"ResourceApplyAdam"}
