"""Lays changes of plans over each other, so that those to different fields all hold."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import fields, is_dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import ValidationError

from engine.model.fields import Config
from engine.model.policies.policy import Policy

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from _typeshed import DataclassInstance

P = TypeVar("P", bound="DataclassInstance")
_Sorts = dict[type[Policy], Policy]


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
    return _merged_list(onto, base, changed) if isinstance(base, tuple) else changed


def _merged_list(
    onto: tuple[Any, ...], base: tuple[Any, ...], changed: tuple[Any, ...]
) -> tuple[Any, ...]:
    """Policies by what they are, other plans by their places; of anything else the whole."""
    if _are_policies(onto + base + changed):
        return tuple(_merged_policies(*(_by_sort(each) for each in (onto, base, changed))))
    if _are_plans(base) and len(onto) == len(base) == len(changed):
        return tuple(map(_merged, onto, base, changed))
    return changed


def _merged_policies(onto: _Sorts, base: _Sorts, changed: _Sorts) -> Iterator[Policy]:
    """Policies without those that were switched off, and with those that were switched on or changed."""
    for sort in dict.fromkeys((*onto, *changed)):
        old, now, new = base.get(sort), onto.get(sort), changed.get(sort)
        if now is not None and new is not None:
            yield _merged(now, old or _as_switched_on(new), new)
        elif new is not None and new != old:
            yield new
        elif now is not None and old is None:
            yield now


def _as_switched_on(policy: Policy) -> Policy:
    """A policy before any of its fields is changed; itself where it cannot do without."""
    with suppress(ValidationError):
        return type(policy)()
    return policy


def _by_sort(policies: Iterable[Policy]) -> _Sorts:
    """Policies by what they are; each is there once."""
    return {type(policy): policy for policy in policies}


def _are_policies(values: tuple[Any, ...]) -> bool:
    """Whether all values are policies, and there are some."""
    return bool(values) and all(isinstance(each, Policy) for each in values)


def _merged_config(onto: Config, base: Config, changed: Config) -> Config:
    """A policy, whose config is its plan, with every field that was changed."""
    merged = {
        name: _merged(*(getattr(each, name) for each in (onto, base, changed)))
        for name in type(base).model_fields
    }
    return onto.model_copy(update=merged)


def _are_plans(values: tuple[Any, ...]) -> bool:
    """Whether all values are plans, so that each can be merged with its like."""
    return all(map(is_dataclass, values))
