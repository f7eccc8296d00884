"""Arrivals as they are read, line by line, and what becomes of them in the end."""

from __future__ import annotations

import math
from array import array
from collections import Counter
from typing import TYPE_CHECKING, Final

import numpy as np

from engine.exchange.recordings import instants
from engine.exchange.recordings.recording import (
    MAX_ARRIVALS,
    RateCurve,
    Recording,
    RecordingError,
    length_of,
    quoted,
    shares_of,
    spaced,
)
from engine.model.units import format_quantity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.exchange.recordings.instants import TimeUnit

_LATEST: Final = 1e9
_DIGITS: Final = 6
"""Decimals that are kept of a time: microseconds."""
_STEPS: Final = 300
"""Steps of the curve that stands for too many arrivals."""
_SHORTEST: Final = 1.0
"""Seconds that such a curve lasts at least, as the scenario does: shorter steps are none once they are rounded."""
_MOST_A_SECOND: Final = 1e9
"""The highest rate of a client."""
_MAX_WORK: Final = 1e6
_BACK: Final = 1200.0
"""Seconds by which a time may be before that of an earlier line without a word: logs are written when a request ends."""
_COARSE: Final = 5.0
"""Seconds of a step from which on arrivals that follow it by chance are too unlikely, though some lines are missing."""
_FEW: Final = 3
"""Lines from which equal steps between them are no chance."""
_MANY: Final = 10
"""The same, of steps that are no whole seconds."""
_SAME: Final = 1e-3
"""By how much of themselves steps may differ that are the same, written with so many digits."""


