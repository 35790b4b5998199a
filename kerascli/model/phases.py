"""Brings a model into any phase of its training: which layers learn, and with which optimizer."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import keras

from kerascli.components import build_component
from kerascli.errors import Diagnostic, SpecError
from kerascli.model.compile import compile_model
from kerascli.model.fused import FusedUpdates, fuse_updates
from kerascli.model.layer_paths import layer_paths, sublayers
from kerascli.spec.patterns import matches
from kerascli.spec.phase_parser import unmatched
from kerascli.spec.training_spec import CompileSpec, Pattern, PhaseSpec


class Phases:
    """A compiled model and the phases that it goes through.

    Attributes:
        model: The model.
        current: The phase that it is in; None: the state before the first, as `build_model` gives it.
        updates: What of the phase's optimizer is fused; None where nothing is to be.
    """

    def __init__(self, model: Any, compiled: CompileSpec, phases: Sequence[PhaseSpec], *, fused: bool = False) -> None:
        """Takes a model that no phase has changed yet; remembers which of its layers learn.

        With `fused`, the updates of each phase's own optimizer are fused where they can be.
        """
        self.model, self.compiled, self.phases, self.fused = model, compiled, phases, fused
        self.current: int | None = None
        self.updates: FusedUpdates | None = None
        self._optimizer_of: int | None = None
        self._paths = layer_paths(model)
        # The setter goes down into sublayers, so that layers without any come last.
        layers = sorted(sublayers(model), key=lambda layer: len(list(sublayers(layer))) == 1)
        self._at_start = [(layer, layer.trainable) for layer in layers]

    def enter(self, index: int) -> bool:
        """Brings the model into a phase, from whichever it is in.

        The optimizer goes on with its state where both phases have the same one. Else the model is compiled anew, with
        the same losses and metrics. An optimizer has slots, from its start, for every variable that learns in any of
        the phases that it serves: Keras's optimizers take no new variables later, and a slot of a frozen variable
        stays as it is.

        Returns:
            Whether the model was compiled anew; losses and metrics then have no state yet.

        Raises:
            SpecError: A pattern names no layer, or Keras refuses the optimizer.
        """
        owner = self._owner(index)
        compiles = owner != self._optimizer_of
        if compiles:
            written = self.compiled.optimizer if owner is None else self.phases[owner].optimizer
            assert written is not None
            compile_model(self.model, replace(self.compiled, optimizer=written))
            self._optimizer_of = owner
        optimizer = self.model.optimizer
        if isinstance(optimizer, keras.optimizers.Optimizer) and not optimizer.built:
            optimizer.build(
                self._learns_in([phase for phase in range(len(self.phases)) if self._owner(phase) == owner])
            )
        if (self.fused and self.updates is None) or compiles:
            # Before anything is traced, and when the optimizer has its slots.
            self.updates = fuse_updates(optimizer) if self.fused else None
        self._set_trainable(index)
        self.current = index
        return compiles

    @contextlib.contextmanager
    def opened(self) -> Iterator[Iterator[int]]:
        """Gives the numbers of all phases; while one is at hand, those layers learn that learn in it. Then all is as before."""

        def each() -> Iterator[int]:
            for index in range(len(self.phases)):
                self._set_trainable(index)
                yield index

        try:
            yield each()
        finally:
            if self.current is not None:
                self._set_trainable(self.current)

    def check(self) -> None:
        """Tries all that a phase will need: its patterns on the layers, its optimizer.

        Raises:
            SpecError: A pattern names no layer, or Keras refuses an optimizer; with every such fault.
        """
        found: list[Diagnostic] = []
        for phase in self.phases:
            patterns = (*phase.freeze, *phase.unfreeze)
            found += [unmatched(pattern, self._paths) for pattern in patterns if not self._matching(pattern)]
            if phase.optimizer is not None:
                try:
                    build_component(phase.optimizer)
                except SpecError as error:
                    found += error.diagnostics
        found += [] if found else self._changing_averages()
        if found:
            raise SpecError(found)

    def _changing_averages(self) -> list[Diagnostic]:
        """Keras goes through an optimizer's averages in the order of what learns, so this may not change under them."""
        found = []
        for index in range(1, len(self.phases)):
            phase, owner = self.phases[index], self._owner(index)
            optimizer = self.compiled.optimizer if owner is None else self.phases[owner].optimizer
            if phase.optimizer is not None or optimizer is None or optimizer.value("use_ema") is not True:
                continue
            before, now = ({id(variable) for variable in self._learns_in([phase])} for phase in (index - 1, index))
            if before != now:
                message = f"'use_ema' of {optimizer.name} can't go on where other layers learn than before"
                found.append(
                    Diagnostic("averages", message, phase.span, "write an 'optimizer' of its own for this phase")
                )
        self._back_to_start()
        return found

    def _back_to_start(self) -> None:
        for layer, trainable in self._at_start:
            layer.trainable = trainable

    def _owner(self, index: int) -> int | None:
        """The phase that wrote the optimizer of a phase; None: it is the one of `compile`."""
        written = [number for number in range(index + 1) if self.phases[number].optimizer is not None]
        return written[-1] if written else None

    def _learns_in(self, phases: Sequence[int]) -> list[Any]:
        """The variables that learn in any of these phases, in the model's order."""
        learning: set[int] = set()
        for index in phases:
            self._set_trainable(index)
            learning |= {id(variable) for variable in self.model.trainable_variables}
        return [variable for variable in self.model.variables if id(variable) in learning]

    def _set_trainable(self, index: int) -> None:
        """The flags of all layers as they are in a phase."""
        if not any(phase.freeze or phase.unfreeze for phase in self.phases):
            return
        self._back_to_start()
        for phase in self.phases[: index + 1]:
            for patterns, trainable in ((phase.freeze, False), (phase.unfreeze, True)):
                for pattern in patterns:
                    for path in self._matching(pattern):
                        self._set(path, trainable)

    def _set(self, path: str, trainable: bool) -> None:
        if trainable:
            self._open_models_around(path)
        self._paths[path].trainable = trainable

    def _open_models_around(self, path: str) -> None:
        """A nested model that is frozen as a whole counts as learning once a layer in it does; its others stay."""
        parts = path.split("/")
        for length in range(1, len(parts)):
            model = self._paths.get("/".join(parts[:length]))
            if model is not None and not model.trainable:
                flags = [(layer, layer.trainable) for layer in sublayers(model) if layer is not model]
                model.trainable = True
                for layer, flag in flags:
                    layer.trainable = flag

    def _matching(self, pattern: Pattern) -> list[str]:
        return [path for path in self._paths if matches(pattern.text, path)]
