"""Latency histograms: log-linear buckets, 128 an octave, so that a quantile is off by .4 % at most.

`add` only appends to a stage of a few values, so that a design of thousands of histograms stays in the
caches; full stages go to a buffer, and numpy files a thousand values at a time. Totals are summed one
by one, in order, so that they do not depend on when the buffer was emptied or on the machine.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final, final

import numpy as np
from librt.vecs import vec

if TYPE_CHECKING:
    from mypy_extensions import i64

STAGE: Final = 16
"""Values that wait together: two lines of a cache. So small that all stages lie side by side."""
FULL: Final = 1024
"""Values in the buffer at which it is emptied."""
SHIFT: Final = 52 - 7
"""Bits of a double's mantissa that a bucket ignores: seven are kept, 128 buckets an octave."""
TINY: Final = 1e-10
"""Shorter durations (s) count as none."""


@final
class Buckets:
    """Counts by the leading bits of a double; the range grows as needed."""

    def __init__(self) -> None:
        self.count = 0
        self.zeros = 0
        self.smallest = math.inf
        """Shortest that is not zero."""
        self.largest = 0.0
        self._low = 0
        self._counts: Any = None

    def file(self, values: Any, none: int) -> None:
        """Count an array of durations, and a number of zero ones."""
        count = len(values)
        self.count += count + none
        self.zeros += none
        if count == 0:
            return
        self.largest = max(self.largest, float(values.max()))
        values = values[values > TINY]
        self.zeros += count - len(values)
        if len(values) == 0:
            return
        self.smallest = min(self.smallest, float(values.min()))
        places = values.view(np.int64) >> SHIFT
        first, last = int(places.min()), int(places.max())
        self._make_room(first, last)
        self._counts += np.bincount(places - self._low, minlength=len(self._counts))

    def _make_room(self, first: int, last: int) -> None:
        """Have buckets for a range, in whole octaves."""
        low = first >> 7 << 7
        high = (last >> 7 << 7) + 128
        if self._counts is None:
            self._low = low
            self._counts = np.zeros(high - low, dtype=np.int64)
            return
        before = max(0, self._low - low)
        after = max(0, high - self._low - len(self._counts))
        if before or after:
            self._counts = np.pad(self._counts, (before, after))
            self._low -= before

    def shape(self) -> tuple[int, int, Any]:
        """Zeros, the first place and the counts, in buckets of a thirty-second of an octave."""
        if self._counts is None:
            return self.zeros, 0, np.zeros(0, dtype=np.int64)
        counts = self._counts
        coarse = counts[::4] + counts[1::4] + counts[2::4] + counts[3::4]
        return self.zeros, self._low >> 2, coarse

    def above(self, limit: float) -> int:
        """How many are longer than a limit (s), which is rounded up by .8 % at most: to a bucket's end."""
        if self._counts is None or limit >= self.largest:
            return 0
        if limit <= TINY:
            return self.count - self.zeros
        place = int(np.array([limit]).view(np.int64)[0]) >> SHIFT
        return int(self._counts[max(0, place + 1 - self._low) :].sum())

    def quantiles(self, shares: list[float]) -> list[float]:
        """The smallest durations that the given shares do not exceed; NaN where nothing was."""
        if self.count == 0:
            return [math.nan for _ in shares]
        if self._counts is None:
            return [0.0 for _ in shares]
        ranks, places = self._places(shares)
        middles = ((places << SHIFT) | (1 << (SHIFT - 1))).view(np.float64).tolist()
        return [
            0.0 if rank <= 0 else max(self.smallest, min(middle, self.largest))
            for rank, middle in zip(ranks, middles, strict=True)
        ]

    def edges(self, shares: list[float]) -> list[tuple[float, float]]:
        """The ends of the buckets in which the quantiles lie; zero has no width."""
        if self.count == 0 or self._counts is None:
            return [(0.0, 0.0) for _ in shares]
        ranks, places = self._places(shares)
        lows = (places << SHIFT).view(np.float64).tolist()
        highs = ((places + 1) << SHIFT).view(np.float64).tolist()
        return [
            (0.0, 0.0) if rank <= 0 else (low, high)
            for rank, low, high in zip(ranks, lows, highs, strict=True)
        ]

    def _places(self, shares: list[float]) -> tuple[list[int], Any]:
        """The ranks of quantiles among what is not zero, and the buckets in which they lie."""
        ranks = [max(1, math.ceil(share * self.count - 1e-9)) - self.zeros for share in shares]
        sums = np.cumsum(self._counts)
        return ranks, np.searchsorted(sums, np.array(ranks), side="left") + self._low


