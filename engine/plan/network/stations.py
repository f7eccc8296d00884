"""Chooses the model of a station and evaluates it."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from engine.model.prediction import TIMES
from engine.model.units import format_figure
from engine.plan.network.alike import held_calls, levels_at
from engine.plan.network.centers import Stay
from engine.plan.network.elastic import elastic_stay
from engine.plan.network.leaving import leaving_at, patience_at
from engine.plan.queueing.balancing import shortest_queue_wait, two_choices_wait
from engine.plan.queueing.erlang import erlang_c
from engine.plan.queueing.finite import spread_wait
from engine.plan.queueing.moments import LawMoments, Moments
from engine.plan.queueing.priority import cobham_waits
from engine.plan.queueing.renewal import Gaps, renewal_wait
from engine.plan.queueing.scaling import scaled_wait, slowing
from engine.plan.queueing.waits import (
    Wait,
    gg_wait,
    last_come,
    mg1_wait,
    mgc_wait,
    with_tail_of,
)
from engine.records import dataclass

if TYPE_CHECKING:
    from engine.plan.network.centers import Center
    from engine.plan.primitives import ScalingPlan

_SAME: Final = 1e-6
"""Difference between two cv² from which they are told apart."""
_ALL: Final = 1.0 - 1e-9
"""Share of the arrivals that counts as all of them."""
_LAST_FIRST: Final = {"lifo": " LIFO", "adaptive_lifo": " adaptive LIFO"}
"""Disciplines that serve the last first, and what they add to the name of a model."""
_NEVER: Final = 1e-5
"""Loss below which a queue's bound changes nothing."""


@dataclass(frozen=True, slots=True)
class Arrivals:
    """What one instance of a station is up against."""

    rate: float
    cv2: float
    """Of the gaps between the arrivals at the instance."""
    picker: str
    """How requests are split; empty where there is one instance."""
    among: int
    """Instances among which is picked."""
    gaps: Gaps | None = None
    """The gaps between the arrivals at the instance, where they are those of a stream dealt in turn, or even ones."""


def stay_at(site: Center) -> Stay:
    """Wait at a station for what comes and for how long each keeps a worker."""
    station = site.plan.station
    stay = elastic_stay(site) if station.elastic is not None else _modelled(site)
    if site.plan.backlog is not None:
        pulled = [edge.target for edge in site.leaving]
        if any(each.plan.station.batch or each.plan.station.pauses for each in pulled):
            return replace(stay, load=max(each.stay.load or 0.0 for each in pulled))
    if stay.load is None or not site.workers:
        return stay
    work, load = site.mixed([law.mean for law in site.work]), stay.load
    if station.batch is not None:
        batch = station.batch
        each = work if batch.per_item is None else batch.per_item
        load += site.rate * (batch.fixed / batch.size + each - work) / site.workers
        work = batch.fixed / batch.size + each
    if station.pauses is not None:
        stopped = station.pauses.length.mean / max(station.pauses.every.mean, 1e-12)
        load += site.rate * work * stopped / site.workers
    if station.cpu is not None:
        cpu = station.cpu
        most = station.instances * cpu.quota / cpu.period
        load = max(load, site.rate * work / max(most, 1e-12))
    return stay if load == stay.load else replace(stay, load=load)


def _modelled(site: Center) -> Stay:
    """Wait at a station as if it made no batches and never stopped."""
    plan = site.plan
    if plan.backlog is not None or site.layer is not None:
        return site.layer or _backlog(site)
    workers = plan.station.workers
    if plan.traffic is not None or workers is None:
        return Stay(_unlimited(site) if plan.traffic is None else "")
    arrivals = arrivals_at(site)
    load = arrivals.rate * site.hold.mean / workers
    if plan.pulls:
        return Stay(f"{site.workers} workers that pull", load=load)
    limit = plan.station.queue_limit
    stay = _open_ended(site, arrivals, load)
    if limit is None:
        return _with_leaving(site, stay) if site.impatient_line else stay
    # Of those who wait for each other in a circle nothing is known.
    bounded = _bounded(site, arrivals, load) if site.hold.mean < math.inf else stay
    if bounded.wait.loss >= _NEVER or load >= 1.0:
        return bounded
    stay.model += f", at most {workers + limit} inside"
    return stay


