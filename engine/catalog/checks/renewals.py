"""Risks of how caches renew what they hold: stampedes, and what is served although it is old."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from engine.model.edits import UNSET, SetField
from engine.model.findings import Finding
from engine.model.names import name_of
from engine.model.units import format_figure, format_quantity
from engine.plan.demand import demand_of
from engine.plan.popularity import top_share
from engine.plan.primitives import INFINITE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.catalog.reading import Reading
    from engine.plan.demand import Demand
    from engine.plan.primitives import LinkPlan, NodePlan, Plan, StorePlan

_MANY: Final = 10.0
"""Fetches of one key at once from which on a stampede matters."""
_DAY: Final = 86_400.0
"""Seconds for which hardly anybody means to serve what could not be renewed."""


def renewal_risks(reading: Reading, plan: Plan) -> Iterator[Finding]:
    """Hot keys that everybody fetches at once, and old answers for ever or from nowhere."""
    stores = [node for node in plan.nodes if node.store is not None]
    exposed = [node for node in stores if node.store is not None and _is_exposed(node.store)]
    demand = demand_of(plan) if exposed else None
    for node in exposed:
        yield from _stampede(reading, plan, node, demand)
    for node in stores:
        yield from _old_answers(reading, plan, node)


def _is_exposed(store: StorePlan) -> bool:
    """Whether everybody fetches a key that has expired."""
    guarded = store.single_flight or store.fill in ("lease", "early")
    return store.ttl < INFINITE and not guarded and store.stale_while_revalidate <= 0.0


def _stampede(
    reading: Reading, plan: Plan, node: NodePlan, demand: Demand | None
) -> Iterator[Finding]:
    """How many fetch the most popular key when it expires: 1 + rate × time of a fetch."""
    if demand is None or node.store is None or "fill" not in _fields(reading, node.id):
        return
    rates = zip(demand.nodes[node.id], plan.classes, strict=True)
    rate = sum(each * top_share(kind.keys) for each, kind in rates if not kind.write)
    fetch = max((_time(plan, link) for link in _fetches(plan, node.id)), default=0.0)
    fetches = 1.0 + rate * fetch
    if fetches < _MANY:
        return
    yield Finding(
        level="risk",
        code="stampede",
        id=node.id,
        field="config.fill",
        message=f"When the most popular key of {name_of(reading.design, node.id)} expires, about "
        f"{format_figure(fetches, 2)} requests fetch it at once: {format_figure(rate, 2)}/s for the "
        f"{format_quantity(fetch, 's')} of a fetch",
        fix=SetField(node.id, ("config", "fill"), "lease", "Let one fetch, by a lease"),
    )


def _fields(reading: Reading, name: str) -> frozenset[str]:
    """The settings that a node has."""
    config = reading.configs.get(name)
    return frozenset() if config is None else frozenset(type(config).model_fields)


def _fetches(plan: Plan, name: str) -> list[LinkPlan]:
    """The links over which what a store lacks is fetched: its own, or those of its callers after a miss."""
    own = [link for link in plan.links if link.source == name]
    callers = {link.source for link in plan.links if link.target == name}
    return own or [link for link in plan.links if link.source in callers and link.on_miss]


def _time(plan: Plan, link: LinkPlan) -> float:
    """Mean time (s) of a call that nothing holds up."""
    target = next(node for node in plan.nodes if node.id == link.target)
    work = max((law.mean for law in target.station.work), default=0.0)
    return 2.0 * link.delay.mean + work


def _old_answers(reading: Reading, plan: Plan, node: NodePlan) -> Iterator[Finding]:
    """What is served though it could not be renewed: for very long, or never, since nothing fetches here."""
    store = node.store
    if store is None or store.stale_if_error <= 0.0:
        return
    name = name_of(reading.design, node.id)
    if not any(link.source == node.id for link in plan.links):
        yield Finding(
            level="warning",
            code="no-effect",
            id=node.id,
            field="config.stale_if_error",
            message=f"{name} fetches nothing itself, so it never learns that a fetch has failed",
            fix=SetField(node.id, ("config", "stale_if_error"), UNSET, "Switch it off"),
        )
    elif store.stale_if_error >= _DAY:
        window = format_quantity(store.stale_if_error, "s")
        yield Finding(
            level="risk",
            code="old-answers",
            id=node.id,
            field="config.stale_if_error",
            message=f"While nothing can be fetched, {name} serves answers that expired up to {window} ago: hardly "
            "anybody notices that what is behind it is dead",
            fix=SetField(node.id, ("config", "stale_if_error"), 3600.0, "An hour at most"),
        )
