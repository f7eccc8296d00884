"""Connects the parts: who calls whom in which order, and what picks the instances."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.sim.lane.call import Endpoint
from engine.sim.lane.roles.flow import FlowNode
from engine.sim.lane.roles.queue import Backlog
from engine.sim.lane.roles.router import Router
from engine.sim.programs import program
from engine.sim.samplers import make_picker

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from engine.plan.primitives import Picker as PickerName
    from engine.sim.lane.call import Picker
    from engine.sim.lane.draws import Streams
    from engine.sim.lane.link import Link
    from engine.sim.parts import Choices, LinkPart, NodePart


def wire(
    nodes: Mapping[str, NodePart], links: Iterable[LinkPart], streams: Streams, kinds: int
) -> None:
    """Connect everything anew. Endpoints and pickers that stay right are kept as they are."""
    leaving: dict[str, list[LinkPart]] = {name: [] for name in nodes}
    for each in nodes.values():
        for pool in (*each.node.pools, *each.retired):
            pool.inlets = []
    for part in links:
        _join(part, nodes[part.plan.target])
        leaving[part.plan.source].append(part)
    for name, outgoing in leaving.items():
        node = nodes[name].node
        if isinstance(node, Router):
            _route(nodes[name], node, outgoing, streams, kinds)
            continue
        if isinstance(node, Backlog):
            _feed(node, outgoing)
        for part in outgoing:
            owner, choices = part.plan.id, part.choices
            picker = _choice(choices, part.plan.picker, part.link.endpoints, streams, owner)
            part.link.pickers = [picker] * kinds
            part.link.sole = _sole(part)
            part.choices = _used(choices, [picker])
        flow = nodes[name].plan.flow
        if isinstance(node, FlowNode) and flow is not None:
            node.program = program(flow, {part.plan.id: part.link for part in outgoing}, kinds)
        else:
            node.follow(_steps(outgoing))


def _join(part: LinkPart, target: NodePart) -> None:
    """Have an endpoint for each instance of the target."""
    link, pools = part.link, target.node.pools
    link.target = target.node
    known = {id(endpoint.pool): endpoint for endpoint in link.endpoints}
    weight = part.plan.weight / len(pools)
    endpoints = [known.get(id(pool)) or Endpoint(link, pool, weight) for pool in pools]
    for endpoint in endpoints:
        endpoint.weight = weight
    link.endpoints = endpoints


def _route(
    part: NodePart, router: Router, outgoing: Sequence[LinkPart], streams: Streams, kinds: int
) -> None:
    """Give a router one picker a class over all instances behind the links that take it."""
    plan = part.plan.router
    if plan is None:
        return
    router.endpoints = [each for link in outgoing for each in link.link.endpoints]
    router.pickers = []
    for kind in range(kinds):
        among = [
            each for link in outgoing if link.link.accepts[kind] for each in link.link.endpoints
        ]
        router.pickers.append(_choice(part.choices, plan.picker, among, streams, part.plan.id))
    for link in outgoing:
        link.link.pickers = router.pickers
        link.link.sole = None
    part.choices = _used(part.choices, router.pickers)


def _feed(backlog: Backlog, outgoing: Sequence[LinkPart]) -> None:
    """Let the consumers' instances know the queue, and the queue them."""
    backlog.outlets = [each for link in outgoing for each in link.link.endpoints]
    for endpoint in backlog.outlets:
        endpoint.source = backlog
        endpoint.pool.inlets.append(endpoint)


def _choice(
    choices: Choices, name: PickerName, among: list[Endpoint], streams: Streams, owner: str
) -> Picker:
    """The picker over some endpoints; the one that was there before, if there was."""
    key = (name, *(id(endpoint) for endpoint in among))
    if key not in choices:
        choices[key] = make_picker(name, among, streams, owner)
    return choices[key]


def _sole(part: LinkPart) -> Endpoint | None:
    """The only instance that a link leads to, where picking it neither counts nor draws."""
    endpoints = part.link.endpoints
    sure = part.plan.picker in ("round_robin", "least_connections")
    return endpoints[0] if sure and len(endpoints) == 1 else None


def _used(choices: Choices, pickers: list[Picker]) -> Choices:
    """Only the pickers that are in use."""
    return {key: picker for key, picker in choices.items() if picker in pickers}


def _steps(outgoing: Sequence[LinkPart]) -> list[list[Link]]:
    """Groups of calls in rising order."""
    groups: dict[int, list[Link]] = {}
    for part in outgoing:
        groups.setdefault(part.plan.order, []).append(part.link)
    return [groups[order] for order in sorted(groups)]
