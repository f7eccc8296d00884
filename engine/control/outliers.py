"""Outlier ejection: a router's targets that fail requests in a row are left out for a while, as Envoy does.

Who fails so many is ejected at once, unless too many are already. At every sweep those come back whose time
is over: the base time, times how often they were ejected without being forgiven, which happens once a sweep
to whoever is not out. Source: Envoy, `source/common/upstream/outlier_detection_impl.cc`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.control.rotation import rotation_of
from engine.model.units import format_quantity
from engine.records import dataclass
from engine.sim.lane.link import Link
from engine.sim.lane.network.ways import Ways
from engine.sim.lane.rules.outlier import Ejector, Outlier
from engine.sim.primitives.outlier import EJECTION
from engine.sim.snapshot import Notice

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from engine.plan.primitives import OutlierPlan
    from engine.sim.lane.call import Endpoint
    from engine.sim.machine import Machine
    from engine.sim.parts import NodePart
    from engine.sim.reach import Reach
    from engine.sim.snapshot import Role


@dataclass(slots=True)
class Ejection:
    """What is remembered of an instance that was ejected."""

    at: float
    """When it was the last time (s)."""
    times: int
    """How often in a row, as far as that is not forgiven."""


class Detector(Ejector):
    """Ejects the outliers among the targets of one router."""

    def __init__(
        self,
        part: NodePart,
        plan: OutlierPlan,
        machine: Machine,
        notify: Callable[[Notice], None],
    ) -> None:
        self.part = part
        self.plan = plan
        self.ejections = 0
        self.false_ejections = 0
        """Of instances with which nothing was wrong: neither they nor their link had a fault."""
        self._machine = machine
        self._notify = notify
        self._known: dict[Endpoint, Ejection] = {}

    def out(self) -> int:
        """How many are out now."""
        return sum(endpoint.ejected for endpoint in self._known)

    def outlier(self, endpoint: Endpoint, now: float) -> None:
        """Eject an instance, unless so many are out that nobody more may be."""
        among = [each for each in self.part.endpoints if each.pool.offered()]
        out = sum(each.ejected for each in among)
        if endpoint.ejected or endpoint not in among or out >= self.plan.share * len(among):
            return
        known = self._known.setdefault(endpoint, Ejection(now, 0))
        known.at = now
        if self.plan.base * known.times < max(self.plan.longest, self.plan.base):
            known.times += 1
        endpoint.ejected = True
        self.ejections += 1
        self.false_ejections += not _has_fault(endpoint)
        self._settle()
        span = format_quantity(self._span(known), "s")
        self._say(endpoint, f"ejected for {span}", now, "seen", "act")

    def sweep(self, now: float) -> None:
        """Let those come back whose time is over, and forgive those who are not out."""
        present = set(self.part.endpoints)
        self._known = {each: one for each, one in self._known.items() if each in present}
        returned = False
        for endpoint, known in self._known.items():
            if not endpoint.ejected:
                known.times = max(0, known.times - 1)
            elif now - known.at >= self._span(known) - 1e-9:
                endpoint.ejected = False
                endpoint.failures = 0
                returned = True
                self._say(endpoint, "no longer ejected", now)
        if returned:
            self._settle()

    def end(self) -> None:
        """Leave nobody out any more."""
        for endpoint in self._known:
            endpoint.ejected = False
        self._known.clear()

    def _span(self, known: Ejection) -> float:
        """Seconds for which an instance is out."""
        return min(self.plan.base * known.times, max(self.plan.longest, self.plan.base))

    def _settle(self) -> None:
        """Call the others."""
        rotation = rotation_of(self.part)
        if rotation is not None:
            rotation.settle()

    def _say(self, endpoint: Endpoint, what: str, now: float, *roles: Role) -> None:
        """Put something on the record."""
        target = endpoint.pool.site.name
        called = self._machine.plan.name
        where = called(self.part.plan.id)
        text = f"{called(target)} {endpoint.pool.index + 1} {what} at {where}"
        self._notify(Notice(at=now, kind="health", text=text, target=target, roles=roles))


class Outliers:
    """One process for each router that ejects."""

    def __init__(self, machine: Machine, notify: Callable[[Notice], None]) -> None:
        self._machine = machine
        self._notify = notify
        self._detectors: dict[str, Detector] = {}

    def follow(self, reach: Reach) -> None:
        """Have the routers of the plan eject, where something changed."""
        for part in reach.nodes:
            name, router = part.plan.id, part.plan.router
            plan = None if router is None else router.outlier
            detector = self._detectors.get(name)
            if detector is not None and (plan is None or detector.part is not part):
                self._detectors.pop(name).end()
                detector.part.control(EJECTION, None)
                detector = None
            if plan is None:
                continue
            if detector is None:
                detector = self._begin(part, plan)
            detector.plan = plan
            _count_for(part, detector)
        if reach.whole:
            for name in [name for name in self._detectors if name not in self._machine.nodes]:
                del self._detectors[name]

    def _begin(self, part: NodePart, plan: OutlierPlan) -> Detector:
        """Begin to eject."""
        detector = Detector(part, plan, self._machine, self._notify)
        self._detectors[part.plan.id] = detector
        part.control(EJECTION, detector)
        self._machine.clock.process(self._run(detector))
        return detector

    def _run(self, detector: Detector) -> Generator[Any, Any, None]:
        """Sweep on a period, until nobody is ejected any more."""
        clock = self._machine.clock
        while True:
            yield clock.timeout(detector.plan.sweep)
            if self._detectors.get(detector.part.plan.id) is not detector:
                return
            detector.sweep(self._machine.now)


def _count_for(part: NodePart, detector: Detector) -> None:
    """Have the links of a router tell of outliers."""
    for link in part.routes:
        for rule in link.link.rules:
            if isinstance(rule, Outlier):
                rule.ejector = detector


def _has_fault(endpoint: Endpoint) -> bool:
    """Whether something is wrong with an instance, or with the link to it."""
    pool, link = endpoint.pool, endpoint.path
    ill = pool.down or pool.frozen or pool.detains or pool.slow > 1.0 or pool.error > 0.0
    if ill or not isinstance(link, Link):
        return ill
    if isinstance(link.network, Ways):
        way = link.network.way(None, pool)
        return way.cuts > 0 or way.extra > 0.0 or way.loss > 0.0
    return link.cuts > 0 or link.extra > 0.0 or link.loss > 0.0
