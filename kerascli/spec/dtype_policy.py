"""The top-level key `dtype`: the name of Keras's global dtype policy, written as text or as a component."""

from __future__ import annotations

import re

from kerascli.catalog import load_catalog
from kerascli.errors import did_you_mean
from kerascli.spec.component import Component
from kerascli.spec.component_parser import parse_component
from kerascli.spec.nodes import Node, Scalar
from kerascli.spec.problems import Problems

# The names of dtype policies that Keras makes from text.
POLICIES = ("float32", "float64", "float16", "bfloat16", "mixed_float16", "mixed_bfloat16")
DEFAULT = "float32"
# Modes with numbers of their own are in no list: `int4/128_from_float32`.
_MODE = re.compile(r"(int8|float8|int4(/-?\d+)?|(gptq|awq)/\d+/-?\d+)\Z")
# Their names say all that they are.
_BY_NAME = ("DTypePolicy", "FloatDTypePolicy")


def parse_dtype(node: Node | None, problems: Problems) -> str:
    """The name of the policy that a node writes; `float32` where there is none, or a fault.

    Every policy but a map has a name that Keras reads back: `{QuantizedDTypePolicy: {mode: int8}}` is
    `int8_from_float32`.
    """
    if node is None:
        return DEFAULT
    if isinstance(node, Scalar) and isinstance(node.value, str) and not node.value[:1].isupper():
        return _known(node.value, node, problems)
    component = parse_component(node, "dtype_policies", problems)
    if component is None or problems.failed:
        return DEFAULT
    if component.name == "DTypePolicyMap":
        hint = "write one policy here, and 'dtype:' in the layers that differ"
        problems.add("policy-map", "a map of policies can't be the policy of all layers", component.span, hint)
        return DEFAULT
    return _known(policy_name(component), node, problems)


def policy_name(component: Component) -> str:
    """The name that Keras gives a policy.

    Source: `keras.src.dtype_policies.dtype_policy.QuantizedDTypePolicy.__init__`.
    """
    if component.name in _BY_NAME:
        return str(component.value("name") or DEFAULT)
    if not component.arguments:
        return component.name
    return f"{component.value('mode')}_from_{component.value('source_name') or DEFAULT}"


def _known(name: str, node: Node, problems: Problems) -> str:
    mode, _, source = name.rpartition("_from_")
    quantized = bool(_MODE.match(mode)) and source in POLICIES
    if load_catalog().find("dtype_policies", name) is None and not quantized:
        problems.add("unknown-choice", f"Keras has no dtype policy '{name}'", node, did_you_mean(name, POLICIES))
    return name
