"""Risks of messages: worked on twice, out of reach of their consumers, gone before they are read, or lost."""

from __future__ import annotations

import math
from collections import defaultdict
from typing import TYPE_CHECKING, Final

from engine.catalog.checks.facts import risk
from engine.model.edits import SetField
from engine.model.units import format_quantity, format_share

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from engine.catalog.checks.facts import Facts
    from engine.model.findings import Finding
    from engine.plan.primitives import (
        BacklogPlan,
        LawPlan,
        LeasePlan,
        LinkPlan,
        NodePlan,
        TopicPlan,
    )

_OFTEN: Final = 0.01
"""Share of the messages that are delivered again from which that is worth a word."""
_TIMES: Final = 6.0
"""A proposed visibility timeout over the mean work (AWS: six times the timeout of the function)."""
_ENDLESS: Final = 100
"""Deliveries from which a poison message is as good as never put aside."""
_STOPS: Final = ("kill", "freeze", "partition", "drain")


def messaging_risks(facts: Facts) -> Iterator[Finding]:
    """What may happen to messages that nobody wants."""
    nodes = {node.id: node for node in facts.plan.nodes}
    leaving: dict[str, list[LinkPlan]] = defaultdict(list)
    for link in facts.plan.links:
        leaving[link.source].append(link)
    for node in facts.plan.nodes:
        if node.backlog is not None:
            yield from _of_queue(facts, node, node.backlog, leaving[node.id], nodes)
        elif node.topic is not None:
            yield from _of_topic(facts, node, node.topic, leaving[node.id], nodes)


def _of_queue(
    facts: Facts,
    node: NodePlan,
    backlog: BacklogPlan,
    leaving: list[LinkPlan],
    nodes: Mapping[str, NodePlan],
) -> Iterator[Finding]:
    """A timeout that work outlasts, groups that bound the work, poison that stays."""
    for link in leaving:
        taker = nodes[link.target]
        works = [law for law, used in zip(taker.station.work, link.classes, strict=True) if used]
        longest = max(works, key=lambda law: law.mean, default=None)
        if longest is None:
            continue
        lease = taker.station.lease
        if lease is not None and lease.every < backlog.visibility:
            continue
        if lease is not None:
            yield _late_lease(facts, node, backlog, taker, lease)
        again = _exceeds(longest, backlog.visibility * taker.station.speed)
        if again > _OFTEN:
            seconds = float(f"{max(_TIMES * longest.mean, 2.0 * backlog.visibility):.2g}")
            acts = "" if taker.dedupe is not None else ", and take effect twice"
            message = (
                f"{format_share(again)} of the messages take {facts.name(taker.id)} longer than the visibility timeout of "
                f"{format_quantity(backlog.visibility, 's')}: they are delivered again{acts}"
            )
            fix = SetField(
                node.id,
                ("config", "visibility"),
                seconds,
                f"Set visibility to {format_quantity(seconds, 's')}",
            )
            yield risk(node.id, "short-visibility", message, "visibility", fix)
    yield from _poison(facts, node, backlog.max_receive, holds=backlog.fifo_groups is not None)
    at_once = sum(_workers(nodes[link.target]) for link in leaving)
    groups = backlog.fifo_groups
    if groups is not None and groups < at_once:
        message = (
            f"No more than {groups} of the {at_once:g} workers behind {facts.name(node.id)} ever work: of each "
            "FIFO group one message is delivered at a time"
        )
        yield risk(node.id, "few-groups", message, "fifo_groups")


def _late_lease(
    facts: Facts, node: NodePlan, backlog: BacklogPlan, taker: NodePlan, lease: LeasePlan
) -> Finding:
    """Workers that ask for more time when it is over."""
    seconds = float(f"{backlog.visibility / 3.0:.2g}")
    message = (
        f"{facts.name(taker.id)} asks for more time every {format_quantity(lease.every, 's')}, when the visibility timeout "
        f"of {facts.name(node.id)}, {format_quantity(backlog.visibility, 's')}, is over: its heartbeat has no effect"
    )
    shown = f"Ask every {format_quantity(seconds, 's')}"
    fix = SetField(taker.id, ("config", "heartbeat", "every"), seconds, shown)
    return risk(taker.id, "late-heartbeat", message, "heartbeat.every", fix)


def _poison(facts: Facts, node: NodePlan, most: int, *, holds: bool) -> Iterator[Finding]:
    """Messages that fail for ever are delivered for ever."""
    if most < _ENDLESS:
        return
    held = ", and those behind it in its group wait" if holds else ""
    message = (
        f"{facts.name(node.id)} delivers a message that always fails {most} times before it is put aside: it takes "
        f"the work of others{held}"
    )
    fix = SetField(node.id, ("config", "max_receive"), 5, "Set most deliveries to 5")
    yield risk(node.id, "no-dead-letters", message, "max_receive", fix)


