"""What a run recorded, by item: the plan, its samples one after the other, and what was noticed."""

from __future__ import annotations

from collections import deque
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


class Record:
    """The last part of a run, as far as it explains anything."""

    def __init__(self, plan: Plan) -> None:
        """Know the plan that runs."""
        self.plan = plan
        """As it is now."""
        most = min(MOST, max(_FEWEST, _ROOM // max(len(plan.nodes) + len(plan.links), 1)))
        self.samples: deque[Sample] = deque(maxlen=most)
        self.notices: deque[Notice] = deque(maxlen=most)

    def add(self, snapshot: Snapshot) -> None:
        """Take in what happened since the snapshot before."""
        self.samples.extend(snapshot.samples)
        self.notices.extend(snapshot.notices)

    def forget_after(self, instant: float) -> None:
        """Forget what came after a time (s): the run went back to it, and goes on differently."""
        while self.samples and self.samples[-1].end > instant + _LATE:
            self.samples.pop()
        while self.notices and self.notices[-1].at > instant + _LATE:
            self.notices.pop()

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