def _with_leaving(site: Center, stay: Stay) -> Stay:
    """The stay where everybody leaves the line who has waited for so long, as far as that is known."""
    left, patience = leaving_at(site), patience_at(site)
    if left is None or patience is None:
        return stay
    name = f"M/{_letter(site.hold.cv2)}/{site.plan.station.workers}+D"
    return Stay(name, left.wait, load=stay.load, patience=patience)


def _open_ended(site: Center, arrivals: Arrivals, load: float) -> Stay:
    """A queue that takes everybody."""
    discipline, workers = site.plan.station.discipline, site.plan.station.workers or 1
    if site.plan.station.scaling is not None:
        return _scaled(site, site.plan.station.scaling, arrivals)
    if discipline == "ps":
        return _shared(site, arrivals, load)
    if discipline == "priority" and len(levels_at(site)) > 1:
        return _priority(site, arrivals, load)
    stay = _queue(site, arrivals, load)
    if site.among_users is not None:
        stay.wait, stay.model = site.among_users, f"{site.population}, {_servers(workers)}"
    if discipline in _LAST_FIRST:
        # One that serves the last first only now and then has a spread between, and the same mean.
        stay.wait = last_come(stay.wait, load)
        stay.model += _LAST_FIRST[discipline]
    return stay


def _servers(count: int) -> str:
    """How many workers, in words."""
    return "1 worker" if count == 1 else f"{count} workers"


def _unlimited(site: Center) -> str:
    """Name of a station where nobody waits."""
    if site.plan.router is not None and site.hold.mean <= 0.0:
        return "no time of its own"
    return f"{_letter(site.cv2)}/G/∞"


def _letter(cv2: float) -> str:
    """Kendall's letter of arrivals or service."""
    if abs(cv2 - 1.0) < _SAME:
        return "M"
    return "D" if cv2 < _SAME else "G"


def arrivals_at(site: Center) -> Arrivals:
    """Arrivals at one instance, by how callers pick."""
    count = site.plan.station.instances
    rate, cv2 = site.rate / count, site.cv2
    strongest = max(site.entering, key=lambda edge: edge.rate, default=None)
    if strongest is None:
        return Arrivals(rate, cv2, "", 1)
    router = strongest.source.plan.router
    picker, among = strongest.plan.picker, count
    if router is not None:
        picker = router.picker
        among = sum(edge.target.plan.station.instances for edge in strongest.source.leaving)
        cv2 = strongest.source.cv2
    if among == 1:
        return Arrivals(rate, site.cv2, "", 1, _gaps(rate, site.cv2, 1))
    if picker == "round_robin":
        dealt = _dealt(site, cv2 / among, strongest.rate)
        only = strongest.rate >= _ALL * site.rate and not strongest.source.parts_classes
        gaps = _gaps(rate, cv2, among) if only else None
        return Arrivals(rate, dealt, picker, among, gaps)
    if picker in ("random", "weighted"):
        return Arrivals(rate, 1.0 + (site.cv2 - 1.0) / count, picker, among)
    return Arrivals(rate, site.cv2, picker, among)


def _gaps(rate: float, cv2: float, among: int) -> Gaps | None:
    """The gaps at an instance to which a Poisson stream, or an even one, is dealt in turn."""
    if rate <= 0.0 or (among == 1 and cv2 > 0.0):
        return None
    if cv2 == 0.0:
        return Gaps(1.0 / rate)
    return Gaps(1.0 / rate, among) if abs(cv2 - 1.0) < _SAME else None


def _dealt(site: Center, dealt: float, rate: float) -> float:
    """cv² at an instance of which most arrivals are dealt in turn; what others send comes by chance."""
    share = min(1.0, rate / site.rate) if site.rate > 0.0 else 1.0
    return share * dealt + 1.0 - share


def _law(site: Center) -> LawMoments | None:
    """LawMoments of the work where it is all that keeps a worker, mixed over the classes."""
    if held_calls(site):
        return None
    if len(site.work) == 1:
        return site.work[0]
    mean, square, cube = (
        site.mixed([getattr(law, name) for law in site.work]) for name in ("mean", "square", "cube")
    )
    return LawMoments(mean, square, cube)


