"""Risks of timeouts: none, longer than the own callers wait, or shorter than what is called takes."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from engine.catalog.checks.facts import risk, shorter
from engine.model.edits import CompoundEdit, SetField
from engine.model.names import all_of
from engine.model.prediction import is_grave
from engine.model.units import format_figure, format_quantity
from engine.plan.flow import flow_of
from engine.plan.primitives import INFINITE, RetryPlan
from engine.plan.retries import longest_flow, longest_try

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from engine.catalog.checks.facts import Facts
    from engine.model.edits import Edit
    from engine.model.findings import Finding
    from engine.plan.primitives import LinkPlan, NodePlan, Plan

_TIMEOUT: Final = 1.0
"""Timeout (s) that is proposed where nothing says better: well above most answers, well below people's patience."""
_TAIL: Final = 8.0
"""Mean times at a node within which all but one in a hundred of its answers come: 4.6 in an M/M/1, with room."""
_SLACK: Final = 1.5
"""A proposed timeout over the 99th percentile of the answers."""


def timeout_risks(facts: Facts) -> Iterator[Finding]:
    """Callers that wait too long, or not long enough."""
    nodes = {node.id: node for node in facts.plan.nodes}
    leaving: dict[str, list[LinkPlan]] = defaultdict(list)
    entering: dict[str, list[LinkPlan]] = defaultdict(list)
    for link in facts.plan.links:
        if link.target == nodes[link.source].coordinator:
            continue  # nobody's request waits for the renewal of a lease
        leaving[link.source].append(link)
        entering[link.target].append(link)
    for link in facts.plan.links:
        yield from _waits(facts, link, nodes[link.source])
    for node in facts.plan.nodes:
        told = [link.deadline_propagation for link in entering[node.id] if link.waits]
        if math.isfinite(facts.patience[node.id]) and not all(told):
            yield from _too_many_tries(facts, node, leaving[node.id])
            yield from _one_after_the_other(facts, node, leaving[node.id])
    yield from _impatient(facts, nodes)


def _waits(facts: Facts, link: LinkPlan, source: NodePlan) -> Iterator[Finding]:
    """Callers that wait for ever, or longer than their own callers."""
    if not link.waits or source.keeps_messages or link.target == source.coordinator:
        return
    waits = facts.patience_over(link)
    keeps = source.traffic is not None or source.station.hold
    if math.isinf(link.timeout) and keeps:
        seconds = min(_TIMEOUT, shorter(waits))
        message = (
            f"No timeout on {facts.name(link.id)}: {facts.name(source.id)} waits for as long as "
            f"{facts.name(link.target)} takes"
        )
        yield risk(link.id, "no-timeout", message, "timeout", _timeout(link, seconds))
    elif INFINITE > link.timeout > waits:
        message = (
            f"{facts.name(source.id)} waits {format_quantity(link.timeout, 's')} for "
            f"{facts.name(link.target)}, but its own callers give up after "
            f"{format_quantity(waits, 's')}"
        )
        yield risk(link.id, "timeout-order", message, "timeout", _timeout(link, shorter(waits)))


def _timeout(link: LinkPlan, seconds: float) -> SetField:
    """The edit that gives a link another timeout."""
    return SetField(link.id, ("config", "timeout"), seconds, f"Set {format_quantity(seconds, 's')}")


def _too_many_tries(facts: Facts, node: NodePlan, leaving: Sequence[LinkPlan]) -> Iterator[Finding]:
    """Tries again that nobody waits for any more."""
    for link in leaving:
        waits = facts.patience_over(link)
        attempts, needs = link.retry.attempts, longest_try(link)
        if not link.waits or attempts < 2 or link.timeout > waits or needs <= waits:
            continue
        pauses = needs - attempts * link.timeout
        seconds = (shorter(waits) - pauses) / attempts
        fix: Edit = SetField(link.id, ("config", "retry"), {"attempts": 1}, "Try once")
        if seconds >= facts.capacity[link.target].hold:
            fix = _timeout(link, _rounded(seconds))
        message = (
            f"The callers of {facts.name(node.id)} give up after {format_quantity(waits, 's')}, before its "
            f"{format_figure(attempts)} tries at {facts.name(link.target)} are through "
            f"({format_quantity(needs, 's')}); give fewer, or shorter ones"
        )
        yield risk(link.id, "timeout-retries", message, "timeout", fix)


