"""Topics: what they keep, who reads them, and how far each group is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from engine.plan.primitives import ZERO
from engine.sim.body import Counters, Values, ratio
from engine.sim.invariant import at_most, same
from engine.sim.lane.codes import UNLIMITED
from engine.sim.lane.roles.group import Group
from engine.sim.lane.roles.topic import ACKS_ALL, ACKS_LEADER, ACKS_NONE, Topic
from engine.sim.primitives.adapter import RoleAdapter
from engine.sim.samplers import make_sampler
from engine.sim.snapshot import LogGauge

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.plan.primitives import NodePlan
    from engine.sim.lane.node import Node
    from engine.sim.parts import LinkPart, NodePart
    from engine.sim.setup import Setup

_ACKS: Final = {"none": ACKS_NONE, "leader": ACKS_LEADER, "all": ACKS_ALL}
_OF_GROUPS: Final = (
    "consumed",
    "dead_lettered",
    "expired",
    "redelivered",
    "effects",
    "duplicates",
    "out_of_order",
    "rebalances",
)


class TopicAdapter(RoleAdapter[Topic]):
    """A log that groups of consumers read."""

    name = "topic"

    def applies(self, plan: NodePlan) -> bool:
        """A plan with a topic."""
        return plan.topic is not None

    def make(self, node: Node, plan: NodePlan, setup: Setup) -> Topic:
        """Empty. The waits of the node are the ages at which its messages are delivered."""
        node.keeps_wait = False
        lag = ZERO if plan.topic is None else plan.topic.lag
        uniforms = setup.streams.uniform(plan.id, "poison")
        return Topic(node, uniforms, make_sampler(lag, setup.streams, plan.id, "replication"))

    def tune(self, role: Topic, part: NodePart, setup: Setup) -> None:
        """Turn all knobs; there never are fewer logs."""
        plan = part.plan.topic
        if plan is None:
            return
        role.extend(plan.partitions, setup.agenda.now)
        role.acks, role.replicas = _ACKS[plan.acks], plan.replicas
        role.lag = make_sampler(plan.lag, setup.streams, part.plan.id, "replication")
        role.linger, role.batch_bytes = plan.linger, plan.batch_bytes
        role.retention = plan.retention
        role.capacity = UNLIMITED if plan.capacity is None else plan.capacity
        role.max_receive, role.poison = plan.max_receive, plan.poison
        role.commit_interval = plan.commit_interval
        role.sizes = [float(each) for each in setup.request_bytes()]

    def wire(self, role: Topic, part: NodePart, leaving: list[LinkPart], setup: Setup) -> None:
        """Have a group for each name on the links; who was in one stays there until it hands over."""
        now = setup.agenda.now
        known = {group.name: group for group in groups_of(role)}
        groups: dict[str, Group] = {}
        for link in leaving:
            name = link.plan.group or link.plan.target
            group = groups.get(name)
            if group is None:
                group = groups[name] = known.get(name) or _new_group(name, role, now)
                group.endpoints = []
            group.endpoints += link.link.endpoints
            link.link.source = group
            for endpoint in link.link.endpoints:
                endpoint.source = group
                endpoint.pool.watch(group.deaths)
                if endpoint not in endpoint.pool.inlets:
                    endpoint.pool.inlets.append(endpoint)
                endpoint.pool.site.pulls = (
                    True  # whatever it is: it has to tell when it can take more
                )
        for name, group in known.items():
            if name not in groups:
                part.node.touch(now)
                part.node.waiting -= float(group.behind)
                group.disband()
        role.groups = list(groups.values())
        role.known += [group for group in role.groups if group not in role.known]
        for group in groups.values():
            there = [each for each in group.endpoints if not each.pool.down and each.pool.offered()]
            if not group.members and not group.paused and there:
                group.assign(there, now)

    def counters(self, body: Topic, now: float) -> Counters:
        """Messages by what became of them, then what each group did."""
        found = [
            float(body.published),
            float(body.missing),
            float(body.batches),
            float(body.batched),
            float(body.node.wait.count_ever),
            body.node.wait.total,
            float(body.moved),
        ]
        for group in groups_of(body, ever=True):
            effects = group.effects
            counts = (group.consumed, group.dead, group.outdated, group.redelivered)
            did = (effects.count, effects.repeated, effects.out_of_order, group.rebalances)
            found += [float(each) for each in (*counts, *did)]
        return tuple(found)

    def extra(self, body: Topic, since: Sequence[float], span: float, now: float) -> Values:
        """What became of messages in all groups together, and how far each is behind."""
        published, lost, batches, batched, deliveries, ages, moved, *counts = since
        groups = groups_of(body)
        found = {
            "published": published,
            "lost": lost,
            "batch_size": ratio(batched, batches),
            "age": ratio(ages, deliveries),
            "partitions": float(body.partitions),
            "behind": max((float(group.behind) for group in groups), default=0.0),
            "oldest": max((group.oldest_age(now) for group in groups), default=0.0),
        }
        if body.former > 0:
            found["moved"] = moved
        for place, name in enumerate(_OF_GROUPS):
            found[name] = sum(counts[place :: len(_OF_GROUPS)])
        for group in groups:
            found[f"lag.{_key(group)}"] = float(group.behind)
        for group in groups:
            own = counts[body.known.index(group) * len(_OF_GROUPS) :]
            pairs = zip(_OF_GROUPS, own, strict=False)
            found |= {f"{name}_by.{_key(group)}": value for name, value in pairs}
        return found

    def check(self, body: Topic, owner: Node, now: float) -> None:
        """Every message that was taken in is there, or gone by a crash; in each group each is somewhere."""
        known = int(body.published + body.unseen + body.dropped)
        same(owner.name, "messages", int(body.taken), known)
        at_most(owner.name, "lost messages", float(body.missing), float(body.dropped))
        for group in groups_of(body):
            through = group.consumed + group.dead + group.outdated + group.unwanted
            name = f"messages of {group.name}"
            same(owner.name, name, int(body.published), int(group.started + through + group.behind))
            left = sum(int(body.logs[each.partition].end - each.reached) for each in group.cursors)
            same(owner.name, f"{name} that are left", int(group.behind), left)


def _new_group(name: str, topic: Topic, now: float) -> Group:
    """A group that reads what is published from now on."""
    group = Group(name, topic)
    group.started = topic.published
    group.cover(topic.logs, now, latest=True)
    return group


def groups_of(topic: Topic, *, ever: bool = False) -> list[Group]:
    """The groups that read a topic now, or all that ever did."""
    readers = topic.known if ever else topic.groups
    return [each for each in readers if isinstance(each, Group)]


def log_gauge(part: NodePart) -> LogGauge | None:
    """What each partition of a topic has taken, and what the slowest group has not worked on."""
    topic = part.role(Topic)
    if topic is None:
        return None
    groups = groups_of(topic)
    behind = [
        max((int(log.end - group.cursors[place].reached) for group in groups), default=0)
        for place, log in enumerate(topic.logs)
    ]
    return LogGauge(tuple(int(log.end) for log in topic.logs), tuple(behind))


def _key(group: Group) -> str:
    """The name of a group in results, where dots have a meaning."""
    return group.name.replace(".", "_")
