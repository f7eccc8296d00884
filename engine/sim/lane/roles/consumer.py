"""What sees the messages end that the workers of a node pull: each may take effect once, or more often."""

from __future__ import annotations

from typing import TYPE_CHECKING, final

from engine.sim.lane.codes import ANSWERED, OK
from engine.sim.lane.node import Node
from engine.sim.lane.numbering import logical_of
from engine.sim.lane.roles.keeper import MessageKeeper
from engine.sim.lane.seams import Gate, Role

if TYPE_CHECKING:
    from mypy_extensions import i64

    from engine.sim.lane.call import Call
    from engine.sim.lane.roles.effects import Remembered


@final
class Consumer(Role):
    """Counts what messages do at a node; with a memory, each does it once.

    What a message does it does at the end of its work, together with the note that it was done: where two
    deliveries of it are worked on at once, the second finds that note, and does nothing.
    """

    remembered: Remembered | None = None
    """Which messages have taken effect here, where anybody looks."""

    def __init__(self, node: Node) -> None:
        self.node = node
        self.effects: i64 = 0
        """Messages that took effect here."""
        self.duplicates: i64 = 0
        """Of these, those which had taken effect before, here or at another consumer."""
        self.suppressed: i64 = 0
        """Deliveries that did nothing, since what they were about was done."""

    def finish(self, job: Call, reason: i64, now: float) -> None:
        """A delivery is through: unless it failed, its message takes effect."""
        if reason == OK and not self._is_known(job, now):
            message = job.parent
            keeper = None if message is None else keeper_of(message)
            if keeper is not None and message is not None:
                self.effects += 1
                if keeper.took_effect(job, message, now):
                    self.duplicates += 1
        self.node.end(job, reason, now)

    def _is_known(self, job: Call, now: float) -> bool:
        """Whether a message has taken effect here, as far as anybody remembers; from now on it has."""
        remembered, logical = self.remembered, logical_of(job)
        if remembered is None or logical is None:
            return False
        if remembered.has(logical, now):
            self.suppressed += 1
            return True
        remembered.add(logical, now)
        return False


@final
class Deduplication(Gate):
    """Acknowledges messages that have taken effect already without any work."""

    def __init__(self, consumer: Consumer) -> None:
        self.consumer = consumer

    def admit(self, call: Call, now: float) -> i64:
        """Let in what is new, acknowledge what was done."""
        remembered, logical = self.consumer.remembered, logical_of(call)
        if remembered is None or logical is None or not remembered.has(logical, now):
            return OK
        self.consumer.suppressed += 1
        return ANSWERED


def keeper_of(message: Call) -> MessageKeeper | None:
    """What a message belongs to, whoever else may have its consumer by now; None for a call that is none."""
    site = message.site
    flow = site.flow if isinstance(site, Node) else None
    return flow if isinstance(flow, MessageKeeper) else None
