"""When requests come: arrival processes, open (by a rate or a recording) and closed (by answers)."""

from __future__ import annotations

import itertools
from typing import Annotated, Any, Final, Literal, Self

from pydantic import Field, model_validator

from engine.model.fields import Config, setting
from engine.model.laws import Exponential, Law
from engine.model.units import format_instant, format_quantity

_MAX_RATE = 1e9
_MAX_TIME = 1e9
MAX_RECORDED = 1_000_000
"""Most arrivals of a trace."""
MAX_USERS = 1_000_000
"""Most users of a client."""

Rate = Annotated[float, Field(ge=0.0, le=_MAX_RATE)]
Instant = Annotated[float, Field(ge=0.0, le=_MAX_TIME)]
SchedulePoint = Annotated[tuple[Instant, Rate], Field(strict=False)]
Schedule = Annotated[tuple[SchedulePoint, ...], Field(strict=False, max_length=10_000)]
"""Piecewise-linear rate: ``[[t, rps], …]`` in the order of t; constant before the first and after the
last. Two points at one time are a step: the rate jumps there from the first to the second."""
ThinkTime = Law | Annotated[float, Field(ge=0.0, le=_MAX_TIME)]


_USERS: Final[Any] = setting(
    None,
    title="Users",
    help="Of how many users the requests come, each as likely as the others. Each has its own session, token, "
    "answers of DNS and, where links say so, connections. Off: nobody tells them apart, all count as one.",
    ge=1,
    le=MAX_USERS,
)


class _Rated(Config):
    """Arrivals by a rate, constant or scheduled."""

    rate: Rate | Schedule = setting(
        50.0,
        title="Rate",
        unit="rps",
        help="Requests per second: constant, or points [[t, rps], …] with straight lines between "
        "them; two points at one time are a step.",
    )

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        """Refuse a schedule without points, and one whose times fall or stand still."""
        if isinstance(self.rate, tuple):
            if not self.rate:
                msg = "the list of the rate is empty; give a number or at least one point [t, rps]"
                raise ValueError(msg)
            times = [t for t, _ in self.rate]
            if any(b < a for a, b in itertools.pairwise(times)):
                msg = "the times of a rate schedule must not fall; sort the points"
                raise ValueError(msg)
            if any(a == b for a, b in zip(times, times[2:], strict=False)):
                msg = "the rate schedule has three points at one time; a step needs only two"
                raise ValueError(msg)
        return self

    def schedule(self) -> tuple[tuple[float, float], ...]:
        """The rate as points (s, rps)."""
        return self.rate if isinstance(self.rate, tuple) else ((0.0, self.rate),)


class Poisson(_Rated):
    """Independent users: exponential gaps (open)."""

    process: Literal["poisson"] = "poisson"
    users: int | None = _USERS


class Deterministic(_Rated):
    """Equal gaps (open)."""

    process: Literal["deterministic"] = "deterministic"
    users: int | None = _USERS


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
    users: int | None = _USERS


class ActiveUsers(Config):
    """Users who come and go: their number is drawn anew each window, and each sends at random (open).

    A compound Poisson process: with a Poisson number of users, the requests of a window have
    1 + (requests of a user in a window) times the variance of plain Poisson traffic.
    """

    process: Literal["active_users"] = "active_users"
    users: float = setting(
        100.0, title="Users", help="Mean number of users in a window.", ge=0.0, le=1e7
    )
    rate_per_user: float = setting(
        1.0 / 3.0,
        title="Rate a user",
        unit="/s",
        help="Requests of one active user; the default is one every three seconds.",
        ge=0.0,
        le=1e6,
    )
    window: float = setting(
        60.0,
        title="Window",
        unit="s",
        help="How long a number of users holds before the next is drawn.",
        ge=0.01,
        le=1e9,
    )
    users_law: Literal["poisson", "normal"] = setting(
        "poisson",
        title="Law of users",
        help="Poisson: users come and go independently. Normal, cut off at zero: with the variance below.",
    )
    users_variance: float | None = setting(
        None,
        title="Variance of users",
        help="Of a normal number of users; none is that of a Poisson number, the mean.",
        ge=0.0,
        le=1e14,
    )


