"""`find_batch_size`: tries batch sizes, larger and larger, for the fastest and for the largest that the memory holds."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from kerascli.check import require_sound
from kerascli.data.memory import available_memory
from kerascli.data.told import listening
from kerascli.errors import ExitCode, KerascliError, SpecError
from kerascli.record.byte_sizes import size_text
from kerascli.run.interrupts import watch_signals
from kerascli.run.preflight import fixed_batch_size, prepare_training
from kerascli.run.progress import Progress, Silence
from kerascli.run.ready import Ready
from kerascli.run.session import keras_session
from kerascli.run.step_faults import step_faults
from kerascli.search.batch_trial import TooLarge, Trial, Trials
from kerascli.search.batch_verdict import Verdict, judge, sizes_to_try
from kerascli.search.child_trials import ChildTrials
from kerascli.spec.spec import Spec

# A size that may take more than this part of what is free is tried in a process of its own.
_SAFE = 0.5

Ended = Literal["all tried", "memory", "interrupted"]


@dataclass(frozen=True)
class BatchSearch:
    """What came out.

    Attributes:
        trials: What each size does, smallest first.
        verdict: Which to take; None where no size could be tried.
        ended: What ended it.
        too_large: The size that did not fit; None where all did.
        reason: Why it did not.
        samples: The training samples.
        own: The spec's own size.
        path: The key of the spec that holds it.
        on_card: Whether the memory is that of a graphics card.
        status: The exit status of the signal that ended it, or 0.
    """

    trials: tuple[Trial, ...]
    verdict: Verdict | None
    ended: Ended
    too_large: int | None
    reason: str | None
    samples: int
    own: int
    path: str
    on_card: bool
    status: ExitCode = ExitCode.OK

    @property
    def override(self) -> str | None:
        """The sensible size as an override of the spec."""
        return None if self.verdict is None else f"{self.path}={self.verdict.sensible}"

    def to_json(self) -> dict[str, Any]:
        """As JSON values."""
        return {
            **asdict(self),
            "status": int(self.status),
            "override": self.override,
            "trials": [{**asdict(trial), "samples_per_second": trial.samples_per_second} for trial in self.trials],
        }


def find_batch_size(spec: Spec, *, most: int | None = None, progress: Progress | None = None) -> BatchSearch:
    """Trains some steps with each batch size, as the spec's first phase would; nothing is written.

    Args:
        spec: The spec.
        most: The largest size; None: all samples.
        progress: Who is told.

    Raises:
        SpecError: The spec is wrong, or an input fixes the batch size.
        DataError: The data is wrong.
        TrainingError: A step failed.
    """
    progress = progress or Silence()
    for diagnostic in require_sound(spec):
        progress.warned(diagnostic)
    _check_free(spec)
    with keras_session(spec):
        with listening(progress.reading):
            ready = prepare_training(spec)
        with step_faults("trying batch sizes"):
            return _search(ready, spec, most, progress)


def _check_free(spec: Spec) -> None:
    """Refuses a model whose inputs say how large a batch is.

    Raises:
        SpecError: They do.
    """
    fixed = fixed_batch_size(spec)
    if fixed is not None:
        named = next(item for item in spec.model.inputs if item.batch_size is not None)
        message = f"the input '{named.name}' fixes the batch size at {fixed}: there is none to find"
        raise SpecError(message, code="batch-size", span=named.span, hint="take its 'batch_size' out")


def _search(ready: Ready, spec: Spec, most: int | None, progress: Progress) -> BatchSearch:
    trials, plan = Trials(ready), ready.plan
    sizes = sizes_to_try(plan.train.samples, most, plan.batch_size)
    phase = spec.fit.phases[0] if spec.fit.phases else None
    with watch_signals() as interrupts:
        done, too_large, reason = _try(
            trials,
            spec,
            sizes,
            lambda: interrupts.received is not None,
            lambda n: progress.reading("sizes", n, len(sizes)),
        )
    interrupted = interrupts.received is not None
    return BatchSearch(
        trials=tuple(done),
        verdict=judge(done),
        ended="interrupted" if interrupted else "all tried" if too_large is None else "memory",
        too_large=too_large,
        reason=reason,
        samples=plan.train.samples,
        own=plan.batch_size,
        path="fit.phases.0.batch_size" if phase is not None and phase.batch_size is not None else "fit.batch_size",
        on_card=trials.on_card,
        status=interrupts.exit_code,
    )


def _try(
    trials: Trials, spec: Spec, sizes: Sequence[int], ends: Callable[[], bool], tell: Callable[[int], None]
) -> tuple[list[Trial], int | None, str | None]:
    """The trials until one does not fit: these, that size, and why."""
    done: list[Trial] = []
    child: ChildTrials | None = None
    with contextlib.ExitStack() as stack:
        for size in sizes:
            if ends():
                break
            try:
                if child is None and _is_risky(trials, size):
                    child = stack.enter_context(ChildTrials(spec))
                trial = trials.run(size) if child is None else child.run(size, ends)
            except TooLarge as error:
                return done, size, str(error)
            except KerascliError as error:
                if error.diagnostics[0].code != "memory":
                    raise
                return done, size, error.diagnostics[0].message
            if trial is not None:
                done.append(trial)
            tell(len(done))
    return done, None, None


def _is_risky(trials: Trials, size: int) -> bool:
    """Whether a size might take so much that the system ends the process; a card says it in time.

    Raises:
        TooLarge: It can't fit.
    """
    free = None if trials.on_card else available_memory()
    if free is None:
        return False
    need = trials.need(size)
    if need > free:
        raise TooLarge(f"the outputs of its layers alone take {size_text(need)}, and {size_text(free)} are free")
    return need > _SAFE * free