def _of_topic(
    facts: Facts,
    node: NodePlan,
    topic: TopicPlan,
    leaving: list[LinkPlan],
    nodes: Mapping[str, NodePlan],
) -> Iterator[Finding]:
    """Instances without a partition, retention that is over too soon, acknowledgements too early."""
    groups: dict[str, list[NodePlan]] = defaultdict(list)
    for link in leaving:
        groups[link.group or link.target].append(nodes[link.target])
    for name, takers in groups.items():
        yield from _idle(facts, node, topic, facts.name(name), takers)
    yield from _expiring(facts, node, topic, leaving)
    yield from _poison(facts, node, topic.max_receive, holds=True)
    if topic.acks != "all" and topic.replicas > 1:
        message = (
            f"A crash of the leader of {facts.name(node.id)} loses messages that their producers take for safe: "
            f"acks is {topic.acks}"
        )
        fix = SetField(node.id, ("config", "acks"), "all", "Wait for all replicas")
        yield risk(node.id, "early-acks", message, "acks", fix)


def _idle(
    facts: Facts, node: NodePlan, topic: TopicPlan, name: str, takers: list[NodePlan]
) -> Iterator[Finding]:
    """More instances than partitions, or partitions that cannot keep up."""
    instances = sum(each.station.instances for each in takers)
    if instances > topic.partitions:
        message = (
            f"{instances - topic.partitions} of the {instances} instances of group {name} have nothing to do: "
            f"{facts.name(node.id)} has {topic.partitions} partitions, each for one of them"
        )
        fix = SetField(
            node.id, ("config", "partitions"), instances, f"Set partitions to {instances}"
        )
        yield risk(node.id, "idle-consumers", message, "partitions", fix)
    hold = max((facts.capacity[each.id].hold for each in takers), default=0.0)
    offered = facts.demand.rate(node.id)
    whole = min(topic.partitions, sum(_workers(each) for each in takers))
    if hold <= 0.0 or whole < topic.partitions or offered * hold < whole:
        return
    needed = math.ceil(offered * hold / 0.7)
    message = (
        f"Group {name} falls behind: {topic.partitions} partitions, one message of each at a time, do "
        f"{format_quantity(whole / hold, 'rps')} of {format_quantity(offered, 'rps')}; {needed} can"
    )
    fix = SetField(node.id, ("config", "partitions"), needed, f"Set partitions to {needed}")
    yield risk(node.id, "few-partitions", message, "partitions", fix)


def _expiring(
    facts: Facts, node: NodePlan, topic: TopicPlan, leaving: list[LinkPlan]
) -> Iterator[Finding]:
    """What is gone before those are back who did not read it."""
    blind = topic.session_timeout + topic.rebalance
    longest = ("an instance that dies is replaced", blind)
    takers = {link.target for link in leaving}
    links = {link.id for link in leaving}
    for event in facts.plan.events:
        if event.change not in _STOPS:
            continue
        span = event.end - event.at
        hit = takers.intersection(event.nodes) or links.intersection(event.links)
        if hit and math.isfinite(span) and span > longest[1]:
            longest = (f"{facts.name(min(hit))} is back", span)
    if topic.retention >= longest[1]:
        return
    seconds = float(f"{2.0 * longest[1]:.2g}")
    message = (
        f"{facts.name(node.id)} keeps messages for {format_quantity(topic.retention, 's')}: some expire unread before "
        f"{longest[0]}, after {format_quantity(longest[1], 's')}"
    )
    fix = SetField(
        node.id,
        ("config", "retention"),
        seconds,
        f"Set retention to {format_quantity(seconds, 's')}",
    )
    yield risk(node.id, "short-retention", message, "retention", fix)


def _workers(node: NodePlan) -> float:
    """Messages that a node works on at once."""
    station = node.station
    return station.instances * (math.inf if station.workers is None else station.workers)


def _exceeds(law: LawPlan, seconds: float) -> float:
    """Probability that some work takes longer: exact for most laws, that of a log-normal one for the others."""
    spread = {"constant": 0.0, "uniform": 1.0 / 3.0}.get(law.law, law.cv2)
    if law.mean <= 0.0 or spread <= 0.0:
        return float(law.mean > seconds)
    if law.law == "exponential":
        return math.exp(-seconds / law.mean)
    sigma = math.sqrt(math.log1p(spread))
    return 0.5 * math.erfc((math.log(seconds / law.mean) / sigma + sigma / 2.0) / math.sqrt(2.0))
