"""Where two plans of the same shape differ: most edits of a running design turn the knobs of one item."""

from __future__ import annotations

from itertools import compress, count
from operator import is_not
from typing import TYPE_CHECKING

from engine.model.policies.user_sessions import UserSessions
from engine.plan.primitives import INFINITE
from engine.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.plan.primitives import LinkPlan, NodePlan, Plan


@dataclass(frozen=True, slots=True)
class Difference:
    """Places of the nodes and links whose settings differ, in order."""

    nodes: tuple[int, ...] = ()
    links: tuple[int, ...] = ()


def difference(old: Plan, new: Plan) -> Difference | None:
    """Where plans differ; None where it is in more than the settings of single nodes and links.

    More are: request classes, what there is and what leads where, zones, roles, and what links tell of
    deadlines and cancels, which balancers pass on, of leaving lines, or of set-ups and TLS.
    """
    if old.classes is not new.classes and old.classes != new.classes:
        return None
    if old.homes is not new.homes and old.homes != new.homes:
        return None
    if len(old.nodes) != len(new.nodes) or len(old.links) != len(new.links):
        return None
    nodes, links = others(old.nodes, new.nodes), others(old.links, new.links)
    if any(_role(old.nodes[place]) != _role(new.nodes[place]) for place in nodes):
        return None
    if any(_way(old.links[place]) != _way(new.links[place]) for place in links):
        return None
    return Difference(
        tuple(place for place in nodes if old.nodes[place] != new.nodes[place]),
        tuple(place for place in links if old.links[place] != new.links[place]),
    )


def others(old: Sequence[object], new: Sequence[object]) -> list[int]:
    """Places at which sequences of equal length hold other objects.

    What did not change is the same object, and looking for one that is not costs next to nothing.
    """
    return [] if old is new else list(compress(count(), map(is_not, old, new)))


def _role(node: NodePlan) -> tuple[object, ...]:
    """Which node it is, what it is made of, and what else about it matters to others.

    That is whether clients have to draw keys for it, what passes it, whether it only tells the way, whether it is one
    of those who pick by zone, since they count each other, what it has links carry of sessions, where its
    instances lie, and whether it asks for what it has by its version.
    """
    parts = (
        node.traffic,
        node.store,
        node.backlog,
        node.topic,
        node.router,
        node.flow,
        node.cluster,
    )
    layer = None if node.router is None else node.router.layer
    by_zone = node.router is not None and node.router.picker == "zone"
    tells = node.router is not None and node.router.resolver is not None
    sessions = node.gate(UserSessions) if node.gates else None
    carried = () if sessions is None else (sessions.where, sessions.store, sessions.bytes)
    asks = node.store is not None and node.store.revalidate != "none"
    whole = (part is None for part in parts)
    return (node.id, node.reads_keys, layer, by_zone, tells, carried, node.spread, asks, *whole)


def _way(link: LinkPlan) -> tuple[object, ...]:
    """Which link it is, where it leads, and what else about it matters to others than its ends.

    That is whether its caller looks at keys, what it tells of deadlines and cancels, whether its calls leave
    lines, and whether it has connections and TLS, which may go on past a balancer.
    """
    told = (link.deadline_propagation, link.cancellation, link.queue_timeout < INFINITE)
    rounds = 0 if link.connection is None else link.connection.round_trips
    passed = (rounds, link.encryption is None)
    return (link.id, link.source, link.target, link.reads_keys, *told, *passed)
