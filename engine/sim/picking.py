"""Makes pickers, keeps those that stay right, and gives links their endpoints."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.sim.lane.balancing.least_connections import LeastConnections
from engine.sim.lane.balancing.power_of_two import PowerOfTwo
from engine.sim.lane.balancing.random_choice import Random
from engine.sim.lane.balancing.round_robin import RoundRobin
from engine.sim.lane.balancing.weighted import Weighted
from engine.sim.lane.call import Endpoint

if TYPE_CHECKING:
    from engine.plan.primitives import Picker as PickerName
    from engine.sim.lane.draws import Streams
    from engine.sim.lane.seams import Picker
    from engine.sim.parts import Choices, LinkPart, NodePart


def make_picker(
    name: PickerName, endpoints: list[Endpoint], streams: Streams, owner: str
) -> Picker:
    """What picks among endpoints, by the name in the plan."""
    if name == "round_robin":
        return RoundRobin(endpoints)
    if name == "least_connections":
        return LeastConnections(endpoints)
    uniforms = streams.uniform(owner, "pick")
    if name == "random":
        return Random(endpoints, uniforms)
    if name == "power_of_two":
        return PowerOfTwo(endpoints, uniforms)
    return Weighted(endpoints, uniforms)


def choice(
    choices: Choices, name: PickerName, among: list[Endpoint], streams: Streams, owner: str
) -> Picker:
    """The picker over some endpoints; the one that was there before, if there was."""
    key = (name, *(id(endpoint) for endpoint in among))
    if key not in choices:
        choices[key] = make_picker(name, among, streams, owner)
    return choices[key]


def used(choices: Choices, pickers: list[Picker]) -> Choices:
    """Only the pickers that are in use."""
    return {key: picker for key, picker in choices.items() if picker in pickers}


def join(part: LinkPart, target: NodePart) -> None:
    """Have an endpoint for each instance of the target."""
    link, pools = part.link, target.node.pools
    link.target = target.node
    known = {id(endpoint.pool): endpoint for endpoint in link.endpoints}
    weight = part.plan.weight / len(pools)
    endpoints = [known.get(id(pool)) or Endpoint(link, pool, weight) for pool in pools]
    for endpoint in endpoints:
        endpoint.weight = weight
    link.endpoints = endpoints


def pick_for(part: LinkPart, streams: Streams, kinds: int) -> None:
    """Give a link pickers of its own over its endpoints."""
    link, owner, choices = part.link, part.plan.id, part.choices
    picker = choice(choices, part.plan.picker, link.endpoints, streams, owner)
    link.pickers = [picker] * kinds
    link.sole = _sole(part)
    link.shared = False
    link.spare = None
    part.choices = used(choices, [picker])


def _sole(part: LinkPart) -> Endpoint | None:
    """The only instance that a link leads to, where picking it neither counts nor draws."""
    endpoints = part.link.endpoints
    sure = part.plan.picker in ("round_robin", "least_connections")
    return endpoints[0] if sure and len(endpoints) == 1 else None
