"""Risks and warnings about what links carry: too many bytes, too few connections, TLS by halves."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from engine.model.edits import SetField
from engine.model.findings import Finding
from engine.model.names import name_of
from engine.model.units import format_quantity
from engine.plan.capacity import capacities
from engine.plan.demand import demand_of
from engine.plan.link_load import connection_limit, load_of
from engine.plan.primitives import INFINITE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.catalog.reading import Reading
    from engine.plan.demand import Demand
    from engine.plan.primitives import LinkPlan, Plan

_TARGET: Final = 0.7
"""Share of a proposed bandwidth or number of connections that is used."""


def network_findings(reading: Reading, plan: Plan) -> Iterator[Finding]:
    """What will not fit through the links of a design without errors."""
    yield from _bare_set_ups(reading)
    used = [link for link in plan.links if link.connection or link.bandwidth < INFINITE]
    demand = demand_of(plan) if used else None
    if demand is None:
        return
    capacity = capacities(plan, demand)
    for link in used:
        yield from _narrow(reading, link, plan, demand)
        yield from _few_connections(reading, link, plan, demand, capacity[link.target].hold)


def _bare_set_ups(reading: Reading) -> Iterator[Finding]:
    """Encryption whose connections are set up without it."""
    for link in reading.design.links:
        config = reading.links.get(link.id)
        if config is None or config.encryption is None or config.connection is None:
            continue
        if config.connection.protocol == "tcp":
            yield Finding(
                level="warning",
                code="bare-set-up",
                id=link.id,
                field="config.connection.protocol",
                message="Encrypted, but set up as bare TCP: the round trips of TLS are left out",
                fix=SetField(
                    link.id, ("config", "connection", "protocol"), "tls_1_3", "Use TLS 1.3"
                ),
            )


def _narrow(reading: Reading, link: LinkPlan, plan: Plan, demand: Demand) -> Iterator[Finding]:
    """More bytes than the bandwidth lets through."""
    load = load_of(link, plan, demand)
    if load.larger <= link.bandwidth * 1.001:
        return
    what = "Requests" if load.requests >= load.responses else "Answers"
    wanted = float(f"{load.larger / _TARGET:.2g}")
    shown = format_quantity(wanted, "B/s")
    yield Finding(
        level="risk",
        code="bandwidth",
        id=link.id,
        field="config.bandwidth",
        message=f"{what} over {name_of(reading.design, link.id)} come to "
        f"{format_quantity(load.larger, 'B/s')}, more than its "
        f"{format_quantity(link.bandwidth, 'B/s')}; {shown} is enough",
        fix=SetField(link.id, ("config", "bandwidth"), wanted, f"Set bandwidth to {shown}"),
    )


def _few_connections(
    reading: Reading, link: LinkPlan, plan: Plan, demand: Demand, answer: float
) -> Iterator[Finding]:
    """More calls than fit on the connections that may be open."""
    rules, offered = link.connection, sum(demand.links[link.id])
    limit = connection_limit(link, plan, answer)
    if rules is None or rules.connections is None or offered <= limit * 1.001:
        return
    needed = math.ceil(rules.connections * offered / limit / _TARGET)
    yield Finding(
        level="risk",
        code="few-connections",
        id=link.id,
        field="config.connection.max_connections",
        message=f"{format_quantity(offered, 'rps')} over {name_of(reading.design, link.id)} exceed "
        f"what its connections carry ({format_quantity(limit, 'rps')}); {needed} connections can",
        fix=SetField(
            link.id,
            ("config", "connection", "max_connections"),
            needed,
            f"Set connections to {needed}",
        ),
    )
