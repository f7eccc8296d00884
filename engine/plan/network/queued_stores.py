"""Where the models of stores and of queues before workers that pull hold."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from engine.model.prediction import TIMES
from engine.model.units import format_figure, format_share
from engine.plan.hits import misses_while_fetched, misses_while_filling
from engine.plan.network.alike import held_calls, serves_exponentially
from engine.plan.network.holding import calls_take_fixed_times
from engine.plan.network.percentiles import wait_curve
from engine.plan.network.streams import Kind
from engine.plan.network.verdict import FAILS, uneven

if TYPE_CHECKING:
    from engine.plan.network.centers import Center, Edge
    from engine.plan.network.streams import Stream
    from engine.plan.network.verdict import Verdict

_AGAIN: Final = 0.02
"""Share of misses from which it matters."""
_RARELY: Final = 1e-5
"""Share of the reads that miss since a store began empty from which it matters."""
_MORE: Final = 2.0
"""Times as many misses as predicted that there may be where they are doubted, beside those of an empty store, ..."""
_FEW: Final = 0.02
"""... and so many of all reads more."""
_FAR: Final = 0.05
"""Relative difference that more misses may make to how many wait where they are fetched."""
_REPEATED: Final = 3.0
"""Fetches of each key while a store fills, since others ask before the first has come."""


def judge_store(site: Center, verdict: Verdict) -> None:
    """A store: hits are those of independent requests to keys that come at once."""
    store = site.plan.store
    if store is None:
        return
    reads = [
        (rate, each.keys, float(store.bytes_of(each)))
        for rate, each in zip(site.rates, site.classes, strict=True)
        if not each.write
    ]
    written = any(
        each.write and rate > 0.0 for rate, each in zip(site.rates, site.classes, strict=True)
    )
    if written and store.write_policy != "around":
        verdict.hits.append("writes drop their keys, which is not counted among the misses")
    ring = store.ring
    bounded = store.capacity is not None or store.capacity_bytes is not None
    if ring is not None and ring.instances > 1 and bounded:
        verdict.hits.append(
            f"{ring.instances} instances are counted as one with the room of all: keys are never spread so evenly"
        )
    fetches = site.filled_by or [edge for edge in site.leaving if edge.rate > 0.0]
    fetch = max((max(calls.mean for calls in edge.calls) for edge in fetches), default=0.0)
    if math.isfinite(fetch):
        again = misses_while_fetched(store, reads, fetch)
        if again > _AGAIN or again * _steepest(site) > _FAR:
            verdict.hits.append(
                f"keys are asked for again while they are fetched: {format_figure(again, 2)} misses more for each"
            )
    failing = max((_failing(edge) for edge in fetches), default=0.0)
    if failing > _AGAIN or failing * _steepest(site) > _FAR:
        verdict.hits.append(f"{format_share(failing)} of its fetches fail, and store nothing")
    slow = _drains_late(site)
    if slow:
        verdict.hits.append(slow)
    cold = misses_while_filling(store, reads, site.since)
    if cold > min(_AGAIN, max(_RARELY, _FAR * missed_at(site))):
        verdict.hits.append(
            f"it begins empty: {format_share(cold)} of the reads still miss for that reason"
        )
    verdict.misses = min(1.0, _MORE * missed_at(site) + cold + _FEW) if verdict.hits else 0.0


def _failing(edge: Edge) -> float:
    """Share of the calls over a link that fail for good, or are given up."""
    made = zip(edge.source.rates, edge.chance, strict=True)
    return max(
        (1.0 - edge.ok(kind) for kind, (rate, chance) in enumerate(made) if rate * chance > 0.0),
        default=0.0,
    )


def after_misses(site: Center) -> list[Edge]:
    """Calls that may be made after a store has missed, also those over which nothing is predicted to go."""
    after = [edge for edge in site.leaving if site.rate > 0.0 and edge.plan.waits]
    for edge in site.entering:
        flow = edge.source.plan.flow is not None
        after += [each for each in edge.source.leaving if each.plan.on_miss or flow]
    return [edge for edge in after if edge.target is not site]


def missed_at(site: Center) -> float:
    """Share of what comes that a store is predicted to miss for good; 1 where it fetches nothing."""
    fetches = [edge for edge in (*site.leaving, *site.filled_by) if edge.plan.waits]
    return sum(edge.rate for edge in fetches) / max(site.rate, 1e-300) if fetches else 1.0


def _steepest(site: Center) -> float:
    """By how many percent more wait where a store fetches, for each percent that it fetches more: (2-ρ)/(1-ρ)."""
    loads = [edge.target.stay.load for edge in (*site.leaving, *site.filled_by) if edge.rate > 0.0]
    load = max((each for each in loads if each is not None and each < 1.0), default=0.0)
    return (2.0 - load) / (1.0 - load)


def _drains_late(site: Center) -> str:
    """Whether what an empty store let through still waits where it is fetched; empty where it does not."""
    store = site.plan.store
    if store is None or store.prewarm:
        return ""
    keys = max(each.keys.count for each in site.classes)
    stored = min(keys, store.capacity if store.capacity is not None else keys)
    fetches = [edge for edge in (*site.leaving, *site.filled_by) if edge.rate > 0.0]
    for edge in fetches:
        below, load = edge.target, edge.target.stay.load
        if load is None or not below.workers or load >= 1.0:
            continue
        misses = edge.rate / max(site.rate, edge.rate)
        drained = _REPEATED * stored * below.hold.mean / below.workers / (1.0 - load)
        if load >= misses and drained > site.since:
            return (
                f"it begins empty, and {below.name} is then offered {format_figure(load / misses, 2)} × what "
                "it can do: what waits there takes long to drain"
            )
    return ""


def judge_backlog(site: Center, stream: Stream, verdict: Verdict) -> None:
    """A queue before workers that pull."""
    takers = [edge.target for edge in site.leaving]
    if not takers or any(each.workers is None for each in takers):
        return
    limited = site.plan.backlog is not None and site.plan.backlog.capacity is not None
    exact = all(serves_exponentially(each) for each in takers)
    scope = "" if limited else TIMES
    blind = (
        (
            any(edge.crossing.mean > 0.0 for edge in site.leaving),
            "not modelled: workers that wait for their message to cross a link",
        ),
        (
            stream.kind is Kind.CLOSED,
            "not modelled: the queue of a closed population that does not wait for it",
        ),
        (
            any(each.plan.station.prefetch > 0 for each in takers),
            "not modelled: consumers that take more messages than they work on",
        ),
        (
            any(each.plan.station.discipline == "ps" for each in takers),
            "not modelled: consumers that share their workers",
        ),
    )
    if not _knows_tail(site, takers, stream):
        verdict.tail.append("waits of messages are known by two moments")
    verdict.blind = next((why for holds, why in blind if holds), "")
    held = any(held_calls(each) and not calls_take_fixed_times(each) for each in takers)
    doubts = (
        (len(takers) > 1, "several consumers: each is taken to pull by its number of workers"),
        (
            any(min(each.ok) < 1.0 - FAILS for each in takers),
            "messages that fail are delivered again, which is not modelled",
        ),
        (
            limited and (stream.kind is not Kind.POISSON or len(takers) > 1),
            "a bounded queue with arrivals that are not Poisson",
        ),
        (stream.kind is Kind.UNEVEN, uneven(stream)),
        (held, "consumers wait for calls: their service is taken as work + calls"),
        (
            not held and not exact and (limited or _workers_of(takers) > 1),
            f"{scope}work that is not exponential: the wait is approximate",
        ),
    )
    verdict.doubts += [text for holds, text in doubts if holds]


def _knows_tail(site: Center, takers: list[Center], stream: Stream) -> bool:
    """Whether all of the wait for workers that pull is known: of exponential work, or of one worker that calls nobody."""
    if len(takers) > 1 or stream.kind is not Kind.POISSON:
        return False
    if serves_exponentially(takers[0]):
        return site.stay.wait.loss <= 0.0 or site.stay.wait.stages is not None
    return site.stay.wait.loss <= 0.0 and wait_curve(site) is not None


def _workers_of(takers: list[Center]) -> int:
    """Workers of all who pull."""
    return sum(each.workers or 0 for each in takers)
