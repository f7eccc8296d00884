"""What an idea changed for a client: how sure that is, which gain is the best, and how it is said.

Shares are said as shares (``66 % → 100 %``) and their differences in points: a third more of all requests is not a
third more requests.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final, Literal

from engine.model.units import format_figure, format_quantity
from engine.records import dataclass
from engine.stats.intervals import Interval
from engine.study.estimates import LEVEL

if TYPE_CHECKING:
    from collections.abc import Iterable

MATTERS: Final = 0.01
"""A smaller difference, of the share answered or relative to goodput, is none to a client."""
_ABOUT_HALF: Final = 0.05
"""How far from a half of the goodput before is still called half."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gain:
    """What an idea changed for the client, measured. Intervals are of *with the idea − as it is* where not named."""

    place: int
    """Of the idea, in the order in which they were given."""
    p99: Interval | None
    p99_after: Interval | None
    goodput: Interval | None
    goodput_before: Interval | None
    goodput_after: Interval | None
    answered: Interval | None
    """Change of the share of requests that succeed, 0 to 1."""
    answered_before: Interval | None
    answered_after: Interval | None

    @property
    def matters(self) -> float:
        """The least difference in goodput that counts, requests a second."""
        known = [each.mean for each in (self.goodput_before, self.goodput_after) if each]
        return MATTERS * max(known, default=0.0)

    @property
    def more(self) -> float:
        """Requests a second that are answered in addition (less: negative); 0 where that may be luck."""
        sure = self.goodput is not None and verdict(self.goodput, self.matters) == "sure"
        mean = self.goodput.mean if sure and self.goodput else 0.0
        return mean if abs(mean) >= self.matters else 0.0

    @property
    def helps(self) -> bool:
        """Whether more is answered, or as much faster, and that is no luck."""
        if self.more:
            return self.more > 0.0
        fewer = self.goodput is not None and self.goodput.mean < -self.matters
        return not fewer and self.p99 is not None and self.p99.high < 0.0


def ranked(gains: Iterable[Gain]) -> list[Gain]:
    """The best first: by goodput, and among those that gain as much, what is sure to help, then p99."""
    keys: dict[int, tuple[float, bool, float, int]] = {}
    by_goodput = sorted(gains, key=lambda each: (-each.more, each.place))
    best: Gain | None = None
    for each in by_goodput:
        if best is None or best.more - each.more > max(best.matters, each.matters):
            best = each
        p99 = each.p99_after.mean if each.p99_after else math.inf
        keys[each.place] = (-best.more, not each.helps, p99, each.place)
    return sorted(by_goodput, key=lambda each: keys[each.place])


def verdict(apart: Interval, matters: float) -> Literal["sure", "same", "not sure"]:
    """Whether a difference is there, is too small to matter, or is not known well enough to say."""
    if -matters <= apart.low and apart.high <= matters:
        return "same"
    return "not sure" if apart.contains(0.0) else "sure"


def answered_told(gain: Gain) -> str:
    """The share answered, before and after: ``66 % → 100 %``; empty where it is not known."""
    return _told(gain.answered, gain.answered_before, gain.answered_after, "%", MATTERS)


def goodput_told(gain: Gain) -> str:
    """Goodput, before and after: ``98.8 rps → 149 rps``; empty where it is not known."""
    return _told(gain.goodput, gain.goodput_before, gain.goodput_after, "rps", gain.matters)


def half_told(gain: Gain) -> str:
    """What half the load does to goodput, said as what it is; empty where that is not known."""
    before, after = gain.goodput_before, gain.goodput_after
    if before is None or after is None or gain.goodput is None:
        return ""
    if verdict(gain.goodput, gain.matters) == "not sure":
        word = "may change"
    elif after.mean > before.mean + gain.matters:
        word = "rises"
    elif after.mean >= before.mean - gain.matters:
        word = "stays"
    elif after.mean > before.mean * (0.5 + _ABOUT_HALF):
        word = "falls, but not to half"
    elif after.mean >= before.mean * (0.5 - _ABOUT_HALF):
        word = "halves too"
    else:
        word = "falls to less than half"
    return f"goodput {word}: {goodput_told(gain)}"


def signed(value: float, unit: str) -> str:
    """A number with its sign; of shares (``%``) in points."""
    size = abs(value)
    said = f"{format_figure(size * 100.0)} points" if unit == "%" else format_quantity(size, unit)
    return f"{'−' if value < 0.0 else '+'}{said}"


def change_told(apart: Interval, unit: str) -> str:
    """A change with its sign, and the interval where there is one."""
    around = _span(apart, unit)
    return signed(apart.mean, unit) + (f" ({around})" if around else "")


def in_points(share: Interval | None) -> Interval | None:
    """The interval of a share, 0 to 1, in points."""
    if share is None:
        return None
    low, high = share.low * 100.0, share.high * 100.0
    return Interval(share.mean * 100.0, low, high, share.count)


def _told(
    apart: Interval | None,
    before: Interval | None,
    after: Interval | None,
    unit: str,
    matters: float,
) -> str:
    """A value before and after, or that it is the same, or by how much it may have changed."""
    if apart is None or before is None or after is None:
        return ""
    values = [format_quantity(each.mean, unit) for each in (before, after)]
    found = verdict(apart, matters)
    if found == "same":
        return f"{values[1]}, the same"
    said = " → ".join(values)
    if found == "sure":
        return said
    around = _span(apart, unit)
    return f"{said}, not sure" + (f" ({around})" if around else "")


def _span(apart: Interval, unit: str) -> str:
    """The ends of the interval of a change: ``95 %: −3 points to +7 points``; empty where it has none."""
    if not math.isfinite(apart.low):
        return ""
    return f"{LEVEL * 100:.0f} %: {signed(apart.low, unit)} to {signed(apart.high, unit)}"
