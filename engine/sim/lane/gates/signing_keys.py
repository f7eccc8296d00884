"""The keys with which an auth server signs tokens, and what those who check tokens know of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, final

from engine.sim.lane.codes import NEVER

if TYPE_CHECKING:
    from mypy_extensions import i64

    from engine.sim.lane.call import Pool

# What is known of the key of a token.
GOOD: Final = 0
BAD: Final = 1
"""It is in no set that may be asked for now, or was withdrawn."""
UNFETCHED: Final = 2
"""The keys have to be fetched first."""


@final
class SigningKeys:
    """The keys of one auth server, numbered in the order in which it made them; it begins with one."""

    def __init__(self) -> None:
        self.rotated: i64 = 0
        """How often another key took over."""
        self._published: list[float] = [-NEVER]
        """Since when everybody can fetch each of them (s)."""
        self._signs: list[float] = [-NEVER]
        """Since when each signs."""
        self._withdrawn: list[float] = [NEVER]
        """Since when each is no longer published."""

    def rotate(self, ahead: float, overlap: float, now: float) -> None:
        """Publish another key, which signs after a time; the one before it goes an overlap later."""
        begins = max(now + ahead, self._signs[self.rotated])
        self._withdrawn[self.rotated] = min(self._withdrawn[self.rotated], begins + overlap)
        self._published.append(now)
        self._signs.append(begins)
        self._withdrawn.append(NEVER)
        self.rotated += 1

    def signing(self, now: float) -> i64:
        """The key that signs now."""
        key = self.rotated
        while key > 0 and self._signs[key] > now:
            key -= 1
        return key

    def is_published(self, key: i64, at: float) -> bool:
        """Whether who fetched the keys at a time has this one."""
        return self._published[key] <= at < self._withdrawn[key]


@final
class KeySets:
    """The keys (JWKS) that each instance of a node knows, as it fetched them last."""

    def __init__(self) -> None:
        self.fetches = False
        """Whether they are fetched and kept; else everybody knows at once which keys are good."""
        self.ttl = 300.0
        """Seconds after which they are fetched again."""
        self.cooldown = NEVER
        """Seconds after a fetch from which on a key that is not among them is a reason for another one."""
        self._fetched: dict[Pool, float] = {}
        """When each instance fetched what it has (s)."""

    def fetched(self, pool: Pool, at: float) -> None:
        """An instance has the keys as they were at a time."""
        self._fetched[pool] = at

    def forget(self, pool: Pool) -> None:
        """An instance died."""
        self._fetched.pop(pool, None)

    def forget_all(self) -> None:
        """They are the keys of another server."""
        self._fetched = {}

    def verdict(self, keys: SigningKeys, key: i64, pool: Pool, now: float) -> i64:
        """What an instance makes of the key of a token."""
        if not self.fetches:
            return GOOD if keys.rotated == 0 or keys.is_published(key, now) else BAD
        at = self._fetched.get(pool, -NEVER)
        if at + self.ttl <= now:
            return UNFETCHED
        if keys.rotated == 0 or keys.is_published(key, at):
            return GOOD
        return UNFETCHED if at + self.cooldown <= now else BAD

    def knows(self, keys: SigningKeys, key: i64, pool: Pool) -> bool:
        """Whether a key is in the set that an instance has, of whatever age that is."""
        return keys.is_published(key, self._fetched.get(pool, -NEVER))
