"""T: where requests come from."""

from __future__ import annotations

from typing import Literal

from engine.plan.primitives.basics import INFINITE, ZERO, LawPlan
from engine.records import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class CrowdPlan:
    """Active users: their number is drawn anew each window."""

    mean: float
    variance: float
    law: Literal["poisson", "normal"]
    window: float
    """Seconds that a number holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionPlan:
    """How many requests a session makes."""

    mean: float
    law: Literal["geometric", "constant", "poisson"]


@dataclass(frozen=True, slots=True, kw_only=True)
class WrongPlan:
    """Requests that carry wrong credentials."""

    share: float
    """Of all requests."""
    of: str = ""
    """The client whose users they claim to be of; empty where it is this one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrafficPlan:
    """T: where requests come from."""

    process: Literal[
        "poisson", "deterministic", "mmpp", "active_users", "sessions", "closed", "trace"
    ]
    schedule: tuple[tuple[float, float], ...] = ((0.0, 0.0),)
    """Piecewise-linear rate (s, rps) of the open processes, of sessions the rate at which they begin.
    Active users: the rate of the mean number of them."""
    mix: tuple[float, ...] = (1.0,)
    """Share of each class; sums to 1."""
    burst_factor: float = 1.0
    burst_mean: float = 1.0
    calm_mean: float = 1.0
    times: tuple[float, ...] = ()
    """Recorded arrivals (s), in order."""
    kinds: tuple[int, ...] = ()
    """Class of each recorded arrival; empty where the mix decides."""
    keys: tuple[int, ...] = ()
    """Key of each recorded arrival; empty where the class's popularity decides."""
    period: float = INFINITE
    """Seconds after which a recording begins anew."""
    users: int = 0
    """Of a closed population."""
    known_users: int = 0
    """Of the open processes, where their users are told apart; each request is of any of them."""
    think: LawPlan = ZERO
    crowd: CrowdPlan | None = None
    session: SessionPlan | None = None
    wrong_credentials: WrongPlan | None = None
    tenants: tuple[float, ...] = ()
    """Share of the users of each tenant; empty where there are none."""

    @property
    def asked(self) -> tuple[int, ...]:
        """The classes that are asked for."""
        if self.kinds:
            return tuple(sorted(set(self.kinds)))
        return tuple(kind for kind, share in enumerate(self.mix) if share > 0.0)
