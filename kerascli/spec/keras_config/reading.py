"""What the readers of a Keras config share while they read: the place, the faults, the renames, the dtype policy."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field
from typing import Any

from kerascli.errors import Span
from kerascli.quick_dataclass import dataclass
from kerascli.spec.model_spec import ModelSpec
from kerascli.spec.problems import Problems


@dataclass(frozen=True)
class Rename:
    """A layer, input or output whose name in the file no spec can hold, or that two calls would share.

    Attributes:
        model: The path of the nested model that it stands in, empty for the outermost.
        old: The name in the file.
        new: The name in the spec.
    """

    model: str
    old: str
    new: str


@dataclass
class Reading:
    """The state of one conversion.

    Attributes:
        span: The place that every part of the result points at: the file.
        dtype: The dtype policy that is not written.
        problems: Where faults go.
        renames: What was renamed.
        remarks: What the reader should know of: what is left out, what is said another way.
        model: The path of the nested model that is read, empty for the outermost.
        read_model: Reads a model that is an argument of a layer.
    """

    span: Span
    dtype: str
    problems: Problems = field(default_factory=Problems)
    renames: list[Rename] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    model: str = ""
    read_model: Callable[[Mapping[str, Any], Reading], ModelSpec] | None = None

    def fault(self, code: str, message: str, hint: str | None = None) -> None:
        """Adds a fault."""
        self.problems.add(code, message, self.span, hint)

    def remark(self, text: str) -> None:
        """Adds a remark, once."""
        if text not in self.remarks:
            self.remarks.append(text)

    def shown(self, name: str) -> str:
        """The name of a layer with the path of its model before it."""
        return f"{self.model}/{name}" if self.model else name
