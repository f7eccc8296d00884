"""Authentication at the door of a node: who asks, and whether that is still allowed."""

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

SERVER: Final = "auth server"
"""What people call it."""
_LONG: Final = 3600.0
"""Seconds for which a token may outlive its revocation without a word: the usual length of an access token."""
_SHORT: Final = 60.0
"""Seconds below which so many tokens are renewed that requests wait for it more than rarely."""


class Auth(Policy):
    """Lets in who can say who they are: by a token, or by asking the auth server."""

    field: ClassVar[str] = "auth"
    title: ClassVar[str] = "authentication"
    icon: ClassVar[str] = "auth"
    states: ClassVar[Mapping[str, PolicyState]] = MappingProxyType(
        {
            "idle": PolicyState(word="", tone="healthy"),
            "refusing": PolicyState(word="refusing", tone="strained"),
            "unanswered": PolicyState(word="unanswered", tone="failing"),
        }
    )
    metrics: ClassVar[tuple[Metric, ...]] = (
        Metric(name="authorized", title="let in by authentication", counts=True),
        Metric(name="unauthorized", title="refused by authentication", counts=True),
        Metric(name="unchecked", title="refused: no word from the auth server", counts=True),
        Metric(name="introspections", title="credentials looked up", counts=True),
        Metric(name="token_refreshes", title="tokens renewed", counts=True),
        Metric(name="logins", title="logins", counts=True),
        Metric(name="stale_authorised", title="let in though revoked", counts=True),
        Metric(name="revoked_access", title="access after revocation, mean", unit="s"),
        Metric(name="revoked_access_max", title="access after revocation, longest", unit="s"),
        Metric(name="checking", title="waiting for the auth server"),
    )

    mode: Literal["none", "session", "token", "introspection"] = setting(
        "token",
        title="Mode",
        help="token: a signed token (JWT) is checked here, and the server is asked only when one has to be "
        "renewed. introspection: the server is asked about every request. session: so is whoever keeps the "
        "sessions, and the user logs in anew when one ends. none: everybody enters.",
    )
    server: str | None = setting(
        None,
        title="Auth server",
        help="Id of the node that is asked, over this node's own link to it, which is then used for nothing "
        "else. None: credentials are renewed elsewhere, at no cost.",
        max_length=200,
    )
    cost: float = setting(
        21e-6,
        title="Work a check",
        unit="s",
        help="Work of checking a credential, beside that of the request. RS256 takes 21 us by OpenSSL (51 us with "
        "PyJWT), ES256 69 us.",
        ge=0.0,
        le=10.0,
    )
    ttl: float = setting(
        3600.0,
        title="Lasts",
        unit="s",
        help="A token, or a session, ends so long after it was issued. With token a revoked user gets in until "
        "then: half of this on average.",
        gt=0.0,
        le=1e9,
    )
    cache: float | None = setting(
        None,
        title="Keeps answers for",
        unit="s",
        help="With introspection and session: a good answer of the server counts for so long. None: it is asked "
        "about every request.",
        gt=0.0,
        le=1e9,
    )
    signed_in: float = setting(
        1.0,
        title="Signed in at start",
        unit="%",
        help="Share of the users who have a credential when it all begins, of an age spread evenly over how long "
        "it lasts, so that they do not all come at once to renew it. The others log in with their first request.",
        ge=0.0,
        le=1.0,
    )

    @model_validator(mode="after")
    def _names_a_server(self) -> Self:
        """Refuse to ask nobody."""
        if self.mode == "introspection" and not self.server:
            msg = "introspection asks an auth server; name one in server, or use token"
            raise ValueError(msg)
        return self

    @property
    def looks_up(self) -> bool:
        """Whether the server is asked about every request."""
        return (
            self.mode in ("session", "introspection") and bool(self.server) and self.cache is None
        )

    def label(self) -> str:
        """How it checks."""
        return self.mode

    def decides(self, where: Surroundings) -> bool:
        """Requests wait for the server, or often for another token."""
        if self.mode == "none" or not self.server:
            return False
        return self.mode != "token" or self.ttl < _SHORT

    def remarks(self, where: Surroundings) -> tuple[str, ...]:
        """Revoked users get in for long."""
        until = self.ttl if self.mode == "token" else self.cache or 0.0
        if self.mode == "none" or until <= _LONG:
            return ()
        longest = format_quantity(until, "s")
        return (
            f"A revoked user gets in for up to {longest}, half of that on average; shorten it, or ask the server",
        )
