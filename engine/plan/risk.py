"""What a plan's shape says about failures: single points, patience of callers, retries that multiply."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Final

from engine.model.policies.fallback import Fallback
from engine.plan.flow import flow_of
from engine.plan.order import callers_first
from engine.plan.primitives import INFINITE, CallPart, ChoicePart, LoopPart, ParallelPart
from engine.plan.retries import most_tries

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from engine.plan.primitives import FlowPlan, LinkPlan, NodePlan, Part, Plan

_NONE: frozenset[str] = frozenset()
_ROUNDING: Final = 1e-9


def single_points(plan: Plan, order: Sequence[str]) -> frozenset[str]:
    """The nodes without which no request of any client succeeds.

    For each node and class, the set of nodes whose death fails the request: itself, those of every call
    that it needs, and for a router those that all its targets have in common. That is exact for one
    death at a time.

    Args:
        plan: the plan.
        order: nodes, callers before what they call.
    """
    leaving: dict[str, list[LinkPlan]] = defaultdict(list)
    for link in plan.links:
        leaving[link.source].append(link)
    nodes = {node.id: node for node in plan.nodes}
    fatal: dict[tuple[str, int], frozenset[str]] = {}
    kinds = range(len(plan.classes))
    fatal |= {(name, kind): _NONE for name in order for kind in kinds}
    straight = callers_first((link.source, link.target) for link in plan.links) is not None
    for _ in range(1 if straight else len(order)):
        before = dict(fatal)
        for name in reversed(order):
            for kind in kinds:
                common = _fatal(plan, nodes[name], leaving[name], kind, fatal)
                fatal[name, kind] |= common | {name}
        if fatal == before:
            break
    ways = [
        fatal[node.id, kind]
        for node in plan.nodes
        if node.traffic is not None
        for kind, share in enumerate(node.traffic.mix)
        if share > 0.0
    ]
    clients = {node.id for node in plan.nodes if node.traffic is not None}
    return frozenset.intersection(*ways) - clients if ways else _NONE


def _fatal(
    plan: Plan,
    node: NodePlan,
    leaving: Sequence[LinkPlan],
    kind: int,
    fatal: Mapping[tuple[str, int], frozenset[str]],
) -> frozenset[str]:
    """Nodes behind a node whose death fails every request of a class at it."""
    if node.backlog is not None or (node.store is not None and not plan.classes[kind].write):
        return _NONE
    behind = {link.id: fatal[link.target, link.kind_at(kind)] for link in leaving}
    behind |= _with_fallbacks(leaving, behind, write=plan.classes[kind].write)
    if node.router is not None:
        sets = [behind[link.id] for link in leaving if link.classes[kind]]
        return frozenset.intersection(*sets) if sets else _NONE
    return _without(flow_of(node, leaving, plan.classes), kind, behind)


def _with_fallbacks(
    leaving: Sequence[LinkPlan], behind: Mapping[str, frozenset[str]], *, write: bool
) -> dict[str, frozenset[str]]:
    """Nodes without which a call fails and nothing is done instead, of the links that have a fallback."""
    found: dict[str, frozenset[str]] = {}
    for link in leaving:
        fallback = link.policy(Fallback)
        if fallback is None or (
            fallback.kind == "stale" and (write or fallback.max_age is not None)
        ):
            continue
        spare = fallback.spare
        found[link.id] = (
            _NONE if spare is None else behind[link.id] & behind.get(spare, behind[link.id])
        )
    return found


def _without(flow: FlowPlan, kind: int, behind: Mapping[str, frozenset[str]]) -> frozenset[str]:
    """Nodes without which a flow fails, whatever is chosen in it."""
    fatal = _NONE
    uncaught: frozenset[str] | None = None
    """Nodes without which a request whose call failed before here fails; None is all."""
    for part in reversed(flow):
        lost = _without_part(part, kind, behind)
        caught = lost if uncaught is None else lost & uncaught
        uncaught = _uncaught(part, kind, behind, fatal, uncaught)
        fatal = (fatal - lost) | caught
    return fatal


def _uncaught(
    part: Part,
    kind: int,
    behind: Mapping[str, frozenset[str]],
    after: frozenset[str],
    uncaught: frozenset[str] | None,
) -> frozenset[str] | None:
    """Nodes without which a request whose call failed before a part fails; None is all.

    Args:
        part: what may rescue it.
        kind: its class.
        behind: nodes without which the call of a link fails.
        after: nodes without which what comes after the part fails.
        uncaught: what this is for the part after it.
    """
    sets, left = [], 1.0
    for way in part.ways if isinstance(part, ChoicePart) else ():
        if not way.after_failure or (way.classes is not None and not way.classes[kind]):
            continue
        lost = _without(way.do, kind, behind)
        sets.append((after - lost) | (lost if uncaught is None else lost & uncaught))
        left -= 1.0 if way.share is None else way.share
        if left <= _ROUNDING:
            return frozenset.intersection(*sets)
    if uncaught is not None:
        sets.append(uncaught)
    return frozenset.intersection(*sets) if sets else None


def _without_part(part: Part, kind: int, behind: Mapping[str, frozenset[str]]) -> frozenset[str]:
    """Nodes without which a part fails."""
    match part:
        case CallPart():
            return behind[part.link]
        case LoopPart():
            return _without(part.do, kind, behind)
        case ParallelPart():
            lost = Counter(name for way in part.ways for name in _without(way, kind, behind))
            bearable = len(part.ways) - part.need
            return frozenset(name for name, ways in lost.items() if ways > bearable)
        case ChoicePart():
            return _in_every_way(part, kind, behind)
        case _:
            return _NONE


def _in_every_way(
    part: ChoicePart, kind: int, behind: Mapping[str, frozenset[str]]
) -> frozenset[str]:
    """Nodes without which every way of a choice fails that a class may take; none where it may take none."""
    sets: list[frozenset[str]] = []
    shares = 0.0
    for way in part.ways:
        if way.classes is not None and not way.classes[kind]:
            continue
        if way.when == "failed":
            continue
        sets.append(_without(way.do, kind, behind))
        if way.when != "always":
            continue
        shares += 1.0 if way.share is None else way.share
        if shares >= 1.0 - _ROUNDING:
            return frozenset.intersection(*sets)
    return _NONE


def patience(plan: Plan, order: Sequence[str]) -> dict[str, float]:
    """For each node, how long (s) after which the first of those who wait for it gives up."""
    entering: dict[str, list[LinkPlan]] = defaultdict(list)
    for link in plan.links:
        entering[link.target].append(link)
    backlogs = {node.id for node in plan.nodes if node.backlog is not None}
    waits: dict[str, float] = {}
    for name in order:
        waits[name] = min(
            (
                min(link.timeout, waits.get(link.source, INFINITE))
                for link in entering[name]
                if link.waits and link.source not in backlogs
            ),
            default=INFINITE,
        )
    return waits


def amplification(plan: Plan, order: Sequence[str]) -> dict[str, float]:
    """For each node, the most tries that one request can turn into there: retries multiply."""
    entering: dict[str, list[LinkPlan]] = defaultdict(list)
    for link in plan.links:
        entering[link.target].append(link)
    tries: dict[str, float] = {}
    for name in order:
        tries[name] = max(
            (most_tries(link) * tries.get(link.source, 1.0) for link in entering[name]), default=1.0
        )
    return tries
