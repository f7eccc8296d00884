"""Copies of JSON, so that nobody else can change what a design holds."""

from __future__ import annotations

from typing import Any, Final

from pydantic import ConfigDict, JsonValue, TypeAdapter

_COPIED: Final[TypeAdapter[JsonValue]] = TypeAdapter(
    JsonValue, config=ConfigDict(strict=True, defer_build=True)
)
_IMMUTABLE: Final = frozenset({bool, int, float, str})


def copied(new: Any, old: Any) -> Any:
    """A copy of a value, but for the lists that were in the design before, which nobody changes."""
    if isinstance(new, list) and set(map(type, new)) <= _IMMUTABLE:
        return list(new)
    if not isinstance(new, dict) or not isinstance(old, dict):
        return _COPIED.validate_python(new)
    return {
        key: each if isinstance(each, list) and each is old.get(key) else copied(each, old.get(key))
        for key, each in new.items()
    }
