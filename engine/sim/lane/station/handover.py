"""Changes of how instances serve, with everything that is under way: capacity is never added."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast, final

from engine.sim.lane.call import Call
from engine.sim.lane.codes import WORKING
from engine.sim.lane.entry import Entry, Sieve
from engine.sim.lane.station.special_work import SpecialWork

if TYPE_CHECKING:
    from engine.sim.lane.agenda import Agenda
    from engine.sim.lane.call import Pool
    from engine.sim.lane.station.load import Movable, Move


@final
class AtWork(Sieve):
    """Holds the calls back that some instances work on."""

    def __init__(self, moves: dict[Pool, Move]) -> None:
        self._moves = moves

    def holds(self, entry: Entry) -> bool:
        """Whether one of the instances works on a call until the entry is due."""
        if not isinstance(entry, Call) or entry.stage != WORKING:
            return False
        return entry.pool in self._moves


def hand_over(agenda: Agenda, moves: list[Move], now: float) -> None:
    """Change the disciplines of instances; work under way goes on where it stands."""
    by_pool = {move.pool: move for move in moves}
    for entry in agenda.sift(AtWork(by_pool)):
        if isinstance(entry, Call):
            by_pool[entry.pool].due.append(entry)
    for move in moves:
        pool = move.pool
        pool.site.touch(now)
        load = cast("Movable", pool.discipline).lift(move, now)
        if move.scale != 1.0:
            load.scale(move.scale)
            rule = pool.rule
            if isinstance(rule, SpecialWork):
                rule.scale(move.scale)
        pool.discipline = move.to
        move.to.take_over(load, now)
        if pool.site.pulls:
            pool.site.invite(pool, now)
