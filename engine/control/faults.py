"""What active events do to a machine.

Every state is worked out anew from the events that are active, so that overlapping ones combine,
and what ends restores exactly what was.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from engine.control.attackers import Attackers
from engine.control.effects import LinkState, NodeState, bound_of, effect_of
from engine.control.leaks import Leaks
from engine.control.overlay import with_changes
from engine.control.succession import Succession
from engine.model.event_kinds import event_kind
from engine.plan.primitives import LinkPlan, NodePlan
from engine.sim.lane.link import Link
from engine.sim.lane.network.origins import Origins
from engine.sim.reach import reach

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from engine.control.lives import Lives
    from engine.plan.primitives import EventPlan, Plan
    from engine.sim.lane.network.ways import Ways
    from engine.sim.machine import Machine
    from engine.sim.parts import LinkPart, NodePart
    from engine.sim.reach import Reach
    from engine.sim.snapshot import Notice


class Faults:
    """The events that are active on a machine."""

    def __init__(self, machine: Machine, lives: Lives, notify: Callable[[Notice], None]) -> None:
        self._machine = machine
        self._lives = lives
        self._leaks = Leaks(machine)
        self._attackers = Attackers(machine, notify, self._note_spread)
        self.active: list[EventPlan] = []
        self.succession = Succession()
        self._bounds: dict[str, dict[EventPlan, int]] = {}
        """By the node: which of its instances were the first so many when an event began."""
        self._news: list[EventPlan] = []
        """Events that have become active, or are no more, since what they hit was refreshed."""

    def start(self, event: EventPlan) -> None:
        """Make an event active."""
        begin = effect_of(event).start
        for name in event.nodes:
            part = self._machine.nodes.get(name)
            if begin is not None and part is not None:
                begin(event, part, self._machine)
            if part is not None and event.instances is not None:
                bound = bound_of(part, event.instances)
                if bound != event.instances:
                    self._bounds.setdefault(name, {})[event] = bound
        self.active.append(event)
        self._attackers.start(event)
        self._news.append(event)

    def end(self, event: EventPlan) -> None:
        """Take an event back."""
        self.active.remove(event)
        for bounds in self._bounds.values():
            bounds.pop(event, None)
        self.succession.end(event)
        self._attackers.end(event)
        self._news.append(event)

    def replace(self, old: EventPlan, new: EventPlan) -> None:
        """Let an active event be another one."""
        self.active[self.active.index(old)] = new
        for bounds in self._bounds.values():
            if old in bounds and old.instances == new.instances:
                bounds[new] = bounds.pop(old)
        self.succession.replace(old, new)
        self._attackers.replace(old, new)
        self._news += [old, new]

    def turns(self, event: EventPlan) -> list[float]:
        """When what an active event does becomes another thing (s), from now on."""
        turns, nodes, now = effect_of(event).turns, self._machine.nodes, self._machine.now
        if turns is None:
            return []
        times = {turns(event, nodes[name].plan) for name in event.nodes if name in nodes}
        return sorted(time for time in times if now < time < event.end)

    def turn(self, event: EventPlan) -> None:
        """Let an active event do what it does from now on."""
        self._news.append(event)

    def succeed(self, part: NodePart) -> None:
        """Have another machine serve for a node, now: what was wrong with the one before is left behind."""
        self.succession.leave(part.plan.id, self.active)
        self._lives.take_over(part)
        self.refresh(reach((part,), ()))

    def effective(self, plan: Plan) -> Plan:
        """The plan with what active ``set`` events replace; the same one where none does."""
        if all(event.replacement is None for event in self.active):
            return plan
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

    def refresh(self, changed: Reach) -> None:
        """Bring what a change reached, and what events have begun or ceased to hit, into its state."""
        reached = self._with_news(changed)
        self._lives.follow(reached)
        by_node: dict[str, list[EventPlan]] = {part.plan.id: [] for part in reached.nodes}
        by_link: dict[str, list[EventPlan]] = {part.plan.id: [] for part in reached.links}
        for event in self.active:
            for name in self._nodes_of(event):
                if name in by_node and self.succession.is_on(name, event):
                    by_node[name].append(event)
            for name in self._links_of(event):
                if name in by_link:
                    by_link[name].append(event)
        self._refresh_network(reached, by_link)
        states = [self._state(part, by_node[part.plan.id]) for part in reached.nodes]
        self._machine.hamper(each for state in states for each in state.hampered())
        for state in states:
            state.take_effect(self._machine, self._lives)
            self._leaks.follow(state)
            self._attackers.stand(state)
        self._attackers.forget()
        further = self._attackers.walk()
        if further:
            self._note_spread(further)

    def _note_spread(self, names: list[str]) -> None:
        """Bring nodes into their state that an attacker has come to."""
        parts = [self._machine.nodes[name] for name in names if name in self._machine.nodes]
        self.refresh(reach(parts, ()))

    def _refresh_network(self, reached: Reach, by_link: dict[str, list[EventPlan]]) -> None:
        """Bring the links that were reached, and all ways over them and inside nodes, into their state."""
        for link in reached.links:
            self._refresh_link(link, by_link[link.plan.id])
            self._refresh_routes(link)
            if link.ways is not None:
                self._refresh_ways(link, link.ways, by_link[link.plan.id])
        for part in reached.nodes:
            if len(part.peers.rows) > 1:
                self._refresh_peers(part)

    def _with_news(self, changed: Reach) -> Reach:
        """What a change reached, and what is hit by events of which that is news."""
        news, self._news = self._news, []
        if changed.whole or not news:
            return changed
        nodes, links = self._machine.nodes, self._machine.links
        hit = [name for event in news for name in self._nodes_of(event)]
        crossed = [name for event in news for name in self._links_of(event)]
        crossed += [taken for event in news for _, taken, *_ in event.routes]
        crossed += [name for event in news for name, _, _ in event.pairs]
        crossed += [name for event in news for name, _ in event.unseen]
        hit += [name for event in news for name, _, _ in event.peers]
        crossed_links = [links[name] for name in crossed if name in links]
        hit += [link.plan.source for link in crossed_links]  # queues may have messages for them
        hit_nodes = [nodes[name] for name in hit if name in nodes]
        return reach((*changed.nodes, *hit_nodes), (*changed.links, *crossed_links))

    def _nodes_of(self, event: EventPlan) -> Iterable[str]:
        """The nodes that an event hits or is told of; what hits clients may name none for all."""
        kind = event_kind(event.change)
        if kind.spreads:
            return self._attackers.nodes_of(event)
        if kind.hits != "clients":
            return event.nodes
        clients = [part.plan.id for part in self._machine.clients()]
        return [name for name in clients if not event.nodes or name in event.nodes]

    def _links_of(self, event: EventPlan) -> Iterable[str]:
        """The links that an event hits; a network fault of nodes means all links at them."""
        if event_kind(event.change).hits != "links":
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

    def _state(self, part: NodePart, events: list[EventPlan]) -> NodeState:
        """Badge a node with its events, and say into which state they bring it."""
        name = part.plan.id
        part.faults = _badges(events)
        if self.succession.has_left(name):
            part.faults = ("on its standby", *part.faults)
        state = NodeState(part)
        state.bounds = self._bounds.get(name, {})
        if name in self.succession.fenced:
            state.fence(self.succession.fenced[name])
        for event in events:
            change = effect_of(event).node
            if change is not None:
                change(event, state)
            if event.renewal:
                for each in state.hit(event):
                    each.struck = True
        return state

    @staticmethod
    def _refresh_link(part: LinkPart, events: list[EventPlan]) -> None:
        """Bring a link into the state that its events ask for."""
        _changed(LinkState(part), events).take_effect()

    def _refresh_ways(self, part: LinkPart, ways: Ways, events: list[EventPlan]) -> None:
        """Bring the ways between places into the state that events ask for, of the whole link and of each way."""
        name = part.plan.id
        told = [event for event in self.active if event.pairs]
        for here, row in enumerate(ways.rows):
            for there, way in enumerate(row):
                between = [each for each in told if (name, here, there) in each.pairs]
                _changed(LinkState(part), [*events, *between]).take_effect_between(way)

    def _refresh_peers(self, part: NodePart) -> None:
        """Bring the ways between the instances of a node into the state that events ask for."""
        name = part.plan.id
        told = [event for event in self.active if event.peers]
        for here, row in enumerate(part.peers.rows):
            for there, way in enumerate(row):
                between = [each for each in told if (name, here, there) in each.peers]
                _changed(LinkState(None), between).take_effect_between(way)

    def _refresh_routes(self, part: LinkPart) -> None:
        """Bring the ways of callers that DNS tells to take a link into the state that events ask for."""
        network, name = part.link.network, part.plan.id
        blind = (place for event in self.active for each, place in event.unseen if each == name)
        part.unseen = frozenset(blind)
        if not isinstance(network, Origins):
            return
        told = [event for event in self.active if event.routes]
        for asking, rows in network.routes.items():
            name = asking.name if isinstance(asking, Link) else ""
            for here, row in enumerate(rows):
                for there, route in enumerate(row):
                    way = (name, part.plan.id, here, there)
                    between = [event for event in told if way in event.routes]
                    _changed(LinkState(part), between).take_effect_on(route)


def _changed(state: LinkState, events: Iterable[EventPlan]) -> LinkState:
    """What becomes of a link, or of a way over it, while some events are active."""
    for event in events:
        change = effect_of(event).link
        if change is not None:
            change(event, state)
    return state


def _badges(events: list[EventPlan]) -> tuple[str, ...]:
    """Events as a card shows them: faults that came by themselves are counted, not listed."""
    badges: list[str] = []
    for event in events:
        kind = event_kind(event.change)
        badge = kind.badge_of(event)
        if event.only is None and not kind.instant and not (kind.spreads and badge in badges):
            badges.append(badge)
    alike: dict[tuple[str, float, float], list[EventPlan]] = {}
    for event in events:
        if event.only is not None:
            alike.setdefault((event.change, event.factor, event.probability), []).append(event)
    for some in alike.values():
        counted = replace(some[0], instances=len(some))
        badges.append(event_kind(counted.change).badge_of(counted))
    return tuple(badges)
