"""Upwards through a network: how long an answer takes, callees first, and how often there is none."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from engine.plan.network.alike import held_calls
from engine.plan.network.explicit import time_of_flow
from engine.plan.network.stations import stay_at
from engine.plan.primitives import INFINITE
from engine.plan.queueing.curves import exceeds, slowest_of, within
from engine.plan.queueing.moments import NOTHING, Moments, mixed

if TYPE_CHECKING:
    from engine.plan.network.centers import Center, Edge, Network

_RARE: Final = 1e-9
"""Share of late answers from which they are counted."""
_JITTER: Final = {"none": 1.0, "equal": 0.75, "full": 0.5}
"""Mean share of the longest wait that is waited."""
_ENDLESS: Final = 1e100
"""Seconds from which on a time is one that has no end: where some wait for each other in a circle, times grow and grow."""


def answer_up(network: Network) -> None:
    """Set the times and outcomes of answers everywhere, callees first."""
    for site in reversed(network.sites):
        for edge in site.leaving:
            _call(edge)
        for kind in range(network.kinds):
            site.calls[kind] = _flow(site, kind)
        _hold(site)
        site.stay = stay_at(site)
        for kind in range(network.kinds):
            site.answers[kind] = _answer(site, kind)
            site.ok[kind] = _outcome(site, kind)


def _call(edge: Edge) -> None:
    """Time and outcome of a call over a link, by class."""
    plan, target = edge.plan, edge.target
    lost = 1.0 - (1.0 - plan.loss**6) ** 2 if plan.loss > 0.0 else 0.0
    late_whole = 0.0
    for kind in range(len(target.answers)):
        if edge.chance[kind] <= 0.0:
            continue
        called = kind if plan.kind is None else plan.kind
        attempt = target.answers[called].plus(edge.crossing)
        late = exceeds(attempt, plan.timeout) if plan.timeout < INFINITE else 0.0
        if late > _RARE:
            attempt = within(attempt, plan.timeout)
        else:
            late = 0.0
        late_whole = max(late_whole, late)
        fails = 1.0 - target.ok[called] * (1.0 - lost) * (1.0 - late)
        edge.fails[kind] = fails = min(1.0, max(0.0, fails))
        attempts = plan.retry.attempts
        edge.tries[kind] = (1.0 - fails**attempts) / (1.0 - fails) if fails < 1.0 else attempts
        edge.calls[kind] = _with_retries(edge, attempt, fails, late)
    edge.late = late_whole


def _with_retries(edge: Edge, attempt: Moments, fails: float, late: float) -> Moments:
    """Time until the attempt that succeeds is answered."""
    retry = edge.plan.retry
    if retry.attempts == 1 or fails < _RARE:
        return attempt
    # Given success, k attempts failed before with probability ~ pᵏ; a failed one took its timeout or came at once.
    wasted = edge.plan.timeout if late > fails / 2.0 else attempt.mean
    before, chance = 0.0, 1.0
    parts = []
    for number in range(retry.attempts):
        parts.append((chance, Moments(attempt.mean + before, attempt.variance)))
        pause = min(retry.cap, retry.base * retry.factor**number) * _JITTER[retry.jitter]
        before += wasted + pause
        chance *= fails
        if chance < _RARE:
            break
    return mixed(parts)


def _flow(site: Center, kind: int) -> Moments:
    """Time of all calls of a request of a class."""
    if site.plan.router is not None:
        return mixed(
            (
                edge.answered(kind) if edge.fails[kind] > 0.0 else edge.chance[kind],
                edge.calls[kind],
            )
            for edge in site.leaving
        )
    if site.plan.flow is not None:
        return time_of_flow(site, kind)
    whole = NOTHING
    for group in site.groups:
        parts = [
            edge.calls[kind].repeated(edge.plan.times, edge.chance[kind])
            for edge in group
            if edge.chance[kind] > 0.0
        ]
        if parts:
            whole = whole.plus(slowest_of(tuple(parts)))
    return whole


def _hold(site: Center) -> None:
    """How long a request keeps a worker: its work, and its calls where workers are held."""
    held = held_calls(site)
    parts = []
    good = 1.0 - site.plan.failing
    for rate, work, calls in zip(site.rates, site.works, site.calls, strict=True):
        if not held:
            parts.append((rate, work))
            continue
        parts.append((rate * good, work.plus(calls)))
        if good < 1.0:
            parts.append((rate * (1.0 - good), work))
    site.hold = parts[0][1] if site.rate <= 0.0 else mixed(parts)
    if not site.hold.mean < _ENDLESS:
        site.hold = Moments(math.inf, math.inf)


def _answer(site: Center, kind: int) -> Moments:
    """Time from arrival to reply of a class."""
    if site.plan.backlog is not None:
        return NOTHING
    stay, calls = site.stay, site.calls[kind]
    if stay.stretched is not None:
        # Sharing lengthens everything in proportion.
        share = site.work[kind].mean / site.hold.mean if site.hold.mean > 0.0 else 1.0
        return stay.stretched.scaled(share).plus(calls)
    inside = site.works[kind].scaled(stay.slower).plus(calls)
    wait = stay.wait_of(kind).moments
    if math.isinf(wait.mean):
        return Moments(math.inf, math.inf)
    return inside.plus(wait)


def _outcome(site: Center, kind: int) -> float:
    """Probability that a request of a class is answered well."""
    good = (1.0 - site.stay.wait.loss) * (1.0 - site.plan.failing)
    if site.plan.router is not None:
        whole = sum(edge.chance[kind] for edge in site.leaving)
        share = sum(edge.chance[kind] * edge.ok(kind) for edge in site.leaving)
        return good * share / whole if whole > 0.0 else good
    for group in site.groups:
        for edge in group:
            good *= edge.survives(kind)
    if site.plan.traffic is not None:
        good = max(0.0, good - unasked(site, kind))
    return good


def unasked(client: Center, kind: int) -> float:
    """Probability that a request of a class calls nobody, so that it fails."""
    return math.prod(1.0 - min(1.0, edge.chance[kind]) for edge in client.leaving)
