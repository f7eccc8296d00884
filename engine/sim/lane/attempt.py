"""What one attempt is in itself: how far it is, and what was decided about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.sim.lane.codes import OK, OUTBOUND
from engine.sim.lane.entry import Entry

if TYPE_CHECKING:
    from mypy_extensions import i16, i32, u8


class Attempt(Entry):
    """The state of a `Call`. The defaults are those of a client's fresh request.

    What is small stands together and takes no more room than it needs, and what few have is in their `Context`:
    under overload thousands wait for their timeout, and each line of a call comes from memory.
    """

    step: i32 = 0
    """Next group of the site's flow; for a message, deliveries so far."""
    pending: i16 = 0
    """Calls that the current group waits for."""
    repeat: i16 = 1
    """Which of the `times` that the link asks for."""
    kind: i16 = 0
    """Index of the request class."""
    task: i16 = 0
    """Index of the law of its work at the site."""
    reason: i16 = OK
    attempt: u8 = 1
    stage: u8 = OUTBOUND
    given_up: u8 = 0
    """How the caller gave it up, or did not let it go at all."""
    waits: bool = True
    """Whether the parent waits for it."""
    settled: bool = False
    """The caller knows the outcome, or has given up."""
    done: bool = False
    """The site is through with it: what its children say no longer matters."""
    held: bool = False
    """Keeps a worker while its flow goes on."""
    missed: bool = False
    """Its answer says that a store has nothing."""
    fill: bool = False
    """It stores a key instead of asking for it; for a message, it has taken effect."""
    leads: bool = False
    """Others wait for what it fetches."""
    booked: bool = False
    """A worker is reserved for it; for a message, it is under way."""
    at_gate: bool = False
    """It has arrived, and waits at a gate."""
    doomed: bool = False
    """It fails when the work is over that is done for it now; a message, whenever it is worked on."""
    entered: bool = False
    """It has passed gates that want to know when it leaves."""
    sent: float = 0.0
    """When it was sent; for a message, when it was delivered last."""
    arrived: float = 0.0
    size: float = 0.0
    """Until it is worked on, work (s) that it brings beside that of its class: encryption; from then on all that it
    brought, where workers are shared. For a message, which nobody works on, its number."""
