"""Leads transactions: two phases, sagas, outboxes; and after a crash it goes on from its log.

The decision is in the log before anybody is told. An instance that comes back commits what was decided and undoes
everything else (presumed abort, Mohan and Lindsay 1983); until then whoever has prepared is in doubt.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, final

from engine.sim.lane.codes import CRASHED, OK
from engine.sim.lane.entry import Task, Timer
from engine.sim.lane.participation import (
    ABORT,
    APPLY,
    COMMIT,
    DONE,
    PREPARE,
    UNDO,
    Ledger,
    Participation,
)
from engine.sim.lane.transactions.records import (
    ABORTING,
    COMMITTING,
    OUTBOX,
    PREPARING,
    SAGA,
    TWO_PHASE,
    Transaction,
)

if TYPE_CHECKING:
    from mypy_extensions import i64

    from engine.sim.lane.call import Call, Pool
    from engine.sim.lane.transactions.records import Terms


class Messenger:
    """Tells participants something on behalf of a leader, and requests how it ended."""

    def tell(self, transaction: Transaction, place: i64, message: i64, now: float) -> None:
        """Send a message to a participant."""
        raise NotImplementedError

    def inform(self, job: Call, by: Call, reason: i64, now: float) -> None:
        """Let a request go on, or fail."""
        raise NotImplementedError

    def later(self, seconds: float, timer: Timer) -> None:
        """Have a timer be due in so many seconds."""
        raise NotImplementedError

    def opened(self, transaction: Transaction, now: float) -> None:
        """A transaction begins."""
        raise NotImplementedError

    def closed(self, transaction: Transaction, now: float) -> None:
        """Nothing of a transaction is left to be done."""
        raise NotImplementedError


@final
class Again(Task):
    """Somebody has to be told again."""

    def __init__(self, coordinator: Coordinator, transaction: Transaction, place: i64) -> None:
        self.coordinator = coordinator
        self.transaction = transaction
        self.place: i64 = place
        self.round: i64 = transaction.round

    def due(self, timer: Timer, now: float) -> None:
        """Tell it, unless the leader has died meanwhile: then its log says what to do."""
        if self.transaction.round == self.round and not self.transaction.pool.down:
            self.coordinator.tell_outcome(self.transaction, self.place, now)


@final
class Coordinator(Ledger):
    """Of all transactions of one node."""

    def __init__(self, messenger: Messenger) -> None:
        self.messenger = messenger
        self.open: dict[Transaction, bool] = {}
        """Those of which something is left to be done."""
        self.begun: i64 = 0
        self.commits: i64 = 0
        self.aborts: i64 = 0
        self.ended: i64 = 0
        self.terms: dict[object, Terms] = {}
        """All terms so far, by their plan."""

    def begin(self, job: Call, terms: Terms, now: float) -> None:
        """Begin a transaction for a request."""
        transaction = Transaction(terms, job, job.pool)
        place: i64 = 0
        while place < terms.count:
            amount = 1 if place > 0 else 1 - terms.count
            account = terms.accounts[place]
            transaction.parts.append(Participation(account, self, amount, locks=terms.locks))
            place += 1
        for part in transaction.parts:
            part.siblings = transaction.parts
        self.begun += 1
        self.open[transaction] = True
        self.messenger.opened(transaction, now)
        if terms.mode == TWO_PHASE:
            transaction.missing = terms.count
            place = 0
            while place < terms.count:
                self.messenger.tell(transaction, place, PREPARE, now)
                place += 1
        else:
            self.messenger.tell(transaction, 0, APPLY, now)

    def heard(
        self, transaction: Transaction, place: i64, message: i64, reason: i64, by: Call, now: float
    ) -> None:
        """A participant has answered, or nobody knows whether it has heard."""
        if transaction.stage != PREPARING:
            self._acknowledged(transaction, place, message, reason, by, now)
        elif reason != OK:
            self._undo(transaction, reason, by, now)
        elif message == PREPARE:
            transaction.missing -= 1
            if transaction.missing == 0:
                self._commit(transaction, now)
        elif transaction.terms.mode == OUTBOX:
            transaction.heard[0] = True
            self._commit(transaction, now)
            self._inform(transaction, by, now)
        else:
            transaction.place += 1
            if transaction.place < transaction.terms.count:
                self.messenger.tell(transaction, transaction.place, APPLY, now)
            else:
                self._commit(transaction, now)
                self._inform(transaction, by, now)

    def _commit(self, transaction: Transaction, now: float) -> None:
        """Decide that it is done, and tell those who do not know."""
        self.commits += 1
        transaction.stage = COMMITTING
        if transaction.terms.mode == SAGA:
            self._close(transaction, now)
            return
        self._tell_all(transaction, now)
        self._close_if_known(transaction, now)

    def _undo(self, transaction: Transaction, reason: i64, by: Call | None, now: float) -> None:
        """Decide that it is undone, and tell those who may have done something; the request knows at once."""
        self.aborts += 1
        transaction.stage = ABORTING
        transaction.reason = reason
        if by is not None:
            self._inform(transaction, by, now)
        if transaction.terms.mode == SAGA:
            self._step_back(transaction, now)
        else:
            if transaction.terms.mode == OUTBOX:
                place: i64 = 1
                while place < transaction.terms.count:
                    transaction.heard[place] = True  # nobody has told them anything
                    place += 1
            self._tell_all(transaction, now)

    def _tell_all(self, transaction: Transaction, now: float) -> None:
        """Tell the outcome to all who do not know."""
        transaction.missing = 0
        for known in transaction.heard:
            transaction.missing += i64_of(known)
        transaction.missing = transaction.terms.count - transaction.missing
        place: i64 = 0
        while place < transaction.terms.count:
            if not transaction.heard[place]:
                self.tell_outcome(transaction, place, now)
            place += 1

    def tell_outcome(self, transaction: Transaction, place: i64, now: float) -> None:
        """Tell a participant how it ends."""
        mode = transaction.terms.mode
        if transaction.stage == COMMITTING:
            message = COMMIT if mode == TWO_PHASE else APPLY
        else:
            message = ABORT if mode == TWO_PHASE else UNDO
        self.messenger.tell(transaction, place, message, now)

    def _acknowledged(
        self, transaction: Transaction, place: i64, message: i64, reason: i64, by: Call, now: float
    ) -> None:
        """A participant knows the outcome, or has to be told again. What comes from before the decision is too late."""
        if message == PREPARE or (message == APPLY and transaction.stage == ABORTING):
            return
        if transaction.stage == COMMITTING and not transaction.told:
            transaction.missing -= 1
            if transaction.missing == 0:
                self._inform(transaction, by, now)
        if reason != OK:
            timer = Timer(Again(self, transaction, place))
            self.messenger.later(transaction.terms.retry, timer)
            return
        if transaction.heard[place]:
            return
        transaction.heard[place] = True
        if transaction.terms.mode == SAGA:
            transaction.place -= 1
            self._step_back(transaction, now)
        else:
            self._close_if_known(transaction, now)

    def _step_back(self, transaction: Transaction, now: float) -> None:
        """Undo the last step of a saga that may have been done, and can be undone."""
        while transaction.place >= 0:
            place = transaction.place
            if transaction.terms.backward[place] is not None:
                self.tell_outcome(transaction, place, now)
                return
            transaction.place -= 1
        self._close(transaction, now)

    def _inform(self, transaction: Transaction, by: Call, now: float) -> None:
        """Let the request know the outcome."""
        if not transaction.told:
            transaction.told = True
            self.messenger.inform(transaction.job, by, transaction.reason, now)

    def _close_if_known(self, transaction: Transaction, now: float) -> None:
        """Forget a transaction once all know how it ended."""
        for known in transaction.heard:
            if not known:
                return
        self._close(transaction, now)

    def _close(self, transaction: Transaction, now: float) -> None:
        """Nothing is left to be done."""
        if self.open.pop(transaction, False):
            self.ended += 1
            self.total += transaction.whole()
            for part in transaction.parts:
                part.settle(committed=transaction.stage == COMMITTING, now=now)
            self.messenger.closed(transaction, now)

    def crashed(self, pool: Pool, now: float) -> None:
        """An instance has died: what it led waits for it."""
        for transaction in list(self.open):
            if transaction.pool is pool:
                transaction.round += 1
                transaction.told = True  # the request has died as well
                for part in transaction.parts:
                    part.orphan(now)

    def recover(self, pool: Pool, now: float) -> None:
        """An instance is back: commit what was decided, undo the rest."""
        for transaction in list(self.open):
            if transaction.pool is not pool:
                continue
            for part in transaction.parts:
                part.orphaned = False
            if transaction.stage == PREPARING:
                self._recover(transaction, now)
            elif transaction.terms.mode == SAGA:
                self._step_back(transaction, now)
            else:
                self._tell_all(transaction, now)

    def _recover(self, transaction: Transaction, now: float) -> None:
        """Go on with a transaction that was not decided; what an outbox has noted is to be told."""
        if transaction.terms.mode == OUTBOX and transaction.parts[0].state == DONE:
            transaction.heard[0] = True
            self._commit(transaction, now)
        else:
            self._undo(transaction, CRASHED, None, now)

    def balance(self) -> i64:
        """What all participants have received together, as they know it."""
        found: i64 = 0
        for terms in self.terms.values():
            for account in terms.accounts:
                found += account.balance
        return found

    def unsettled(self) -> i64:
        """What participants of transactions under way have received together."""
        found: i64 = 0
        for transaction in self.open:
            found += transaction.whole()
        return found

    def in_doubt(self) -> i64:
        """Participants of whom nobody can say now how they end."""
        return self.doubted - self.resolved


def i64_of(known: bool) -> i64:  # noqa: FBT001 - compiled
    """One for yes, none for no."""
    return 1 if known else 0
