"""Validates a value against a JSON Schema: the keywords that our schema uses, and no others."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

_NOTES = {
    "$schema",
    "$id",
    "$defs",
    "title",
    "description",
    "markdownDescription",
    "markdownEnumDescriptions",
    "default",
    "errorMessage",
    "patternErrorMessage",
    "then",
    "else",
}
_TYPES = {
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "null": lambda value: value is None,
    "integer": lambda value: (
        not isinstance(value, bool) and (isinstance(value, int) or (isinstance(value, float) and value.is_integer()))
    ),
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
}


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


class SmallValidator:
    """Whether values hold under one schema; a keyword that it does not know is an error."""

    def __init__(self, root: dict[str, Any]) -> None:
        self.root = root

    def holds(self, value: Any, schema: Any = None) -> bool:
        schema = self.root if schema is None else schema
        if isinstance(schema, bool):
            return schema
        return all(self._keyword(word, rule, value, schema) for word, rule in schema.items())

    def resolve(self, reference: str) -> Any:
        assert reference.startswith("#/")
        node = self.root
        for part in reference[2:].split("/"):
            node = node[part]
        return node

    def _keyword(self, word: str, rule: Any, value: Any, schema: dict[str, Any]) -> bool:
        if word in _NOTES:
            return True
        return bool(getattr(self, "_" + word.removeprefix("$"))(rule, value, schema))

    def _ref(self, rule: str, value: Any, schema: Any) -> bool:
        return self.holds(value, self.resolve(rule))

    def _type(self, rule: Any, value: Any, schema: Any) -> bool:
        return any(_TYPES[word](value) for word in ([rule] if isinstance(rule, str) else rule))

    def _enum(self, rule: list[Any], value: Any, schema: Any) -> bool:
        return any(type(value) is type(each) and value == each for each in rule)

    def _pattern(self, rule: str, value: Any, schema: Any) -> bool:
        return not isinstance(value, str) or _compiled(rule).search(value) is not None

    def _minimum(self, rule: float, value: Any, schema: Any) -> bool:
        return not _TYPES["number"](value) or value >= rule

    def _exclusiveMinimum(self, rule: float, value: Any, schema: Any) -> bool:  # noqa: N802
        return not _TYPES["number"](value) or value > rule

    def _exclusiveMaximum(self, rule: float, value: Any, schema: Any) -> bool:  # noqa: N802
        return not _TYPES["number"](value) or value < rule

    def _maxLength(self, rule: int, value: Any, schema: Any) -> bool:  # noqa: N802
        return not isinstance(value, str) or len(value) <= rule

    def _minItems(self, rule: int, value: Any, schema: Any) -> bool:  # noqa: N802
        return not isinstance(value, list) or len(value) >= rule

    def _maxItems(self, rule: int, value: Any, schema: Any) -> bool:  # noqa: N802
        return not isinstance(value, list) or len(value) <= rule

    def _items(self, rule: Any, value: Any, schema: Any) -> bool:
        return not isinstance(value, list) or all(self.holds(item, rule) for item in value)

    def _minProperties(self, rule: int, value: Any, schema: Any) -> bool:  # noqa: N802
        return not isinstance(value, dict) or len(value) >= rule

    def _maxProperties(self, rule: int, value: Any, schema: Any) -> bool:  # noqa: N802
        return not isinstance(value, dict) or len(value) <= rule

    def _required(self, rule: list[str], value: Any, schema: Any) -> bool:
        return not isinstance(value, dict) or all(key in value for key in rule)

    def _propertyNames(self, rule: Any, value: Any, schema: Any) -> bool:  # noqa: N802
        return not isinstance(value, dict) or all(self.holds(key, rule) for key in value)

    def _properties(self, rule: Any, value: Any, schema: Any) -> bool:
        return not isinstance(value, dict) or all(self.holds(value[k], each) for k, each in rule.items() if k in value)

    def _patternProperties(self, rule: Any, value: Any, schema: Any) -> bool:  # noqa: N802
        return not isinstance(value, dict) or all(
            self.holds(each, form)
            for key, each in value.items()
            for p, form in rule.items()
            if _compiled(p).search(key)
        )

    def _additionalProperties(self, rule: Any, value: Any, schema: Any) -> bool:  # noqa: N802
        if not isinstance(value, dict):
            return True
        patterns = [_compiled(pattern) for pattern in schema.get("patternProperties", {})]
        others = [k for k in value if k not in schema.get("properties", {}) and not any(p.search(k) for p in patterns)]
        return all(self.holds(value[key], rule) for key in others)

    def _anyOf(self, rule: list[Any], value: Any, schema: Any) -> bool:  # noqa: N802
        return any(self.holds(value, each) for each in rule)

    def _allOf(self, rule: list[Any], value: Any, schema: Any) -> bool:  # noqa: N802
        return all(self.holds(value, each) for each in rule)

    def _not(self, rule: Any, value: Any, schema: Any) -> bool:
        return not self.holds(value, rule)

    def _if(self, rule: Any, value: Any, schema: Any) -> bool:
        return self.holds(value, schema.get("then" if self.holds(value, rule) else "else", True))
