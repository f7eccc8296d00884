"""Consumer groups: each notices who is there by heartbeats, and hands partitions over when that changes.

As in Kafka: an instance of which nothing is heard for the session timeout is out; whenever somebody comes or
goes, nobody of the group reads until all partitions belong to somebody again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from engine.sim.lane.roles.topic import Topic
from engine.sim.primitives.topic import groups_of
from engine.sim.snapshot import Notice

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from engine.plan.primitives import TopicPlan
    from engine.sim.lane.call import Endpoint
    from engine.sim.lane.roles.group import Group
    from engine.sim.machine import Machine
    from engine.sim.parts import NodePart
    from engine.sim.reach import Reach
    from engine.sim.snapshot import NoticeKind, Role

_BEAT: Final = 3.0
"""Most seconds between heartbeats (Kafka: heartbeat.interval.ms)."""
_BEATS: Final = 3.0
"""Least heartbeats in a session (Kafka advises as many)."""


class ConsumerGroups:
    """One process for each topic."""

    def __init__(self, machine: Machine, notify: Callable[[Notice], None]) -> None:
        self._machine = machine
        self._notify = notify
        self._watched: dict[str, NodePart] = {}

    def follow(self, reach: Reach) -> None:
        """Watch over the groups of the topics that there are now."""
        for part in reach.nodes:
            name = part.plan.id
            if part.plan.topic is not None and self._watched.get(name) is not part:
                self._watched[name] = part
                self._machine.clock.process(self._run(part))
        if reach.whole:
            for name in [name for name in self._watched if name not in self._machine.nodes]:
                del self._watched[name]

    def _goes_on(self, part: NodePart) -> bool:
        """Whether a topic is there still."""
        return self._watched.get(part.plan.id) is part and part.plan.topic is not None

    def _run(self, part: NodePart) -> Generator[Any, Any, None]:
        """Hear who is there on a period, and hand over what belongs to somebody who is not."""
        clock = self._machine.clock
        topic = part.role(Topic)
        plan = part.plan.topic
        while topic is not None and plan is not None and self._goes_on(part):
            yield clock.timeout(min(_BEAT, plan.session_timeout / _BEATS))
            plan = part.plan.topic
            if plan is None:
                return
            for group in groups_of(topic):
                group.expire(self._machine.now)
                self._sense(part, group, plan)

    def _sense(self, part: NodePart, group: Group, plan: TopicPlan) -> None:
        """Hear who is there; begin to hand over where somebody came or went."""
        now = self._machine.now
        wanted = self._wanted(group, plan, now)
        orphaned = bool(wanted) and any(each.owner is None for each in group.cursors)
        if group.paused or (wanted == list(group.members) and not orphaned):
            return
        gone = [each for each in group.members if each not in wanted]
        came = [each for each in wanted if each not in group.members]
        for endpoint in gone:
            if not _leaves(endpoint, group):
                group.expel(endpoint)
        moved = [f"{len(gone)} out"] * bool(gone) + [f"{len(came)} in"] * bool(came)
        moved = moved or ["there are more partitions"]
        roles: tuple[Role, ...] = ("seen",) if gone else ()
        self._say(part, "health", f"group {group.name} rebalances: {', '.join(moved)}", *roles)
        group.pause(now)
        self._machine.clock.process(self._hand_over(part, group, plan.rebalance))

    def _hand_over(self, part: NodePart, group: Group, seconds: float) -> Generator[Any, Any, None]:
        """Nobody reads until everything belongs to somebody again."""
        yield self._machine.clock.timeout(seconds)
        plan, topic = part.plan.topic, part.role(Topic)
        if plan is None or topic is None or group not in topic.groups:
            return
        wanted = self._wanted(group, plan, self._machine.now)
        group.assign(wanted, self._machine.now)
        group.resume(self._machine.now)
        idle = max(0, len(wanted) - len(group.cursors))
        more = f", {idle} of them without one" if idle else ""
        whole = f"{len(group.cursors)} partitions for {len(wanted)} instances"
        self._say(part, "restored", f"group {group.name} reads on: {whole}{more}", "act")

    def _wanted(self, group: Group, plan: TopicPlan, now: float) -> list[Endpoint]:
        """The instances that are in a group, as far as it has heard of them lately."""
        found = []
        for endpoint in group.endpoints:
            member = group.members.get(endpoint)
            if _is_heard(endpoint):
                if member is not None:
                    member.seen = now
                found.append(endpoint)
            elif (
                member is not None
                and now - member.seen < plan.session_timeout
                and not _leaves(endpoint, group)
            ):
                found.append(endpoint)
        return found

    def _say(self, part: NodePart, kind: NoticeKind, what: str, *roles: Role) -> None:
        """Put something on the record."""
        name = part.plan.id
        text = f"{self._machine.plan.name(name)}: {what}"
        now = self._machine.now
        self._notify(Notice(at=now, kind=kind, text=text, target=name, roles=roles))


def _is_heard(endpoint: Endpoint) -> bool:
    """Whether the heartbeat of an instance arrives."""
    pool = endpoint.pool
    return pool.offered() and not (pool.down or pool.frozen or endpoint.path.is_cut())


def _leaves(endpoint: Endpoint, group: Group) -> bool:
    """Whether an instance says good-bye: it is taken away, or drains."""
    return endpoint not in group.endpoints or endpoint.pool.draining