def _queue(site: Center, arrivals: Arrivals, load: float) -> Stay:
    """First come, first served, without a bound."""
    workers = site.plan.station.workers or 1
    if arrivals.picker in ("least_connections", "power_of_two"):
        return _balanced(site, arrivals, load, site.hold)
    if arrivals.gaps is not None and abs(site.hold.cv2 - 1.0) < _SAME:
        exact = renewal_wait(workers, arrivals.gaps, site.hold.mean)
        if exact is not None:
            return Stay(_renewal(arrivals.gaps, workers), exact, load=load)
    law = _law(site)
    if workers == 1 and law is not None and abs(arrivals.cv2 - 1.0) < _SAME:
        letter = _letter(site.hold.cv2)
        return Stay(f"M/{letter}/1", mg1_wait(arrivals.rate, law), load=load)
    if abs(arrivals.cv2 - 1.0) < _SAME:
        wait = mgc_wait(workers, arrivals.rate, site.hold)
        if law is not None:
            wait = with_tail_of(wait, load, law)
    else:
        wait = gg_wait(workers, arrivals.rate, site.hold, arrivals.cv2)
    return Stay(_kendall(arrivals, site.hold, workers), wait, load=load)


def _renewal(gaps: Gaps, workers: int) -> str:
    """Name of the model of exponential work behind independent gaps."""
    if gaps.stages is None:
        return f"D/M/{workers}"
    return f"E{gaps.stages}/M/{workers} (round robin)"


def _kendall(arrivals: Arrivals, hold: Moments, workers: int) -> str:
    """Name of the model of a plain queue."""
    comes, service = _letter(arrivals.cv2), _letter(hold.cv2)
    name = f"{comes}/{service}/{workers}"
    if comes == "M" and service == "M":
        return name
    who = "Kimura" if comes == "M" else "Allen–Cunneen"
    return f"{name} ({who}, ca² {format_figure(arrivals.cv2, 2)}, cs² {format_figure(hold.cv2, 2)})"


def _balanced(site: Center, arrivals: Arrivals, load: float, hold: Moments) -> Stay:
    """Behind a balancer that looks at how busy instances are."""
    workers = site.plan.station.workers or 1
    spread = (arrivals.cv2 + hold.cv2) / 2.0
    if arrivals.picker == "power_of_two":
        name = f"supermarket model, {arrivals.among} instances"
        wait = two_choices_wait(arrivals.among, workers, load, hold.mean)
    else:
        name = f"shortest of {arrivals.among} queues"
        wait = shortest_queue_wait(arrivals.among, workers, load, hold.mean)
    if abs(spread - 1.0) > _SAME:
        name += f" × (ca²+cs²)/2 = {format_figure(spread, 2)}"
        wait = Wait(wait.chance, wait.mean * spread, wait.square * spread * spread)
    return Stay(name, wait, load=load)


def _bounded(site: Center, arrivals: Arrivals, load: float) -> Stay:
    """A queue with a bound: some find no place."""
    station, hold = site.plan.station, site.hold
    workers, places = station.workers or 1, station.queue_limit or 0
    if station.scaling is not None:
        return _scaled(site, station.scaling, arrivals, places)
    sharing = station.discipline == "ps"
    spread = 1.0 if sharing else (arrivals.cv2 + hold.cv2) / 2.0
    pooled = arrivals.among if arrivals.picker in ("least_connections", "power_of_two") else 1
    offered = arrivals.rate * hold.mean * pooled
    wait = spread_wait(workers * pooled, places * pooled, offered, hold.mean, spread)
    service = "G" if places == 0 or sharing else _letter(hold.cv2)
    servers = workers * pooled
    name = f"{_letter(arrivals.cv2)}/{service}/{servers}/{servers + places * pooled}"
    doubts: list[str] = []
    if arrivals.picker not in ("", "random", "weighted"):
        doubts.append(_split_doubt(arrivals))
    name += _LAST_FIRST.get(station.discipline, "")
    if abs(spread - 1.0) > _SAME and places > 0:
        name += f" (scaled by (ca²+cs²)/2 = {format_figure(spread, 2)})"
    stay = Stay(name, wait, load=load, doubts=tuple(doubts))
    if sharing:
        _stretch(stay, hold, arrivals.rate * hold.mean, workers)
        stay.model += "-PS"
    return stay


