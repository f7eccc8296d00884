"""Says nothing of times, loads and outcomes where something decides them that is not modelled."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from engine.model.policies.breaker import Breaker
from engine.model.policies.fallback import Fallback
from engine.model.policies.policy import Surroundings
from engine.model.units import format_figure
from engine.plan.deadline_propagation import deadline_propagation
from engine.plan.flow import spares_of
from engine.plan.network.alike import BY_CALLS
from engine.plan.network.answers import unasked
from engine.plan.network.explicit import rescues_of
from engine.plan.network.leaving import waits_in_line
from engine.plan.network.unmodelled import burdens, decisive, delays
from engine.plan.queueing.curves import exceeds

if TYPE_CHECKING:
    from engine.plan.deadline_propagation import DeadlinePropagation
    from engine.plan.network.centers import Center, Edge, Network
    from engine.plan.primitives import Plan

_WORTH: Final = 0.001
"""Share of calls given up from which it matters who is told."""
_CROWDED: Final = 0.5
"""Share of a link's connections from which it may be short of them: nothing is known of what it takes to set them up."""
_TRIPPING: Final = 0.1
"""Part of the share of slow calls at which a breaker opens, from which a window may hold as many by chance."""


def blind_where_unknown(network: Network, plan: Plan) -> None:
    """Withhold what is not known at a site, and at those who wait for it.

    Args:
        network: the solved network.
        plan: its plan.
    """
    _note_sheds(network, deadline_propagation(plan))
    for site in reversed(network.sites):
        knew = not site.blind
        _blind_alone(site)
        _blind_after_failures(site)
        for edge in site.leaving:
            if edge.rate > 0.0:
                _blind_by(edge)
        if site.plan.traffic is not None and site.plan.traffic.process == "closed":
            site.unknown_rate = knew and bool(site.blind)


def _blind_alone(site: Center) -> None:
    """What is not known at a site whatever it waits for."""
    if site.comes_back:
        site.blind = (
            site.blind or "requests go round in a circle of nodes: their times are not modelled"
        )
        if site.plan.station.hold:
            site.unknown_busy = site.unknown_load = True
    if site.rate > 0.0 and site.workers is not None:
        missing = decisive(site.plan.station)
        if site.plan.station.overflow == "resend" and _overflows(site):
            missing = "not modelled: who finds no place comes again, which changes its times"
        bounded = site.plan.station.queue_limit is not None
        site.impatient |= bool(missing) and bounded  # how many find no place follows from the times
        site.blind = site.blind or missing
        site.unknown_busy = site.unknown_busy or bool(missing)
    for edge in site.entering:
        if edge.rate > 0.0 and _picks_by_distance(edge):
            site.blind = site.blind or (
                f"not modelled: instances at different distances of {edge.name}, picked by calls under way: those "
                "nearby have fewer, and get more"
            )
        name = burdens(edge) if site.plan.backlog is None else ""
        if name:
            site.blind = site.blind or _reason(name, edge)
            site.unknown_busy = site.unknown_load = True
    if site.plan.traffic is not None and site.rate > 0.0:
        lost = max(unasked(site, kind) for kind, rate in enumerate(site.rates) if rate > 0.0)
        site.blind = site.blind or ("requests that call nobody fail" if lost > 0.0 else "")
    load = site.stay.load or 0.0
    if load < 1.0 <= load * site.peak and site.stay.wait.loss <= 0.0:
        site.blind = (
            f"in bursts it is offered {format_figure(load * site.peak, 2)} × what it can serve: "
            "waits depend on how long they last"
        )
        site.impatient |= site.plan.station.queue_limit is not None


def _picks_by_distance(edge: Edge) -> bool:
    """Whether instances are picked by calls under way, of which there are more the further one is away."""
    spacing, router = edge.plan.spacing, edge.source.plan.router
    picker = edge.plan.picker if router is None else router.picker
    return spacing is not None and spacing.uneven and picker in BY_CALLS


def _overflows(site: Center) -> bool:
    """Whether more than a few find no place."""
    return (site.stay.load or 0.0) >= 1.0 or site.stay.wait.loss > _WORTH


def _blind_by(edge: Edge) -> None:
    """What the caller of a link cannot know because of it, or of what is behind it."""
    site, below = edge.source, edge.target
    decides = _decisive_policy(edge)
    failing = max(edge.fails) > _WORTH or below.sheds
    ruled = bool(edge.plan.policies) and failing
    edge.unsure = bool(decides) or ruled or _waits_for_connections(edge) or _trips_slowly(edge)
    site.impatient |= edge.plan.timeout < math.inf or below.impatient or below.sheds or edge.unsure
    if not edge.plan.waits:
        return
    name, reason = delays(edge) or decides, ""
    if below.plan.backlog is not None:  # whoever publishes waits for what a message costs there
        name = name or burdens(edge)
    if name:
        reason = _reason(name, edge)
    elif below.blind and (below.plan.backlog is None or (below.sheds and below.plan.gates)):
        reason = f"waits for {below.name}, of whose times nothing is known"
    if reason:
        site.blind = site.blind or reason
        if site.plan.station.hold:
            site.unknown_busy = site.unknown_load = True


