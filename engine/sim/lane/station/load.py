"""What an instance has to do, on its way from one discipline to another."""

from __future__ import annotations

from typing import TYPE_CHECKING, final

from engine.sim.lane.call import Discipline

if TYPE_CHECKING:
    from mypy_extensions import i64

    from engine.sim.lane.call import Call, Pool


@final
class Progress:
    """What a worker has in hand: one call, or several at once."""

    def __init__(self, calls: list[Call], left: float) -> None:
        self.calls = calls
        self.left = left
        """Work (s) that is left."""
        self.fixed = 0.0
        """Share of it that takes as long at any speed."""
        self.carried = False
        """Whether its worker is kept by the request that it is a part of, and counted there."""


@final
class Load:
    """All that an instance has to do."""

    def __init__(self) -> None:
        self.working: list[Progress] = []
        """What is worked on, what is done first coming first."""
        self.waiting: list[Call] = []
        self.keeping: list[list[Call]] = []
        """Calls that keep a worker though nothing is worked on for them; several may keep the same."""
        self.busy: i64 = 0
        """Workers that all this takes."""
        self.shared = False
        """Whether all that is worked on shared the workers, so that there may be too few for it."""

    def scale(self, factor: float) -> None:
        """Have all work that is left take another time."""
        for each in self.working:
            each.left *= each.fixed + (1.0 - each.fixed) * factor


@final
class Move:
    """A change of the discipline of an instance, or of its speed."""

    def __init__(self, pool: Pool, to: Movable, parts: list[Call], carried: list[Call]) -> None:
        self.pool = pool
        self.to = to
        self.parts = parts
        """The requests inside, and the branches of their flows."""
        self.carried = carried
        """Branches on which the worker works that their request keeps."""
        self.scale = 1.0
        """Factor by which the work that is left takes longer from now on."""
        self.due: list[Call] = []
        """Calls that were on the agenda, worked on until they are due."""


class Movable(Discipline):
    """A discipline that gives up what is under way, and goes on with what another one gave up."""

    def lift(self, move: Move, now: float) -> Load:
        """Give up everything that is worked on or waits; the pool's numbers are left as they are."""
        raise NotImplementedError

    def take_over(self, load: Load, now: float) -> None:
        """Go on with what was given up, and bring the pool's numbers up to date."""
        raise NotImplementedError

    def _work_of(self, call: Call) -> float:
        """How much work (s) a call brings."""
        pool = self.pool
        rule = pool.rule
        if rule is not None:
            special = rule.work_of(call)
            if special >= 0.0:
                return special
        return pool.site.draw(call.task) + call.size


def keeping(calls: list[Call], working: i64) -> list[list[Call]]:
    """Calls that keep a worker each though nothing is worked on for them now.

    Args:
        calls: requests and branches.
        working: the stage of those that are worked on.
    """
    return [[call] for call in calls if call.held and call.stage != working]
