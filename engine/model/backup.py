"""Backups as people set them: copies on a period, and what it takes to restore one."""

from __future__ import annotations

from typing import Any, Final

from engine.model.fields import Config, setting


class Backup(Config):
    """Copies everything on a period, and restores the last copy elsewhere when the machine is lost."""

    every: float = setting(
        3600.0,
        title="Every",
        unit="s",
        help="From copy to copy; one is there when the run begins. What was written since the last one began is "
        "lost with the machine: RPO, at most so long and on average half of it, and what a copy takes more.",
        ge=0.1,
        le=1e9,
    )
    bytes: float = setting(
        100e9,
        title="Size",
        unit="B",
        help="Of a copy.",
        ge=0.0,
        le=1e18,
    )
    bandwidth: float | None = setting(
        None,
        title="Copy at",
        unit="B/s",
        help="A copy takes size ÷ this, and is of no use before; none is at once, as snapshots are.",
        gt=0.0,
        le=1e15,
    )
    restore_bandwidth: float = setting(
        200e6,
        title="Restore at",
        unit="B/s",
        help="A restore takes size ÷ this: 2 TB at 200 MB/s are 10 000 s.",
        gt=0.0,
        le=1e15,
    )
    provision: float = setting(
        600.0,
        title="Provision",
        unit="s",
        help="From the loss until there is a machine to restore to: to notice, to decide, to start one. RTO "
        "is this and the restore. A machine that comes back before that has kept what it had, and so has a "
        "standby: while one is being promoted nothing is restored.",
        ge=0.0,
        le=1e9,
    )

    @property
    def copying(self) -> float:
        """Seconds that a copy takes."""
        return 0.0 if self.bandwidth is None else self.bytes / self.bandwidth

    @property
    def restoring(self) -> float:
        """Seconds from the loss of the machine until a copy of it serves."""
        return self.provision + self.bytes / self.restore_bandwidth


BACKUP: Final[Any] = setting(
    None,
    title="Backup",
    group="Recovery",
    help="Copies on a period, of which the last is restored on another machine when this one is dead. Results "
    "have the time and the writes that were lost. Off: whoever is down stays down until its fault is over.",
)
