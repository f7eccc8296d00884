"""Validation errors in one short line for the person who typed the value."""

from __future__ import annotations

from typing import Any

from engine.model.units import format_quantity


def explain(error: Any, unit: str) -> str:
    """One line for one pydantic error; bounds are written in the field's unit."""
    kind, context = str(error["type"]), error.get("ctx", {})
    bounds = {
        "greater_than_equal": ("ge", "Must be at least {}"),
        "greater_than": ("gt", "Must be more than {}"),
        "less_than_equal": ("le", "Must be at most {}"),
        "less_than": ("lt", "Must be less than {}"),
    }
    if kind in bounds:
        key, sentence = bounds[kind]
        return sentence.format(format_quantity(float(context[key]), unit))
    fixed = {
        "int_type": "Must be a whole number",
        "int_from_float": "Must be a whole number",
        "float_type": "Must be a number",
        "finite_number": "Must be a finite number",
        "string_too_long": "At most {max_length} characters",
        "too_long": "At most {max_length} entries",
        "too_short": "At least {min_length} entry",
    }
    if kind in fixed:
        return fixed[kind].format(**context)
    text = str(error["msg"]).removeprefix("Value error, ")
    return text[:1].upper() + text[1:]
