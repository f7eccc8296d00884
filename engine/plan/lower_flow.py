"""An explicit flow as a plan: laws as numbers, classes as masks, copies written out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.model.flow import (
    AsyncStep,
    CallStep,
    ChoiceStep,
    LoopStep,
    ParallelStep,
    SequenceStep,
    TransactionStep,
    WorkStep,
)
from engine.plan.lower import law_plan
from engine.plan.primitives import (
    ZERO,
    AsyncPart,
    CallPart,
    ChoicePart,
    FlowPlan,
    LoopPart,
    ParallelPart,
    Part,
    TransactionPart,
    Way,
    WorkPart,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.model.flow import ChoiceBranch, Step
    from engine.model.transaction import Transaction
    from engine.plan.primitives import ClassPlan, LawPlan

    _Single = (
        WorkStep | CallStep | ParallelStep | ChoiceStep | LoopStep | AsyncStep | TransactionStep
    )


def flow_plan(
    steps: Sequence[Step], classes: Sequence[ClassPlan], service: tuple[LawPlan, ...]
) -> FlowPlan:
    """Steps as parts.

    Args:
        steps: done from the first to the last.
        classes: the design's request classes.
        service: the station's own service time, one law a class.
    """
    return tuple(part for step in steps for part in _parts(step, classes, service))


def first_work(flow: FlowPlan) -> tuple[LawPlan, ...]:
    """The work that a flow begins with; none where it begins with something else."""
    first = flow[0]
    return first.laws if isinstance(first, WorkPart) else (ZERO,)


def _parts(
    step: Step, classes: Sequence[ClassPlan], service: tuple[LawPlan, ...]
) -> tuple[Part, ...]:
    """A step as parts: one, but for a sequence."""
    if isinstance(step, SequenceStep):
        return flow_plan(step.sequence, classes, service)
    return (_part(step, classes, service),)


def _part(  # noqa: PLR0911 - one return a sort
    step: _Single, classes: Sequence[ClassPlan], service: tuple[LawPlan, ...]
) -> Part:
    """A step that is no sequence."""

    def inner(steps: Sequence[Step]) -> FlowPlan:
        return flow_plan(steps, classes, service)

    match step:
        case WorkStep():
            work = step.work
            return WorkPart(service if isinstance(work, str) else (law_plan(work),) * len(classes))
        case CallStep():
            return CallPart(step.call)
        case ParallelStep():
            ways = tuple(inner((each,)) for each in step.parallel) * step.copies
            return ParallelPart(ways, step.need or len(ways))
        case ChoiceStep():
            return ChoicePart(tuple(_way(each, classes, inner(each.do)) for each in step.choice))
        case LoopStep():
            return LoopPart(step.loop, inner(step.do))
        case AsyncStep():
            return AsyncPart(inner(step.background))
        case TransactionStep():
            return transaction_part(step.transaction)


def transaction_part(transaction: Transaction) -> TransactionPart:
    """A transaction as numbers and links; only sagas undo over links of their own."""
    links = transaction.participants
    undo = [transaction.undo_of(place) for place in range(len(links))]
    saga = transaction.mode == "saga"
    return TransactionPart(
        mode=transaction.mode,
        links=links,
        undo=tuple(undo) if saga else links,
        locks=transaction.lock and transaction.mode == "two_phase",
        retry=transaction.retry,
    )


def _way(branch: ChoiceBranch, classes: Sequence[ClassPlan], do: FlowPlan) -> Way:
    """A branch as a way."""
    mask = None
    if branch.kind is not None:
        mask = tuple(each.name == branch.kind for each in classes)
    return Way(do, branch.probability, mask, branch.when or "always")
