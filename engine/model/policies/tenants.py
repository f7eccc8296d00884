"""The tenants of a client: its users belong to organisations, some of which are larger than others."""

from __future__ import annotations

from typing import Any, ClassVar, Final, Literal

from engine.model.fields import setting
from engine.model.metric import Metric
from engine.model.policies.policy import Policy

HURT: Final = 0.1
"""Share of its requests from which on a tenant that loses them counts as hurt."""
DOWN: Final = 0.9
"""Share from which on it counts as down."""
_MOST: Final = 1000


class Tenants(Policy):
    """Has each user belong to a tenant, for limits, shards and results that go by tenants."""

    field: ClassVar[str] = "tenants"
    title: ClassVar[str] = "tenants"
    icon: ClassVar[str] = "group"
    metrics: ClassVar[tuple[Metric, ...]] = (
        Metric(name="tenants_hurt", title="tenants that lose a tenth", unit="%"),
        Metric(name="tenants_down", title="tenants that lose nine tenths", unit="%"),
        Metric(name="worst_tenant", title="loss of the worst tenant", unit="%"),
    )

    count: int = setting(
        100,
        title="Tenants",
        help="How many organisations the users belong to. Each user belongs to one for good.",
        ge=1,
        le=_MOST,
    )
    law: Literal["uniform", "zipf"] = setting(
        "uniform",
        title="Sizes",
        help="uniform: all have as many users. zipf: the second has 1/2^alpha of the users of the first, the third "
        "1/3^alpha.",
    )
    alpha: float = setting(
        1.0, title="Alpha", help="Of zipf: how unequal they are.", ge=0.0, le=10.0
    )

    def label(self) -> str:
        """How many there are."""
        return f"{self.count} tenants"

    def shares(self) -> tuple[float, ...]:
        """The share of the users of each, the largest first."""
        power = self.alpha if self.law == "zipf" else 0.0
        sizes = [float(place) ** -power for place in range(1, self.count + 1)]
        whole = sum(sizes)
        return tuple(size / whole for size in sizes)


TENANTS: Final[Any] = setting(
    None,
    title="Tenants",
    group="Traffic",
    help="Users belong to organisations: what goes by tenants (rate limits, shuffle shards, hashes) tells them apart, "
    "and results say how many are hurt. Off: there are none.",
)
"""The field of a client."""
