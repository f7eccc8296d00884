"""What a request comes to on its way through a flow if no call fails: calls, local work and time, on average."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

from engine.plan.primitives import (
    AsyncPart,
    CallPart,
    ChoicePart,
    FlowPlan,
    LoopPart,
    ParallelPart,
    TransactionPart,
    WorkPart,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.plan.primitives import Part

_NOTHING: Mapping[str, float] = {}
_STATES: Final[Mapping[str, tuple[str, ...]]] = {
    "always": ("miss", "hit"),
    "miss": ("miss",),
    "hit": ("hit",),
    "failed": (),
    "miss_or_failed": ("miss",),
}
"""Who takes a way, where no call fails."""


class Walk:
    """One class of requests on its way through flows; what it comes to adds up."""

    def __init__(
        self,
        kind: int,
        misses: Mapping[str, float] = _NOTHING,
        times: Mapping[str, float] = _NOTHING,
        *,
        missed: float = 0.0,
        pace: float = 1.0,
    ) -> None:
        """Begin.

        Args:
            kind: index of the class.
            misses: for links to stores, how often the answer is that a key is not there.
            times: mean time (s) of one call over each link.
            missed: how likely something was missed before and not made up for.
            pace: how many seconds a second of work takes.
        """
        self._kind = kind
        self._misses = misses
        self._times = times
        self._missed = missed
        self._pace = pace
        self.calls: dict[str, float] = defaultdict(float)
        """Mean number of calls over each link."""
        self.work = 0.0
        """Mean local work (s), whoever waits for it."""
        self.background = 0.0
        """Mean time (s) of what nobody waits for."""

    def through(self, flow: FlowPlan, weight: float = 1.0) -> float:
        """Go through a flow with a probability (or a mean number of rounds); its mean time (s), once."""
        return self._steps(flow, weight, makes_up=False)

    def _steps(self, flow: FlowPlan, weight: float, *, makes_up: bool) -> float:
        """Mean time of parts one after the other."""
        return sum(self._part(part, weight, makes_up=makes_up) for part in flow)

    def _part(self, part: Part, weight: float, *, makes_up: bool) -> float:  # noqa: PLR0911 - one return a sort
        """Mean time of one part."""
        match part:
            case WorkPart():
                laws = part.laws
                mean = laws[self._kind if self._kind < len(laws) else 0].mean * self._pace
                self.work += weight * mean
                return mean
            case CallPart():
                return self._call(part.link, weight, makes_up=makes_up)
            case LoopPart():
                inner = self._steps(part.do, weight * part.rounds, makes_up=makes_up)
                return part.rounds * inner
            case AsyncPart():
                self.background += weight * self._steps(part.do, weight, makes_up=makes_up)
                return 0.0
            case ParallelPart():
                times = sorted(self._steps(way, weight, makes_up=makes_up) for way in part.ways)
                return times[part.need - 1]
            case ChoicePart():
                return self._choice(part, weight, makes_up=makes_up)
            case TransactionPart():
                return self._steps(part.as_calls(), weight, makes_up=makes_up)

    def _call(self, link: str, weight: float, *, makes_up: bool) -> float:
        """A call: it may miss, and one that is made after a miss makes up for it."""
        self.calls[link] += weight
        miss = self._misses.get(link, 0.0)
        self._missed = miss if makes_up else 1.0 - (1.0 - self._missed) * (1.0 - miss)
        return self._times.get(link, 0.0)

    def _choice(self, part: ChoicePart, weight: float, *, makes_up: bool) -> float:
        """The ways by their probabilities: each takes its share of those whom the ones before left."""
        whole = {"miss": self._missed, "hit": 1.0 - self._missed}
        left = dict(whole)
        time, missed = 0.0, 0.0
        for way in part.ways:
            if way.classes is not None and not way.classes[self._kind]:
                continue
            taken = {"miss": 0.0, "hit": 0.0}
            for state in _STATES[way.when]:
                share = 1.0 if way.share is None else way.share
                taken[state] = min(left[state], share * whole[state])
                left[state] -= taken[state]
            chance = sum(taken.values())
            if chance > 0.0:
                self._missed = taken["miss"] / chance
                inner = makes_up or way.when in ("miss", "miss_or_failed")
                time += chance * self._steps(way.do, weight * chance, makes_up=inner)
                missed += chance * self._missed
        self._missed = missed + left["miss"]
        return time
