"""Failovers: each probes the leader of its node on a period, decides that it is lost, and makes a standby the leader.

There is one standby. The machine that was the leader is the standby once nothing is wrong with it any more.
Where the leader has followers, they are the standbys: the one that lacks least is promoted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.model.units import format_figure, format_quantity
from engine.records import dataclass
from engine.sim.primitives.recovery import FAILOVER, FailoverCounts
from engine.sim.primitives.replication import group_of
from engine.sim.primitives.write_log import write_log_of
from engine.sim.snapshot import Notice

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from engine.control.timeline import Timeline
    from engine.model.failover import Failover
    from engine.sim.lane.replication.group import Group
    from engine.sim.machine import Machine
    from engine.sim.parts import NodePart
    from engine.sim.reach import Reach
    from engine.sim.snapshot import NoticeKind, Role


@dataclass(slots=True, eq=False)
class Watch:
    """The failover of one node."""

    part: NodePart
    settings: Failover
    counts: FailoverCounts
    missed: int = 0
    """Probes in a row that were not answered."""
    told: bool = False
    """Whether people know that there is no standby."""


class Failovers:
    """One process for each node that has a standby."""

    def __init__(
        self, machine: Machine, timeline: Timeline, notify: Callable[[Notice], None]
    ) -> None:
        self._machine = machine
        self._timeline = timeline
        self._notify = notify
        self._watches: dict[str, Watch] = {}

    def follow(self, reach: Reach) -> None:
        """Watch over the leaders of the plan where something changed."""
        for part in reach.nodes:
            name, settings = part.plan.id, part.plan.failover
            watch = self._watches.get(name)
            if watch is not None and (settings is None or watch.part is not part):
                self._end(name)
                watch = None
            if settings is None:
                continue
            if watch is None:
                self._begin(part, settings)
            else:
                watch.settings = settings
        if reach.whole:
            for name in [name for name in self._watches if name not in self._machine.nodes]:
                self._end(name)

    def _begin(self, part: NodePart, settings: Failover) -> None:
        """Begin to watch over a leader."""
        watch = self._watches[part.plan.id] = Watch(part, settings, FailoverCounts())
        part.control(FAILOVER, watch.counts)
        self._machine.clock.process(self._run(watch))

    def _end(self, name: str) -> None:
        """Watch over it no longer; whoever was shut out may come back."""
        watch = self._watches.pop(name)
        watch.part.control(FAILOVER, None)
        self._timeline.succession.promoting.discard(name)
        if self._machine.nodes.get(name) is watch.part:
            self._timeline.unfence(name)
        else:
            self._timeline.succession.forget(name)

    def _goes_on(self, watch: Watch) -> bool:
        """Whether it has not been switched off meanwhile."""
        return self._watches.get(watch.part.plan.id) is watch

    def _run(self, watch: Watch) -> Generator[Any, Any, None]:
        """Probe on a period, until nobody wants to know any more."""
        clock = self._machine.clock
        yield clock.timeout(watch.settings.interval)
        while self._goes_on(watch):
            self._reconcile(watch)
            watch.missed = 0 if _answers(watch.part) else watch.missed + 1
            if watch.missed == 0:
                watch.told = False
            elif watch.missed >= watch.settings.failures and self._has_standby(watch):
                yield from self._fail_over(watch)
            yield clock.timeout(watch.settings.interval)

    def _has_standby(self, watch: Watch) -> bool:
        """Whether anybody can take over; that nobody can is told once."""
        group = group_of(watch.part)
        if group is not None:
            why = ""
            if group.most_advanced() is None:
                why = "leader lost, and no follower can take over"
            elif watch.settings.fencing and group.is_out_of_reach():
                why = "leader out of reach, and nobody can shut it out: no follower is promoted"
            if why and not watch.told:
                watch.told = True
                self._say(watch, "alert", why, "seen")
            return not why
        if not self._timeline.succession.has_left(watch.part.plan.id):
            return True
        if not watch.told:
            watch.told = True
            self._say(watch, "alert", "leader lost, and the standby is down as well", "seen")
        return False

    def _fail_over(self, watch: Watch) -> Generator[Any, Any, None]:
        """Shut the old leader out if that is wanted, promote the standby, and have it serve."""
        group = group_of(watch.part)
        if group is not None:
            yield from self._promote(watch, group)
            return
        name, settings, log = watch.part.plan.id, watch.settings, write_log_of(watch.part)
        written = 0 if log is None else int(log.acknowledged)
        if log is not None:
            log.keeps = True
        shown = format_quantity(settings.promote, "s")
        self._say(watch, "alert", f"leader lost, standby promoted in {shown}", "seen")
        if settings.fencing:
            self._timeline.fence(name)
        watch.counts.promoting = True
        self._timeline.succession.promoting.add(name)
        yield self._machine.clock.timeout(settings.promote)
        watch.counts.promoting = False
        if not self._goes_on(watch):
            return
        lost = 0 if log is None else log.lose_since(written, 0, self._machine.now)
        if log is not None:
            log.keeps = watch.part.plan.backup is not None
        self._timeline.succeed(watch.part)
        watch.missed = 0
        watch.counts.failovers += 1
        split = f"; {format_figure(lost)} writes to the old leader are lost" if lost else ""
        self._say(watch, "restored", f"the standby leads{split}", "act")

    def _promote(self, watch: Watch, group: Group) -> Generator[Any, Any, None]:
        """Shut the old leader out if that is wanted, and have the follower lead that lacks least."""
        name, settings, old = watch.part.plan.id, watch.settings, group.leader
        shown = format_quantity(settings.promote, "s")
        self._say(watch, "alert", f"leader lost, a follower is promoted in {shown}", "seen")
        if settings.fencing and old is not None:
            self._timeline.fence(name, int(old.pool.index))
        watch.counts.promoting = True
        yield self._machine.clock.timeout(settings.promote)
        watch.counts.promoting = False
        if not self._goes_on(watch):
            return
        watch.missed = 0
        there = group_of(watch.part) is group
        safe = not (settings.fencing and group.is_out_of_reach())
        new = group.most_advanced() if there and safe else None
        if new is not None and group.leader is old:
            lost = int(group.promote(new, self._machine.now, fenced=settings.fencing))
            self._lose(watch, lost)
            watch.counts.failovers += 1
            split = f"; {format_figure(lost)} acknowledged writes are lost" if lost else ""
            self._say(watch, "restored", f"instance {new.pool.index + 1} leads{split}", "act")
        self._timeline.unfence(name)
        watch.part.note_uptime(self._machine.now)

    def _reconcile(self, watch: Watch) -> None:
        """Have an old leader that goes on beside the new one follow that, now that somebody sees it."""
        group = group_of(watch.part)
        if group is None:
            return
        self._relieve(watch, group)
        stray = group.stray()
        if stray is None or not group.meets(stray):
            return
        lost = int(group.rejoin(stray, self._machine.now))
        self._lose(watch, lost)
        split = f"; {format_figure(lost)} writes that it alone had are lost" if lost else ""
        self._say(watch, "restored", f"instance {stray.pool.index + 1} follows again{split}")

    def _relieve(self, watch: Watch, group: Group) -> None:
        """Have a leader that is taken out of rotation hand over, which loses nothing."""
        leader, new = group.leader, group.most_advanced()
        if leader is None or new is None or not leader.pool.draining or not group.answers():
            return
        if new.pool.draining:
            return
        group.hand_over(new, self._machine.now)
        watch.part.note_uptime(self._machine.now)
        self._say(watch, "health", f"instance {new.pool.index + 1} leads, the drained one follows")

    @staticmethod
    def _lose(watch: Watch, lost: int) -> None:
        """Count writes that are lost."""
        log = write_log_of(watch.part)
        if log is not None:
            log.lose(lost)

    def _say(self, watch: Watch, kind: NoticeKind, what: str, *roles: Role) -> None:
        """Put something on the record."""
        now, name = self._machine.now, watch.part.plan.id
        text = f"{self._machine.plan.name(name)}: {what}"
        notice = Notice(at=now, kind=kind, text=text, target=name, roles=roles)
        self._notify(notice)


def _answers(part: NodePart) -> bool:
    """Whether a leader answers a probe."""
    group = group_of(part)
    if group is not None:
        return group.answers()
    return not any(pool.down or pool.frozen for pool in part.node.pools)
