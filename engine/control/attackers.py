"""Attackers: each walks on from the nodes that he has, over every link that lets anything through.

What he has is what the links lead to from where he came in: the descendants of that node in the graph of the
links that nothing stops. A link stops him while it is cut or not allowed, a node while events keep all of it
dead. He looks again whenever any of that changes; a hop that takes time is given up once its link stops him.
"""

from __future__ import annotations

from collections import deque
from dataclasses import field
from typing import TYPE_CHECKING, Any, Final

from engine.control.access import is_cut
from engine.model.event_kinds import event_kind
from engine.model.names import all_of
from engine.records import dataclass
from engine.sim.primitives.compromise import EXPOSURE, Exposure, exposure_of
from engine.sim.snapshot import Notice

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Generator

    from engine.control.effects import NodeState
    from engine.plan.primitives import EventPlan
    from engine.sim.machine import Machine
    from engine.sim.parts import LinkPart

_TOLD: Final = 4
"""Nodes that a notice names one by one."""


@dataclass(slots=True, eq=False)
class Attack:
    """An attacker and what he has."""

    event: EventPlan
    nodes: dict[str, str] = field(default_factory=dict)
    """The nodes that he has, in the order in which he came, and over which links; empty where he came in."""
    under_way: dict[str, int] = field(default_factory=dict)
    """The links that he is on, each with the number of that hop."""
    hops: int = 0
    over: bool = False


