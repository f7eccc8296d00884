"""D: copies of what a node stores, each in an instance of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from engine.records import dataclass

if TYPE_CHECKING:
    from engine.plan.primitives.basics import LawPlan

ReadFrom = Literal["leader", "follower", "any"]
Acknowledge = Literal["async", "semi_sync", "sync", "quorum"]
Level = Literal["remote_write", "remote_flush", "remote_apply"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplicationPlan:
    """D in single-leader mode: one instance takes the writes, the others follow it."""

    lag: LawPlan
    """Seconds from when the leader has written a record until a follower has it."""
    read_from: ReadFrom = "leader"
    acknowledge: Acknowledge = "async"
    """Which followers have to have a write before it is acknowledged."""
    semi_timeout: float = 10.0
    """Seconds after which a leader waits for semi-synchronous followers no longer."""
    level: Level = "remote_apply"
    """What a follower has to have done with a write before it counts as having it."""
    flush: LawPlan | None = None
    """Seconds that a follower takes to flush its log to disk, whatever has come meanwhile; None is no time."""
    replay: LawPlan | None = None
    """Seconds that it takes to replay one record, one after the other, before reads see it."""

    def stages(self) -> float:
        """Mean time (s) of what a write waits for at a follower, where nothing else is flushed or replayed there."""
        flush = 0.0 if self.flush is None or self.level == "remote_write" else self.flush.mean
        replay = 0.0 if self.replay is None or self.level != "remote_apply" else self.replay.mean
        return flush + replay

    def behind(self) -> float:
        """Mean time (s) until reads of a follower see a write, where nothing else comes."""
        parts = (self.lag, self.flush, self.replay)
        return sum(each.mean for each in parts if each is not None)

    def needed(self, followers: int) -> int:
        """How many of so many followers have to have a write before it is acknowledged."""
        if self.acknowledge == "async":
            return 0
        if self.acknowledge == "semi_sync":
            return min(1, followers)
        return followers if self.acknowledge == "sync" else (followers + 1) // 2

    def commit_wait(self, followers: int) -> float:
        """Mean time (s) for which a write waits for its followers, while all are there.

        That is the mean of an order statistic: exact where the lag is exponential, or always the same, else roughly.
        """
        needed = self.needed(followers)
        if needed == 0:
            return 0.0
        if self.lag.law == "constant":
            return self.lag.mean + self.stages()
        return self.stages() + self.lag.mean * sum(
            1.0 / (followers - place) for place in range(needed)
        )

    def widens(self, instances: int, writing: float) -> float:
        """How many times as much as one instance alone all can serve.

        Args:
            instances: the leader and its followers.
            writing: share of the work that writes bring, which only the leader does.
        """
        reading = 1.0 - writing
        if self.read_from == "leader":
            return 1.0
        if self.read_from == "any":
            return 1.0 / (writing + reading / instances)
        limits = [1.0 / writing] if writing > 0.0 else []
        limits += [(instances - 1) / reading] if reading > 0.0 else []
        return min(limits)
