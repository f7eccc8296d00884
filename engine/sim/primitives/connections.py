"""Connections of links."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from engine.sim.body import Counters, Values, ratio
from engine.sim.invariant import at_most, same
from engine.sim.lane.codes import UNLIMITED
from engine.sim.lane.network.connection_rules import ConnectionRules, Reconnecting
from engine.sim.lane.network.connections import Connections
from engine.sim.lane.node import Node
from engine.sim.lane.probes import WorkingHandler
from engine.sim.primitives.adapter import RuleAdapter
from engine.sim.primitives.retry import LEAST_SHARE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.plan.primitives import ConnectionPlan, LinkPlan, ReconnectPlan
    from engine.sim.lane.call import Pool
    from engine.sim.lane.link import Link
    from engine.sim.parts import LinkPart, NodePart
    from engine.sim.setup import Setup


class ConnectionsAdapter(RuleAdapter[Connections]):
    """Every call of a link needs a connection."""

    name = "connections"

    def body(
        self, had: Connections | None, part: LinkPart, plan: LinkPlan, setup: Setup
    ) -> Connections | None:
        """Connections that are taken away go on for the calls that they have."""
        if plan.connection is None:
            return None
        rules = _rules(plan.connection)
        if plan.connection.reconnect is not None:
            known = None if had is None else had.rules.reconnect
            rules.reconnect = _reconnecting(known, plan.connection.reconnect, part, setup)
        if had is None:
            return Connections(part.link, rules)
        had.follow(rules, setup.agenda.now)
        return had

    def trim(self, rule: Connections, part: LinkPart, source: NodePart) -> None:
        """Close the connections of instances that are gone, once nobody needs them."""
        there = {id(endpoint) for endpoint in part.link.endpoints}
        callers = None if source.is_client or source.plan.keeps_messages else source.node.pools
        rule.keep(
            {
                (caller, endpoint): group
                for (caller, endpoint), group in rule.groups.items()
                if (id(endpoint) in there and _lasts(caller, callers))
                or any(pool.busy() for pool in group.pools())
            }
        )

    def counters(self, body: Connections, now: float) -> Counters:
        """Set up, boarded, and the time waited."""
        return (
            float(body.opened),
            float(body.boarded),
            body.waited,
            float(body.refused),
            float(body.resets),
            float(body.reconnects),
        )

    def extra(self, body: Connections, since: Sequence[float], span: float, now: float) -> Values:
        """How many there are, how many were set up, and what waiting for them costs."""
        opened, boarded, waited, refused, resets, reconnects = since
        found = {
            "connections": float(body.standing(now)),
            "connections_opened": opened,
            "connection_rate": ratio(opened, span),
            "connection_wait": ratio(waited, boarded),
            "waiting": float(body.waiting),
        }
        if body.rules.pending < UNLIMITED:
            found["connection_refused"] = refused
        if body.rules.server_idle < math.inf:
            found["connection_resets"] = resets
        if body.rules.reconnect is not None:
            found["reconnects"] = reconnects
        return found

    def check(self, body: Connections, owner: Link, now: float) -> None:
        """Book-keeping; calls from before connections were wanted have none."""
        at_most(owner.name, "calls on connections or waiting", _held(body), owner.in_flight)
        waiting = riding = 0
        for group in body.groups.values():
            pools = group.pools()
            waiting += sum(int(pool.waiting) for pool in pools)
            riding += sum(int(pool.riding) for pool in pools)
            if not group.died():
                same(
                    owner.name,
                    "connections",
                    int(group.open),
                    sum(int(pool.open) for pool in pools),
                )
            for pool in pools:
                same(owner.name, "waiting for a connection", int(pool.waiting), int(pool.in_line()))
                at_most(owner.name, "connections being set up", int(pool.pending), int(pool.open))
                at_most(owner.name, "no connections less than none", -int(pool.pending), 0)
        same(owner.name, "calls that wait for a connection", waiting, int(body.waiting))
        same(owner.name, "calls on connections", riding, int(body.riding))


def _held(body: Connections) -> int:
    """Calls that have a connection or wait for one."""
    return int(body.waiting + body.riding)


def _lasts(caller: Pool, callers: list[Pool] | None) -> bool:
    """Whether a caller may call again; those of clients and queues are no instances, and always may."""
    return callers is None or caller in callers or not caller.unused()


def _reconnecting(
    had: Reconnecting | None, plan: ReconnectPlan, part: LinkPart, setup: Setup
) -> Reconnecting:
    """Waits, and who does the work of handshakes: the workers of the target, where it has some."""
    target = part.link.target
    worked = isinstance(target, Node) and not target.instant
    handler = WorkingHandler(target) if worked and isinstance(target, Node) else None
    made = had or Reconnecting(setup.streams.uniform(part.plan.id, "reconnect"))
    made.handler = handler
    made.base, made.factor, made.cap = plan.base, plan.factor, plan.cap
    made.least_share = LEAST_SHARE[plan.jitter]
    return made


def _rules(plan: ConnectionPlan) -> ConnectionRules:
    """The rules of a plan."""
    rules = ConnectionRules()
    rules.round_trips = plan.round_trips
    rules.ordered = plan.ordered
    rules.streams = plan.streams
    rules.most = UNLIMITED if plan.connections is None else plan.connections
    rules.uses = UNLIMITED if plan.requests is None else plan.requests
    rules.idle = plan.idle
    rules.server_idle = plan.server_idle
    rules.per_user = plan.per == "user"
    rules.pending = UNLIMITED if plan.pending is None else plan.pending
    rules.slow_start = plan.slow_start != "off"
    rules.restart = plan.slow_start == "after_idle"
    return rules
