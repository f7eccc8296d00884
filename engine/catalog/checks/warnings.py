"""Warnings: fields that nothing reads, nodes and links that nothing uses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from engine.catalog.checks.alerting import alert_warnings
from engine.catalog.checks.auth import key_warnings
from engine.catalog.checks.balancing import balancing_warnings
from engine.catalog.checks.connections import connection_warnings
from engine.catalog.checks.distances import distance_warnings
from engine.catalog.checks.faults import fault_warnings
from engine.catalog.checks.fields import field_warnings
from engine.catalog.checks.flows import explicit_flow, flow_warnings
from engine.catalog.checks.instances import instance_warnings
from engine.catalog.checks.leases import coordinator_warnings
from engine.catalog.checks.queries import query_warnings
from engine.catalog.checks.recovery import recovery_warnings
from engine.catalog.checks.replication import replication_warnings
from engine.catalog.checks.resolution import resolution_warnings
from engine.catalog.checks.scenario import event_warnings, objective_warnings
from engine.catalog.checks.session_links import session_link_of
from engine.catalog.checks.sessions import session_warnings
from engine.catalog.checks.trust import trust_warnings
from engine.catalog.checks.unasked import unasked_warnings
from engine.catalog.checks.users import guess_warnings, tenant_warnings, user_warnings
from engine.catalog.checks.waiting import waiting_warnings
from engine.catalog.registry import component
from engine.model.edits import UNSET, SetField
from engine.model.findings import Finding
from engine.model.link import DEFAULT_LINK
from engine.model.names import name_of
from engine.model.units import format_instant, format_quantity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.catalog.reading import Reading
    from engine.model.design import Design, Link, Node

_FLOW: Final = ("order", "probability", "times", "mode", "when", "picker")
"""Fields of a link that say how it is part of its source's flow of calls."""


_COURTESY: Final = ("deadline_propagation", "cancellation")
"""Fields of a link that say what its caller tells; a queue tells its workers nothing."""


def warnings(reading: Reading) -> Iterator[Finding]:
    """What is probably not meant."""
    design = reading.design
    yield from field_warnings(reading)
    yield from _idle_nodes(design)
    yield from _idle_links(reading)
    yield from unasked_warnings(reading)
    yield from _unread_policies(reading)
    yield from flow_warnings(reading)
    yield from _late_events(design)
    yield from event_warnings(reading)
    yield from objective_warnings(design)
    yield from alert_warnings(design)
    yield from instance_warnings(reading)
    yield from coordinator_warnings(reading)
    yield from waiting_warnings(reading)
    yield from fault_warnings(reading)
    yield from recovery_warnings(reading)
    yield from balancing_warnings(reading)
    yield from connection_warnings(reading)
    yield from distance_warnings(reading)
    yield from trust_warnings(reading)
    yield from user_warnings(reading)
    yield from tenant_warnings(reading)
    yield from guess_warnings(reading)
    yield from key_warnings(reading)
    yield from resolution_warnings(reading)
    yield from session_warnings(reading)
    yield from query_warnings(reading)
    yield from replication_warnings(reading)


def _idle_nodes(design: Design) -> Iterator[Finding]:
    """Nodes that get or pass on nothing."""
    called = {link.target for link in design.links}
    calling = {link.source for link in design.links}
    for node in design.nodes:
        found = component(node.kind)
        if found is None:
            continue
        name = node.name or node.id
        if found.input == "messages" and node.id not in called:
            yield _warn(node, "no-queue", f"{name} has no queue to pull from; link one to it")
        elif found.input == "calls" and node.id not in called:
            yield _warn(node, "no-caller", f"Nobody calls {name}; link a caller to it")
        if node.id in calling:
            continue
        if found.output == "messages":
            yield _warn(node, "no-consumer", f"Nothing takes messages from {name}; link a worker")
        elif found.category == "Routing":
            yield _warn(node, "no-target", f"{name} has nobody to send requests to; link a service")
        elif found.input == "none":
            message = (
                f"{name} calls nobody, so all its requests fail; pull a link from it to a node"
            )
            yield _warn(node, "no-target", message)


