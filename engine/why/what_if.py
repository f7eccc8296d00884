"""What theory says of each thing that could be tried about the bottleneck, or why it says nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.catalog import lower
from engine.plan.theory import predict
from engine.records import dataclass
from engine.why.ideas import Idea, ideas_for

if TYPE_CHECKING:
    from engine.model.design import Design
    from engine.model.prediction import Theory


@dataclass(frozen=True, slots=True, kw_only=True)
class Foretold:
    """What a client is predicted to see. Seconds and requests a second; None where no model says it."""

    mean: float | None = None
    p99: float | None = None
    goodput: float | None = None
    doubt: str = ""
    """Why a number is missing, or the first reason to doubt them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Supposed:
    """A node, what can be tried about it, and what theory says of each."""

    node: str | None
    """The bottleneck, or the node that was asked about; None where theory names no bottleneck."""
    client: str | None
    """The client whose gain counts: the first whose requests reach the node."""
    doubt: str = ""
    """Why the bottleneck may be another, or why none is named."""
    now: Foretold = Foretold()
    """The design as it is."""
    ideas: tuple[Idea, ...] = ()
    foretold: tuple[Foretold, ...] = ()
    """As many as ideas."""


def suppose(design: Design, node: str | None = None, load: float = 1.0) -> Supposed:
    """What can be tried about a node, and what theory says of it.

    Args:
        design: the design.
        node: the node; None for the bottleneck that theory names.
        load: factor on all traffic, as the load dial sets it.

    Raises:
        DesignError: the design cannot run.
    """
    theory = predict(lower(design), load=load)
    doubt = ""
    if node is None:
        node, doubt = theory.bottleneck, theory.bottleneck_doubt
    if node is None:
        return Supposed(node=None, client=None, doubt=doubt or "nothing in it can be full")
    client = client_of(design, node)
    ideas = ideas_for(design, node) if client is not None else ()
    foretold = []
    for each in ideas:
        made = each.edit.apply(design).design
        foretold.append(_seen_by(client, predict(lower(made), load=load)))
    return Supposed(
        node=node,
        client=client,
        doubt=doubt if client is not None else "no client's requests reach it",
        now=_seen_by(client, theory),
        ideas=ideas,
        foretold=tuple(foretold),
    )


def client_of(design: Design, node: str) -> str | None:
    """The first client whose requests can reach a node."""
    reached = {node}
    waiting = [node]
    while waiting:
        target = waiting.pop()
        for link in design.links:
            if link.target == target and link.source not in reached:
                reached.add(link.source)
                waiting.append(link.source)
    clients = (each.id for each in design.nodes if each.kind == "client")
    return next((each for each in clients if each in reached), None)


def _seen_by(client: str | None, theory: Theory) -> Foretold:
    """What is predicted for a client."""
    if client is None or client not in theory.clients:
        return Foretold(doubt="nothing is predicted for it")
    said = theory.clients[client]
    doubts = [each for each in (said.reason, *said.doubts, *theory.doubts) if each]
    return Foretold(
        mean=said.latency,
        p99=said.latency_p99,
        goodput=said.goodput,
        doubt=doubts[0] if doubts else "",
    )
