"""What a node does with calls before its queue: gates, each off where it is null, in the order of the fields."""

from __future__ import annotations

from typing import Any, Final

from engine.model.fields import Config, setting
from engine.model.policies.auth import Auth
from engine.model.policies.concurrency import Concurrency
from engine.model.policies.idempotency import Idempotency
from engine.model.policies.policy import Policy
from engine.model.policies.rate_limit import RateLimit
from engine.model.policies.shed import Shed
from engine.model.policies.waiting_room import WaitingRoom


class Admission(Config):
    """The gates that calls have to pass."""

    waiting_room: WaitingRoom | None = setting(
        None,
        title="Waiting room",
        help="Has everybody wait outside, in order, and lets so many in a second. Off: nobody waits there.",
    )

    auth: Auth | None = setting(
        None,
        title="Authentication",
        help="Lets in who can say who they are: by a token, or by asking an auth server. Off: anybody.",
    )

    rate_limit: RateLimit | None = setting(
        None,
        title="Rate limit",
        help="Lets in so many requests a second, and a burst of some more. Off: any number.",
    )

    idempotency: Idempotency | None = setting(
        None,
        title="Idempotency keys",
        help="Answers repeats of what was done already without doing it again. Off: every attempt is done.",
    )

    shed: Shed | None = setting(
        None,
        title="Load shedding",
        help="Refuses some requests with shed while a queue stands before the workers. Off: nobody.",
    )

    concurrency: Concurrency | None = setting(
        None,
        title="Concurrency limit",
        help="No more than so many requests inside at a time; others fail at once with shed. Off: any "
        "number.",
    )

    def gates(self) -> tuple[Policy, ...]:
        """Those that are switched on, in the order in which calls pass them."""
        values = (getattr(self, name) for name in type(self).model_fields)
        return tuple(value for value in values if isinstance(value, Policy))


ADMISSION_GROUP: Final = "Admission"
"""Under which heading it stands."""
ADMISSION: Final[Any] = setting(
    None,
    title="Admission",
    group=ADMISSION_GROUP,
    help="What requests have to pass before they wait for a worker. Off: everybody enters.",
)
"""The field, for configs of components that are called."""
