"""What flows through a node or over a link, smoothed: rate, latency, and how much of it fails.

What is known of outcomes fades while there are none for longer than usual: a card that goes on telling of
failures when nobody asks any more tells of the past.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from widgets.canvas.smoothing import Smooth, weight_of

if TYPE_CHECKING:
    from widgets.canvas.readings import Reading

FAILING_ABOVE: Final = 0.01
"""Share of failures above which something fails."""
_USUAL_GAPS: Final = 5.0
"""Gaps between outcomes, as long as they are on average, that a silence lasts before it means anything."""
_FORGOTTEN: Final = 0.01
"""How much of what was known is as good as nothing."""


@dataclass(slots=True)
class Flow:
    """What nodes and links have in common: rate, latency, failures by reason."""

    rate: Smooth = field(default_factory=Smooth)
    retry_rate: Smooth = field(default_factory=Smooth)
    p50: Smooth = field(default_factory=Smooth)
    p99: Smooth = field(default_factory=Smooth)
    p50_all: Smooth = field(default_factory=Smooth)
    """At a client: of all requests, failed ones until that was known."""
    p99_all: Smooth = field(default_factory=Smooth)
    done: Smooth = field(default_factory=Smooth)
    """Successes a second."""
    failed: dict[str, float] = field(default_factory=dict)
    """Failures a second by reason."""
    known: float = 1.0
    """How much the outcomes seen so far still tell, 0 to 1."""
    _silent: float = 0.0
    """Simulated seconds since the last outcome."""
    _waited: float = 0.0
    """What they count as."""

    def feed(self, reading: Reading, seconds: float) -> None:
        """Take in a reading that counts as so many seconds."""
        weight = weight_of(seconds)
        self._silent += reading.seconds
        self._waited += seconds
        self.rate.feed(reading.rate, weight)
        self.retry_rate.feed(reading.retry_rate, weight)
        if reading.seconds <= 0.0:
            return
        if reading.done + reading.failures == 0:
            self._fade(weight)
            return
        self._take(reading)
        self._silent = self._waited = 0.0

    def _take(self, reading: Reading) -> None:
        """Take in outcomes; they stand for the whole time since the last ones."""
        share = 1.0 - (1.0 - weight_of(self._waited)) * self.known
        self.known = 1.0
        for smooth, new in (
            (self.p50, reading.p50),
            (self.p99, reading.p99),
            (self.p50_all, reading.p50_all),
            (self.p99_all, reading.p99_all),
        ):
            smooth.feed_level(new, share)
        first = math.isnan(self.done.value)
        self.done.feed(reading.done / self._silent, share)
        for reason in self.failed.keys() | reading.failed.keys():
            new = reading.failed.get(reason, 0) / self._silent
            old = self.failed.get(reason, 0.0)
            self.failed[reason] = old + (1.0 if first else share) * (new - old)
        if math.isnan(reading.p99) and self.failing > 1.0 - FAILING_ABOVE:
            self.p50.forget()
            self.p99.forget()

    def _fade(self, weight: float) -> None:
        """Nothing was answered and nothing failed: after a while what was known tells nothing any more."""
        usual = self.done.at_least() + sum(self.failed.values())
        if self._silent * usual < _USUAL_GAPS:
            return
        self.known *= 1.0 - weight
        if self.known < _FORGOTTEN:
            for smooth in (self.p50, self.p99, self.p50_all, self.p99_all):
                smooth.forget()

    @property
    def ratios(self) -> dict[str, float]:
        """Failures by reason as a share of all outcomes, as far as these still tell something."""
        total = self.done.at_least() + sum(self.failed.values())
        if not total:
            return {}
        return {reason: self.known * rate / total for reason, rate in self.failed.items()}

    @property
    def failing(self) -> float:
        """Share of outcomes that are failures."""
        failures = sum(self.failed.values())
        return self.known * failures / (failures + self.done.at_least()) if failures else 0.0

    @property
    def percentiles(self) -> tuple[float, float]:
        """p50 and p99 to show: of all requests where they are known and more than a few fail."""
        if self.failing > FAILING_ABOVE and not math.isnan(self.p99_all.value):
            return self.p50_all.value, self.p99_all.value
        return self.p50.value, self.p99.value

    @property
    def counts_failures(self) -> bool:
        """Whether the percentiles to show are those of all requests, failed ones too."""
        return self.failing > FAILING_ABOVE and not math.isnan(self.p99_all.value)

    def main_reason(self) -> tuple[str, float]:
        """The commonest failure reason and its share."""
        return max(self.ratios.items(), key=lambda pair: pair[1], default=("", 0.0))
