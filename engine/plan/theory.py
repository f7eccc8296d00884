"""The theory twin: what queueing theory says of a plan, node by node and for each client.

Rates follow from the traffic equations, utilization and waits from one model a node, times from the calls below.
Where workers are held during calls, and where calls are retried, the sweeps are repeated until they agree.
No number is given where no model holds; where an assumption is stretched, it is named with by how much.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from engine.model.prediction import ClientPrediction, NodePrediction, Theory
from engine.model.units import format_figure, format_quantity
from engine.plan.demand import demand_of
from engine.plan.network.alike import below, held_calls
from engine.plan.network.assumptions import design_doubts
from engine.plan.network.centers import network_of
from engine.plan.network.explicit import needs_fewer
from engine.plan.network.holding import calls_take_fixed_times, serves_at_once
from engine.plan.network.kept_answers import resolvers_of
from engine.plan.network.leaving import time_inside
from engine.plan.network.patience import answered_in_time
from engine.plan.network.percentiles import (
    curves_of,
    inside_quantile_at,
    quantile_at,
    wait_quantile_at,
)
from engine.plan.network.quorums import Quorums, peak_of, with_quorums
from engine.plan.network.session_calls import session_doubts, with_session_calls
from engine.plan.network.solving import settle
from engine.plan.network.sources import Moment, mix_of, source_of
from engine.plan.network.trust import trust_in, verdicts_of
from engine.plan.network.unmodelled import fullness, narrow_links
from engine.plan.network.withholding import blind_where_unknown
from engine.plan.primitives import TrafficPlan
from engine.plan.resolution import as_told
from engine.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.plan.network.centers import Center, Network
    from engine.plan.network.populations import Population
    from engine.plan.network.sources import Source
    from engine.plan.network.trust import Trust
    from engine.plan.primitives import NodePlan, Plan
    from engine.plan.queueing.curves import Curve

_ENDLESS: Final = "requests go round in a circle of nodes and become more there without end"
_EQUAL: Final = 0.98
"""Share of the highest load from which a node is as full as the fullest."""
_CLOSE: Final = 0.5
"""Share of the highest load from which a doubted one may be the highest."""
_WITHIN: Final = 0.1
"""The same for one of which it is doubted how much comes: by how much more may come, nobody knows."""
_AGAIN: Final = 1.1
"""Tries of a call from which retries make much of a load."""
_EARLY: Final = 0.1
"""Share of the measured span after which what began empty should be full."""
_CLIENT_MODEL: Final = "sum of the hops; p99 by convolution"


def predict(plan: Plan, *, at: float | None = None, load: float = 1.0) -> Theory:
    """Everything that theory says of a plan in its steady state.

    Args:
        plan: the plan.
        at: the simulated time (s) whose rates and faults count; None takes means over the measured span.
        load: factor on all traffic, as the load dial sets it.
    """
    unsure = tuple(session_doubts(plan))
    resolvers = resolvers_of(plan)
    plan = as_told(with_session_calls(plan))
    start, end = (plan.warmup, plan.duration) if at is None else (at, at)
    moment = Moment(start, end, load)
    clients = {node.id: node.traffic for node in plan.nodes if node.traffic is not None}
    sources = {name: source_of(traffic, moment) for name, traffic in clients.items()}
    quorums = _with_quorums(plan, sources)
    plan = quorums.plan
    demand = demand_of(_steady(plan, sources))
    if demand is None:
        nodes = {
            name.id: NodePrediction(reason=_ENDLESS) for name in plan.nodes if not name.traffic
        }
        users = {name: ClientPrediction(reason=_ENDLESS) for name in clients}
        return Theory(nodes=nodes, clients=users, doubts=(_ENDLESS,))
    network = network_of(plan, demand, sources)
    for site in network.sites:
        site.since = start if at is not None or end <= start else start + _EARLY * (end - start)
    quorums.note_reasons(network)
    populations, settled = settle(network, load)
    quorums.note_loads(network)
    verdicts = verdicts_of(network)
    blind_where_unknown(network, plan)
    trusts = trust_in(network, verdicts, populations, resolvers)
    curves = curves_of(network)
    doubts = (*design_doubts(plan, moment), *unsure)
    for site in network.sites:
        if site.unknown_rate:
            text = f"rates of {site.name} follow from times of which nothing is known"
            doubts = (*doubts, text)
    if not settled:
        doubts = (*doubts, "the fixed point of holds and retries was not reached")
    return _theory(network, _Solved(curves, populations, trusts), doubts, load)


def _with_quorums(plan: Plan, sources: Mapping[str, Source]) -> Quorums:
    """The plan with its clusters as stations where that holds at the present rates."""
    if all(node.cluster is None for node in plan.nodes):
        return Quorums(plan, {}, {})
    clients = [(node.id, node.traffic) for node in plan.nodes if node.traffic is not None]
    peaks = [peak_of(traffic, sources[name].rate) for name, traffic in clients]
    found = with_quorums(_steady(plan, sources), max(peaks, default=1.0))
    stations = {node.id: node for node in found.plan.nodes if node.id in found.models}
    nodes = tuple(stations.get(node.id, node) for node in plan.nodes)
    return replace(found, plan=replace(plan, nodes=nodes))


def _steady(plan: Plan, sources: Mapping[str, Source]) -> Plan:
    """The plan with clients that send at their present rates; closed ones at any, since only shares count."""
    return replace(plan, nodes=tuple(_steady_node(node, sources) for node in plan.nodes))


def _steady_node(node: NodePlan, sources: Mapping[str, Source]) -> NodePlan:
    """A node with an even rate, if it is a client."""
    if node.traffic is None:
        return node
    rate = sources[node.id].rate
    if node.traffic.process == "closed":
        rate = float(max(node.traffic.users, 1))
    even = TrafficPlan(process="poisson", schedule=((0.0, rate),), mix=mix_of(node.traffic))
    return replace(node, traffic=even)


@dataclass(frozen=True, slots=True)
class _Solved:
    """What is known of a network apart from its sites."""

    curves: Mapping[tuple[str, int], Curve]
    populations: Mapping[str, Population]
    trusts: Mapping[str, Trust]

    def is_sure(self, name: str) -> bool:
        """Whether nothing is doubted of a node."""
        trust = self.trusts[name]
        return not (trust.whole or trust.no_tail)


def _theory(network: Network, solved: _Solved, doubts: tuple[str, ...], load: float) -> Theory:
    """The solved network as records."""
    populations = solved.populations
    nodes, clients = {}, {}
    for site in network.sites:
        if site.plan.traffic is None:
            nodes[site.plan.id] = _node(site, solved)
        else:
            clients[site.plan.id] = _client(site, solved, network)
    loads = {name: each.load for name, each in nodes.items() if each.load}
    highest = max(loads.values(), default=0.0)
    # A node whose workers wait for another is as full as that one: the last of equals is the cause.
    full = [name for name, load in loads.items() if load >= _EQUAL * highest]
    # A node of whose load nothing is known may be fuller than all others.
    sure = highest >= 1.0 or not any(site.unknown_load for site in network.sites)
    bottleneck = full[-1] if full and sure else None
    doubtful = _bottleneck_doubt(network, solved, loads) if sure else _unknown_bottleneck(network)
    if bottleneck is not None and not doubtful and highest < 1.0:
        doubtful = _busier(network, nodes, bottleneck)
    return Theory(
        nodes=nodes,
        clients=clients,
        bottleneck=bottleneck,
        bottleneck_doubt=doubtful,
        headroom=1.0 / max(highest, *map(fullness, narrow_links(network)), 0.0)
        if highest and sure and not populations
        else math.inf,
        kept_full=highest >= 1.0 and any(max(edge.tries) > _AGAIN for edge in network.edges),
        dial=load,
        doubts=doubts,
    )


def _unknown_bottleneck(network: Network) -> str:
    """Why nobody can say what is full first."""
    site = next(site for site in network.sites if site.unknown_load)
    why = site.blind or "what it is offered is not modelled"
    return f"what is full first is not known, since the load of {site.name} is not: {why}"


def _bottleneck_doubt(network: Network, solved: _Solved, loads: Mapping[str, float]) -> str:
    """Which load is doubted, of those that may be the highest."""
    highest = max(loads.values(), default=0.0)
    narrow = max(narrow_links(network), key=fullness, default=None)
    if narrow is not None and fullness(narrow) > _EQUAL * highest:
        return f"{narrow.name} is as full: of its bandwidth {format_quantity(fullness(narrow), '%')} are used"
    for site in network.sites:
        load, doubts = loads.get(site.plan.id, 0.0), solved.trusts[site.plan.id].rate
        if load < (_WITHIN if doubts else _CLOSE) * highest:
            continue
        free = site.layer is None and (serves_at_once(site) or calls_take_fixed_times(site))
        if held_calls(site) and not free:
            doubts = [*doubts, "workers are held during calls, whose times it follows from"]
        if doubts:
            return f"the load of {site.name} is doubted: {doubts[0]}"
    return ""


def _busier(network: Network, nodes: Mapping[str, NodePrediction], bottleneck: str) -> str:
    """Which node may have more of its workers busy now than that which is full first."""
    busy = {
        name: min(1.0, each.load or 0.0) if each.utilization is None else each.utilization
        for name, each in nodes.items()
    }
    for site in network.sites:
        batch = site.plan.station.batch
        if batch is not None and site.workers:  # which may all be of one
            item = site.hold.mean if batch.per_item is None else batch.per_item
            busy[site.plan.id] = min(1.0, site.rate * (batch.fixed + item) / site.workers)
    fullest = network.by_id[bottleneck]
    if nodes[bottleneck].utilization is None and fullest.workers:  # slowed by nobody at least
        busy[bottleneck] = min(1.0, fullest.rate * fullest.hold.mean / fullest.workers)
    most = max(busy, key=busy.__getitem__)
    if busy[bottleneck] >= _EQUAL * busy[most]:
        return ""
    first, other = fullest.name, network.by_id[most].name
    return f"{first} is full first, but {other} may be busier until then"


def _node(site: Center, solved: _Solved) -> NodePrediction:
    """What is said of one node."""
    trust = solved.trusts[site.plan.id]
    stay, rate = site.stay, site.rate
    served = rate * (1.0 - stay.wait.loss)
    busy = None
    if site.workers is not None and math.isfinite(site.hold.mean):
        busy = min(1.0, served * site.hold.mean * stay.slower / site.workers)
    elif site.workers is not None:
        busy = 1.0
    elif stay.load is not None and site.plan.backlog is None:
        busy = stay.load  # of replicas, beside which nobody waits
    if site.plan.station.elastic is not None and stay.load is not None:
        busy = min(1.0, stay.load * (1.0 - stay.wait.loss))  # cold starts keep workers as well
    if site.unknown_busy:
        busy = None
    reason = _reason(site)
    leaves = stay.patience < math.inf
    answer = site.mixed([each.mean for each in site.answers])
    if leaves or site.plan.failing > 0.0 or site.hands_refusals_on:
        answer = time_inside(site, answer)
    stable = not reason and math.isfinite(answer)
    known = math.isfinite(stay.wait.mean) and not site.blind
    # Who waits for a worker to start has one already, and stands in no line.
    lined = 0.0 if site.plan.station.elastic is not None else served
    queue = lined * stay.wait.mean if known else None
    if leaves and queue is not None:
        queue += rate * stay.wait.loss * stay.patience
    has_queue = site.plan.backlog is not None or site.workers is not None
    return NodePrediction(
        model=stay.model,
        rates=tuple(site.rates),
        rate=rate,
        load=None if site.unknown_load else stay.load,
        utilization=busy,
        wait=stay.wait.mean if queue is not None and has_queue and rate > 0.0 else None,
        wait_p99=wait_quantile_at(site, 0.99)
        if queue is not None and has_queue and rate > 0.0 and not trust.no_wait_tail
        else None,
        queue=None if stay.stretched is not None and stay.slower > 1.0 else queue,
        residence=answer if stable else None,
        residence_p99=(inside_quantile_at if leaves else quantile_at)(site, solved.curves, 0.99)
        if stable and not trust.no_tail
        else None,
        in_system=(rate if leaves else served) * answer
        if stable and site.plan.backlog is None
        else None,
        loss=0.0 if leaves else stay.wait.loss,
        left=stay.wait.loss if leaves and not site.blind else 0.0,
        reason=reason or trust.no_tail,
        doubts=trust.whole,
    )


def _reason(site: Center) -> str:
    """Why there are no times."""
    if site.rate <= 0.0 or site.blind:
        return site.blind or "nothing comes"
    load = site.stay.load
    if math.isinf(site.hold.mean):
        return "its workers end up waiting for calls that take ever longer"
    bounded = site.stay.wait.loss > 0.0 or site.among_users is not None
    if load is not None and load >= 1.0 and not bounded:
        return f"unstable: offered {format_figure(load)} × what it can serve, so the queue grows without bound"
    if math.isinf(site.stay.wait.mean):
        return "the service time has no variance (Pareto), so the mean wait is infinite"
    if any(math.isinf(each.mean) for each in site.answers):
        return "waits for a node whose queue grows without bound"
    return ""


def _client(site: Center, solved: _Solved, network: Network) -> ClientPrediction:
    """What is said of one client."""
    population, trust = solved.populations.get(site.plan.id), solved.trusts[site.plan.id]
    rate = population.rate if population is not None else site.rate
    good = site.mixed(site.ok)
    mean = site.mixed([each.mean for each in site.calls])
    if 0.0 < good < 1.0:
        parts = zip(site.ok, site.calls, strict=True)
        mean = site.mixed([ok * each.mean if ok > 0.0 else 0.0 for ok, each in parts]) / good
    stable = all(math.isfinite(each.mean) for each in site.calls)
    reason = "" if stable else "a queue on the way grows without bound"
    if site.blind:
        reason, stable = site.blind, False
    if rate <= 0.0:
        reason, stable = "it sends nothing", False
    bound, knee = _bounds(site, population, network)
    p99 = quantile_at(site, solved.curves, 0.99) if stable and not trust.no_tail else None
    in_time = answered_in_time(site, solved.curves, solved.is_sure) if stable else None
    if in_time is not None and in_time.share > 0.0:
        good, mean, p99 = in_time.share, in_time.mean, in_time.p99
    return ClientPrediction(
        model=population.model if population is not None else _CLIENT_MODEL,
        offered=None if site.unknown_rate else rate,
        goodput=rate * good if stable or _succeeds_anyway(site, network) else None,
        latency=mean if stable else None,
        latency_p99=p99,
        bound=bound,
        knee=knee,
        reason=reason or trust.no_tail,
        doubts=trust.whole,
    )


def _succeeds_anyway(site: Center, network: Network) -> bool:
    """Whether a client of whose times nothing is known is answered all the same: nobody gives up."""
    known = site.rate > 0.0 and not site.impatient and not site.unknown_rate
    if not site.blind or not known:
        return False
    return all(
        (each.stay.load or 0.0) < 1.0 and not each.unknown_load for each in below(site)
    ) and all(fullness(edge) < 1.0 for edge in narrow_links(network))


def _bounds(
    site: Center, population: Population | None, network: Network
) -> tuple[float, float | None]:
    """The most requests a second of a client, and its knee; none where some work need not be done in time."""
    sites = below(site)
    if any(each.sheds or needs_fewer(each.plan.flow or ()) for each in sites):
        return math.inf, None
    if population is None:
        return _bound(site, network), None
    # Its bounds take work one by one, so that batches pass them.
    if any(each.plan.station.batch is not None for each in sites):
        return math.inf, None
    return population.bounds.throughput, population.bounds.knee


def _bound(client: Center, network: Network) -> float:
    """Requests a second at which the busiest node is full, if only this client grew; infinite without one."""
    rate = client.rate
    if rate <= 0.0:
        return math.inf
    loads = [site.stay.load for site in network.sites if site.stay.load]
    loads += map(fullness, narrow_links(network))
    return rate / max(loads) if loads and max(loads) > 0.0 else math.inf
