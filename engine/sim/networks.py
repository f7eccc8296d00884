"""Makes the network of a link from its plan, and reads what it counted."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from engine.plan.primitives import INFINITE
from engine.sim.lane.call import UNLIMITED
from engine.sim.lane.network.connections import Rules
from engine.sim.lane.network.transport import Network
from engine.sim.lane.node import Node

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.plan.primitives import ClassPlan, ConnectionPlan, LinkPlan
    from engine.sim.lane.link import Link

Counters = tuple[float, ...]


def tune_network(link: Link, plan: LinkPlan, classes: Sequence[ClassPlan], kinds: int) -> None:
    """Give a link the network of its plan; none where nothing of it costs anything.

    A network that is taken away, and pools of one, go on for the calls that they have.
    """
    if plan.bandwidth == INFINITE and plan.connection is None and plan.encryption is None:
        link.network = None
        return
    network = link.network
    if not isinstance(network, Network):
        network = link.network = Network(link)
    network.request_bytes = _sizes([each.request_bytes for each in classes], kinds)
    network.response_bytes = _sizes([each.response_bytes for each in classes], kinds)
    network.there.speed = network.back_channel.speed = plan.bandwidth
    network.handshake = plan.encryption.handshake if plan.encryption is not None else 0.0
    network.cipher = plan.encryption.per_byte if plan.encryption is not None else 0.0
    network.congested = plan.bandwidth < INFINITE or plan.connection is not None
    network.charges = not (isinstance(link.target, Node) and link.target.instant)
    _tune_pools(network, plan.connection)


def _sizes(sizes: list[float], kinds: int) -> list[float]:
    """Bytes by class; requests of a class that is gone are as large as those of the last one."""
    return sizes + sizes[-1:] * (kinds - len(sizes))


def _tune_pools(network: Network, plan: ConnectionPlan | None) -> None:
    """Let connections be kept by other rules; pools that nobody uses are forgotten."""
    now = network.link.agenda.now
    network.rules = None if plan is None else _rules(plan)
    if network.rules is None:
        network.pools = {}
        return
    network.pools = {key: pool for key, pool in network.pools.items() if not pool.unused(now)}
    for pool in network.pools.values():
        pool.rules = network.rules
        pool.serve(now)


def _rules(plan: ConnectionPlan) -> Rules:
    """The rules of a plan."""
    rules = Rules()
    rules.round_trips = plan.round_trips
    rules.ordered = plan.ordered
    rules.streams = plan.streams
    rules.most = UNLIMITED if plan.connections is None else plan.connections
    rules.uses = UNLIMITED if plan.requests is None else plan.requests
    rules.idle = plan.idle
    rules.slow_start = plan.slow_start != "off"
    rules.restart = plan.slow_start == "after_idle"
    return rules


def counters(link: Link, now: float) -> Counters:
    """Cumulative counters of a link's network; empty where it has none."""
    network = link.network
    if not isinstance(network, Network):
        return ()
    there, back = network.there, network.back_channel
    return (
        there.busy(now),
        back.busy(now),
        there.waited,
        back.waited,
        float(there.messages),
        float(back.messages),
        float(network.opened),
        float(network.boarded),
        network.waited,
    )


def extra(link: Link, before: Counters, span: float, now: float) -> dict[str, float]:
    """What a link's network adds to the results, since some counters; NaN where nothing happened."""
    network = link.network
    if not isinstance(network, Network):
        return {}
    after = counters(link, now)
    since = [new - old for new, old in zip(after, before or (0.0,) * len(after), strict=True)]
    out, back, out_wait, back_wait, requests, answers, opened, boarded, waited = since
    found: dict[str, float] = {}
    if network.there.speed < math.inf:
        found |= {
            "request_utilization": _ratio(out, span),
            "response_utilization": _ratio(back, span),
            "request_wait": _ratio(out_wait, requests),
            "response_wait": _ratio(back_wait, answers),
        }
    if network.rules is not None:
        found |= {
            "connections": float(sum(pool.standing(now) for pool in network.pools.values())),
            "connections_opened": opened,
            "connection_rate": _ratio(opened, span),
            "connection_wait": _ratio(waited, boarded),
            "waiting": float(sum(pool.waiting for pool in network.pools.values())),
        }
    return found


def _ratio(part: float, whole: float) -> float:
    """A share; NaN of nothing."""
    return part / whole if whole > 0.0 else math.nan
