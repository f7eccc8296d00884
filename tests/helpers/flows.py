"""Flows in a few words, for plans by hand."""

from __future__ import annotations

from engine.plan.primitives import (
    AsyncPart,
    CallPart,
    ChoicePart,
    LoopPart,
    ParallelPart,
    Part,
    Way,
    WorkPart,
)
from tests.helpers.plans import LawLike, as_law


def work(*laws: LawLike) -> WorkPart:
    """Local work: one law a class."""
    return WorkPart(tuple(as_law(law) for law in laws))


def call(link: str) -> CallPart:
    return CallPart(link)


def parallel(*ways: Part | tuple[Part, ...], need: int | None = None) -> ParallelPart:
    flows = tuple(way if isinstance(way, tuple) else (way,) for way in ways)
    return ParallelPart(flows, need or len(flows))


def choice(*ways: Way) -> ChoicePart:
    return ChoicePart(ways)


def loop(rounds: int, *parts: Part) -> LoopPart:
    return LoopPart(rounds, parts)


def background(*parts: Part) -> AsyncPart:
    return AsyncPart(parts)
