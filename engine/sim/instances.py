"""The instances of a node: as many as there should be, serving as they should, their knobs turned."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING

from engine.records import dataclass
from engine.sim.disciplines import discipline_of, line_of, move_of, sort_of, tune
from engine.sim.draining import limit_drain
from engine.sim.fleets import tune_fleet
from engine.sim.lane.call import Pool
from engine.sim.lane.station.backlog import Backlog
from engine.sim.lane.station.cancellable import CancellableQueue
from engine.sim.lane.station.handover import hand_over
from engine.sim.lane.station.special_work import Failure, special_work
from engine.sim.servers import server_of

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator

    from engine.plan.primitives import StationPlan
    from engine.sim.lane.agenda import Agenda
    from engine.sim.lane.draws import Streams
    from engine.sim.lane.node import Node
    from engine.sim.lane.station.line import Line
    from engine.sim.lane.station.load import Move
    from engine.sim.parts import NodePart


@dataclass(slots=True)
class Hampered:
    """What events make of an instance."""

    pool: Pool
    slow: float = 1.0
    """Times longer work."""
    frozen: bool = False
    """Whether all work stands still."""
    failures: list[tuple[float, float]] = field(default_factory=list)
    """Shares of the requests that fail in place of being worked on, and when (s)."""

    def hamper(self, node: Node) -> None:
        """Let the instance know."""
        pool = self.pool
        pool.slow, pool.frozen = self.slow, self.frozen
        pool.detains = self.frozen or bool(self.failures)
        if self.failures or pool.rule is not None:
            failures = [Failure(*each) for each in self.failures]
            special_work(pool).fail(failures, node.errors)


class Instances:
    """Makes and tunes the instances of one machine."""

    def __init__(self, agenda: Agenda, streams: Streams) -> None:
        self.agenda = agenda
        self._streams = streams
        self.priorities = [0]
        """Priority of each request class."""
        self._told: Container[str] = ()
        """Nodes among whose calls some may be taken out of the line."""

    def tune(self, part: NodePart, station: StationPlan, told: Container[str]) -> None:
        """Have the right instances; surplus ones finish what they have.

        Those that serve stay while others can go; new ones are numbered on from the last. An instance that is to
        serve in another way goes on with all that it has, so that its workers
        are never there twice. Calls can be taken out of the line where a flow may, or a caller among
        the nodes that are ``told``.
        """
        self._told = told
        node, now = part.node, self.agenda.now
        part.retired = [pool for pool in part.retired if pool in part.bound or not pool.unused()]
        surplus = surplus_of(node.pools, station.instances)
        part.retired += surplus
        kept = [pool for pool in node.pools if pool not in surplus]
        self._move(list(self._moves(part, [*kept, *part.retired], station)))
        for pool in surplus:
            server = server_of(pool)
            if server is not None:
                server.catch_up(now)
            pool.leave_off(now)
            limit_drain(node, pool, station.drain, self.agenda)
        before = len(node.pools)
        while len(kept) < station.instances:
            pool = self._new(part, int(kept[-1].index) + 1 if kept else 0, station)
            if len(kept) >= before and now > 0.0 and station.start is not None:
                pool.starting = pool.down = True
                pool.listed = False
            elif len(kept) >= before and now > 0.0:
                pool.since = now
            kept.append(pool)
        node.pools = kept
        node.vitals.have(float(len(kept)), now)
        self._tune_backlog(node, station)
        known = None if part.followed is None else part.followed.station
        order = self._order(part, station)
        for pool in kept:
            line = None if order == part.order else self._line(part, pool, station)
            tune(pool, station, known, line, now)
            tune_fleet(pool, station, self._streams)
        part.order = order
        part.meters.follow(kept, part.retired, now)

    @staticmethod
    def _tune_backlog(node: Node, station: StationPlan) -> None:
        """Have who finds no place come again, or refuse them; who is on the way comes in any case."""
        if station.overflow == "refuse":
            node.backlog = None
        elif node.backlog is None:
            node.backlog = Backlog(node)

    def hamper(self, hampered: Iterable[tuple[NodePart, Hampered]]) -> None:
        """Have events slow instances from now on, or stop them; also for the work under way."""
        now = self.agenda.now
        changed: list[tuple[NodePart, Pool]] = []
        for part, each in hampered:
            pool = each.pool
            before = (pool.slow, pool.frozen)
            each.hamper(part.node)
            if before != (each.slow, each.frozen):
                changed.append((part, pool))
        for _part, pool in changed:
            server = server_of(pool)
            if server is not None:
                server.hamper(now)
        moves: list[Move] = []
        for part, pool in changed:
            moves += self._moves(part, [pool], part.plan.station)
        self._move(moves)
        for part, pool in changed:
            if part.node.pulls:
                part.node.invite(pool, now)

    def _move(self, moves: list[Move]) -> None:
        """Have instances serve in another way; whoever looks for their work looks through all that is due."""
        if moves:
            hand_over(self.agenda, moves, self.agenda.now)

    def _moves(self, part: NodePart, pools: list[Pool], station: StationPlan) -> Iterator[Move]:
        """The instances that are to serve in another way, or at another speed."""
        before = part.followed
        scale = 1.0 if before is None else before.station.speed / station.speed
        for pool in pools:
            sort = sort_of(pool, part.node, station)
            if scale != 1.0 or type(pool.discipline) is not sort:
                move = move_of(pool, part.node, sort, station, self._line(part, pool, station))
                move.scale = scale
                yield move

    def _new(self, part: NodePart, index: int, station: StationPlan) -> Pool:
        """A new instance."""
        node = part.node
        pool = Pool(node, index)
        line = self._line(part, pool, station)
        pool.discipline = discipline_of(pool, sort_of(pool, node, station), station, line, None)
        return pool

    def _line(self, part: NodePart, pool: Pool, station: StationPlan) -> Line:
        """An empty waiting line; one out of which calls can be taken, where somebody may."""
        line = line_of(station, self.priorities, part.node.agenda)
        return CancellableQueue(line, pool) if self._takes_out(part) else line

    def _takes_out(self, part: NodePart) -> bool:
        """Whether calls can be taken out of the line of a node."""
        return part.node.stepwise or part.plan.id in self._told

    def _order(self, part: NodePart, station: StationPlan) -> tuple[object, ...]:
        """All that waiting lines of a node follow from."""
        order = (station.discipline, station.lifo_after, *self.priorities)
        return (self._takes_out(part), *order)


def surplus_of(pools: list[Pool], instances: int) -> list[Pool]:
    """Which instances go where so many are to stay: those that serve least, and among equals the last.

    As in Kubernetes' ReplicaSet controller, who is not ready goes first.
    """
    many = max(0, len(pools) - instances)
    if many == 0:
        return []
    going = sorted(pools, key=lambda pool: (_readiness(pool), -int(pool.index)))[:many]
    return [pool for pool in pools if pool in going]


def _readiness(pool: Pool) -> int:
    """How far an instance is from serving: down, draining, starting, ready."""
    if pool.starting:
        return 2
    if pool.down:
        return 0
    return 1 if pool.draining else 3
