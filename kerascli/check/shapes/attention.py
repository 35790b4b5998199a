"""Rules of attention: Attention, AdditiveAttention, MultiHeadAttention, GroupQueryAttention."""

from __future__ import annotations

from collections.abc import Mapping

from kerascli.check.shapes.call import Call, Misfit, Shape, UnknownShape, shown, whole
from kerascli.check.shapes.ranks import reshape_hint
from kerascli.check.shapes.rule import Made, Rule


def attention(call: Call) -> Made:
    """For each place of the query, a mixture of the values.

    Raises:
        Misfit: Query, value and key don't fit each other.
    """
    shapes = [tensor.shape for tensor in call.all_tensors()]
    name = call.component.name
    if not 2 <= len(shapes) <= 3:
        message = f"{name} reads a query and a value (and a key), not {len(shapes)} tensors"
        raise Misfit("shape-mismatch", message, "write 'inputs: [query, value]'")
    for number, shape in enumerate(shapes):
        _need_sequence(name, shape, number)
    query, value = shapes[:2]
    key = shapes[2] if len(shapes) > 2 else value
    if _differ(query[-1], key[-1]):
        message = f"{name} compares query {shown(query)} with key {shown(key)}: their last axes have {query[-1]} and {key[-1]}"
        raise Misfit("shape-mismatch", message, f"bring the query to {key[-1]} features with a Dense", read=0)
    if _differ(key[-2], value[-2]):
        message = f"{name} has {key[-2]} keys for {value[-2]} values: {shown(key)} and {shown(value)}"
        raise Misfit("shape-mismatch", message, "let key and value have as many steps", read=2)
    made = call.made((*query[:-1], value[-1]))
    return made + call.made((*query[:-1], key[-2])) if call.flag("return_attention_scores") else made


def multi_head(call: Call) -> Made:
    """The query's shape; its last axis may have another length."""
    query, value = call.tensor("query").shape, call.tensor("value").shape
    key = call.tensor("key").shape if "key" in call.tensors else value
    name = call.component.name
    for number, shape in enumerate((query, value, key)[: len(call.tensors)]):
        _need_sequence(name, shape, number)
    if len(value) != len(key) or any(_differ(one, other) for one, other in zip(value[1:-1], key[1:-1], strict=True)):
        message = f"{name} has keys {shown(key)} for values {shown(value)}: their steps differ"
        raise Misfit("shape-mismatch", message, "let key and value have as many steps", read=2)
    asked = call.value("output_shape") if name == "MultiHeadAttention" else None
    if asked is not None:
        last = tuple(whole(size) for size in asked) if isinstance(asked, tuple | list) else (whole(asked),)
        made = call.made((*query[:-1], *last))
    else:
        made = call.made(query)
    if not call.flag("return_attention_scores"):
        return made
    if len(query) != 3 or name != "MultiHeadAttention":
        raise UnknownShape
    # Keras takes the query's length for both axes, whatever the key's is.
    return made + call.made((query[0], call.size("num_heads"), query[1], query[1]))


def _need_sequence(name: str, shape: Shape, read: int) -> None:
    if len(shape) < 3:
        message = f"{name} reads {shown(shape)}, but wants at least 3 axes, (batch, steps, features)"
        raise Misfit("wrong-rank", message, reshape_hint(shape, 3), read=read)


def _differ(one: int | None, other: int | None) -> bool:
    return None not in (one, other) and one != other


ATTENTION: Mapping[str, Rule] = {
    **dict.fromkeys(("Attention", "AdditiveAttention"), attention),
    **dict.fromkeys(("MultiHeadAttention", "GroupQueryAttention"), multi_head),
}
