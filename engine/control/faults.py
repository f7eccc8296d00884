"""What active events do to a machine.

Every state is worked out anew from the events that are active, so that overlapping ones combine,
and what ends restores exactly what was.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from engine.control.overlay import with_changes
from engine.plan.primitives import LinkPlan, NodePlan

if TYPE_CHECKING:
    from collections.abc import Iterable

    from engine.control.lives import Lives
    from engine.plan.primitives import EventPlan, Plan
    from engine.sim.lane.call import Pool
    from engine.sim.machine import Machine
    from engine.sim.parts import LinkPart, NodePart


class Faults:
    """The events that are active on a machine."""

    def __init__(self, machine: Machine, lives: Lives) -> None:
        self._machine = machine
        self._lives = lives
        self.active: list[EventPlan] = []

    def start(self, event: EventPlan) -> None:
        """Make an event active."""
        if event.change == "flush":
            self._flush(event)
        self.active.append(event)

    def end(self, event: EventPlan) -> None:
        """Take an event back."""
        self.active.remove(event)

    def replace(self, old: EventPlan, new: EventPlan) -> None:
        """Let an active event be another one."""
        self.active[self.active.index(old)] = new

    def effective(self, plan: Plan) -> Plan:
        """The plan with what active ``set`` events replace."""
        nodes = {node.id: node for node in plan.nodes}
        links = {link.id: link for link in plan.links}
        changed_nodes, changed_links = dict(nodes), dict(links)
        for event in self.active:
            match event.replacement:
                case NodePlan(id=name) as node if name in nodes:
                    changed_nodes[name] = with_changes(changed_nodes[name], nodes[name], node)
                case LinkPlan(id=name) as link if name in links:
                    changed_links[name] = with_changes(changed_links[name], links[name], link)
        return replace(
            plan, nodes=tuple(changed_nodes.values()), links=tuple(changed_links.values())
        )

    def refresh(self) -> None:
        """Bring every node and link into the state that the active events ask for."""
        machine = self._machine
        self._lives.follow()
        by_node: dict[str, list[EventPlan]] = {name: [] for name in machine.nodes}
        by_link: dict[str, list[EventPlan]] = {name: [] for name in machine.links}
        for event in self.active:
            for name in self._nodes_of(event):
                by_node.setdefault(name, []).append(event)
            for name in self._links_of(event):
                by_link.setdefault(name, []).append(event)
        for name, link in machine.links.items():
            _refresh_link(link, by_link[name])
        for name, part in machine.nodes.items():
            self._refresh_node(part, by_node[name])

    def _nodes_of(self, event: EventPlan) -> Iterable[str]:
        """The nodes that an event changes; traffic without any means all clients."""
        if event.change == "traffic" and not event.nodes:
            return [part.plan.id for part in self._machine.clients()]
        return event.nodes

    def _links_of(self, event: EventPlan) -> Iterable[str]:
        """The links that an event changes; a network fault of nodes means all links at them."""
        if event.change not in ("delay", "loss", "partition"):
            return ()
        if event.links:
            return event.links
        touched = set(event.nodes)
        parts = self._machine.links.values()
        return [
            part.plan.id
            for part in parts
            if part.plan.source in touched or part.plan.target in touched
        ]

    def _refresh_node(self, part: NodePart, events: list[EventPlan]) -> None:
        """Speed, life, errors and traffic of a node."""
        node = part.node
        if not part.is_client:
            events = [event for event in events if event.change != "traffic"]
        part.faults = tuple(text for text in map(_badge, events) if text)
        node.error = 1.0 - math.prod(
            1.0 - event.probability for event in events if event.change == "error"
        )
        for pool in (*node.pools, *part.retired):
            pool.slow = math.prod(_hitting("slow", pool, events))
            self._lives.set_alive(part, pool, alive=not any(_hitting("kill", pool, events)))
        if part.is_client:
            surge = math.prod(event.factor for event in events if event.change == "traffic")
            dead = any(event.change == "kill" for event in events)
            self._machine.surge(part, 0.0 if dead else surge)
        part.resume(self._machine.now)

    def _flush(self, event: EventPlan) -> None:
        """Empty the stores of an event's nodes."""
        for name in event.nodes:
            part = self._machine.nodes.get(name)
            if part is not None:
                part.flush()


def _hitting(change: str, pool: Pool, events: list[EventPlan]) -> list[float]:
    """Factors of the events of a kind that hit an instance: the first so many, or all."""
    return [
        event.factor
        for event in events
        if event.change == change and (event.instances is None or pool.index < event.instances)
    ]


def _refresh_link(part: LinkPart, events: list[EventPlan]) -> None:
    """Delay, loss and cuts of a link."""
    link = part.link
    link.extra = sum(event.seconds for event in events if event.change == "delay")
    link.cuts = sum(1 for event in events if event.change == "partition")
    lost = math.prod(1.0 - event.probability for event in events if event.change == "loss")
    link.loss = 1.0 - (1.0 - part.plan.loss) * lost
    link.settle_delay()


def _badge(event: EventPlan) -> str:
    """An event as people read it on a node."""
    some = "" if event.instances is None else f" ({event.instances})"
    badges = {
        "kill": f"killed{some}",
        "slow": f"slow × {event.factor:g}{some}",
        "error": f"errors {event.probability:.0%}",
        "traffic": f"traffic × {event.factor:g}",
        "delay": f"delay + {event.seconds * 1e3:g} ms",
        "loss": f"loss {event.probability:.0%}",
        "partition": "cut off",
        "set": "changed",
    }
    return badges.get(event.change, "")
