"""Autoscalers: each senses a number of its node on a period, decides how many instances there should be, and has them.

Sensing and acting are here; the arithmetic is in `engine.control.replicas`.
"""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING, Any, Final

from engine.control.replicas import most_for_now, wanted_by_ratio, wanted_by_steps
from engine.model.units import format_figure, format_quantity
from engine.records import dataclass
from engine.sim.instance_meters import is_off
from engine.sim.lane.codes import UNLIMITED
from engine.sim.lane.gates.activator import Activator, Waker
from engine.sim.lane.roles.queue import Queue
from engine.sim.primitives.autoscale import AUTOSCALE
from engine.sim.snapshot import Notice

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping

    from engine.control.lives import Lives
    from engine.model.autoscale import Autoscale
    from engine.sim.instance_meters import InstanceTally
    from engine.sim.lane.call import Pool
    from engine.sim.machine import Machine
    from engine.sim.parts import NodePart
    from engine.sim.reach import Reach
    from engine.sim.snapshot import Role
    from engine.sim.tally import Tally

_SHARES: Final = ("utilization", "busy")
_WORDS: Final = {"in_flight": "requests inside", "queue": "waiting", "rate": "requests a second"}


@dataclass(slots=True, eq=False)
class Scaler:
    """The autoscaler of one node."""

    part: NodePart
    settings: Autoscale
    since: Tally
    """The node at the last look."""
    ready: Mapping[Pool, InstanceTally] = field(default_factory=dict)
    """The instances that were ready then."""
    wanted: list[tuple[float, int]] = field(default_factory=list)
    """What was wanted when, for as long as the down window looks back."""
    added: list[tuple[float, int]] = field(default_factory=list)
    """Instances that were added when, for as long as the limit of growth looks back."""

    @property
    def is_asleep(self) -> bool:
        """Whether there is no instance, not even one that starts."""
        return is_off(self.part.node.pools[0])


class Bell(Waker):
    """Rings for the autoscaler of a node when a call comes while there is no instance."""

    def __init__(self, scaler: Scaler, ring: Callable[[Scaler], None]) -> None:
        self._scaler = scaler
        self._ring = ring

    def wanted(self) -> None:
        """A call has come, and there is no instance."""
        self._ring(self._scaler)


