"""The rate limit of a node."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar, Final, Literal, Self

from pydantic import model_validator

from engine.model.fields import setting
from engine.model.metric import Metric
from engine.model.policies.policy import Policy, PolicyState, Surroundings
from engine.model.units import format_quantity

if TYPE_CHECKING:
    from collections.abc import Mapping

_CALM: Final = 0.5
"""Share of its rate up to which a token bucket refuses next to nothing of Poisson arrivals …"""
_ROUNDING: Final = 1e-9
_BURST: Final = 10
"""… with so many tokens (M/D/1/10: two in a million)."""


class RateLimit(Policy):
    """Lets in so many requests a second, and a burst of some more."""

    field: ClassVar[str] = "rate_limit"
    title: ClassVar[str] = "rate limit"
    icon: ClassVar[str] = "rate_limiter"
    states: ClassVar[Mapping[str, PolicyState]] = MappingProxyType(
        {
            "idle": PolicyState(word="", tone="healthy"),
            "limiting": PolicyState(word="limiting", tone="strained"),
        }
    )
    metrics: ClassVar[tuple[Metric, ...]] = (
        Metric(name="admitted", title="let in", counts=True),
        Metric(name="rate_limited", title="rate limited", counts=True),
        Metric(name="tokens", title="tokens left"),
        Metric(name="waiting", title="waiting for a token"),
    )

    algorithm: Literal["token_bucket", "gcra", "leaky_bucket", "fixed_window", "sliding_window"] = (
        setting(
            "token_bucket",
            title="Algorithm",
            help="token_bucket: tokens come at the rate, up to the burst; each request takes one. gcra: the same, "
            "told by times (ITU-T I.371). leaky_bucket: requests fill it and it drains at the rate; with delay "
            "they leave one by one at the rate, and the burst is how many may wait (nginx limit_req). fixed_window: "
            "rate × window in each window of the clock, so twice as many around the end of one. sliding_window: "
            "no more than that in any window, wherever it begins.",
        )
    )
    rate: float = setting(
        10_000.0,
        title="Rate",
        unit="rps",
        help="Tokens a second (Amazon API Gateway: 10 000 a second for an account).",
        gt=0.0,
        le=1e9,
    )
    burst: int = setting(
        5_000,
        title="Burst",
        help="Tokens that a full bucket holds: so many requests may come at once (Amazon API "
        "Gateway: 5 000). In T seconds no more than burst + rate × T get in.",
        ge=1,
        le=10_000_000,
    )
    window: float = setting(
        1.0,
        title="Window",
        unit="s",
        help="Of the window algorithms, which know no burst.",
        gt=0.0,
        le=1e6,
    )
    by: Literal["all", "client", "key", "session", "class", "tenant"] = setting(
        "all",
        title="By",
        help="Whose requests share a bucket: all, those of a client, for a key, of a session (a user, "
        "where the client tells them apart), of a class, or of a tenant.",
    )
    shared: bool = setting(
        default=True,
        title="Shared",
        help="Yes: one bucket for all instances, as in a shared store. No: each instance has its own, "
        "so that n instances let in n times as much.",
    )
    delay: bool = setting(
        default=False,
        title="Delay",
        help="Yes: requests without a token wait for theirs, in order. No: they fail with "
        "rate_limited at once.",
    )
    pending: int | None = setting(
        None,
        title="Most waiting",
        help="With delay: requests of a bucket that may wait; more are refused. None: any number.",
        ge=0,
        le=10_000_000,
    )

    @model_validator(mode="after")
    def _lets_somebody_in(self) -> Self:
        """Refuse a window in which nobody may pass."""
        if self.algorithm.endswith("_window") and self.rate * self.window < 1.0 - _ROUNDING:
            msg = (
                f"a window of {format_quantity(self.window, 's')} lets in {format_quantity(self.rate * self.window, '')} requests; widen it to "
                f"{format_quantity(1.0 / self.rate, 's')} or more"
            )
            raise ValueError(msg)
        return self

    def label(self) -> str:
        """The rate."""
        return format_quantity(self.rate, "rps")

    def reads_keys(self) -> bool:
        """It does where each key has a bucket."""
        return self.by == "key"

    def decides(self, where: Surroundings) -> bool:
        """It does as soon as it is asked for a good part of its rate, or by others than all together."""
        calm = (
            self._knows_bursts()
            and self.by == "all"
            and self.burst >= _BURST
            and where.offered <= _CALM * self.rate
        )
        return not calm

    def _knows_bursts(self) -> bool:
        """Whether so many may come at once as the burst says."""
        windows = self.algorithm.endswith("_window")
        return not windows and not (self.algorithm == "leaky_bucket" and self.delay)

    def bounds_line(self, capacity: float) -> bool:
        """It does where all together may ask for what can be served."""
        return self.by == "all" and self.rate <= capacity

    def remarks(self, where: Surroundings) -> tuple[str, ...]:
        """It refuses what comes every day, or lets in more than can be served."""
        if self.by != "all":
            return ()
        found = []
        if where.offered > self.rate and not self.delay:
            share = format_quantity(1.0 - self.rate / where.offered, "%")
            found.append(
                f"Its rate limit of {format_quantity(self.rate, 'rps')} is below the "
                f"{format_quantity(where.offered, 'rps')} that come: {share} are refused all the time"
            )
        if self.rate > where.capacity:
            found.append(
                f"Its rate limit of {format_quantity(self.rate, 'rps')} lets in more than the "
                f"{format_quantity(where.capacity, 'rps')} that it can serve; lower the rate, or it "
                "protects nothing"
            )
        return tuple(found)
