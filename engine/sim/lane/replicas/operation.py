"""A read or a write that a coordinator has under way at the replicas of a key."""

from __future__ import annotations

from typing import TYPE_CHECKING, final

from engine.sim.lane.call import Context
from engine.sim.lane.codes import NEVER

if TYPE_CHECKING:
    from mypy_extensions import i64

    from engine.sim.lane.call import Call
    from engine.sim.lane.replicas.cells import Cell
    from engine.sim.lane.replicas.replica import Replica

READING = 0
WRITING = 1
REPAIRING = 2
"""A read whose answer is written to a quorum before it is given."""
MENDING = 3
"""Nobody waits for it: a hint is delivered, or a replica is brought up to date."""
LEADING = 4
"""A write that was passed to the leader of its partition."""
REPLICATING = 5
"""What a leader has written is sent to those who follow."""


@final
class Operation(Context):
    """What a request carries while replicas work for it."""

    special: bool = True

    def __init__(self, phase: i64, here: Replica, slot: i64) -> None:
        super().__init__(NEVER)
        self.phase: i64 = phase
        self.here = here
        """The coordinator."""
        self.slot: i64 = slot
        self.number: i64 = 0
        """That is written; of a read, the newest among the answers."""
        self.stamp = 0.0
        self.floor: i64 = 0
        """The newest version that had been acknowledged before a read began."""
        self.begun = 0.0
        self.needed: i64 = 1
        """Answers that it takes."""
        self.answers: i64 = 0
        self.pending: i64 = 0
        """Replicas that have not answered yet."""
        self.spare: i64 = 0
        """Replicas that may fail still."""
        self.holders: i64 = 0
        """Which of the replicas, by place, have answered with that version: a bit for each."""
        self.answered: i64 = 0
        """Which have answered at all."""
        self.over = False
        """Whether the request has its answer."""
        self.cell: Cell | None = None
        """What it brings, or has been answered with so far, where conflicting writes are merged."""
        self.waiting: Call | None = None
        """What waits at a leader for those who follow."""
        self.by_leader = False
        """Whether only a leader may answer."""
        self.superseded = False
        """Whether a replica held something that passed for newer, and was not."""


def operation_of(part: Call) -> Operation:
    """What a replica's work is for."""
    context = part.context
    assert isinstance(context, Operation)
    return context
