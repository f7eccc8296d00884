"""What nodes and links cost while they run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from engine.model.prices import COST_PER_HOUR
from engine.plan.primitives import LinkPrice
from engine.sim.body import Adapter, Counters, Values, ratio

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.plan.primitives import NodePrice
    from engine.sim.parts import LinkPart, NodePart

_HOUR: Final = 3600.0


class CostMeter:
    """Adds up what is used of several things, each at the price that it has at that time."""

    def __init__(self, part: NodePart | LinkPart, now: float) -> None:
        self._part = part
        self._prices: tuple[float, ...] = ()
        self._used = part.billed(now)
        self._spent = 0.0

    def follow(self, price: NodePrice | LinkPrice, now: float, *, standbys: int = 0) -> None:
        """Have other prices from now on."""
        self._spent = self.spent(now)
        self._used = self._part.billed(now)
        self._prices = prices_of(price, standbys)

    def spent(self, now: float) -> float:
        """US dollars so far."""
        used = self._part.billed(now)
        pairs = zip(used, self._used, self._prices, strict=False)
        return self._spent + sum((after - before) * price for after, before, price in pairs)


def prices_of(price: NodePrice | LinkPrice, standbys: int) -> tuple[float, ...]:
    """Prices in the order in which a part says what it has used."""
    if isinstance(price, LinkPrice):
        return (price.request_byte, price.response_byte)
    standby = price.instance_second * standbys
    return (price.instance_second, standby, price.busy_second, price.request)


class CostAdapter(Adapter[CostMeter]):
    """Money, by the hour."""

    name = "cost"

    def counters(self, body: CostMeter, now: float) -> Counters:
        """US dollars."""
        return (body.spent(now),)

    def extra(self, body: CostMeter, since: Sequence[float], span: float, now: float) -> Values:
        """What an hour costs."""
        return {COST_PER_HOUR: ratio(since[0] * _HOUR, span)}


COST: Final = CostAdapter()
