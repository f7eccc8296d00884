"""What lies inside a target of the design: whole nodes, and instances of nodes that are spread over several frames.

A node whose config says that it is spread lies in those frames, wherever it is drawn; any other one lies in
the frame that it is drawn in.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from engine.model.spread import homes_of

if TYPE_CHECKING:
    from collections.abc import Container, Iterator

    from engine.model.design import Design, Link, Node
    from engine.model.round_trips import RoundTrips


def members(design: Design, target: str | None) -> list[Node]:
    """The nodes that a target stands for: itself, all with anything inside a frame, or all there are."""
    if target is None:
        return list(design.nodes)
    if target in design.node_by_id:
        return [design.node_by_id[target]]
    inside = frames_in(design, target)
    return [node for node in design.nodes if not inside.isdisjoint(homes_of(node))]


def frames_in(design: Design, target: str) -> set[str | None]:
    """A frame and those inside it; nothing where the target is none."""
    if target not in design.frame_by_id:
        return set()
    drawn: defaultdict[str | None, list[str]] = defaultdict(list)
    for frame in design.frames:
        drawn[frame.frame].append(frame.id)
    inside: set[str | None] = {target}
    left = [target]
    while left:
        for each in drawn[left.pop()]:
            if each not in inside:
                inside.add(each)
                left.append(each)
    return inside


def places_inside(design: Design, trips: RoundTrips) -> dict[str, dict[str, tuple[int, ...]]]:
    """For each frame with anything inside, the nodes of it and which of their places, as in `homes_of`, lie there."""
    found: defaultdict[str, dict[str, tuple[int, ...]]] = defaultdict(dict)
    for node in design.nodes:
        for place, home in enumerate(homes_of(node)):
            for frame in trips.around_frame(home):
                found[frame][node.id] = (*found[frame].get(node.id, ()), place)
    return found


def parts_inside(design: Design, target: str | None) -> dict[str, tuple[int, ...]]:
    """The places, as in `homes_of`, of those nodes of which a target stands for some instances only, not for all."""
    if target is None or target not in design.frame_by_id:
        return {}
    inside = frames_in(design, target)
    found: dict[str, tuple[int, ...]] = {}
    for node in design.nodes:
        homes = homes_of(node)
        places = tuple(place for place, home in enumerate(homes) if home in inside)
        if 0 < len(places) < len(homes):
            found[node.id] = places
    return found


class Side:
    """What a target stands for, instance by instance: one side of a fault of the network."""

    def __init__(self, design: Design, target: str | None) -> None:
        """Look it up."""
        self.names = {node.id for node in members(design, target)}
        self.parts = parts_inside(design, target)

    def holds(self, name: str, place: int) -> bool:
        """Whether the instances of a node in one of its places are on this side."""
        return name in self.names and (name not in self.parts or place in self.parts[name])


class Beyond:
    """What lies outside one side, instance by instance: the other side of a cut that names none."""

    def __init__(self, one: Side, nowhere: Container[str]) -> None:
        """Look from one side; what is nowhere, as DNS is, lies on neither."""
        self._one = one
        self._nowhere = nowhere

    def holds(self, name: str, place: int) -> bool:
        """Whether the instances of a node in one of its places lie outside."""
        return name not in self._nowhere and not self._one.holds(name, place)


def pairs_between(
    design: Design, link: Link, one: Side, other: Side | Beyond | None
) -> Iterator[tuple[int, int]]:
    """The places of the two ends of a link between which a fault is: with no other side, all that touch the one."""
    source, target = design.node_by_id[link.source], design.node_by_id[link.target]
    for here in range(len(homes_of(source))):
        for there in range(len(homes_of(target))):
            near, far = one.holds(source.id, here), one.holds(target.id, there)
            if other is None:
                hit = near or far
            else:
                hit = (near and other.holds(target.id, there)) or (
                    other.holds(source.id, here) and far
                )
            if hit:
                yield here, there