@final
class Window:
    """Durations (s) since it was opened. Its histogram looks after it until it is closed."""

    def __init__(self, histogram: Histogram) -> None:
        self.buckets = Buckets()
        self._histogram = histogram
        self._begun = histogram.total
        self._total = 0.0
        self._closed = False

    @property
    def count(self) -> int:
        """Number of durations."""
        self._histogram.flush()
        return self.buckets.count

    @property
    def mean(self) -> float:
        """Their mean; NaN where nothing was."""
        count = self.count
        total = self._total if self._closed else self._histogram.total - self._begun
        return total / count if count else math.nan

    def end(self) -> None:
        """Take nothing in any more."""
        self._total = self._histogram.total - self._begun
        self._closed = True

    @property
    def largest(self) -> float:
        """The longest of them."""
        self._histogram.flush()
        return self.buckets.largest

    def quantiles(self, shares: list[float]) -> list[float]:
        """Their quantiles."""
        self._histogram.flush()
        return self.buckets.quantiles(shares)

    def above(self, limit: float) -> int:
        """How many are longer than a limit (s), to .8 % of it."""
        self._histogram.flush()
        return self.buckets.above(limit)


@final
class Histogram:
    """Durations (s) since the mark, and in windows for those who watch."""

    def __init__(self) -> None:
        self.total = 0.0
        """Sum of everything ever added."""
        self._stage = vec[float](np.zeros(STAGE))
        self._staged: i64 = 0
        """How many of the stage's values are durations."""
        self._none: i64 = 0
        """Durations of zero that are not filed yet."""
        self._values = vec[float](np.zeros(FULL))
        self._filled: i64 = 0
        """How many of the values are durations."""
        self._filed: i64 = 0
        self._marked_count: i64 = 0
        self._marked_total = 0.0
        self._buckets = Buckets()
        self._windows: list[Window] = []
        """The open ones."""
        self._watched: Window | None = None
        """What `take_window` took up last."""

    def add(self, value: float) -> None:
        """Count a duration."""
        self.total += value
        place = self._staged
        self._stage[place] = value
        self._staged = place + 1
        if place + 1 == STAGE:
            self._stow()

    def add_none(self) -> None:
        """Count a duration of zero."""
        self._none += 1

    def _stow(self) -> None:
        """Empty the stage into the buffer."""
        count = self._staged
        self._staged = 0
        filled = self._filled
        if filled + count > FULL:
            self._file()
            filled = 0
        place: i64 = 0
        while place < count:
            self._values[filled + place] = self._stage[place]
            place += 1
        self._filled = filled + count

    def flush(self) -> None:
        """Empty the stage and the buffer into the buckets."""
        self._stow()
        self._file()

    def _file(self) -> None:
        """Empty the buffer into the buckets."""
        none = int(self._none)
        count = int(self._filled)
        self._none = 0
        self._filled = 0
        self._filed += none + count
        values = np.frombuffer(memoryview(self._values), count=count)
        self._buckets.file(values, none)
        for window in self._windows:
            window.buckets.file(values, none)

    @property
    def count_ever(self) -> int:
        """Number of durations ever added."""
        return int(self._filed + self._none + self._filled + self._staged)

    @property
    def count(self) -> int:
        """Number of durations since the mark."""
        return self.count_ever - int(self._marked_count)

    @property
    def mean(self) -> float:
        """Mean since the mark; NaN where nothing was."""
        count = self.count
        return (self.total - self._marked_total) / count if count else math.nan

    def mark(self) -> None:
        """Forget what was before, but for the window and the eternal total."""
        self.flush()
        self._marked_count = self._filed
        self._marked_total = self.total
        self._buckets = Buckets()

    def shape(self) -> tuple[int, int, Any]:
        """Zeros since the mark, and the others in coarse buckets: first place, counts."""
        self.flush()
        return self._buckets.shape()

    def quantiles(self, shares: list[float]) -> list[float]:
        """Quantiles since the mark."""
        self.flush()
        return self._buckets.quantiles(shares)

    def above(self, limit: float) -> int:
        """How many since the mark are longer than a limit (s), to .8 % of it."""
        self.flush()
        return self._buckets.above(limit)

    def edges(self, shares: list[float]) -> list[tuple[float, float]]:
        """The ends of the buckets in which quantiles since the mark lie."""
        self.flush()
        return self._buckets.edges(shares)

    @property
    def largest(self) -> float:
        """Longest duration since the mark."""
        self.flush()
        return self._buckets.largest

    def open(self) -> Window:
        """Watch what is added from now on, until `close`."""
        self.flush()
        window = Window(self)
        self._windows.append(window)
        return window

    def close(self, window: Window) -> None:
        """Watch no more; what the window has by now it keeps."""
        self.flush()
        window.end()
        self._windows = [each for each in self._windows if each is not window]

    def take_window(self, shares: list[float]) -> list[float]:
        """Count, mean and quantiles since the call before; the first call starts the watching."""
        window = self._watched
        self._watched = self.open()
        if window is None:
            return [0.0, math.nan, *(math.nan for _ in shares)]
        answer = [float(window.count), window.mean, *window.quantiles(shares)]
        self.close(window)
        return answer
