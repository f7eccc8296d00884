"""Accounts that are locked after too many wrong passwords."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, final

from mypy_extensions import i64

from engine.sim.lane.gates.allowances import FULL_ENOUGH, Tokens

if TYPE_CHECKING:
    from engine.sim.lane.gates.auth_knobs import Knobs

KEPT: Final = 4096
"""Accounts from which on those are forgotten at which nobody guessed for long, at each doubling."""


@final
class Lockout:
    """The wrong passwords that each account may still see: a token bucket for each that saw one."""

    def __init__(self, knobs: Knobs) -> None:
        self._knobs = knobs
        self._tries: dict[tuple[str, int], Tokens] = {}
        self._most: i64 = KEPT

    def turn(self, rate: float, burst: float, now: float) -> None:
        """Allow other numbers from now on; accounts that have seen some go on from there."""
        knobs = self._knobs
        if (rate, burst) == (knobs.lock_rate, knobs.lock_burst):
            return
        knobs.lock_rate = rate
        knobs.lock_burst = burst
        if rate <= 0.0:
            self._tries = {}
        for tries in self._tries.values():
            tries.turn(rate, burst, 0.0, now)

    def allows(self, client: str, number: i64, now: float) -> bool:
        """Take note of a wrong password; false where the account is locked, so that it is not even looked at."""
        knobs = self._knobs
        if knobs.lock_rate <= 0.0:
            return True
        account = (client, int(number))
        tries = self._tries.get(account)
        if tries is None:
            if len(self._tries) >= self._most:
                self._tidy(now)
            tries = Tokens(knobs.lock_rate, knobs.lock_burst, now)
            self._tries[account] = tries
        return tries.take(now)

    def locks(self, client: str, number: i64, now: float) -> bool:
        """Whether nobody can log in to an account, whoever it is."""
        tries = self._tries.get((client, int(number)))
        return tries is not None and tries.level(now) < 1.0 - FULL_ENOUGH

    def _tidy(self, now: float) -> None:
        """Forget the accounts of which nothing is to be known any more."""
        self._tries = {
            account: tries for account, tries in self._tries.items() if not tries.is_whole(now)
        }
        self._most = max(i64(KEPT), 2 * i64(len(self._tries)))
