"""Makes the program that a node runs from the flow of its plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.plan.flow import works_in
from engine.plan.primitives import (
    AsyncPart,
    CallPart,
    ChoicePart,
    FlowPlan,
    LoopPart,
    ParallelPart,
    TransactionPart,
    Way,
    WorkPart,
)
from engine.sim.lane.roles import steps as lane
from engine.sim.lane.transactions.records import OUTBOX, SAGA, TWO_PHASE, Terms

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.plan.primitives import Part
    from engine.sim.lane.link import Link

_SORTS: dict[type, int] = {
    WorkPart: lane.WORK,
    CallPart: lane.CALL,
    ParallelPart: lane.PARALLEL,
    ChoicePart: lane.CHOICE,
    LoopPart: lane.LOOP,
    AsyncPart: lane.ASYNC,
    TransactionPart: lane.TRANSACTION,
}
_MODES = {"two_phase": TWO_PHASE, "saga": SAGA, "outbox": OUTBOX}
_WHEN = {
    "always": lane.ALWAYS,
    "miss": lane.MISS,
    "hit": lane.HIT,
    "miss_or_failed": lane.MISS,
}
"""What a request must have met that goes on normally; ways after a failure are kept apart."""


def after_first_work(flow: FlowPlan) -> FlowPlan:
    """What comes after the work that a request brings along when it arrives."""
    return flow[1:] if flow and isinstance(flow[0], WorkPart) else flow


def further_works(flow: FlowPlan) -> list[WorkPart]:
    """The different works of a flow beside the first, in a fixed order."""
    return list(dict.fromkeys(works_in(after_first_work(flow))))


def program(
    flow: FlowPlan, links: Mapping[str, Link], kinds: int, terms: dict[object, Terms]
) -> list[lane.Step]:
    """The program of a flow, without the work that comes first.

    Args:
        flow: the whole flow.
        links: the links that leave the node, by id.
        kinds: number of request classes: so many laws each work has at the site.
        terms: what is known of its transactions, and is to be known from now on.
    """
    places = {work: place + 1 for place, work in enumerate(further_works(flow))}
    tasks = {work: place * kinds for work, place in places.items()}
    return _Builder(links, tasks, kinds, terms).steps(after_first_work(flow), missed=False)


class _Builder:
    """Makes steps; equal ways are made once."""

    def __init__(
        self,
        links: Mapping[str, Link],
        tasks: Mapping[WorkPart, int],
        kinds: int,
        terms: dict[object, Terms],
    ) -> None:
        self._terms = terms
        self._links = links
        self._kinds = kinds
        self._tasks = tasks
        self._known: dict[tuple[int, bool], list[lane.Step]] = {}

    def steps(self, flow: FlowPlan, *, missed: bool) -> list[lane.Step]:
        """Steps one after the other; ``missed`` where they are for what a cache did not have."""
        key = (id(flow), missed)
        if key not in self._known:
            self._known[key] = [self._step(part, missed=missed) for part in flow]
        return self._known[key]

    def _step(self, part: Part, *, missed: bool) -> lane.Step:
        """One step."""
        step = lane.Step(_SORTS[type(part)])
        match part:
            case WorkPart():
                step.task = self._tasks[part]
            case CallPart():
                step.link = self._links[part.link]
                step.makes_up = missed
            case ParallelPart():
                step.count = part.need
                step.branches = [lane.Branch(self.steps(way, missed=missed)) for way in part.ways]
            case ChoicePart():
                usual = (way for way in part.ways if way.when != "failed")
                step.branches = [self._branch(way, _WHEN[way.when], missed=missed) for way in usual]
                rescues = (way for way in part.ways if way.after_failure)
                step.rescues = [self._branch(way, lane.ALWAYS, missed=missed) for way in rescues]
            case LoopPart():
                step.count = part.rounds
                step.branches = [lane.Branch(self.steps(part.do, missed=missed))]
            case AsyncPart():
                step.branches = [lane.Branch(self.steps(part.do, missed=missed))]
            case TransactionPart():
                step.terms = self._terms_of(part)
        return step

    def _terms_of(self, part: TransactionPart) -> Terms:
        """The terms of a transaction: participants keep their accounts while links change."""
        terms = self._terms.get(part)
        if terms is None:
            terms = Terms(_MODES[part.mode], len(part.links), part.retry, locks=part.locks)
            self._terms[part] = terms
        terms.forward = [self._links[link] for link in part.links]
        terms.backward = [None if link is None else self._links[link] for link in part.undo]
        return terms

    def _branch(self, way: Way, when: int, *, missed: bool) -> lane.Branch:
        """A way of a choice."""
        makes_up = missed or way.when in ("miss", "miss_or_failed")
        branch = lane.Branch(self.steps(way.do, missed=makes_up))
        if way.share is not None:
            branch.share = way.share
        if way.classes is not None:
            gone = self._kinds - len(
                way.classes
            )  # requests under way may be of a class that is gone
            branch.accepts = [*way.classes, *way.classes[-1:] * gone]
        branch.when = when
        return branch
