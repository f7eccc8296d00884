"""Carries what is doubted through a network: to those who wait for a node, and to those it sends to."""

from __future__ import annotations

import math
from dataclasses import field
from typing import TYPE_CHECKING, Final

from engine.model.prediction import PERCENTILES, TIMES, WAITS, is_grave
from engine.model.units import format_quantity
from engine.plan.network.alike import (
    BY_CALLS,
    below,
    fails_by_chance,
    held_calls,
    picker_of,
    short_of_memory,
)
from engine.plan.network.assumptions import node_doubts
from engine.plan.network.kept_answers import lumps_in
from engine.plan.network.lateness import note_late
from engine.plan.network.outcomes import (
    answers_decide,
    crowded_out,
    driven_over,
    held_up,
    only_refused,
    overrun,
)
from engine.plan.network.patience import gives_up_alone
from engine.plan.network.queued_stores import after_misses
from engine.plan.network.sources import EVEN
from engine.plan.network.strangers import blind_before_strangers
from engine.plan.network.streams import Kind, streams_of
from engine.plan.network.unmodelled import fullness
from engine.plan.network.validity import verdict_on
from engine.plan.network.verdict import is_of_loss
from engine.plan.queueing.waits import mgc_wait
from engine.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.plan.network.centers import Center, Edge, Network
    from engine.plan.network.kept_answers import Lumps
    from engine.plan.network.populations import Population
    from engine.plan.network.verdict import Verdict
    from engine.plan.primitives import ResolverPlan

_WORTH: Final = 1e-4
"""Share of calls that fail or are late from which it matters."""

_SLIGHT: Final = 0.05
"""Share of a time up to which waits that are doubted hardly show: they may be off by three times."""
_FEW: Final = 0.01
"""Share of calls that find no place up to which it hardly shows if it is another: it may be off by five times."""
_ALIKE: Final = 1.03
"""Ratio of two mean times up to which a balancer that looks at calls under way gives both alike."""
_LOSSY: Final = 1e-5
"""Share of packets lost from which percentiles by two moments are others: retransmissions are rare, and take long."""


@dataclass(slots=True)
class Trust:
    """What is to be said against the numbers of a node or client, everything told."""

    doubts: list[str] = field(default_factory=list)
    tail: list[str] = field(default_factory=list)
    rate: list[str] = field(default_factory=list)
    """Against how much comes, and so against everything."""
    no_tail: str = ""
    no_wait_tail: bool = False
    """Whether there are no percentiles of its wait, whatever it calls."""
    unsure: bool = False
    """Whether it is doubted how many of the calls that are made for it fail."""
    slack: float = 0.0
    """How much (s) of its time is waits that are doubted of whom it calls; infinite where more is."""

    @property
    def is_grave(self) -> bool:
        """Whether something is to be said against every number."""
        return bool(self.doubts) and any(is_grave(each) for each in self.doubts)

    @property
    def whole(self) -> tuple[str, ...]:
        """All doubts, each once."""
        none = bool(self.no_tail) and self.no_wait_tail  # that of the wait alone may be known
        tail = [f"{PERCENTILES}{each}" for each in self.tail] if not none else []
        return tuple(dict.fromkeys([*self.rate, *self.doubts, *tail]))


def verdicts_of(network: Network) -> dict[str, Verdict]:
    """What is to be said against each station; those of whose times nothing is known are marked."""
    streams = streams_of(network)
    for site in network.sites:
        site.uneven = streams[site.plan.id].kind is Kind.UNEVEN
    found = {site.plan.id: verdict_on(site, streams[site.plan.id]) for site in network.sites}
    blind_before_strangers(network)
    for site in network.sites:
        verdict = found[site.plan.id]
        site.unknown_busy |= verdict.unknown_busy
        if verdict.blind and site.rate > 0.0:
            site.blind = site.blind or verdict.blind
            site.unknown_load |= verdict.unknown_load
            site.unknown_busy |= verdict.unknown_load
    return found


