"""Cumulative counters of a node or a link at one time. What happened in between is a difference."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.plan.primitives import FAILURES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.sim.lane.link import Link
    from engine.sim.lane.node import Node


@dataclass(frozen=True, slots=True)
class Tally:
    """Counters since the start of the run; the areas are integrals over time."""

    time: float
    begun: int
    """Arrivals at a node, attempts on a link."""
    done: int
    failed: tuple[int, ...]
    retries: int = 0
    busy: float = 0.0
    waiting: float = 0.0
    in_system: float = 0.0
    capacity: float = 0.0


def of_node(node: Node, capacity: float, now: float) -> Tally:
    """The counters of a node; `capacity` is the integral of its workers over time.

    The areas are worked out up to now without touching the node: one rounding more would show.
    """
    span = now - node.touched
    return Tally(
        time=now,
        begun=int(node.arrivals),
        done=int(node.completed),
        failed=tuple(node.failed),
        busy=node.busy_area + span * node.busy,
        waiting=node.wait_area + span * node.waiting,
        in_system=node.system_area + span * node.in_system,
        capacity=capacity,
    )


def of_link(link: Link, now: float) -> Tally:
    """The counters of a link."""
    return Tally(
        time=now,
        begun=int(link.attempts),
        done=int(link.succeeded),
        failed=tuple(link.failed),
        retries=int(link.retries),
        in_system=link.area(now),
    )


def nothing(now: float) -> Tally:
    """The counters of something that begins now."""
    return Tally(time=now, begun=0, done=0, failed=(0,) * len(FAILURES))


def failures(now: Sequence[int], before: Sequence[int]) -> dict[str, int]:
    """Failures by reason between two tallies; only the reasons that occurred."""
    pairs = zip(FAILURES, now, before, strict=True)
    return {name: new - old for name, new, old in pairs if new > old}


def mean_over(later: float, earlier: float, span: float) -> float:
    """Mean of what was integrated, over a span of time."""
    return (later - earlier) / span if span > 0.0 else 0.0
