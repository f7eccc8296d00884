"""Lays changes of plans over each other, so that those to different fields all hold."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar

from engine.model.fields import Config

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

P = TypeVar("P", bound="DataclassInstance")


def with_changes(onto: P, base: P, changed: P) -> P:
    """A plan with every field that another one changed of its base, however deep."""
    merged = {
        each.name: _merged(*(getattr(plan, each.name) for plan in (onto, base, changed)))
        for each in fields(base)
    }
    return replace(onto, **merged)


def _merged(onto: Any, base: Any, changed: Any) -> Any:
    """A value where it was changed; of plans of one kind, and lists of plans, only what differs."""
    if changed == base:
        return onto
    if not type(onto) is type(base) is type(changed):
        return changed
    if isinstance(base, Config):
        return _merged_config(onto, base, changed)
    if is_dataclass(base) and not isinstance(base, type):
        return with_changes(onto, base, changed)
    if isinstance(base, tuple) and _are_plans(base) and len(onto) == len(base) == len(changed):
        return tuple(map(_merged, onto, base, changed))
    return changed


def _merged_config(onto: Config, base: Config, changed: Config) -> Config:
    """A policy, whose config is its plan, with every field that was changed."""
    merged = {
        name: _merged(*(getattr(each, name) for each in (onto, base, changed)))
        for name in type(base).model_fields
    }
    return onto.model_copy(update=merged)


def _are_plans(values: tuple[Any, ...]) -> bool:
    """Whether all values are plans, so that each can be merged with its like."""
    return all(is_dataclass(each) or isinstance(each, Config) for each in values)
