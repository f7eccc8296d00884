"""Which links may be drawn, and why not; makes the edits that draw them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from engine.model.component import can_link
from engine.model.design import Frame, Link, Node
from engine.model.edits import CompoundEdit, Insert, SetField
from engine.model.ids import fresh_id
from engine.model.round_trips import RoundTrips
from widgets.canvas.naming import all_ids

if TYPE_CHECKING:
    from collections.abc import Container, Mapping

    from engine.model.component import Component
    from engine.model.design import Design

End = Literal["source", "target"]
DNS = "dns"
"""The kind that is no place on the way."""
SAME_ZONE = 0.00025
"""One-way delay of a new link (s): two machines in one zone."""


def refusal(
    design: Design, components: Mapping[str, Component], source: str, target: str
) -> str | None:
    """Why there can be no link from ``source`` to ``target``; None where there can."""
    first, second = design.item(source), design.item(target)
    if isinstance(first, Frame) or isinstance(second, Frame):
        return "Open the frame to link what is inside"
    if not isinstance(first, Node) or not isinstance(second, Node):
        return "Links go from node to node"
    if any(link.source == source and link.target == target for link in design.links):
        return "They are linked already"
    return mismatch(components.get(first.kind), components.get(second.kind))


def mismatch(source: Component | None, target: Component | None) -> str | None:
    """Why these kinds do not fit; kinds that are not known are given the benefit of the doubt."""
    if source is None or target is None or can_link(source, target):
        return None
    if source.output == "none":
        return f"{source.title}: nothing leaves here"
    if target.input == "none":
        return f"{target.title}: nothing arrives here"
    if source.output == "messages":
        return f"{source.title} hands out messages; {target.title} takes calls"
    return f"{target.title} takes messages from a queue; {source.title} makes calls"


def can_split(
    design: Design, components: Mapping[str, Component], link: Link, middle: Component | None
) -> bool:
    """Whether a component can be put in between the ends of a link."""
    source, target = (design.node_by_id.get(end) for end in (link.source, link.target))
    if source is None or target is None or middle is None:
        return False
    return (
        mismatch(components.get(source.kind), middle) is None
        and mismatch(middle, components.get(target.kind)) is None
    )


def split_edit(design: Design, node: Node, link: Link) -> CompoundEdit:
    """Add a node into a link: what the link carried to its target now goes through the node."""
    onward = new_link(design, node.id, link.target, all_ids(design) | {node.id})
    label = f"Add {node.name}"
    insert = Insert.of(node, onward, label=label)
    return CompoundEdit((insert, SetField(link.id, ("target",), node.id)), label)


def relink_edit(link: Link, end: End, node_id: str) -> SetField:
    """Let a link end (or begin) at another node; what it carries stays."""
    return SetField(link.id, (end,), node_id, "Relink")


def new_link(design: Design, source: str, target: str, taken: Container[str]) -> Link:
    """A link with the delay of two machines in one zone, unless frames or a last mile say how far it is, or DNS, which is nowhere."""
    trips = RoundTrips(design)
    told = trips.between(source, target) is not None or trips.last_mile(source) is not None
    ends = (design.node_by_id.get(source), design.node_by_id.get(target))
    told = told or any(node is not None and node.kind == DNS for node in ends)
    return Link(
        id=fresh_id(f"{source}-{target}", taken),
        source=source,
        target=target,
        config={} if told else {"delay": {"law": "constant", "mean": SAME_ZONE}},
    )


def link_edit(design: Design, source: str, target: str) -> Insert:
    """Draw a link."""
    return Insert.of(new_link(design, source, target, all_ids(design)), label="Link")