def _warn(item: Node | Link, code: str, message: str, field: str | None = None) -> Finding:
    """A warning about an item."""
    return Finding(level="warning", code=code, id=item.id, field=field, message=message)


def _idle_links(reading: Reading) -> Iterator[Finding]:
    """Links that no request uses."""
    design = reading.design
    for link in design.links:
        config = reading.links.get(link.id)
        if config is None or session_link_of(reading, link.source) == link.id:
            continue
        name = name_of(design, link.id)
        if config.classes == ():
            message = f"No class uses {name}; list a class, or leave the field out for all"
            yield _warn(link, "unused-link", message, "config.classes")
        if _hands_on(design, link) or explicit_flow(reading.configs.get(link.source)) is not None:
            continue
        if config.probability <= 0.0:
            message = f"{name} is never used: its probability is 0"
            yield _warn(link, "unused-link", message, "config.probability")
        if config.when == "miss" and not _asks_cache_before(reading, link, config.order):
            message = (
                f"{name} waits for a miss, but no cache is asked before it; link its caller to a "
                "cache with a lower order"
            )
            yield _warn(link, "no-cache-before", message, "config.when")
        if config.when in ("failed", "miss_or_failed") and not _calls_before(reading, link):
            message = (
                f"{name} waits for a failure, but nothing is called before it that its caller waits "
                "for; give it a higher order than the call that may fail"
            )
            yield _warn(link, "no-call-before", message, "config.when")


def _asks_cache_before(reading: Reading, link: Link, order: int) -> bool:
    """Whether a link's source asks a cache in an earlier step."""
    nodes = reading.design.node_by_id
    return any(
        other.source == link.source
        and nodes[other.target].kind == "cache"
        and reading.links[other.id].order < order
        for other in reading.design.links
        if other.id in reading.links and other.target in nodes
    )


def _calls_before(reading: Reading, link: Link) -> bool:
    """Whether a link's source waits for a call in an earlier step."""
    order = reading.links[link.id].order
    others = (each.id for each in reading.design.links if each.source == link.source)
    configs = (reading.links[each] for each in others if each in reading.links)
    return any(each.order < order and each.mode == "call" for each in configs)


def _hands_on(design: Design, link: Link) -> bool:
    """Whether a link leaves a balancer or a queue."""
    source = design.node_by_id.get(link.source)
    found = component(source.kind) if source is not None else None
    return found is not None and found.forwards


def _unread_policies(reading: Reading) -> Iterator[Finding]:
    """Fields of links from balancers and queues that only count where a caller has a flow of calls."""
    design = reading.design
    plain = DEFAULT_LINK
    for link in design.links:
        config = reading.links.get(link.id)
        if config is None or not _hands_on(design, link):
            continue
        source = component(design.node_by_id[link.source].kind)
        from_queue = source is not None and source.output == "messages"
        for field in (*_FLOW, *_COURTESY) if from_queue else _FLOW:
            if getattr(config, field) != getattr(plain, field):
                message = (
                    f"{field.capitalize().replace('_', ' ')} has no effect on {name_of(design, link.id)}: "
                    f"{name_of(design, link.source)} hands each request on once, to one target; "
                    "remove it"
                )
                fix = SetField(link.id, ("config", field), UNSET, f"Remove {field}")
                yield Finding(
                    level="warning",
                    code="no-effect",
                    id=link.id,
                    field=f"config.{field}",
                    message=message,
                    fix=fix,
                )


def _late_events(design: Design) -> Iterator[Finding]:
    """Events after the end of the run."""
    for index, event in enumerate(design.scenario.events):
        if event.at >= design.scenario.duration:
            yield Finding(
                level="warning",
                code="late-event",
                id=event.target if event.target and design.item(event.target) else None,
                field=f"scenario.events.{index}.at",
                message=f"The {event.change} at {format_instant(event.at)} comes after the end of the run "
                f"({format_quantity(design.scenario.duration, 's')}); move it or make the run longer",
            )
