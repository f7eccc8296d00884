"""Leaders of the partitions of clusters: each is replaced once it is lost for the time of an election.

A leader is lost while it is not well, or does not reach most owners of its partition. The owner that lacks least of
those that most can vote for takes its place, and whoever did not vote follows it once it is reached.
"""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING, Any, Final

from engine.model.units import format_figure
from engine.records import dataclass
from engine.sim.lane.codes import NEVER
from engine.sim.lane.replicas.posts import is_well
from engine.sim.primitives.cluster import cluster_of
from engine.sim.snapshot import Notice

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from engine.sim.lane.replicas.cluster import Cluster
    from engine.sim.machine import Machine
    from engine.sim.parts import NodePart
    from engine.sim.reach import Reach
    from engine.sim.snapshot import NoticeKind

_LOOKS: Final = 10.0
"""Looks in the time of an election: MongoDB's heartbeats are 2 s of 10 s apart, etcd's 100 ms of 1 s."""
_JUST: Final = 1e-9


@dataclass(slots=True, eq=False)
class Council:
    """The partitions of one cluster."""

    part: NodePart
    role: Cluster
    seen: float
    """When it was looked at last (s)."""


@dataclass(slots=True, eq=False)
class News:
    """What one look finds, in how many partitions."""

    failing: int = 0
    again: int = 0
    elected: int = 0
    lost: int = 0
    """Acknowledged writes that the new leaders do not have."""
    returned: set[int] = field(default_factory=set)
    """Instances that follow again, by their places."""
    rolled_back: int = 0
    """Acknowledged writes that they alone had."""


class PartitionLeaders:
    """One process for each cluster whose partitions have leaders."""

    def __init__(self, machine: Machine, notify: Callable[[Notice], None]) -> None:
        self._machine = machine
        self._notify = notify
        self._known: dict[str, Council] = {}

    def follow(self, reach: Reach) -> None:
        """Watch over the leaders of the plan where something changed."""
        for part in reach.nodes:
            name, plan = part.plan.id, part.plan.cluster
            role = cluster_of(part) if plan is not None and plan.led else None
            known = self._known.get(name)
            if known is not None and known.role is not role:
                del self._known[name]
                known = None
            if role is not None and known is None:
                council = self._known[name] = Council(part, role, self._machine.now)
                self._machine.clock.process(self._run(name, council))
        if reach.whole:
            for name in [name for name in self._known if name not in self._machine.nodes]:
                del self._known[name]

    def _run(self, name: str, council: Council) -> Generator[Any, Any, None]:
        """Look whether the leaders lead, again and again."""
        while True:
            plan = council.part.plan.cluster
            if self._known.get(name) is not council or plan is None:
                return
            yield self._machine.clock.timeout(plan.election / _LOOKS)
            if self._known.get(name) is council:
                self._look(council, plan.election)

    def _look(self, council: Council, patience: float) -> None:
        """Have those follow that hear of their leader, and elect leaders where there have been none for too long."""
        role, now = council.role, self._machine.now
        passed, council.seen = now - council.seen, now
        news = News()
        for place, post in enumerate(role.posts):
            _reunite(role, place, news)
            if role.is_led(post):
                news.again += post.lost_at < NEVER
                post.lost_at = NEVER
                continue
            role.vacant += passed
            if post.lost_at == NEVER:
                post.lost_at = now
                news.failing += 1
            if now - post.lost_at >= patience - _JUST:
                gone = int(role.elect(place))
                if gone >= 0:
                    news.elected += 1
                    news.lost += gone
        self._tell(council, news)

    def _tell(self, council: Council, news: News) -> None:
        """Put what happened on the record."""
        if news.failing:
            self._say(council, "alert", f"{_partitions(news.failing)} lost the leader")
        if news.again:
            self._say(council, "restored", f"{_partitions(news.again)} reached by the leader again")
        if news.elected:
            gone = f"; {format_figure(news.lost)} acknowledged writes are lost" if news.lost else ""
            self._say(
                council, "restored", f"new leader elected in {_partitions(news.elected)}{gone}"
            )
        if news.returned:
            who = ", ".join(str(each + 1) for each in sorted(news.returned))
            gone = f"; {format_figure(news.rolled_back)} writes that it alone had are rolled back"
            what = f"instance {who} follows again{gone if news.rolled_back else ''}"
            self._say(council, "health", what)

    def _say(self, council: Council, kind: NoticeKind, text: str) -> None:
        """Put something on the record."""
        name = council.part.plan.id
        text = f"{self._machine.plan.name(name)}: {text}"
        self._notify(Notice(at=self._machine.now, kind=kind, text=text, target=name))


def _reunite(role: Cluster, place: int, news: News) -> None:
    """Have the owners of a partition follow that hear of their leader again."""
    post = role.posts[place]
    for owner in list(post.behind):
        leader = post.leader
        heard = leader is not None and is_well(leader) and role.connects(leader, owner)
        if heard and is_well(owner):
            news.rolled_back += int(role.rejoin(place, owner))
            news.returned.add(int(owner.pool.index))


def _partitions(count: int) -> str:
    """So many partitions."""
    return "1 partition" if count == 1 else f"{count} partitions"