def _split_doubt(arrivals: Arrivals) -> str:
    """What a bounded queue behind a balancer leaves out."""
    how = arrivals.picker.replace("_", " ")
    if arrivals.picker in ("least_connections", "power_of_two"):
        return f"{arrivals.among} instances by {how}: loss as if they had one queue"
    return f"{arrivals.among} instances by {how}: loss as if each had its own random stream"


def _scaled(
    site: Center, scaling: ScalingPlan, arrivals: Arrivals, places: int | None = None
) -> Stay:
    """Workers that slow each other down; insensitive to the law of work where they are shared."""
    workers, hold = site.plan.station.workers or 1, site.hold
    factors = slowing(scaling, workers)
    offered = arrivals.rate * hold.mean
    wait, slower = scaled_wait(workers, offered, hold.mean, factors, places)
    most = workers / float(factors[-1])
    sharing = site.plan.station.discipline == "ps"
    doubts = []
    if abs(hold.cv2 - 1.0) > _SAME and not sharing:
        scope = TIMES if places is None else ""
        doubts.append(
            f"{scope}service cv² is {format_figure(hold.cv2, 2)}, births and deaths take 1"
        )
    stay = Stay(
        f"M/M/{workers} paced by {_slowing(scaling)}",
        wait,
        slower=slower,
        load=offered / most,
        doubts=tuple(doubts),
    )
    if sharing and math.isfinite(wait.mean):
        mean = wait.mean + slower * hold.mean
        stay.stretched = Moments(mean, mean * mean)
        # What sharing and slowing cost beyond the work itself counts as waiting.
        stay.wait = replace(wait, mean=mean - hold.mean)
    return stay


def _slowing(scaling: ScalingPlan) -> str:
    """What slows workers, in words."""
    sigma, kappa, curve = scaling.contention, scaling.coherency, scaling.curve
    words = (
        [f"σ {format_figure(sigma, 2)}, κ {format_figure(kappa, 2)}"]
        if sigma or kappa or curve is None
        else []
    )
    if curve is not None:
        words.append(f"a {curve.law} curve")
    return " and ".join(words)


def _shared(site: Center, arrivals: Arrivals, load: float) -> Stay:
    """Processor sharing: insensitive to the law of work where arrivals are Poisson at each instance.

    Where they are not, as many are inside as first come, first served of exponential work has, whose number
    inside does not depend on the discipline.
    """
    workers, hold = site.plan.station.workers or 1, site.hold
    alike = Moments(hold.mean, hold.mean * hold.mean)
    name = f"M/G/{workers}-PS"
    exact = None
    if arrivals.gaps is not None:
        exact = renewal_wait(workers, arrivals.gaps, hold.mean)
    if arrivals.picker in ("least_connections", "power_of_two"):
        as_queue = _balanced(site, arrivals, load, alike)
        wait, name = as_queue.wait, f"{as_queue.model}, shared"
    elif exact is not None and arrivals.gaps is not None:
        wait, name = exact, f"{_renewal(arrivals.gaps, workers)}, shared"
    else:
        wait = gg_wait(workers, arrivals.rate, alike, arrivals.cv2)
    wait = site.among_users or wait
    stay = Stay(name, wait, load=load)
    if load < 1.0 or site.among_users is not None:
        _stretch(stay, hold, min(load, 0.999) * workers, workers)
    return stay


