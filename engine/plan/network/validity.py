"""Where the model of a station holds: exactly, nearly, or not at all, for each pair of settings.

A model that holds says nothing. One that is near leaves a doubt; one that is not leaves no times.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from engine.model.prediction import TIMES, WAITS
from engine.model.units import format_figure
from engine.plan.network.alike import (
    comes_evenly,
    held_calls,
    laws_at,
    levels_at,
    picker_of,
    serves_exponentially,
    works_again,
)
from engine.plan.network.holding import (
    Held,
    calls_take_fixed_times,
    held_at,
    held_text,
    serves_at_once,
)
from engine.plan.network.queued_stores import judge_backlog, judge_store
from engine.plan.network.sources import EVEN
from engine.plan.network.stations import arrivals_at
from engine.plan.network.streams import Kind
from engine.plan.network.verdict import FAILS, Verdict, uneven
from engine.plan.queueing.finite import spread_wait
from engine.records import dataclass

if TYPE_CHECKING:
    from engine.plan.network.centers import Center
    from engine.plan.network.streams import Stream

_NEVER: Final = 1e-5
"""Loss below which a queue's bound changes nothing."""
_NARROW: Final = 0.5
"""cv² of work up to which Kimura's wait is within 5 % of runs, for 2 to 8 workers at loads from .3 to .9."""
_GIVEN_UP: Final = 1e-3
"""Share of calls given up from which a balancer that counts calls under way sees fewer than there are."""
_WIDE: Final = 1e4
"""cv² beyond which no queue is long enough anyway."""
_OUTSIDE: Final = 0.02
"""Share of the service time from which the way to a node matters to who counts calls under way."""
_SLOWED: Final = 1.02
"""Times as long as alone that work takes on average, from which it matters that it takes more or less than that."""
_SHORT: Final = 0.02
"""Share of the service time below which the wait behind a balancer that looks is not known: its model is fitted to
whole answers, within so much of them."""
_IN_STEP: Final = 0.1
"""Share of the variances of gaps and work, from which what the way adds to the first matters: 0.37 made waits 18 %
longer."""
_MEANS_SETTLE: Final = 1.4
"""α of Pareto work below which a hundred thousand requests miss n^(1/α-1), more than 3 %, of the mean."""
_WAITS_SETTLE: Final = 3.0
"""The same up to which they have no third moment, so that waits have no variance: of the second moment, to which the
mean wait is in proportion, they miss n^(2/α-1): 35 % at α 2.2, 10 % at 2.5."""
_CHANCE: Final = ("", "random", "weighted")
"""Ways to pick that split a Poisson stream into Poisson streams."""


@dataclass(frozen=True, slots=True)
class _Case:
    """The settings of a station that decide together."""

    site: Center
    stream: Stream
    picker: str
    dealt: bool
    """Whether all arrivals are dealt by one picker."""
    workers: int
    alike: bool
    """Whether all work is exponential with one mean."""
    discipline: str
    """As it works: with one priority it is first come, first served."""
    bounded: bool
    even: bool
    """Whether requests come to each instance at even gaps."""
    never: bool
    """Whether they meet even work there, so that nobody ever waits."""

    @property
    def by_chance(self) -> bool:
        """Whether each instance sees a Poisson stream, or one as good."""
        return self.stream.kind is not Kind.UNEVEN and self.picker in _CHANCE


def verdict_on(site: Center, stream: Stream) -> Verdict:
    """What is to be said against the numbers of a station, apart from what it waits for."""
    verdict = Verdict()
    if site.plan.traffic is not None or site.rate <= 0.0:
        return verdict
    if site.plan.store is not None:
        judge_store(site, verdict)
    if site.plan.backlog is not None:
        judge_backlog(site, stream, verdict)
    elif site.plan.station.workers is None:
        _on_unlimited(site, verdict)
    elif works_again(site):
        verdict.blind = "not modelled: a flow that comes back to its own workers"
        verdict.unknown_load = True
    elif site.plan.pulls:
        _on_pulling(site, verdict)
    elif held_calls(site) or any(law.mean > 0.0 for law in site.work):
        _on_station(_case(site, stream), verdict)
        said = verdict.doubts or verdict.tail
        if said and stream.kind is not Kind.UNEVEN and serves_at_once(site):
            _on_hardly_any_waits(site, verdict)
    return verdict


