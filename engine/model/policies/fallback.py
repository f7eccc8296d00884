"""The fallback of a link: what a caller does once a call has failed for good."""

from __future__ import annotations

from typing import ClassVar, Literal, Self

from pydantic import model_validator

from engine.model.fields import setting
from engine.model.metric import Metric
from engine.model.policies.policy import Policy


class Fallback(Policy):
    """Something else in place of an answer, so that the request goes on (Nygard 2007; Hystrix)."""

    field: ClassVar[str] = "fallback"
    title: ClassVar[str] = "fallback"
    icon: ClassVar[str] = "fallback"
    metrics: ClassVar[tuple[Metric, ...]] = (
        Metric(name="fallbacks", title="answered by the fallback", counts=True),
        Metric(name="stale_age", title="age of stale answers, mean", unit="s"),
    )

    kind: Literal["static", "stale", "link"] = setting(
        "static",
        title="Kind",
        help="static: an answer that is always there, at once. stale: the last good answer for the key of a "
        "read, where there was one. link: a call over another link, which is then made for nothing else.",
    )
    link: str | None = setting(
        None,
        title="Link",
        help="With link: the id of the other link, from the same caller.",
        max_length=200,
    )
    max_age: float | None = setting(
        None,
        title="Oldest",
        unit="s",
        help="With stale: answers that are older are not given. None: any age will do.",
        gt=0.0,
        le=1e9,
    )

    @model_validator(mode="after")
    def _names_a_link(self) -> Self:
        """Refuse another link that is not named."""
        if self.kind == "link" and not self.link:
            msg = "a fallback of the kind link needs a link; name another one of the same caller"
            raise ValueError(msg)
        return self

    @property
    def spare(self) -> str | None:
        """The link that it calls in place of its own."""
        return self.link if self.kind == "link" else None

    def reads_keys(self) -> bool:
        """It remembers an answer for each key."""
        return self.kind == "stale"

    def label(self) -> str:
        """The kind."""
        return self.kind
