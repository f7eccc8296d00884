"""Validation problems in plain words: field, what is wrong, what to write instead."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

_TEMPLATES: Final[dict[str, str]] = {
    "missing": "is missing; add it",
    "extra_forbidden": "is not known here; remove it",
    "float_type": "should be a number",
    "int_type": "should be a whole number",
    "int_from_float": "should be a whole number",
    "bool_type": "should be true or false",
    "string_type": "should be a text",
    "tuple_type": "should be a list",
    "list_type": "should be a list",
    "dict_type": "should be an object",
    "model_type": "should be an object",
    "finite_number": "should be a finite number",
    "none_required": "should be null",
    "literal_error": "should be {expected}",
    "greater_than": "should be above {gt}",
    "greater_than_equal": "should be at least {ge}",
    "less_than": "should be below {lt}",
    "less_than_equal": "should be at most {le}",
    "string_too_long": "should have at most {max_length} characters",
    "string_too_short": "should not be empty",
    "too_long": "should have at most {max_length} entries",
    "too_short": "should have at least {min_length} entries",
    "string_pattern_mismatch": "should be 1 to 64 letters, digits, '_' or '-'",
    "no_step": "should be a step: an object with one of the keys work, call, sequence, parallel, choice, "
    'loop and async, such as {{"call": "id-of-a-link"}}',
    "union_tag_invalid": "should have {discriminator} set to {expected_tags}",
    "union_tag_not_found": "needs {discriminator}: say of which kind it is",
}
_SHAPES: Final = {
    "arrivals": '{"process": "poisson", "rate": 50}',
    "keys": '{"law": "zipf", "count": 10000, "alpha": 0.8}',
}
_LAW: Final = '{"law": "exponential", "mean": 0.01}'
_UNHELPFUL: Final = frozenset(
    {"missing", "extra_forbidden", "too_long", "too_short", "union_tag_not_found"}
)
"""Problems in which the value itself says nothing."""


def _bound(value: Any) -> Any:
    """A bound as people write it: all digits, never an exponent."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    return f"{Decimal(repr(value)).normalize():,f}"


def describe(field: str, error: ErrorDetails) -> str:
    """One line such as ``workers should be a whole number, not 'four'``."""
    context: dict[str, Any] = error.get("ctx", {})
    template = _TEMPLATES.get(error["type"])
    if error["type"] == "model_attributes_type":
        example = _SHAPES.get(field.rpartition(".")[2], _LAW)
        return f"{field} should be an object such as {example}, not {_shown(error['input'])}"
    if template is None:
        text = error["msg"].removeprefix("Value error, ")
        return f"{field}: {text}" if field else text
    text = template.format_map({name: _bound(value) for name, value in context.items()})
    value = "" if error["type"] in _UNHELPFUL else f", not {_shown(error['input'])}"
    return f"{field or 'the file'} {text}{value}"


def _shown(value: object) -> str:
    """A JSON value in a few characters."""
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list | tuple):
        return "a list"
    words = {True: "true", False: "false", None: "null"}
    if value is None or isinstance(value, bool):
        return words[value]
    text = ascii(value) if isinstance(value, str) else f"{value!r}"
    return text if len(text) <= 40 else f"{text[:37]}..."
