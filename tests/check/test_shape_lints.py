"""Every fault of shapes is found once, at its token; the smallest mending gives nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import keras
import pytest
from tensorflow.errors import InvalidArgumentError

from kerascli.check import check_spec
from kerascli.errors import Diagnostic, ExitCode, SpecError
from kerascli.model.make import make_model
from kerascli.run.session import keras_session
from kerascli.spec.load import load_spec

from .fault import Fault
from .faults_in_calls import RANKS, SIZES
from .faults_in_joins import BROADCASTS, DATA, JOINS, MEMORY, SAMPLES

FAULTS = [*RANKS, *SIZES, *JOINS, *BROADCASTS, *DATA, *SAMPLES, *MEMORY]
IDS = [f"{fault.code}-{fault.layers[-1].split('|')[0][:30]}-{fault.inputs}" for fault in FAULTS]


def token(diagnostic: Diagnostic) -> str:
    assert diagnostic.span is not None
    start = diagnostic.span.column - 1
    return diagnostic.span.excerpt[start : start + diagnostic.span.length]


@pytest.mark.parametrize("fault", FAULTS, ids=IDS)
def test_one_fault_one_diagnostic(fault: Fault, write_spec: Callable[..., Path]) -> None:
    found = check_spec(load_spec(write_spec(fault.spec())))
    assert [(one.code, one.severity, token(one)) for one in found] == [(fault.code, fault.severity, fault.token)]
    assert fault.hint in (found[0].hint or "")


@pytest.mark.parametrize("fault", FAULTS, ids=IDS)
def test_mended(fault: Fault, write_spec: Callable[..., Path]) -> None:
    assert check_spec(load_spec(write_spec(fault.spec(mended=True)))) == ()


def test_memory_says_whose_fault_it_is(write_spec: Callable[..., Path]) -> None:
    """A number that no machine could hold is mistyped; a plausible one is a matter of the machine."""
    found = [check_spec(load_spec(write_spec(fault.spec())))[0] for fault in MEMORY]
    assert [one.status for one in found] == [ExitCode.SPEC, ExitCode.ENVIRONMENT, ExitCode.ENVIRONMENT]
    assert "3,144 GB" in found[1].message


@pytest.mark.parametrize("fault", [*RANKS, *SIZES, *JOINS], ids=IDS[: len(RANKS) + len(SIZES) + len(JOINS)])
def test_no_false_alarm(fault: Fault, write_spec: Callable[..., Path]) -> None:
    """What is called an error is one for Keras too, sooner or later; the mended spec is none."""
    faulty = load_spec(write_spec(fault.spec()))
    with keras_session(faulty), pytest.raises((SpecError, ValueError, IndexError, InvalidArgumentError)):
        model = make_model(faulty.model)
        # Attention looks at its tensors only when it is called.
        model([keras.ops.ones((2, *tensor.shape[1:])) for tensor in model.inputs])
    mended = load_spec(write_spec(fault.spec(mended=True)))
    with keras_session(mended):
        make_model(mended.model)