class Rows:
    """Collects arrivals; what is wrong is told with the number of its line."""

    def __init__(self, unit: TimeUnit | None = None) -> None:
        """Nothing read yet.

        Args:
            unit: That of times which are numbers; found out where it is not said.
        """
        self.unit = unit
        self.line = 0
        """Number of the present line."""
        self.notes: list[str] = []
        self._times = array("d")
        self._classes: list[str] = []
        self._keys: list[str] = []
        self._work = array("d")
        self._dates: bool | None = None
        """Whether times are dates; none until the first is seen."""
        self._coarse = False
        """Whether times say no more than the second."""

    def __len__(self) -> int:
        """Arrivals so far."""
        return len(self._times)

    def add(self, time: str, kind: str | None = None, key: str | None = None) -> None:
        """Take in an arrival; all have a class or none, and all a key or none."""
        self._times.append(self._time(time))
        if kind is not None:
            self._classes.append(kind)
        if key is not None:
            self._keys.append(key)

    def add_work(self, cell: str, unit: TimeUnit) -> None:
        """Take in the work of the present arrival."""
        work = instants.number(cell)
        if work is None or not 0.0 <= work * unit.seconds <= _MAX_WORK:
            raise self.wrong(
                f"{quoted(cell)} is no work; write {unit.words} from 0 to a million seconds"
            )
        self._work.append(work * unit.seconds)

    def wrong(self, what: str) -> RecordingError:
        """What is wrong with the present line."""
        return RecordingError(f"line {self.line}: {what}")

    def recording(self) -> Recording | RateCurve:
        """Everything that was taken in. Raises ``RecordingError``."""
        if not self._times:
            msg = "holds no arrivals; write one a line: time, class, key"
            raise RecordingError(msg)
        times = np.array(self._seconds())
        back = float((np.maximum.accumulate(times) - times).max())
        if back >= _BACK:
            self.notes.append(
                f"times go back by up to {format_quantity(back, 's')} and are put in order; where a clock was put back, give "
                "them with their zone"
            )
        order = np.argsort(times, kind="stable")
        times = times[order]
        if times[-1] > _LATEST:
            msg = (
                f"lasts {format_quantity(times[-1], 's')}; say in which unit the times are: --unit ms, us or ns, "
                "or a header such as time_ms"
            )
            raise RecordingError(msg)
        if self._coarse:
            times = self._spread(times)
        if len(times) > MAX_ARRIVALS:
            return self._curve(times)
        kept = order.tolist()
        numbers = _key_numbers(self._keys)
        return Recording(
            times=tuple(round(time, _DIGITS) for time in times.tolist()),
            classes=tuple(self._classes[place] for place in kept) if self._classes else None,
            keys=tuple(numbers[place] for place in kept) if numbers else None,
            work=tuple(self._work[place] for place in kept) if self._work else None,
            notes=tuple(self.notes),
        )

    @property
    def evenly(self) -> float | None:
        """The step (s) of a clock that all lines follow to the second, as those of a monitoring tool do; None for any other.

        Whichever comes first: some tools export the newest line on top, and leave out lines without a value. Whenever
        they begin: some count from the start of the run. With several lines a step, if all have as many, as where
        each is of one class.
        """
        if len(self._times) < _FEW:
            return None
        scale = 1.0 if self._dates else (self.unit or instants.unit_of(self._times)).seconds
        moments, lines = np.unique(np.array(self._times), return_counts=True)
        if len(moments) < _FEW or lines.min() < lines.max():
            return None
        times = moments * scale
        gaps = np.diff(times)
        whole = np.abs(times - np.round(times)).max() < _NEAR
        step = float(round(gaps.min(), 3))
        if not whole or step < 1.0:
            same = len(times) >= _MANY and gaps.max() - gaps.min() < _SAME * gaps.min()
            return float(gaps.mean()) if same else None
        steps = np.round(gaps / step) if step >= _COARSE else 1.0
        return step if np.abs(gaps - step * steps).max() < _NEAR else None

    def _time(self, cell: str) -> float:
        """A time as a number; the first decides how all are written."""
        if self._dates is None:
            self._dates = instants.number(cell) is None and instants.instant(cell) is not None
            self._coarse = self._dates and instants.is_whole_second(cell)
        value = instants.instant(cell) if self._dates else instants.number(cell)
        if value is None:
            like = (
                "a date and time such as 2026-01-31T12:00:00Z"
                if self._dates
                else "a number of seconds"
            )
            raise self.wrong(f"{quoted(cell)} is not {like}; write all times alike")
        if not (math.isfinite(value) if self._dates else instants.is_time(value)):
            raise self.wrong(f"the time {quoted(cell)[1:-1]} is no time; write seconds from 0 on")
        if self._coarse and not instants.is_whole_second(cell):
            self._coarse = False
        return value

    def _seconds(self) -> list[float]:
        """The times in seconds; those of a clock count from the first."""
        if self._dates:
            first = min(self._times)
            return [time - first for time in self._times]
        mixed = None if self.unit else instants.mixed_units(self._times)
        if mixed is not None:
            msg = f"has times in {mixed[0].words} and in {mixed[1].words}; write all in one unit"
            raise RecordingError(msg)
        unit = self.unit or instants.unit_of(self._times)
        if unit is not instants.SECONDS:
            self.notes.append(f"times are {unit.words}")
        elif min(self._times) >= _EPOCH:
            self._coarse = all(time.is_integer() for time in self._times)
        return instants.in_seconds(self._times, unit)

    def _spread(
        self, times: np.ndarray[tuple[int], np.dtype[np.float64]]
    ) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        """Times of whole seconds, those of one second evenly over it: they did not come all at once."""
        _, first, counts = np.unique(times, return_index=True, return_counts=True)
        if counts.max() == 1:
            return times
        self.notes.append("times are whole seconds; those of one second are spread evenly over it")
        within = np.arange(len(times)) - np.repeat(first, counts)
        return times + within / np.repeat(counts, counts)

    def _curve(self, times: np.ndarray[tuple[int], np.dtype[np.float64]]) -> RateCurve:
        """The rate of too many arrivals, in equal steps."""
        length = max(_SHORTEST, length_of(float(times[0]), float(times[-1]), len(times)))
        counts, edges = np.histogram(times, bins=_STEPS, range=(0.0, length))
        step = length / _STEPS
        if counts.max() > _MOST_A_SECOND * step:
            msg = (
                f"{spaced(int(counts.max()))} arrivals come within {format_quantity(step, 's')}, more than a client sends; "
                "say in which unit the times are: --unit s, ms or us, or import a part of the recording"
            )
            raise RecordingError(msg)
        points: list[tuple[float, float]] = []
        for begin, end, count in zip(edges[:-1], edges[1:], counts, strict=True):
            rate = float(count) / step
            points += [(round(float(begin), _DIGITS), rate), (round(float(end), _DIGITS), rate)]
        lost = [
            name for name, column in (("keys", self._keys), ("work", self._work)) if len(column) > 0
        ]
        without = f"; without their {' and '.join(lost)}" if lost else ""
        kept = (
            f"more than {spaced(MAX_ARRIVALS)} arrivals are not kept one by one: their rate is, "
            f"in {_STEPS} steps{without}"
        )
        return RateCurve(
            points=tuple(points),
            length=length,
            shares=shares_of(Counter(self._classes)),
            notes=(*self.notes, kept),
        )


_EPOCH: Final = 7.8e8
_NEAR: Final = 1e-3


def _key_numbers(keys: Sequence[str]) -> list[int]:
    """Keys as numbers: whole numbers stay, any others are numbered from the most frequent on."""
    if all(key.isascii() and key.isdigit() and len(key) < 16 for key in keys):
        return [int(key) for key in keys]
    ranks = {key: rank for rank, (key, _) in enumerate(Counter(keys).most_common())}
    return [ranks[key] for key in keys]
