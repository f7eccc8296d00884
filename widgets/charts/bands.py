"""What a measurement found, behind the lines of a chart: a value, and the band that holds it surely."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from widgets.theme import Theme

Basis = Literal["answers", "all"]
"""Which requests a latency is of: those that were answered well, or all, failed ones until that was known."""
_NAMES: Final = ("p50", "p95", "p99")
_FIELDS: Final[Mapping[Basis, str]] = {"answers": "latency", "all": "latency_all"}
"""Where a result has each."""


@dataclass(frozen=True, slots=True)
class Band:
    """A measured value from one instant to another, in SI units."""

    key: str
    """The line that it belongs to: hidden with it."""
    colour: str
    begin: float
    end: float
    low: float
    value: float
    high: float
    """Where nothing is known of the error, low, value and high are the same."""


def latency_bands(
    result: Mapping[str, Any], client: str, theme: Theme, basis: Basis = "answers"
) -> tuple[Band, ...]:
    """The measured percentiles of a client in a result as `windtunnel simulate --json` writes it."""
    latency = result.get("clients", {}).get(client, {}).get(_FIELDS[basis], {})
    intervals = latency.get("ci95", {})
    bands = []
    for name in _NAMES:
        value = latency.get(name)
        if value is None:
            continue
        low, high = intervals.get(name) or (value, value)
        high = value if high is None else high
        ink = theme.series[name]
        bands.append(Band(name, ink.colour, result["warmup"], result["duration"], low, value, high))
    return tuple(bands)
