"""Fields of raw configs that this version does not have: they are kept, and told of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from engine.model.names import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterator


def unknown_fields(raw: Any, typed: Any) -> Iterator[tuple[str, ...]]:
    """Paths of the fields in a raw config that its type does not have."""
    if isinstance(raw, list) and isinstance(typed, tuple) and len(raw) == len(typed):
        for place, (value, part) in enumerate(zip(raw, typed, strict=True)):
            for rest in unknown_fields(value, part):
                yield (str(place), *rest)
    if not isinstance(raw, dict) or not isinstance(typed, BaseModel):
        return
    names = names_in(typed)
    for key, value in raw.items():
        if key in names:
            for rest in unknown_fields(value, getattr(typed, names[key])):
                yield (key, *rest)
        elif not _is_shorthand(key, typed):
            yield (key,)


def names_in(typed: BaseModel) -> dict[str, str]:
    """Attributes by the names of the fields in files."""
    return {info.alias or name: name for name, info in type(typed).model_fields.items()}


def _is_shorthand(key: str, typed: BaseModel) -> bool:
    """Whether a field is another way to write the same: a uniform law by its mean, or an older name."""
    return key in getattr(typed, "older", ()) or (
        key == "mean" and getattr(typed, "law", None) == "uniform"
    )


def new_unknown(before: Any, old: BaseModel, after: Any, new: BaseModel) -> str:
    """What is wrong with a change of a raw config: the first field that it adds and nobody knows; else empty.

    Args:
        before: the raw config.
        old: the same, typed.
        after: the raw config after the change.
        new: the same, typed.
    """
    known = set(unknown_fields(before, old))
    for path in unknown_fields(after, new):
        # What was there before and means nothing after a change of kind is no mistake of the change.
        if path not in known and not _holds(before, path):
            inside: Any = new
            for part in path[:-1]:
                inside = (
                    getattr(inside, names_in(inside)[part])
                    if isinstance(inside, BaseModel)
                    else inside
                )
            names = names_in(inside) if isinstance(inside, BaseModel) else {}
            hint = did_you_mean(path[-1], names)
            text = f"there is no field {'.'.join(path)!r}"
            return text + (f"; did you mean {hint!r}?" if hint else "")
    return ""


def _holds(raw: Any, path: tuple[str, ...]) -> bool:
    """Whether a raw config has something at a path."""
    for part in path:
        if not isinstance(raw, dict) or part not in raw:
            return False
        raw = raw[part]
    return True
