"""Which link carries the sessions of a node, and which links carry the cookies of others."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Protocol

from engine.model.policies.user_sessions import UserSessions
from engine.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from engine.plan.primitives import LinkPlan, NodePlan, Plan


def session_link(node: NodePlan, leaving: Iterable[LinkPlan]) -> str | None:
    """The id of the link over which a node keeps its sessions; None where it does not, or has no such link.

    Args:
        node: the node.
        leaving: the links that leave it.
    """
    settings = node.gate(UserSessions) if node.gates else None
    if settings is None or settings.where != "store":
        return None
    if node.router is not None or node.keeps_messages or node.store is not None:
        return None  # they send requests on, each in its own way
    return link_to(settings.store, leaving)


class Leading(Protocol):
    """A link, of a plan or a design."""

    @property
    def id(self) -> str:
        """Its id."""

    @property
    def target(self) -> str:
        """The id of the node that it leads to."""


def link_to(store: str | None, leaving: Iterable[Leading]) -> str | None:
    """The link of that id, else the first one to the node of that id."""
    found = None
    for link in leaving:
        if link.id == store:
            return link.id
        if link.target == store and found is None:
            found = link.id
    return found


@dataclass(frozen=True, slots=True)
class Carried:
    """Bytes of sessions that links carry, by the id of the link."""

    stored: Mapping[str, int]
    """Of each session, over the links to stores of them."""
    cookies: Mapping[str, int]
    """With each request of a user."""


NOTHING: Final = Carried(MappingProxyType({}), MappingProxyType({}))


def carried(plan: Plan) -> Carried:
    """What the links of a plan carry of sessions."""
    kept = [(node, node.gate(UserSessions)) for node in plan.nodes if node.gates]
    if not any(settings for _, settings in kept):
        return NOTHING
    stored: dict[str, int] = {}
    cookies: dict[str, int] = {}
    for node, settings in kept:
        if settings is None:
            continue
        link = session_link(node, (each for each in plan.links if each.source == node.id))
        if link is not None:
            stored[link] = settings.bytes
        if settings.where == "cookie":
            for each in _in_front(node.id, plan):
                cookies[each] = cookies.get(each, 0) + settings.bytes
    return Carried(stored, cookies)


def _in_front(node: str, plan: Plan) -> list[str]:
    """The links over which the requests of users come to a node: those to it, and to the balancers before it."""
    routers = {each.id for each in plan.nodes if each.router is not None}
    found: list[str] = []
    seen, waiting = {node}, [node]
    while waiting:
        target = waiting.pop()
        for link in plan.links:
            if link.target != target:
                continue
            found.append(link.id)
            if link.source in routers and link.source not in seen:
                seen.add(link.source)
                waiting.append(link.source)
    return found
