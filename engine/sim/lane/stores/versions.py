"""Versions of keys: which one is the newest that a data origin has acknowledged, and whether an answer is older.

A *data origin* is the node that owns the data behind the caches: where writes end. Each has a table of its
own (`Versions`), since the same key of two databases is two things. A version is a number that grows with
each write, whoever makes it: the place of the write among all writes of the machine (as a log sequence
number is), with the number of the origin in its low bits. So the versions of one origin are in the order of
its writes, and a version alone tells whose it is.

Whoever reads at an origin notes the version in the context of the call (`note`); the answer takes it along
to whoever asked (`pass_on`), so that what a cache stores has the version that was really read.

A replica that is behind notes the version that it has: what it has applied up to a version `last` has, of a
key, the newest version up to `last`; it is stale where the newest of the origin is beyond that.

Where a write is acknowledged before the origin has it (write-behind), it is *promised*: it is the newest from
then on, but who reads at the origin reads what that holds. It is `applied` when it gets there, or lost.

A key that was written takes 24 bytes (16 in the hash table, 8 here); one that was not takes nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, final

from librt.vecs import extend, vec
from mypy_extensions import i64

from engine.sim.lane.context import context_of
from engine.sim.lane.stores.table import FEWEST, KeyTable

if TYPE_CHECKING:
    from engine.sim.lane.call import Call

UNKNOWN: Final = 0
"""The version of what nobody knows the version of: it is never called stale."""
NOTHING: Final = -1
"""Stands for the version of who has none, and so needs the whole answer."""
_BITS: Final = 16
_ORIGIN: Final = (1 << _BITS) - 1
_RECENT: Final = 256
"""Acknowledgements of each origin whose time is known."""


@final
class Versions:
    """The versions of one origin's keys."""

    def __init__(self, origins: Origins, number: i64) -> None:
        self._origins = origins
        self._number = number
        """Among the origins, from 1 on."""
        self._table = KeyTable()
        self._newest = vec[i64]([0] * FEWEST)
        self._count: i64 = 0
        """Acknowledgements so far."""
        self._keys = vec[i64]([0] * _RECENT)
        self._before = vec[i64]([0] * _RECENT)
        self._at = vec[float]([0.0] * _RECENT)
        self.ahead: dict[int, int] = {}
        """What the origin holds of keys of which newer versions are promised."""

    def issue(self) -> i64:
        """The version of a write that begins now: newer than all before it. Nobody is told yet."""
        origins = self._origins
        origins.writes += 1
        return (origins.writes << _BITS) | self._number

    def acknowledge(self, key: i64, version: i64, now: float) -> None:
        """A write has succeeded, and its client may know; what is newer already stays the newest."""
        before = self.newest(key)
        if version <= before:
            return
        slot = self._table.find(key)
        if slot < 0:
            slot = self._table.add(key)
            if self._table.room() > len(self._newest):
                self._newest = extend(self._newest, self._newest)
        self._newest[slot] = version
        place = self._count % _RECENT
        self._count += 1
        self._keys[place] = key
        self._before[place] = before
        self._at[place] = now

    def write(self, key: i64, now: float) -> i64:
        """A write succeeds at once; returns its version."""
        version = self.issue()
        self.acknowledge(key, version, now)
        return version

    def promise(self, key: i64, now: float) -> i64:
        """A write is acknowledged that is not at the origin yet; returns its version."""
        if int(key) not in self.ahead:
            self.ahead[int(key)] = int(self.newest(key))
        return self.write(key, now)

    def applied(self, key: i64, version: i64, now: float) -> None:
        """What was promised is at the origin."""
        held = self.ahead.get(int(key))
        if held is None:
            self.acknowledge(key, version, now)
            return
        self.acknowledge(key, version, now)
        if version >= self.newest(key):
            del self.ahead[int(key)]
        else:
            self.ahead[int(key)] = max(held, int(version))

    def lose(self, key: i64, version: i64) -> None:
        """What was promised will never be there: the newest is what the origin holds."""
        held = self.ahead.get(int(key))
        slot = self._table.find(key)
        if held is not None and slot >= 0 and self._newest[slot] == version:
            self._newest[slot] = i64(held)
            del self.ahead[int(key)]

    def compare(self, call: Call, version: i64) -> None:
        """Tell whoever asks whether there is another version than its own that there is none."""
        if self._origins.conditional:
            compare(call, version)

    def held(self, key: i64) -> i64:
        """The version that the origin has: the newest, but where a newer one is promised."""
        if len(self.ahead) > 0:
            found = self.ahead.get(int(key))
            if found is not None:
                return i64(found)
        return self.newest(key)

    @property
    def oldest(self) -> i64:
        """The version of what was never written."""
        return self._number

    def newest(self, key: i64) -> i64:
        """The newest version of a key that is acknowledged; that of a key that was never written is the oldest."""
        slot = self._table.find(key)
        return self._number if slot < 0 else self._newest[slot]

    def newest_at(self, key: i64, time: float) -> i64:
        """The newest version of a key that was acknowledged before a time (s), as a read that began then may expect.

        For reads that take no longer than the last 256 acknowledgements of the origin: what is before
        them counts as if it was acknowledged just then, so that an answer is never called stale that is not.
        Who reads for longer asks for the `newest` when the read begins.
        """
        newest = self.newest(key)
        place = self._count
        first = max(0, place - _RECENT)
        while place > first:
            place -= 1
            spot = place % _RECENT
            if self._at[spot] < time:
                break
            if self._keys[spot] == key:
                newest = self._before[spot]
        return newest


