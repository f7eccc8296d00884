"""Findings: what is wrong or risky in a design, where, and what to do about it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from engine.model.words import describe
from engine.records import dataclass

if TYPE_CHECKING:
    from pydantic import ValidationError

    from engine.model.edits import Edit

_BRANCHES: Final = frozenset({"dict", "list", "float", "int", "str", "bool"})
"""Branches of JSON values, which validation puts between the names of fields."""

Level = Literal["error", "warning", "risk"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing to know. An error keeps a design from running; the others do not."""

    level: Level
    code: str
    """Stable name, such as ``no-timeout``."""
    message: str
    """One sentence: what, and what to do."""
    id: str | None = None
    """The item it is about; none is the design itself."""
    field: str | None = None
    """Dotted path inside the item, such as ``config.workers``."""
    fix: Edit | None = None
    """An edit that settles it, where there is one."""


def message_of(error: ValidationError) -> str:
    """The first problem of a validation error in one line: field, what, remedy."""
    first = error.errors(include_url=False)[0]
    parts = [str(part) for part in first["loc"]]
    return describe(".".join(part for part in parts if part not in _BRANCHES), first)
