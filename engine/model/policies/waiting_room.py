"""The waiting room of a node: whoever comes takes a ticket, and tickets are called at a rate."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar

from engine.model.fields import setting
from engine.model.metric import Metric
from engine.model.policies.policy import Policy, PolicyState, Surroundings
from engine.model.units import format_quantity

if TYPE_CHECKING:
    from collections.abc import Mapping


class WaitingRoom(Policy):
    """Has everybody wait outside, in order, and lets so many in a second."""

    field: ClassVar[str] = "waiting_room"
    title: ClassVar[str] = "waiting room"
    icon: ClassVar[str] = "waiting_room"
    states: ClassVar[Mapping[str, PolicyState]] = MappingProxyType(
        {
            "idle": PolicyState(word="", tone="healthy"),
            "queueing": PolicyState(word="queueing", tone="strained"),
        }
    )
    metrics: ClassVar[tuple[Metric, ...]] = (
        Metric(name="waiting_room.tickets", title="tickets taken", counts=True),
        Metric(name="waiting_room.admitted", title="let in from the waiting room", counts=True),
        Metric(name="waiting_room.left", title="left the waiting room", counts=True),
        Metric(name="waiting_room.waiting", title="in the waiting room"),
    )

    rate: float = setting(
        100.0,
        title="Rate",
        unit="rps",
        help="Requests a second that are let in, one by one and in the order in which they came; the others wait "
        "for as long as it takes, or until their callers give up. Nobody is refused.",
        gt=0.0,
        le=1e9,
    )

    def label(self) -> str:
        """The rate."""
        return format_quantity(self.rate, "rps")

    def decides(self, where: Surroundings) -> bool:
        """It spaces requests out, so that some wait at any rate."""
        return True

    def bounds_line(self, capacity: float) -> bool:
        """It does where it lets in what can be served."""
        return self.rate <= capacity

    def remarks(self, where: Surroundings) -> tuple[str, ...]:
        """It never empties, or lets in more than can be served."""
        found = []
        if where.offered > self.rate:
            found.append(
                f"Its waiting room lets in {format_quantity(self.rate, 'rps')} of the "
                f"{format_quantity(where.offered, 'rps')} that come: it fills all the time"
            )
        if self.rate > where.capacity:
            found.append(
                f"Its waiting room lets in {format_quantity(self.rate, 'rps')}, more than the "
                f"{format_quantity(where.capacity, 'rps')} that it can serve; lower the rate, or it "
                "protects nothing"
            )
        return tuple(found)