class Autoscalers:
    """One process for each node that scales itself."""

    def __init__(self, machine: Machine, lives: Lives, notify: Callable[[Notice], None]) -> None:
        self._machine = machine
        self._lives = lives
        self._notify = notify
        self._scalers: dict[str, Scaler] = {}

    def follow(self, reach: Reach) -> None:
        """Have the autoscalers of the plan where something changed."""
        for part in reach.nodes:
            name, settings = part.plan.id, part.plan.autoscale
            scaler = self._scalers.get(name)
            if scaler is not None and (settings is None or scaler.part is not part):
                if scaler.part is part:
                    self._wake(scaler, "not scaled any more")
                del self._scalers[name]
                scaler.part.control(AUTOSCALE, None)
                scaler = None
            if settings is None:
                continue
            if scaler is None:
                self._begin(part, settings)
            else:
                scaler.settings = settings
                if len(part.node.pools) > 1 or settings.least(self._machine.now) > 0:
                    self._wake(scaler, "as many are wanted")
            self._attend(part, self._scalers[name])
        if reach.whole:
            for name in [name for name in self._scalers if name not in self._machine.nodes]:
                del self._scalers[name]

    def _begin(self, part: NodePart, settings: Autoscale) -> None:
        """Begin to scale a node; what it has now counts as wanted."""
        now = self._machine.now
        scaler = Scaler(part, settings, part.tally(now))
        scaler.wanted.append((now, len(part.node.pools)))
        self._scalers[part.plan.id] = scaler
        part.control(AUTOSCALE, part)
        self._remember(scaler)
        self._machine.clock.process(self._run(scaler))

    def _attend(self, part: NodePart, scaler: Scaler) -> None:
        """Hear of calls that come while there is no instance."""
        for gate in part.gates:
            if isinstance(gate.thing, Activator):
                gate.thing.waker = Bell(scaler, self._wake_soon)

    def _run(self, scaler: Scaler) -> Generator[Any, Any, None]:
        """Look on a period, until the autoscaler or its node is gone."""
        clock = self._machine.clock
        yield clock.timeout(scaler.settings.phase or scaler.settings.interval)
        while self._scalers.get(scaler.part.plan.id) is scaler:
            if scaler.is_asleep:
                self._look_asleep(scaler)
            else:
                self._look(scaler)
            yield clock.timeout(scaler.settings.interval)

    def _look(self, scaler: Scaler) -> None:
        """Sense, decide and act."""
        value, quiet = self._sense(scaler), _is_quiet(scaler, self._machine.now)
        self._remember(scaler)
        if value is not None:
            self._act(scaler, value, quiet=quiet)
        elif scaler.settings.may_be_zero:
            # Nobody is ready yet: who was wanted when it started still is.
            scaler.wanted.append((self._machine.now, len(scaler.part.node.pools)))

    def _look_asleep(self, scaler: Scaler) -> None:
        """Start an instance where messages wait for one, or the schedule says so."""
        if _waiting(scaler.part) > 0.0:
            self._wake(scaler, "somebody waits")
        elif scaler.settings.least(self._machine.now) > 0:
            self._wake(scaler, "as scheduled")

    def _wake(self, scaler: Scaler, why: str) -> None:
        """Start the first instance, where there is none."""
        if not scaler.is_asleep:
            return
        now, name = self._machine.now, scaler.part.plan.id
        scaler.wanted.append((now, 1))
        text = f"{self._machine.plan.name(name)}: 0 → 1 instances, {why}"
        self._notify(Notice(at=now, kind="health", text=text, target=name, roles=("act",)))
        self._lives.wake(scaler.part)
        self._remember(scaler)

    def _wake_soon(self, scaler: Scaler) -> None:
        """Start it for a call that has come just now."""
        self._machine.clock.process(self._wake_for_call(scaler))

    def _wake_for_call(self, scaler: Scaler) -> Generator[Any, Any, None]:
        """A process of its own, since the request lane has to yield first."""
        yield self._machine.clock.timeout(0.0)
        self._wake(scaler, "a request waits")

    def _remember(self, scaler: Scaler) -> None:
        """Know at the next look what happened since this one."""
        now = self._machine.now
        tallies = scaler.part.meters.tallies(now)
        scaler.since = scaler.part.tally(now)
        scaler.ready = {pool: tallies[pool] for pool in _ready(scaler.part) if pool in tallies}

    def _sense(self, scaler: Scaler) -> float | None:
        """The number, of each ready instance on average; None where there is none."""
        part, now, metric = scaler.part, self._machine.now, scaler.settings.metric
        count, span = len(_ready(part)), now - scaler.since.time
        if count == 0 or span <= 0.0:
            return None
        if metric in _SHARES:
            return self._share(scaler, span)
        if metric == "queue":
            return _waiting(part) / count
        tally = part.tally(now)
        if metric == "in_flight":
            return (tally.in_system - scaler.since.in_system) / span / count
        return (tally.begun - scaler.since.begun) / span / count

    def _share(self, scaler: Scaler, span: float) -> float | None:
        """Mean share of the workers that were at work, or busy, of the instances that were ready all the time."""
        tallies = scaler.part.meters.tallies(self._machine.now)
        used = workers = 0.0
        for pool in _ready(scaler.part):
            before = scaler.ready.get(pool)
            if before is not None and pool.workers < UNLIMITED:
                done = tallies[pool].plus(before, -1)
                used += done.working if scaler.settings.metric == "utilization" else done.busy
                workers += float(pool.workers)
        return used / (workers * span) if workers > 0.0 else None

    def _act(self, scaler: Scaler, value: float, *, quiet: bool) -> None:
        """Decide, and have as many instances."""
        settings, part, now = scaler.settings, scaler.part, self._machine.now
        current = len(part.node.pools)
        starting = sum(bool(pool.starting) for pool in part.node.pools)
        if settings.steps is None:
            wanted = wanted_by_ratio(
                value / settings.target,
                len(_ready(part)),
                starting,
                current,
                settings.tolerance,
            )
        else:
            wanted = wanted_by_steps(value, settings.steps, current)
        if settings.may_be_zero:
            wanted = 0 if quiet else max(1, wanted)  # health checks are no reason to be there
        instances = self._limited(scaler, wanted, current)
        if instances == 0 and not (current == 1 and _is_idle(part)):
            instances = 1
        if instances == current:
            return
        if instances > current:
            scaler.added.append((now, instances - current))
        name = self._machine.plan.name(part.plan.id)
        text = f"{name}: {current} → {instances} instances, {_told(settings, value)}"
        roles: tuple[Role, ...] = ("act",) if instances > current else ()
        self._notify(Notice(at=now, kind="health", text=text, target=part.plan.id, roles=roles))
        if instances == 0:
            self._lives.sleep(part)
        else:
            self._machine.scale(part.plan.id, instances)

    def _limited(self, scaler: Scaler, wanted: int, current: int) -> int:
        """What is wanted, within the limits of growth, of the down window, and of all."""
        settings, now = scaler.settings, self._machine.now
        scaler.wanted.append((now, wanted))
        scaler.wanted = [each for each in scaler.wanted if each[0] >= now - settings.down_window]
        scaler.added = [each for each in scaler.added if each[0] > now - settings.up.per]
        if wanted < current:
            wanted = min(current, max(each for _, each in scaler.wanted))
        elif wanted > current:
            added = sum(each for _, each in scaler.added)
            wanted = min(wanted, most_for_now(settings.up, current, added))
        least = settings.least(now)
        return min(max(wanted, least), settings.max)


def _is_quiet(scaler: Scaler, now: float) -> bool:
    """Whether nobody has come or been inside since the last look."""
    tally, since = scaler.part.tally(now), scaler.since
    same = (tally.begun, tally.in_system) == (since.begun, since.in_system)
    return same and _is_idle(scaler.part)


def _is_idle(part: NodePart) -> bool:
    """Whether nobody is inside a node or on the way to it."""
    return all(pool.unused() for pool in part.node.pools) and _waiting(part) == 0.0


def _ready(part: NodePart) -> list[Pool]:
    """The instances that serve."""
    return [pool for pool in part.node.pools if pool.offered() and not pool.down]


def _waiting(part: NodePart) -> float:
    """Requests that wait at a node, and messages in the queues that it pulls from."""
    sources = {link.plan.source: link.link.source for link in part.entering}
    depth = sum(float(each.depth) for each in sources.values() if isinstance(each, Queue))
    return depth + float(part.node.waiting)


def _told(settings: Autoscale, value: float) -> str:
    """What it saw, for people."""
    if settings.metric in _SHARES:
        return f"{settings.metric} {format_quantity(value, '%')}"
    return f"{format_figure(value)} {_WORDS[settings.metric]} each"
