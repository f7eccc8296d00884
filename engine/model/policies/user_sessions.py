"""The sessions of a service: what it remembers of each user between the requests, and where."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, Final, Literal

from engine.model.fields import setting
from engine.model.metric import Metric
from engine.model.policies.policy import Policy, PolicyState

if TYPE_CHECKING:
    from collections.abc import Mapping


class UserSessions(Policy):
    """Remembers its users: who comes again is known, unless what remembered it is gone."""

    field: ClassVar[str] = "sessions"
    title: ClassVar[str] = "sessions"
    icon: ClassVar[str] = "sessions"
    states: ClassVar[Mapping[str, PolicyState]] = MappingProxyType(
        {
            "lost": PolicyState(word="lost", tone="failing"),
            "ended": PolicyState(word="ended", tone="strained"),
        }
    )
    metrics: ClassVar[tuple[Metric, ...]] = (
        Metric(name="sessions", title="sessions, mean"),
        Metric(name="sessions_live", title="sessions at the end"),
        Metric(name="sessions_begun", title="sessions begun", counts=True),
        Metric(name="sessions_ended", title="sessions ended", counts=True),
        Metric(name="sessions_lost", title="sessions lost", counts=True),
        Metric(name="logged_out", title="users logged out", counts=True),
        Metric(name="session_bytes", title="traffic for sessions", unit="B/s"),
    )

    where: Literal["memory", "replicated", "store", "cookie"] = setting(
        "memory",
        title="Kept in",
        help="memory: the instance where it began. replicated: all instances. store: a cache or a database, asked "
        "first by every request. cookie: the requests themselves.",
    )
    idle_ttl: float = setting(
        1800.0,
        title="Idle time",
        unit="s",
        help="A session is over when it was not used for so long: 30 min (Tomcat's session-timeout, Spring Session).",
        gt=0.0,
        le=1e9,
    )
    bytes: int = setting(
        1000,
        title="Size",
        unit="B",
        help="Of one session: an id, some names, a basket. A cookie has 4096 B at most (RFC 6265). In memory it counts "
        "towards that of the instance, where Memory is on.",
        ge=0,
        le=1_000_000_000,
    )
    store: str | None = setting(
        None,
        title="Store",
        help="With store: the id of a cache or a database that the service has a link to, or the id of such a link. "
        "The link is then for sessions alone.",
        max_length=200,
    )
    delay: float = setting(
        0.0005,
        title="Copies arrive after",
        unit="s",
        help="With replicated: until then only the instance where a session began knows it, and takes it along if it "
        "dies. .5 ms: a round trip inside a zone.",
        ge=0.0,
        le=1e6,
    )

    def label(self) -> str:
        """Where they are kept."""
        return self.where


SESSIONS: Final[Any] = setting(
    None,
    title="Sessions",
    group="Sessions",
    help="What it remembers of each user between the requests. Requests of clients without users have none. Off: "
    "nothing.",
)
"""The field, for configs of components that remember users."""
