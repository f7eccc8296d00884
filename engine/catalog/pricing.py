"""What the prices of a design mean for each of its nodes and links."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from pydantic import ValidationError

from engine.catalog.registry import component
from engine.model.frame import FrameConfig
from engine.model.prices import Pricing
from engine.model.round_trips import RoundTrips
from engine.plan.primitives import LinkPrice, NodePrice

if TYPE_CHECKING:
    from engine.model.design import Design, Link, Node
    from engine.model.prices import Prices
    from engine.plan.primitives import Plan

_HOUR: Final = 3600.0
_MILLION: Final = 1e6
_GIGABYTE: Final = 1e9
CLIENT: Final = "client"


def priced(plan: Plan, design: Design, prices: Prices) -> Plan:
    """The plan of a design whose nodes and links cost something."""
    listed = PriceList(design, prices)
    nodes, links = design.node_by_id, design.link_by_id
    return replace(
        plan,
        nodes=tuple(replace(each, price=listed.node(nodes[each.id])) for each in plan.nodes),
        links=tuple(replace(each, price=listed.link(links[each.id])) for each in plan.links),
        priced=True,
    )


class PriceList:
    """The prices of one design, by where things lie."""

    def __init__(self, design: Design, prices: Prices) -> None:
        """Read what the frames say."""
        self._design = design
        self._prices = prices
        self._trips = RoundTrips(design)
        self._factors = {
            frame.id: factor
            for frame in design.frames
            if (factor := _factor(frame.config)) is not None
        }

    def node(self, node: Node) -> NodePrice | None:
        """What a node is charged for; None where it is free."""
        found = component(node.kind)
        pricing = Pricing() if found is None else found.pricing
        if pricing.is_free:
            return None
        prices, factor = self._prices, self._factor(node)
        hour = 0.0 if pricing.hour is None else float(getattr(prices, pricing.hour))
        work = prices.function_hour if pricing.at_work else 0.0
        requests = prices.million_requests if pricing.requests else 0.0
        return NodePrice(
            instance_second=hour * factor / _HOUR,
            busy_second=work * factor / _HOUR,
            request=requests * factor / _MILLION,
        )

    def link(self, link: Link) -> LinkPrice | None:
        """What a link is charged for; None where its bytes are free."""
        nodes = self._design.node_by_id
        source, target = nodes.get(link.source), nodes.get(link.target)
        if source is None or target is None:
            return None
        if source.kind == CLIENT:
            price = self._prices.gigabyte * self._factor(target) / _GIGABYTE
            return LinkPrice(response_byte=price)
        price = self._between(source, target) * self._factor(source) / _GIGABYTE
        return None if price == 0.0 else LinkPrice(request_byte=price, response_byte=price)

    def _between(self, source: Node, target: Node) -> float:
        """The price of a gigabyte from one node to another."""
        for kind, price in (
            ("region", self._prices.region_gigabyte),
            ("zone", self._prices.zone_gigabyte),
        ):
            here, there = (self._innermost(node, kind) for node in (source, target))
            if here is not None and there is not None and here != there:
                return price
        return 0.0

    def _innermost(self, node: Node, kind: str) -> str | None:
        """The innermost frame of a kind around a node."""
        frames = self._design.frame_by_id
        return next((each for each in self._around(node) if frames[each].kind == kind), None)

    def _factor(self, node: Node) -> float:
        """What the innermost frame around a node that says something makes of prices."""
        said = (self._factors[each] for each in self._around(node) if each in self._factors)
        return next(said, 1.0)

    def _around(self, node: Node) -> tuple[str, ...]:
        """The frames around a node, from the inside out."""
        return () if node.frame is None else self._trips.around_frame(node.frame)


def _factor(config: object) -> float | None:
    """The price factor of a frame; None where it says none, or nothing that can be read."""
    try:
        return FrameConfig.model_validate(config).price_factor
    except ValidationError:
        return None
