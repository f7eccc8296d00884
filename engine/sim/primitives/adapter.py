"""What a primitive brings to the simulator: how it is made, tuned, counted, checked and shown.

One adapter a primitive, one small module each; `engine.sim.primitives` lists them. An adapter has no
state of its own: what runs is a body in the request lane, and a `Part` keeps the two together.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from engine.sim.body import Adapter

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.plan.primitives import LinkPlan, NodePlan
    from engine.sim.lane.link import Link
    from engine.sim.lane.node import Node
    from engine.sim.lane.seams import Gate, Role, Rule
    from engine.sim.parts import LinkPart, NodePart
    from engine.sim.setup import Setup

B = TypeVar("B")
L = TypeVar("L", bound="Rule")
G = TypeVar("G", bound="Gate")
R = TypeVar("R", bound="Role")


class RuleAdapter(Adapter[L]):
    """A rule of links, or the network under them."""

    def body(self, had: L | None, part: LinkPart, plan: LinkPlan, setup: Setup) -> L | None:
        """The rule by which a link goes on: the one it had, tuned, or a new one; None where it has none."""
        raise NotImplementedError

    def wire(self, rule: L, part: LinkPart, leaving: Sequence[LinkPart]) -> None:
        """Know the links that leave the same node."""

    def trim(self, rule: L, part: LinkPart, source: NodePart) -> None:
        """Forget what is kept for instances that are gone, at either end."""


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

    def wire(self, gate: G, part: NodePart, leaving: Sequence[LinkPart]) -> None:
        """Know the links that leave the node."""


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