def _on_hardly_any_waits(site: Center, verdict: Verdict) -> None:
    """What is doubted of waits is said of them alone, where they are next to nothing of everything else."""
    verdict.doubts = [
        f"{WAITS}{each.removeprefix(TIMES)}" if each.startswith(TIMES) else each
        for each in verdict.doubts
    ]
    if site.plan.station.discipline in ("fifo", "priority"):
        verdict.tail.clear()


def _on_station(case: _Case, verdict: Verdict) -> None:
    """A station with work and a line before it."""
    _on_overload(case, verdict)
    _on_heavy_tails(case, verdict)
    _on_discipline(case, verdict)
    _on_times(case, verdict)
    if case.site.plan.station.scaling is not None and (verdict.blind or _is_bursty(case.site)):
        verdict.unknown_busy = (
            True  # by how much they slow each other follows from how many work at once
        )


def _is_bursty(site: Center) -> bool:
    """Whether more comes at some times than at others."""
    return site.dispersion > EVEN or site.peak > 1.0


def _on_times(case: _Case, verdict: Verdict) -> None:
    """How long requests are at a station."""
    if case.site.stay.patience < math.inf:
        _on_leaving(case, verdict)
        return
    if held_calls(case.site):
        _on_held(case, verdict)
    elif case.site.plan.station.scaling is not None:
        _on_scaling(case, verdict)
    elif case.bounded:
        _on_bounded(case, verdict)
    else:
        _on_unbounded(case, verdict)
    _on_tail(case, verdict)


def _case(site: Center, stream: Stream) -> _Case:
    """The settings of a station."""
    station, arrivals = site.plan.station, arrivals_at(site)
    discipline = station.discipline
    if discipline == "priority" and len(levels_at(site)) < 2:
        discipline = "fifo"
    elif discipline == "adaptive_lifo":
        discipline = "lifo"
    came = [edge for edge in site.entering if edge.rate > 0.0]
    picker = arrivals.picker
    if picker in _CHANCE and station.instances > 1:
        others = (picker_of(edge) for edge in came)
        picker = next((each for each in others if each not in _CHANCE), picker)
    even = arrivals.gaps is not None and arrivals.gaps.stages is None and comes_evenly(site)
    never = even and site.hold.variance <= 0.0 and discipline in ("fifo", "lifo")
    return _Case(
        site=site,
        stream=stream,
        picker=picker,
        dealt=len(came) == 1,
        workers=station.workers or 1,
        alike=serves_exponentially(site),
        discipline=discipline,
        bounded=not never and _is_bounded(site, arrivals.rate),
        even=even,
        never=never,
    )


def _is_bounded(site: Center, rate: float) -> bool:
    """Whether the bound of a queue may be reached, by the worst that is known of what comes."""
    station, hold = site.plan.station, site.hold
    if station.queue_limit is None or station.workers is None:
        return False
    load = site.stay.load or 0.0
    if site.stay.wait.loss >= _NEVER or load >= 1.0 or not math.isfinite(hold.mean):
        return True
    if site.dispersion > EVEN and load * site.peak >= 1.0:
        return True
    spread = max(1.0, min(hold.cv2, _WIDE), site.dispersion)
    worst = spread_wait(station.workers, station.queue_limit, rate * hold.mean, hold.mean, spread)
    return worst.loss >= _NEVER


def _on_unlimited(site: Center, verdict: Verdict) -> None:
    """Everything is served at once."""
    if site.plan.station.scaling is not None:
        verdict.blind = "not modelled: scaling without a number of workers"


