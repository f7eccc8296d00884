"""A user of a closed population, as its requests know it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.sim.lane.agenda import Task

if TYPE_CHECKING:
    from mypy_extensions import i64


class ClosedUser(Task):
    """A user of a closed population: waits for an answer, thinks, asks again."""

    number: i64 = 0
    """Among all that its client ever had."""

    def answered(self, now: float) -> None:
        """The user's request is over."""
        raise NotImplementedError
