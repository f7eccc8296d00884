"""By what a call carries: the same key, client or session goes to the same instance."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, final

from mypy_extensions import i64

from engine.sim.lane.mixing import MASK, mixed
from engine.sim.lane.owners import client_of, root_of
from engine.sim.lane.seams import Picker

if TYPE_CHECKING:
    from engine.sim.lane.balancing.key_maps import KeyMap
    from engine.sim.lane.call import Call, Endpoint

BY_KEY: Final = 0
BY_CLIENT: Final = 1
BY_SESSION: Final = 2
BY_TENANT: Final = 3


@final
class Identities:
    """What is hashed of a call. Names are numbered by what they are called, so that all know the same numbers."""

    def __init__(self, by: i64, salt: i64) -> None:
        self.by: i64 = by
        self.salt: i64 = salt
        self._names: dict[str, int] = {}
        self._strangers: i64 = 0

    def number(self, call: Call) -> i64:
        """The hash (32 bits) of the key, the client, the session or the tenant of a call.

        Users who ask once and never again are all different ones.
        """
        if self.by == BY_KEY:
            return mixed(call.key, self.salt)
        root = root_of(call)
        named = self._named(client_of(root))
        if self.by == BY_CLIENT:
            return mixed(named, self.salt)
        user = root.user
        if user is None:
            self._strangers += 1
            return mixed(named ^ mixed(self._strangers, MASK), self.salt)
        number = user.tenant if self.by == BY_TENANT else user.number
        return mixed(named ^ mixed(number, self.salt), self.salt)

    def _named(self, name: str) -> i64:
        """The number of a name."""
        known = self._names.get(name)
        if known is None:
            total: i64 = 7
            for letter in name:
                total = mixed(total ^ i64(ord(letter)), total)
            known = total
            self._names[name] = int(total)
        return i64(known)


@final
class Hashing(Picker):
    """The instance to which a hash belongs; another one where that may not take it."""

    def __init__(
        self, endpoints: list[Endpoint], identities: Identities, keys: KeyMap, bound: float
    ) -> None:
        super().__init__(endpoints)
        self.identities = identities
        self.keys = keys
        self.reach: i64 = MASK + 1
        """How many different numbers are mapped."""
        self.plain = False
        """Whether keys are not hashed, but taken as they are."""
        self._bound = bound
        """No instance has more than so many times the mean of the calls under way; 0 is any number."""

    def pick(self, call: Call) -> Endpoint | None:
        """The one to which it belongs, or the next that is healthy and has room."""
        count: i64 = len(self.endpoints)
        if count == 0:
            return None
        hashed = call.key if self.plain else self.identities.number(call)
        keys = self.keys
        endpoint = self.endpoints[keys.place(hashed)]
        if keys.sticks:
            return endpoint
        most = self._most(count)
        if endpoint.healthy and endpoint.outstanding < most:
            return endpoint
        skipped: i64 = 1
        found: Endpoint | None = endpoint if endpoint.healthy else None
        while skipped < count:
            place = keys.after(hashed, skipped)
            if place < 0:
                break
            other = self.endpoints[place]
            if other.healthy:
                if other.outstanding < most:
                    return other
                if found is None:
                    found = other
            skipped += 1
        return found

    def _most(self, count: i64) -> i64:
        """Calls under way that an instance may have before another one (Mirrokni et al. 2017)."""
        if self._bound <= 0.0:
            return i64(MASK)
        total: i64 = 1
        for endpoint in self.endpoints:
            total += endpoint.outstanding
        exact = self._bound * float(total) / float(count)
        most = i64(int(exact))
        return most if float(most) >= exact else most + 1


@final
class ShuffleShards(Picker):
    """A few instances for each, drawn by its hash: who has the same ones is rare."""

    def __init__(self, endpoints: list[Endpoint], identities: Identities, size: i64) -> None:
        super().__init__(endpoints)
        self.identities = identities
        self._size: i64 = size
        self._shards: dict[int, list[Endpoint]] = {}
        self._turns: dict[int, int] = {}

    def pick(self, call: Call) -> Endpoint | None:
        """The next healthy one of its shard."""
        hashed = int(self.identities.number(call))
        shard = self._shards.get(hashed)
        if shard is None:
            shard = self.drawn(i64(hashed))
            self._shards[hashed] = shard
        count = len(shard)
        turn = self._turns.get(hashed, 0)
        for ahead in range(count):
            endpoint = shard[(turn + ahead) % count]
            if endpoint.healthy:
                self._turns[hashed] = (turn + ahead + 1) % count
                return endpoint
        return None

    def drawn(self, hashed: i64) -> list[Endpoint]:
        """Different instances, any set as likely as another: the first of a shuffled deck."""
        deck = list(self.endpoints)
        count: i64 = len(deck)
        size = min(self._size, count)
        drawn: i64 = 0
        while drawn < size:
            hashed = mixed(hashed + drawn + 1, hashed)
            other = drawn + hashed % (count - drawn)
            card = deck[drawn]
            deck[drawn] = deck[other]
            deck[other] = card
            drawn += 1
        return deck[:size]