def _one_after_the_other(
    facts: Facts, node: NodePlan, leaving: Sequence[LinkPlan]
) -> Iterator[Finding]:
    """Calls that each may take long, and together longer than anybody waits."""
    limited = [link for link in leaving if link.waits and math.isfinite(link.timeout)]
    calls = {link.id: longest_try(link) for link in limited}
    if (
        node.router is not None
        or node.keeps_messages
        or any(calls[link.id] > facts.patience_over(link) for link in limited)
    ):
        return
    flow = flow_of(node, leaving, facts.plan.classes)
    kinds = [kind for kind in range(len(facts.plan.classes)) if (node.id, kind) in facts.waits]
    times = [(longest_flow(flow, calls, kind), facts.waits[node.id, kind]) for kind in kinds]
    needs, waits = max(times, key=lambda each: each[0] / each[1], default=(0.0, INFINITE))
    if needs <= waits:
        return
    factor = shorter(waits) / needs
    edits = tuple(_timeout(link, _rounded(link.timeout * factor)) for link in limited)
    message = (
        f"{facts.name(node.id)} may wait {format_quantity(needs, 's')} for "
        f"{all_of(facts.name(each.target) for each in limited)}, one after the other, but its own callers "
        f"give up after {format_quantity(waits, 's')}; give each less time"
    )
    fix = CompoundEdit(edits, f"Set timeouts to {format_quantity(factor, '%')}")
    yield risk(node.id, "timeout-sum", message, None, fix)


def _rounded(seconds: float) -> float:
    """A duration to two digits, downwards."""
    digits = 1 - math.floor(math.log10(seconds))
    return math.floor(seconds * 10.0**digits + 1e-9) / 10.0**digits


def _impatient(facts: Facts, nodes: dict[str, NodePlan]) -> Iterator[Finding]:
    """Callers that give up on answers which are only as slow as usual."""
    limited = [
        link
        for link in facts.plan.links
        if link.waits and math.isfinite(link.timeout) and not nodes[link.source].keeps_messages
    ]
    usual = _usual(facts)
    limited = [
        link for link in limited if link.timeout < usual[link.target] + _crossing(facts, link)
    ]
    if not limited:
        return
    # Imported here: theory takes longer to load than most checks, and timeouts are seldom that short.
    from engine.plan.theory import predict  # noqa: PLC0415

    theory = predict(_patient(facts.plan))
    for link in limited:
        told = theory.nodes.get(link.target)
        late = None if told is None or any(map(is_grave, told.doubts)) else told.residence_p99
        if late is None or late + _crossing(facts, link) <= link.timeout:
            continue
        late += _crossing(facts, link)
        seconds = float(f"{late * _SLACK:.2g}")
        message = (
            f"{facts.name(link.source)} gives up on {facts.name(link.target)} after "
            f"{format_quantity(link.timeout, 's')}, but in theory one answer in a hundred takes "
            f"{format_quantity(late, 's')} or more at this load; wait longer, or make it faster"
        )
        fix = _timeout(link, seconds) if seconds <= facts.patience_over(link) else None
        yield risk(link.id, "timeout-short", message, "timeout", fix)


def _crossing(facts: Facts, link: LinkPlan) -> float:
    """Seconds that calls of every class are under way at least, there and back."""
    kinds = zip(facts.plan.classes, link.classes, strict=True)
    transfers = (link.transfer(kind) for kind, used in kinds if used)
    return 2.0 * link.delay.mean + min(transfers, default=0.0)


def _patient(plan: Plan) -> Plan:
    """The plan if everybody waited for every answer, and so asked once."""
    links = (replace(each, timeout=INFINITE, retry=RetryPlan()) for each in plan.links)
    return replace(plan, links=tuple(links))


def _usual(facts: Facts) -> dict[str, float]:
    """Seconds within which all but few answers of each node come: a bound that takes no theory."""
    leaving: dict[str, list[str]] = defaultdict(list)
    for link in facts.plan.links:
        leaving[link.source].append(link.target)
    usual: dict[str, float] = {}
    for name in reversed(facts.demand.order):
        can = facts.capacity[name]
        load = facts.demand.rate(name) / can.rate if math.isfinite(can.rate) else 0.0
        own = _TAIL * can.hold / max(1.0 - load, 0.01)
        usual[name] = own + sum(usual.get(target, 0.0) for target in leaving[name])
    return usual
