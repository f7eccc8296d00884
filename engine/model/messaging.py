"""Settings of what keeps messages and of what works on them. Each is off where it is null."""

from __future__ import annotations

from typing import Any, Final

from pydantic import model_validator

from engine.model.fields import Config, setting


class _Switched(Config):
    """A mechanism that may be switched on by ``true``, with its defaults."""

    @model_validator(mode="before")
    @classmethod
    def _switched_on(cls, raw: Any) -> Any:
        """Take ``true`` for everything as it is by default."""
        return {} if raw is True else raw


class PublishOnce(_Switched):
    """What is published again within a while is acknowledged, and dropped."""

    window: float = setting(
        300.0,
        title="Within",
        unit="s",
        help="So long after a message was published a repeat of it is known. 5 minutes: SQS FIFO queues, by "
        "message deduplication id. Repeats come from senders that time out and try again.",
        gt=0.0,
        le=1e7,
    )


class WorkOnce(_Switched):
    """What was worked on to the end does nothing when it is delivered again."""

    window: float = setting(
        86_400.0,
        title="Remembers for",
        unit="s",
        help="So long a message that has taken effect is known, and does nothing again. A day, as with "
        "idempotency keys (Stripe: 24 hours); longer than messages may take to come again.",
        gt=0.0,
        le=1e9,
    )


class WorkLease(_Switched):
    """A worker asks for more time while it has a message."""

    every: float = setting(
        10.0,
        title="Every",
        unit="s",
        help="So often it asks that the visibility timeout begin anew (SQS: ChangeMessageVisibility, a heartbeat). A third "
        "of the visibility timeout of 30 s, so that one that is late does no harm.",
        gt=0.0,
        le=1e6,
    )
    longest: float = setting(
        43_200.0,
        title="At most",
        unit="s",
        help="So long after a delivery it asks; then the message is delivered again (SQS: 12 hours).",
        gt=0.0,
        le=1e9,
    )


MOST_GROUPS: Final = 1_000_000
POISON: Any = setting(
    0.0,
    title="Poison messages",
    unit="%",
    group="Delivery",
    help="Share of the messages that fail whenever they are worked on, such as those that nobody can parse. "
    "Each is delivered until it is put aside.",
    ge=0.0,
    le=1.0,
)
