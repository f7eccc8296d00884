"""Who leads a coordinator: an instance that reaches a majority, until it does no more, and then another one.

The leader is the one of before as long as it reaches a majority, itself included. Once it has not for the time of an
election, the first instance that does takes its place, as in Raft after its election timeout (etcd: 1 s). Meanwhile
nobody is answered.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from engine.records import dataclass
from engine.sim.lane.roles.quorum import Quorum
from engine.sim.snapshot import Notice

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from engine.sim.lane.call import Pool
    from engine.sim.machine import Machine
    from engine.sim.parts import NodePart
    from engine.sim.reach import Reach
    from engine.sim.snapshot import Role

_LOOKS: Final = 10.0
"""Looks in the time of an election: as many as heartbeats, 100 ms of 1 s in etcd."""


@dataclass(slots=True, eq=False)
class Election:
    """The instances of one coordinator."""

    part: NodePart
    role: Quorum
    lost: float | None = None
    """Since when it has no leader who reaches a majority; None while it has."""


class Elections:
    """One process for each coordinator."""

    def __init__(self, machine: Machine, notify: Callable[[Notice], None]) -> None:
        self._machine = machine
        self._notify = notify
        self._known: dict[str, Election] = {}

    def follow(self, reach: Reach) -> None:
        """Have those that are new elect somebody, at once at the beginning."""
        for part in reach.nodes:
            name = part.plan.id
            role = None if part.plan.quorum is None else part.role(Quorum)
            known = self._known.get(name)
            if known is not None and known.role is not role:
                del self._known[name]
                known = None
            if role is not None and known is None:
                election = self._known[name] = Election(part, role)
                role.leader = self._candidate(election)
                self._machine.clock.process(self._run(name, election))

    def _run(self, name: str, election: Election) -> Generator[Any, Any, None]:
        """Look whether the leader leads, again and again."""
        while True:
            quorum = election.part.plan.quorum
            if self._known.get(name) is not election or quorum is None:
                return
            yield self._machine.clock.timeout(quorum.election / _LOOKS)
            self._look(election, quorum.election)

    def _look(self, election: Election, patience: float) -> None:
        """Count the time without a leader, and have another one once it is too long."""
        role, now = election.role, self._machine.now
        leader = role.leader
        there = leader is not None and leader in election.part.node.pools
        if there and leader is not None and role.leads(leader):
            if election.lost is not None:
                election.lost = None
                self._say(
                    election, "restored", f"instance {leader.index + 1} reaches a majority again"
                )
            return
        if election.lost is None:
            election.lost = now
            self._say(election, "alert", "no leader reaches a majority", "seen")
        if now - election.lost < patience - 1e-9:
            return
        chosen = self._candidate(election)
        if chosen is not None:
            role.leader, election.lost = chosen, None
            self._say(election, "restored", f"instance {chosen.index + 1} is elected", "act")

    @staticmethod
    def _candidate(election: Election) -> Pool | None:
        """The first instance that reaches a majority."""
        pools = election.part.node.pools
        return next((pool for pool in pools if election.role.leads(pool)), None)

    def _say(self, election: Election, kind: Any, text: str, *roles: Role) -> None:
        """Put something on the record."""
        now, name = self._machine.now, election.part.plan.id
        text = f"{self._machine.plan.name(name)}: {text}"
        self._notify(Notice(at=now, kind=kind, text=text, target=name, roles=roles))
