"""What a flow of one's own is made of: steps, and the frames that say where a request stands among them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, final

from engine.sim.lane.call import Context

if TYPE_CHECKING:
    from mypy_extensions import i64

    from engine.sim.lane.call import Call
    from engine.sim.lane.link import Link
    from engine.sim.lane.station.line import Fifo
    from engine.sim.lane.transactions.records import Terms, Transaction

# Sorts of steps.
WORK: Final = 0
CALL: Final = 1
PARALLEL: Final = 2
CHOICE: Final = 3
LOOP: Final = 4
ASYNC: Final = 5
TRANSACTION: Final = 6

# When a branch of a choice applies.
ALWAYS: Final = 0
MISS: Final = 1
HIT: Final = 2

# Sorts of frames.
ROOT: Final = 0
BRANCH: Final = 1
DETACHED: Final = 2


@final
class Branch:
    """Steps one after the other, and for a choice when they are taken."""

    def __init__(self, steps: list[Step]) -> None:
        self.steps = steps
        self.share = -1.0
        """Share of the requests that may take it; negative where all do."""
        self.accepts: list[bool] = []
        """Whether each class may; empty where all may."""
        self.when: i64 = ALWAYS


@final
class Step:
    """One step of a program."""

    def __init__(self, sort: i64) -> None:
        self.sort: i64 = sort
        self.task: i64 = 0
        """Work: index of the first class's law at the site."""
        self.link: Link | None = None
        self.terms: Terms | None = None
        """Of a transaction."""
        self.makes_up = False
        """Whether the call's answer is stored where it was missing."""
        self.branches: list[Branch] = []
        self.rescues: list[Branch] = []
        """Choice: the ways for requests whose call failed."""
        self.count: i64 = 1
        """Parallel: how many have to succeed; loop: rounds."""


@final
class Block:
    """A place in a list of steps."""

    def __init__(self, steps: list[Step], rounds: i64) -> None:
        self.steps = steps
        self.place: i64 = 0
        self.rounds: i64 = rounds


@final
class Frame(Context):
    """Where a request, or a branch of it, stands."""

    special: bool = True

    def __init__(self, sort: i64, request: Call | None, steps: list[Step], deadline: float) -> None:
        super().__init__(deadline)
        self.sort: i64 = sort
        self.request = request
        """Whose branch it is; none where a call stands for itself. Two that know of each other go late: see `request_of`."""
        self.blocks: list[Block] = [Block(steps, 1)]
        """Lists of steps that it is in, the innermost last."""
        self.makes_up = False
        """Whether the call that it waits for makes up for misses."""
        self.needed: i64 = 0
        """Branches that still have to succeed."""
        self.spare: i64 = 0
        """Branches that may still fail."""
        self.starting = False
        """Whether branches are being begun."""
        self.working: Call | None = None
        """Whose work the kept worker does now."""
        self.transaction: Transaction | None = None
        """Of which its call is a message."""
        self.place: i64 = 0
        """For which participant."""
        self.ready: Fifo | None = None
        """Branches whose work it does next."""


def request_of(call: Call, frame: Frame) -> Call:
    """The request to which a call with this frame belongs, which knows of misses and whose worker may be kept.

    The frame of the request itself does not say so: as a cycle of references they would wait for a collector.
    """
    request = frame.request
    return call if request is None else request


def known_frame(call: Call) -> Frame | None:
    """Where a call stands in the flow; none before its first work."""
    context = call.context
    return context if isinstance(context, Frame) else None


def frame_of(call: Call) -> Frame:
    """Where a call that is in the flow stands."""
    frame = known_frame(call)
    if frame is None:
        msg = "a call outside the flow"
        raise AssertionError(msg)
    return frame
