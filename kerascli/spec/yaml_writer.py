"""Plain values → YAML as people write it: short mappings on one line, text quoted where our reader needs it."""

from __future__ import annotations

from typing import Any

import yaml

from kerascli.spec.environment import reference_of
from kerascli.spec.scalars import AmbiguousScalar, read_fraction, read_plain


class Flow(dict[Any, Any]):
    """A mapping that is written on one line."""


class FlowList(list[Any]):
    """A list that is written on one line."""


class Nothing:
    """What is written as nothing at all: `ReLU:`."""


NOTHING = Nothing()


class Plain(str):
    """A number as text that our reader takes for one, such as `1/255`: never quoted."""


class Quoted(str):
    """Text that is always quoted, since people would wonder: `':, 0'`."""


def write_yaml(value: Any) -> str:
    """The YAML of plain values; `Flow` and `FlowList` stand on one line."""
    return yaml.dump(as_written(value), Dumper=_Dumper, sort_keys=False, width=118, allow_unicode=True, indent=2)


def as_written(value: Any) -> Any:
    """The values as a spec writes them: dollars doubled, what came from the environment by its reference; keys stay."""
    reference = reference_of(value)
    if reference is not None:
        return reference
    if isinstance(value, str):
        # `Plain` and `Quoted` stay what they are.
        return type(value)(value.replace("$", "$$"))
    if isinstance(value, dict):
        return type(value)({key: as_written(item) for key, item in value.items()})
    if isinstance(value, list):
        return type(value)(as_written(item) for item in value)
    return value


class _Dumper(yaml.SafeDumper):
    """Writes flow mappings on one line, and quotes what our reader would take for something else."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        """Lists are indented below their key, as specs are written by hand."""
        del indentless
        return super().increase_indent(flow, False)

    def ignore_aliases(self, data: Any) -> bool:
        """Equal values are written out each time."""
        del data
        return True


def _write_text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    try:
        ambiguous = read_plain(value) != value or read_fraction(value) is not None
    except AmbiguousScalar:
        ambiguous = True
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style="'" if ambiguous else None)


_Dumper.add_representer(str, _write_text)
_Dumper.add_representer(dict, lambda dumper, value: dumper.represent_dict(value.items()))
_Dumper.add_representer(
    Flow, lambda dumper, value: dumper.represent_mapping("tag:yaml.org,2002:map", value.items(), flow_style=True)
)
_Dumper.add_representer(
    FlowList, lambda dumper, value: dumper.represent_sequence("tag:yaml.org,2002:seq", value, flow_style=True)
)
_Dumper.add_representer(
    list, lambda dumper, value: dumper.represent_sequence("tag:yaml.org,2002:seq", value, flow_style=False)
)
_Dumper.add_representer(Nothing, lambda dumper, value: dumper.represent_scalar("tag:yaml.org,2002:null", ""))
_Dumper.add_representer(
    Quoted, lambda dumper, value: dumper.represent_scalar("tag:yaml.org,2002:str", str(value), style="'")
)
_Dumper.add_representer(Plain, lambda dumper, value: dumper.represent_scalar("tag:yaml.org,2002:str", str(value)))
