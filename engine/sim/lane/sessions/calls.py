"""The calls to a store of sessions: what they are about, and what comes of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, final

from engine.sim.lane.codes import OK
from engine.sim.lane.context import context_of
from engine.sim.lane.seams import ADMIT, SETTLE, Rule

if TYPE_CHECKING:
    from mypy_extensions import i64

    from engine.sim.lane.call import Call


def writes_session(call: Call) -> bool:
    """Whether a call keeps a session, whatever requests of its class do."""
    if not call.fill:
        return False
    context = call.context
    return context is not None and context.session is not None


@final
class SessionCalls(Rule):
    """Has the calls over a link be about the session of the user for whom they are made.

    Whatever else goes over the link goes as it is.
    """

    def __init__(self) -> None:
        self.moments = ADMIT + SETTLE
        self.reading: list[int] = [0]
        """Whose work it takes to read a session, by the class of the call."""
        self.writing: list[int] = [0]
        """Whose work it takes to write one."""

    def admit(self, call: Call, now: float) -> i64:
        """Say which session it is about: a job asks for it before its flow, and writes it when it is done."""
        job = call.parent
        context = None if job is None else job.context
        if job is None or context is None or not (context.asks or (job.done and call.fill)):
            return OK
        session = context.session
        if session is not None:
            call.key = session.key
            context_of(call).session = session
            if call.fill:
                session.writes += 1
                call.task = self.writing[call.kind]
            else:
                call.task = self.reading[call.kind]
        return OK

    def settled(self, call: Call, reason: i64, now: float) -> None:
        """Note what was written, and what came and went."""
        context = call.context
        session = None if context is None else context.session
        if session is None:
            return
        if call.fill:
            session.writes -= 1
        if reason == OK and not call.missed:
            session.keeper.carried(session, written=call.fill, now=now)
