"""Lays changes of plans over each other, so that those to different fields all hold."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar

from pydantic import BaseModel

P = TypeVar("P")


def with_changes(onto: P, base: P, changed: P) -> P:
    """A plan, or a policy, with every field that another one changed of its base, however deep."""
    names = _field_names(base)
    merged = {
        name: _merged(*(getattr(plan, name) for plan in (onto, base, changed))) for name in names
    }
    if isinstance(onto, BaseModel):
        return onto.model_copy(update=merged)
    return replace(onto, **merged)  # type: ignore[type-var]  # a dataclass, since it has its fields


def _field_names(plan: object) -> tuple[str, ...]:
    """The fields of a plan or a policy."""
    if isinstance(plan, BaseModel):
        return tuple(type(plan).model_fields)
    return tuple(each.name for each in fields(plan))  # type: ignore[arg-type]  # a dataclass


def _merged(onto: Any, base: Any, changed: Any) -> Any:
    """A value where it was changed; of plans of one kind, and lists of plans, only what differs."""
    if changed == base:
        return onto
    if not type(onto) is type(base) is type(changed):
        return changed
    if _is_plan(base):
        return with_changes(onto, base, changed)
    if isinstance(base, tuple) and _are_alike(onto, base, changed):
        return tuple(map(_merged, onto, base, changed))
    return changed


def _is_plan(value: object) -> bool:
    """Whether a value has fields that can be merged."""
    return isinstance(value, BaseModel) or (is_dataclass(value) and not isinstance(value, type))


def _are_alike(onto: tuple[Any, ...], base: tuple[Any, ...], changed: tuple[Any, ...]) -> bool:
    """Whether each of some plans can be merged with its like."""
    if not len(onto) == len(base) == len(changed):
        return False
    return all(
        _is_plan(old) and type(old) is type(one) is type(other)
        for one, old, other in zip(onto, base, changed, strict=True)
    )
