"""D: keyed state that several instances of one node hold together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from engine.plan.primitives.basics import LawPlan
from engine.records import dataclass

if TYPE_CHECKING:
    from engine.plan.primitives.replication import ReadFrom

USUAL_LAG: Final = LawPlan(law="constant", mean=0.0005)
"""One way between instances of which nobody says how far they are: zones of a region, 1 ms there and back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterPlan:
    """Keys in partitions, each partition on some instances, which answer reads and writes together."""

    replicas: int
    """Instances that hold each key."""
    write_quorum: int
    """Replicas that have to take a write before it is acknowledged."""
    read_quorum: int
    """Replicas whose answers a read takes."""
    strict: bool
    """Whether a request fails rather than do with fewer of them (CP)."""
    local: bool
    """Whether each instance takes writes and answers reads by itself, and tells the others later."""
    partitions: int
    placement: Literal["mod", "ring", "range", "slots"]
    virtual_nodes: int
    partition_rate: float | None
    """Requests a second that a partition takes; None is unbounded."""
    lag: LawPlan | None
    """One way between two instances (s), beside the distance of their frames; None is what is usual."""
    hints: float
    """Seconds that a write is kept for an instance which it did not reach; 0 keeps none."""
    anti_entropy: float | None
    """Seconds between two comparisons of all replicas; None never compares."""
    read: LawPlan
    """Work of a replica for a read (s)."""
    write: LawPlan
    """Work of a replica for a write (s)."""
    offsets: tuple[tuple[int, float], ...] = ()
    """By how much the clocks of instances are fast (s)."""
    conflict: Literal["lww", "versions", "sum"] = "lww"
    """What becomes of writes that did not know of each other: the later one by the clocks wins, both are kept, or both
    count."""
    led: bool = False
    """Whether each partition has a leader who takes its writes, and acknowledges them once so many replicas as the
    write quorum have them, itself included."""
    read_from: ReadFrom = "leader"
    """Who answers reads where there are leaders."""
    election: float = 10.0
    """Seconds without a leader after which another one is elected."""
    read_units: float | None = None
    """Read units a second that a partition takes, of 4 KiB each; None is unbounded."""
    write_units: float | None = None
    """Write units a second that a partition takes, of 1 KiB each; None is unbounded."""

    def copies(self, instances: int, *, write: bool) -> float:
        """How many replicas work on a request on average.

        Args:
            instances: that there are; each coordinates as many requests as the others.
            write: whether it writes.
        """
        if write or not (self.led or self.local):
            return float(self.replicas)
        owns = min(1.0, self.replicas / instances)
        return 1.0 if self.led else owns + (1.0 - owns) * self.replicas
