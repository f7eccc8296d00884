"""How facts are said."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from engine.model.failures import failure_title
from engine.model.units import format_figure, format_quantity

if TYPE_CHECKING:
    from collections.abc import Mapping

_SEEN: Final = 0.1
"""Share of the failures from which a reason is named."""
TELLING: Final = 0.02
"""Share of all requests from which it is told how many fail."""


def share(value: float) -> str:
    """A share: 12 %."""
    return format_quantity(value, "%")


def lost(link: str, part: float) -> str:
    """What a link loses: ``web → db loses 30 % of what is sent``."""
    if part < 1.0:
        return f"{link} loses {share(part)} of what is sent"
    return f"nothing gets over {link}: it is not allowed, or loses everything"


def rate(value: float) -> str:
    """A rate: 402 rps."""
    return format_quantity(value, "rps")


def speed(value: float) -> str:
    """Bytes a second: 80 kb/s."""
    return format_quantity(value, "B/s")


def count(number: int, what: str) -> str:
    """So many of something: 1 call, 2 calls."""
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"


def seconds(value: float) -> str:
    """A time: 1.2 s."""
    return format_quantity(value, "s")


def figure(value: float) -> str:
    """A number: 2.7."""
    return format_figure(value, 2)


def times(value: float) -> str:
    """A factor: × 2.7."""
    return f"× {figure(value)}"


def why(reasons: Mapping[str, float]) -> str:
    """The reasons that count, the commonest first."""
    named = [reason for reason, part in reasons.items() if part >= _SEEN] or list(reasons)[:1]
    return ", ".join(failure_title(each) for each in named)
