"""Percentiles of answers: distributions laid on grids and convolved along the calls, callees first."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np

from engine.plan.network.alike import held_calls
from engine.plan.network.leaving import leaving_at
from engine.plan.primitives import INFINITE, LawPlan
from engine.plan.queueing.compound import mg1_curve
from engine.plan.queueing.curves import POINTS, Curve, Grid
from engine.plan.queueing.erlang import mmc_quantile, wait_quantile
from engine.plan.queueing.staged import stages_curve

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from engine.plan.network.centers import Center, Edge, Network

    Floats = NDArray[np.float64]

_POISSON: Final = 1e-9
"""How near to 1 the cv² of the gaps is between arrivals that are taken to be a Poisson stream."""
_MANY: Final = 64
"""Calls in a row from which their sum is taken by its two moments (central limit)."""


def curves_of(network: Network) -> dict[tuple[str, int], Curve]:
    """The distribution of the time to answer, by node and class, wherever something comes and a queue is stable."""
    curves: dict[tuple[str, int], Curve] = {}
    for site in reversed(network.sites):
        for kind in range(network.kinds):
            answer = site.calls[kind] if site.plan.traffic is not None else site.answers[kind]
            if site.rates[kind] > 0.0 and math.isfinite(answer.mean):
                curves[site.plan.id, kind] = _curve(site, kind, curves)
    return curves


def _curve(site: Center, kind: int, curves: dict[tuple[str, int], Curve]) -> Curve:
    """The distribution at one site."""
    whole = site.calls[kind] if site.plan.traffic is not None else site.answers[kind]
    if whole.mean <= 0.0:
        return Curve(1e-12, np.ones(1))
    grid = Grid.for_moments(whole)
    parts = [] if site.plan.traffic is not None else _inside(site, kind, grid)
    if site.plan.router is not None:
        parts += _chosen(site, kind, grid, curves)
    long = len(site.groups) > _MANY
    if (site.plan.flow is not None or long) and site.calls[kind].mean > 0.0:
        parts.append(grid.two_moments(site.calls[kind]))
        return grid.curve(grid.total(parts))
    for group in site.groups:
        used = [edge for edge in group if edge.chance[kind] > 0.0]
        sides = [_call(edge, kind, grid, curves) for edge in used]
        if sides:
            parts.append(sides[0] if len(sides) == 1 else grid.slowest(sides))
    return grid.curve(grid.total(parts) if parts else grid.nothing())


def _inside(site: Center, kind: int, grid: Grid) -> list[Floats]:
    """Wait and work."""
    stay = site.stay
    if stay.stretched is not None:
        share = site.work[kind].mean / site.hold.mean if site.hold.mean > 0.0 else 1.0
        return [grid.two_moments(stay.stretched.scaled(share))]
    laws = site.plan.station.service
    law = laws[kind] if kind < len(laws) else laws[0]
    parts = []
    law = law.times(stay.slower)
    wait = stay.wait_of(kind)
    plain = law.law == "exponential" and law.mean > 0.0 and stay.patience == INFINITE
    if plain and wait.is_exponential:
        return [grid.wait_and_work(wait, law.mean)]
    if site.work[kind].mean > 0.0:
        parts.append(grid.law(law))
    exact = wait_curve(site)
    if exact is not None:
        parts.append(grid.laid(exact))
    elif wait.mean > 0.0:
        parts.append(grid.wait(wait))
    return parts


def wait_curve(site: Center) -> Curve | None:
    """The distribution of the wait, where more than two moments of it are known."""
    if site.stay.patience < INFINITE:
        left = leaving_at(site)
        return left.curve if left is not None else None
    station, stages = site.plan.station, site.stay.wait.stages
    if stages is not None and station.discipline in ("fifo", "priority"):
        return stages_curve(stages)
    worker = _only_puller(site) if site.plan.backlog is not None else site
    if worker is None or (worker is site and not _is_one_worker(site)):
        return None
    return _one_worker_wait(site, worker)


def _is_one_worker(site: Center) -> bool:
    """Whether a station is one worker who serves the first that came first, alone."""
    station, model = site.plan.station, site.stay.model
    if station.workers != 1 or station.discipline not in ("fifo", "priority"):
        return False
    if not model.startswith(("M/D/1", "M/G/1")) or "/1/" in model or "PS" in model:
        return False
    return not (held_calls(site) or site.stay.waits or site.among_users is not None)


def _only_puller(site: Center) -> Center | None:
    """Who pulls all messages of a queue, if that is one worker who waits for nobody else, and they come by chance."""
    takers = [edge.target for edge in site.leaving]
    alone = len(takers) == 1 and takers[0].workers == 1 and not held_calls(takers[0])
    if not alone or abs(site.cv2 - 1.0) > _POISSON or site.stay.wait.loss > 0.0:
        return None
    return takers[0]


def _one_worker_wait(site: Center, worker: Center) -> Curve | None:
    """That in M/G/1, of whatever work the classes bring."""
    laws = worker.plan.station.service
    whole = site.rate
    shares = tuple(
        (rate / whole, laws[kind if kind < len(laws) else 0])
        for kind, rate in enumerate(site.rates)
        if rate > 0.0
    )
    return mg1_curve(shares, site.stay.wait)


def _chosen(
    site: Center, kind: int, grid: Grid, curves: dict[tuple[str, int], Curve]
) -> list[Floats]:
    """A router's choice: one of its calls."""
    used = [edge for edge in site.leaving if edge.chance[kind] > 0.0]
    if not used:
        return []
    mixture, whole = np.zeros(len(grid.nothing())), 0.0
    for edge in used:
        share = edge.answered(kind) if edge.fails[kind] > 0.0 else edge.chance[kind]
        mixture += share * _attempts(edge, kind, grid, curves)
        whole += share
    if whole > 0.0:
        mixture /= whole
    return [mixture]


