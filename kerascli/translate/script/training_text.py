"""`CompileSpec`, `FitSpec` and callbacks → Python: compile, fit, evaluate, save."""

from __future__ import annotations

from fnmatch import fnmatchcase

from kerascli.errors import Span, SpecError
from kerascli.spec.component import Component
from kerascli.spec.patterns import layer_paths, matches
from kerascli.spec.spec import Spec
from kerascli.spec.training_spec import CompileSpec, Pattern, PhaseSpec
from kerascli.translate.script.batches_text import needs_batches
from kerascli.translate.script.components import expression
from kerascli.translate.script.facts import DataFacts
from kerascli.translate.script.python_text import Call, Source, assign, blocks, statement

MODEL_FILE = "model.keras"
_LOG = Call("keras.callbacks.CSVLogger", ("history.csv",))


def compile_text(spec: CompileSpec, optimizer: Component | None = None, *, indent: int = 0) -> str:
    """`model.compile(…)`, with another optimizer where a phase has one."""
    one = len(spec.losses) == 1
    losses = [None if loss is None else expression(loss) for loss in spec.losses]
    keywords: list[tuple[str, object]] = [
        ("optimizer", expression(optimizer or spec.optimizer)),
        ("loss", losses[0] if one else losses),
    ]
    if spec.loss_weights is not None:
        keywords.append(("loss_weights", spec.loss_weights[0] if one else list(spec.loss_weights)))
    for name, metrics in (("metrics", spec.metrics), ("weighted_metrics", spec.weighted_metrics)):
        lists = [[expression(metric) for metric in head] for head in metrics]
        if any(lists):
            keywords.append((name, lists[0] if one else lists))
    if spec.run_eagerly:
        keywords.append(("run_eagerly", True))
    if spec.jit_compile is not None:
        keywords.append(("jit_compile", spec.jit_compile))
    if isinstance(spec.steps_per_execution, int):
        keywords.append(("steps_per_execution", spec.steps_per_execution))
    if not spec.auto_scale_loss:
        keywords.append(("auto_scale_loss", False))
    return statement(Call("model.compile", (), tuple(keywords)), indent=indent)


def fit_text(spec: Spec, facts: DataFacts) -> str:
    """Callbacks, `model.fit(…)` for each phase, and what follows.

    Raises:
        SpecError: A script can't say something, at its place.
    """
    _refuse(spec)
    phases = spec.fit.all_phases
    batches = assign("batches", _batches(facts)) if len(phases) > 1 and needs_batches(spec.fit) else ""
    log = assign("log", _LOG) if len(phases) > 1 and spec.logs.csv else ""
    listed = [_callback(one) for one in _callbacks(spec, facts)]
    parts = [batches, log, assign("callbacks", [Source("log") if log and one == _LOG else one for one in listed])]
    parts.append(_cut_validation(spec, facts))
    done = 0
    for number, phase in enumerate(phases):
        parts.append(_phase(spec, facts, phase, number, done))
        done += phase.epochs
    if facts.monitor is not None:
        parts.append(f'# The weights of the best epoch are the result.\nmodel.load_weights("{MODEL_FILE}")')
    if facts.tested:
        size: object = spec.fit.validation_batch_size or Source("BATCH_SIZE")
        keywords: list[tuple[str, object]] = [("batch_size", size)]
        if facts.weighted:
            keywords.append(("sample_weight", Source("weights_test")))
        test = Call("model.evaluate", (Source("x_test"), Source("y_test")), tuple(keywords))
        parts.append(statement(_printed(test)))
    parts.append(f'model.save("{MODEL_FILE}")')
    return blocks(parts)


def _printed(call: Call) -> Call:
    named = Call(call.function, call.positional, (*call.keywords, ("return_dict", True)))
    return Call("print", (named,))


