"""Waiting lines: who is served next. The calls themselves are the links of the chain."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast, final

from engine.sim.lane.station.shelf import Shelf, can_be_shelved

if TYPE_CHECKING:
    from mypy_extensions import i64

    from engine.sim.lane.agenda import Agenda
    from engine.sim.lane.call import Call

NEVER: Final = float("inf")
TIDY: Final = 1024
"""Empty places from which on a line is shortened once they are half of it."""


class Line:
    """Calls that wait for a worker."""

    def push(self, call: Call) -> None:
        """Let a call wait."""
        raise NotImplementedError

    def pop(self) -> Call | None:
        """Take the next call out."""
        raise NotImplementedError

    def empty(self) -> list[Call]:
        """Take everybody out, in the order in which they came into this line.

        That is not when they came to their site: whoever waited at a gate, or comes back for a later part of a
        flow, has lined up later.
        """
        calls: list[Call] = []
        call = self.pop()
        while call is not None:
            calls.append(call)
            call = self.pop()
        return calls

    def given_up(self, call: Call) -> None:
        """Nobody waits any more for the answer to a call that may wait here; it is served all the same."""

    def oldest(self) -> float:
        """When whoever waits longest came; never where nobody waits."""
        raise NotImplementedError


@final
class Fifo(Line):
    """First come, first served."""

    def __init__(self) -> None:
        self.first: Call | None = None
        """Who is next, after those on the shelf."""
        self._last: Call | None = None
        self._shelf: Shelf | None = None
        """Those in front who were given up; only where the line's owner tells of them."""
        self._given_up: i64 = 0
        """At least as many as there are in line who were given up: some may have had their turn by now."""

    def push(self, call: Call) -> None:
        """Wait at the end."""
        last = self._last
        if last is None:
            self.first = call
        else:
            last.after = call
        self._last = call

    def pop(self) -> Call | None:
        """Take the one that waited longest."""
        shelf = self._shelf
        if shelf is not None:
            call = shelf.take()
            if call is not None:
                return call
        first = self.first
        if first is not None:
            self.first = cast("Call | None", first.after)
            first.after = None
            if self.first is None:
                self._last = None
        return first

    def oldest(self) -> float:
        """When the first came."""
        first, shelf = self.first, self._shelf
        arrived = first.arrived if first is not None else NEVER
        return arrived if shelf is None else shelf.oldest(arrived)

    def given_up(self, call: Call) -> None:
        """Shelve those in front for whom nobody waits: mostly they are given up in the order in which they came.

        Nobody is looked at without need: those who wait have been out of the caches for long.
        """
        if not can_be_shelved(call):
            return
        self._given_up += 1
        first = self.first
        while self._given_up > 0 and first is not None and (first is call or can_be_shelved(first)):
            self._given_up -= 1
            self.first = cast("Call | None", first.after)
            first.after = None
            if self.first is None:
                self._last = None
            shelf = self._shelf
            if shelf is None:
                shelf = Shelf(first.pool)
                self._shelf = shelf
            shelf.put(first)
            first = self.first
        if first is None:
            self._given_up = 0


@final
class Lifo(Line):
    """Last come, first served."""

    def __init__(self) -> None:
        self._top: Call | None = None
        self._bottom = NEVER
        """When the one at the bottom came."""

    def push(self, call: Call) -> None:
        """Wait in front."""
        if self._top is None:
            self._bottom = call.arrived
        call.after = self._top
        self._top = call

    def pop(self) -> Call | None:
        """Take the one that came last."""
        top = self._top
        if top is not None:
            self._top = cast("Call | None", top.after)
            top.after = None
        return top

    def empty(self) -> list[Call]:
        """Take everybody out: who lined up first is taken out last."""
        calls = super().empty()
        calls.reverse()
        return calls

    def oldest(self) -> float:
        """When the one at the bottom came."""
        return self._bottom if self._top is not None else NEVER


@final
class AdaptiveLifo(Line):
    """First come, first served; while somebody has waited too long, last come (Maurer 2015, *Fail at Scale*)."""

    def __init__(self, patience: float, agenda: Agenda) -> None:
        self._patience = patience
        """Seconds that the first may have waited for its turn to be next."""
        self._agenda = agenda
        self._calls: list[Call | None] = []
        self._first: i64 = 0
        """Place of who waits longest; before it nobody is left."""

    def push(self, call: Call) -> None:
        """Wait at the end."""
        self._calls.append(call)

    def pop(self) -> Call | None:
        """Take the one that waited longest, or the one that came last."""
        calls = self._calls
        first = self._first
        if first == len(calls):
            return None
        oldest = calls[first]
        if oldest is not None and self._agenda.now - oldest.arrived > self._patience:
            return calls.pop()
        calls[first] = None
        self._first = first + 1
        if first > TIDY and 2 * first > len(calls):
            del calls[: first + 1]
            self._first = 0
        return oldest

    def empty(self) -> list[Call]:
        """Take everybody out, whoever would be next."""
        calls = [call for call in self._calls if call is not None]
        self._calls = []
        self._first = 0
        return calls

    def oldest(self) -> float:
        """When the first came."""
        if self._first == len(self._calls):
            return NEVER
        first = self._calls[self._first]
        return NEVER if first is None else first.arrived


@final
class Priority(Line):
    """Lower numbers first, first come first served among equals; nobody is interrupted."""

    def __init__(self, levels: list[int]) -> None:
        self._levels = levels
        """Priority of each request class."""
        self._lines = [Fifo() for _ in range(max(levels) + 1)]
        self._pushed: i64 = 0
        """How many ever lined up."""

    def push(self, call: Call) -> None:
        """Wait among equals, with a number: a call that waits is not on the agenda, so its place there means nothing."""
        self._pushed += 1
        call.seq = self._pushed
        self._lines[self._levels[call.kind]].push(call)

    def pop(self) -> Call | None:
        """Take the first of the most urgent."""
        for line in self._lines:
            call = line.pop()
            if call is not None:
                return call
        return None

    def empty(self) -> list[Call]:
        """Take everybody out, whatever their priorities."""
        calls = super().empty()
        calls.sort(key=_place_of)
        return calls

    def given_up(self, call: Call) -> None:
        """Shelve it among equals."""
        self._lines[self._levels[call.kind]].given_up(call)

    def oldest(self) -> float:
        """When the first of any line came."""
        return min([line.oldest() for line in self._lines])


def _place_of(call: Call) -> i64:
    """The number with which a call lined up."""
    return call.seq
