"""Options of which some are true, false or a number: Python takes 1 and 1.0 for true, a file must not."""

from __future__ import annotations

from typing import Any, get_args

from pydantic import BeforeValidator
from pydantic_core import PydanticKnownError


def exactly(literal: Any) -> BeforeValidator:
    """Have one of the options of a ``Literal``, of the same type, as every other field of a file has."""
    options = get_args(literal)
    *first, last = (_shown(each) for each in options)
    expected = f"{', '.join(first)} or {last}"

    def check(value: Any) -> Any:
        if not any(type(value) is type(each) and value == each for each in options):
            raise PydanticKnownError("literal_error", {"expected": expected})
        return value

    return BeforeValidator(check)


def _shown(option: str | int) -> str:
    """An option as a file has it, texts in quotes."""
    return str(option).lower() if isinstance(option, bool) else repr(option)
