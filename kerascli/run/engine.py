"""The training loop: `model.fit` in plain sight, with an order of samples, a clock and an end that we decide.

It drives Keras's public parts alone: the model's own `train_step` and `test_step` (see `steps.py`), `CallbackList`, and
the metrics. What Keras's loop does, this one does in the same order; `tests/run/test_engine.py` compares the weights of
both, bit for bit.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import keras

from kerascli.model.hidden_states import hidden_states
from kerascli.run.broken_off import release_callbacks
from kerascli.run.callback_needs import needs_every_batch
from kerascli.run.evaluation_loop import run_test
from kerascli.run.finite import check_losses, check_weights
from kerascli.run.pace import Pace
from kerascli.run.plan import Plan
from kerascli.run.position import Position
from kerascli.run.progress import Progress, Silence
from kerascli.run.steps import as_numbers, make_test_steps, make_train_steps
from kerascli.run.timed_callbacks import time_callbacks
from kerascli.run.timed_steps import timed_steps
from kerascli.run.timeline import part, timed

# The most values of a variable that a validation step may move on.
_STATE = 1 << 16


@dataclass(frozen=True)
class Hooks:
    """What the loop calls between graph calls; each may raise to end the training.

    Attributes:
        after_call: After each graph call, with the position; the place for signals and for checkpoints by step or time.
        leaves: Whether the training is to end; read between the graph calls of a validation. `after_call` is then told
            the position before the validation, the metrics as they were.
        before_validation: Before a validation, with the position.
        between_epochs: After an epoch has been told; may end the training there.
        after_epoch: After each epoch's callbacks, with the position; its last row is the epoch's, and `phase_over` says
            whether training stops here. It returns whether the epoch is the best so far.
    """

    after_call: Callable[[Position], None] = lambda position: None
    leaves: Callable[[], bool] = lambda: False
    after_epoch: Callable[[Position], bool] = lambda position: False
    before_validation: Callable[[Position], None] = lambda position: None
    between_epochs: Callable[[Position], None] = lambda position: None


def fit(
    model: Any,
    plan: Plan,
    callbacks: list[Any],
    *,
    position: Position | None = None,
    hooks: Hooks | None = None,
    progress: Progress | None = None,
    resume: Callable[[], None] | None = None,
) -> Position:
    """Trains a compiled model whose state is built.

    Args:
        model: The model.
        plan: What to do, of the phase that the position is in.
        callbacks: Keras callbacks, in order.
        position: Where to begin; left out: at the start.
        hooks: What else to do between graph calls.
        progress: Who is told.
        resume: Restores variables and callbacks; called after `on_train_begin`, which resets these.

    Returns:
        The position at the end.

    Raises:
        TrainingError: A loss or a weight is not finite.
    """
    position = position or Position()
    loop = _Loop(model, plan, callbacks, hooks or Hooks(), progress or Silence())
    model.stop_training = False
    loop.callbacks.on_train_begin()
    logs: dict[str, float] | None = None
    try:
        if resume is not None:
            resume()
        while position.epoch < plan.epochs and not position.phase_over:
            logs = loop.epoch(position)
    except BaseException:  # However it ends, a signal too: what callbacks hold is given back, and the end is handed on.
        release_callbacks(loop.callbacks.callbacks, validating=loop.validating)
        raise
    if isinstance(model.optimizer, keras.optimizers.Optimizer):
        model.optimizer.finalize_variable_values(model.trainable_weights)
    loop.callbacks.on_train_end(logs)
    return position


class _Loop:
    """One training: the compiled steps and the list of callbacks."""

    def __init__(self, model: Any, plan: Plan, callbacks: list[Any], hooks: Hooks, progress: Progress) -> None:
        self.model, self.plan, self.hooks, self.progress = model, plan, hooks, progress
        self.callbacks = keras.callbacks.CallbackList(
            callbacks, add_history=True, model=model, epochs=plan.epochs, steps=plan.steps_per_epoch, verbose=0
        )
        self.batch_hooks = needs_every_batch(callbacks, "train")
        self.test_batch_hooks = needs_every_batch(callbacks, "test")
        self.train_steps = timed_steps(
            make_train_steps(model, looped=plan.looped, distribution=plan.distribution), "steps"
        )
        self.test_steps = timed_steps(
            make_test_steps(model, looped=plan.looped, distribution=plan.distribution), "validation"
        )
        time_callbacks(self.callbacks)
        self.pace, self.test_pace = Pace(), Pace()
        self.validating = False

    def epoch(self, position: Position) -> dict[str, float]:
        """One epoch, or the rest of one; returns its logs."""
        started = time.perf_counter()
        if position.step == 0:
            self.model.reset_metrics()
            self._reset_states()
        self.progress.epoch_started(position.epoch + 1)
        self.callbacks.on_epoch_begin(position.epoch)
        logs = self._train(position)
        # Validation resets the metrics, so the training's values are taken before it.
        if self.plan.validation is not None and (position.epoch + 1) % self.plan.validation_freq == 0:
            logs |= {f"val_{name}": value for name, value in self._validate(position).items()}
        # Before the callbacks, so that none of them saves a spoiled model.
        check_losses(self.model, logs, epoch=position.epoch + 1, step=position.step)
        check_weights(self.model, epoch=position.epoch + 1, step=position.step)
        # Before the callbacks too, which may change it for the next epoch.
        rate = float(keras.ops.convert_to_numpy(self.model.optimizer.learning_rate))
        self.callbacks.on_epoch_end(position.epoch, logs)
        position.history.append({**self._logged(logs), "learning_rate": rate})
        position.epoch, position.step = position.epoch + 1, 0
        position.stopped = bool(self.model.stop_training)
        position.phase_over = position.stopped or position.epoch >= self.plan.epochs
        best = self.hooks.after_epoch(position)
        seconds = time.perf_counter() - started
        self.progress.epoch_ended(position.epoch, position.history[-1], seconds=seconds, best=best)
        self.hooks.between_epochs(position)
        return logs

    def _reset_states(self) -> None:
        """The states of stateful layers, as `layer.reset_state()` does for one, where the plan says so."""
        if not self.plan.reset_states:
            return
        for layer in self.model._flatten_layers():
            if getattr(layer, "stateful", False) and hasattr(layer, "reset_state"):
                layer.reset_state()

    def _logged(self, logs: Mapping[str, float]) -> dict[str, float]:
        """The logs of the epoch as Keras's own history has them, where a callback may have changed them."""
        kept = {name: float(values[-1]) for name, values in self.model.history.history.items() if name in logs}
        return {**logs, **kept}

    def _train(self, position: Position) -> dict[str, float]:
        # An epoch that goes on after its last step has its logs in the metrics already.
        logs = as_numbers(self.model.get_metrics_result()) if position.step else {}
        for iterator, available in self._passes(position):
            while available > 0:
                count = min(available, self._call_length(position))
                logs = self._call(iterator, count, position)
                available -= count
                if self.model.stop_training:
                    return logs
            with part("input"):
                # Where TensorFlow is tuning the pipeline, its end waits for that.
                del iterator
        return logs

    def _call(self, iterator: Any, count: int, position: Position) -> dict[str, float]:
        """One graph call of so many steps, with the callbacks around it."""
        first = position.step
        if self.batch_hooks:
            self.callbacks.on_train_batch_begin(first)
        started = time.perf_counter()
        logs = as_numbers(self.train_steps(iterator, count))
        self.pace.took(count, time.perf_counter() - started)
        position.step += count
        position.steps += count
        if self.batch_hooks:
            self.callbacks.on_train_batch_end(position.step - 1, logs)
        check_losses(self.model, logs, epoch=position.epoch + 1, step=position.step)
        self.progress.stepped(position.step, logs)
        self.hooks.after_call(position)
        return logs

    def _passes(self, position: Position) -> Iterator[tuple[Any, int]]:
        """Iterators over the rest of the epoch, one for each pass over the data that it touches."""
        plan = self.plan
        in_pass = plan.pass_steps
        done = (position.epoch - position.phase_epoch) * plan.steps_per_epoch + position.step
        end = done - position.step + plan.steps_per_epoch
        while done < end:
            pass_number, skipped = divmod(done, in_pass)
            count = min(in_pass - skipped, end - done)
            yield self._pass(position.passes + pass_number, skipped), count
            done += count

    @timed("input")
    def _pass(self, number: int, skipped: int) -> Any:
        """What the steps take the batches of one pass from, without so many at its start."""
        return self.plan.source(number, skipped)

    def _call_length(self, position: Position) -> int:
        """Steps in the next graph call: no further than a checkpoint, as many as callbacks and the clock allow."""
        plan = self.plan
        # All processes take as many steps as the chief has time for.
        count = plan.steps_per_call or (1 if self.batch_hooks else plan.distribution.of_chief(self.pace.steps))
        if plan.checkpoint_steps is not None:
            count = min(count, plan.checkpoint_steps - position.steps % plan.checkpoint_steps)
        return count

    @timed("validation")
    def _validate(self, position: Position) -> dict[str, float]:
        """`model.evaluate` on the validation split, inside the training's callbacks."""
        plan = self.plan
        # A validation step moves on metrics, and seeds and states too (an LSTM draws masks that it does not use).
        moved = [*self.model.metrics_variables, *_small(self.model.non_trainable_variables), *hidden_states(self.model)]
        trained = [keras.ops.convert_to_numpy(variable) for variable in moved]

        def stepped(step: int, logs: dict[str, float]) -> None:
            self.progress.stepped(step, logs, validating=True)
            if self.hooks.leaves():
                for variable, value in zip(moved, trained, strict=True):
                    variable.assign(value)
                self.hooks.after_call(position)

        self.hooks.before_validation(position)
        self._reset_states()
        self.callbacks.on_test_begin()
        self.validating = True
        self.model.reset_metrics()
        logs = run_test(
            self.test_steps,
            plan.validation_source(),
            plan.validation_steps,
            distribution=plan.distribution,
            callbacks=self.callbacks if self.test_batch_hooks else None,
            stepped=stepped,
            pace=self.test_pace,
        )
        self.validating = False
        self.callbacks.on_test_end(logs)
        return logs


def _small(variables: list[Any]) -> list[Any]:
    """Seeds, states, averages; not the kernels of a frozen model."""
    return [variable for variable in variables if math.prod(variable.shape) <= _STATE]