def _call(edge: Edge, kind: int, grid: Grid, curves: dict[tuple[str, int], Curve]) -> Floats:
    """All repeats of a call, or none."""
    once = _attempts(edge, kind, grid, curves)
    times = edge.plan.times
    if times > 1:
        once = (
            grid.two_moments(edge.calls[kind].repeated(times))
            if times > 8
            else grid.total([once] * times)
        )
    chance = edge.chance[kind]
    if chance >= 1.0:
        return once
    shares = chance * once
    shares[0] += 1.0 - chance
    return shares


def _attempts(edge: Edge, kind: int, grid: Grid, curves: dict[tuple[str, int], Curve]) -> Floats:
    """One call until it succeeds. With retries only two moments of it are known."""
    if edge.tries[kind] > 1.0 + 1e-6:
        return grid.two_moments(edge.calls[kind])
    curve = curves.get((edge.target.plan.id, edge.plan.kind_at(kind)))
    if curve is None:
        return grid.two_moments(edge.calls[kind])
    shares = grid.laid(curve, edge.crossing.mean if edge.crossing.variance <= 0.0 else 0.0)
    if edge.crossing.variance > 0.0:
        shares = grid.total([shares, *_crossing(edge, grid)])
        if edge.transfer:
            shares = grid.total([shares, grid.law(LawPlan(law="constant", mean=edge.transfer))])
    return _cut(shares, edge.plan.timeout, grid) if edge.late > 0.0 else shares


def _crossing(edge: Edge, grid: Grid) -> list[Floats]:
    """The way there and back: delay and jitter by their laws, retransmissions only by two moments."""
    link = edge.plan
    if link.loss > 0.0:
        return [grid.two_moments(edge.crossing)]
    laws = [link.delay] if link.delay.mean > 0.0 else []
    if link.jitter > 0.0:
        laws.append(LawPlan(law="lognormal", mean=link.jitter, cv2=1.0))
    return [grid.law(law) for law in laws] * 2


def _cut(shares: Floats, timeout: float, grid: Grid) -> Floats:
    """Only what comes in time."""
    if timeout == INFINITE:
        return shares
    kept = shares.copy()
    kept[int(timeout / grid.step) + 1 :] = 0.0
    whole = float(kept.sum())
    return kept / whole if whole > 0.0 else shares


def quantile_at(
    site: Center, curves: Mapping[tuple[str, int], Curve], share: float
) -> float | None:
    """A quantile of the time to answer, all classes together."""
    if site.plan.backlog is not None:
        return 0.0
    found = [
        # What clients see are the answers that are good.
        (rate if site.plan.traffic is None else rate * site.ok[kind], curves[site.plan.id, kind])
        for kind, rate in enumerate(site.rates)
        if (site.plan.id, kind) in curves
    ]
    whole = sum(rate for rate, _ in found)
    if whole <= 0.0:  # nothing comes, or nothing is answered
        return None
    exact = _exact(site, share)
    if exact is not None:
        return exact
    if len(found) == 1:
        return found[0][1].quantile(share)
    widest = max((curve for _, curve in found), key=lambda curve: curve.step)
    grid = Grid(widest.step)
    return grid.curve(
        sum((rate / whole * grid.laid(curve) for rate, curve in found), start=np.zeros(POINTS))
    ).quantile(share)


def inside_quantile_at(
    site: Center, curves: Mapping[tuple[str, int], Curve], share: float
) -> float | None:
    """A quantile of the time at a node, also of those who leave its line after they have waited for so long."""
    left, patience = site.stay.wait.loss, site.stay.patience
    stayed = 1.0 - left
    early = quantile_at(site, curves, share / stayed) if share < stayed else INFINITE
    if early is None or early <= patience:
        return early
    later = quantile_at(site, curves, (share - left) / stayed) if share > left else patience
    return None if later is None else max(later, patience)


def _exact(site: Center, share: float) -> float | None:
    """The quantile of a plain M/M/c without calls, which has a closed form."""
    station = site.plan.station
    if (
        not site.stay.model.startswith("M/M/")
        or site.plan.backlog is not None
        or site.stay.wait.loss
    ):
        return None
    if any(calls.mean > 0.0 for calls in site.calls) or station.workers is None:
        return None
    if site.stay.model != f"M/M/{station.workers}":
        return None
    return mmc_quantile(share, station.workers, site.rate / station.instances, site.hold.mean)


def wait_quantile_at(site: Center, share: float) -> float:
    """A quantile of the wait."""
    wait, whole = site.stay.wait, site.stay.stretched
    if whole is not None and whole.mean > 0.0:
        # Sharing lengthens everything in proportion.
        grid = Grid.for_moments(whole)
        return grid.curve(grid.two_moments(whole)).quantile(share) * wait.mean / whole.mean
    if wait.chance <= 1.0 - share or wait.mean <= 0.0:
        return 0.0
    exact = wait_curve(site)
    if exact is not None:
        return exact.quantile(share)
    if wait.is_exponential:
        return wait_quantile(share, wait.chance, wait.mean)
    grid = Grid.for_moments(wait.moments)
    return grid.curve(grid.wait(wait)).quantile(share)
