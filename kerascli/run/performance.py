"""What a run does for its speed: chosen once, before its first step, written into its record, and taken up when it goes on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from kerascli.model.devices import has_card
from kerascli.model.fused import FusedUpdates
from kerascli.run.session import threads
from kerascli.run.validation_batches import larger_batch_size, why_not_larger
from kerascli.spec.spec import Spec

# Steps in one graph call, at most, where nothing says how many; the clock decides below it.
UNLIMITED = "auto"


@dataclass(frozen=True)
class Performance:
    """What was chosen, each with the reason where a person might ask for one.

    Attributes:
        looped: Whether steps run in a loop inside one graph call.
        gathered: Whether that loop gathers its batches itself, from samples in memory; else a pipeline brings them. None:
            it could, and whether the samples are in memory is not known before they are read.
        steps_per_execution: The most steps in one graph call; None: as many as callbacks and the clock allow.
        validation_batch_size: Samples a step of validation and test.
        validation_reason: Why it is what it is.
        fused_updates: Whether the optimizer's updates are to be kernels of TensorFlow.
        updates: Which they are, or why not.
        fused_lstm: Whether the LSTMs are to be computed by one kernel each.
        lstms: Which are, or why not.
        jit_compile: Whether XLA compiles the step.
        threads: Threads in one operation and across operations; 0: one for each core.
        jit_trial: What a trial of XLA measured; None: there was none.
    """

    looped: bool
    gathered: bool | None
    steps_per_execution: int | None
    validation_batch_size: int
    validation_reason: str
    fused_updates: bool
    updates: tuple[str, ...]
    fused_lstm: bool
    lstms: tuple[str, ...]
    jit_compile: bool
    threads: Mapping[str, int]
    jit_trial: Mapping[str, Any] | None = None

    def to_json(self) -> dict[str, Any]:
        """For the run's record."""
        return {**asdict(self), "steps_per_execution": self.steps_per_execution or UNLIMITED}

    def words(self) -> str:
        """The choices in a line."""
        steps = "one step a call"
        if self.looped:
            most = f"up to {self.steps_per_execution}" if self.steps_per_execution else "as many as callbacks allow"
            steps = f"steps a call: {most}"
        if self.gathered:
            steps += ", gathered in the graph"
        jit = ", XLA" if self.jit_compile else ""
        updates = ", ".join(self.updates) or "Keras's own"
        lstms = f"; LSTMs: {', '.join(self.lstms)}" if self.lstms else ""
        return f"{steps}; validation by {self.validation_batch_size:,}; updates: {updates}{lstms}{jit}"

    @classmethod
    def from_json(cls, recorded: Mapping[str, Any]) -> Performance:
        """What a run's record says was chosen; what one of an earlier version lacks was not there yet."""
        most, size = recorded.get("steps_per_execution"), recorded.get("validation_batch_size")
        threads, trial = recorded.get("threads"), recorded.get("jit_trial")
        return cls(
            looped=bool(recorded.get("looped")),
            gathered=bool(recorded.get("gathered")),
            steps_per_execution=most if isinstance(most, int) else None,
            validation_batch_size=size if isinstance(size, int) else 0,
            validation_reason=str(recorded.get("validation_reason") or "as recorded"),
            fused_updates=bool(recorded.get("fused_updates")),
            updates=_texts(recorded.get("updates")),
            fused_lstm=bool(recorded.get("fused_lstm")),
            lstms=_texts(recorded.get("lstms")),
            jit_compile=bool(recorded.get("jit_compile")),
            threads=threads if isinstance(threads, dict) else {},
            jit_trial=trial if isinstance(trial, dict) else None,
        )

    def with_updates(self, updates: FusedUpdates | None) -> Performance:
        """The same, with what became of the updates."""
        return replace(self, updates=() if updates is None else tuple(updates.lines()))


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(str(one) for one in value) if isinstance(value, list) else ()


def choose_performance(
    spec: Spec, model: Any, samples: int, recorded: Mapping[str, Any] | None = None, *, plain_memory: bool = False
) -> Performance:
    """What a run does for its speed.

    Args:
        spec: The spec.
        model: Its model, compiled.
        samples: The samples of the validation split, or of the test split; 0 without either.
        plain_memory: Whether the training samples are in memory, and nothing changes them batch by batch.
        recorded: What was chosen when the run began that goes on now; it is kept, but for what the spec says otherwise.
    """
    size, reason = _validation(spec, model, samples, recorded)
    looped, most = _steps(spec, recorded)
    fused = spec.performance.fused_updates
    if fused == "auto":
        fused = recorded is None or bool(recorded.get("fused_updates", False))
    gathered = looped and plain_memory and _gathers(recorded)
    lstm, jit = _fuses_lstm(spec, model, recorded), bool(model.jit_compile)
    return Performance(looped, gathered, most, size, reason, fused, (), lstm, (), jit, threads())


def _fuses_lstm(spec: Spec, model: Any, recorded: Mapping[str, Any] | None) -> bool:
    """XLA knows no such kernel, and it has no second derivative, which a `train_step` of one's own may take."""
    if model.jit_compile:
        return False
    if spec.performance.fused_lstm != "auto":
        return spec.performance.fused_lstm
    if recorded is not None:
        return bool(recorded.get("fused_lstm", False))
    return spec.model.own_class is None


def _steps(spec: Spec, recorded: Mapping[str, Any] | None) -> tuple[bool, int | None]:
    """Whether steps are looped, and the most of them."""
    assert spec.compile is not None
    written = spec.compile.steps_per_execution
    if written is None:
        written = spec.performance.steps_per_execution
    if isinstance(written, int):
        return written > 1, written
    if recorded is not None:
        return bool(recorded.get("looped", False)), None
    # A `train_step` of one's own may return logs that no metric holds, which a loop would lose.
    return spec.model.own_class is None and not spec.compile.run_eagerly, None


def _gathers(recorded: Mapping[str, Any] | None) -> bool:
    """On a card, samples would go there one batch after the other, while a pipeline brings the next one in time."""
    if recorded is not None:
        return bool(recorded.get("gathered", False))
    return not has_card()


def _validation(spec: Spec, model: Any, samples: int, recorded: Mapping[str, Any] | None) -> tuple[int, str]:
    """The samples of a validation step, and why so many."""
    fixed = next((item.batch_size for item in spec.model.inputs if item.batch_size is not None), None)
    own = fixed or spec.fit.validation_batch_size or spec.fit.batch_size
    wanted = spec.performance.validation_batch_size
    if fixed is not None or spec.fit.validation_batch_size is not None or wanted is None:
        return own, "as written" if fixed is None else "the batch size is fixed"
    if isinstance(wanted, int):
        return wanted, "as written"
    if recorded is not None:
        return int(recorded.get("validation_batch_size") or own), str(
            recorded.get("validation_reason") or "as recorded"
        )
    reason = why_not_larger(spec, model)
    if reason is not None or not samples:
        return own, reason or "there is nothing to validate on"
    return larger_batch_size(model, own, samples), "the result does not depend on it"
