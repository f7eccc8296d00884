"""Leases that the instances of a node hold from a coordinator: without one they do not serve."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, Final

from engine.model.fields import setting
from engine.model.metric import Metric
from engine.model.policies.policy import Policy, PolicyState, Surroundings
from engine.model.units import format_quantity

if TYPE_CHECKING:
    from collections.abc import Mapping

_TRIES: Final = 3.0
"""Renewals in the time of a lease that are usual: one may be lost, and a second."""


class Lease(Policy):
    """Has each instance renew a lease by calls to a coordinator."""

    field: ClassVar[str] = "lease"
    title: ClassVar[str] = "leases"
    icon: ClassVar[str] = "coordinator"
    states: ClassVar[Mapping[str, PolicyState]] = MappingProxyType(
        {
            "held": PolicyState(word="held", tone="healthy"),
            "expired": PolicyState(word="no lease", tone="failing"),
        }
    )
    metrics: ClassVar[tuple[Metric, ...]] = (
        Metric(name="renewals", title="renewals", counts=True),
        Metric(name="renewals_failed", title="renewals failed", counts=True),
        Metric(name="leases_expired", title="leases expired", counts=True),
        Metric(name="without_lease", title="refused without a lease", counts=True),
        Metric(name="leases_held", title="instances with a lease at the end"),
    )

    coordinator: str = setting(
        "",
        title="Coordinator",
        help="The id of the node that grants the leases; a link has to lead there. The link is then for renewals alone: "
        "its timeout, its retries and its request class are those of each renewal.",
        max_length=200,
    )
    ttl: float = setting(
        10.0,
        title="Lasts",
        unit="s",
        help="From when the renewal was sent. 10 s is usual for sessions and leases in ZooKeeper, etcd and Consul.",
        gt=0.0,
        le=1e6,
    )
    renew: float | None = setting(
        None,
        title="Renewed every",
        unit="s",
        help="None: a third of the time that it lasts, as etcd's clients do, so that one renewal may be lost.",
        gt=0.0,
        le=1e6,
    )

    @property
    def every(self) -> float:
        """Seconds from one renewal to the next."""
        return self.ttl / _TRIES if self.renew is None else self.renew

    def label(self) -> str:
        """How long it lasts."""
        return f"lease {format_quantity(self.ttl, 's')}"

    def decides(self, where: Surroundings) -> bool:
        """Whether anybody is served depends on another node."""
        return True

    def remarks(self, where: Surroundings) -> tuple[str, ...]:
        """That a lease runs out between two renewals, or with the first that is lost."""
        every = format_quantity(self.every, "s")
        if self.every >= self.ttl:
            return (f"leases run out before they are renewed, every {every}; renew them sooner",)
        if 2.0 * self.every > self.ttl:
            return (
                f"one renewal that is lost costs the lease: they are sent every {every}; renew it three times in its life",
            )
        return ()


LEASE: Final[Any] = setting(
    None,
    title="Lease",
    group="Lease",
    help="Instances serve only while they hold a lease of a coordinator, and refuse (unavailable) without one. Off: they "
    "need nobody's leave.",
)
"""The field, for configs of components that can hold leases."""
