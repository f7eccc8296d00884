"""The door of an auth server: what a call is for decides what work it brings."""

from __future__ import annotations

from typing import TYPE_CHECKING, final

from engine.sim.lane.codes import OK
from engine.sim.lane.gates.errands import LOOK_UP, PURPOSES, purpose_of
from engine.sim.lane.seams import Gate

if TYPE_CHECKING:
    from mypy_extensions import i64

    from engine.sim.lane.call import Call


@final
class Issuer(Gate):
    """Lets everybody in, and tells logins, refreshes and fetches of keys from look-ups, which all other calls are."""

    def __init__(self) -> None:
        self.tasks: list[int] = [0] * PURPOSES
        """Indices of the laws of their work, by purpose."""
        self.came: list[int] = [0] * PURPOSES
        """Calls so far, by purpose."""

    def admit(self, call: Call, now: float) -> i64:
        """Give a call the work of what it is for."""
        purpose = purpose_of(call)
        self.came[purpose] += 1
        if purpose != LOOK_UP:
            call.task = self.tasks[purpose]
        return OK
