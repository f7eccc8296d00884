"""What one participant has done of a transaction, and what is to be told of it.

Each transaction moves money: the first participant gives one unit to each of the others. So what all of them hold
together is the same as before, whatever fails, once nothing of it is under way any more. A participant keeps its
state through a crash, as a database does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, final

if TYPE_CHECKING:
    from mypy_extensions import i64

# What a participant is told.
PREPARE: Final = 1
COMMIT: Final = 2
ABORT: Final = 3
APPLY: Final = 4
"""Do it for good: a step of a saga, or of an outbox."""
UNDO: Final = 5

# What it has done.
NOTHING: Final = 0
PREPARED: Final = 1
DONE: Final = 2
UNDONE: Final = 3
"""It did not, or no longer; whatever comes late is refused."""


@final
class Account:
    """What a participant has received in all transactions of one leader."""

    def __init__(self) -> None:
        self.balance: i64 = 0


class LockOwner:
    """What a transaction holds at a participant, as that knows it."""

    def release(self, now: float) -> None:
        """Give everything back."""
        raise NotImplementedError

    def doubt(self, more: i64) -> None:
        """Be one of those, or no longer, of whom nobody can say how they end."""
        raise NotImplementedError


class Ledger:
    """Counts what becomes of participants."""

    compensated: i64 = 0
    """Participants that did it and undid it."""
    doubted: i64 = 0
    """Participants that had prepared when their leader died, or did so afterwards."""
    resolved: i64 = 0
    """Those of them that were told the outcome."""
    doubted_for: float = 0.0
    """Seconds until then."""
    total: i64 = 0
    """What participants have received in transactions that are over, together."""
    lost: i64 = 0
    """What of that is of such as could not be undone."""
    stranded: i64 = 0
    """How many could not."""
    forgotten: i64 = 0
    """Participants of a transaction that was committed who have lost what they had done or promised, with a machine."""


@final
class Participation:
    """One participant of one transaction."""

    def __init__(self, account: Account, ledger: Ledger, amount: i64, *, locks: bool) -> None:
        self.account = account
        self.ledger = ledger
        self.amount: i64 = amount
        """What it receives."""
        self.locks = locks
        """Whether its rows stay locked while it is prepared."""
        self.state: i64 = NOTHING
        self.owner: LockOwner | None = None
        """What it holds."""
        self.undid = False
        """Whether it did it before it undid it."""
        self.orphaned = False
        """Whether its leader is dead now."""
        self.closed = False
        """Whether its leader has forgotten the transaction."""
        self.since = -1.0
        """When it came to be in doubt (s); negative while it is not."""
        self.siblings: list[Participation] = []
        """All of its transaction."""

    def keeps_locks(self, message: i64) -> bool:
        """Whether the rows that a message has locked stay so once it is answered."""
        return message == PREPARE and self.locks and self.state == PREPARED

    def refuses(self, message: i64) -> bool:
        """Whether a message comes too late."""
        if message == PREPARE:
            return self.state in (DONE, UNDONE)
        return message == APPLY and self.state == UNDONE

    def take(self, message: i64, now: float) -> None:
        """Do what a message says; whatever was done already, or comes too late, changes nothing."""
        state = self.state
        if message == PREPARE:
            if state == NOTHING:
                self.state = PREPARED
                if self.orphaned:
                    self._come_into_doubt(now)
        elif message in (COMMIT, APPLY):
            if state in (NOTHING, PREPARED):
                self.state = DONE
                self.account.balance += self.amount
                if self.closed:
                    self.strand()
                    self.ledger.total += self.amount
                self._end(now)
        elif state != UNDONE:
            self.state = UNDONE
            if state == DONE:
                self.undid = True
                self.account.balance -= self.amount
                self.ledger.compensated += 1
            self._end(now)

    def forget(self, message: i64, now: float) -> None:
        """The machine that did what a message said is gone, and whoever follows it has never heard of that.

        What was prepared is rolled back there, and its rows are free: if the leader commits, nobody is left who would
        do it. Of several messages the last is to be forgotten first.
        """
        state = self.state
        if message == PREPARE:
            if state == PREPARED:
                self.state = UNDONE
                self._end(now)
        elif message in (COMMIT, APPLY):
            if state == DONE:
                self.account.balance -= self.amount
                self.state = PREPARED if message == COMMIT else NOTHING
                if self.closed:
                    self.state = UNDONE
                    self.ledger.total -= self.amount
                    self.miss()
        elif state == UNDONE and self.undid:
            self.state = DONE
            self.undid = False
            self.account.balance += self.amount
            if self.closed:
                self.ledger.total += self.amount
                self.strand()

    def settle(self, *, committed: bool, now: float) -> None:
        """Its leader has forgotten the transaction: whatever it is by now it stays."""
        self.closed = True
        if committed:
            if self.state != DONE:
                self.state = UNDONE
                self._end(now)
                self.miss()
        elif self.state == DONE:
            self.strand()

    def miss(self) -> None:
        """It did not do what was decided."""
        self.ledger.forgotten += 1
        self.ledger.lost -= self.amount

    def orphan(self, now: float) -> None:
        """Its leader has died."""
        self.orphaned = True
        if self.state == PREPARED:
            self._come_into_doubt(now)

    def strand(self) -> None:
        """It did what nobody can undo."""
        self.ledger.stranded += 1
        self.ledger.lost += self.amount

    def _come_into_doubt(self, now: float) -> None:
        """Nobody can tell how it ends."""
        if self.since >= 0.0:
            return
        self.since = now
        self.ledger.doubted += 1
        owner = self.owner
        if owner is not None:
            owner.doubt(1)

    def _end(self, now: float) -> None:
        """The outcome is known here: nothing is held any more."""
        owner = self.owner
        if self.since >= 0.0:
            ledger = self.ledger
            ledger.resolved += 1
            ledger.doubted_for += now - self.since
            self.since = -1.0
            if owner is not None:
                owner.doubt(-1)
        if owner is not None:
            self.owner = None
            owner.release(now)

    @property
    def received(self) -> i64:
        """What it has received so far."""
        return self.amount if self.state == DONE else 0
