"""Cumulative counters of a node or a link at one time. What happened in between is a difference."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from engine.plan.primitives import FAILURES
from engine.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.sim.lane.link import Link
    from engine.sim.lane.node import Node


NONE: Final = (0,) * len(FAILURES)
"""No failure of any reason."""


@dataclass(frozen=True, slots=True)
class Tally:
    """Counters since the start of the run; the areas are integrals over time."""

    time: float
    begun: int
    """Arrivals at a node, attempts on a link."""
    done: int
    failed: tuple[int, ...]
    refused: tuple[int, ...] = NONE
    """Of these, who was turned away at the door of a node, or never sent over a link."""
    passed_on: tuple[int, ...] = NONE
    """Of these, the failures of others: of calls that a node made, or answers of a link's target."""
    retries: int = 0
    busy: float = 0.0
    waiting: float = 0.0
    in_system: float = 0.0
    capacity: float = 0.0
    working: float = 0.0
    """Busy workers that were at work: neither held for a call nor standing still."""
    bytes_in: float = 0.0
    bytes_out: float = 0.0
    settled: float = 0.0
    """Seconds that the attempts on a link were under way whose outcome is known."""


def of_node(node: Node, capacity: float, standing: float, now: float) -> Tally:
    """The counters of a node.

    `capacity` is the integral of its workers over time, `standing` that of those that stand still now,
    as far as it is not counted yet. The areas are worked out up to now without touching the node: one rounding more would show.
    """
    span = now - node.touched
    vitals = node.vitals
    busy = node.busy_area + span * node.busy
    idle = vitals.resting * now - vitals.resting_sum + vitals.stood + standing
    return Tally(
        time=now,
        begun=int(node.arrivals),
        done=int(node.completed),
        failed=tuple(node.failed),
        refused=tuple(node.blame.refused),
        passed_on=tuple(node.blame.passed_on),
        busy=busy,
        waiting=node.wait_area + span * node.waiting,
        in_system=node.system_area + span * node.in_system,
        capacity=capacity,
        working=busy - idle,
    )


def of_link(link: Link, volume: tuple[float, float], now: float) -> Tally:
    """The counters of a link; `volume` is the bytes there and back."""
    return Tally(
        time=now,
        begun=int(link.attempts),
        done=int(link.succeeded),
        failed=tuple(link.failed),
        refused=tuple(link.blame.refused),
        passed_on=tuple(link.blame.passed_on),
        retries=int(link.retries),
        in_system=link.area(now),
        bytes_in=volume[0],
        bytes_out=volume[1],
        settled=link.settled_sum,
    )


def nothing(now: float) -> Tally:
    """The counters of something that begins now."""
    return Tally(time=now, begun=0, done=0, failed=NONE)


def failures(now: Sequence[int], before: Sequence[int]) -> dict[str, int]:
    """Failures by reason between two tallies; only the reasons that occurred."""
    pairs = zip(FAILURES, now, before, strict=True)
    return {name: new - old for name, new, old in pairs if new > old}


def mean_over(later: float, earlier: float, span: float) -> float:
    """Mean of what was integrated, over a span of time."""
    return (later - earlier) / span if span > 0.0 else 0.0
