"""What a collapsed frame comes to: the totals of everything inside it, at any depth."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from widgets.canvas.health import RANK

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from engine.model.design import Design
    from widgets.canvas.health import NodeHealth, State
    from widgets.canvas.outcomes import Flow


@dataclass(frozen=True, slots=True, kw_only=True)
class Gates:
    """Where requests come into a frame."""

    links: tuple[str, ...] = ()
    """Links from outside to a node inside."""
    sources: tuple[str, ...] = ()
    """Nodes inside to which nobody leads, such as clients: what they send begins here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """Sums over the nodes inside a frame."""

    nodes: int
    instances: int = 0
    ready: int = 0
    """Of these, those that take requests."""
    rate: float = 0.0
    """Requests a second that come in from outside, or begin inside."""
    ratios: Mapping[str, float] = field(default_factory=dict)
    """Of what comes in, the shares that fail, by reason."""
    worst: str = ""
    """Id of the node that is worst off."""
    state: State = "idle"

    @property
    def failing(self) -> float:
        """Share of what comes in that fails."""
        return sum(self.ratios.values())

    def main_reason(self) -> tuple[str, float]:
        """The commonest failure reason and its share."""
        return max(self.ratios.items(), key=lambda pair: pair[1], default=("", 0.0))


def gates_of(design: Design, held: Mapping[str, Iterable[str]]) -> dict[str, Gates]:
    """Where requests come in, by frame; ``held`` are the nodes inside each."""
    host = {node: frame for frame, nodes in held.items() for node in nodes}
    links: dict[str, list[str]] = {frame: [] for frame in held}
    called: set[str] = set()
    for link in design.links:
        called.add(link.target)
        frame = host.get(link.target)
        if frame is not None and host.get(link.source) != frame:
            links[frame].append(link.id)
    return {
        frame: Gates(
            links=tuple(links[frame]),
            sources=tuple(each for each in nodes if each not in called),
        )
        for frame, nodes in held.items()
    }


def totals_of(
    held: Mapping[str, NodeHealth], instances: int, nodes: int, coming: Iterable[Flow]
) -> Totals:
    """Totals of a frame.

    Args:
        held: what is known of the nodes inside, by id.
        instances: how many there are of those of which nothing is known.
        nodes: how many nodes are inside.
        coming: the flows that come in.
    """
    worst = max(held, key=lambda each: RANK[held[each].state], default="")
    flows = list(coming)
    failed: dict[str, float] = {}
    outcomes = 0.0
    for flow in flows:
        outcomes += flow.known * (flow.done.at_least() + sum(flow.failed.values()))
        for reason, rate in flow.failed.items():
            failed[reason] = failed.get(reason, 0.0) + flow.known * rate
    return Totals(
        nodes=nodes,
        instances=instances + sum(each.instances for each in held.values()),
        ready=instances
        + sum(
            each.instances - sum(cell.state != "ready" for cell in each.cells)
            for each in held.values()
        ),
        rate=sum(flow.rate.at_least() for flow in flows),
        ratios={reason: rate / outcomes for reason, rate in failed.items()} if outcomes else {},
        worst=worst,
        state=held[worst].state if worst else "idle",
    )