@final
class Origins:
    """All data origins of a machine, each with its versions."""

    def __init__(self) -> None:
        self.conditional = False
        """Whether anybody asks whether there is another version than the one that it has."""
        self.writes: i64 = 1
        """The last number that was given to a write; those from 2 on are writes."""
        self._tables: list[Versions] = []
        self._of: dict[str, Versions] = {}

    def of(self, node: str) -> Versions:
        """The versions of an origin by its name; they stay whatever becomes of the plan."""
        found = self._of.get(node)
        if found is None:
            found = Versions(self, len(self._tables) + 1)
            self._tables.append(found)
            self._of[node] = found
        return found

    def as_of_now(self) -> i64:
        """The version of what is read from whichever origin now, where nobody says from which."""
        return self.writes << _BITS

    def is_stale(self, version: i64, key: i64, began: float, sources: list[Versions]) -> bool:
        """Whether an answer is older than the newest that was acknowledged when its read began.

        Args:
            version: of the answer.
            key: what was read.
            began: when (s).
            sources: the origins that count where the version does not tell whose it is.
        """
        number = version & _ORIGIN
        if number > 0:
            return version < self._tables[number - 1].newest_at(key, began)
        if version != UNKNOWN:
            for each in sources:
                if version < each.newest_at(key, began):
                    return True
        return False


def version_of(call: Call) -> i64:
    """The version that a call has read or written; `UNKNOWN` where that is not known."""
    context = call.context
    return UNKNOWN if context is None else context.version


def is_unchanged(call: Call) -> bool:
    """Whether the answer to a call says that nothing has changed."""
    context = call.context
    return context is not None and context.unchanged


def note(call: Call, version: i64) -> None:
    """Note what a call reads or writes. Of several it keeps the one that was written last."""
    context = context_of(call)
    context.version = max(context.version, version)


def compare(call: Call, version: i64) -> None:
    """Answer that nothing has changed, where whoever asks has this version already (304)."""
    above = call.parent
    while above is not None and above.key == call.key:
        context = above.context
        if context is not None and context.etag != UNKNOWN:
            context_of(call).unchanged = context.etag == version
            return
        above = above.parent


def pass_on(call: Call, job: Call) -> None:
    """What a call has read, the job has read that made it: unless it was another key."""
    context = call.context
    if context is not None and context.version != UNKNOWN and call.key == job.key:
        note(job, context.version)
        context_of(job).unchanged = context.unchanged