def trust_in(
    network: Network,
    verdicts: Mapping[str, Verdict],
    populations: Mapping[str, Population],
    resolvers: Mapping[str, ResolverPlan],
) -> dict[str, Trust]:
    """Everything that is to be said against the numbers of each node and client.

    Args:
        network: the solved network.
        verdicts: what is to be said against each station alone.
        populations: the closed populations.
        resolvers: the DNS servers whose answers are kept, of the plan as it was drawn.
    """
    note_late(network, verdicts)
    found = {
        site.plan.id: _own(site, verdicts[site.plan.id], populations) for site in network.sites
    }
    for site in network.sites:
        _doubt_hits(site, verdicts[site.plan.id].hits, found)
    lumps = lumps_in(network, resolvers)
    _doubt_lumps(network, lumps, found)
    outcomes = [*lumps.goodput, *crowded_out(network), *overrun(network, verdicts)]
    outcomes += [*driven_over(network), *held_up(network)]
    _doubt_outcomes(network, outcomes, found, decisive=True)
    tries = [edge for edge in network.edges if edge.plan.retry.attempts > 1]
    fallible = _fallible(network) if tries else set()
    for site in network.sites:
        _note_unsteady(site)
        ends, again = _endings(site), _tried_again(site, fallible) if tries else set()
        for edge in site.leaving:
            # Also where nothing is sent since all that comes before is taken to fail, or since nothing is taken to come.
            sent = max(edge.each) > 0.0 if site.rate > 0.0 else bool(found[site.plan.id].rate)
            if edge.rate > 0.0 or sent:
                _send_down(edge, found, ends, again)
    for site in reversed(network.sites):
        for edge in site.leaving:
            if edge.rate > 0.0:
                _answer_up(edge, found)
    # Others send no less, so that this is said against nobody whom they call.
    _doubt_outcomes(network, outcomes, found, decisive=False)
    return found


def _doubt_outcomes(
    network: Network, outcomes: list[tuple[str, str]], found: dict[str, Trust], *, decisive: bool
) -> None:
    """How much clients get done, of those whose answers decide over how much they send or of the others."""
    for name, text in outcomes:
        if answers_decide(network.by_id[name]) == decisive:
            found[name].doubts.append(text)


def _own(site: Center, verdict: Verdict, populations: Mapping[str, Population]) -> Trust:
    """What is to be said against a node's own numbers."""
    trust = Trust(
        doubts=list(verdict.doubts),
        tail=list(verdict.tail),
        no_tail=verdict.no_tail,
        no_wait_tail=bool(verdict.no_tail) or site.plan.station.discipline == "ps",
    )
    if any(site.plan.id in each.coupled for each in populations.values()):
        trust.tail.append(
            "of few users who wait at several nodes most are at one: waits depend on each other"
        )
    if any(site.plan.id in each.in_step for each in populations.values()):
        scope = WAITS if _waits_hardly_show(site) else TIMES
        trust.doubts.append(
            f"{scope}users take nearly equal times from one request to the next: they come as they began for long"
        )
    if site.plan.traffic is None:
        if site.plan.failing > _WORTH and any(each.mean > 0.0 for each in site.calls):
            trust.no_tail = trust.no_tail or "no percentiles: some fail before they make calls"
        if _refuses_somehow(site):
            trust.doubts.append("how many find no place is not modelled with the rest")
        if _redelivers(site):
            trust.doubts.append("messages that fail are delivered again, which is not modelled")
        trust.doubts += node_doubts(site)
        return trust
    if site.unfamiliar:
        trust.doubts.append(site.blind)
    trust.doubts += site.source.doubts if site.source is not None else ()
    if site.plan.traffic.process == "sessions" and _gets_stuck(site):
        trust.doubts.append("its sessions wait for answers that take ever longer, and send less")
    population = populations.get(site.plan.id)
    trust.doubts += population.doubts if population is not None else ()
    return trust


def _waits_hardly_show(site: Center) -> bool:
    """Whether waits at a node, or at all whom a client's requests come to, are next to nothing of the time there."""
    met = below(site) if site.plan.traffic is not None else [site]
    return all(each.stay.wait.mean <= _SLIGHT * each.hold.mean for each in met if each.workers)