def _blind_after_failures(site: Center) -> None:
    """What is not known where calls fail, and the caller does something else then."""
    rescues = set(rescues_of(site))
    ruled = [edge.plan for edge in site.leaving if edge.plan.policies]
    falls_back = bool(ruled) and any(plan.policy(Fallback) for plan in ruled)
    if falls_back:
        rescues |= spares_of(ruled)
    if not (rescues or falls_back) or not any(
        _fails(edge) for edge in site.leaving if edge.plan.waits
    ):
        return
    reason = f"not modelled: what {site.name} does when calls fail"
    site.blind = site.blind or reason
    site.impatient = True
    for edge in site.leaving:
        if edge.plan.id in rescues:
            below = edge.target
            below.unknown_busy = below.unknown_load = True
            below.blind = below.blind or reason


def _fails(edge: Edge) -> bool:
    """Whether calls over a link fail for good more than rarely."""
    rates = edge.source.rates
    return edge.target.sheds or any(
        rate * chance > 0.0 and 1.0 - edge.ok(kind) > _WORTH
        for kind, (rate, chance) in enumerate(zip(rates, edge.chance, strict=True))
    )


def _waits_for_connections(edge: Edge) -> bool:
    """Whether a link may be offered more at once than its connections carry: then they decide how many calls get through."""
    rules = edge.plan.connection
    if rules is None or rules.connections is None:
        return False
    longest = max((calls.mean for calls in edge.calls), default=math.inf)
    return edge.rate * longest > _CROWDED * rules.connections * rules.streams


def _trips_slowly(edge: Edge) -> bool:
    """Whether the breaker of a link may open since calls take long, though none fails."""
    breaker = edge.plan.policy(Breaker) if edge.plan.policies else None
    if breaker is None or breaker.slow_call is None:
        return False
    slowest = max((exceeds(calls, breaker.slow_call) for calls in edge.calls), default=0.0)
    return slowest > _TRIPPING * breaker.slow_share


def _decisive_policy(edge: Edge) -> str:
    """The policy of a link that decides what its calls take, if one does."""
    if not edge.plan.policies:
        return ""
    longest = max((calls.mean for calls in edge.calls), default=math.nan)
    where = Surroundings(
        offered=edge.rate,
        capacity=math.inf,
        under_way=edge.rate * longest,
        timeout=edge.plan.timeout,
    )
    return next((each.title for each in edge.plan.policies if each.decides(where)), "")


def _reason(name: str, edge: Edge) -> str:
    """Why a link leaves no times."""
    return f"not modelled: {name} of {edge.name}, which changes its times"


def _note_sheds(network: Network, told: DeadlinePropagation) -> None:
    """Mark the nodes that drop the work of those who gave up, and all below that are asked for less then."""
    given_up: set[str] = set()
    for site in network.sites:
        _note_gates(site)
        if _passes_deadline(site) or site.plan.id in given_up:
            given_up.add(site.plan.id)
        for edge in site.leaving:
            _note_shed(edge, told, given_up)


def _note_gates(site: Center) -> None:
    """Mark a node whose gates decide how much comes in, or when."""
    if not site.plan.gates:
        return
    where = Surroundings(offered=site.rate, capacity=math.inf, under_way=math.nan, timeout=math.inf)
    for gate in site.plan.gates:
        if site.rate > 0.0 and gate.decides(where):
            site.sheds = site.unknown_busy = site.unknown_load = True
            site.blind = site.blind or f"not modelled: {gate.title}, which changes its times"


def _note_shed(edge: Edge, told: DeadlinePropagation, given_up: set[str]) -> None:
    """Mark the target of a link, where calls over it are dropped or fewer because some are."""
    site, below = edge.source, edge.target
    if edge.rate <= 0.0:
        return
    late = edge.late > _WORTH or site.plan.id in given_up
    if late:
        given_up.add(below.plan.id)
    name = ""
    if _leaves(edge):
        name = "queue timeout"
    elif late and edge.plan.id in told.cancelling:
        name = "cancellation"
    elif late and edge.plan.id in told.propagating:
        name = "deadline propagation"
    elif late and edge.plan.policies:
        name = edge.plan.policies[0].title
    if name or site.sheds:
        reason = _reason(name, edge) if name else f"{site.name} drops work, which is not modelled"
        below.sheds = below.unknown_busy = True
        below.blind = below.blind or reason


def _leaves(edge: Edge) -> bool:
    """Whether more than a few give up before anybody at a link's target works on their call."""
    limit, stay = edge.plan.queue_timeout, edge.target.stay
    if limit == math.inf or edge.target.workers is None or not waits_in_line(edge):
        return False
    if decisive(
        edge.target.plan.station
    ):  # who waits for a batch to fill, or for the end of a pause
        return True
    wait = stay.wait
    if stay.patience < math.inf:
        return bool(edge.target.blind) and wait.loss > _WORTH
    if (stay.load or 0.0) >= 1.0:
        return True
    return wait.mean > 0.0 and wait.chance * math.exp(-limit * wait.chance / wait.mean) > _WORTH


def _passes_deadline(site: Center) -> bool:
    """Whether a client's requests are answered after their deadline more than rarely."""
    if site.plan.traffic is None:
        return False
    return any(
        rate > 0.0 and exceeds(calls, kind.deadline) > _WORTH
        for rate, calls, kind in zip(site.rates, site.calls, site.classes, strict=True)
    )
