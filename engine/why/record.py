"""What a run recorded, by item: the plan, its samples one after the other, and what was noticed."""

from __future__ import annotations

import math
from collections import deque
from copy import copy
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    from engine.plan.primitives import EventPlan, Plan
    from engine.sim.snapshot import LinkSample, NodeSample, Notice, Sample, Snapshot

MOST: Final = 2000
"""Samples that are kept; when there are more, the oldest go."""
_FEWEST: Final = 120
_ROOM: Final = 150_000
"""Samples of single nodes and links that are kept at most: some 100 MB."""
_LATE: Final = 1e-9
_MOST_PLANS: Final = 200
"""Plans that are kept beside the first: edits of a long afternoon."""


class Record:
    """The last part of a run, as far as it explains anything."""

    def __init__(self, plan: Plan) -> None:
        """Know the plan that runs."""
        self._plans: list[tuple[float, Plan]] = [(-math.inf, plan)]
        """Since when (s) which one runs, in order."""
        self.plan = plan
        """As it is now, or at the moment that is looked at."""
        most = min(MOST, max(_FEWEST, _ROOM // max(len(plan.nodes) + len(plan.links), 1)))
        self.samples: deque[Sample] = deque(maxlen=most)
        self.notices: deque[Notice] = deque(maxlen=most)
        self.came: dict[str, tuple[float, str]] = {}
        """When an attacker first came to nodes (s), and over which links."""

    def add(self, snapshot: Snapshot) -> None:
        """Take in what happened since the snapshot before."""
        self.samples.extend(snapshot.samples)
        self.notices.extend(snapshot.notices)
        for name, gauge in snapshot.gauges.items():
            if gauge.came is not None:
                self.came[name] = gauge.came

    def follow(self, plan: Plan, now: float) -> None:
        """Know that another plan runs from now (s) on: somebody has changed the design."""
        if plan is not self.plan and plan != self.plan:
            self._plans.append((now, plan))
            self.plan = plan
            del self._plans[1:-_MOST_PLANS]

    def as_of(self, instant: float) -> Record:
        """The same record, with the plan that ran at a time (s)."""
        plan = next((plan for since, plan in reversed(self._plans) if since <= instant), self.plan)
        if plan is self.plan:
            return self
        then = copy(self)
        then.plan = plan
        return then

    def forget_after(self, instant: float) -> None:
        """Forget what came after a time (s): the run went back to it, and goes on differently."""
        while self.samples and self.samples[-1].end > instant + _LATE:
            self.samples.pop()
        while self.notices and self.notices[-1].at > instant + _LATE:
            self.notices.pop()
        self.came = {name: each for name, each in self.came.items() if each[0] <= instant + _LATE}
        while self._plans[-1][0] > instant + _LATE:
            self._plans.pop()
        self.plan = self._plans[-1][1]

    def events(self, begun: float, end: float) -> list[EventPlan]:
        """The events of the plan that acted at some time between two (s), in the order of their beginnings."""
        found = [each for each in self.plan.events if each.at <= end + _LATE and each.end >= begun]
        return sorted(found, key=lambda each: each.at)

    def node(self, name: str) -> list[tuple[Sample, NodeSample]]:
        """The samples of a node, with their times."""
        return [(each, each.nodes[name]) for each in self.samples if name in each.nodes]

    def link(self, name: str) -> list[tuple[Sample, LinkSample]]:
        """The samples of a link, with their times."""
        return [(each, each.links[name]) for each in self.samples if name in each.links]

    def noticed(self, names: Iterable[str | None], begun: float, end: float) -> list[Notice]:
        """What was noticed of some items between two times (s); None is what is about no single one."""
        wanted = set(names)
        return [each for each in self.notices if each.target in wanted and begun <= each.at <= end]
