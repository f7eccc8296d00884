"""What a follower does with what it has received: it flushes its log to disk, and replays it in order.

As in PostgreSQL: what has been written to the log is flushed together, one flush at a time (group commit); what is
on disk is replayed by a single process, one record after the other, and only then do reads see it. A follower that
crashes loses what was not flushed, and is sent that again. One that is promoted replays first what it has.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, final

from engine.sim.lane.entry import Timer
from engine.sim.lane.replication.records import (
    APPLIED,
    FLUSHED,
    ON_ITS_WAY,
    WRITTEN,
    ReceivedLog,
)

if TYPE_CHECKING:
    from mypy_extensions import i64

    from engine.sim.lane.agenda import Agenda
    from engine.sim.lane.replication.records import Member, Receiver, Shipment
    from engine.sim.lane.samplers import Sampler

LATER: Final = 0.1
"""Seconds after which a follower that stands still looks again whether it can go on."""


@final
class FollowerLog(ReceivedLog):
    """The log of one follower: what is written, what is being flushed, and what is to be replayed."""

    def __init__(self, member: Member, receiver: Receiver, agenda: Agenda) -> None:
        self.member = member
        self._receiver = receiver
        self._agenda = agenda
        self._deaths: i64 = member.pool.deaths
        self._written: list[Shipment] = []
        """What waits for the next flush."""
        self._flushing: list[Shipment] = []
        """What the flush under way brings to disk."""
        self._flushed: list[Shipment] = []
        """What is to be replayed."""
        self._next: i64 = 0
        """Place of the next of those."""
        self._flush: Timer | None = None
        self._replay: Timer | None = None
        self._flushing_time: Sampler | None = None
        """How long (s) a flush takes; None where that takes no time."""
        self._replay_time: Sampler | None = None
        """How long (s) it takes to replay one record."""

    def tune(self, flushing_time: Sampler | None, replay_time: Sampler | None) -> None:
        """Take other times from now on."""
        self._flushing_time = flushing_time
        self._replay_time = replay_time

    def receive(self, shipment: Shipment, now: float) -> None:
        """A record has come: it is in the log, and not on disk."""
        self.look(now)
        shipment.stage = WRITTEN
        self._written.append(shipment)
        self._receiver.reached(shipment, now)
        self._go_on(now)

    def look(self, now: float) -> None:
        """After a crash: what was not on disk is gone, and has to be sent again."""
        member = self.member
        if member.pool.deaths == self._deaths:
            return
        self._deaths = member.pool.deaths
        gone = self._flushing + self._written
        self._flushing = []
        self._written = []
        self._flush = None
        for shipment in gone:
            if self._is_wanted(shipment):
                shipment.stage = ON_ITS_WAY
                shipment.stalled = True
                member.stalled += 1
        if len(gone) > 0:
            self._receiver.try_again()

    def hurry(self, now: float) -> None:
        """Have on disk and replay at once all that is there."""
        self.look(now)
        waiting = self._flushed[int(self._next) :] + self._flushing + self._written
        self._written = []
        self._flushing = []
        self._flushed = []
        self._next = 0
        self._flush = self._replay = None
        for shipment in waiting:
            self._have(shipment, FLUSHED, now)
            self._have(shipment, APPLIED, now)

    def due(self, timer: Timer, now: float) -> None:
        """A flush, or the replay of a record, is through, unless the follower has died or stands still."""
        self.look(now)
        if timer is not self._flush and timer is not self._replay:
            return
        if not self.member.well():
            self._agenda.schedule(LATER, timer)
            return
        if timer is self._flush:
            self._flush = None
            flushed = self._flushing
            self._flushing = []
            for shipment in flushed:
                self._have(shipment, FLUSHED, now)
                self._flushed.append(shipment)
        else:
            self._replay = None
            self._replay_one(now)
        self._go_on(now)

    def _go_on(self, now: float) -> None:
        """Begin the next flush and the next replay, as far as nothing of the sort is under way."""
        if self._flush is None and len(self._written) > 0:
            law = self._flushing_time
            self._flushing = self._written
            self._written = []
            if law is None:
                flushed = self._flushing
                self._flushing = []
                for shipment in flushed:
                    self._have(shipment, FLUSHED, now)
                    self._flushed.append(shipment)
            else:
                self._flush = Timer(self)
                self._agenda.schedule(law.draw() * self.member.pool.slow, self._flush)
        while self._replay is None and self._next < len(self._flushed):
            replay = self._replay_time
            if replay is None or not self._is_wanted(self._flushed[self._next]):
                self._replay_one(now)
            else:
                self._replay = Timer(self)
                self._agenda.schedule(replay.draw() * self.member.pool.slow, self._replay)

    def _replay_one(self, now: float) -> None:
        """Reads see the next record from now on."""
        shipment = self._flushed[self._next]
        self._next += 1
        if self._next > 1024 and 2 * self._next > len(self._flushed):
            del self._flushed[: int(self._next)]
            self._next = 0
        self._have(shipment, APPLIED, now)

    def _have(self, shipment: Shipment, stage: i64, now: float) -> None:
        """A record is a step further, where anybody still wants it."""
        if self._is_wanted(shipment):
            shipment.stage = stage
            self._receiver.reached(shipment, now)

    def _is_wanted(self, shipment: Shipment) -> bool:
        """Whether a record is still one that the follower lacks: it may lead by now, or nobody may have it any more."""
        record = shipment.record
        return not record.dead and self.member.pending.get(int(record.number)) is shipment
