"""Risks and warnings about connections: who closes them first, who holds them, and what passes a balancer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from engine.model.edits import UNSET, SetField
from engine.model.findings import Finding
from engine.model.names import name_of
from engine.model.units import format_quantity
from engine.plan.primitives import INFINITE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.catalog.reading import Reading
    from engine.model.design import Link
    from engine.model.link import LinkConfig
    from engine.plan.primitives import LinkPlan, Plan

_SHORTER: Final = 0.8
"""A proposed idle timeout of the caller, as a share of the server's."""


def connection_warnings(reading: Reading) -> Iterator[Finding]:
    """What of the connections of links does nothing."""
    for link in reading.design.links:
        config = reading.links.get(link.id)
        if config is not None:
            yield from _nobody_holds(reading, link, config)
            yield from _passed_through(reading, link, config)
            yield from _unseen_classes(reading, link, config)


def idle_races(reading: Reading, plan: Plan) -> Iterator[Finding]:
    """Servers that close idle connections while their callers may still use them: the race behind a 502."""
    for link in plan.links:
        rules = link.connection
        crossing = 2.0 * (link.delay.mean + link.jitter)
        if rules is None or crossing <= 0.0 or rules.idle <= rules.server_idle - crossing:
            continue
        if rules.server_idle < INFINITE:
            yield _idle_race(reading, link, rules.server_idle, crossing)


def _idle_race(reading: Reading, link: LinkPlan, server: float, crossing: float) -> Finding:
    """A link over which requests may come too late."""
    shorter = float(f"{min(_SHORTER * server, max(server - 2.0 * crossing, 0.1 * server)):.2g}")
    shown = format_quantity(shorter, "s")
    return Finding(
        level="risk",
        code="idle-race",
        id=link.id,
        field="config.connection.idle_timeout",
        message=f"{name_of(reading.design, link.target)} closes connections that were idle for "
        f"{format_quantity(server, 's')}, and {name_of(reading.design, link.source)} may use them until it hears of "
        f"that: what it sends in the last {format_quantity(crossing, 's')} fails with network; have the caller close "
        f"first, after {shown}",
        fix=SetField(
            link.id,
            ("config", "connection", "idle_timeout"),
            shorter,
            f"Set idle timeout to {shown}",
        ),
    )


def _nobody_holds(reading: Reading, link: Link, config: LinkConfig) -> Iterator[Finding]:
    """Connections of users where there are none: only a client has them."""
    source = reading.design.node_by_id.get(link.source)
    if config.connection is None or config.connection.per != "user":
        return
    if source is None or source.kind == "client":
        return
    yield Finding(
        level="warning",
        code="no-effect",
        id=link.id,
        field="config.connection.per",
        message=f"{name_of(reading.design, link.source)} is no client, so that it has no users who could hold "
        "connections: the requests of an instance share them",
        fix=SetField(link.id, ("config", "connection", "per"), UNSET, "Share connections"),
    )


def _passed_through(reading: Reading, link: Link, config: LinkConfig) -> Iterator[Finding]:
    """Connections or TLS of a balancer of layer 4, which has none."""
    if getattr(reading.configs.get(link.source), "layer", 7) != 4:
        return
    name = name_of(reading.design, link.source)
    for field, what in (("connection", "connections"), ("encryption", "TLS")):
        if getattr(config, field) is None:
            continue
        yield Finding(
            level="warning",
            code="no-effect",
            id=link.id,
            field=f"config.{field}",
            message=f"At layer 4 {name} has no {what} of its own: those of its callers go on to the target, whose "
            f"workers do the handshakes. Set them on the links that lead to {name}, or choose layer 7",
            fix=SetField(link.id, ("config", field), UNSET, f"No {what} here"),
        )


def _unseen_classes(reading: Reading, link: Link, config: LinkConfig) -> Iterator[Finding]:
    """Routes by what is asked for, behind a balancer that does not see that."""
    if config.classes is None or getattr(reading.configs.get(link.source), "layer", 7) != 4:
        return
    yield Finding(
        level="warning",
        code="no-effect",
        id=link.id,
        field="config.classes",
        message=f"At layer 4 {name_of(reading.design, link.source)} does not see what is asked for, so that it cannot "
        "route by class: every connection may lead here. Choose layer 7 to route by class",
        fix=SetField(link.source, ("config", "layer"), 7, "Choose layer 7"),
    )