def _callbacks(spec: Spec, facts: DataFacts) -> list[object]:
    found: list[object] = list(spec.callbacks)
    if facts.monitor is not None:
        name, mode = facts.monitor
        keywords = (("monitor", name), ("mode", mode), ("save_best_only", True))
        found.append(Call("keras.callbacks.ModelCheckpoint", (MODEL_FILE,), keywords))
    if spec.logs.csv:
        found.append(_LOG)
    if spec.logs.tensorboard is not None:
        options = tuple(spec.logs.tensorboard.items())
        found.append(Call("keras.callbacks.TensorBoard", ("tensorboard",), options))
    return found


def _callback(one: object) -> object:
    if not isinstance(one, Component):
        return one
    schedule = one.value("schedule") if one.name == "LearningRateScheduler" else None
    if schedule is None or (isinstance(schedule, Component) and schedule.group == "functions"):
        return expression(one)
    if isinstance(schedule, Component):
        made = expression(schedule)
        assert isinstance(made, Call)
        function: object = Call("float", (Call("schedule", (Source("epoch"),)),))
        text = f"lambda epoch, rate, schedule={_flat(made)}: {_flat(function)}"
        return Call("keras.callbacks.LearningRateScheduler", (Source(text),))
    rates = dict(schedule)  # type: ignore[call-overload]
    text = f"lambda epoch, rate: max((start, value) for start, value in {rates}.items() if start <= epoch)[1]"
    if 0 not in rates:
        text = f"lambda epoch, rate: max(((start, value) for start, value in {rates}.items() if start <= epoch), default=(0, rate))[1]"
    return Call("keras.callbacks.LearningRateScheduler", (Source(text),))


def _flat(value: object) -> str:
    from kerascli.translate.script.python_text import render

    return render(value, column=-10_000)


def _phase(spec: Spec, facts: DataFacts, phase: PhaseSpec, number: int, done: int) -> str:
    assert spec.compile is not None
    lines: list[str] = []
    if len(spec.fit.all_phases) > 1:
        lines.append(f"# Phase {number + 1}: {phase.epochs} epochs.")
    if number == 1 and spec.logs.csv:
        lines.append("log.append = True")
    lines += _flags(spec, phase)
    if number == 0 or phase.optimizer is not None:
        lines.append(compile_text(spec.compile, phase.optimizer))
    elif phase.freeze or phase.unfreeze:
        message = "a script needs an 'optimizer' for a phase in which other layers learn"
        raise SpecError(message, code="not-ejectable", span=phase.span)
    if phase.batch_size is not None or (number and spec.fit.phases[number - 1].batch_size is not None):
        lines.append("batches.batch_size = " + (str(phase.batch_size) if phase.batch_size else "BATCH_SIZE"))
    stopped = number > 0 and _may_stop(spec, number)
    if stopped:
        lines.append("# A callback may have ended the phase before.")
        lines.append("done = history.epoch[-1] + 1")
    extra = [_callback(one) for one in phase.callbacks]
    callbacks: object = Source("callbacks") if not extra else Source(f"callbacks + [{', '.join(map(_flat, extra))}]")
    begun: object = Source("done") if stopped else done
    call = _fit(spec, facts, phase, callbacks, begun)
    goes_on = number + 1 < len(spec.fit.all_phases) and _may_stop(spec, number + 1)
    lines.append(assign("history", call) if goes_on else statement(call))
    return "\n".join(lines)


def _may_stop(spec: Spec, number: int) -> bool:
    """Whether a phase before this one may end early."""
    callbacks = [*spec.callbacks, *(one for phase in spec.fit.all_phases[:number] for one in phase.callbacks)]
    harmless = ("LearningRateScheduler", "ReduceLROnPlateau", "CSVLogger", "TensorBoard", "ModelCheckpoint")
    return any(one.name not in harmless for one in callbacks)


