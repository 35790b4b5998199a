"""A fault of a spec: what is written, the code, the token under the carets, and the smallest mending."""

from __future__ import annotations

from dataclasses import dataclass

IMAGE = "[28, 28, 1]"


@dataclass(frozen=True)
class Fault:
    """A fault.

    Attributes:
        inputs: The model's inputs.
        layers: Its layers, one a line; `|` begins the keys beside one.
        code: The diagnostic.
        token: Where it stands.
        mended: What is replaced by what.
        hint: A part of the hint.
        severity: `error` or `warning`.
        data: The data section, compile section and more, as they are written.
    """

    inputs: str
    layers: tuple[str, ...]
    code: str
    token: str
    mended: tuple[str, str]
    hint: str = ""
    severity: str = "error"
    data: str = ""

    def spec(self, *, mended: bool = False) -> str:
        """The whole spec."""
        lines = [f"model:\n  inputs: {self.inputs}\n  layers:"]
        for layer in self.layers:
            first, *more = layer.split("|")
            lines.append(f"    - {first}")
            lines += [f"      {key}" for key in more]
        text = "\n".join(lines) + "\n" + self.data
        if mended:
            assert text.count(self.mended[0]) == 1, self.mended[0]
            text = text.replace(*self.mended)
        return text
