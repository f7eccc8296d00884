"""What happened in each of many equal steps of a run, from its beginning to its end, warm-up or not.

Counts are those of the step; ``busy``, ``working``, ``waiting``, ``in_system`` and ``in_flight`` are means over
it, ``queue``, ``in_flight_now`` and ``instances`` are read at its end. ``objectives`` has for each that has an
error budget what is left of it and how fast it burns at the end of each step. The differences are those of the very
counters of the result, so that the sum over the measured steps is what the result says.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

from engine.sim.fleets import instances_up
from engine.sim.spending import Meter, budget_series
from engine.sim.tally import Tally, mean_over, nothing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.sim.body import Counters
    from engine.sim.lane.histogram import Window
    from engine.sim.machine import Machine
    from engine.sim.parts import LinkPart, NodePart
    from engine.sim.snapshot import Spending
    from engine.sim.spending import Budgets

_SHARES: Final = [0.5, 0.99]
_ROUNDING: Final = 1e-9
"""Share of a step that only rounding can have left at the end of a run."""
MOST: Final = 100_000
"""Most steps of a run."""

Row = dict[str, Any]


class Series:
    """The steps of one run so far."""

    def __init__(self, machine: Machine, step: float, budgets: Budgets | None = None) -> None:
        """Begin now, which is the beginning of the run, with the length of a step (s).

        Args:
            machine: what runs.
            step: length of a step (s).
            budgets: error budgets of objectives that are told of as well.
        """
        self._machine = machine
        self._budgets = budgets
        self._meter = None if budgets is None else Meter(budgets)
        self._spent: list[dict[str, Spending]] = []
        self._ends: list[float] = []
        self._step = step
        self._since = machine.now
        self._taken = 0
        self._parts: dict[str, Tally] = {}
        self._counters: dict[str, dict[str, Counters]] = {}
        self._windows: dict[str, tuple[NodePart, Window]] = {}
        self._rows: dict[str, dict[str, list[Row | None]]] = {
            "clients": {},
            "nodes": {},
            "links": {},
        }
        self._watch()

    @property
    def due(self) -> float:
        """When the step ends (s)."""
        return (self._taken + 1) * self._step

    def note(self) -> None:
        """End the step, if it is time."""
        if self._machine.now >= self.due:
            self._take()

    def result(self) -> Row:
        """All steps up to now, the last of which may be shorter."""
        if self._machine.now - self._since > _ROUNDING * self._step:
            self._take()
        sections = {
            section: {name: _columns(rows, self._taken) for name, rows in items.items()}
            for section, items in self._rows.items()
        }
        found: Row = {"step": self._step, **sections}
        if self._budgets is not None and self._budgets.objectives:
            objectives, plan = self._budgets.objectives, self._machine.plan
            found["objectives"] = budget_series(objectives, plan, self._ends, self._spent)
        return found

    def _take(self) -> None:
        """End a step: note what it brought, and where the next one begins."""
        machine, now = self._machine, self._machine.now
        self._forget_replaced()
        for name, part in machine.nodes.items():
            tally = part.tally(now)
            section = "clients" if part.is_client else "nodes"
            row = self._client(name, part, tally) if part.is_client else self._node(part, tally)
            row["extra"] = part.extra_since(self._counters.get(name, {}), now - self._since, now)
            self._put(section, name, row)
        for name, link in machine.links.items():
            row = self._link(link, link.tally(now))
            row["extra"] = link.extra_since(self._counters.get(name, {}), now - self._since, now)
            self._put("links", name, row)
        if self._meter is not None:
            self._spent.append(self._meter.take())
        self._ends.append(now)
        self._since = now
        self._taken += 1
        self._watch()

    def _put(self, section: str, name: str, row: Row) -> None:
        """Add a step of an item, which may not have been there before."""
        rows = self._rows[section].setdefault(name, [])
        rows += [None] * (self._taken - len(rows))
        rows.append(row)

    def _watch(self) -> None:
        """Remember how everything stands."""
        machine, now = self._machine, self._machine.now
        parts: dict[str, NodePart | LinkPart] = {**machine.nodes, **machine.links}
        self._watched = parts
        self._parts = {name: part.tally(now) for name, part in parts.items()}
        self._counters = {name: part.counters(now) for name, part in parts.items()}
        for part, window in self._windows.values():
            part.histograms["latency"].close(window)
        self._windows = {
            part.plan.id: (part, part.histograms["latency"].open()) for part in machine.clients()
        }

    def _forget_replaced(self) -> None:
        """What took the place of another part within the step counts from nothing."""
        for name, part in (*self._machine.nodes.items(), *self._machine.links.items()):
            if self._watched.get(name) is not part:
                self._parts.pop(name, None)
                self._counters.pop(name, None)

    def _before(self, name: str) -> Tally:
        """How an item stood when the step began."""
        return self._parts.get(name) or nothing(self._since)

    def _client(self, name: str, part: NodePart, tally: Tally) -> Row:
        """What the users of a client saw."""
        before, known = self._before(name), self._windows.get(name)
        p50, p99 = known[1].quantiles(_SHARES) if known and known[0] is part else (math.nan,) * 2
        done, failed = tally.done - before.done, sum(tally.failed) - sum(before.failed)
        return {
            "offered": tally.begun - before.begun,
            "succeeded": done,
            "failed": failed,
            "availability": done / (done + failed) if done + failed else math.nan,
            "in_system": mean_over(tally.in_system, before.in_system, tally.time - before.time),
            "p50": p50,
            "p99": p99,
        }

    def _node(self, part: NodePart, tally: Tally) -> Row:
        """What a node did."""
        before = self._before(part.plan.id)
        span = tally.time - before.time
        return {
            "arrivals": tally.begun - before.begun,
            "completed": tally.done - before.done,
            "failed": sum(tally.failed) - sum(before.failed),
            "busy": mean_over(tally.busy, before.busy, span),
            "working": max(0.0, mean_over(tally.working, before.working, span)),
            "waiting": mean_over(tally.waiting, before.waiting, span),
            "in_system": mean_over(tally.in_system, before.in_system, span),
            "queue": int(part.node.waiting),
            "instances": instances_up(part.node.pools, tally.time),
        }

    def _link(self, part: LinkPart, tally: Tally) -> Row:
        """What callers saw of a link."""
        before = self._before(part.plan.id)
        return {
            "attempts": tally.begun - before.begun,
            "retries": tally.retries - before.retries,
            "succeeded": tally.done - before.done,
            "failed": sum(tally.failed) - sum(before.failed),
            "bytes_in": tally.bytes_in - before.bytes_in,
            "bytes_out": tally.bytes_out - before.bytes_out,
            "in_flight": mean_over(tally.in_system, before.in_system, tally.time - before.time),
            "in_flight_now": int(part.link.in_flight),
        }


def _columns(rows: list[Row | None], count: int) -> Row:
    """Steps as lists by name; null where nothing was measured, or the item was not there."""
    rows = [*rows, *[None] * (count - len(rows))]
    known = [row for row in rows if row is not None]
    found: Row = {name: [_get(row, name) for row in rows] for name in known[0] if name != "extra"}
    names = dict.fromkeys(name for row in known for name in row["extra"])
    if names:
        found["extra"] = {
            name: [_get(row["extra"] if row else None, name) for row in rows] for name in names
        }
    return found


def _get(row: Mapping[str, Any] | None, name: str) -> float | None:
    """A number of a step."""
    value = None if row is None else row.get(name)
    return value if value is not None and math.isfinite(value) else None