def _fit(spec: Spec, facts: DataFacts, phase: PhaseSpec, callbacks: object, done: object) -> Call:
    fit = spec.fit
    epochs: object = Source("EPOCHS")
    if len(fit.all_phases) > 1:
        epochs = Source(f"{done.text} + {phase.epochs}") if isinstance(done, Source) else int(str(done)) + phase.epochs
    keywords: list[tuple[str, object]] = [("epochs", epochs)]
    if done:
        keywords.append(("initial_epoch", done))
    size = phase.batch_size or Source("BATCH_SIZE")
    positional: tuple[object, ...]
    if needs_batches(fit):
        positional = (Source("batches"),) if len(fit.all_phases) > 1 else (_batches(facts),)
    else:
        positional = (Source("x_train"), Source("y_train"))
        keywords.append(("batch_size", size))
        keywords += [("sample_weight", Source("weights_train"))] if facts.train_weighted else []
    keywords.append(("shuffle", False))
    if facts.class_weight and not facts.train_weighted:
        keywords.append(("class_weight", dict(next(iter(facts.class_weight.values())))))
    if facts.validated:
        held_out = "x_validation, y_validation" + (", weights_validation" if facts.weighted else "")
        keywords.append(("validation_data", Source(f"({held_out})")))
        keywords.append(("validation_batch_size", fit.validation_batch_size or size))
        if fit.validation_freq != 1:
            keywords.append(("validation_freq", fit.validation_freq))
    keywords.append(("callbacks", callbacks))
    return Call("model.fit", positional, tuple(keywords))


def _batches(facts: DataFacts) -> Call:
    arrays = ["x_train", "y_train", *(["weights_train"] if facts.train_weighted else [])]
    return Call("Batches", (facts.samples, *map(Source, arrays)))


def _cut_validation(spec: Spec, facts: DataFacts) -> str:
    """Keras's `validation_steps` would go on in the next epoch where it ended; a run begins anew each time."""
    steps = spec.fit.validation_steps
    if steps is None or not facts.validated:
        return ""
    size = spec.fit.validation_batch_size or "BATCH_SIZE"
    held_out = "x_validation, y_validation" + (", weights_validation" if facts.weighted else "")
    number = f"{size}" if steps == 1 else f"{steps} * {size}"
    return (
        f"# Each validation looks at the first {steps} batch{'es' if steps > 1 else ''} alone.\n"
        f"{held_out} = keras.tree.map_structure(\n"
        f"    lambda values: values[: {number}], ({held_out})\n)"
    )


def _flags(spec: Spec, phase: PhaseSpec) -> list[str]:
    """The layers that a phase freezes and unfreezes, by name."""
    lines = []
    for patterns, trainable in ((phase.freeze, False), (phase.unfreeze, True)):
        names = [name for pattern in patterns for name in _named(spec, pattern)]
        if names:
            lines.append(f"for name in {_flat(list(dict.fromkeys(names)))}:")
            lines.append(f"    model.get_layer(name).trainable = {trainable}")
    return lines


def _named(spec: Spec, pattern: Pattern) -> list[str]:
    found = []
    for path, layer in layer_paths(spec.model):
        if matches(pattern.text, path, from_base=layer.from_base):
            if path != layer.name:
                if fnmatchcase(path.rpartition("/")[0], pattern.text):
                    continue
                message = "a script freezes no layers inside nested models"
                raise SpecError(message, code="not-ejectable", span=pattern.span)
            found.append(layer.keras_name)
    return found


def _refuse(spec: Spec) -> None:
    """What a script can't say."""

    def refuse(what: str, span: Span | None) -> None:
        raise SpecError(f"a script can't say {what}", code="not-ejectable", span=span)

    fit = spec.fit
    sized = [phase for phase in fit.phases if phase.batch_size is not None]
    if fit.steps_per_epoch is not None and len(fit.phases) > 1:
        refuse("'steps_per_epoch' with several phases", fit.span)
    if sized and fit.validation_steps is not None and fit.validation_batch_size is None:
        refuse("'validation_steps' in batches whose size changes from phase to phase", sized[0].span)
    if any(item.batch_size is not None for item in spec.model.inputs):
        refuse("a fixed batch size of an input", spec.model.span)
    if spec.model.start:
        refuse("weights from another model", spec.model.start[0].span)
