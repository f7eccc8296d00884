"""Authentication at the door of a node: who asks, and whether that is still allowed."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar, Final, Literal, Self

from pydantic import model_validator

from engine.model.fields import Config, setting
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


class Jwks(Config):
    """The server's public keys (JWKS), as who checks tokens fetches and keeps them."""

    ttl: float = setting(
        300.0,
        title="Kept for",
        unit="s",
        help="Each instance fetches the keys anew when a token comes after so long; the requests that come meanwhile "
        "wait. PyJWT keeps them for 300 s, jose and Envoy for 600 s.",
        gt=0.0,
        le=1e9,
    )
    cooldown: float | None = setting(
        30.0,
        title="Cooldown",
        unit="s",
        help="A token whose key is not known is a reason to fetch the keys at once, unless that was done so short a "
        "time ago (jose: 30 s); it is refused then. None: never a reason (Envoy), so it is refused until the keys "
        "are due anyway.",
        ge=0.0,
        le=1e9,
    )


class Lockout(Config):
    """Locks an account once too many wrong passwords were tried: a token bucket for each user."""

    rate: float = setting(
        1.0 / 60.0,
        title="Rate",
        unit="/s",
        help="Wrong passwords that an account may see for good: one a minute by default. In T seconds no more than "
        "burst + rate × T are looked at.",
        gt=0.0,
        le=1e6,
    )
    burst: int = setting(
        5,
        title="Burst",
        help="Wrong passwords in a row after which the account is locked, for its owner as well: who has to log in "
        "is refused, who holds a token is not. OWASP and NIST ask for a limit; five is a usual one.",
        ge=1,
        le=1_000_000,
    )


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
            "unknown_key": PolicyState(word="unknown key", tone="failing"),
        }
    )
    metrics: ClassVar[tuple[Metric, ...]] = (
        Metric(name="authorized", title="let in by authentication", counts=True),
        Metric(name="unauthorized", title="refused by authentication", counts=True),
        Metric(name="unchecked", title="refused: no word from the auth server", counts=True),
        Metric(name="unknown_key", title="refused: key of the token not known", counts=True),
        Metric(name="wrong_passwords", title="wrong passwords", counts=True),
        Metric(name="guesses", title="wrong passwords that were looked at", counts=True),
        Metric(name="locked_out", title="users refused: account locked", counts=True),
        Metric(name="auth_calls", title="calls to the auth server", counts=True),
        Metric(name="jwks_fetches", title="key sets fetched", counts=True),
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

    jwks: Jwks | None = setting(
        None,
        title="Keys (JWKS)",
        help="With token: each instance fetches the keys of the auth server and keeps them, so that it does not know "
        "a new one at once. Off: whoever checks a token always knows which keys are good.",
    )

    lockout: Lockout | None = setting(
        None,
        title="Lockout",
        help="Locks an account for a while after some wrong passwords, before the auth server is asked. Off: they can "
        "be tried without end, and each is work for the server.",
    )

    @model_validator(mode="after")
    def _names_a_server(self) -> Self:
        """Refuse to ask nobody."""
        if self.mode == "introspection" and not self.server:
            msg = "introspection asks an auth server; name one in server, or use token"
            raise ValueError(msg)
        if self.jwks is not None and not (self.mode == "token" and self.server):
            msg = "jwks are the keys for tokens of an auth server; use mode token and name one in server"
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
