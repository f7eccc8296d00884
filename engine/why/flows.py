"""What came to items in a part of a run from its beginning, and what became of it, as means."""

from __future__ import annotations

import math
from statistics import median
from typing import TYPE_CHECKING, Final

from engine.why.points import FEW, FULL, good
from engine.why.stretch import Point, stretches

if TYPE_CHECKING:
    from engine.plan.primitives import LinkPlan
    from engine.sim.snapshot import LinkSample, NodeSample
    from engine.why.case import Case
    from engine.why.stretch import Stretch

_SETTLING: Final = 1.0
"""Seconds after the beginning in which workers are still to become busy."""
_EMPTY: Final = 0.5
"""Hit ratio in the first second, up to which a store begins empty that is not filled before."""
_HELD: Final = 0.8
"""Share of the intervals in which calls wait that are most of them."""
_MANY: Final = 0.15
"""Share of the failures from which a reason counts."""
_HALF: Final = 0.5
"""Waiting requests for each worker from which a line is long."""


class Flows:
    """Means over a part of a run, from its beginning on."""

    def __init__(self, case: Case, until: float) -> None:
        """Read the record of this case up to a time (s)."""
        self._case = case
        samples = [each for each in case.record.samples if each.end <= until]
        self._samples = samples
        self.begin = samples[0].start if samples else 0.0
        self.end = samples[-1].end if samples else 0.0

    @property
    def seconds(self) -> float:
        """How long the part is."""
        return self.end - self.begin

    @property
    def since(self) -> str:
        """From when on it is, in words: a long run forgets how it began."""
        return "from the beginning" if self.begin <= 0.0 else "all the while"

    def comes(self, name: str) -> float:
        """What comes to a node (per second)."""
        return sum(each.arrivals for each in self._node(name)) / self.seconds

    def done(self, name: str) -> float:
        """What a node answers well (per second)."""
        return sum(each.completed for each in self._node(name)) / self.seconds

    def ended(self, name: str) -> float:
        """What ends at a node, well or not (per second)."""
        parts = self._node(name)
        return sum(each.completed + sum(each.failed.values()) for each in parts) / self.seconds

    def busy(self, name: str) -> float:
        """Share of the intervals in which all workers are busy of those that are up; the first second is left out."""
        late = [
            each.nodes[name].busy_of_up
            for each in self._samples
            if name in each.nodes and each.end > self.begin + min(_SETTLING, self.seconds / 4.0)
        ]
        return sum(each > FULL for each in late) / len(late) if late else 0.0

    def line(self, name: str, last: float) -> float:
        """How many wait in the last part of it, as a mean."""
        late = [
            each.nodes[name].queue
            for each in self._samples
            if name in each.nodes and each.end > self.end - last * self.seconds
        ]
        return sum(late) / len(late) if late else 0.0

    def workers(self, name: str) -> int:
        """Of all instances."""
        station = self._case.nodes[name].station
        return station.instances * (station.workers or 1)

    def lined(self, name: str) -> Stretch | None:
        """From when on many wait, for as long as they do, also after the part that is looked at."""
        places = 1.0 if self._case.nodes[name].keeps_messages else _HALF * self.workers(name)
        points = [
            Point(each.start, each.end, part.queue) for each, part in self._case.record.node(name)
        ]
        found = stretches(points, max(FEW, places))
        return found[0] if found and found[0].start < self.end else None

    def own(self, name: str) -> dict[str, float]:
        """Shares of what comes to a node, or over a link, that it fails by itself, by reason, the commonest first."""
        whole, found = 0, dict[str, int]()
        parts: list[NodeSample | LinkSample] = [*self._node(name), *self._link(name)]
        for part in parts:
            whole += good(part) + sum(part.failed.values())
            for reason, number in part.failed.items():
                found[reason] = (
                    found.get(reason, 0) + number - min(number, part.passed_on.get(reason, 0))
                )
        ranked = sorted(found.items(), key=lambda item: (-item[1], item[0]))
        return {reason: number / whole for reason, number in ranked if number >= FEW}

    def fails(self, name: str, reason: str) -> bool:
        """Whether a reason, of its own, is behind many of the failures of a node or a link."""
        signs = self._case.signs
        if signs.reasons(name, self.begin, self.end).get(reason, 0.0) <= _MANY:
            return False
        return signs.own_share(name, reason, self.begin, self.end) > _MANY

    def sent(self, link: LinkPlan) -> float:
        """Attempts over a link for each first one."""
        parts = self._link(link.id)
        first = sum(each.attempts - each.retries for each in parts)
        return sum(each.attempts for each in parts) / first if first > 0 else 1.0

    def again(self, link: LinkPlan) -> float:
        """Retries over a link (per second)."""
        return sum(each.retries for each in self._link(link.id)) / self.seconds

    def missed(self, link: LinkPlan) -> list[tuple[str, float]]:
        """The stores before a link, with the shares that they lack of what they are asked for."""
        stores = [link.source] + [each.target for each in self._case.leaving[link.source]]
        found = []
        for name in stores:
            if self._case.nodes[name].store is None or not (link.on_miss or name == link.source):
                continue
            ratios = [part.extra.get("hit_ratio", math.nan) for part in self._node(name)]
            known = [each for each in ratios if not math.isnan(each)]
            if known:
                found.append((name, 1.0 - sum(known) / len(known)))
        return found

    def begins_empty(self, name: str) -> bool:
        """Whether a store is not filled before, and lacks most of what it is asked for first."""
        store = self._case.nodes[name].store
        first = [
            ratio
            for part in self._node(name)[:3]
            if not math.isnan(ratio := part.extra.get("hit_ratio", math.nan))
        ]
        begins = self.begin <= 0.0 and store is not None and not store.prewarm
        return begins and bool(first) and first[0] < _EMPTY

    def stay(self, name: str) -> float:
        """How long a request is at a node as a median over the intervals of their means (s); 0 where nothing is known."""
        known = [part.latency.mean for part in self._node(name) if part.latency.count]
        return median(known) if known else 0.0

    def held_back(self, link: LinkPlan, what: str) -> bool:
        """Whether calls over a link wait, or are refused, most of the time before they are made."""
        parts = self._link(link.id)
        held = [part.extra.get(what, 0.0) >= _HALF or _turned_away(part) for part in parts]
        return bool(held) and sum(held) >= _HELD * len(held)

    def clients(self, name: str) -> list[str]:
        """The clients whose requests come to a node."""
        above, found = [name], {name}
        for each in above:
            for link in self._case.entering[each]:
                if link.source not in found:
                    found.add(link.source)
                    above.append(link.source)
        return [each for each in above if self._case.nodes[each].traffic is not None]

    def is_open(self, name: str) -> bool:
        """Whether what comes to a node is asked for no matter how long answers take."""
        return any(self._process(each) != "closed" for each in self.clients(name))

    def crowds(self, name: str) -> list[str]:
        """The users who wait for answers that come to a node, in words."""
        found = []
        for each in self.clients(name):
            traffic = self._case.nodes[each].traffic
            if traffic is not None and traffic.process == "closed":
                found.append(f"the {traffic.users:,} users of {self._case.name(each)}")
        return found

    def visits(self, name: str) -> float:
        """Requests that come to a node for each that its clients make."""
        asked = sum(self.comes(each) for each in self.clients(name))
        return self.comes(name) / asked if asked > 0.0 else 0.0

    def _process(self, client: str) -> str:
        """How a client asks."""
        traffic = self._case.nodes[client].traffic
        return "" if traffic is None else traffic.process

    def _node(self, name: str) -> list[NodeSample]:
        """The samples of a node."""
        return [each.nodes[name] for each in self._samples if name in each.nodes]

    def _link(self, name: str) -> list[LinkSample]:
        """The samples of a link."""
        return [each.links[name] for each in self._samples if name in each.links]


def _turned_away(part: LinkSample) -> bool:
    """Whether a link has refused calls in an interval, as it had no room for them."""
    return any(
        part.failed.get(reason, 0) > part.passed_on.get(reason, 0)
        for reason in ("bulkhead_full", "queue_full")
    )