def _on_pulling(site: Center, verdict: Verdict) -> None:
    """Workers that pull: their queue is elsewhere."""
    station = site.plan.station
    if site.plan.gates or min(site.ok) < 1.0 - FAILS:
        verdict.doubts.append("messages that fail are delivered again, which is not modelled")
    held = Held.FIXED if calls_take_fixed_times(site) else Held.COUPLED
    if text := held_text(site, held):
        verdict.doubts.append(text)
    if station.scaling is not None:
        verdict.blind = "not modelled: workers that pull and slow each other down"
        verdict.unknown_load = True
    if station.discipline == "ps":
        verdict.doubts.append("workers that pull are not shared: each works on its own message")
    if not station.hold and any(calls.mean > 0.0 for calls in site.calls):
        verdict.blind = "not modelled: work of consumers after they let their worker go"


def _on_overload(case: _Case, verdict: Verdict) -> None:
    """More comes than can be served."""
    load = case.site.stay.load or 0.0
    if load >= 1.0 and case.discipline == "priority":
        verdict.doubts.append("overloaded with priorities: who is served depends on the class")
    if load >= 1.0 and case.site.plan.station.queue_limit is None and len(case.site.rates) > 1:
        verdict.doubts.append("overloaded: what each class gets done is taken in proportion")


def _on_heavy_tails(case: _Case, verdict: Verdict) -> None:
    """Work of which so little is so long that no run has seen enough of it."""
    alpha = min((law.alpha for law in laws_at(case.site) if law.law == "pareto"), default=math.inf)
    if alpha < _MEANS_SETTLE:
        verdict.doubts.append(
            f"the tail of Pareto work with α {format_figure(alpha)} is so heavy that runs see less work than its mean"
        )
    elif (
        alpha <= _WAITS_SETTLE
        and case.discipline != "ps"
        and case.site.plan.station.queue_limit != 0
    ):
        verdict.doubts.append(
            f"{TIMES}Pareto work with α {format_figure(alpha)} has no third moment: waits never settle, and runs see "
            "less of them"
        )


def _on_discipline(case: _Case, verdict: Verdict) -> None:
    """Priorities: exact for one worker, or where all work is alike."""
    if case.discipline != "priority":
        return
    several = case.site.plan.station.scaling is not None or case.bounded
    if case.stream.kind is Kind.CLOSED:
        verdict.blind = "not modelled: priorities in a closed population"
    elif several:
        verdict.blind = "not modelled: priorities with a bounded queue or with scaling"
    elif case.picker not in _CHANCE:
        verdict.blind = "not modelled: priorities at instances that are not picked by chance"
    elif case.workers > 1 and not case.alike:
        verdict.doubts.append(
            f"{TIMES}priorities at several workers with uneven work: Cobham's wait is approximate"
        )


def _on_held(case: _Case, verdict: Verdict) -> None:
    """Workers are held: as if work were longer, where calls take times of their own, or nobody waits for workers."""
    site = case.site
    held = held_at(site, case.stream)
    if text := held_text(site, held):
        verdict.doubts.append(text)
    if site.plan.station.scaling is not None:
        verdict.blind = "not modelled: workers that are held and slow each other down"
    elif held is Held.COUPLED and case.stream.kind is Kind.UNEVEN:
        verdict.doubts.append(uneven(case.stream))
    elif held is not Held.COUPLED and case.bounded:
        _on_bounded(case, verdict)
    elif held is not Held.COUPLED:
        if held is Held.FIXED:
            verdict.tail.append("waits for workers that are held are known by two moments")
        _on_unbounded(case, verdict)


def _on_leaving(case: _Case, verdict: Verdict) -> None:
    """Everybody leaves who waits for so long: exact where arrivals are Poisson."""
    if case.stream.kind is Kind.POISSON or case.site.stay.wait.loss < _NEVER:
        return
    why = case.stream.why or "they come again, or from a closed population"
    verdict.blind = f"not modelled: queue timeouts with arrivals that are not Poisson ({why})"


def _on_scaling(case: _Case, verdict: Verdict) -> None:
    """Births and deaths: exact for exponential work that comes by chance, or is shared."""
    if case.site.stay.slower > _SLOWED:
        verdict.tail.append("work goes on at a pace that changes, of which the mean is taken")
    if not case.alike and case.discipline != "ps":
        verdict.blind = "not modelled: scaling of work that is not exponential"
    elif not case.by_chance:
        verdict.blind = "not modelled: scaling with arrivals that are not Poisson at each instance"
    elif case.stream.kind is Kind.CLOSED:
        verdict.blind = "not modelled: scaling in a closed population"
    elif case.bounded and case.stream.kind is not Kind.POISSON:
        verdict.doubts.append("a bounded queue with requests that come again is approximate")


