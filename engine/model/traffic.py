"""What requests are and when they come: key popularity, request classes, arrival processes."""

from __future__ import annotations

import itertools
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from engine.model.fields import Config, setting
from engine.model.laws import Exponential, Law

_MAX_RATE = 1e9

Rate = Annotated[float, Field(ge=0.0, le=_MAX_RATE)]
SchedulePoint = Annotated[tuple[Annotated[float, Field(ge=0.0, le=1e9)], Rate], Field(strict=False)]
Schedule = Annotated[tuple[SchedulePoint, ...], Field(strict=False, max_length=10_000)]
"""Piecewise-linear rate: ``[[t, rps], …]`` with rising t; constant before the first and after the last."""


class ZipfKeys(Config):
    """Zipf popularity: key k is asked for in proportion to k^-alpha."""

    law: Literal["zipf"] = "zipf"
    count: int = setting(10_000, title="Keys", help="Number of distinct keys.", ge=1, le=10_000_000)
    alpha: float = setting(
        0.8,
        title="Skew",
        help="Zipf exponent; web caches see .64 to .83 (Breslau 1999).",
        ge=0.0,
        le=10.0,
    )


class UniformKeys(Config):
    """Every key is asked for equally often."""

    law: Literal["uniform"] = "uniform"
    count: int = setting(10_000, title="Keys", help="Number of distinct keys.", ge=1, le=10_000_000)


Keys = Annotated[ZipfKeys | UniformKeys, Field(discriminator="law")]


class RequestClass(BaseModel):
    """One kind of request: what it does, how big it is, which keys it touches."""

    model_config = ConfigDict(frozen=True, extra="allow", strict=True, allow_inf_nan=False)

    name: str = setting(
        "request", title="Name", help="Name, used by mixes and links.", max_length=64
    )
    operation: Literal["read", "write"] = setting(
        "read", title="Operation", help="Reads look keyed stores up; writes change them."
    )
    request_bytes: float = setting(
        1000.0, title="Request size", unit="B", help="Bytes sent.", ge=0.0, le=1e15
    )
    response_bytes: float = setting(
        10_000.0, title="Response size", unit="B", help="Bytes answered.", ge=0.0, le=1e15
    )
    keys: Keys = setting(ZipfKeys(), title="Keys", help="Which keys it asks for, and how often.")
    priority: int = setting(
        0, title="Priority", help="0 is served first where the discipline is priority.", ge=0, le=3
    )
    deadline: float | None = setting(
        None,
        title="Deadline",
        unit="s",
        help="Time after which nobody wants the answer.",
        gt=0.0,
        le=1e9,
    )


class _Rated(Config):
    """Arrivals by a rate, constant or scheduled."""

    rate: Rate | Schedule = setting(
        50.0, title="Rate", unit="rps", help="Requests per second, constant or [[t, rps], …]."
    )

    @model_validator(mode="after")
    def _rising(self) -> Self:
        """Refuse a schedule without points, and one whose times do not rise."""
        if isinstance(self.rate, tuple):
            if not self.rate:
                msg = "the list of the rate is empty; give a number or at least one point [t, rps]"
                raise ValueError(msg)
            times = [t for t, _ in self.rate]
            if any(b <= a for a, b in itertools.pairwise(times)):
                msg = "the times of a rate schedule must rise; sort the points"
                raise ValueError(msg)
        return self

    def schedule(self) -> tuple[tuple[float, float], ...]:
        """The rate as points (s, rps)."""
        return self.rate if isinstance(self.rate, tuple) else ((0.0, self.rate),)


class Poisson(_Rated):
    """Independent users: exponential gaps (open)."""

    process: Literal["poisson"] = "poisson"


class Deterministic(_Rated):
    """Equal gaps (open)."""

    process: Literal["deterministic"] = "deterministic"


class Mmpp(_Rated):
    """Markov-modulated Poisson process with two states: bursts over a base rate (open)."""

    process: Literal["mmpp"] = "mmpp"
    burst_factor: float = setting(
        5.0, title="Burst factor", help="Rate in a burst over the base rate.", ge=0.0, le=1e6
    )
    burst_mean: float = setting(
        5.0, title="Burst length", unit="s", help="Mean length of a burst.", gt=0.0, le=1e9
    )
    calm_mean: float = setting(
        55.0, title="Calm length", unit="s", help="Mean time between bursts.", gt=0.0, le=1e9
    )


class Trace(Config):
    """Recorded arrival instants, replayed (open)."""

    process: Literal["trace"] = "trace"
    times: tuple[Annotated[float, Field(ge=0.0, le=1e9)], ...] = setting(
        (), title="Times", unit="s", help="Arrival instants.", max_length=1_000_000, lax=True
    )


class Closed(Config):
    """A fixed population: each user waits for the answer, thinks, and asks again."""

    process: Literal["closed"] = "closed"
    users: int = setting(100, title="Users", help="Number of users.", ge=0, le=1_000_000)
    think_time: Law | Annotated[float, Field(ge=0.0, le=1e9)] = setting(
        Exponential(mean=1.0),
        title="Think time",
        unit="s",
        help="Time between an answer and the user's next request; a number is an exponential mean.",
    )

    def think_law(self) -> Law:
        """The think time as a law."""
        if isinstance(self.think_time, float | int):
            return Exponential(mean=float(self.think_time))
        return self.think_time


Arrivals = Annotated[
    Poisson | Deterministic | Mmpp | Trace | Closed, Field(discriminator="process")
]
"""Any arrival process."""
