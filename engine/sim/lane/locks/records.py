"""What a table of locks is made of: locks, those who hold some, and what asks for one."""

from __future__ import annotations

from typing import TYPE_CHECKING, final

if TYPE_CHECKING:
    from mypy_extensions import i64

    from engine.sim.lane.call import Call
    from engine.sim.lane.tracing.records import Detour


@final
class Owner:
    """Who holds locks: a single query, or a transaction that asks for several."""

    def __init__(self, number: i64) -> None:
        self.number: i64 = number
        """The higher, the younger."""
        self.shared = False
        """Whether it may hold one lock while it waits for another."""
        self.held: list[Lock] = []
        self.wanted: list[Ticket] = []
        """What it waits for."""
        self.search: i64 = 0
        """The last search for a circle that came by."""


@final
class Lock:
    """The lock of one row. Nobody holds it only while nobody wants it."""

    def __init__(self, key: i64) -> None:
        self.key: i64 = key
        self.owner: Owner | None = None
        self.since = 0.0
        """When its owner got it (s)."""
        self.record: Detour | None = None
        """Where it is recorded of whoever got it."""
        self.first: Ticket | None = None
        """Who waits, in order; some may be gone."""
        self.last: Ticket | None = None


@final
class Ticket:
    """A query that asks for a lock."""

    def __init__(self, call: Call, lock: Lock, owner: Owner, number: i64, now: float) -> None:
        self.call = call
        self.lock = lock
        self.owner = owner
        self.number: i64 = number
        self.asked = now
        self.granted = False
        self.waits = False
        """Whether it stands in the line of its lock."""
        self.behind: Ticket | None = None
