"""D: keyed stores and queues."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal

from engine.plan.primitives.basics import INFINITE, ZERO
from engine.records import dataclass

if TYPE_CHECKING:
    from engine.model.write_behind import WriteBehind, WritePolicy
    from engine.plan.primitives.basics import ClassPlan, LawPlan

LARGEST_ENTRY = 1e10
"""Bytes that an entry of a store has at most: so the sum over all keys is a whole number of 63 bits."""


Eviction = Literal["lru", "fifo", "random", "lfu", "sampled_lru", "w_tinylfu", "s3_fifo", "none"]
"""Which entry goes when there is no room."""


Placement = Literal["ring", "mod", "range", "slots"]
"""How keys are mapped to instances: see `engine.model.balancing.Hash`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RingPlan:
    """Instances with a store each: the key says which one has it."""

    instances: int
    """Without the spare ones."""
    placement: Placement
    virtual_nodes: int
    replicas: int
    """Copies of each entry beside the first."""
    spares: int = 0
    """Instances that take over for those that are down: the last of the station's."""
    spare_ttl: float = 0.0
    """Seconds an entry lives there at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StorePlan:
    """D: keyed state. A read that misses goes on with the flow; a hit answers at once."""

    capacity: int | None
    """Entries; None is unbounded."""
    ttl: float
    """Seconds an entry lives; may be infinite."""
    eviction: Eviction
    single_flight: bool
    """One fetch a key at a time; the others wait for it."""
    prewarm: bool
    """Start with the most popular keys, as many as fit."""
    capacity_bytes: float | None = None
    """Bytes of all entries; None is unbounded."""
    scope: Literal["shared", "user", "instance"] = "shared"
    """Whether each user, or each instance, has a store of its own, with all of the room."""
    by_user: bool = False
    """Whether the same key of two users is two keys; only in stores of instances."""
    shield: bool = False
    """Whether one more store, with as much room, stands between those of the instances and what they fetch from."""
    entry_bytes: float | None = None
    """Bytes of an entry; None is the size of the class's response."""
    samples: int = 5
    """Entries drawn for an eviction by sampled LRU."""
    ring: RingPlan | None = None
    """How keys belong to instances; None where all instances share the store."""

    @property
    def shares(self) -> float:
        """How many times its room there is for different entries."""
        ring = self.ring
        if ring is None:
            return 1.0
        return ring.instances / (1.0 + min(ring.replicas, ring.instances - 1))

    write_policy: WritePolicy = "invalidate"
    """What becomes of a key that is written."""
    write_behind: WriteBehind | None = None
    """How writes that are answered go on; None is as its defaults say, where the policy is that."""

    fill: Literal["single_flight", "lease", "early", "none"] | None = None
    """Who fetches a key that is missing; None is as `single_flight` says, and not looked at."""
    lease: float = 10.0
    """Seconds for which a token is good by which a key is fetched."""
    beta: float = 1.0
    """How early keys are fetched anew where they are before they expire."""
    ttl_jitter: float = 0.0
    """Seconds by which entries expire earlier than they could, at most."""
    stale_while_revalidate: float = 0.0
    """Seconds after the expiry in which an entry is served while it is renewed."""
    stale_if_error: float = 0.0
    """Seconds after the expiry in which an entry is served where it cannot be renewed."""

    revalidate: Literal["none", "etag"] = "none"
    """Whether it asks for what has expired only whether that has changed."""

    @property
    def grace(self) -> float:
        """Seconds for which what has expired is kept."""
        if self.revalidate != "none":
            return math.inf
        return max(self.stale_while_revalidate, self.stale_if_error)

    @property
    def renews(self) -> bool:
        """Whether it does more than to fetch what has expired."""
        windows = self.stale_while_revalidate + self.stale_if_error
        conditional = self.revalidate != "none"
        return conditional or self.fill is not None or self.ttl_jitter + windows > 0.0

    @property
    def is_sized(self) -> bool:
        """Whether anybody asked for sizes."""
        return self.capacity_bytes is not None or self.entry_bytes is not None

    def bytes_of(self, kind: ClassPlan) -> int:
        """Bytes of an entry that a request of a class leaves."""
        size = kind.response_bytes if self.entry_bytes is None else self.entry_bytes
        return round(min(size, LARGEST_ENTRY))


@dataclass(frozen=True, slots=True, kw_only=True)
class BacklogPlan:
    """D in queue mode: messages acknowledged on enqueue, pulled by the targets of the outgoing links."""

    capacity: int | None
    visibility: float
    """Seconds after which an unacknowledged message is delivered again."""
    max_receive: int
    """Deliveries after which a message is dead-lettered."""
    fifo_groups: int | None = None
    """Groups of keys, of whose messages one at a time is delivered, in order; None where none have an order."""
    dedupe: float | None = None
    """Seconds within which a message that is published again is dropped; None keeps it."""
    poison: float = 0.0
    """Share of the messages that fail whenever they are worked on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicPlan:
    """D in log mode: partitions with offsets, read by every group of consumers behind the outgoing links."""

    partitions: int = 6
    acks: Literal["none", "leader", "all"] = "all"
    replicas: int = 3
    lag: LawPlan = ZERO
    """Seconds until all followers have what the leader has."""
    linger: float = 0.0
    """Seconds that producers wait for more messages to the same partition."""
    batch_bytes: float = 16384.0
    """Bytes at which they wait no more."""
    retention: float = INFINITE
    """Seconds after which a message cannot be read any more."""
    capacity: int | None = None
    """Messages that the slowest group may be behind."""
    max_receive: int = 10
    """Deliveries after which a group gives a message up."""
    poison: float = 0.0
    """Share of the messages that fail whenever they are worked on."""
    commit_interval: float = 5.0
    """Seconds between the notes of how far a partition is read."""
    session_timeout: float = 45.0
    """Seconds after which an instance that is not heard of is out of its group."""
    rebalance: float = 3.0
    """Seconds for which a group reads nothing while its partitions are handed over."""
    poll_timeout: float = 300.0
    """Seconds after which a delivery is given up."""
