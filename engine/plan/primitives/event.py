"""E: a change at a time."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from engine.records import dataclass

if TYPE_CHECKING:
    from engine.plan.primitives.link import LinkPlan
    from engine.plan.primitives.node import NodePlan


@dataclass(frozen=True, slots=True, kw_only=True)
class EventPlan:
    """E: a change at a time, its target resolved to nodes and links."""

    at: float
    end: float
    """Infinite where it lasts."""
    change: str
    target: str | None = None
    """The node, link or frame that it names; None is everything."""
    nodes: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    routes: tuple[tuple[str, str, int, int], ...] = ()
    """Ways of callers that DNS has told to take a link: over which they ask, which they take, and the places of both."""
    unseen: tuple[tuple[str, int], ...] = ()
    """Links of DNS whose targets in a place its checks do not reach: they lie in a frame that is cut off from everybody."""
    within: tuple[tuple[str, tuple[int, ...]], ...] = ()
    """Nodes of which only the instances in some places are hit, and these places: see `NodePlan.spread`."""
    pairs: tuple[tuple[str, int, int], ...] = ()
    """Links that are hit between some instances only: the places of the caller's and of the target's."""
    peers: tuple[tuple[str, int, int], ...] = ()
    """Nodes whose own instances the network between some places keeps from each other, and the two places."""
    factor: float = 1.0
    probability: float = 0.0
    seconds: float | None = None
    """Of a delay, added to each crossing; of an error, until it is answered, None after its work; of draining, until
    what is left is cut off, None as the node says."""
    bytes: float = 0.0
    """Of memory that leak, a second."""
    workers: float = 0.0
    """That leak, a second."""
    user: int | None = None
    """The only one whose access is revoked."""
    key: int = 0
    """That is hot."""
    ahead: float = 0.0
    """Seconds for which a signing key is published before it signs."""
    overlap: float = math.inf
    """Seconds for which the one before it stays good after that."""
    ramp: float = 0.0
    """Seconds over which it grows from nothing to its full strength."""
    instances: int | None = None
    only: int | None = None
    """The one instance that a fault which came by itself is about, by its place."""
    renewal: bool = False
    """Whether it came by itself: a fault of `engine.control.renewals`."""
    replacement: NodePlan | LinkPlan | None = None
    """``set``: the node or link as it is meanwhile."""
    through: str | None = None
    """The node from which one of the sites has to be reached before it can end."""
    sites: tuple[str, ...] = ()
    """The nodes at which somebody can end it."""
    label: str = ""
    """How people read it: ``Catalog cache flushed``."""

    def places_of(self, node: str) -> tuple[int, ...] | None:
        """The places of a node that it is about; None is all of them."""
        return next((places for name, places in self.within if name == node), None)
