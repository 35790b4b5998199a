"""What of a data section a plain script can't say: refused at its place, never left out in silence."""

from __future__ import annotations

from kerascli.errors import SpecError
from kerascli.spec.data_spec import DataSpec


def refuse_data(data: DataSpec) -> None:
    """Refuses what changes the samples and has no place in a script.

    `cache` changes no sample, so it is left out.

    Raises:
        SpecError: There is such a key (code `not-ejectable`).
    """
    for name, split in (("test", data.test), ("validation", data.validation)):
        if split is not None and split.source is not None:
            message = f"a script does not read a source of its own for '{name}'"
            raise SpecError(message, code="not-ejectable", span=split.span)
        if split is not None and (split.stratify or split.group or split.order):
            message = f"a script does not split '{name}' by a field"
            raise SpecError(message, code="not-ejectable", span=split.field_span)
    for one in data.inputs or ():
        for word in ("missing", "pad", "read"):
            value = getattr(one, word)
            if value is not None:
                raise SpecError(f"a script has no '{word}'", code="not-ejectable", span=value.span)
        if one.augment:
            raise SpecError("a script has no 'augment'", code="not-ejectable", span=one.augment[0].span)
    if data.augment:
        raise SpecError("a script has no 'augment'", code="not-ejectable", span=data.augment[0].span)
    if data.window is not None:
        raise SpecError("a script has no 'window'", code="not-ejectable", span=data.window.span)
    if data.on_error != "stop":
        raise SpecError("a script skips no samples", code="not-ejectable", span=data.span)
