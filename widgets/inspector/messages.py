"""Validation errors in one short line for the person who typed the value."""

from __future__ import annotations

from typing import Any

from engine.model.units import format_quantity


def explain(error: Any, unit: str) -> str:
    """One line for one pydantic error; bounds are written in the field's unit."""
    place = _place(error["loc"])
    return f"{place}: {_said(error, unit)}" if place else _said(error, unit)


def _place(where: tuple[str | int, ...]) -> str:
    """Where in a list of steps an error is: ``Step 2, parallel 1, call``; empty for other fields."""
    if not any(" step" in str(part) for part in where):
        return ""
    words: list[str] = []
    for part in where[1:]:
        if isinstance(part, int):
            words.append(f"{words.pop()} {part + 1}" if words else f"Step {part + 1}")
        elif part.isidentifier() and (not words or words[-1] != part):
            words.append(part)
    return ", ".join(words)


def _said(error: Any, unit: str) -> str:
    """What is wrong."""
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
        "missing": "Is missing; add it",
        "string_type": "Must be a text",
        "tuple_type": "Must be a list, in [ ]",
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
