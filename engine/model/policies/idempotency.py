"""The idempotency keys of a node: what was asked for once is done once."""

from __future__ import annotations

from typing import ClassVar

from engine.model.fields import setting
from engine.model.metric import Metric
from engine.model.policies.policy import Policy, Surroundings


class Idempotency(Policy):
    """Knows by their key what was done already, and answers it without doing it again."""

    field: ClassVar[str] = "idempotency"
    title: ClassVar[str] = "idempotency keys"
    icon: ClassVar[str] = "idempotency"
    metrics: ClassVar[tuple[Metric, ...]] = (
        Metric(name="double_executions", title="done more than once", counts=True),
        Metric(name="replayed", title="answered from the table", counts=True),
        Metric(name="keys", title="idempotency keys held"),
    )

    ttl: float = setting(
        86_400.0,
        title="Keeps keys for",
        unit="s",
        help="So long after it was done a repeat is answered as before (Stripe: 24 hours). Whatever fails may be "
        "tried again at once; a repeat of what is under way fails with conflict (IETF Idempotency-Key: 409).",
        ge=0.0,
        le=1e9,
    )
    answer: bool = setting(
        default=True,
        title="Answers repeats",
        help="Yes: what was done is not done again. No: it is, and results count how often: after a timeout, a "
        "caller cannot know whether the work was done.",
    )

    def label(self) -> str:
        """Whether keys are answered, or repeats only counted."""
        return "keys" if self.answer else "counts"

    def decides(self, where: Surroundings) -> bool:
        """It answers only repeats, of which there are few where little fails."""
        return False