def _doubt_lumps(network: Network, lumps: Lumps, found: dict[str, Trust]) -> None:
    """What few who keep answers of DNS make of the rates at nodes, and of what clients send on account of it."""
    for name, text in lumps.rates:
        found[name].rate.append(text)
    for name, text in lumps.goodput:
        # Who gives up, opens a breaker or tries again after calls that failed sends something else.
        leaving = network.by_id[name].leaving
        if any(each.plan.policies or each.plan.retry.attempts > 1 for each in leaving):
            found[name].doubts.append(text)


def _doubt_hits(site: Center, doubts: list[str], found: dict[str, Trust]) -> None:
    """Doubts about the hits of a store: against its own numbers, and what is asked for after a miss."""
    if not doubts:
        return
    found[site.plan.id].doubts += doubts
    after = after_misses(site)
    if site.filled_by:
        found[site.plan.id].rate.append(f"how much it is filled depends on its hits: {doubts[0]}")
    for edge in after:
        if edge.target is not site:
            found[edge.target.plan.id].rate.append(
                f"how much comes depends on the hits of {site.name}: {doubts[0]}"
            )


def _endings(site: Center) -> set[str]:
    """Calls with which a request may end before others are made."""
    if site.plan.router is not None or site.plan.backlog is not None:
        return set()
    return {
        edge.plan.id
        for edge in site.leaving
        if edge.plan.waits and _may_end(edge) and not fails_by_chance(edge)
    }


def _send_down(edge: Edge, found: dict[str, Trust], ends: set[str], again: set[str]) -> None:
    """What makes the rate of a link doubtful makes that of its target so."""
    source, target = found[edge.source.plan.id], found[edge.target.plan.id]
    if _decides_rate(edge, source, ends, again):
        target.rate.append(f"how much comes from {edge.source.name} is doubted")


def _decides_rate(edge: Edge, source: Trust, ends: set[str], again: set[str]) -> bool:
    """Whether how much a node sends depends on numbers of its own that are doubted."""
    site = edge.source
    grave = bool(source.doubts) and source.is_grave
    if source.rate or site.unfamiliar or site.sheds or (grave and site.plan.traffic is not None):
        return True
    # Where workers do not keep up, what they do not get done is sent on by nobody.
    if site.unknown_load or math.isinf(site.hold.mean) or site.unsteady:
        return True
    if site.plan.backlog is not None and edge.target.unknown_load:
        return True  # they pull only what they get done
    narrow = edge.plan.bandwidth < math.inf and fullness(edge) >= 1.0
    if edge.unsure or edge.plan.id in again or narrow:
        return True
    again_and_again = max(edge.each) > 1.0 or edge.plan.times > 1
    again_and_again = again_and_again and _may_end(edge) and not fails_by_chance(edge)
    if len(ends) > (edge.plan.id in ends) or again_and_again:
        return True
    lossy = site.stay.wait.loss > _WORTH or site.through < 1.0
    lossy = lossy or site.plan.station.elastic is not None
    lossy = lossy or (bool(site.blind) and _refuses_somehow(site))
    # A queue delivers some again, or has no place for some, wherever anything but its times is doubted.
    return grave and (site.plan.pulls or site.plan.backlog is not None or lossy)


def _note_unsteady(site: Center) -> None:
    """Mark a node that may send more or less than is predicted whatever comes to it."""
    if site.plan.station.memory is not None:
        site.unsteady = short_of_memory(site)
    elif site.plan.router is not None:
        site.unsteady = _goes_by_answers(site, site.plan.router.picker)


def _goes_by_answers(site: Center, picker: str) -> bool:
    """Whether a router picks by calls under way among nodes that do not answer equally fast: it gives the faster more."""
    used = [edge for edge in site.leaving if edge.rate > 0.0]
    if picker not in BY_CALLS or len(used) < 2:
        return False
    times = [edge.target.mixed([each.mean for each in edge.calls]) for edge in used]
    blind = any(edge.target.blind for edge in used)
    return blind or not max(times) <= _ALIKE * min(times) < math.inf


def _gets_stuck(client: Center) -> bool:
    """Whether some node that a client's requests come to may be offered more than it can do."""
    return any(
        edge.rate > 0.0 and _may_end(edge) for site in below(client) for edge in site.leaving
    )


