"""Lines that callers leave once they have waited for so long (``queue_timeout``): where that is known exactly."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from engine.plan.network.alike import (
    held_calls,
    laws_at,
    levels_at,
    picker_of,
    serves_exponentially,
)
from engine.plan.primitives import INFINITE
from engine.plan.queueing.leaving import Leaving, leaving_many, leaving_one

if TYPE_CHECKING:
    from engine.plan.network.centers import Center, Edge

_POISSON: Final = 1e-6
"""How near to 1 the cv² of gaps is that are those of a Poisson stream."""
_CHANCE: Final = ("random", "weighted")


def time_inside(site: Center, time: float) -> float:
    """Mean time (s) that everybody is at a node, also those who leave its line, fail before they make calls, or are refused.

    Args:
        site: the node.
        time: that of those who are served.
    """
    if site.hands_refusals_on:
        return _time_forwarded(site)
    if site.plan.failing > 0.0:
        time -= site.plan.failing * site.mixed([each.mean for each in site.calls])
    left, patience = site.stay.wait.loss, site.stay.patience
    return time if patience == INFINITE else (1.0 - left) * time + left * patience


def _time_forwarded(site: Center) -> float:
    """Mean time (s) at a router of everybody, also of those who are refused, or leave, where they are forwarded to."""
    whole = time = 0.0
    for edge in site.leaving:
        below = edge.target
        for kind, (rate, chance) in enumerate(zip(site.rates, edge.chance, strict=True)):
            left, patience = below.stay.wait.loss, below.stay.patience
            served = (1.0 - left) * below.answers[edge.plan.kind_at(kind)].mean
            # Who leaves is not told of it, but knows.
            early = edge.crossing.mean / 2.0
            gone = left * (patience - early) if patience < INFINITE else 0.0
            time += rate * chance * (edge.crossing.mean + served + gone)
            whole += rate * chance
    return time / whole if whole > 0.0 else 0.0


def waits_in_line(edge: Edge) -> bool:
    """Whether a caller over a link that waits only for so long may wait anywhere."""
    link, target = edge.plan, edge.target
    alone = link.connection is None or link.connection.connections is None
    free = target.workers is None or target.plan.station.discipline == "ps"
    return not (alone and free and not link.policies and not target.plan.gates)


def leaving_at(site: Center) -> Leaving | None:
    """The line before the workers of a node whose callers all wait as long; None where that is not known exactly.

    That is so for Poisson arrivals, one line, first come, first served, and exponential work or one worker.
    """
    patience = patience_at(site)
    if patience is None or not _is_plain(site):
        return None
    station = site.plan.station
    rate, workers = site.rate / station.instances, station.workers or 1
    if serves_exponentially(site):
        return leaving_many(workers, rate, site.hold.mean, patience)
    if workers > 1:
        return None
    came = [each / site.rate for each in site.rates if each > 0.0]
    return leaving_one(tuple(zip(came, laws_at(site), strict=True)), rate, patience)


def patience_at(site: Center) -> float | None:
    """Seconds that everybody waits who comes to a node; None where nobody leaves, or some wait longer than others."""
    came = [edge for edge in site.entering if edge.rate > 0.0]
    spans = {edge.plan.queue_timeout for edge in came}
    if len(spans) != 1 or INFINITE in spans or not all(map(_waits_there_alone, came)):
        return None
    return spans.pop()


def _waits_there_alone(edge: Edge) -> bool:
    """Whether calls over a link wait for a worker only, and are not given up while they do."""
    link = edge.plan
    if link.policies or (link.connection is not None and link.connection.connections is not None):
        return False
    steady = edge.crossing.variance <= 0.0
    return link.timeout == INFINITE or (
        steady and link.timeout > link.queue_timeout + edge.crossing.mean
    )


def _is_plain(site: Center) -> bool:
    """Whether a node has a line of those who come by chance before workers that nothing else keeps."""
    station = site.plan.station
    others: list[object] = [station.queue_limit, station.scaling, station.elastic, station.batch]
    others += [station.pauses, station.cpu, station.start, station.memory]
    if station.workers is None or any(each is not None for each in others) or site.plan.gates:
        return False
    first = station.discipline == "fifo" or (
        station.discipline == "priority" and len(levels_at(site)) < 2
    )
    if not first or site.plan.pulls or site.plan.backlog is not None or held_calls(site):
        return False
    split = station.instances > 1
    came = [edge for edge in site.entering if edge.rate > 0.0]
    by_chance = not split or all(picker_of(edge) in _CHANCE for edge in came)
    return by_chance and abs(site.cv2 - 1.0) < _POISSON and not site.comes_back
