"""Leader failover as people set it: a standby takes over from a leader that answers no more."""

from __future__ import annotations

from typing import Any, Final

from engine.model.fields import Config, setting


class Failover(Config):
    """Probes the leader on a period, and has a standby take over after some failures in a row."""

    interval: float = setting(
        2.0,
        title="Interval",
        unit="s",
        help="From probe to probe. Whoever is dead or frozen does not answer one; whoever is only slow does.",
        ge=0.001,
        le=1e6,
    )
    failures: int = setting(
        3,
        title="Failures",
        help="Failed probes in a row after which the leader counts as lost: that is known "
        "(failures - 1) × interval after the first probe that fails.",
        ge=1,
        le=1000,
    )
    promote: float = setting(
        30.0,
        title="Promote",
        unit="s",
        help="From then until the standby serves: it catches up with the log, becomes the leader, and callers "
        "find it (Amazon RDS: 60 to 120 s in all, with two readable standbys under 35 s).",
        ge=0.0,
        le=1e6,
    )
    fencing: bool = setting(
        default=True,
        title="Fencing",
        help="Whether the old leader is shut out before another one is made. Without it, one that comes back "
        "meanwhile goes on: there are two leaders, and whatever is written to the old one is lost once the "
        "standby takes over.",
    )

    @property
    def longest(self) -> float:
        """Seconds for which nobody serves at most, once the leader is dead: U is a whole interval."""
        return self.failures * self.interval + self.promote


FAILOVER: Final[Any] = setting(
    None,
    title="Failover",
    group="Recovery",
    help="A standby, elsewhere, that takes over once the leader is lost; what hits the leader does not hit it. "
    "The old one is the standby once it is well again. Off: whoever is down stays down.",
)
