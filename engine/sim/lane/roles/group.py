"""A consumer group: every message goes to one of its instances, each partition to the one that it belongs to."""

from __future__ import annotations

from typing import TYPE_CHECKING, final

from mypy_extensions import i16, i64

from engine.sim.lane.call import Call, Endpoint
from engine.sim.lane.codes import CRASHED, OK, UNAVAILABLE
from engine.sim.lane.context import context_of
from engine.sim.lane.instance import DeathWatch
from engine.sim.lane.link import Link
from engine.sim.lane.node import Node
from engine.sim.lane.roles.effects import Effects
from engine.sim.lane.roles.log import Delivery, Reader

if TYPE_CHECKING:
    from engine.sim.lane.instance import Instance
    from engine.sim.lane.roles.log import Cursor
    from engine.sim.lane.roles.topic import Topic


@final
class Member:
    """An instance of a group, and the partitions that belong to it."""

    def __init__(self, endpoint: Endpoint, now: float) -> None:
        self.endpoint = endpoint
        self.cursors: list[Cursor] = []
        self.turn: i64 = 0
        """Which of them comes first next time."""
        self.seen = now
        """When it was last heard of (s)."""


@final
class GroupDeaths(DeathWatch):
    """Lets a group know of the death of its instances: what was read and not committed is read again."""

    def __init__(self, group: Group) -> None:
        self._group = group

    def lost(self, instance: Instance, now: float) -> None:
        """One of them died."""
        self._group.lost(instance, now)