def _on_bounded(case: _Case, verdict: Verdict) -> None:
    """Some find no place: exact for exponential work, without places, and under sharing."""
    if not _knows_bounded_tail(case):
        verdict.tail.append("waits before a bound are known by two moments")
    insensitive = case.discipline == "ps" or case.site.plan.station.queue_limit == 0
    if case.picker in ("least_connections", "power_of_two"):
        verdict.blind = "not modelled: bounded queues behind a balancer that looks at them"
        return
    if case.stream.kind is not Kind.POISSON or case.picker not in _CHANCE:
        why = case.stream.why or f"instances by {case.picker.replace('_', ' ')}"
        verdict.doubts.append(f"a bounded queue with arrivals that are not Poisson ({why})")
    if not case.alike and not insensitive:
        verdict.doubts.append(
            f"a bounded queue with service cv² {format_figure(case.site.hold.cv2, 2)}: the loss is approximate"
        )


def _knows_bounded_tail(case: _Case) -> bool:
    """Whether all of the wait before a bound is known: nobody waits, or for so many exponential works (M/M/c/K)."""
    if held_calls(case.site) or not case.by_chance or case.stream.kind is not Kind.POISSON:
        return False
    if case.site.plan.station.queue_limit == 0:
        return case.discipline != "ps"
    return case.alike and case.discipline == "fifo" and case.site.stay.wait.stages is not None


def _on_unbounded(case: _Case, verdict: Verdict) -> None:
    """A queue that takes everybody."""
    if case.stream.kind is Kind.CLOSED:
        _on_closed(case, verdict)
    elif case.even and (case.alike or case.never) and case.discipline != "priority":
        return
    elif case.picker in ("least_connections", "power_of_two"):
        _on_watching(case, verdict)
    elif case.picker == "round_robin":
        _on_turns(case, verdict)
    elif case.stream.kind is Kind.UNEVEN:
        _onuneven(case, verdict)
    elif case.discipline == "ps" or case.alike:
        return
    elif case.stream.kind is Kind.PRODUCT:
        verdict.doubts.append(
            f"{TIMES}requests come again, or by several ways, to work that is not exponential"
        )
    elif case.workers > 1 and case.site.hold.cv2 <= _NARROW:
        verdict.tail.append("waits at several workers are known by their mean")
    elif case.workers > 1:
        verdict.doubts.append(
            f"{TIMES}several workers with service cv² {format_figure(case.site.hold.cv2, 2)}: the wait is approximate"
        )


def _on_closed(case: _Case, verdict: Verdict) -> None:
    """Product form, or nearly; where nobody waits, whatever the law."""
    scope = WAITS if serves_at_once(case.site) else ""
    if case.picker not in _CHANCE:
        verdict.doubts.append(
            f"{scope}instances by {case.picker.replace('_', ' ')}: product form takes them by chance"
        )
    if case.discipline != "ps" and not case.alike:
        verdict.doubts.append(
            f"{scope}service cv² is {format_figure(case.site.hold.cv2, 2)}, product form takes 1"
        )


