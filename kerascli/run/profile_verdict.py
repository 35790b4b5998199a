"""What bounds a training, in words, and what helps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kerascli.run.timeline import STAGES

# Whatever is no step bounds a training from this share of its time on.
_MUCH = 0.3
# What comes before the first step, or after the last, bounds a run from this share on.
_MOST = 0.5
# Operations that compute for a smaller share of a step than this are too small.
_LITTLE = 1 / 3


@dataclass(frozen=True)
class Measured:
    """What the verdict goes by.

    Attributes:
        seconds: All the time.
        parts: Part to its seconds.
        details: Part and detail to its seconds: of each class of callbacks, say.
        seconds_per_step: What a step takes without waiting; None where there was none but the first.
        computing: The share of a step in which operations compute; None where it is not known.
        batch_size: Samples a step.
        augmented: Whether batches are changed at random.
        streamed: Whether samples are read anew in each epoch.
    """

    seconds: float
    parts: Mapping[str, float]
    details: Mapping[tuple[str, str], float]
    seconds_per_step: float | None
    computing: float | None
    batch_size: int
    augmented: bool = False
    streamed: bool = False


@dataclass(frozen=True)
class Verdict:
    """What bounds a run.

    Attributes:
        kind: `input-bound`, `step-bound`, `overhead-bound`, `callback-bound`, `validation-bound`, `checkpoint-bound`,
            `log-bound`, `start-up` or `end-bound`.
        sentence: What takes how much.
        remedy: What helps.
    """

    kind: str
    sentence: str
    remedy: str

    def __str__(self) -> str:
        """One line."""
        return f"{self.kind}: {self.sentence}; {self.remedy}"


def judge(measured: Measured) -> tuple[Verdict, ...]:
    """The verdict; where it is one of the start or the end, one of the training itself follows."""
    whole = _judge_whole(measured)
    training = judge_training(measured)
    return (training,) if whole is None else (whole, training)


def _judge_whole(measured: Measured) -> Verdict | None:
    """The verdict on what is no training, if that takes most of the time."""
    for kind, stage, when in (
        ("start-up", "start-up", "before the second step"),
        ("end-bound", "end", "after the last step"),
    ):
        times = sorted(((measured.parts.get(part, 0.0), part) for part in STAGES[stage]), reverse=True)
        share = sum(seconds for seconds, _ in times) / measured.seconds
        if share >= _MOST:
            named = ", ".join(f"{part} {seconds:.1f} s" for seconds, part in times[:3] if seconds >= 0.05)
            sentence = f"{_percent(share)} of the time goes by {when}" + (f" ({named})" if named else "")
            return Verdict(kind, sentence, _WHOLE.get(times[0][1], _ONCE))
    return None


_ONCE = "it happens once, and weighs less the longer the training is"
_WHOLE = {
    "data": "'data.cache: disk' keeps the prepared samples for the next run",
    "test": "a larger 'fit.validation_batch_size' or a smaller test split helps",
}


def judge_training(measured: Measured) -> Verdict:
    """The verdict on the training between the first step and the last."""
    parts = {part: measured.parts.get(part, 0.0) for part in STAGES["training"]}
    total = sum(parts.values()) or 1.0
    # What no class of callbacks takes alone is no fault of any.
    callbacks = [key for key in measured.details if key[0] in ("callbacks", "logs")]
    found = {(part, ""): parts[part] for part in ("input", "validation", "checkpoints", "loop")}
    found[("logs", "")] = parts["logs"] - sum(measured.details[key] for key in callbacks if key[0] == "logs")
    found |= {key: measured.details[key] for key in callbacks}
    (part, detail), seconds = max(found.items(), key=lambda one: one[1])
    if seconds / total >= _MUCH:
        return _other_than_steps(measured, part, detail, seconds, total)
    each = measured.seconds_per_step
    if each is not None and measured.computing is not None and measured.computing < _LITTLE:
        sentence = f"tiny steps: {_percent(measured.computing)} of their {_milliseconds(each)} is computing"
        return Verdict("overhead-bound", sentence, _overhead(measured))
    time = "" if each is None else f", {_milliseconds(each)} a step"
    sentence = f"{_percent(parts['steps'] / total)} of the training's time is steps{time}"
    remedy = (
        "nothing stands in their way: a smaller model, 'dtype: mixed_bfloat16' or a faster device makes them shorter"
    )
    return Verdict("step-bound", sentence, remedy)


def _other_than_steps(measured: Measured, part: str, detail: str, seconds: float, total: float) -> Verdict:
    share = f"{_percent(seconds / total)} of the training's time"
    took = f"{seconds:.1f} s of {total:.1f} s"
    if part == "input":
        return Verdict("input-bound", f"{share} waits for data ({took})", _input(measured))
    if part == "loop":
        return Verdict("overhead-bound", f"{share} goes by between the graph calls ({took})", _overhead(measured))
    if detail:
        remedy = "let it do less, or less often"
        if part == "logs":
            remedy = "write less often ('update_freq: epoch'), or leave it out ('logs.tensorboard: false')"
        return Verdict("callback-bound", f"{detail} takes {share} ({took})", remedy)
    kind, remedy = {
        "validation": (
            "validation-bound",
            "a larger 'fit.validation_batch_size', 'fit.validation_steps', or 'fit.validation_freq: 2' and more help",
        ),
        "checkpoints": ("checkpoint-bound", "save less often ('checkpoints.every'), or to a faster disk"),
        "logs": ("log-bound", "the disk is slow: write the runs to another one ('--runs DIR')"),
    }[part]
    verb = "is" if part == "validation" else "goes into"
    return Verdict(kind, f"{share} {verb} {part} ({took})", remedy)


def _input(measured: Measured) -> str:
    remedies = []
    if measured.streamed:
        remedies.append("keep the prepared samples ('data.cache: memory' or 'disk')")
    if measured.augmented:
        remedies.append("fewer or cheaper augmentations")
    remedies.append(f"larger batches ('fit.batch_size', now {measured.batch_size})")
    return ", ".join(remedies)


def _overhead(measured: Measured) -> str:
    batches = f"larger batches ('fit.batch_size', now {measured.batch_size})"
    return f"{batches} or more steps in one graph call ('compile.steps_per_execution') help"


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def _milliseconds(seconds: float) -> str:
    return f"{1000 * seconds:.3g} ms" if seconds < 1 else f"{seconds:.3g} s"
