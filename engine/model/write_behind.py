"""Write-behind: how writes that a cache has answered go on to where the data lives."""

from __future__ import annotations

from typing import Literal

from engine.model.fields import Config, setting

WritePolicy = Literal["invalidate", "around", "through", "behind"]
"""What becomes of a key that is written."""


class WriteBehind(Config):
    """When the writes that are answered already go on, and in which order."""

    delay: float = setting(
        1.0,
        title="Delay",
        unit="s",
        help="A write waits for so long at least: what a crash then takes is the writes of about this time. "
        "1 s: what Redis may lose that syncs its log every second.",
        ge=0.0,
        le=1e6,
    )
    rate: float | None = setting(
        None,
        title="Rate",
        unit="rps",
        help="Writes that go on in a second at most; none is as they come.",
        gt=0.0,
        le=1e9,
    )
    order: Literal["arrival", "key"] = setting(
        "arrival",
        title="Order",
        help="arrival: every write, in the order in which they were answered. key: one for each key, with what was "
        "written last, so that many writes of a key become one. Of one key nothing overtakes.",
    )
    limit: int = setting(
        10_000,
        title="Limit",
        help="Writes that may wait; further ones are refused (queue_full).",
        ge=1,
        le=10_000_000,
    )
