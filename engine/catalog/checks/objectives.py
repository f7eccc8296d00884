"""Objectives that say nothing: those that no run can miss, and those that none can meet."""

from __future__ import annotations

import math
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from engine.catalog.measures import metric_of
from engine.model.edits import SetDesign
from engine.model.findings import Finding
from engine.model.metric_names import above
from engine.model.policies.fallback import Fallback
from engine.model.units import format_figure, format_quantity
from engine.plan.flow import flow_of
from engine.plan.retries import longest_flow, longest_try

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.catalog.reading import Reading
    from engine.model.design import Design, Objective
    from engine.plan.primitives import LinkPlan, NodePlan, Plan


def objective_findings(reading: Reading, plan: Plan) -> Iterator[Finding]:
    """Objectives of a design without errors whose verdict is certain before any run."""
    design = reading.design
    if not design.objectives:
        return
    longest = _longest_answers(plan)
    for index, objective in enumerate(design.objectives):
        item, _, name = objective.metric.partition(".")
        metric = metric_of(design, objective.metric)
        if metric is None:
            continue
        if metric.unit == "%":
            yield from _shares(design, index, objective)
        if name.startswith("latency.") and item in longest:
            yield from _latencies(design, index, objective, longest[item])


def _shares(design: Design, index: int, objective: Objective) -> Iterator[Finding]:
    """Bounds that no share passes, such as percentages in place of shares."""
    for field in ("below", "above"):
        bound = getattr(objective, field)
        if bound is None or 0.0 <= bound <= 1.0:
            continue
        met = (bound > 1.0) == (field == "below")
        verdict = "can never be missed" if met else "can never be met"
        message = (
            f"The objective on {objective.metric!r} {verdict}: a share lies between 0 and 1, and it asks for "
            f"{field} {bound:g}"
        )
        fix = None
        if 1.0 < bound <= 100.0:
            share = float(f"{bound / 100.0:.12g}")
            message += f"; {bound:g} % is {share:g}"
            fix = _changed(design, index, {field: share}, f"Set {share:g}")
        yield _told(index, field, message, fix)


def _latencies(
    design: Design, index: int, objective: Objective, longest: float
) -> Iterator[Finding]:
    """Latencies that nobody sees, since whoever asks has given up by then: only answers count."""
    item, _, name = objective.metric.partition(".")
    share = above(name)
    limit = objective.below if share is None else share[1]
    if limit is None or limit < longest:
        return
    who = design.node_by_id[item].name or item
    message = (
        f"The objective on {objective.metric!r} can never be missed: {who} gives up after "
        f"{format_quantity(longest, 's')}, and latencies are those of answers; ask for less than that, or for "
        "the share that succeeds"
    )
    if share is not None:
        yield _told(index, "metric", message, None)
        return
    wanted = float(f"{longest / 2.0:.2g}")
    fix = _changed(design, index, {"below": wanted}, f"Set {format_figure(wanted)} s")
    yield _told(index, "below", message, fix)


def _told(index: int, field: str, message: str, fix: SetDesign | None) -> Finding:
    """A warning about an objective."""
    return Finding(
        level="warning",
        code="objective-idle",
        field=f"objectives.{index}.{field}",
        message=message,
        fix=fix,
    )


def _changed(design: Design, index: int, fields: dict[str, float], label: str) -> SetDesign:
    """The edit that changes an objective."""
    raws: list[Any] = [
        each.model_dump(mode="json", by_alias=True, exclude_unset=True)
        for each in design.objectives
    ]
    raws[index] |= fields
    return SetDesign(("objectives",), raws, label)


def _longest_answers(plan: Plan) -> dict[str, float]:
    """Seconds after which no user of a client gets an answer, for the clients that give up at all."""
    leaving: dict[str, list[LinkPlan]] = defaultdict(list)
    for link in plan.links:
        leaving[link.source].append(link)
    found = {}
    for node in plan.nodes:
        if node.traffic is not None:
            longest = _longest_answer(plan, node, leaving[node.id])
            if math.isfinite(longest):
                found[node.id] = longest
    return found


def _longest_answer(plan: Plan, node: NodePlan, leaving: list[LinkPlan]) -> float:
    """Seconds after which no user of a client gets an answer."""
    waiting = [link for link in leaving if link.waits]
    flow = flow_of(node, leaving, plan.classes)
    calls = {link.id: longest_try(link) for link in waiting}
    endless = any(math.isinf(each) for each in calls.values())
    helped = any(link.policy(Fallback) is not None or link.on_failure for link in waiting)
    kinds = range(len(plan.classes))
    needs = math.inf if endless or helped else max(longest_flow(flow, calls, k) for k in kinds)
    return min(needs, max(each.deadline for each in plan.classes))
