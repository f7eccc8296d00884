"""A field inside nested values by its path, such as ``("config", "service_time", "mean")``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from engine.model.limits import MAX_DEPTH, short, too_deep
from engine.records import dataclass

if TYPE_CHECKING:
    from pydantic import JsonValue


@dataclass(frozen=True, slots=True)
class Unset:
    """The value that takes a config field back to its default."""


UNSET: Final = Unset()


class PathError(ValueError):
    """A path that leads nowhere. The message says why."""


def with_path(value: Any, path: tuple[str, ...], new: JsonValue | Unset) -> Any:
    """A copy of nested dicts and lists in which ``path`` holds ``new`` (or nothing)."""
    if not path:
        return new
    if len(path) > MAX_DEPTH:
        raise PathError(f"a path of {len(path)} names {too_deep()}")
    head, rest = path[0], path[1:]
    if isinstance(value, list):
        if not _is_index(head, value):
            msg = f"{short(head)} is no index of a list of {len(value)}"
            raise PathError(msg)
        copy: Any = list(value)
        copy[int(head)] = with_path(value[int(head)], rest, new)
        return copy
    copy = dict(value) if isinstance(value, dict) else {}
    if rest:
        copy[head] = with_path(copy.get(head), rest, new)
    elif isinstance(new, Unset):
        copy.pop(head, None)
    else:
        copy[head] = new
    return copy


def _is_index(text: str, values: list[Any]) -> bool:
    """Whether a part of a path is a place in a list."""
    return len(text) < 10 and text.isascii() and text.isdigit() and int(text) < len(values)


def at_path(value: Any, path: tuple[str, ...]) -> JsonValue | Unset:
    """What nested dicts and lists hold at ``path``; UNSET where there is nothing."""
    for part in path:
        if isinstance(value, dict) and part in value:
            value = value[part]
        elif isinstance(value, list) and _is_index(part, value):
            value = value[int(part)]
        else:
            return UNSET
    return value  # type: ignore[no-any-return]  # JSON by construction


def without_same(old: dict[str, Any], new: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Two objects without the lists that are the very same: a recording is long, and was weighed before."""
    old, new = dict(old), dict(new)
    for key in [*old]:
        before, after = old[key], new.get(key)
        if isinstance(before, list) and before is after:
            old[key] = new[key] = []
        elif isinstance(before, dict) and isinstance(after, dict):
            old[key], new[key] = without_same(before, after)
    return old, new
