"""Names the assumptions that do not hold, and by how much."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from engine.model.policies.policy import Surroundings
from engine.model.prediction import TIMES
from engine.model.units import format_figure, format_quantity
from engine.plan.flow import waits_side_by_side
from engine.plan.hits import Fits
from engine.plan.network.alike import is_calm, laws_at, short_of_memory
from engine.plan.network.holding import calls_take_fixed_times
from engine.plan.network.leaving import waits_in_line
from engine.plan.network.sources import EVEN
from engine.plan.network.strangers import stranger_in
from engine.plan.network.unmodelled import of_link, of_node
from engine.plan.primitives import INFINITE
from engine.plan.queueing.curves import exceeds
from engine.plan.queueing.moments import mixed
from engine.plan.retries import most_tries

if TYPE_CHECKING:
    from engine.model.policies.policy import Policy
    from engine.plan.network.centers import Center, Edge
    from engine.plan.network.sources import Moment
    from engine.plan.primitives import BacklogPlan, LeasePlan, Plan

_WORTH: Final = 0.001
"""Share of calls from which late or failed ones are worth a word."""

_NEVER: Final = 1e-7
"""Share of calls that is none."""
_FITTED: Final = ("constant", "exponential", "gamma", "hyperexponential")
"""Laws that a fit to two moments gives back."""
_BUSY: Final = 0.9
"""Load from which lines may become long by chance."""


def node_doubts(site: Center) -> tuple[str, ...]:
    """What does not hold at a node."""
    found = [*site.stay.doubts]
    found += _left_out(site)
    found += _bursty(site)
    for edge in site.entering:
        if names := of_link(edge.plan):
            idle = {policy.title for policy in edge.plan.policies if _is_idle(policy, edge)}
            if edge.plan.queue_timeout < INFINITE and not _may_leave(edge):
                idle.add("queue timeout")
            found += [f"not modelled: {each} of {edge.name}" for each in names if each not in idle]
        found += _late(edge)
        found += _storm(edge)
        found += _elsewhere(edge)
    flow = site.plan.flow
    aside = max(map(len, site.groups), default=0) > 1 or (
        flow is not None and waits_side_by_side(flow)
    )
    if aside and not _knows_the_slowest(site):
        found.append(f"{TIMES}parallel calls are taken as independent of each other")
    found += _redelivered(site)
    store = site.plan.store
    if store is not None and store.single_flight and site.groups:
        found.append("single-flight: requests that join another's fetch are taken as fetches")
    found += _expiring(site)
    return tuple(found)


def _knows_the_slowest(site: Center) -> bool:
    """Whether calls take times of their own, whose laws are those that two moments stand for."""
    asked = [edge.target for edge in site.leaving if edge.plan.waits and edge.rate > 0.0]
    alone = all(each.plan.store is None and not any(each.leaving) for each in asked)
    fitted = all(law.law in _FITTED for each in asked for law in laws_at(each))
    return alone and fitted and calls_take_fixed_times(site)


def _left_out(site: Center) -> list[str]:
    """Features of a node that the theory leaves out, and that may do something there."""
    names = of_node(site.plan)
    if not names:
        return []
    gates = site.plan.gates
    idle = {gate.title for gate in gates if gate.title in site.blind or is_calm(gate, site)}
    idle |= set() if short_of_memory(site) else {"memory"}
    return [f"not modelled: {name}" for name in names if name not in idle]


def _may_leave(edge: Edge) -> bool:
    """Whether some over a link that wait only for so long leave, by no model."""
    return waits_in_line(edge) and edge.target.stay.patience == INFINITE


def _is_idle(policy: Policy, edge: Edge) -> bool:
    """Whether a policy of a link does nothing, since nothing can fail or wait there."""
    below = edge.target
    longest = max((calls.mean for calls in edge.calls), default=INFINITE)
    where = Surroundings(
        offered=edge.rate,
        capacity=INFINITE,
        under_way=edge.rate * longest,
        timeout=edge.plan.timeout,
    )
    if policy.decides(where) or edge.unsure or below.blind or below.sheds or below.unknown_load:
        return False
    late = max((exceeds(calls, edge.plan.timeout / 2.0) for calls in edge.calls), default=1.0)
    failing = edge.plan.timeout < INFINITE and late > _NEVER
    return not failing and max(edge.fails) <= _NEVER and (below.stay.load or 0.0) <= _BUSY


def _expiring(site: Center) -> list[str]:
    """Keys that leave a full store by age as well as by being the least recently used."""
    store = site.plan.store
    if store is None or store.eviction in ("lfu", "none") or store.ttl == INFINITE:
        return []
    keys = [each.keys.count for each in site.classes]
    sizes = [store.bytes_of(each) for each in site.classes]
    if Fits(store, np.array(sizes))(np.array(keys)):
        return []
    text = (
        f"both a bound and a lifetime of {format_quantity(store.ttl, 's')}: hits are counted as if "
        "keys left by the shorter of lifetime and characteristic time alone"
    )
    return [text]


def _bursty(site: Center) -> list[str]:
    """Arrivals that come in bursts."""
    if site.dispersion <= EVEN or site.workers is None:
        return []
    text = (
        f"{TIMES}arrivals are bursty: index of dispersion {format_figure(site.dispersion, 2)}, theory takes "
        f"{format_figure(max(site.cv2, 1.0), 2)}; waits are longer than predicted"
    )
    return [text]


def _late(edge: Edge) -> list[str]:
    """Timeouts that cut the tail, and are tried again: a call that its caller gives up for good is worked on all the same."""
    if edge.late <= _WORTH or edge.plan.retry.attempts == 1:
        return []
    limit = format_quantity(edge.plan.timeout, "s")
    text = f"timeouts cut the tail: {format_quantity(edge.late, '%')} of the calls take longer than {limit}"
    most = max(edge.tries)
    if most > 1.0 + _WORTH:
        text += f", and are tried {format_figure(most)} times on average"
    return [text]


def _redelivered(site: Center) -> list[str]:
    """Messages that are delivered again since their worker takes too long."""
    backlog, found = site.plan.backlog, []
    for edge in site.leaving if backlog is not None else ():
        if _asks_in_time(edge.target.plan.station.lease, backlog):
            continue
        # With its calls: a message is done after them.
        times = zip(edge.target.rates, edge.target.answers, strict=True)
        again = exceeds(mixed(times), backlog.visibility) if backlog is not None else 0.0
        if again > _WORTH:
            text = f"{format_quantity(again, '%')} of the messages take longer than the visibility timeout"
            found.append(f"{text} and are delivered again, which is not modelled")
    return found


def _asks_in_time(lease: LeasePlan | None, backlog: BacklogPlan | None) -> bool:
    """Whether workers are given more time before what they have runs out."""
    return lease is not None and backlog is not None and lease.every < backlog.visibility


def _storm(edge: Edge) -> list[str]:
    """Retries that keep a node down once it is slow: λ above cμ/(1+r)."""
    plan, target = edge.plan, edge.target
    attempts, load = most_tries(plan), target.stay.load
    stormy = attempts > 1.0 and plan.timeout < INFINITE and target.plan.station.queue_limit is None
    if not stormy or load is None or load <= 0.0 or target.rate <= 0.0:
        return []
    first = edge.rate / max(*edge.tries, 1.0)
    others = target.rate - edge.rate
    room = target.rate / load - others
    if first * attempts <= room or load >= 1.0:
        return []
    threshold = format_quantity(room / attempts, "rps")
    text = (
        f"two steady states: {format_quantity(first, 'rps')} is above cμ/(1+r) = {threshold}, "
        f"so that {format_figure(attempts)} tries keep it down once it is slow; this is the good one"
    )
    return [text]


def _elsewhere(edge: Edge) -> list[str]:
    """Retries that go to another instance than the one that failed, or follow some failures only."""
    retry, found = edge.plan.retry, []
    if max(edge.tries) > 1.0 + _WORTH and retry.other_instance:
        found.append(
            f"retries of {edge.name} go to other instances: they are taken as going to any"
        )
    if max(edge.tries) > 1.0 + _WORTH and retry.on is not None:
        found.append(
            f"retries of {edge.name} follow some failures only: they are taken as following any"
        )
    return found


def design_doubts(plan: Plan, moment: Moment) -> tuple[str, ...]:
    """What does not hold anywhere."""
    found = []
    active = [
        event.label or event.change
        for event in plan.events
        if event.at <= moment.end and event.end > moment.start and event.at < plan.duration
    ]
    if active:
        names = ", ".join(dict.fromkeys(active))
        found.append(f"faults and changes are not modelled: {names}")
    found += [
        f"not modelled: faults of {frame.name}" for frame in plan.frames if frame.faults is not None
    ]
    for kind in plan.classes:
        name = stranger_in(kind)
        if name:
            found.append(f"not modelled: {name} of the class {kind.name}")
    if any(each.deadline < INFINITE for each in plan.classes):
        found.append("deadlines of request classes are not modelled")
    return tuple(found)
