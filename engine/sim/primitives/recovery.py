"""Nodes whose machine may be replaced: how often that happened, and what it cost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.records import dataclass
from engine.sim.body import Adapter, Counters, Values

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.sim.lane.call import Pool


@dataclass(slots=True, eq=False)
class FailoverCounts:
    """What the failovers of a node have done so far."""

    failovers: int = 0
    promoting: bool = False
    """Whether a standby is being made the leader."""


@dataclass(slots=True, eq=False)
class BackupCounts:
    """What the backups of a node have done so far."""

    copies: int = 0
    restores: int = 0
    lost_seconds: float = 0.0
    """Time of which the writes were lost."""
    waited: float = 0.0
    """Time from losses to restores."""
    restoring: Pool | None = None
    """The instance in whose place a copy is being restored."""


class FailoverAdapter(Adapter[FailoverCounts]):
    """Counts the standbys that took over."""

    name = "failover"

    def counters(self, body: FailoverCounts, now: float) -> Counters:
        """Failovers."""
        return (float(body.failovers),)

    def extra(
        self, body: FailoverCounts, since: Sequence[float], span: float, now: float
    ) -> Values:
        """How many there were."""
        return {"failovers": since[0]}

    def state(self, body: FailoverCounts) -> str:
        """Whether there is no leader just now."""
        return "promoting" if body.promoting else ""


class BackupAdapter(Adapter[BackupCounts]):
    """Counts copies and restores, and measures what a restore took and did not bring back."""

    name = "backup"

    def counters(self, body: BackupCounts, now: float) -> Counters:
        """Copies, restores, seconds of writes lost, and seconds without a machine."""
        return (float(body.copies), float(body.restores), body.lost_seconds, body.waited)

    def extra(self, body: BackupCounts, since: Sequence[float], span: float, now: float) -> Values:
        """How many there were; of a restore, on average, how old the copy was and how long it took."""
        copies, restores, lost, waited = since
        found = {"copies": copies, "restores": restores}
        if restores > 0.0:
            found |= {"recovery_point": lost / restores, "recovery_time": waited / restores}
        return found

    def state(self, body: BackupCounts) -> str:
        """Whether a copy is being restored."""
        pool = body.restoring
        return "restoring" if pool is not None and pool.down else ""


FAILOVER = FailoverAdapter()
BACKUP = BackupAdapter()
