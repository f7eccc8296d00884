"""Wrong credentials: requests that try a password, as credential stuffing does."""

from __future__ import annotations

from typing import Any, ClassVar, Final

from engine.model.fields import setting
from engine.model.policies.policy import Policy
from engine.model.units import format_quantity


class WrongCredentials(Policy):
    """Has a share of a client's requests be logins with a wrong password."""

    field: ClassVar[str] = "wrong_credentials"
    title: ClassVar[str] = "wrong credentials"
    icon: ClassVar[str] = "attacker"

    share: float = setting(
        1.0,
        title="Share",
        unit="%",
        help="Of its requests. Where authentication is on, each is a login that the auth server has to work on and "
        "refuses; elsewhere nobody minds.",
        ge=0.0,
        le=1.0,
    )
    of: str | None = setting(
        None,
        title="Accounts of",
        help="Id of the client whose accounts they are tried at: user 0 here tries that of user 0 there, and so on. "
        "None: its own users mistype.",
        max_length=200,
    )

    def label(self) -> str:
        """How many of its requests."""
        return f"{format_quantity(self.share, '%')} wrong"


WRONG_CREDENTIALS: Final[Any] = setting(
    None,
    title="Wrong credentials",
    group="Traffic",
    help="Some of its requests try a wrong password, at its own accounts or at those of another client. Off: all are "
    "who they say.",
)
"""The field of a client."""
