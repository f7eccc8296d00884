"""A rate limit: calls pass as an algorithm allows, all together or those of each owner; others wait or fail."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast, final

from mypy_extensions import i64

from engine.sim.lane.codes import HELD, NEVER, OK, RATE_LIMITED
from engine.sim.lane.entry import Task, Timer
from engine.sim.lane.gates.allowances import TOKEN_BUCKET, Allowance, allowance
from engine.sim.lane.owners import client_of, root_of
from engine.sim.lane.seams import Gate
from engine.sim.lane.station.line import Fifo

if TYPE_CHECKING:
    from engine.sim.lane.call import Call, Pool
    from engine.sim.lane.node import Node

# Whose calls share a bucket.
BY_ALL: Final = 0
BY_CLIENT: Final = 1
BY_KEY: Final = 2
BY_SESSION: Final = 3
BY_CLASS: Final = 4
BY_TENANT: Final = 5

MOMENT: Final = 1.0
"""Seconds for which a refusal is news."""
USERS: Final = 1 << 40
"""More than a client ever has users."""
LEFT: Final = 64
"""So many that left may stay in a line, beside twice those who wait."""
KEPT: Final = 4096
"""Buckets from which on those that are full again are forgotten, at each doubling."""


@final
class Bucket:
    """What one owner is allowed, and the calls that wait for it."""

    def __init__(self, allowance: Allowance) -> None:
        self.allowance = allowance
        self.line = Fifo()
        """Those who left stay in it until their turn comes, or until they are most of it."""
        self.waiting: i64 = 0
        self.length: i64 = 0
        """Of the line, with those who left."""
        self.timer: Timer | None = None
        """For the next who may pass, where somebody waits; older ones no longer count."""


@final
class NextTurn(Task):
    """Lets the first in line of a bucket in."""

    def __init__(self, gate: RateLimiter, bucket: Bucket) -> None:
        self._gate = gate
        self._bucket = bucket

    def due(self, timer: Timer, now: float) -> None:
        """It may pass."""
        self._gate.serve(self._bucket, timer, now)


@final
class RateLimiter(Gate):
    """Refuses calls that may not pass, or has them wait until they may."""

    def __init__(self, node: Node) -> None:
        self.node = node
        self.algorithm: i64 = TOKEN_BUCKET
        self.rate = 1.0
        """Calls a second."""
        self.burst = 1.0
        """Calls at once, where the algorithm knows bursts."""
        self.window = 1.0
        """Seconds, where it knows windows."""
        self.by: i64 = BY_ALL
        self.shared = True
        """Whether all instances have one bucket together."""
        self.delays = False
        self.pending: i64 = 0
        """Calls of a bucket that may wait."""
        self.asked: i64 = 0
        self.admitted: i64 = 0
        self.refused: i64 = 0
        self.left_line: i64 = 0
        """Calls that waited and were not let in: given up, too late, or for an instance that died."""
        self._refused_at = -NEVER
        self._only: Bucket | None = None
        self._buckets: dict[tuple[int, int], Bucket] = {}
        self._left: list[Bucket] = []
        """Buckets of an earlier way to share them, in which somebody waits."""
        self._clients: dict[str, int] = {}
        """Numbers of the clients whose calls came."""
        self._most: i64 = KEPT
        self._at: dict[Call, Bucket] = {}
        """Where those wait who do."""

    def turn(self, rate: float, burst: float, window: float, now: float) -> None:
        """Let others pass from now on."""
        if (rate, burst, window) == (self.rate, self.burst, self.window):
            return
        for bucket in self.all():
            bucket.allowance.turn(rate, burst, window, now)
        self.rate = rate
        self.burst = burst
        self.window = window
        for bucket in self.all():
            if bucket.waiting > 0:
                self._wait(bucket, now)

    def follow(self, algorithm: i64, now: float) -> None:
        """Go on by another algorithm, as many having passed as have."""
        if algorithm == self.algorithm:
            return
        self.algorithm = algorithm
        for bucket in self.all():
            level = bucket.allowance.level(now)
            bucket.allowance = self._new(now)
            bucket.allowance.begin_at(level, now)
            if bucket.waiting > 0:
                self._wait(bucket, now)

    def forget(self) -> None:
        """Begin with other buckets; those in which somebody waits go on for them."""
        self._left = [bucket for bucket in self.all() if bucket.waiting > 0]
        self._only = None
        self._buckets = {}

    def open(self, now: float) -> None:
        """The limit is gone: let everybody in who waits."""
        for bucket in self.all():
            bucket.timer = None
            while bucket.waiting > 0:
                self._drop_unwanted(bucket, now)
                self._let_in(bucket, now)

    def tokens(self, now: float) -> float:
        """How many may pass, where all share that."""
        only = self._only
        return self._new(now).level(now) if only is None else only.allowance.level(now)

    def is_limiting(self, now: float) -> bool:
        """Whether somebody waits for a token, or was refused a moment ago."""
        return self.held > 0 or now - self._refused_at < MOMENT

    def in_line(self) -> i64:
        """Calls that wait, counted."""
        count: i64 = 0
        for bucket in self.all():
            call = bucket.line.first
            while call is not None:
                if not call.done:
                    count += 1
                call = cast("Call | None", call.after)
        return count

    def all(self) -> list[Bucket]:
        """The buckets that there are, and those of an earlier way to share them while somebody waits."""
        only = self._only
        found = [bucket for bucket in self._left if bucket.waiting > 0]
        found += self._buckets.values()
        if only is not None:
            found.append(only)
        return found

    def admit(self, call: Call, now: float) -> i64:
        """Let a call pass, wait or fail."""
        self.asked += 1
        bucket = self._bucket(call, now)
        if bucket.waiting == 0 and bucket.allowance.take(now):
            self.admitted += 1
            return OK
        if not self.delays or bucket.waiting >= self.pending:
            self.refused += 1
            self._refused_at = now
            return RATE_LIMITED
        bucket.line.push(call)
        bucket.length += 1
        bucket.waiting += 1
        self.held += 1
        self._at[call] = bucket
        if bucket.waiting == 1:
            self._wait(bucket, now)
        return HELD

    def withdraw(self, call: Call) -> bool:
        """Let a call go that nobody waits for any more: its place is free, as in nginx when a client closes."""
        bucket = self._at.pop(call, None)
        if bucket is None:
            return False
        bucket.waiting -= 1
        self.held -= 1
        self.left_line += 1
        if bucket.length > 2 * bucket.waiting + LEFT:
            self._weed(bucket, call)
        return True

    def serve(self, bucket: Bucket, timer: Timer, now: float) -> None:
        """The first in line may pass: let it in."""
        if timer is not bucket.timer:
            return
        bucket.timer = None
        self._drop_unwanted(bucket, now)
        if bucket.waiting == 0:
            return
        bucket.allowance.take_due(now)
        self._let_in(bucket, now)
        if bucket.waiting > 0:
            self._wait(bucket, now)

    def _let_in(self, bucket: Bucket, now: float) -> None:
        """Let the first in line in, if there is one."""
        call = self._next(bucket)
        if call is not None:
            self.admitted += 1
            self.node.let_in(call, self, now)

    def _drop_unwanted(self, bucket: Bucket, now: float) -> None:
        """Turn those at the head of the line away whose answer nobody wants any more: they take no token."""
        call = bucket.line.first
        while call is not None:
            if call.done:
                bucket.line.pop()
                bucket.length -= 1
            else:
                context = call.context
                if context is None or context.deadline > now:
                    return
                self._next(bucket)
                self.left_line += 1
                self.node.let_in(call, self, now)
            call = bucket.line.first

    def _next(self, bucket: Bucket) -> Call | None:
        """Take out the first in line who has not left."""
        call = bucket.line.pop()
        while call is not None:
            bucket.length -= 1
            if not call.done:
                bucket.waiting -= 1
                self.held -= 1
                del self._at[call]
                return call
            call = bucket.line.pop()
        return None

    def _weed(self, bucket: Bucket, left: Call) -> None:
        """Take those out of a line who have left, the last of them included."""
        others = Fifo()
        count: i64 = 0
        call = bucket.line.pop()
        while call is not None:
            if not call.done and call is not left:
                others.push(call)
                count += 1
            call = bucket.line.pop()
        bucket.line = others
        bucket.length = count

    def give_back(self, pool: Pool) -> list[Call]:
        """Take those out of the lines who wait for an instance."""
        found: list[Call] = []
        for bucket in self.all():
            call = self._next(bucket)
            kept: list[Call] = []
            while call is not None:
                if call.pool is pool:
                    found.append(call)
                else:
                    kept.append(call)
                call = self._next(bucket)
            for each in kept:
                bucket.line.push(each)
                self._at[each] = bucket
            bucket.waiting = bucket.length = len(kept)
            self.held += len(kept)
        self.left_line += len(found)
        return found

    def _wait(self, bucket: Bucket, now: float) -> None:
        """Wait until the next of a bucket may pass."""
        timer = Timer(NextTurn(self, bucket))
        bucket.timer = timer
        self.node.agenda.schedule(bucket.allowance.next_in(now), timer)

    def _new(self, now: float) -> Allowance:
        """What an owner is allowed of whom nothing is known."""
        return allowance(self.algorithm, self.rate, self.burst, self.window, now)

    def _bucket(self, call: Call, now: float) -> Bucket:
        """The bucket of whose call it is."""
        if self.by == BY_ALL and self.shared:
            only = self._only
            if only is None:
                only = Bucket(self._new(now))
                self._only = only
            return only
        owner = self._owner(call)
        if owner < 0:
            return Bucket(self._new(now))
        name = (0 if self.shared else int(call.pool.index) + 1, owner)
        bucket = self._buckets.get(name)
        if bucket is None:
            if len(self._buckets) >= self._most:
                self._tidy(now)
            bucket = Bucket(self._new(now))
            self._buckets[name] = bucket
        return bucket

    def _owner(self, call: Call) -> int:
        """Whose call it is; below zero where that is nobody who ever asks again."""
        if self.by == BY_KEY:
            return int(call.key)
        if self.by == BY_CLASS:
            return int(call.kind)
        if self.by == BY_ALL:
            return 0
        root = root_of(call)
        client = client_of(root)
        number = self._clients.get(client)
        if number is None:
            number = len(self._clients)
            self._clients[client] = number
        if self.by == BY_CLIENT:
            return number
        user = root.user
        if user is None:
            return -1
        own = user.tenant + 1 if self.by == BY_TENANT else user.number
        return number * USERS + int(own)

    def _tidy(self, now: float) -> None:
        """Forget the buckets that are full: a new one would be the same."""
        self._buckets = {
            name: bucket
            for name, bucket in self._buckets.items()
            if bucket.waiting > 0 or not bucket.allowance.is_whole(now)
        }
        self._most = max(i64(KEPT), 2 * i64(len(self._buckets)))