class Trace(Config):
    """Recorded arrivals, replayed (open): instants, and for each its class and key where recorded."""

    process: Literal["trace"] = "trace"
    times: tuple[Instant, ...] = setting(
        (),
        title="Recording",
        unit="s",
        help="Arrival instants (s); with classes and keys, one entry each an instant.",
        max_length=MAX_RECORDED,
        lax=True,
        editor="recording",
    )
    classes: tuple[str, ...] | None = setting(
        None,
        title="Classes",
        help="Request class of each arrival; none: by the mix.",
        max_length=MAX_RECORDED,
        lax=True,
        editor="recording",
    )
    keys: tuple[Annotated[int, Field(ge=0, le=2**53)], ...] | None = setting(
        None,
        title="Keys",
        help="Key that each arrival asks for; none: by the popularity of its class's keys.",
        max_length=MAX_RECORDED,
        lax=True,
        editor="recording",
    )
    speed: float = setting(
        1.0,
        title="Speed",
        help="2 replays in half the time, at twice the rate.",
        ge=1e-6,
        le=1e6,
    )
    repeat: float | None = setting(
        None,
        title="Repeat every",
        unit="s",
        help="Length of the recording (s at speed 1), after which it begins anew; none: once only.",
        ge=1e-9,
        le=_MAX_TIME,
    )
    users: int | None = _USERS

    @model_validator(mode="after")
    def _matched(self) -> Self:
        """Refuse lists of different lengths, and a repetition that begins before the end."""
        for name, entries in (("classes", self.classes), ("keys", self.keys)):
            if entries is not None and len(entries) != len(self.times):
                msg = f"{len(entries)} {name} for {len(self.times)} times; give one a time, or null"
                raise ValueError(msg)
        last = max(self.times, default=0.0)
        if self.repeat is not None and self.repeat < last:
            msg = (
                f"repeat ({format_quantity(self.repeat, 's')}) is before the last arrival ({format_instant(last)}); "
                "give at least that"
            )
            raise ValueError(msg)
        return self


class Sessions(_Rated):
    """Visits that begin at a rate: each waits for the answer, thinks, asks again, and leaves (mixed).

    Sessions begin whatever happens, but within one the next request waits for the answer before.
    """

    process: Literal["sessions"] = "sessions"
    rate: Rate | Schedule = setting(
        1.0,
        title="Session rate",
        unit="/s",
        help="Sessions begun a second (Poisson): constant, or points [[t, rate], …] with straight "
        "lines between them; two points at one time are a step.",
    )
    requests: float = setting(
        10.0,
        title="Requests a session",
        help="Mean number of requests in a session. The default is a round number, not a measurement.",
        ge=1.0,
        le=1e6,
    )
    requests_law: Literal["geometric", "constant", "poisson"] = setting(
        "geometric",
        title="Law of requests",
        help="Geometric: after each answer the user leaves with the same probability. Constant: always "
        "the mean (a mean in between is met by the two whole numbers beside it). Poisson: one and "
        "a Poisson number more.",
    )
    think_time: ThinkTime = setting(
        Exponential(mean=7.0),
        title="Think time",
        unit="s",
        help="Time between an answer and the session's next request; a number is an exponential mean. "
        "The default, exponential of 7 s, is TPC-W's.",
    )

    def think_law(self) -> Law:
        """The think time as a law."""
        return _think_law(self.think_time)


class Closed(Config):
    """A fixed population: each user waits for the answer, thinks, and asks again."""

    process: Literal["closed"] = "closed"
    users: int = setting(100, title="Users", help="Number of users.", ge=0, le=MAX_USERS)
    think_time: ThinkTime = setting(
        Exponential(mean=1.0),
        title="Think time",
        unit="s",
        help="Time between an answer and the user's next request; a number is an exponential mean.",
    )

    def think_law(self) -> Law:
        """The think time as a law."""
        return _think_law(self.think_time)


def _think_law(time: ThinkTime) -> Law:
    """A think time as a law: a number is an exponential mean."""
    return Exponential(mean=float(time)) if isinstance(time, float | int) else time


Arrivals = Annotated[
    Poisson | Deterministic | Mmpp | ActiveUsers | Sessions | Closed | Trace,
    Field(discriminator="process"),
]
"""Any arrival process."""
