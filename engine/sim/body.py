"""What runs for a primitive, with its adapter: counted, checked and shown in one way."""

from __future__ import annotations

import math
from dataclasses import field
from typing import TYPE_CHECKING, Any, Generic, TypeVar

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
    """A body, its adapter, and its counters when the measurement began."""

    adapter: Adapter[B]
    thing: B
    marked: Counters = field(default=())

    def counters(self, now: float) -> Counters:
        """Cumulative counters."""
        return self.adapter.counters(self.thing, now)

    def extra(self, before: Counters, span: float, now: float) -> Values:
        """Results since some counters, of so many seconds ago."""
        return self.adapter.extra(self.thing, self._since(before, now), span, now)

    def bounds(self, before: Counters, now: float) -> Bounds:
        """Intervals of confidence since some counters."""
        return self.adapter.bounds(self.thing, self._since(before, now))

    def _since(self, before: Counters, now: float) -> list[float]:
        """What the counters grew by."""
        after = self.counters(now)
        marks = (*before, *(0.0,) * (len(after) - len(before)))
        return [new - old for new, old in zip(after, marks, strict=True)]


def ratio(part: float, whole: float) -> float:
    """A share; NaN of nothing."""
    return part / whole if whole > 0.0 else math.nan


def padded(values: list[Any], count: int) -> list[Any]:
    """The values, the last one repeated."""
    return values + values[-1:] * (count - len(values))
