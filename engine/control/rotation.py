"""Which instances a router calls: what is known of each, brought together.

Health checks and ejection only note on an endpoint what they believe. Who is called follows from that in
one place, since below a threshold everybody is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.control.moves import note_moves
from engine.records import dataclass
from engine.sim.lane.roles.resolver import Resolver
from engine.sim.primitives.rotation import ROTATION
from engine.sim.snapshot import Notice

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from engine.plan.primitives import HealthPlan
    from engine.sim.lane.call import Endpoint
    from engine.sim.machine import Machine
    from engine.sim.parts import LinkPart, NodePart
    from engine.sim.reach import Reach

_ROUNDING = 1e-9


@dataclass(slots=True, eq=False)
class Rotation:
    """Who is called by one router."""

    part: NodePart
    machine: Machine
    notify: Callable[[Notice], None]
    panic: bool = False
    """Whether everybody is called because too few are good."""
    since: float = 0.0
    """When that began."""
    before: float = 0.0
    """Seconds for which it was so earlier."""

    def settle(self) -> None:
        """Call whom there is reason to call."""
        router = self.part.plan.router
        health = None if router is None else router.health
        panic = False
        for endpoints in self._groups():
            panic = _call_the_good(endpoints, health) or panic
        if panic != self.panic:
            self._turn(panic=panic)
        if self.part.choosing is not None:
            self.part.choosing.spread.look()

    def panic_time(self, now: float) -> float:
        """Seconds for which everybody was called so far."""
        return self.before + (now - self.since if self.panic else 0.0)

    def _groups(self) -> Iterator[list[Endpoint]]:
        """The instances that stand in for each other: those behind links that take the same classes."""
        groups: dict[tuple[bool, ...], list[Endpoint]] = {}
        for part in self._listed():
            link = part.link
            groups.setdefault(tuple(link.accepts), []).extend(link.endpoints)
        return iter(groups.values())

    def _listed(self) -> Iterator[LinkPart]:
        """The links that are chosen among: those for which there are records, where it is DNS."""
        role = self.part.role(Resolver)
        for part in self.part.routes:
            if role is None or part.plan.id in role.records:
                yield part

    def _turn(self, *, panic: bool) -> None:
        """Begin to call everybody, or cease to."""
        now, name = self.machine.agenda.now, self.part.plan.id
        if not panic:
            self.before = self.panic_time(now)
        self.panic, self.since = panic, now
        called = self.machine.plan.name(name)
        if panic:
            text = f"{called}: too few in rotation, so all are called"
            notice = Notice(now, "alert", text, name, ("seen", "act"))
        else:
            text = f"{called}: enough in rotation again, only they are called"
            notice = Notice(now, "restored", text, name)
        self.notify(notice)


class Rotations:
    """The routers of a machine that tell good instances from bad ones."""

    def __init__(self, machine: Machine, notify: Callable[[Notice], None]) -> None:
        self._machine = machine
        self._notify = notify

    def follow(self, reach: Reach) -> None:
        """Have the routers of the plan where something changed, and call whom they believe in."""
        for part in reach.nodes:
            router = part.plan.router
            if router is None:
                continue
            rotation = rotation_of(part)
            if router.health is None and router.outlier is None:
                part.control(ROTATION, None)
                for endpoint in part.endpoints:
                    endpoint.healthy = endpoint.pool.offered()
                continue
            if rotation is None:
                rotation = Rotation(part, self._machine, self._notify)
                part.control(ROTATION, rotation)
            rotation.settle()


def rotation_of(part: NodePart) -> Rotation | None:
    """Who is called by a router, where it tells good from bad."""
    body = part.controller(ROTATION)
    return body.thing if body is not None else None


def settle_callers(machine: Machine, target: NodePart) -> None:
    """Let the routers before a node call whom there is reason to call, after its instances changed."""
    for link in target.entering:
        source = machine.nodes.get(link.plan.source)
        rotation = None if source is None else rotation_of(source)
        if rotation is not None:
            rotation.settle()
    note_moves(machine, target)


def _call_the_good(endpoints: list[Endpoint], health: HealthPlan | None) -> bool:
    """Call who is believed to be good, or everybody who is there where too few are; says whether that is so."""
    listed = good = 0
    for endpoint in endpoints:
        if endpoint.pool.offered():
            listed += 1
            good += endpoint.passed and not endpoint.ejected
    everybody = health is not None and good < listed and _are_too_few(good, listed, health)
    for endpoint in endpoints:
        sound = everybody or (endpoint.passed and not endpoint.ejected)
        endpoint.healthy = sound and endpoint.pool.offered()
    return everybody


def _are_too_few(good: int, listed: int, health: HealthPlan) -> bool:
    """Whether so many are not enough."""
    if health.fail_open and good == 0:
        return True
    return health.panic is not None and good < health.panic * listed - _ROUNDING
