"""What instances of a cluster send each other: parts of requests, versions that others lack, and hints."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, final

from mypy_extensions import i16, i64

from engine.sim.lane.call import Call, CallPath
from engine.sim.lane.codes import ANNOUNCED
from engine.sim.lane.entry import Task, Timer
from engine.sim.lane.replicas.operation import MENDING, Operation, operation_of
from engine.sim.lane.replicas.posts import Posts

if TYPE_CHECKING:
    from engine.sim.lane.node import Node
    from engine.sim.lane.replicas.replica import Hint, Replica
    from engine.sim.lane.samplers import Sampler

HANDOFF: Final = 1.0
"""Seconds between two looks at whom hints can be delivered to."""
BATCH: Final = 1000
"""Hints that an instance delivers at once: more would keep its peers from other work."""


class Messaging(Posts):
    """Replicas that tell each other. What they answer to is said by `Cluster`."""

    def __init__(self, node: Node, lag: Sampler) -> None:
        super().__init__()
        self.node = node
        self.ends_here = True
        self.lag = lag
        """One-way time (s) between instances."""
        self.kinds: i64 = 1
        """Tasks below this are those of requests: to coordinate; then come a read and a write of a replica."""
        self.hint_life = 0.0
        """Seconds that hints are kept."""
        self.hints_expired: i64 = 0
        """Hints that were too old when their target was back."""
        self.path = PeerPath(self)
        self._handoff = Timer(Handoff(self))
        self._handing = False

    def arrived(self, part: Call, now: float) -> None:
        """Something reaches a replica."""
        raise NotImplementedError

    def returned(self, part: Call, now: float) -> None:
        """An answer reaches the coordinator."""
        raise NotImplementedError

    def send(
        self, job: Call, operation: Operation, owner: Replica, place: i64, task: i64, now: float
    ) -> None:
        """Have a replica read or write."""
        pool = owner.pool
        part = Call(self.node, pool, job, job.kind, job.key)
        part.task = i16(task)
        part.attempt = int(place)
        part.context = operation
        pool.detached += 1
        if owner is operation.here:
            owner.inside.add(part)
            pool.discipline.rejoin(part, now)
        else:
            part.stage = ANNOUNCED
            part.path = self.path
            self.cross(part)

    def cross(self, part: Call) -> None:
        """Let something go from one instance to another."""
        lag = self.lag
        agenda = self.node.agenda
        more = 0.0
        if not self.together:
            more = self.peers.delay(operation_of(part).here.pool, part.pool)
        if lag.fixed >= 0.0:
            agenda.convey(lag.fixed + more, part)
        else:
            agenda.schedule(lag.draw() + more, part)

    def mend(self, here: Replica, hint: Hint, now: float) -> None:
        """Send a version to a replica; nobody waits for that."""
        owner = hint.target
        if owner is not here and not self.reaches(here, owner):
            return
        operation = Operation(MENDING, here, hint.slot)
        operation.number, operation.stamp, operation.cell = hint.version, hint.stamp, hint.cell
        self.repaired += 1
        job = Call(self.node, here.pool, None, 0, 0)
        job.done = True
        self.send(job, operation, owner, 0, self.kinds + 1, now)

    def hint(self, here: Replica, hint: Hint) -> None:
        """Keep a write for somebody who is not reached, and look from time to time whether he is."""
        here.keep_hint(hint)
        if not self._handing:
            self._handing = True
            self.node.agenda.schedule(HANDOFF, self._handoff)

    def hand_off(self, now: float) -> None:
        """Deliver hints to those who can be reached again."""
        self._handing = False
        for here in self.members:
            if len(here.hints) == 0:
                continue
            if not here.pool.down:
                self._deliver_hints(here, now)
            if len(here.hints) > 0 and not self._handing:
                self._handing = True
                self.node.agenda.schedule(HANDOFF, self._handoff)

    def _deliver_hints(self, here: Replica, now: float) -> None:
        """Deliver what one instance keeps for others, as much as goes at once."""
        gone: list[int] = []
        for name, hint in here.hints.items():
            if len(gone) >= BATCH:
                break
            if hint.at + self.hint_life <= now:
                self.hints_expired += 1
                gone.append(name)
            elif self.reaches(here, hint.target):
                gone.append(name)
                self.mend(here, hint, now)
        for name in gone:
            del here.hints[name]

    def hints(self) -> i64:
        """Hints that are kept now."""
        count: i64 = 0
        for member in self.members:
            count += len(member.hints)
        return count


@final
class PeerPath(CallPath):
    """The network between the instances of a cluster."""

    def __init__(self, cluster: Messaging) -> None:
        self._cluster = cluster

    def arrive(self, call: Call, now: float) -> None:
        """A replica is asked."""
        self._cluster.arrived(call, now)

    def deliver(self, call: Call, now: float) -> None:
        """A replica has answered."""
        self._cluster.returned(call, now)

    def is_cut(self) -> bool:
        """Never as a whole."""
        return False


@final
class Handoff(Task):
    """Looks from time to time whether hints can be delivered."""

    def __init__(self, cluster: Messaging) -> None:
        self._cluster = cluster

    def due(self, timer: Timer, now: float) -> None:
        """Look."""
        self._cluster.hand_off(now)
