"""What the catalog knows of one name of Keras: `Entry`, `Parameter`, `CallSignature`, and their JSON rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Any, Literal, cast

from kerascli.quick_dataclass import dataclass

Kind = Literal["class", "function", "name"]
Direction = Literal["min", "max"]
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Parameter:
    """One argument that a class or function takes.

    Attributes:
        name: The keyword.
        required: Whether Keras refuses to go without it.
        has_default: Whether `default` is Keras's default; False too where that is an object that JSON can't hold.
        default: The default as a JSON value (a tuple is a list); None where there is none.
        default_repr: How Python prints a default that JSON can't hold.
        types: The kinds of value that are known to be taken, out of `int`, `float`, `bool`, `str`, `list`, `mapping`,
            `null`, `component`; empty where anything goes.
        group: The group of the components that it takes.
        choices: All strings that Keras takes, where it takes only some.
        any_case: Whether Keras takes the choices in capitals too.
    """

    name: str
    required: bool
    has_default: bool = False
    default: Any = None
    default_repr: str | None = None
    types: tuple[str, ...] = ()
    group: str | None = None
    choices: tuple[str, ...] = ()
    any_case: bool = False

    def allows_choice(self, text: str) -> bool:
        """Whether the text is one of the choices; all are allowed where the choices aren't known."""
        return not self.choices or text in self.choices or (self.any_case and text.lower() in self.choices)


@dataclass(frozen=True)
class CallSignature:
    """What the call of a layer, an operation or an application takes.

    Attributes:
        parameters: The names of the call's arguments, in order.
        required: Those that must be given.
        takes_list: Whether the first argument takes a list of tensors (`Add`, `ops.concatenate`).
        tensor_parameters: The arguments that a list of inputs fills in order; one where `takes_list`.
        variadic: The name of the `*arguments` that take any number of tensors (`ops.einsum`); it is then the last of
            `tensor_parameters`, and is passed by place, never by name.
        defaults: The defaults of a layer's call that are no None, by name (`training: false` of an LSTM).
    """

    parameters: tuple[str, ...]
    required: tuple[str, ...]
    takes_list: bool
    tensor_parameters: tuple[str, ...]
    variadic: str | None = None
    defaults: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Operation:
    """The class of an operation in a saved model, and the function of `keras.ops` that makes it.

    Attributes:
        function: The function's canonical name, `ops.mean`.
        config: The class's own arguments, each with the function's argument of that meaning.
        call: The function's argument for each of the call's; `*operands` for any number.
    """

    function: str
    config: Mapping[str, str]
    call: tuple[str, ...]


@dataclass(frozen=True)
class Entry:
    """One class or function of Keras.

    Attributes:
        group: The group that it stands in.
        name: Its canonical name: Keras's export, with the prefix `ops.` or `applications.` in these groups.
        kind: `class`, `function`, or `name` for what Keras knows by name alone (`mixed_bfloat16`): it stays text.
        path: Where it is imported from, such as `keras.layers.Dense`.
        parameters: Its own arguments, in order.
        base_parameters: Keyword arguments that it hands on to its base class.
        aliases: Other names that it goes by.
        call: What its call takes (layers, operations, applications).
        direction: Which way a metric or a loss is better, where Keras knows.
    """

    group: str
    name: str
    kind: Kind
    path: str
    parameters: tuple[Parameter, ...] = ()
    base_parameters: tuple[Parameter, ...] = ()
    aliases: tuple[str, ...] = ()
    call: CallSignature | None = None
    direction: Direction | None = None

    @property
    def accepts_base(self) -> tuple[str, ...]:
        """The names of the keyword arguments that go to the base class."""
        return tuple(parameter.name for parameter in self.base_parameters)

    def parameter(self, name: str) -> Parameter | None:
        """The argument of that name, its own or its base class's, or None."""
        for parameter in (*self.parameters, *self.base_parameters):
            if parameter.name == name:
                return parameter
        return None


def read_parameter(row: Row) -> Parameter:
    """The parameter of a JSON row; what a row leaves out has the dataclass's default."""
    default_repr = row.get("default_repr")
    return Parameter(
        name=row["name"],
        required="default" not in row and default_repr is None,
        has_default="default" in row,
        default=row.get("default"),
        default_repr=default_repr,
        types=tuple(row.get("types", ())),
        group=row.get("group"),
        choices=tuple(row.get("choices", ())),
        any_case=row.get("any_case", False),
    )


def read_entry(group: str, name: str, row: Row, aliases: tuple[str, ...], base: Mapping[str, Row]) -> Entry:
    """The entry of a JSON row.

    Args:
        group: Its group.
        name: Its canonical name.
        row: What the catalog's file holds.
        aliases: Its other names.
        base: The rows of the parameters that base classes of the group take, by name.
    """
    call = row.get("call")
    return Entry(
        group=group,
        name=name,
        kind=cast("Kind", row["kind"]),
        path=row["path"],
        parameters=tuple(read_parameter(parameter) for parameter in row.get("parameters", ())),
        base_parameters=tuple(read_parameter(base[word]) for word in row.get("base", ())),
        aliases=aliases,
        call=_read_call(call) if call is not None else None,
        direction=cast("Direction | None", row.get("direction")),
    )


def _read_call(row: Row) -> CallSignature:
    return CallSignature(
        parameters=tuple(row["parameters"]),
        required=tuple(row["required"]),
        takes_list=row.get("takes_list", False),
        tensor_parameters=tuple(row["tensor_parameters"]),
        variadic=row.get("variadic"),
        defaults=row.get("defaults", {}),
    )
