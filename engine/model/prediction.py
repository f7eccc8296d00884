"""What queueing theory predicts of a design: plain data, for tables, files and views.

Durations in seconds, rates per second. A number is None where no model says it; ``reason`` says why.
"""

from __future__ import annotations

import math
from dataclasses import field
from typing import TYPE_CHECKING

from engine.model.units import format_figure, format_quantity
from engine.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping

PERCENTILES = "percentiles: "
"""How a doubt begins that says nothing against means, rates and shares."""
TIMES = "times: "
"""How a doubt begins that says nothing against rates and shares: how busy, how much is answered."""
WAITS = "waits: "
"""How a doubt begins about waits of which so little comes that nothing else shows it."""


def is_grave(doubt: str) -> bool:
    """Whether a doubt is about every number."""
    return not doubt.startswith((PERCENTILES, TIMES, WAITS))


def without_scope(doubt: str) -> str:
    """A doubt that stands beside the very numbers that it is about."""
    return doubt.removeprefix(PERCENTILES).removeprefix(TIMES).removeprefix(WAITS)


@dataclass(frozen=True, slots=True, kw_only=True)
class NodePrediction:
    """A node in its steady state; the numbers are those of a result's node of the same name."""

    model: str = ""
    """Which model says so, in Kendall's notation: ``M/M/4``. Empty where none does."""
    rates: tuple[float, ...] = ()
    """Arrivals of each request class, retries included."""
    rate: float = 0.0
    load: float | None = None
    """Offered work over what the workers can do; 1.3 is 30 % too much. None without workers to run out of."""
    utilization: float | None = None
    """Mean busy workers over workers; at most 1."""
    wait: float | None = None
    """Mean time in the node's queue."""
    wait_p99: float | None = None
    queue: float | None = None
    """Mean number waiting."""
    residence: float | None = None
    """Mean time from arrival to reply, calls included."""
    residence_p99: float | None = None
    in_system: float | None = None
    loss: float = 0.0
    """Share of arrivals that find no place."""
    left: float = 0.0
    """Share of arrivals whose callers give up before anybody works on them; only where that is known."""
    reason: str = ""
    """Why some number is missing."""
    doubts: tuple[str, ...] = ()
    """Assumptions that do not hold here, each with by how much."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientPrediction:
    """What the users of a client see."""

    model: str = ""
    offered: float | None = None
    """First attempts a second."""
    goodput: float | None = None
    """Requests a second that succeed."""
    latency: float | None = None
    latency_p99: float | None = None
    bound: float = float("inf")
    """Requests a second that no tuning of the rest can pass: the bottleneck law."""
    knee: float | None = None
    """Closed populations: users from which somebody always waits."""
    reason: str = ""
    doubts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Theory:
    """Everything that is predicted of one plan."""

    nodes: Mapping[str, NodePrediction] = field(default_factory=dict)
    clients: Mapping[str, ClientPrediction] = field(default_factory=dict)
    bottleneck: str | None = None
    """The node with the highest load."""
    bottleneck_doubt: str = ""
    """Why the bottleneck may be another, or why none is named."""
    headroom: float = float("inf")
    """Factor by which all traffic can grow from ``dial`` until the bottleneck is full; below 1 it is overloaded."""
    kept_full: bool = False
    """Whether retries keep the bottleneck full at loads at which it would not become so."""
    dial: float = 1.0
    """Factor on the traffic of the design for which all of this is predicted."""
    doubts: tuple[str, ...] = ()
    """What does not hold anywhere in the design."""


def full_at(theory: Theory) -> str:
    """At which rate, and at how many times the traffic of the design, the bottleneck is full; empty where it never is.

    One that retries keep full was not full there before; it is so until the load is less than that.
    """
    if not math.isfinite(theory.headroom):
        return ""
    most = f"load ×\u00a0{format_figure(theory.dial * theory.headroom)} of the design"
    offered = [each.offered for each in theory.clients.values() if each.offered is not None]
    known = len(offered) == len(theory.clients) > 0
    rate = f"{format_quantity(sum(offered) * theory.headroom, 'rps')} from clients" if known else ""
    full = "kept full by retries down to" if theory.kept_full else "full at"
    told = f"{full} {rate}, {most}" if rate else f"{full} {most}"
    if theory.dial == 1.0:
        return told
    now = f"; the dial is at ×\u00a0{format_figure(theory.dial)}"
    if known:
        now += f", {format_quantity(sum(offered), 'rps')}"
    return f"{told}{now}{', more than it can do' if theory.headroom < 1.0 else ''}"


_SMALLEST = {"s": 1e-5, "%": 1e-3, "rps": 1e-3}
"""What is too small to compare, by unit: 10 µs, a thousandth of a worker, a request in a quarter of an hour."""


def difference(predicted: float | None, measured: float | None, unit: str) -> float | None:
    """By how much a measured number differs from the predicted one, relative to it; None where that says nothing."""
    if predicted is None or measured is None:
        return None
    smallest = _SMALLEST.get(unit, 0.0)
    if abs(predicted) <= smallest:
        return None
    return (measured - predicted) / abs(predicted)