def _stretch(stay: Stay, hold: Moments, load: float, workers: int) -> None:
    """Time under sharing: the mean is exact, the spread that of M/M/1-PS for the share that waits.

    To the cv² of the work comes what chance adds for work of a given size: 2ρ/(2-ρ) in M/M/1-PS over all sizes, and
    2ρ/(1-ρ) (1 - (1-e^-(1-ρ))/(1-ρ)) where all are of mean size (Coffman, Muntz and Trotter 1970).
    """
    mean = hold.mean + stay.wait.mean
    busy = min(load / workers, 0.999)
    idle = 1.0 - busy
    waited = erlang_c(workers, load) if load < workers else 1.0
    alike = 2.0 * busy / idle * (1.0 + math.expm1(-idle) / idle)
    mixed = 2.0 * busy / (2.0 - busy)
    chance = alike + (mixed - alike) * min(hold.cv2, 1.0)
    stay.stretched = Moments(mean, (hold.cv2 + waited * chance) * mean * mean)


def _priority(site: Center, arrivals: Arrivals, load: float) -> Stay:
    """Non-preemptive priorities, by class."""
    workers = site.plan.station.workers or 1
    priorities = [each.priority for each in site.classes]
    share = arrivals.rate / site.rate if site.rate > 0.0 else 0.0
    held = [
        work.moments.plus(calls) if held_calls(site) else work.moments
        for work, calls in zip(site.work, site.calls, strict=True)
    ]
    levels = levels_at(site)
    demands = []
    for level in levels:
        kinds = [
            kind for kind, each in enumerate(priorities) if each == level and site.rates[kind] > 0.0
        ]
        rate = sum(site.rates[kind] for kind in kinds) * share
        square = sum(site.rates[kind] * share * held[kind].square for kind in kinds)
        mean = sum(site.rates[kind] * share * held[kind].mean for kind in kinds)
        demands.append((rate, _per_request(rate, mean, square)))
    waits = cobham_waits(workers, demands)
    by_class = [
        waits[levels.index(priority)] if priority in levels else 0.0 for priority in priorities
    ]
    mean = site.mixed(by_class)
    chance = min(1.0, erlang_c(workers, arrivals.rate * site.hold.mean))
    square = site.mixed([2.0 * each * each / chance for each in by_class]) if chance > 0.0 else 0.0
    wait = Wait(chance, mean, square)
    return Stay(
        f"{_letter(arrivals.cv2)}/G/{workers} with priorities (Cobham)", wait, by_class, load=load
    )


def _per_request(rate: float, mean: float, square: float) -> Moments:
    """Moments from sums over requests a second."""
    if rate <= 0.0:
        return Moments()
    return Moments(mean / rate, max(0.0, square / rate - (mean / rate) ** 2))


def _backlog(site: Center) -> Stay:
    """Messages wait for whoever pulls: one queue for all workers."""
    plan = site.plan
    takers = [edge.target for edge in site.leaving]
    workers = sum(taker.workers or 0 for taker in takers)
    if not takers or any(taker.workers is None for taker in takers) or workers == 0:
        return Stay("handed over at once")
    whole = sum(taker.rate for taker in takers)
    hold = takers[0].hold if len(takers) == 1 or whole <= 0.0 else _mean_hold(takers, whole)
    # A worker that asks for a message has nothing else to do until it has come.
    ways = sum(edge.target.rate * edge.crossing.mean / 2.0 for edge in site.leaving)
    load = site.rate * (hold.mean + (ways / whole if whole > 0.0 else 0.0)) / workers
    capacity = plan.backlog.capacity if plan.backlog is not None else None
    name = f"{_letter(site.cv2)}/{_letter(hold.cv2)}/{workers}"
    if capacity is not None:
        spread = (site.cv2 + hold.cv2) / 2.0
        wait = spread_wait(workers, capacity, site.rate * hold.mean, hold.mean, spread)
        return Stay(f"{name}/{workers + capacity}, pulled", wait, load=load)
    if workers == 1 and abs(site.cv2 - 1.0) < _SAME and (law := _law(takers[0])) is not None:
        return Stay(f"{name}, pulled", mg1_wait(site.rate, law), load=load)
    return Stay(f"{name}, pulled", gg_wait(workers, site.rate, hold, site.cv2), load=load)


def _mean_hold(takers: list[Center], whole: float) -> Moments:
    """How long a message keeps a worker, over several consumers."""
    mean = sum(taker.rate * taker.hold.mean for taker in takers) / whole
    square = sum(taker.rate * taker.hold.square for taker in takers) / whole
    return Moments(mean, max(0.0, square - mean * mean))
