"""To which tenants the users of a client belong, and how each tenant fares."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, final

from mypy_extensions import i64

from engine.sim.lane.codes import OK

if TYPE_CHECKING:
    from engine.sim.lane.user import User

GOLDEN: Final = 0.6180339887498949
"""Multiples of it spread evenly over a unit: of n users, any share takes as many as there are, within one."""


@final
class Tenancy:
    """The tenants of one client, numbered; counters are never reset."""

    def __init__(self) -> None:
        self.answered: list[int] = []
        """Requests of each that succeeded."""
        self.failed: list[int] = []
        """Requests of each that failed."""
        self._sums: list[float] = []
        """Cumulative share of the users of each; empty where there are none any more."""

    def turn(self, sums: list[float]) -> None:
        """Have tenants of these cumulative shares of the users; who was counted stays so."""
        self._sums = sums
        while len(self.answered) < len(sums):
            self.answered.append(0)
            self.failed.append(0)

    def place(self, user: User) -> None:
        """Tell a user its tenant, if it has one."""
        spot = (float(user.number + 1) * GOLDEN) % 1.0
        low: i64 = 0
        high: i64 = i64(len(self._sums)) - 1
        if high < 0:
            user.tenant = -1
            return
        while low < high:
            middle = (low + high) // 2
            if self._sums[middle] > spot:
                high = middle
            else:
                low = middle + 1
        user.tenant = low

    def count(self, user: User, reason: i64) -> None:
        """A request of a user is over."""
        if reason == OK:
            self.answered[user.tenant] += 1
        else:
            self.failed[user.tenant] += 1
