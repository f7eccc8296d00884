"""What an auth server knows of users: who holds a credential, and whose access is revoked since when."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, final

from engine.sim.lane.codes import NEVER
from engine.sim.lane.gates.signing_keys import SigningKeys

if TYPE_CHECKING:
    from mypy_extensions import i64

    from engine.sim.lane.draws import Draws

GOLDEN: Final = 0.6180339887498949
"""Multiples of it spread evenly over a unit: of n users, any share takes as many as there are, within one."""
KEPT: Final = 4096
"""Holders from which on those whom nobody will know again are forgotten, at each doubling."""


@final
class Holder:
    """A user, and the credential that it holds."""

    def __init__(self, number: i64) -> None:
        self.number: i64 = number
        """Of the user at its client; users of clients that do not tell them apart are one."""
        self.expiry = -NEVER
        """Time (s) until which its credential lasts."""
        self.key: i64 = 0
        """Which of the server's keys has signed it."""
        self.refused = False
        """Whether the server refused it a credential: it has none until its access is restored."""
        self.revoked_at = NEVER
        """Time (s) of the revocation that it outlived last."""
        self.outlived = 0.0
        """Seconds after that at which it last got in."""


@final
class Revocation:
    """Users whose access is revoked."""

    def __init__(self, share: float, user: i64, at: float) -> None:
        self.share = share
        self.user: i64 = user
        """The only one, or below zero where it is a share of all."""
        self.at = at

    def hits(self, number: i64) -> bool:
        """Whether a user is one of them."""
        if self.user >= 0:
            return number == self.user
        return (float(max(number, 0)) * GOLDEN) % 1.0 < self.share


@final
class Identities:
    """The users of one auth server. Nodes that ask the same server share what their users hold."""

    def __init__(self, ages: Draws, now: float) -> None:
        self.keys = SigningKeys()
        self._ages = ages
        self._since = now
        """When it began (s)."""
        self._ended = False
        """Whether the credentials of all who were signed in then have been ended."""
        self._holders: dict[tuple[str, int], Holder] = {}
        self._revocations: list[Revocation] = []
        self._by: dict[str, list[Revocation]] = {}
        """By whom they were revoked."""
        self._most = KEPT

    def holder(self, client: str, number: i64, ttl: float, signed_in: float, now: float) -> Holder:
        """A user of a client, who may have been signed in when it all began."""
        name = (client, int(number))
        holder = self._holders.get(name)
        if holder is None:
            if len(self._holders) >= self._most:
                self._forget(ttl, now)
            holder = Holder(number)
            self._holders[name] = holder
            if not self._ended and now - self._since < ttl and self._ages.draw() < signed_in:
                holder.expiry = self._since + ttl * self._ages.draw()
        return holder

    def is_of_old(self, holder: Holder, ttl: float, began: float) -> bool:
        """Whether somebody still has the credential with which it was signed in when it all began, at this time (s)."""
        return began <= self._since and holder.expiry <= self._since + ttl

    def expire(self) -> None:
        """End all credentials, now, so that everybody has to log in."""
        self._ended = True
        for holder in self._holders.values():
            holder.expiry = -NEVER

    def knows(self, holder: Holder, ttl: float, now: float) -> bool:
        """Whether a credential may be renewed without another login: not long after it has ended."""
        return holder.expiry + ttl > now

    def revoke(self, by: str, revoked: list[tuple[float, int]], now: float) -> None:
        """Have somebody revoke these shares, or single users, from now on; what was revoked already stays so."""
        before = self._by.pop(by, [])
        after: list[Revocation] = []
        for share, user in revoked:
            known = [each for each in before if each.share == share and int(each.user) == user]
            if known:
                before.remove(known[0])
                after.append(known[0])
            else:
                after.append(Revocation(share, user, now))
        if after:
            self._by[by] = after
        self._revocations = [each for found in self._by.values() for each in found]

    def revoked_at(self, holder: Holder) -> float:
        """When the access of a user was revoked (s); never, where it may come in."""
        first = NEVER
        for each in self._revocations:
            if each.at < first and each.hits(holder.number):
                first = each.at
        return first

    def _forget(self, ttl: float, now: float) -> None:
        """Forget those who have to log in anew in any case, as somebody does who was never here."""
        if now - self._since >= ttl:
            self._holders = {
                name: holder
                for name, holder in self._holders.items()
                if self.knows(holder, ttl, now) or holder.refused
            }
        self._most = max(KEPT, 2 * len(self._holders))
