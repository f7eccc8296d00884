"""Load shedding of a node: it refuses some of what comes once a line stands before its workers."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar, Literal

from engine.model.fields import setting
from engine.model.metric import Metric
from engine.model.policies.policy import Policy, PolicyState, Surroundings
from engine.model.units import format_quantity

if TYPE_CHECKING:
    from collections.abc import Mapping


class Shed(Policy):
    """Refuses some requests while a standing queue shows that more come than can be served."""

    field: ClassVar[str] = "shed"
    title: ClassVar[str] = "load shedding"
    icon: ClassVar[str] = "shed"
    states: ClassVar[Mapping[str, PolicyState]] = MappingProxyType(
        {
            "idle": PolicyState(word="", tone="healthy"),
            "shedding": PolicyState(word="shedding", tone="strained"),
        }
    )
    metrics: ClassVar[tuple[Metric, ...]] = (
        Metric(name="dropped", title="shed for a standing queue", counts=True),
    )

    by: Literal["priority", "codel"] = setting(
        "priority",
        title="By",
        help="priority: at the door, the classes with the highest priority number first, some more after each "
        "interval with a standing queue and fewer after one without (DAGOR, WeChat: 5 % less, 1 % more). "
        "codel: out of the line of an instance, whoever's turn it is, one after an interval and then ever "
        "faster (RFC 8289).",
    )
    target: float = setting(
        0.005,
        title="Target",
        unit="s",
        help="Waits for a worker that may stay: a queue stands where nobody waits less (RFC 8289: 5 ms).",
        gt=0.0,
        le=1e6,
    )
    interval: float = setting(
        0.1,
        title="Interval",
        unit="s",
        help="For so long the queue has to stand; longer than most requests take (RFC 8289: 100 ms).",
        ge=0.001,
        le=1e6,
    )

    def label(self) -> str:
        """What it goes by."""
        word = "CoDel" if self.by == "codel" else self.by
        return f"{word} {format_quantity(self.target, 's')}"

    def decides(self, where: Surroundings) -> bool:
        """It refuses requests as soon as a queue stands, which nobody knows beforehand."""
        return True

    def bounds_line(self, capacity: float) -> bool:
        """It sheds for as long as the line stands."""
        return True

    def remarks(self, where: Surroundings) -> tuple[str, ...]:
        """A target beyond the interval is none."""
        if self.target < self.interval:
            return ()
        return (
            (
                "Its load shedding has a target that is no shorter than the interval, so that it reacts late; "
                "make the target a small part of the interval (RFC 8289: 5 to 10 %)"
            ),
        )
