"""The lives of instances that take time to start, or that run out of memory.

As in Kubernetes: an instance that is not ready is in no list of endpoints, so nobody calls it; one that
dies for want of memory is started again after a back-off of 10 s, doubled each time up to five
minutes, which is forgotten when it has run for ten minutes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from engine.control.moves import note_moves
from engine.control.rotation import settle_callers
from engine.model.units import format_quantity
from engine.plan.primitives import ZERO
from engine.records import dataclass
from engine.sim.lane.entry import Task
from engine.sim.lane.gates.activator import Activator
from engine.sim.lane.station.memory import Memory
from engine.sim.samplers import make_sampler
from engine.sim.servers import server_of
from engine.sim.snapshot import Notice

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from engine.sim.lane.call import Pool
    from engine.sim.lane.entry import Timer
    from engine.sim.machine import Machine
    from engine.sim.parts import NodePart
    from engine.sim.reach import Reach
    from engine.sim.snapshot import Role

BACKOFF: Final = 10.0
"""First wait (s) before a crashed instance is started again (kubelet)."""
LONGEST_BACKOFF: Final = 300.0
QUIET: Final = 600.0
"""Seconds of running after which earlier crashes are forgotten."""

_Key = tuple[str, int]


@dataclass(slots=True, eq=False)
class Life:
    """One instance, whatever runs it now."""

    part: NodePart
    pool: Pool
    killed: bool = False
    """Whether an event keeps it dead."""
    wanted: bool = False
    """Whether it was to start from nothing while that kept it dead."""
    crashes: int = 0
    """In a row."""
    running_since: float = 0.0
    turn: int = 0
    """Counts changes of state: who waits for something else by then has been overtaken."""

    @property
    def key(self) -> _Key:
        """What it is known by."""
        return self.part.plan.id, self.pool.index


class _Alarm(Task):
    """Takes the news that an instance is out of memory from the request lane."""

    def __init__(self, life: Life, crash: Callable[[Life], None]) -> None:
        self._life = life
        self._pool = life.pool
        self._crash = crash

    def due(self, _timer: Timer, _now: float) -> None:
        """Pass it on, unless another instance lives that life by now."""
        if self._life.pool is self._pool:
            self._crash(self._life)


class Lives:
    """Starts, deaths and restarts on one machine."""

    def __init__(self, machine: Machine, notify: Callable[[Notice], None]) -> None:
        self._machine = machine
        self._notify = notify
        self.died: Callable[[NodePart], None] = _mourn
        """Told of nodes of which an event has killed an instance."""
        self._lives: dict[str, dict[int, Life]] = {}
        """By the node, and the place of the instance."""

    def follow(self, reach: Reach) -> None:
        """Know all instances of the machine as it is now, where a change reached."""
        over: list[Life] = []
        for part in reach.nodes:
            old = self._lives.pop(part.plan.id, {})
            if _has_life(part):
                self._lives[part.plan.id] = {}
                for pool in part.node.pools:
                    self._adopt(old.pop(pool.index, None), part, pool)
            over += old.values()
        if reach.whole:
            gone = [name for name in self._lives if name not in self._machine.nodes]
            over += [life for name in gone for life in self._lives.pop(name).values()]
        for life in over:
            life.turn += 1
            if life.pool.dormant:
                self._make_ready(life)
            life.pool.starting = False
            life.pool.listed = True
            self._tell(life)
        self._strike_off(reach)

    def set_alive(self, part: NodePart, pool: Pool, *, alive: bool) -> None:
        """Kill or revive an instance because of events, where that is news."""
        life = self._lives.get(part.plan.id, {}).get(pool.index)
        now = self._machine.now
        if life is None or life.pool is not pool:
            if alive and pool.down:
                part.node.revive(pool, now)
            elif not alive and not pool.down:
                part.node.kill(pool, now)
                self.died(part)
        elif alive and life.killed:
            life.killed = False
            if life.wanted or not pool.dormant:
                self._restart(life)
        elif not alive and not life.killed:
            life.killed = True
            life.turn += 1
            life.crashes = 0
            life.wanted = pool.dormant and pool.starting
            pool.starting = False
            self._kill(life)
            self.died(part)
        note_moves(self._machine, part)

    def take_over(self, part: NodePart) -> None:
        """Have another machine serve in place of each instance of a node; what was inside fails."""
        now = self._machine.now
        for pool in part.node.pools:
            life = self._lives.get(part.plan.id, {}).get(pool.index)
            if not pool.down:
                part.node.kill(pool, now)
            if life is None or life.pool is not pool:
                part.node.revive(pool, now)
            else:
                life.turn += 1
                life.crashes = 0
                life.killed = pool.starting = False
                self._make_ready(life)
        note_moves(self._machine, part)

    def sleep(self, part: NodePart) -> None:
        """Have no instance of a node any more, until somebody wakes it. Nobody is inside."""
        life = self._first(part)
        life.turn += 1
        life.crashes = 0
        life.pool.dormant = True
        self._kill(life)
        self._recount(life)

    def wake(self, part: NodePart) -> None:
        """Start the first instance of a node that has none."""
        life = self._first(part)
        if life.killed:
            life.wanted = True
        else:
            self._start(life)

    def _first(self, part: NodePart) -> Life:
        """The instance of a node that may have none; those before it may have gone."""
        return self._lives[part.plan.id][int(part.node.pools[0].index)]

    def _recount(self, life: Life) -> None:
        """Count the instances that there are."""
        part, now = life.part, self._machine.agenda.now
        part.count_workers(now)
        part.meters.follow(part.node.pools, part.retired, now)

    def _adopt(self, life: Life | None, part: NodePart, pool: Pool) -> None:
        """Go on with the life of an instance, or begin one."""
        now = self._machine.now
        if life is None or life.part is not part:
            life = Life(part, pool, running_since=now, killed=_is_dead(pool))
            self._lives[part.plan.id][pool.index] = life
            if pool.starting:
                self._start(life)
        else:
            self._lives[part.plan.id][pool.index] = life
            if life.pool is not pool:
                pool.down, pool.starting = life.pool.down, life.pool.starting
                pool.listed, pool.dormant = life.pool.listed, life.pool.dormant
                life.pool = pool
        if isinstance(pool.memory, Memory) and pool.memory.alarm is None:
            pool.memory.alarm = _Alarm(life, self._crash)
            pool.memory.watch(now)

    def _start(self, life: Life) -> None:
        """Begin to start an instance; where that takes no time it is ready at once."""
        pool, now = life.pool, self._machine.now
        life.turn += 1
        life.wanted = False
        life.running_since = now
        plan = life.part.plan.station.start
        name, index = life.key
        law = make_sampler(
            plan.time if plan else ZERO, self._machine.streams, name, f"start/{index}"
        )
        wait = law.draw()
        if wait <= 0.0:
            self._make_ready(life)
            return
        pool.down = pool.starting = True
        pool.listed = pool.dormant  # who comes meanwhile waits for it
        self._tell(life)
        if pool.dormant:
            self._recount(life)
        if pool.memory is not None:
            pool.memory.begin(now)
        self._after(wait, life, self._make_ready)

    def _make_ready(self, life: Life) -> None:
        """Serve."""
        pool, now = life.pool, self._machine.now
        pool.listed = True
        if pool.memory is not None and not pool.starting:
            pool.memory.begin(now)
        woken, pool.dormant = pool.dormant, False
        life.part.node.revive(pool, now)
        server = server_of(pool)
        if server is not None:
            server.resume(now)
            server.warm(now)
        self._tell(life)
        if pool.memory is not None:
            pool.memory.watch(now)
        if woken:
            self._recount(life)
            for gate in life.part.gates:
                if isinstance(gate.thing, Activator):
                    gate.thing.open(now)
        if life.crashes:
            self._say(life, "is ready again", "act")

    def _crash(self, life: Life) -> None:
        """An instance is out of memory: all inside fail, and it is started again later."""
        pool = life.pool
        name, index = life.key
        if self._lives.get(name, {}).get(index) is not life or pool.down:
            return
        now = self._machine.agenda.now
        if now - life.running_since >= QUIET:
            life.crashes = 0
        wait = min(LONGEST_BACKOFF, BACKOFF * 2.0**life.crashes)
        life.crashes += 1
        life.turn += 1
        pool.listed = False
        self._kill(life)
        self._tell(life)
        self._say(
            life,
            f"is out of memory; it starts again in {format_quantity(wait, 's')}",
            "cause",
            "seen",
        )
        self._after(wait, life, self._restart)

    def _restart(self, life: Life) -> None:
        """Start an instance that was down."""
        life.part.node.vitals.restarts += 1.0
        self._start(life)

    def _kill(self, life: Life) -> None:
        """Take an instance down, whatever it is doing."""
        pool = life.pool
        if pool.memory is not None:
            pool.memory.stop()
        if not pool.down:
            life.part.node.kill(pool, self._machine.agenda.now)

    def _after(self, wait: float, life: Life, act: Callable[[Life], None]) -> None:
        """Do something later, unless something else happens to the instance first."""
        self._machine.clock.process(self._wait(wait, life, life.turn, act))

    def _wait(
        self, wait: float, life: Life, turn: int, act: Callable[[Life], None]
    ) -> Generator[Any, Any, None]:
        """A process that waits and acts."""
        yield self._machine.clock.timeout(wait)
        if life.turn == turn:
            act(life)

    def _strike_off(self, reach: Reach) -> None:
        """Let callers that are new know who is not to be called."""
        for part in reach.nodes:
            lives = self._lives.get(part.plan.id, {}).values()
            if all(life.pool.listed for life in lives):
                continue
            for link in part.entering:
                for endpoint in link.link.endpoints:
                    endpoint.healthy = endpoint.healthy and endpoint.pool.offered()
            settle_callers(self._machine, part)

    def _tell(self, life: Life) -> None:
        """Let all callers know whether an instance is to be called; what they knew of it is forgotten."""
        pool = life.pool
        life.part.note_uptime(self._machine.now)
        for link in life.part.entering:
            for endpoint in link.link.endpoints:
                if endpoint.pool is pool:
                    endpoint.healthy = pool.offered()
                    endpoint.passed = True
                    endpoint.ejected = False
                    endpoint.streak = endpoint.failures = 0
        settle_callers(self._machine, life.part)

    def _say(self, life: Life, text: str, *roles: Role) -> None:
        """Put something on the record."""
        name, index = life.key
        text = f"{self._machine.plan.name(name)} {index + 1} {text}"
        now = self._machine.agenda.now
        self._notify(Notice(at=now, kind="health", text=text, target=name, roles=roles))


def _mourn(_part: NodePart) -> None:
    """Have nothing done about it."""


def _is_dead(pool: Pool) -> bool:
    """Whether an event keeps an instance dead that nobody knew of before."""
    return pool.down and not (pool.starting or pool.dormant)


def _has_life(part: NodePart) -> bool:
    """Whether its instances start, or die, by themselves."""
    plan, memory = part.plan, part.plan.station.memory
    if plan.station.start is not None or (memory is not None and not memory.refuses):
        return True
    may_be_zero = plan.autoscale is not None and plan.autoscale.may_be_zero
    return may_be_zero or any(pool.dormant for pool in part.node.pools)
