"""Backups: each copies its node on a period, and has the last copy serve on another machine when this one is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.model.units import format_figure, format_quantity
from engine.records import dataclass
from engine.sim.primitives.recovery import BACKUP, BackupCounts
from engine.sim.primitives.replication import group_of
from engine.sim.primitives.write_log import write_log_of
from engine.sim.snapshot import Notice

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from engine.control.lives import Lives
    from engine.control.timeline import Timeline
    from engine.model.backup import Backup
    from engine.sim.machine import Machine
    from engine.sim.parts import NodePart
    from engine.sim.reach import Reach
    from engine.sim.snapshot import NoticeKind, Role


@dataclass(slots=True, eq=False)
class Keeper:
    """The backups of one node."""

    part: NodePart
    settings: Backup
    counts: BackupCounts
    at: float
    """When the last complete copy was begun (s)."""
    written: int
    """Writes that are in it, and those that were lost before."""
    lost: int
    """Writes that were lost before."""


class Backups:
    """One process for each node of which there are copies, and one for each that is being restored."""

    def __init__(
        self,
        machine: Machine,
        lives: Lives,
        timeline: Timeline,
        notify: Callable[[Notice], None],
    ) -> None:
        self._machine = machine
        self._timeline = timeline
        self._notify = notify
        self._keepers: dict[str, Keeper] = {}
        lives.died = self._died

    def follow(self, reach: Reach) -> None:
        """Have the copies that the plan wants where something changed."""
        for part in reach.nodes:
            name, settings = part.plan.id, part.plan.backup
            keeper = self._keepers.get(name)
            if keeper is not None and (settings is None or keeper.part is not part):
                self._end(name)
                keeper = None
            if settings is None:
                continue
            if keeper is None:
                self._begin(part, settings)
            else:
                keeper.settings = settings
        if reach.whole:
            for name in [name for name in self._keepers if name not in self._machine.nodes]:
                self._end(name)

    def _begin(self, part: NodePart, settings: Backup) -> None:
        """Begin to copy; one copy is there."""
        now = self._machine.now
        keeper = Keeper(part, settings, BackupCounts(), now, _written(part), _lost(part))
        self._keepers[part.plan.id] = keeper
        part.control(BACKUP, keeper.counts)
        self._machine.clock.process(self._run(keeper))

    def _end(self, name: str) -> None:
        """Copy no longer, and restore nothing."""
        keeper = self._keepers.pop(name)
        keeper.part.control(BACKUP, None)
        if self._machine.nodes.get(name) is not keeper.part:
            self._timeline.succession.forget(name)

    def _goes_on(self, keeper: Keeper) -> bool:
        """Whether it has not been switched off meanwhile."""
        return self._keepers.get(keeper.part.plan.id) is keeper

    def _run(self, keeper: Keeper) -> Generator[Any, Any, None]:
        """Copy on a period; a copy that takes longer delays the next."""
        clock = self._machine.clock
        begun = clock.now
        while True:
            begun += keeper.settings.every
            yield clock.timeout(max(0.0, begun - clock.now))
            if not self._goes_on(keeper):
                return
            begun = clock.now
            yield from self._copy(keeper)

    def _copy(self, keeper: Keeper) -> Generator[Any, Any, None]:
        """Copy what is there now; a machine that goes down meanwhile leaves no copy."""
        pool, at = keeper.part.node.pools[0], self._machine.now
        written, lost, deaths = _written(keeper.part), _lost(keeper.part), pool.deaths
        if pool.down:
            return
        if keeper.settings.copying > 0.0:
            yield self._machine.clock.timeout(keeper.settings.copying)
        if pool.deaths == deaths and pool is keeper.part.node.pools[0]:
            keeper.at, keeper.written, keeper.lost = at, written, lost
            keeper.counts.copies += 1
            log = write_log_of(keeper.part)
            if log is not None:
                log.are_safe(written)

    def _died(self, part: NodePart) -> None:
        """A machine is dead: restore a copy of it, if there are some."""
        keeper = self._keepers.get(part.plan.id)
        if keeper is not None and keeper.part is part:
            self._machine.clock.process(self._restore(keeper))

    def _restore(self, keeper: Keeper) -> Generator[Any, Any, None]:
        """Have the last copy serve, unless the machine is back, or replaced, by then.

        Nor where a standby is being promoted: that knows all that was written, and a copy does not.
        """
        pool, lost_at = keeper.part.node.pools[0], self._machine.now
        deaths = pool.deaths
        keeper.counts.restoring = pool
        yield self._machine.clock.timeout(keeper.settings.restoring)
        is_back = pool.deaths != deaths or not pool.down or pool.starting
        is_back |= keeper.part.plan.id in self._timeline.succession.promoting
        group = group_of(keeper.part)
        if group is not None:  # whoever is up still knows more than a copy does
            is_back |= any(not each.down for each in keeper.part.node.pools)
        if is_back or not self._goes_on(keeper) or pool is not keeper.part.node.pools[0]:
            return
        log, counts, age = write_log_of(keeper.part), keeper.counts, lost_at - keeper.at
        known_lost = _lost(keeper.part) - keeper.lost
        lost = 0 if log is None else log.lose_since(keeper.written, known_lost, self._machine.now)
        counts.restores += 1
        counts.lost_seconds += age
        counts.waited += self._machine.now - lost_at
        keeper.at, keeper.written = self._machine.now, _written(keeper.part)
        keeper.lost = _lost(keeper.part)
        self._timeline.succeed(keeper.part)
        if group is not None:
            group.restore(self._machine.now)
        since = format_quantity(age, "s")
        what = f"restored from a backup; {format_figure(lost)} writes of {since} are lost"
        self._say(keeper, "restored", what, "act")

    def _say(self, keeper: Keeper, kind: NoticeKind, what: str, *roles: Role) -> None:
        """Put something on the record."""
        now, name = self._machine.now, keeper.part.plan.id
        text = f"{self._machine.plan.name(name)}: {what}"
        notice = Notice(at=now, kind=kind, text=text, target=name, roles=roles)
        self._notify(notice)


def _written(part: NodePart) -> int:
    """Writes that a node has acknowledged so far."""
    log = write_log_of(part)
    return 0 if log is None else int(log.acknowledged)


def _lost(part: NodePart) -> int:
    """Writes of a node that were lost so far."""
    log = write_log_of(part)
    return 0 if log is None else int(log.lost)
