"""What a primitive brings to the simulator: how it is made, tuned, counted, checked and shown.

One adapter a primitive, one small module each; `engine.sim.primitives` lists them. An adapter has no
state of its own: what runs is a body in the request lane, and a `Part` keeps the two together.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from engine.sim.lane.seams import Listener

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from engine.plan.deadline_propagation import DeadlinePropagation
    from engine.plan.primitives import LinkPlan, NodePlan, Plan
    from engine.sim.lane.agenda import Agenda
    from engine.sim.lane.draws import Streams
    from engine.sim.lane.link import Link
    from engine.sim.lane.node import Node
    from engine.sim.lane.seams import Gate, Role, Rule
    from engine.sim.parts import LinkPart, NodePart

Counters = tuple[float, ...]
"""Cumulative counters of a body."""
Values = dict[str, float]
"""Results by name; NaN where nothing was measured."""
B = TypeVar("B")
L = TypeVar("L", bound="Rule")
G = TypeVar("G", bound="Gate")
R = TypeVar("R", bound="Role")


@dataclass(slots=True)
class Setup:
    """What bodies are made from."""

    agenda: Agenda
    streams: Streams
    plan: Plan
    kinds: int
    """Request classes, at most so far: requests under way may be of one that is gone."""
    propagation: DeadlinePropagation
    hear: Callable[[str, str, float], None]
    """Takes the id of a node or link, what happened to it, and when (s)."""


class Herald(Listener):
    """Tells outside the lane that something is in another state."""

    def __init__(self, setup: Setup, owner: str, what: str, words: Mapping[str, str]) -> None:
        self._hear = setup.hear
        self._owner = owner
        self._what = what
        self._words = words

    def changed(self, state: str, now: float) -> None:
        """Say it as people read it."""
        self._hear(self._owner, f"{self._what} {self._words[state]}", now)


class Adapter(Generic[B]):
    """What every sort of adapter says of its bodies."""

    name: str
    """Unique among its sort, such as ``breaker``."""

    def counters(self, body: B, now: float) -> Counters:
        """Cumulative counters."""
        return ()

    def extra(self, body: B, since: Sequence[float], span: float, now: float) -> Values:
        """Results under ``extra``.

        Args:
            body: what runs.
            since: what the counters grew by.
            span: in so many seconds.
            now: simulated time (s).
        """
        return {}

    def check(self, body: B, owner: Any, now: float) -> None:
        """Check the body's own laws in its link or node.

        Raises:
            InvariantError: with the item and the numbers.
        """

    def state(self, body: B) -> str:
        """The state that people are shown, such as ``open``; empty where there is none to show."""
        return ""


class RuleAdapter(Adapter[L]):
    """A rule of links, or the network under them."""

    def body(self, had: L | None, part: LinkPart, plan: LinkPlan, setup: Setup) -> L | None:
        """The rule by which a link goes on: the one it had, tuned, or a new one; None where it has none."""
        raise NotImplementedError


class TransportAdapter(Adapter[B]):
    """What lies under a link beside its delay."""

    def body(self, link: Link, plan: LinkPlan, setup: Setup) -> B | None:
        """What a link goes on with, tuned; None where it needs nothing."""
        raise NotImplementedError


class GateAdapter(Adapter[G]):
    """A gate of nodes."""

    def body(self, had: G | None, part: NodePart, plan: NodePlan, setup: Setup) -> G | None:
        """The gate with which a node goes on: the one it had, tuned, or a new one; None where it has none."""
        raise NotImplementedError


class RoleAdapter(Adapter[R]):
    """A role of nodes."""

    def applies(self, plan: NodePlan) -> bool:
        """Whether a node plays it."""
        raise NotImplementedError

    def make(self, node: Node, plan: NodePlan, setup: Setup) -> R:
        """A new one, not tuned yet."""
        raise NotImplementedError

    def tune(self, role: R, part: NodePart, setup: Setup) -> None:
        """Turn its knobs to those of the part's plan."""

    def wire(self, role: R, part: NodePart, leaving: list[LinkPart], setup: Setup) -> None:
        """Know the links that leave the node."""


@dataclass(slots=True)
class Body(Generic[B]):
    """A body, its adapter, and its counters when the measurement began."""

    adapter: Adapter[B]
    thing: B
    marked: Counters = field(default=())

    def counters(self, now: float) -> Counters:
        """Cumulative counters."""
        return self.adapter.counters(self.thing, now)

    def extra(self, before: Counters, span: float, now: float) -> Values:
        """Results since some counters, of so many seconds ago."""
        after = self.counters(now)
        marks = before or (0.0,) * len(after)
        since = [new - old for new, old in zip(after, marks, strict=True)]
        return self.adapter.extra(self.thing, since, span, now)


def ratio(part: float, whole: float) -> float:
    """A share; NaN of nothing."""
    return part / whole if whole > 0.0 else math.nan


def padded(values: list[Any], count: int) -> list[Any]:
    """The values, the last one repeated."""
    return values + values[-1:] * (count - len(values))
