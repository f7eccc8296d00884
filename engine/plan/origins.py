"""Data origins: where the data lives that caches hold copies of, and which of them feed which cache."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from engine.plan.flow import calls_in, spares_of
from engine.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from engine.plan.primitives import LinkPlan, NodePlan, Plan


@dataclass(frozen=True, slots=True)
class DataOrigins:
    """The origins of a plan in which anything can be stale."""

    names: frozenset[str]
    """Ids of the origins: nodes that answer without waiting for others. Empty where nothing can be stale."""
    feeding: Mapping[str, tuple[str, ...]]
    """For each node with a store, the origins of what it holds."""


NO_ORIGINS: Final = DataOrigins(frozenset(), MappingProxyType({}))


def data_origins(plan: Plan, not_data: Iterable[str]) -> DataOrigins:
    """Who owns data, in a plan with stores and with requests that write.

    Args:
        plan: the plan.
        not_data: links that carry something else: sessions.
    """
    stores = [node.id for node in plan.nodes if node.store is not None]
    if not stores or not (asks_for_versions(plan) or any(kind.write for kind in plan.classes)):
        return NO_ORIGINS
    others = frozenset(not_data)
    leaving: dict[str, list[LinkPlan]] = {node.id: [] for node in plan.nodes}
    for link in plan.links:
        if not link.checks and link.id not in others:
            leaving[link.source].append(link)
    found = frozenset(node.id for node in plan.nodes if _is_origin(node, leaving[node.id]))
    feeding = {}
    for store in stores:
        asked = [store] if leaving[store] else _askers(store, leaving)
        feeding[store] = tuple(name for name in _reached(asked, leaving) if name in found)
    return DataOrigins(found, feeding)


def asks_for_versions(plan: Plan) -> bool:
    """Whether any store asks whether there is another version than the one that it has."""
    return any(node.store is not None and node.store.revalidate == "etag" for node in plan.nodes)


def _is_origin(node: NodePlan, leaving: list[LinkPlan]) -> bool:
    """Whether a node answers by itself."""
    if any((node.traffic, node.store, node.backlog, node.router)):
        return False
    if node.flow is not None:
        return not any(waits for _, waits in calls_in(node.flow))
    spares = spares_of(leaving)
    return not any(link.waits and link.id not in spares for link in leaving)


def _askers(store: str, leaving: Mapping[str, list[LinkPlan]]) -> list[str]:
    """Who calls a node that fetches nothing itself, and so fetches what it lacks."""
    return [name for name, links in leaving.items() if any(link.target == store for link in links)]


def _reached(names: list[str], leaving: Mapping[str, list[LinkPlan]]) -> list[str]:
    """Some nodes, and all that they call, and so on."""
    found = dict.fromkeys(names)
    waiting = list(names)
    while waiting:
        for link in leaving[waiting.pop()]:
            if link.target not in found:
                found[link.target] = None
                waiting.append(link.target)
    return list(found)
