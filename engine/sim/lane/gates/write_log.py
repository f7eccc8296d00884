"""Counts the writes that a node has acknowledged: what a failover or a restore may lose."""

from __future__ import annotations

from typing import TYPE_CHECKING, final

from mypy_extensions import i64

from engine.sim.lane.codes import OK
from engine.sim.lane.meaning import Meaning
from engine.sim.lane.seams import Gate
from engine.sim.lane.sessions.calls import writes_session

if TYPE_CHECKING:
    from engine.sim.lane.call import Call
    from engine.sim.lane.participation import Participation
    from engine.sim.lane.user_session import UserSession


@final
class Told(Meaning):
    """A message of a transaction, or a new session, that a node has acknowledged."""

    def __init__(
        self, number: i64, part: Participation | None, message: i64, session: UserSession | None
    ) -> None:
        self.number: i64 = number
        """Among all writes that were acknowledged."""
        self.part = part
        self.message = message
        self.session = session


@final
class WriteLog(Gate):
    """Lets everybody in, and hears which writes succeed."""

    def __init__(self) -> None:
        self.hears = True
        self.writes: list[bool] = [False]
        """Whether requests of each class write."""
        self.acknowledged: i64 = 0
        """Writes that succeeded so far."""
        self.lost: i64 = 0
        """Those of them of which nobody knows any more."""
        self.keeps = False
        """Whether messages of transactions and new sessions may be lost from now on, so that they are kept."""
        self._told: list[Told] = []

    def left(self, call: Call, reason: i64, now: float) -> None:
        """Count a write that has succeeded."""
        if reason != OK:
            return
        context = call.context
        session = None if context is None else context.session
        if session is None:
            if not self.writes[call.kind]:
                return
            self.acknowledged += 1
            if self.keeps and context is not None and context.part is not None:
                self._told.append(Told(self.acknowledged, context.part, context.message, None))
        elif writes_session(call):
            self.acknowledged += 1
            if not session.noted:
                session.noted = True
                if self.keeps:
                    self._told.append(Told(self.acknowledged, None, 0, session))

    def lose(self, writes: int) -> None:
        """Lose so many of the writes that are known."""
        self.lost += min(i64(writes), self.acknowledged - self.lost)

    def lose_since(self, acknowledged: int, known: int, now: float) -> int:
        """Lose what was written since there were so many, but what is lost already: transactions and sessions as well.

        Args:
            acknowledged: how many writes whoever follows knows.
            known: of those since, how many are counted as lost.
            now: simulated time (s).

        Returns:
            How many more writes are lost.
        """
        lost = self.acknowledged - acknowledged - known
        self.lost += lost
        told = self._told
        while len(told) > 0 and told[-1].number > acknowledged:
            told.pop().forget(now)
        return int(lost)

    def are_safe(self, acknowledged: int) -> None:
        """The first so many writes are in a copy: whoever follows knows them."""
        self._told = [each for each in self._told if each.number > acknowledged]
