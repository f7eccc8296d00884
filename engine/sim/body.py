"""What runs for a primitive, with its adapter: counted, checked and shown in one way."""

from __future__ import annotations

import math
from dataclasses import field
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from engine.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Sequence

Counters = tuple[float, ...]
"""Cumulative counters of a body."""
Values = dict[str, float]
"""Results by name; NaN where nothing was measured."""
Bounds = dict[str, tuple[float, float]]
"""Intervals of confidence (95 %) by name."""
B = TypeVar("B")


class Adapter(Generic[B]):
    """What every sort of adapter says of its bodies."""

    name: str
    """Unique among its sort, such as ``breaker``."""
    sums: ClassVar[bool] = True
    """Whether counters of a body that is gone may be added to those of the one after it, each to each."""

    def counters(self, body: B, now: float) -> Counters:
        """Cumulative counters."""
        return ()

    def extra(self, body: B, since: Sequence[float], span: float, now: float) -> Values:
        """Results under ``extra``.

        Args:
            body: what runs.
            since: what the counters grew by.
            span: in so many seconds.
            now: simulated time (s).
        """
        return {}

    def bounds(self, body: B, since: Sequence[float]) -> Bounds:
        """Intervals of confidence of results under ``extra``, where its own counters tell them.

        Args:
            body: what runs.
            since: what the counters grew by.
        """
        return {}

    def check(self, body: B, owner: Any, now: float) -> None:
        """Check the body's own laws in its link or node.

        Raises:
            InvariantError: with the item and the numbers.
        """

    def state(self, body: B) -> str:
        """The state that people are shown, such as ``open``; empty where there is none to show."""
        return ""


@dataclass(slots=True)
class Body(Generic[B]):
    """A body and its adapter."""

    adapter: Adapter[B]
    thing: B
    before: Counters = field(default=())
    """What bodies of its sort had counted when it came, so that results never see a counter fall."""

    def counters(self, now: float) -> Counters:
        """Cumulative counters, those before it included."""
        counted = self.adapter.counters(self.thing, now)
        if not self.before:
            return counted
        return tuple(new + old for new, old in zip(counted, self.before, strict=True))

    def extra(self, before: Counters, span: float, now: float) -> Values:
        """Results since some counters, of so many seconds ago."""
        return self.adapter.extra(self.thing, self._since(before, now), span, now)

    def bounds(self, before: Counters, now: float) -> Bounds:
        """Intervals of confidence since some counters."""
        return self.adapter.bounds(self.thing, self._since(before, now))

    def _since(self, before: Counters, now: float) -> list[float]:
        """What the counters grew by."""
        after = self.counters(now)
        before = before if len(before) <= len(after) else ()
        marks = (*before, *(0.0,) * (len(after) - len(before)))
        return [new - old for new, old in zip(after, marks, strict=True)]


class Predecessors:
    """The bodies of a node or a link that are gone: switched off, or another in their place."""

    def __init__(self) -> None:
        self._gone: dict[str, tuple[Body[Any], Counters]] = {}
        """By the name of the sort, with what was counted up to then."""

    def leave(self, body: Body[Any], now: float) -> None:
        """A body is gone."""
        self._gone[body.adapter.name] = (body, body.counters(now))

    def follow(self, adapter: Adapter[Any], thing: object) -> Body[Any]:
        """A body that goes on counting where the one before it ended."""
        gone = self._gone.pop(adapter.name, None)
        if gone is None:
            return Body(adapter, thing)
        body, counted = gone
        if body.thing is thing:
            return body
        return Body(adapter, thing, counted if adapter.sums else ())

    def counters(self) -> dict[str, Counters]:
        """What they had counted, by name."""
        return {name: counted for name, (_, counted) in self._gone.items()}


def ratio(part: float, whole: float) -> float:
    """A share; NaN of nothing."""
    return part / whole if whole > 0.0 else math.nan


def padded(values: list[Any], count: int) -> list[Any]:
    """The values, the last one repeated."""
    return values + values[-1:] * (count - len(values))