@final
class Group(Reader):
    """How far a group is, who is in it, and what its messages did."""

    def __init__(self, name: str, topic: Topic) -> None:
        super().__init__(name)
        self.topic = topic
        self.deaths = GroupDeaths(self)
        self.effects = Effects()
        self.endpoints: list[Endpoint] = []
        """All instances behind its links."""
        self.members: dict[Endpoint, Member] = {}
        """Those to which partitions belong."""
        self.paused = False
        """Whether partitions are being handed over: nobody reads."""
        self.rebalances: i64 = 0
        self.started: i64 = 0
        """Messages that had been published before it came."""
        self.consumed: i64 = 0
        self.dead: i64 = 0
        self.outdated: i64 = 0
        """Messages that were not read before they were too old."""
        self.unwanted: i64 = 0
        """Messages of classes that none of its links takes."""
        self.redelivered: i64 = 0

    def assign(self, endpoints: list[Endpoint], now: float) -> None:
        """Have the partitions belong to some instances, a range to each, one more to the first where they do not divide."""
        members: dict[Endpoint, Member] = {}
        for endpoint in endpoints:
            known = self.members.get(endpoint)
            members[endpoint] = Member(endpoint, now) if known is None else known
        self.members = members
        everybody = list(members.values())
        count: i64 = len(everybody)
        for member in everybody:
            member.cursors = []
            member.turn = 0
        if count == 0:
            for cursor in self.cursors:
                self._give(cursor, None, now)
            return
        whole: i64 = len(self.cursors)
        each: i64 = whole // count
        more: i64 = whole % count
        place: i64 = 0
        for number, member in enumerate(everybody):
            share = each + 1 if number < more else each
            for cursor in self.cursors[place : place + share]:
                member.cursors.append(cursor)
                self._give(cursor, member.endpoint, now)
            place += share

    def _give(self, cursor: Cursor, owner: Endpoint | None, now: float) -> None:
        """Have a partition belong to an instance; who is there commits before it lets go."""
        if cursor.owner is not owner:
            if cursor.owner is not None:
                self._commit(cursor, now)
            cursor.owner = owner

    def expel(self, endpoint: Endpoint) -> None:
        """Nothing was heard of an instance for too long: what it has read and not committed is read again."""
        member = self.members.pop(endpoint, None)
        for cursor in self.cursors:
            if cursor.owner is endpoint:
                if member is not None:
                    self._commit_due(cursor, member.seen)
                cursor.owner = None
                cursor.rewind()

    def disband(self) -> None:
        """Nobody reads here any more."""
        self.endpoints = []
        self.members = {}
        for cursor in self.cursors:
            cursor.owner = None
            cursor.rewind()

    def pause(self, now: float) -> None:
        """Hand partitions over: nobody reads meanwhile."""
        self.paused = True
        self.rebalances += 1

    def resume(self, now: float) -> None:
        """Read on."""
        self.paused = False
        self.pull(now)

    def lost(self, instance: Instance, now: float) -> None:
        """An instance died: what it committed of late counts, and nothing since."""
        for cursor in self.cursors:
            owner = cursor.owner
            if owner is not None and owner.pool is instance:
                self._commit_due(cursor, now)
                cursor.rewind()

    def _commit_due(self, cursor: Cursor, now: float) -> None:
        """Note how far a partition is read, where it is time for that."""
        if now - cursor.committed_at >= self.topic.commit_interval:
            self._commit(cursor, now)

    def _commit(self, cursor: Cursor, now: float) -> None:
        """Note how far a partition is read."""
        cursor.committed = max(cursor.committed, cursor.position)
        cursor.committed_at = now

    def pull(self, now: float) -> None:
        """Offer messages to whoever is idle."""
        for member in list(self.members.values()):
            endpoint = member.endpoint
            while endpoint.pool.discipline.idle() and self.feed(endpoint, now):
                pass

    def offer(self, cursor: Cursor, now: float) -> None:
        """A partition may have something for its owner."""
        owner = cursor.owner
        if owner is not None and cursor.message is None and owner.pool.discipline.idle():
            self.feed(owner, now)

    def feed(self, endpoint: Endpoint, now: float) -> bool:
        """Deliver the next message of one of the partitions that belong to an instance."""
        link = endpoint.path
        member = self.members.get(endpoint)
        if member is None or self.paused or not isinstance(link, Link) or link.shut():
            return False
        home = self.topic.node.pools[0]
        if home.down or home.frozen or endpoint.pool.draining or endpoint.pool.leaving:
            return False
        cursors = member.cursors
        count: i64 = len(cursors)
        looked: i64 = 0
        while looked < count:
            looked += 1
            if member.turn >= count:
                member.turn = 0
            cursor = cursors[member.turn]
            member.turn += 1
            if cursor.message is None and self._has_next(cursor, link, now):
                self._deliver(cursor, endpoint, link, now)
                return True
        return False

    def _has_next(self, cursor: Cursor, link: Link | None, now: float) -> bool:
        """Whether there is a message to deliver, past those that are too old or that the link does not take."""
        topic = self.topic
        log = topic.logs[cursor.partition]
        while cursor.position < log.end:
            record = log.at(cursor.position)
            if record.at + topic.retention <= now:
                if self._is_new(cursor):
                    self.outdated += 1
            elif link is None or link.accepts[record.kind]:
                return True
            elif self._is_new(cursor):
                self.unwanted += 1
            self._advance(cursor, now)
        return False

    def expire(self, now: float) -> None:
        """Give up what was not read before it was too old; what is under way goes on."""
        for cursor in self.cursors:
            if cursor.message is None:
                self._has_next(cursor, None, now)

    def _is_new(self, cursor: Cursor) -> bool:
        """Whether the message at the position gets through for the first time."""
        return cursor.position >= cursor.reached

    def _advance(self, cursor: Cursor, now: float) -> None:
        """The message at the position is through."""
        cursor.position += 1
        cursor.tries = 0
        if cursor.position > cursor.reached:
            cursor.reached = cursor.position
            self.behind -= 1
            node = self.topic.node
            node.touch(now)
            node.waiting -= 1.0
        if now - cursor.committed_at >= self.topic.commit_interval:
            self._commit(cursor, now)
            self.topic.tidy(cursor.partition)

    def _deliver(self, cursor: Cursor, endpoint: Endpoint, link: Link, now: float) -> None:
        """Send the message at the position."""
        topic = self.topic
        record = topic.logs[cursor.partition].at(cursor.position)
        message = topic.message(record, now)
        message.context = Delivery(self)
        message.task = i16(cursor.partition)
        message.seq = cursor.position
        message.sent = now
        message.endpoint = endpoint
        if cursor.position < cursor.delivered:
            self.redelivered += 1
        else:
            cursor.delivered = cursor.position + 1
        cursor.message = message
        topic.node.wait.add(now - record.at)
        pool = endpoint.pool
        pool.reserved += 1
        call = Call(pool.site, pool, message, i16(record.kind), record.key)
        call.booked = True
        logical = record.logical
        if logical is not None:
            context_of(call).logical = logical
        if record.poison:
            call.doomed = True
            site = pool.site
            if isinstance(site, Node):
                site.faulty = True
        link.offer(call, endpoint, now)

    def proceed(self, message: Call, now: float) -> None:
        """A message was worked on."""
        cursor = self._cursor_of(message)
        message.done = True
        self.topic.close(message, OK, now)
        if cursor is None:
            return  # somebody else has the partition by now
        cursor.message = None
        if self._is_new(cursor):
            self.consumed += 1
            self.topic.to_done.add(now - message.arrived)
        self._advance(cursor, now)
        self.offer(cursor, now)

    def failed(self, message: Call, reason: i64, now: float) -> None:
        """A delivery failed: the partition goes on with the same message, or without it."""
        cursor = self._cursor_of(message)
        message.done = True
        self.topic.close(message, reason, now)
        if cursor is None:
            return
        cursor.message = None
        endpoint = message.endpoint
        if reason in (CRASHED, UNAVAILABLE) and endpoint is not None and endpoint.pool.down:
            self.offer(cursor, now)  # to whoever has taken over already
            return
        cursor.tries += 1
        if cursor.tries >= self.topic.max_receive:
            if self._is_new(cursor):
                self.dead += 1
            self._advance(cursor, now)
        self.offer(cursor, now)

    def _cursor_of(self, message: Call) -> Cursor | None:
        """The partition of a delivery that counts still."""
        cursor = self.cursors[message.task]
        return cursor if cursor.message is message else None

    def took_effect(self, job: Call, message: Call, now: float) -> bool:
        """Count what a message did."""
        cursor = self.cursors[message.task]
        again = message.seq < cursor.worked
        if not again:
            cursor.worked = message.seq + 1
        self.effects.note(message.key, i64(message.size), again=again)
        return again

    def oldest_age(self, now: float) -> float:
        """Age (s) of the oldest message that is not through."""
        age = 0.0
        for cursor in self.cursors:
            log = self.topic.logs[cursor.partition]
            if cursor.position < log.end:
                age = max(age, now - log.at(cursor.position).at)
        return age
