"""Which of two numbers is better."""

from __future__ import annotations

from typing import Final

_MORE: Final = frozenset(
    {"goodput", "availability", "succeeded", "completed", "extra.hit_ratio", "extra.availability"}
)


def more_is_better(metric: str) -> bool:
    """Whether more of a metric is better, such as of ``users.goodput``; of all others less is.

    Args:
        metric: with the item that it is of, or a metric of the whole design.
    """
    item, _, rest = metric.partition(".")
    return (rest or item) in _MORE