def _refuses_somehow(site: Center) -> bool:
    """Whether a bounded queue refuses some, of whom nothing is known since the times are not."""
    backlog = site.plan.backlog
    if backlog is not None:
        return backlog.capacity is not None and bool(site.blind)
    station = site.plan.station
    if station.workers is None or (station.queue_limit is None and station.elastic is None):
        return False
    return bool(site.blind) and (held_calls(site) or not site.blind.startswith("waits for"))


def _redelivers(site: Center) -> bool:
    """Whether messages may fail where they are worked on."""
    pullers = [site] if site.plan.pulls else []
    if site.plan.backlog is not None:
        pullers = [edge.target for edge in site.leaving]
    return any(
        puller.sheds or any(edge.plan.waits and _may_end(edge) for edge in puller.leaving)
        for puller in pullers
    )


def _may_end(edge: Edge, passed: frozenset[str] = frozenset()) -> bool:
    """Whether a request may get no further than a call, which balancers that it has passed do not hand on again."""
    below = edge.target
    full = (below.stay.load or 0.0) >= 1.0 or below.sheds or below.unknown_load
    full = full or (edge.plan.bandwidth < math.inf and fullness(edge) >= 1.0)
    full = full or (below.plan.station.memory is not None and short_of_memory(below))
    full = full or (bool(below.blind) and _refuses_somehow(below))
    for answer in below.answers:  # it may wait for somebody who is full
        full = full or answer.mean == math.inf
    if below.plan.router is not None and below.plan.id not in passed:
        for each in below.leaving:
            full = full or (each.rate > 0.0 and _may_end(each, passed | {below.plan.id}))
    return max(edge.fails) > _WORTH or full or edge.unsure or edge.late_doubted


def _fallible(network: Network) -> set[str]:
    """Nodes some of whose calls, or of those that are made for them, may fail more often than is known."""
    found: set[str] = set()
    for site in reversed(network.sites):
        made = (edge for edge in site.leaving if edge.plan.waits and edge.rate > 0.0)
        if site.plan.backlog is None and any(_may_fail(edge, found) for edge in made):
            found.add(site.plan.id)
    return found


def _may_fail(edge: Edge, fallible: set[str]) -> bool:
    """Whether a call may fail, or one of those that are made for it, more often than is known."""
    if fails_by_chance(edge):
        return False
    return edge.target.plan.id in fallible or _may_end(edge)


def _tried_again(site: Center, fallible: set[str]) -> set[str]:
    """Links of a node over which more may go since calls are tried again: all of a router, which picks anew then."""
    again = {
        edge.plan.id
        for edge in site.leaving
        if (max(edge.tries) > 1.0 + _WORTH and not fails_by_chance(edge))
        or (edge.plan.retry.attempts > 1 and _may_fail(edge, fallible))
    }
    if again and site.plan.router is not None:
        return {edge.plan.id for edge in site.leaving}
    return again


def _answer_up(edge: Edge, found: dict[str, Trust]) -> None:
    """What is doubted of the times of a node is so of those who wait for it."""
    site, below = edge.source, edge.target
    source, target = found[site.plan.id], found[below.plan.id]
    _cut_short(edge, source, target)
    if edge.plan.waits and edge.plan.loss > _LOSSY:
        source.no_tail = source.no_tail or f"no percentiles: {edge.name} loses packets"
    full = below.plan.backlog is not None and below.plan.backlog.capacity is not None
    # What fails by chance fails as often whatever comes.
    fails = max(edge.fails) > below.plan.failing + _WORTH
    fails = fails or full or edge.unsure or below.plan.station.elastic is not None
    fails = fails or (bool(below.blind) and _refuses_somehow(below))
    doubted = (fails or target.unsure) and (target.rate or target.is_grave)
    if doubted and not _fails_little(edge, target):
        source.doubts.append(f"how many calls to {below.name} fail is doubted")
        source.unsure |= edge.plan.waits
    elif edge.late_doubted:
        source.doubts.append(
            f"how many calls to {below.name} are given up is doubted, since their times are"
        )
        source.unsure = True
    if not edge.plan.waits or below.plan.backlog is not None or site.plan.backlog is not None:
        return
    doubts = target.doubts and [each for each in target.doubts if not each.startswith(WAITS)]
    if target.rate or (doubts and not _hardly_shows(edge, source, doubts, target.slack)):
        scope = "" if _counts_on_times(site) else TIMES
        source.doubts.append(f"{scope}waits for {below.name}, whose times are doubted")
        source.slack = math.inf
    if target.no_tail:
        source.no_tail = source.no_tail or f"no percentiles: those of {below.name} are not known"
    if target.tail:
        source.tail.append(f"those of {below.name} are approximate")


