"""A budget of retries: tokens that retries cost, and calls earn."""

from __future__ import annotations

from typing import TYPE_CHECKING, final

from engine.sim.lane.codes import NEVER, OK
from engine.sim.lane.seams import ADMIT, RETRY, SETTLE, Rule

if TYPE_CHECKING:
    from mypy_extensions import i64

    from engine.sim.lane.agenda import Agenda
    from engine.sim.lane.call import Call


@final
class RetryBudget(Rule):
    """Lets a call be tried again while there are tokens for it."""

    def __init__(self, agenda: Agenda) -> None:
        self.moments = ADMIT + SETTLE + RETRY
        self.most = 0.0
        """Tokens that there may be."""
        self.level = 0.0
        self.cost = 1.0
        """Tokens that a retry costs."""
        self.deposit = 0.0
        """Tokens that a first try earns."""
        self.refund = 0.0
        """Tokens that a success earns."""
        self.denied: i64 = 0
        self._area = 0.0
        self._touched = agenda.now
        self._agenda = agenda

    def fill(self, most: float) -> None:
        """Have room for so many tokens: all of them at the beginning, the same share afterwards."""
        if most != self.most:
            self._earn(0.0, self._agenda.now)
            self.level = self.level * most / self.most if self.most > 0.0 else most
            self.most = most

    def share_area(self, now: float) -> float:
        """The share that is left, integrated over time; looking changes nothing."""
        return self._area + (now - self._touched) * self.level / self.most

    def is_spent(self) -> bool:
        """Whether no retry would be let go."""
        return self.level < self.cost

    def admit(self, call: Call, now: float) -> i64:
        """A first try earns something."""
        if call.attempt == 1 and self.deposit > 0.0:
            self._earn(self.deposit, now)
        return OK

    def settled(self, call: Call, reason: i64, now: float) -> None:
        """So does a success."""
        if reason == OK and self.refund > 0.0:
            self._earn(self.refund, now)

    def retry_in(self, call: Call, reason: i64, wait: float, now: float) -> float:
        """A retry costs something, or does not happen."""
        if wait == NEVER:
            return NEVER
        if self.level < self.cost:
            self.denied += 1
            return NEVER
        self._earn(-self.cost, now)
        return wait

    def _earn(self, tokens: float, now: float) -> None:
        """Have more tokens, or fewer."""
        if self.most > 0.0:
            self._area += (now - self._touched) * self.level / self.most
        self._touched = now
        self.level = min(self.most, self.level + tokens)
