"""What is read out of recorded traffic: arrivals one by one, or the curve of their rate."""

from __future__ import annotations

from collections import Counter
from typing import Final

from engine.model.units import format_quantity
from engine.records import dataclass

MAX_ARRIVALS: Final = 200_000
"""Most arrivals that are kept one by one: some two megabytes in the design's file."""

_QUOTED: Final = 60
"""Characters of a cell that a message quotes."""


class RecordingError(ValueError):
    """A recording that cannot be used. The message is one line: file, line, what, remedy."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """Arrivals in the order of time."""

    times: tuple[float, ...]
    """Seconds."""
    classes: tuple[str, ...] | None = None
    keys: tuple[int, ...] | None = None
    work: tuple[float, ...] | None = None
    """Seconds of work that each brings."""
    notes: tuple[str, ...] = ()
    """What was made of the text that is not plain from its words, one line each."""

    @property
    def length(self) -> float:
        """Seconds from its start to when the next arrival would be due."""
        return length_of(self.times[0], self.times[-1], len(self.times))

    @property
    def shares(self) -> dict[str, float]:
        """The share of each class, the most frequent first; empty where none are recorded."""
        return shares_of(Counter(self.classes or ()))

    @property
    def about(self) -> str:
        """What it holds, in a few words."""
        count = plural(len(self.times), "arrival", "arrivals")
        parts = [f"{count} in {format_quantity(self.times[-1], 's')}"]
        if self.classes is not None:
            parts.append(plural(len(set(self.classes)), "class", "classes"))
        if self.keys is not None:
            parts.append(plural(len(set(self.keys)), "key", "keys"))
        if self.work is not None:
            mean = sum(self.work) / len(self.work)
            parts.append(f"work of {format_quantity(mean, 's')} on average")
        return ", ".join(parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class RateCurve:
    """How often requests came, over time: what is kept of an aggregate, or of too many arrivals."""

    points: tuple[tuple[float, float], ...]
    """Seconds and requests per second, straight lines between; two points at one time are a step."""
    length: float
    """Seconds."""
    shares: dict[str, float]
    """The share of each class, the most frequent first; empty where none are recorded."""
    notes: tuple[str, ...] = ()

    @property
    def requests(self) -> float:
        """How many requests the curve stands for: the area below it."""
        area, (before, rate) = 0.0, self.points[0]
        for time, value in self.points[1:]:
            area += (time - before) * (rate + value) / 2.0
            before, rate = time, value
        return area

    @property
    def about(self) -> str:
        """What it holds, in a few words."""
        requests = spaced(round(self.requests))
        return f"a rate curve of {requests} requests in {format_quantity(self.length, 's')}"


def length_of(first: float, last: float, count: int) -> float:
    """Seconds until so many arrivals are over: the mean gap after the last of them.

    A hundred arrivals one second apart, the first at 0, are one a second for 100 s, not for 99. Those that all
    come at once have a second to be answered in: a run that ends when they come would send none.
    """
    gap = (last - first) / (count - 1) if count > 1 else 0.0
    return last + (gap or 1.0)


def shares_of(counts: Counter[str]) -> dict[str, float]:
    """The share of each, the most frequent first."""
    total = counts.total()
    return {name: count / total for name, count in counts.most_common()}


def quoted(cell: str) -> str:
    """A cell for a message: in quotes, printable, of a long one the beginning."""
    return repr(cell if len(cell) <= _QUOTED else f"{cell[:_QUOTED]}...")


def spaced(number: int) -> str:
    """A whole number for reading."""
    return f"{number:,}".replace(",", "\N{NO-BREAK SPACE}")


def plural(number: int, one: str, many: str) -> str:
    """So many of something."""
    return f"{spaced(number)} {one if number == 1 else many}"