class Attackers:
    """All attackers on one machine."""

    def __init__(
        self,
        machine: Machine,
        notify: Callable[[Notice], None],
        spread: Callable[[list[str]], None],
    ) -> None:
        """Know whom to tell, and who wants to know that one of them has come further."""
        self._machine = machine
        self._notify = notify
        self._spread = spread
        self._attacks: list[Attack] = []
        self._origins: list[str] | None = None
        """The only nodes from which he may come further now: those that he has just come to."""
        self._dead: set[str] = set()
        """Nodes that events keep dead as a whole."""

    def start(self, event: EventPlan) -> None:
        """Let an attacker in."""
        if event_kind(event.change).spreads:
            self._attacks.append(Attack(event, dict.fromkeys(event.nodes, "")))

    def end(self, event: EventPlan) -> None:
        """Throw him out. What he had is known until `forget`."""
        attack = self._attack_of(event)
        if attack is not None:
            attack.over = True

    def replace(self, old: EventPlan, new: EventPlan) -> None:
        """Let an attacker go on in another way; one who comes in elsewhere begins anew.

        Nodes that come to the frame that he has are his as well; those that leave it stay his.
        """
        attack = self._attack_of(old)
        if attack is None:
            return
        if old.target != new.target:
            attack.over = True
            self.start(new)
            return
        attack.event = new
        attack.nodes |= {name: "" for name in new.nodes if name not in attack.nodes}
        if old.seconds != new.seconds:
            attack.under_way.clear()

    def forget(self) -> None:
        """Forget those who were thrown out."""
        self._attacks = [each for each in self._attacks if not each.over]

    def nodes_of(self, event: EventPlan) -> Collection[str]:
        """What he has."""
        found = [each.nodes for each in self._attacks if each.event == event]
        return found[0] if len(found) == 1 else {name: None for nodes in found for name in nodes}

    def stand(self, state: NodeState) -> None:
        """Know whether events keep a node dead, and count for how long attackers have it."""
        part, name = state.part, state.part.plan.id
        (self._dead.add if state.is_dead else self._dead.discard)(name)
        exposure = exposure_of(part)
        if exposure is None:
            if not any(event_kind(each.change).spreads for each in self._machine.plan.events):
                return
            exposure = Exposure()
            part.control(EXPOSURE, exposure)
        held = (each.nodes for each in self._attacks if state.compromised and not each.over)
        over = next((nodes[name] for nodes in held if name in nodes), None)
        exposure.stand(over, self._machine.now)

    def walk(self) -> list[str]:
        """Let all of them go on as far as they come at once; returns the nodes that they have come to."""
        origins, self._origins = self._origins, None
        return [name for each in self._attacks for name in self._go_on(each, origins)]

    def _attack_of(self, event: EventPlan) -> Attack | None:
        """The one that is under way because of an event."""
        return next((each for each in self._attacks if each.event == event and not each.over), None)

    def _go_on(self, attack: Attack, origins: list[str] | None) -> list[str]:
        """Walk on from some of his nodes, or from all; returns those that he has come to."""
        nodes, before = self._machine.nodes, len(attack.nodes)
        if origins is None:
            self._give_up(attack)
        left = deque(
            attack.nodes if origins is None else filter(attack.nodes.__contains__, origins)
        )
        ways: list[str] = []
        asked: set[str] = set()
        while left:
            part = nodes.get(left.popleft())
            for link in () if part is None else part.leaving:
                name, target = link.plan.id, link.plan.target
                if target in attack.nodes:
                    if target not in asked and origins is not None and self._is_aside(target):
                        asked.add(target)  # where it leads depends on who asks it
                        left.append(target)
                elif name in attack.under_way or self._stops(attack, link):
                    continue
                elif attack.event.seconds:
                    ways.append(name)
                else:
                    attack.nodes[target] = name
                    left.append(target)
        self._set_out(attack, ways)
        found = [*attack.nodes][before:] if len(attack.nodes) > before else []
        self._tell(found)
        return found

    def _is_aside(self, name: str) -> bool:
        """Whether a node only tells the way to whoever asks it, as DNS does."""
        part = self._machine.nodes.get(name)
        return part is not None and bool(part.node.aside)

    def _stops(self, attack: Attack, link: LinkPart) -> bool:
        """Whether nothing gets over a link for him."""
        plan, nodes = link.plan, self._machine.nodes
        source = nodes.get(plan.source)
        if source is None or plan.target not in nodes or {plan.source, plan.target} & self._dead:
            return True
        if not source.node.aside:
            return is_cut(link)
        came = [each for each in source.entering if each.plan.source in attack.nodes]
        return all(is_cut(each) or is_cut(link, each) for each in came) if came else is_cut(link)

    def _give_up(self, attack: Attack) -> None:
        """Leave the hops whose links are gone or stop him by now."""
        links = self._machine.links
        for name in list(attack.under_way):
            if name not in links or self._stops(attack, links[name]):
                del attack.under_way[name]

    def _set_out(self, attack: Attack, ways: list[str]) -> None:
        """Begin hops that take time, all at once."""
        if ways and attack.event.seconds:
            attack.hops += 1
            attack.under_way |= dict.fromkeys(ways, attack.hops)
            hop = self._hop(attack, attack.hops, ways, attack.event.seconds)
            self._machine.clock.process(hop)

    def _hop(
        self, attack: Attack, hop: int, ways: list[str], seconds: float
    ) -> Generator[Any, Any, None]:
        """Arrive, unless he was thrown out or the links stopped him meanwhile."""
        yield self._machine.clock.timeout(seconds)
        found = []
        for name in () if attack.over else ways:
            link = self._machine.links.get(name)
            if attack.under_way.get(name) != hop or link is None:
                continue
            del attack.under_way[name]
            if link.plan.target not in attack.nodes and not self._stops(attack, link):
                attack.nodes[link.plan.target] = name
                found.append(link.plan.target)
        if found:
            self._tell(found)
            self._origins = found
            self._spread(found)

    def _tell(self, names: list[str]) -> None:
        """Put on the record where he has come."""
        if not names:
            return
        name_of = self._machine.plan.name
        told = [name_of(each) for each in names[:_TOLD]]
        if len(names) > _TOLD:
            told.append(f"{len(names) - _TOLD} more")
        text = f"{all_of(told)} compromised"
        self._notify(Notice(at=self._machine.now, kind="alert", text=text, target=names[0]))
