"""Named parts of a run in which everything is measured on its own: during a fault, and after it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

from engine.sim.windows import Look

if TYPE_CHECKING:
    from collections.abc import Iterable

    from engine.sim.machine import Machine

Span = tuple[str, float, float]
"""A name, and from when to when (s)."""
_KEPT: Final = frozenset(
    {
        "offered",
        "succeeded",
        "failed",
        "goodput",
        "availability",
        "latency",
        "arrivals",
        "completed",
        "residence",
        "attempts",
    }
)
"""What is kept of each item: a study holds many runs of many items."""


class Spans:
    """The spans of one machine; they only look, and change nothing."""

    def __init__(self, machine: Machine, spans: Iterable[Span]) -> None:
        """Measure these, from their beginning on."""
        self._machine = machine
        self._ahead = list(spans)
        self._open: dict[Span, list[Look]] = {}
        self._done: dict[str, dict[str, Any]] = {}

    @property
    def due(self) -> float:
        """When the next one begins or ends (s)."""
        times = [begin for _, begin, _ in self._ahead] + [end for _, _, end in self._open]
        return min(times, default=math.inf)

    def note(self) -> None:
        """Begin and end those for which it is time."""
        now = self._machine.now
        for span in [span for span in self._open if span[2] <= now]:
            self._end(span)
        for span in [span for span in self._ahead if span[1] <= now]:
            self._ahead.remove(span)
            self._open[span] = [
                *(Look(part, now) for part in self._machine.nodes.values()),
                *(Look(part, now) for part in self._machine.links.values()),
            ]

    def close(self) -> None:
        """End those that are under way, now, whenever they should have ended."""
        for span in [*self._open]:
            self._end(span)

    def result(self) -> dict[str, Any]:
        """What was measured in each up to now, by its name."""
        under_way = {span[0]: self._measured(span, looks) for span, looks in self._open.items()}
        return self._done | under_way

    def _end(self, span: Span) -> None:
        """End a span and keep what was measured in it."""
        looks = self._open.pop(span)
        self._done[span[0]] = self._measured(span, looks)
        for look in looks:
            look.close()

    def _measured(self, span: Span, looks: Iterable[Look]) -> dict[str, Any]:
        """What everything did in a span up to now, as in results."""
        now = self._machine.now
        found: dict[str, Any] = {
            "from": span[1],
            "to": now,
            "clients": {},
            "nodes": {},
            "links": {},
        }
        for look in looks:
            for section, items in look.result(now, {}).items():
                found[section] |= {name: _kept(part) for name, part in items.items()}
        return found


def _kept(part: dict[str, Any]) -> dict[str, Any]:
    """What is kept of an item."""
    return {name: value for name, value in part.items() if name in _KEPT}
