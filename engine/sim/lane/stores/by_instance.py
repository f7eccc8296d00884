"""Stores of instances: what one has fetched, no other has. Its users may have entries of their own there as well."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, final

from mypy_extensions import i64

from engine.sim.lane.owners import client_of, root_of
from engine.sim.lane.stores.private import OwnKeys

if TYPE_CHECKING:
    from engine.sim.lane.call import Call
    from engine.sim.lane.stores.private import PrivateStore

_PLACE_BITS: Final = 20
_PLACES: Final = (1 << _PLACE_BITS) - 1
_KEY_BITS: Final = 22
"""Bits of a key that count where users are told apart as well."""
_KEYS: Final = (1 << _KEY_BITS) - 1
_LONG_KEYS: Final = (1 << 42) - 1


NOBODYS: Final = -1
"""Stands for the place of what is everybody's."""


def key_at(key: i64, place: i64) -> i64:
    """A key as that of the instance with a number."""
    return ((key & _LONG_KEYS) << _PLACE_BITS) | (place & _PLACES)


@final
class InstanceKeys(OwnKeys):
    """Keys that are an instance's own."""

    def __init__(self, store: PrivateStore, *, by_user: bool) -> None:
        self._store = store
        self.by_user = by_user
        """Whether the same key of two users is two keys."""
        self._users: dict[str, dict[int, int]] = {}
        """Numbers of users, by their client and their number there."""
        self._count = 0

    def key(self, call: Call) -> i64:
        """The key of a call at its instance."""
        if not self.by_user:
            return key_at(call.key, call.pool.index)
        return key_at((self._user(call) << _KEY_BITS) | (call.key & _KEYS), call.pool.index)

    def died(self, place: i64) -> bool:
        """What a dead instance held is gone."""
        self._store.forget(place & _PLACES)
        return True

    def keep(self, instances: i64) -> None:
        """Forget what instances held that are gone, where they are numbered on from the last."""
        self._store.keep_first(instances)

    def _user(self, call: Call) -> i64:
        """A number for whoever asks; who is nobody in particular is one with all others of a client."""
        root = root_of(call)
        user = root.user
        client, number = client_of(root), -1 if user is None else int(user.number)
        users = self._users.get(client)
        if users is None:
            users = {}
            self._users[client] = users
        found = users.get(number)
        if found is None:
            found = self._count & _PLACES
            users[number] = found
            self._count += 1
        return i64(found)
