"""Stores of users: each has room of its own, in which only what is its own is found and evicted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, final

from librt.vecs import append, extend, vec
from mypy_extensions import i32, i64

from engine.sim.lane.owners import client_of, root_of
from engine.sim.lane.stores.store import Store
from engine.sim.lane.stores.table import FEWEST, NOWHERE

if TYPE_CHECKING:
    from engine.sim.lane.call import Call

_BITS: Final = 20
MOST_USERS: Final = 1 << _BITS
"""Users who are told apart at a time; when there are more, all begin anew."""
_USER: Final = MOST_USERS - 1
_KEY: Final = (1 << (62 - _BITS)) - 1
"""Bits of a key that count."""
_NOBODY: Final = -1


class OwnKeys:
    """Keys that belong to somebody: the same key of two owners is two keys."""

    def key(self, call: Call) -> i64:
        """The key of a call, as one of its owner."""
        raise NotImplementedError

    def died(self, place: i64) -> bool:
        """Whether an instance that dies takes what it owns with it, and nothing else is lost."""
        return False


@final
class UserKeys(OwnKeys):
    """Keys that are a user's own: the same key of two users is two keys."""

    def __init__(self, store: PrivateStore) -> None:
        self._store = store
        self._known: dict[str, dict[int, int]] = {}
        """Places of users, by their client and their number there."""
        self._count = 0

    def key(self, call: Call) -> i64:
        """The key of a call, as one of its user; who is nobody in particular is one with all others of a client."""
        root = root_of(call)
        user = root.user
        place = self._place(client_of(root), _NOBODY if user is None else int(user.number))
        return ((call.key & _KEY) << _BITS) | place

    def _place(self, client: str, number: int) -> i64:
        """Where a user is among all."""
        users = self._known.get(client)
        if users is None:
            users = {}
            self._known[client] = users
        place = users.get(number)
        if place is None:
            if self._count == MOST_USERS:
                self._store.clear()
                self._known = {client: {}}
                users = self._known[client]
                self._count = 0
            place = self._count
            users[number] = place
            self._count += 1
        return i64(place)


