"""How many tries a request may turn into, a budget considered, and how long they may take."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from engine.model.policies.retry_budget import RetryBudget
from engine.plan.primitives import CallPart, ChoicePart, LoopPart, ParallelPart

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.plan.primitives import FlowPlan, LinkPlan, Part


def most_tries(link: LinkPlan) -> float:
    """Tries over a link for each first one while everything fails, for long.

    A budget of a ratio earns that many retries a first try; one of tokens earns nothing then.
    """
    budget = link.policy(RetryBudget) if link.policies else None
    if budget is None:
        return float(link.retry.attempts)
    return min(float(link.retry.attempts), 1.0 + (budget.ratio if budget.tokens is None else 0.0))


def longest_try(link: LinkPlan) -> float:
    """Seconds until a call over a link has failed for good, each try having taken its timeout."""
    retry = link.retry
    pauses = sum(
        min(retry.cap, retry.base * retry.factor**place) for place in range(retry.attempts - 1)
    )
    return retry.attempts * link.timeout + pauses


def longest_flow(flow: FlowPlan, calls: Mapping[str, float], kind: int) -> float:
    """Seconds that a request of a class may wait for calls in a flow, none of which fails for good.

    Args:
        flow: the steps.
        calls: seconds that each link may take; those without an end count as none.
        kind: the class.
    """
    return sum(_longest_part(part, calls, kind) for part in flow)


def _longest_part(part: Part, calls: Mapping[str, float], kind: int) -> float:
    """Seconds that a request of a class may wait in a step."""
    match part:
        case CallPart():
            needs = calls.get(part.link, 0.0)
            return needs if math.isfinite(needs) else 0.0
        case LoopPart():
            return part.rounds * longest_flow(part.do, calls, kind)
        case ParallelPart():
            ways = sorted(longest_flow(way, calls, kind) for way in part.ways)
            return ways[min(part.need, len(ways)) - 1] if ways and part.need > 0 else 0.0
        case ChoicePart():
            usual = [
                longest_flow(way.do, calls, kind)
                for way in part.ways
                if way.when != "failed" and (way.classes is None or way.classes[kind])
            ]
            return max(usual, default=0.0)
        case _:
            return 0.0
