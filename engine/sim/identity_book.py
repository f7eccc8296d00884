"""Which users are known where: one list of them for each auth server, however many nodes ask it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.sim.lane.gates.identities import Identities

if TYPE_CHECKING:
    from engine.plan.primitives import NodePlan, Plan
    from engine.sim.lane.draws import Streams


class IdentityBook:
    """The users of all auth servers, each list made when it is first looked at."""

    def __init__(self, streams: Streams) -> None:
        self._streams = streams
        self._found: dict[str, Identities] = {}

    def of(self, server: str, now: float) -> Identities:
        """The users of a server, or of a node that asks none."""
        found = self._found.get(server)
        if found is None:
            found = Identities(self._streams.uniform(server, "credential age"), now)
            self._found[server] = found
        return found


def authority(plan: Plan, node: NodePlan) -> str:
    """Who knows the users of a node: the server that it asks, behind balancers perhaps, or the node itself."""
    nodes = {each.id: each for each in plan.nodes}
    name = node.auth_server or node.id
    for _ in plan.nodes:
        if name == node.id or name not in nodes or nodes[name].router is None:
            break
        below = [link.target for link in plan.links if link.source == name and not link.checks]
        if not below:
            break
        name = below[0]
    return name