def _on_watching(case: _Case, verdict: Verdict) -> None:
    """Balancers that look: fitted for Poisson arrivals and exponential work behind one balancer."""
    site = case.site
    _on_parted_classes(case, verdict)
    if not case.dealt:
        verdict.doubts.append(f"{TIMES}several callers pick, each by what it knows itself")
    outside = sum(edge.crossing.mean for edge in site.entering if edge.rate > 0.0)
    if outside > _OUTSIDE * site.hold.mean or any(calls.mean > 0.0 for calls in site.calls):
        verdict.doubts.append(
            f"{TIMES}who picks counts also those on their way and those who wait for calls"
        )
    if any(edge.late > _GIVEN_UP for edge in site.entering if edge.rate > 0.0):
        verdict.doubts.append(
            f"{TIMES}who picks no longer counts those who gave up, who are still worked on"
        )
    if 0.0 < site.stay.wait.mean < _SHORT * site.hold.mean:
        verdict.doubts.append(
            f"{TIMES}so little wait behind a balancer that looks at instances is known within a few per cent of the "
            "work alone"
        )
    if case.stream.kind is Kind.PRODUCT:
        verdict.doubts.append(
            f"{TIMES}requests come again, or by several ways, to a balancer that looks: they find who was just left"
        )
    if case.stream.kind is Kind.UNEVEN:
        verdict.doubts.append(uneven(case.stream))
    if not case.alike:
        verdict.doubts.append(
            f"{TIMES}{case.picker.replace('_', ' ')} with service cv² {format_figure(case.site.hold.cv2, 2)}: the model "
            "is fitted for exponential work"
        )
    verdict.tail.append("the model of balancers that look at instances is fitted to means")


def _gets_out_of_step(site: Center) -> bool:
    """Whether gaps that are even where requests are dealt are less so where they come: by the variance of two ways."""
    gaps = arrivals_at(site).gaps
    if gaps is None:
        return False
    there = sum(edge.crossing.variance / 2.0 for edge in site.entering if edge.rate > 0.0)
    return 2.0 * there > _IN_STEP * (1.0 + gaps.cv2) * gaps.mean * gaps.mean


def _on_parted_classes(case: _Case, verdict: Verdict) -> None:
    """Balancers that pick for one class among other targets than for another."""
    parted = next(
        (edge for edge in case.site.entering if edge.rate > 0.0 and edge.source.parts_classes), None
    )
    if parted is not None:
        verdict.doubts.append(
            f"{TIMES}{parted.source.name} picks among other targets for one class than for another"
        )


def _on_turns(case: _Case, verdict: Verdict) -> None:
    """Dealt in turn: exact for Poisson arrivals from one caller and exponential work."""
    if _gets_out_of_step(case.site):
        verdict.doubts.append(f"{TIMES}dealt in turn, but on their way for times that differ")
    _on_parted_classes(case, verdict)
    if case.dealt and case.alike and case.stream.kind is Kind.POISSON:
        return
    if case.discipline == "ps" and not case.alike:
        verdict.doubts.append(
            f"{TIMES}sharing with arrivals in turn: taken as for exponential work"
        )
    elif not case.alike:
        verdict.doubts.append(
            f"{TIMES}arrivals in turn to work with cv² {format_figure(case.site.hold.cv2, 2)}: the wait is approximate"
        )
    if not case.dealt:
        verdict.doubts.append(f"{TIMES}several callers deal in turn, each for itself")
    if case.stream.kind is not Kind.POISSON:
        verdict.doubts.append(uneven(case.stream))


def _onuneven(case: _Case, verdict: Verdict) -> None:
    """Neither Poisson nor as good."""
    verdict.doubts.append(uneven(case.stream))


def _on_tail(case: _Case, verdict: Verdict) -> None:
    """Percentiles: known where first come is first served, nearly where Poisson arrivals bring exponential work."""
    station = case.site.plan.station
    if station.elastic is not None and case.site.stay.wait.chance > _NEVER:
        verdict.tail.append("cold starts are known by two moments")
        if case.stream.kind is Kind.CLOSED:
            verdict.doubts.append(
                f"{TIMES}cold starts are counted as for Poisson arrivals: so few users may never need one more"
            )
    plain = case.alike and case.by_chance and case.stream.kind is Kind.POISSON
    plain = plain and not case.bounded and station.scaling is None
    plain = plain and station.discipline != "adaptive_lifo"
    if plain and case.discipline in ("ps", "lifo"):
        verdict.tail.append("they follow from two moments")
        return
    if case.discipline == "ps":
        verdict.no_tail = "no percentiles: under sharing only means are known"
    elif case.discipline == "lifo" and station.queue_limit != 0:
        verdict.no_tail = "no percentiles: last come, first served, only means are known"
    elif case.discipline == "priority":
        verdict.no_tail = "no percentiles: with priorities only means are known"
