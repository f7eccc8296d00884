"""The locks of a database: who waits, in order, for how long, and whether in a circle.

A query keeps its connection while it waits. Strict two-phase locking: what it holds it gives back when it ends.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, final

from engine.sim.lane.codes import CONFLICT, NEVER
from engine.sim.lane.expiry import Watch, Watcher
from engine.sim.lane.locks.circles import youngest_in_circle
from engine.sim.lane.locks.records import Lock, Owner, Ticket
from engine.sim.lane.participation import LockOwner

if TYPE_CHECKING:
    from mypy_extensions import i64

    from engine.sim.lane.call import Call
    from engine.sim.lane.node import Node
    from engine.sim.lane.participation import Participation
    from engine.sim.lane.seams import Listener


@final
class LockTable(Watcher):
    """One for all instances of a node: the locks belong to the data."""

    def __init__(self, node: Node) -> None:
        self.node = node
        self.whole = False
        """Whether there is one lock for all rows."""
        self.tickets: dict[Call, Ticket] = {}
        """Of the queries inside."""
        self.locks: dict[i64, Lock] = {}
        """Those that somebody holds."""
        self.waiting: i64 = 0
        self.asked = 0.0
        """Locks that were got so far, the seconds that took, how many of them took any, and so on."""
        self.waited = 0.0
        self.waits = 0.0
        self.given_back = 0.0
        self.held_for = 0.0
        self.timeouts = 0.0
        self.deadlocks = 0.0
        self.listener: Listener | None = None
        """Who is told when transactions come to be in doubt here, and when none is any more."""
        self.doubts: i64 = 0
        """Transactions that hold locks, of whom nobody can say how they end."""
        self._timeout = NEVER
        self._watch: Watch | None = None
        self._numbers: i64 = 0
        self._searches: i64 = 0

    def limit(self, timeout: float) -> None:
        """Have queries that begin to wait from now on wait no longer than so many seconds."""
        if timeout != self._timeout:
            self._timeout = timeout
            self._watch = Watch(self.node.agenda, self, timeout) if timeout < NEVER else None

    def number(self) -> i64:
        """A number for whoever comes next."""
        self._numbers += 1
        return self._numbers

    def hold_of(self, part: Participation) -> Owner:
        """Who holds what a transaction locks here, all its participants together."""
        for each in part.siblings:
            hold = each.owner
            if isinstance(hold, Hold) and hold.table is self:
                if each is not part and part.owner is None:
                    hold.users += 1
                    part.owner = hold
                return hold.owner
        owner = Owner(self.number())
        owner.shared = True
        part.owner = Hold(self, owner)
        return owner

    def begins(self, call: Call, owner: Owner) -> bool:
        """Ask for the lock of a query's row; true where it has it at once."""
        key: i64 = 0 if self.whole else call.key
        lock = self._lock(key)
        now = self.node.agenda.now
        ticket = Ticket(call, lock, owner, self.number(), now)
        self.tickets[call] = ticket
        if lock.owner is None or lock.owner is owner:
            self._grant(ticket, now)
            return True
        return False

    def _lock(self, key: i64) -> Lock:
        """The lock of a row."""
        lock = self.locks.get(key)
        if lock is None:
            lock = Lock(key)
            self.locks[key] = lock
        return lock

    def _grant(self, ticket: Ticket, now: float) -> None:
        """Give somebody a lock that is free, or its own."""
        lock = ticket.lock
        if lock.owner is None:
            lock.owner = ticket.owner
            lock.since = now
            ticket.owner.held.append(lock)
        ticket.granted = True
        wait = now - ticket.asked
        self.asked += 1.0
        if wait > 0.0:
            self.waited += wait
            self.waits += 1.0
        span = ticket.call.span
        if span is not None:
            lock.record = span.turn_off()
            lock.record.locked = now

    def wait(self, ticket: Ticket, now: float) -> bool:
        """Stand in line, unless the lock is free by now: then it has it, and true is the answer."""
        lock = self._lock(ticket.lock.key)  # the one that it asked for may be gone by now
        ticket.lock = lock
        if lock.owner is None or lock.owner is ticket.owner:
            self._grant(ticket, now)
            return True
        ticket.waits = True
        self.waiting += 1
        ticket.owner.wanted.append(ticket)
        last = lock.last
        if last is None:
            lock.first = ticket
        else:
            last.behind = ticket
        lock.last = ticket
        watch = self._watch
        if watch is not None:
            watch.add(ticket.call, ticket.number, now)
        if ticket.owner.shared:
            self._break_circle(ticket, now)
        return False

    def _break_circle(self, ticket: Ticket, now: float) -> None:
        """Fail the youngest of those who wait in a circle, if some do."""
        self._searches += 1
        victim = youngest_in_circle(ticket, self._searches)
        if victim is None:
            return
        self.deadlocks += 1.0
        wanted = victim.wanted.copy()
        for each in wanted:
            if each.waits:
                self.node.finish(each.call, CONFLICT, now)
        self.give_back(victim, now)

    def lasts(self, call: Call, place: i64) -> bool:
        """Whether a query still waits for the lock for which it began to wait."""
        ticket = self.tickets.get(call)
        return ticket is not None and ticket.number == place and ticket.waits

    def ran_out(self, call: Call, place: i64, now: float) -> None:
        """A query has waited too long."""
        self.timeouts += 1.0
        self.node.finish(call, CONFLICT, now)

    def over(self, call: Call, now: float, *, keeps: bool) -> None:
        """A query has ended; its transaction may keep the lock."""
        ticket = self.tickets.pop(call, None)
        if ticket is None:
            return
        if ticket.waits:
            self._leave(ticket)
        elif ticket.granted and not keeps:
            self.give_back(ticket.owner, now)

    def _leave(self, ticket: Ticket) -> None:
        """Wait no longer; the line finds out when its turn comes."""
        ticket.waits = False
        self.waiting -= 1
        ticket.owner.wanted.remove(ticket)

    def give_back(self, owner: Owner, now: float) -> None:
        """Give all locks of somebody to whoever is next."""
        held = owner.held
        owner.held = []
        for lock in held:
            self.given_back += 1.0
            self.held_for += now - lock.since
            lock.owner = None
            record = lock.record
            if record is not None:
                record.unlocked = now
                lock.record = None
            self._next(lock, now)

    def _next(self, lock: Lock, now: float) -> None:
        """Let the next go on who waits for a lock, and whose instance lives."""
        ticket = lock.first
        while ticket is not None:
            lock.first = ticket.behind
            if ticket.waits and not ticket.call.pool.down:
                self._leave(ticket)
                if lock.first is None:
                    lock.last = None
                self._grant(ticket, now)
                self.resume(ticket.call, now)
                return
            ticket = lock.first
        lock.last = None
        self.locks.pop(lock.key, None)

    def resume(self, call: Call, now: float) -> None:
        """Have the work of a query done that has its lock."""
        call.pool.discipline.carry_on(call, now)

    def open(self, now: float) -> None:
        """Lock nothing any more: whoever waits goes on."""
        self._watch = None
        self._timeout = NEVER
        for lock in self.locks.values():
            if lock.owner is not None:
                lock.owner.held = []
        for ticket in list(self.tickets.values()):
            ticket.call.held = False  # its worker is free after the work, as any other
            if ticket.waits:
                self._leave(ticket)
                if not ticket.call.pool.down:
                    self.resume(ticket.call, now)
        self.tickets.clear()
        self.locks.clear()


@final
class Hold(LockOwner):
    """What a transaction holds in one table until it knows how it ends."""

    def __init__(self, table: LockTable, owner: Owner) -> None:
        self.table = table
        self.owner = owner
        self.users: i64 = 1
        """Participants that have not ended."""

    def release(self, now: float) -> None:
        """Give everything back once the last has ended."""
        self.users -= 1
        if self.users == 0:
            self.table.give_back(self.owner, now)

    def doubt(self, more: i64) -> None:
        """Count one of those more, or less, who do not know."""
        table = self.table
        before = table.doubts
        table.doubts = before + more
        listener = table.listener
        if listener is not None and (before == 0 or table.doubts == 0):
            listener.changed("in_doubt" if before == 0 else "free", table.node.agenda.now)
