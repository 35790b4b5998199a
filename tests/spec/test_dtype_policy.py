"""The top-level `dtype`: every way to write a policy, and what is none."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from kerascli.errors import SpecError
from kerascli.spec.load import load_spec

MODEL = "model: {inputs: {x: [8]}, layers: [{Dense: 1}]}\n"


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("mixed_bfloat16", "mixed_bfloat16"),
        ("{DTypePolicy: mixed_float16}", "mixed_float16"),
        ("{DTypePolicy: {name: float64}}", "float64"),
        ("{QuantizedDTypePolicy: {mode: int8, source_name: mixed_bfloat16}}", "int8_from_mixed_bfloat16"),
        ("{QuantizedFloat8DTypePolicy: {mode: float8}}", "float8_from_float32"),
        ("{Int4DTypePolicy: {mode: int4/128}}", "int4/128_from_float32"),
        ("{GPTQDTypePolicy: {mode: gptq/4/128}}", "gptq/4/128_from_float32"),
        ("int4/128_from_float32", "int4/128_from_float32"),
    ],
)
def test_policies_go_by_the_name_that_keras_reads(written: str, name: str, write_spec: Callable[..., Path]) -> None:
    assert load_spec(write_spec(f"dtype: {written}\n{MODEL}")).dtype == name
    from keras import dtype_policies

    assert dtype_policies.get(name).name == name


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("mixed_flot16", "unknown-choice"),
        ("int5_from_float32", "unknown-choice"),
        ("{DTypePolicy: {name: half}}", "unknown-choice"),
        ("{DTypePolicyMap: {}}", "policy-map"),
        ("{DTypePolicies: float32}", "unknown-class"),
        ("[float32]", "wrong-type"),
        ("1", "wrong-type"),
    ],
)
def test_what_is_no_policy(written: str, code: str, write_spec: Callable[..., Path]) -> None:
    with pytest.raises(SpecError) as caught:
        load_spec(write_spec(f"dtype: {written}\n{MODEL}"))
    assert [fault.code for fault in caught.value.diagnostics] == [code]