@final
class PrivateStore(Store):
    """Evicts of a user's entries the one stored first or, where use renews, the least recently used; or none at all."""

    def __init__(
        self, capacity: i64, ttl: float, capacity_bytes: i64, *, use_renews: bool, refuses: bool
    ) -> None:
        super().__init__(capacity, ttl, capacity_bytes)
        self.refuses = refuses
        self._use_renews = use_renews
        self._before = vec[i32]([NOWHERE] * FEWEST)
        self._after = vec[i32]([NOWHERE] * FEWEST)
        self._first = vec[i32]([NOWHERE] * FEWEST)
        """The slot that goes next, of each user."""
        self._last = vec[i32]([NOWHERE] * FEWEST)
        self._held = vec[i32]([0] * FEWEST)
        """Entries of each user."""
        self._bytes = vec[i64]([0] * FEWEST)
        """And their bytes."""
        self._whose: i64 = 0
        """Whose entry is written now."""

    def put(
        self,
        key: i64,
        now: float,
        expires_at: float,
        size: i64,
        owner: i64,
        version: i64 = 0,
    ) -> i64:
        """Write an entry; where nobody goes for another one, only if its user has room, or what has expired makes some."""
        if not self.refuses:
            return super().put(key, now, expires_at, size, owner, version)
        user, slot = self._user_of(key), self.table.find(key)
        change = size if slot < 0 else size - self.sizes[slot]
        while self._bytes[user] + change > self.capacity_bytes or (
            slot < 0 and i64(self._held[user]) >= self.capacity
        ):
            first = i64(self._first[user])
            if first < 0 or first == slot or self.expires_at[first] > now:
                self.refused += 1
                return NOWHERE
            self.remove(first)
        slot = super().put(key, now, expires_at, size, owner, version)
        if slot != i64(self._last[user]):
            self._unlink(slot, user)
            self._link(slot, user)
        return slot

    def make_room(self, key: i64, size: i64) -> bool:
        """Evict as many of the user's entries as it takes."""
        self._whose = self._user_of(key)
        user = self._whose
        while self._held[user] > 0 and (
            i64(self._held[user]) >= self.capacity or self._bytes[user] + size > self.capacity_bytes
        ):
            self.evict(self.victim())
        return self.capacity > 0

    def _user_of(self, key: i64) -> i64:
        """Whose a key is; there is a line for each."""
        user = key & _USER
        while user >= len(self._first):
            self._have_more_users()
        return user

    def victim(self) -> i64:
        """The first in the line of whoever writes."""
        return i64(self._first[self._whose])

    def added(self, slot: i64) -> None:
        """A new entry is the last of its user's to go."""
        user = self.table.keys[slot] & _USER
        self._held[user] += 1
        self._bytes[user] += self.sizes[slot]
        self._link(slot, user)

    def touch(self, slot: i64) -> None:
        """Whoever is used is the last to go as well, where use renews."""
        user = self.table.keys[slot] & _USER
        if self._use_renews and slot != i64(self._last[user]):
            self._unlink(slot, user)
            self._link(slot, user)

    def removed(self, slot: i64) -> None:
        """Close the line behind an entry that goes."""
        user = self.table.keys[slot] & _USER
        self._held[user] -= 1
        self._bytes[user] -= self.sizes[slot]
        self._unlink(slot, user)

    def forget(self, user: i64) -> None:
        """Forget everything of one user."""
        if user < len(self._first):
            while self._held[user] > 0:
                self.remove(i64(self._first[user]))

    def keep_first(self, users: i64) -> None:
        """Forget everything of all but the first so many users."""
        user = users
        while user < len(self._first):
            self.forget(user)
            user += 1

    def resized(self, slot: i64, change: i64) -> None:
        """An entry has other bytes from now on."""
        user = self.table.keys[slot] & _USER
        self._whose = user
        self._bytes[user] += change

    def is_over(self) -> bool:
        """Whether whoever writes has more bytes than there is room for."""
        return self._bytes[self._whose] > self.capacity_bytes

    def slots(self) -> vec[i32]:
        """The slots in use, user by user, the next to go in front."""
        found = vec[i32]()
        user: i64 = 0
        while user < len(self._first):
            slot = i64(self._first[user])
            while slot >= 0:
                found = append(found, i32(slot))
                slot = i64(self._after[slot])
            user += 1
        return found

    def grow(self) -> None:
        """Have twice as many slots."""
        super().grow()
        self._before = extend(self._before, self._before)
        self._after = extend(self._after, self._after)

    def clear(self) -> None:
        """Forget everything."""
        super().clear()
        self._before = vec[i32]([NOWHERE] * FEWEST)
        self._after = vec[i32]([NOWHERE] * FEWEST)
        self._first = vec[i32]([NOWHERE] * FEWEST)
        self._last = vec[i32]([NOWHERE] * FEWEST)
        self._held = vec[i32]([0] * FEWEST)
        self._bytes = vec[i64]([0] * FEWEST)

    def _have_more_users(self) -> None:
        """Have room for twice as many users; new ones have nothing yet."""
        count: i64 = len(self._first)
        self._first = extend(self._first, self._first)
        self._last = extend(self._last, self._last)
        self._held = extend(self._held, self._held)
        self._bytes = extend(self._bytes, self._bytes)
        user = count
        while user < 2 * count:
            self._first[user] = NOWHERE
            self._last[user] = NOWHERE
            self._held[user] = 0
            self._bytes[user] = 0
            user += 1

    def _link(self, slot: i64, user: i64) -> None:
        """Stand at the end of a user's line."""
        last = i64(self._last[user])
        self._before[slot] = i32(last)
        self._after[slot] = NOWHERE
        if last < 0:
            self._first[user] = i32(slot)
        else:
            self._after[last] = i32(slot)
        self._last[user] = i32(slot)

    def _unlink(self, slot: i64, user: i64) -> None:
        """Leave a user's line."""
        before, after = i64(self._before[slot]), i64(self._after[slot])
        if before < 0:
            self._first[user] = i32(after)
        else:
            self._after[before] = i32(after)
        if after < 0:
            self._last[user] = i32(before)
        else:
            self._before[after] = i32(before)
