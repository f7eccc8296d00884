"""What a transaction is: its terms, and how far it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, final

from mypy_extensions import i64

from engine.sim.lane.codes import OK
from engine.sim.lane.participation import Account, Participation

if TYPE_CHECKING:
    from engine.sim.lane.call import Call, Pool
    from engine.sim.lane.link import Link
    from engine.sim.lane.tracing.records import SpanRecord

TWO_PHASE: Final = 0
SAGA: Final = 1
OUTBOX: Final = 2

# How far a transaction is.
PREPARING: Final = 0
"""Of two phases: votes are missing. Of the others: the steps are being done."""
COMMITTING: Final = 1
"""It is decided: all of them do it."""
ABORTING: Final = 2
"""It is decided: none of them does."""


@final
class Terms:
    """Who takes part in transactions, and how they agree."""

    def __init__(self, mode: i64, count: i64, retry: float, *, locks: bool) -> None:
        self.mode: i64 = mode
        self.count: i64 = count
        """Participants."""
        self.retry = retry
        """Seconds until somebody is told again."""
        self.locks = locks
        self.forward: list[Link] = []
        """What leads to each participant."""
        self.backward: list[Link | None] = []
        """Over which each is undone; None where it cannot be."""
        self.accounts: list[Account] = [Account() for _ in range(count)]


@final
class Transaction:
    """One of them, under way."""

    def __init__(self, terms: Terms, job: Call, pool: Pool) -> None:
        self.terms = terms
        self.job = job
        """The request, or the branch of one, that waits for the outcome."""
        self.pool = pool
        """The instance that leads it, and writes its log."""
        self.kind: i64 = i64(job.kind)
        self.key: i64 = job.key
        self.parts: list[Participation] = []
        self.stage: i64 = PREPARING
        self.place: i64 = 0
        """Saga: the participant whose turn it is."""
        self.missing: i64 = 0
        """Answers that are missing of the round."""
        self.reason: i64 = OK
        """Why it is undone."""
        self.told = False
        """Whether the request knows the outcome."""
        self.heard: list[bool] = [False] * int(terms.count)
        """Which participants know the outcome, as far as the leader knows."""
        self.round: i64 = 0
        """Grows with each crash of the leader: what belongs to an earlier life means nothing."""
        self.span: SpanRecord | None = None
        """What is recorded of it."""

    def whole(self) -> i64:
        """What all participants have received together."""
        found: i64 = 0
        for part in self.parts:
            found += part.received
        return found
