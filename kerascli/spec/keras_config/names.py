"""Names for the calls of a saved model: Keras's own where a spec can hold them, written only where they must be."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import field, replace

from kerascli.quick_dataclass import dataclass
from kerascli.spec.keras_config.reading import Reading, Rename
from kerascli.spec.model_spec import LayerSpec, OutputSpec
from kerascli.spec.topology.names import NAME, PATH, default_base


@dataclass
class NameSpace:
    """The names of one model: every name of the file gets one that a spec can hold, and that no other has.

    Attributes:
        reading: Takes what was renamed.
        own: The names of the file, which no other is given.
        taken: The names that are given.
    """

    reading: Reading
    own: Collection[str]
    taken: set[str] = field(default_factory=set)

    def give(self, old: str, *, path: bool = False) -> str:
        """A name for what the file calls `old`: the same, where a spec can hold it and it is free.

        Args:
            old: The name in the file.
            path: Whether it may be a path, `down/conv` for the Keras name `down.conv`, as a layer's may.
        """
        new = old if NAME.match(old) and old not in self.taken else self._free(fitted(old, path=path))
        self.taken.add(new)
        if new.replace("/", ".") != old:
            self.reading.renames.append(Rename(self.reading.model, old, new))
        return new

    def another(self, name: str, number: int) -> str:
        """A name for a further call of a layer; the file has none, the spec counts on from the layer's own."""
        return self._free(f"{name}_{number}")

    def _free(self, name: str) -> str:
        word, number = name, 1
        while word in self.taken or word in self.own:
            number += 1
            word = f"{name}_{number}"
        self.taken.add(word)
        return word


def fitted(name: str, *, path: bool = False) -> str:
    """The name with what the language's grammar does not take replaced by `_`."""
    if NAME.match(name):
        return name
    # A layer of a block: its Keras name joins the path with dots.
    inner = name.replace(".", "/")
    if path and "/" not in name and PATH.match(inner):
        return inner
    word = re.sub(r"[^A-Za-z0-9_-]+", "_", name).strip("_") or "layer"
    return word if NAME.match(word) else f"_{word}"


def with_names(
    layers: Sequence[LayerSpec], outputs: Sequence[OutputSpec], inputs: Collection[str], only_input: str | None
) -> tuple[LayerSpec, ...]:
    """The layers, `named` where the spec must write the name.

    A name is written where something reads it, where it heads an output (but for the only output at the end), and where
    the default that is counted from the top would be another.

    Args:
        layers: The layers in order.
        outputs: The outputs.
        inputs: The names of the inputs.
        only_input: The input that the first layer reads when it says nothing, or None.
    """
    read = set(_read_by_name(layers, only_input))
    if [output.tensor.name for output in outputs] != [layers[-1].name if layers else ""] or outputs[0].tensor.index:
        read |= {output.tensor.name for output in outputs}
    written = {layer.name for layer in layers if layer.name in read}
    while True:
        wrong = _misnamed(layers, written, inputs)
        if not wrong:
            return tuple(replace(layer, named=layer.name in written) for layer in layers)
        written |= wrong


def _read_by_name(layers: Sequence[LayerSpec], only_input: str | None) -> Iterable[str]:
    above = only_input
    for layer in layers:
        references = layer.wiring.references
        implied = layer.wiring.kind == "one" and references[0].index is None and references[0].name == above
        if not implied:
            yield from (reference.name for reference in references)
        if layer.shared is not None:
            yield layer.shared
        above = layer.name


def _misnamed(layers: Sequence[LayerSpec], written: Collection[str], inputs: Collection[str]) -> set[str]:
    """The layers whose default name, counted from the top, is not the one that they have."""
    taken = set(inputs) | set(written)
    counts: dict[str, int] = {}
    wrong = set()
    for layer in layers:
        if layer.name in written:
            continue
        base = default_base(layer.component.name) if layer.shared is None else layer.shared
        while True:
            count = counts.get(base, 0)
            counts[base] = count + 1
            name = base if count == 0 else f"{base}_{count}"
            if name not in taken:
                break
        taken.add(name)
        if name != layer.name:
            wrong.add(layer.name)
    return wrong