def _fails_little(edge: Edge, target: Trust) -> bool:
    """Whether so few calls find no place that nobody sees it where that share is only near."""
    below = edge.target
    steady = not (edge.unsure or target.unsure or target.rate or _refuses_somehow(below))
    if not steady or below.dispersion > EVEN or max(edge.fails) > _FEW or edge.late > _WORTH:
        return False
    return all(is_of_loss(each) for each in target.doubts if is_grave(each))


def _hardly_shows(edge: Edge, source: Trust, doubts: list[str], doubted: float) -> bool:
    """Whether what is doubted of the times of who is called are waits that are next to nothing of the caller's."""
    site, below = edge.source, edge.target
    if below.blind or below.dispersion > EVEN:
        return False
    for each in doubts:
        if not each.startswith(TIMES):
            return False
    longest = below.stay.wait.mean
    if below.plan.station.instances > 1:
        longest = _longest_wait(below)
    slack = max(edge.each) * (doubted + longest)
    whole = site.mixed([each.mean for each in (site.answers or site.calls)])
    if not slack <= _SLIGHT * whole < math.inf or held_calls(below) or _counts_on_times(site):
        return False
    source.slack += slack
    source.tail.append(f"those of {below.name} are approximate")
    return True


def _longest_wait(site: Center) -> float:
    """The mean wait (s) at a node; behind a balancer that looks at calls, half of what it is where it looks at others."""
    wait, station = site.stay.wait.mean, site.plan.station
    if station.workers is None or not _is_watched(site):
        return wait
    by_chance = mgc_wait(station.workers, site.rate / station.instances, site.hold)
    return max(wait, by_chance.mean / 2.0)


def _is_watched(site: Center) -> bool:
    """Whether some pick the instances of a node by calls under way."""
    return any(edge.rate > 0.0 and picker_of(edge) in BY_CALLS for edge in site.entering)


def _counts_on_times(site: Center) -> bool:
    """Whether how long calls take decides how much a node does: held workers, and closed populations."""
    traffic = site.plan.traffic
    return held_calls(site) or (traffic is not None and traffic.process == "closed")


def _cut_short(edge: Edge, source: Trust, target: Trust) -> None:
    """Calls that fail or are given up change what their caller takes."""
    if edge.late > _WORTH and gives_up_alone(edge) and not (target.whole or target.no_tail):
        return  # as many as wait longer than that, by a distribution that is known
    if max(edge.fails) > _WORTH and fails_by_chance(edge):
        _fail_by_chance(edge, source)
    elif edge.late > _WORTH:
        source.doubts.append(
            f"{format_quantity(edge.late, '%')} of the calls over {edge.name} are given up"
        )
    elif max(edge.fails) > _WORTH and only_refused(edge):
        edge.source.hands_refusals_on = True
        source.tail.append(f"some calls over {edge.name} find no place")
    elif max(edge.fails) > _WORTH and (
        edge.plan.retry.attempts > 1 or edge.source.plan.traffic is None
    ):
        source.doubts.append(
            f"{format_quantity(max(edge.fails), '%')} of the calls over {edge.name} fail"
        )


def _fail_by_chance(edge: Edge, source: Trust) -> None:
    """Calls that fail by chance, after their work: how many are made again, and how long that takes, is exact.

    Requests that fail for good take another time than the others, where something would come after, or all tries do.
    """
    site = edge.source
    if edge.plan.retry.attempts > 1:
        source.tail.append(f"calls over {edge.name} are tried again, which is known by two moments")
    ended = max(1.0 - edge.ok(kind) for kind in range(len(edge.fails)))
    flow = site.plan.flow is not None or not site.groups or edge not in site.groups[-1]
    if ended > _FEW and (flow or edge.plan.retry.attempts > 1) and site.plan.traffic is None:
        source.doubts.append(
            f"{TIMES}{format_quantity(ended, '%')} of the calls over {edge.name} fail for good, and take another time"
        )
