"""Burn-rate alerts: how fast an objective uses up its error budget, in a long and in a short window.

A burn rate of 1 uses the budget up in exactly the time that it is for. An alert pages while the rate is
exceeded in both windows: the long one says that it matters, the short one that it is still going on. Source:
Google, The Site Reliability Workbook, chapter 5.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import field
from typing import TYPE_CHECKING, Any, Final

from engine.model.alerts import budget_of
from engine.model.metric_names import above
from engine.model.units import format_figure, format_quantity
from engine.records import dataclass

if TYPE_CHECKING:
    from engine.model.design import Objective
    from engine.sim.lane.histogram import Histogram, Window
    from engine.sim.machine import Machine
    from engine.sim.parts import LinkPart, NodePart

_LOOKS: Final = 300.0
"""Looks in a short window: the 5 min of the workbook are looked at every second."""
_SHORTEST: Final = 0.01
"""Least time (s) from look to look."""
_KEPT: Final = 7200
"""Counts that are kept of a window; between two of them the count is taken to grow evenly."""


class Past:
    """Two counts over the last so many seconds."""

    def __init__(self, length: float, now: float, counts: tuple[float, float]) -> None:
        self._length = length
        self._begun = now
        self._step = length / _KEPT
        self._times = [now]
        self._counts = [counts]

    def share(self, now: float, bad: float, whole: float) -> float:
        """The share of the one in the other within the window, these being the counts now.

        Of the part of the window that lies before the first count nothing is known: as many are taken to have
        come then as since, and none of them to have been bad.
        """
        begin = max(self._begun, now - self._length)
        old_bad, old_whole = self._at(begin)
        if now - self._times[-1] >= self._step:
            self._note(now, bad, whole)
        came = whole - old_whole
        if now > begin:
            came *= max(1.0, self._length / (now - begin))
        return (bad - old_bad) / came if came > 0.0 else 0.0

    def _note(self, now: float, bad: float, whole: float) -> None:
        """Keep the counts now, and forget those before the window but for the last."""
        self._times.append(now)
        self._counts.append((bad, whole))
        if len(self._times) > 2 * _KEPT:
            gone = max(0, bisect_right(self._times, now - self._length) - 1)
            del self._times[:gone], self._counts[:gone]

    def _at(self, time: float) -> tuple[float, float]:
        """The counts at a time."""
        place = bisect_right(self._times, time)
        before, (bad, whole) = self._times[place - 1], self._counts[place - 1]
        if place == len(self._times):
            return bad, whole
        share = (time - before) / (self._times[place] - before)
        later_bad, later_whole = self._counts[place]
        return bad + share * (later_bad - bad), whole + share * (later_whole - whole)


class Counting:
    """Requests of an objective so far, and the bad ones among them."""

    def __init__(self, part: NodePart | LinkPart, metric: str) -> None:
        self.part = part
        self._limit = 0.0
        self._window: Window | None = None
        self._histogram: Histogram | None = None
        asked = above(metric.partition(".")[2])
        if asked is not None:
            name, self._limit = asked
            self._histogram = part.histograms.get(name)
            self._window = None if self._histogram is None else self._histogram.open()

    def counts(self, now: float) -> tuple[float, float]:
        """The bad ones, and all."""
        if self._window is not None:
            return float(self._window.above(self._limit)), float(self._window.count)
        tally = self.part.tally(now)
        failed = float(sum(tally.failed))
        return failed, failed + float(tally.done)

    def close(self) -> None:
        """Count no more."""
        if self._window is not None and self._histogram is not None:
            self._histogram.close(self._window)


@dataclass(slots=True, eq=False)
class Alarm:
    """One rule over one objective."""

    objective: Objective
    burn: float
    long: float
    """Seconds, and those of the short window."""
    short: float
    counting: Counting
    pasts: tuple[Past, Past]
    pages: list[list[float | None]] = field(default_factory=list)
    """When it paged, and when it was over."""
    worst: float = 0.0
    """The highest burn rate in the long window."""

    @property
    def every(self) -> float:
        """Seconds from look to look."""
        return max(_SHORTEST, self.short / _LOOKS)

    @property
    def firing(self) -> bool:
        """Whether somebody is paged now."""
        return bool(self.pages) and self.pages[-1][1] is None

    def look(self, now: float) -> bool:
        """Look at both windows; says whether it begins or ceases to page."""
        budget = budget_of(self.objective.metric, self.objective.above, self.objective.below)
        if budget is None:
            return False
        bad, whole = self.counting.counts(now)
        long, short = (past.share(now, bad, whole) / budget for past in self.pasts)
        self.worst = max(self.worst, long)
        fires = long > self.burn and short > self.burn
        if fires == self.firing:
            return False
        if fires:
            self.pages.append([now, None])
        else:
            self.pages[-1][1] = now
        return True

    def text(self, metric: str) -> str:
        """What it says when that changes; ``metric`` is what people call what it watches."""
        if not self.firing:
            return f"{metric}: the page of {self.label} is over"
        return f"Page: {metric} burns its error budget more than {self.label}"

    @property
    def label(self) -> str:
        """The rule for reading: ``14.4 × in 1 h and 5 min``."""
        windows = f"{format_quantity(self.long, 's')} and {format_quantity(self.short, 's')}"
        return f"{format_figure(self.burn)} × in {windows}"

    def result(self) -> dict[str, Any]:
        """What a result has of it."""
        return {
            "burn": self.burn,
            "long": self.long,
            "short": self.short,
            "worst": self.worst,
            "pages": [{"at": at, "reset": reset} for at, reset in self.pages],
        }


class Alarms:
    """The alerts of the objectives of one machine."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._alarms: dict[tuple[Any, ...], Alarm] = {}
        """By what they are about, in the order of the objectives."""

    def follow(self, objectives: tuple[Objective, ...]) -> list[Alarm]:
        """Have the alerts of other objectives; those that stay go on. Returns those that are new."""
        wanted = {key: objective for objective in objectives for key in _keys(objective)}
        before, new, kept = self._alarms, [], {}
        for key, objective in wanted.items():
            alarm = before.pop(key, None)
            part = self._part(objective.metric)
            if alarm is None or alarm.counting.part is not part:
                if part is None:
                    continue
                alarm = self._alarm(objective, key, part)
                new.append(alarm)
            kept[key] = alarm
        for alarm in before.values():
            alarm.counting.close()
        self._alarms = kept
        return new

    def has(self, alarm: Alarm) -> bool:
        """Whether an alert is still wanted."""
        return any(each is alarm for each in self._alarms.values())

    def of(self, objective: Objective) -> list[dict[str, Any]]:
        """What a result has of the alerts of an objective."""
        found = (self._alarms.get(key) for key in _keys(objective))
        return [alarm.result() for alarm in found if alarm is not None]

    def _alarm(
        self, objective: Objective, key: tuple[Any, ...], part: NodePart | LinkPart
    ) -> Alarm:
        """A new one, that begins to count now."""
        burn, long, short = key[-3:]
        now = self._machine.now
        counting = Counting(part, objective.metric)
        counts = counting.counts(now)
        pasts = (Past(long, now, counts), Past(short, now, counts))
        return Alarm(objective, burn, long, short, counting, pasts)

    def _part(self, metric: str) -> NodePart | LinkPart | None:
        """The client, node or link that a metric is about."""
        name = metric.partition(".")[0]
        return self._machine.nodes.get(name) or self._machine.links.get(name)


def _keys(objective: Objective) -> list[tuple[Any, ...]]:
    """What tells the alerts of an objective from others: what is bounded, and the rule."""
    alerts = objective.alerts
    if alerts is None:
        return []
    about = (objective.metric, objective.above, objective.below)
    return [(*about, *rule) for rule in alerts.scaled]
