"""Faults that come by themselves: each unit fails, is repaired and fails again, as a process on the clock.

A unit is an instance, a node, or all that lies in a frame; each has two random streams of its own. A fault is
an event that no plan tells of, so that it goes together with those that plans do.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import field, replace
from typing import TYPE_CHECKING, Any, Final, Literal

from engine.control.chronicle import Chronicle
from engine.model.event_kinds import event_kind
from engine.model.units import format_quantity
from engine.plan.lower import law_plan
from engine.plan.primitives import INFINITE, EventPlan
from engine.records import dataclass
from engine.sim.lane.draws import generator
from engine.sim.primitives.faults import UPTIME
from engine.sim.primitives.replication import group_of
from engine.sim.samplers import make_sampler
from engine.sim.uptime import NodeUptime

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

    from simpy.events import Event

    from engine.control.timeline import Timeline
    from engine.model.faults import Faults
    from engine.model.laws import Law
    from engine.plan.primitives import FramePlan
    from engine.sim.lane.samplers import Sampler
    from engine.sim.machine import Machine
    from engine.sim.parts import NodePart
    from engine.sim.reach import Reach
    from engine.sim.snapshot import Notice

_LIVES: Final = 20.0
"""Mean lives after which nobody can tell any more when the first one began."""
_MOST_LIVES: Final = 10_000
"""Lives that are drawn for that at most: some laws are next to nothing nearly always."""


@dataclass(frozen=True, slots=True)
class Spec:
    """What fails together, and how."""

    settings: Faults
    name: str
    """What people call it; empty for a node, and for an instance of one."""
    nodes: tuple[str, ...]
    part: NodePart | None = None
    """The node, where it is about one: another node of the same name is another unit."""
    only: int | None = None
    """The place of the instance, where it is about one."""
    within: tuple[tuple[str, tuple[int, ...]], ...] = ()
    """Nodes of which the instances in some places alone fail, and these."""


@dataclass(slots=True, eq=False)
class Failure:
    """One fault of something, until it is repaired."""

    fault: EventPlan
    up: Event
    """That it works again: it was repaired, or another machine serves in its place."""
    told: bool
    """Whether people were told of it."""


@dataclass(slots=True, eq=False)
class Unit:
    """Something that fails by itself."""

    owner: str
    """Whose streams it draws from, and under which name there."""
    purpose: str
    spec: Spec
    samplers: dict[str, tuple[Law, Sampler]] = field(default_factory=dict)
    """What its times are drawn from, with the laws that they follow."""
    failures: list[Failure] = field(default_factory=list)
    """What is wrong now with it, and with the machines in whose place others serve."""
    valid: bool = True


class Renewals:
    """All that fails by itself on one machine."""

    def __init__(
        self, machine: Machine, timeline: Timeline, notify: Callable[[Notice], None]
    ) -> None:
        self._machine = machine
        self._timeline = timeline
        self._chronicle = Chronicle(machine, notify, "faults")
        self._units: dict[str, dict[str, Unit]] = {}
        """By the node or the frame whose settings they follow, and their own name there."""
        self._frames: tuple[FramePlan, ...] = ()
        self._above: dict[str, list[FramePlan]] = {}
        """Frames with faults, by the nodes inside."""
        self._threats: Counter[str] = Counter()
        """Units that a node belongs to."""
        self._uptimes: dict[str, NodeUptime] = {}
        timeline.succeeded = self._succeeded

    def follow(self, reach: Reach) -> None:
        """Have fail what the plan says, where something changed."""
        parts = {part.plan.id: part for part in reach.nodes}
        frames = {frame.id: frame for name in parts for frame in self._above.get(name, ())}
        if self._frames != self._machine.plan.frames:
            frames |= self._follow_frames(self._machine.plan.frames)
            parts = dict(self._machine.nodes)
        wanted = {name: self._of_node(part) for name, part in parts.items()}
        wanted |= {frame.id: self._of_frame(frame) for frame in frames.values()}
        if reach.whole:
            known = {*self._machine.nodes, *(frame.id for frame in self._frames)}
            wanted |= {name: {} for name in self._units if name not in known}
        touched = dict.fromkeys(parts)
        for owner, specs in wanted.items():
            if specs or owner in self._units:
                touched |= dict.fromkeys(self._have(owner, specs))
        for name in touched:
            self._watch(name)

    def _follow_frames(self, frames: tuple[FramePlan, ...]) -> dict[str, FramePlan]:
        """Know other frames from now on; returns all, those that went included without their faults."""
        gone = {frame.id: replace(frame, faults=None) for frame in self._frames}
        self._frames = frames
        self._above = {}
        for frame in frames:
            for name in frame.nodes if frame.faults is not None else ():
                self._above.setdefault(name, []).append(frame)
        return gone | {frame.id: frame for frame in frames}

    def _of_node(self, part: NodePart) -> dict[str, Spec]:
        """What fails by the settings of a node."""
        settings, name = part.plan.faults, part.plan.id
        if settings is None:
            return {}
        if settings.unit == "instance":
            return _instances(settings, part, "fault")
        if settings.unit == "node":
            return {"fault": Spec(settings, "", (name,), part)}
        frame = next((frame for frame in self._frames if name in frame.own), None)
        if frame is None:
            return {}
        return {"fault": Spec(settings, frame.name, frame.nodes, within=frame.within)}

    def _of_frame(self, frame: FramePlan) -> dict[str, Spec]:
        """What fails by the settings of a frame."""
        settings = frame.faults
        if settings is None:
            return {}
        if settings.unit == "frame":
            if not frame.nodes:
                return {}
            return {"fault": Spec(settings, frame.name, frame.nodes, within=frame.within)}
        found: dict[str, Spec] = {}
        within = dict(frame.within)
        for name in frame.nodes:
            part = self._machine.nodes.get(name)
            if part is None or part.is_client:
                continue
            if settings.unit == "node":
                inside = ((name, within[name]),) if name in within else ()
                found[f"fault/{name}"] = Spec(settings, "", (name,), part, within=inside)
            else:
                found |= _instances(settings, part, f"fault/{name}", within.get(name))
        return found

    def _have(self, owner: str, specs: dict[str, Spec]) -> Iterator[str]:
        """Have these units of an owner, and no others; returns the nodes that belong to more or fewer."""
        units = self._units.setdefault(owner, {})
        for purpose, unit in list(units.items()):
            spec = specs.get(purpose)
            if spec is None or _about(spec) != _about(unit.spec):
                yield from unit.spec.nodes
                self._end(units.pop(purpose))
        for purpose, spec in specs.items():
            known = units.get(purpose)
            if known is not None:
                self._retune(known, spec)
            else:
                yield from spec.nodes
                units[purpose] = unit = Unit(owner, purpose, spec)
                self._threats.update(spec.nodes)
                self._machine.clock.process(self._run(unit))
        if not units:
            del self._units[owner]

    def _retune(self, unit: Unit, spec: Spec) -> None:
        """Follow other settings; a fault that is there becomes what they say."""
        unit.spec = spec
        for failure in unit.failures:
            fault = _fault(spec, failure.fault.at)
            if fault != failure.fault:
                self._timeline.alter(failure.fault, fault)
                failure.fault = fault

    def _end(self, unit: Unit) -> None:
        """Have something fail no more."""
        unit.valid = False
        self._threats.subtract(unit.spec.nodes)
        for failure in list(unit.failures):
            self._mend(unit, failure)

    def _run(self, unit: Unit) -> Generator[Any, Any, None]:
        """Work, fail, work, until nothing of that is wanted any more."""
        clock = self._machine.clock
        yield clock.timeout(self._first(unit))
        while unit.valid:
            failure = self._fail(unit)
            clock.process(self._repair(unit, failure))
            yield failure.up
            if unit.valid:
                yield clock.timeout(self._draw(unit, "mtbf"))

    def _fail(self, unit: Unit) -> Failure:
        """Something fails."""
        spec, fault = unit.spec, _fault(unit.spec, self._machine.now)
        self._timeline.strike(fault)
        badge = event_kind(fault.change).badge_of(fault)
        text = f"{self._called(spec)}: {badge} by a fault"
        told = self._chronicle.say("alert", spec.nodes[0], text, "cause")
        failure = Failure(fault, self._machine.clock.event(), told)
        unit.failures.append(failure)
        return failure

    def _repair(self, unit: Unit, failure: Failure) -> Generator[Any, Any, None]:
        """Repair it, however long that takes."""
        yield self._machine.clock.timeout(self._draw(unit, "mttr"))
        if failure in unit.failures:
            self._mend(unit, failure)

    def _mend(self, unit: Unit, failure: Failure) -> None:
        """It works again."""
        unit.failures.remove(failure)
        fault = failure.fault
        self._timeline.lift(fault)
        _release(failure)
        if failure.told:
            lasted = format_quantity(self._machine.now - fault.at, "s")
            text = f"{self._called(unit.spec)}: repaired after {lasted}"
            self._chronicle.close("restored", fault.nodes[0], text, "act")

    def _called(self, spec: Spec) -> str:
        """What people call what failed."""
        if spec.name:
            return spec.name
        name = self._machine.plan.name(spec.nodes[0])
        return name if spec.only is None else f"{name} {spec.only + 1}"

    def _succeeded(self, part: NodePart) -> None:
        """Another machine serves for a node: it has a life of its own, whenever the one before is repaired."""
        for units in self._units.values():
            for unit in units.values():
                if unit.spec.part is part:
                    for failure in unit.failures:
                        _release(failure)

    def _first(self, unit: Unit) -> float:
        """Time (s) until the first failure of something whose age nobody knows: what is left of a life."""
        seed = self._machine.streams.seed
        age = generator(seed, unit.owner, f"{unit.purpose}/age").random()
        left = -(_LIVES + age) * unit.spec.settings.mtbf.mean
        for _ in range(_MOST_LIVES):
            left += self._draw(unit, "mtbf")
            if left > 0.0:
                return left
        return self._draw(unit, "mtbf")

    def _draw(self, unit: Unit, name: Literal["mtbf", "mttr"]) -> float:
        """The next time up or down (s)."""
        settings = unit.spec.settings
        law = settings.mtbf if name == "mtbf" else settings.mttr
        known = unit.samplers.get(name)
        if known is None or known[0] != law:
            streams, purpose = self._machine.streams, f"{unit.purpose}/{name}"
            known = (law, make_sampler(law_plan(law), streams, unit.owner, purpose))
            unit.samplers[name] = known
        return known[1].draw()

    def _watch(self, name: str) -> None:
        """See whether a node is up, as long as it may fail by itself."""
        part, now = self._machine.nodes.get(name), self._machine.now
        if part is None or part.is_client:
            return
        replaced = part.plan.failover is not None or part.plan.backup is not None
        if self._threats[name] > 0 or replaced:
            uptime = self._uptimes.get(name)
            if uptime is None or uptime.node is not part.node:
                uptime = self._uptimes[name] = NodeUptime(part.node, part.meters)
            uptime.needed = 1 if part.plan.faults is None else part.plan.faults.needed
            uptime.group = group_of(part)
            part.uptime = uptime
            part.control(UPTIME, uptime)
            part.note_uptime(now)
        elif part.uptime is not None:
            part.uptime.leave(now)
            part.uptime = None
            part.control(UPTIME, None)


def _release(failure: Failure) -> None:
    """Have what has failed live on."""
    if not failure.up.triggered:
        failure.up.succeed()


def _instances(
    settings: Faults, part: NodePart, purpose: str, places: tuple[int, ...] | None = None
) -> dict[str, Spec]:
    """Each instance of a node by itself, or those in some places of it."""
    name, count = part.plan.id, max(1, len(part.plan.spread))
    return {
        f"{purpose}/{pool.index}": Spec(settings, "", (name,), part, pool.index)
        for pool in part.node.pools
        if places is None or pool.index % count in places
    }


def _about(spec: Spec) -> tuple[object, ...]:
    """What something that fails is: another one fails by itself."""
    return (spec.nodes, spec.part, spec.within)


def _fault(spec: Spec, at: float) -> EventPlan:
    """A fault that something has had since a time (s)."""
    settings = spec.settings
    return EventPlan(
        at=at,
        end=INFINITE,
        change=settings.kind,
        nodes=spec.nodes,
        factor=settings.factor,
        probability=settings.probability,
        only=spec.only,
        within=spec.within,
        renewal=True,
    )
