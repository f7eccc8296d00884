"""What both sides do at the same time, number by number, and the difference between them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from engine.model.metrics import FAILING
from engine.model.units import format_quantity
from widgets.instruments.metrics import ALL_LATENCY, charted, charted_as
from widgets.instruments.sources import item_name, sources

if TYPE_CHECKING:
    from engine.model.design import Design
    from widgets.charts import ChartsPanel
    from widgets.instruments import History

SPAN: Final = 10.0
"""Simulated seconds over which live numbers are taken."""
_POINTS: Final = 40
"""Into how many intervals a span is cut at most: with one, it would be as long as the whole record."""
_NEAR: Final = 1e-6
_SAME: Final = 0.02
"""Relative difference below which two numbers are called the same."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A number of both sides."""

    title: str
    unit: str
    values: tuple[float, float]
    """Left and right, NaN where nothing was measured."""
    better: Literal["more", "less", ""] = "less"
    """Which of two is better; empty where neither is."""

    def value_text(self, side: int) -> str:
        """The number of a side, for reading."""
        value = self.values[side]
        return "–" if math.isnan(value) else format_quantity(value, self.unit)

    @property
    def verdict(self) -> str:
        """``better``, ``worse``, ``same`` or ``other``, of the right one beside the left; empty where one is missing."""
        left, right = self.values
        if math.isnan(left) or math.isnan(right):
            return ""
        if abs(right - left) <= _SAME * max(abs(left), abs(right)):
            return "same"
        if not self.better:
            return "other"
        return "better" if (right > left) == (self.better == "more") else "worse"

    @property
    def difference_text(self) -> str:
        """The right number less the left one: ``−880 ms, better``."""
        verdict = self.verdict
        if not verdict:
            return "nothing to compare yet"
        if verdict == "same":
            return "the same"
        left, right = self.values
        sign = "+" if right > left else "−"
        words = "" if verdict == "other" else f", {verdict}"
        return f"{sign}{format_quantity(abs(right - left), self.unit)}{words}"


def figures(
    histories: tuple[History, History],
    designs: tuple[Design, Design],
    until: float,
    client: str | None = None,
) -> tuple[Figure, ...]:
    """What the clients of both saw in the seconds up to a time (s); latency is that of one client.

    Args:
        histories: what was measured.
        designs: what was run.
        until: the time.
        client: whose latency it is; where a design has no such client, or it is None, the slowest one's.
    """
    begin = max(0.0, until - SPAN)
    sides = [
        _outcomes(history, sources(design), begin, until)
        for history, design in zip(histories, designs, strict=True)
    ]
    fails = any(side["failed"] > FAILING for side in sides)
    suffix = "_all" if fails else ""
    common = client is not None and all(client in design.node_by_id for design in designs)
    for side, history, design in zip(sides, histories, designs, strict=True):
        clients = (client,) if common and client is not None else sources(design)
        for name in ("p50", "p99"):
            side[name] = _slowest(history, clients, f"{name}{suffix}", begin, until)
    words = f" · {item_name(designs[0], client)}" if common and client is not None else ""
    words += ", all requests" if fails else ""

    def both(name: str) -> tuple[float, float]:
        return sides[0][name], sides[1][name]

    offered, goodput = both("offered"), both("goodput")
    return (
        Figure("Offered", "rps", offered, better=""),
        Figure("Goodput", "rps", goodput, better="" if _as_asked(offered, goodput) else "more"),
        Figure("Failed", "%", both("failed")),
        Figure(f"p50{words}", "s", both("p50")),
        Figure(f"p99{words}", "s", both("p99")),
    )


def _as_asked(offered: tuple[float, float], goodput: tuple[float, float]) -> bool:
    """Whether one side answers more because it is asked for more: neither is the better for it."""
    if Figure("", "", offered, better="").verdict != "other" or min(offered) <= 0.0:
        return False
    left, right = (done / asked for done, asked in zip(goodput, offered, strict=True))
    return abs(right - left) <= _SAME * max(left, right)


def _outcomes(
    history: History, clients: tuple[str, ...], begin: float, end: float
) -> dict[str, float]:
    """Rates of all clients together, and the share of what failed."""
    sums = ("arrivals", "completed", "failed")
    found, seconds = _summed(
        history, [(each, name) for name in sums for each in clients], begin, end
    )
    if seconds <= 0.0 or not clients:
        return dict.fromkeys(("offered", "goodput", "failed"), math.nan)
    offered, answered, failed = (
        sum(found[place : place + len(clients)]) for place in range(0, len(found), len(clients))
    )
    settled = answered + failed
    return {
        "offered": offered / seconds,
        "goodput": answered / seconds,
        "failed": failed / settled if settled > 0.0 else math.nan,
    }


def common_client(left: ChartsPanel, right: ChartsPanel) -> str | None:
    """The client whose latency both charts show: the slowest at the left, or the one chosen there."""
    client = left.latency.shown
    if len(left.latency.clients) < 2 or client not in right.latency.clients:
        return None
    if right.latency.choice != client:
        right.show_client(client)
    return client


def _slowest(
    history: History, clients: tuple[str, ...], name: str, begin: float, end: float
) -> float:
    """A percentile of the client that waits longest."""
    metric = charted_as(name, (*charted("", None, {}), *ALL_LATENCY))
    found = []
    for client in clients:
        (over, per), _ = _summed(history, [(client, metric.over), (client, metric.per)], begin, end)
        if per > 0.0:
            found.append(over / per)
    return max(found, default=math.nan)


def _summed(
    history: History, names: list[tuple[str, str]], begin: float, end: float
) -> tuple[list[float], float]:
    """Sums over a time, and how much of it (s) they are of: the record knows intervals, not instants."""
    window = history.window(names, begin, end, _POINTS)
    inside = (window.end > begin + _NEAR) & (window.start < end - _NEAR)
    seconds = float((window.end - window.start)[inside].sum())
    return [float(each) for each in window.sums[inside].sum(axis=0)], seconds
