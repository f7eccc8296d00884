"""What an event does to a running machine: one effect for each kind of ``engine.model.event_kinds``.

Effects say what the active events make of a node or a link; the state is then worked out anew, so
that overlapping events combine and what ends restores exactly what was. A new kind adds its effect
here, and to the state what it changes that no kind changed before.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from engine.control.drains import count_cut, is_stopped, stop_time, take_out
from engine.records import dataclass
from engine.sim.instances import Hampered
from engine.sim.lane.sessions.table import MEMORY
from engine.sim.primitives.cluster import cluster_of
from engine.sim.primitives.user_sessions import sessions_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from engine.control.lives import Lives
    from engine.plan.primitives import EventPlan, NodePlan
    from engine.sim.lane.network.origins import Route
    from engine.sim.lane.network.ways import Way
    from engine.sim.machine import Machine
    from engine.sim.parts import LinkPart, NodePart


@dataclass(slots=True)
class PoolState(Hampered):
    """What becomes of an instance."""

    answering: float = 1.0
    """Share of the requests that do not fail by themselves after their work."""
    right: float = 1.0
    """Share of the answers that are right."""
    answered: float = 1.0
    """Share of the requests whose answer is sent."""
    leaking_bytes: float = 0.0
    """Bytes a second that leak beside those of the plan."""
    leaking_workers: float = 0.0
    """Workers a second that never come back."""
    alive: bool = True
    draining: bool = False
    """Whether nothing new comes to it."""
    side: int = 0
    """On which side of cuts between instances it is: a bit for each cut."""
    skew: float = 0.0
    """By how much events have its clock fast (s)."""
    stopped: bool = False
    """Whether it is not alive because its time to drain is up."""
    struck: bool = False
    """Whether a fault that came by itself has hit it."""


class NodeState:
    """What becomes of a node while some events are active."""

    def __init__(self, part: NodePart) -> None:
        """Nothing has happened yet."""
        self.part = part
        self.pools = [PoolState(pool) for pool in (*part.node.pools, *part.retired)]
        self.splits = 0
        """Cuts between its instances so far."""
        self.surge = 1.0
        """Times the traffic of a client."""
        self.bounds: dict[EventPlan, int] = {}
        """Numbers below which instances are hit, of events that began when earlier ones had gone."""
        self.hot: list[tuple[int, float]] = []
        """Hot keys, each with the share of the requests that ask for it."""
        self.compromised = False
        """Whether an attacker has it."""
        self.revoked: list[tuple[float, int]] = []
        """Shares of the users, or single ones, whose access is revoked."""

    def hit(self, event: EventPlan) -> list[PoolState]:
        """The instances that an event is about: the one, the first so many, or all."""
        if event.only is not None:
            own = self.pools[: len(self.part.node.pools)]
            return [each for each in own if each.pool.index == event.only]
        places = event.places_of(self.part.plan.id) if event.within else None
        if places is not None:
            return self._hit_within(event, places)
        some = event.instances
        if some is not None and self.bounds:
            some = self.bounds.get(event, some)
        return [each for each in self.pools if some is None or each.pool.index < some]

    def _hit_within(self, event: EventPlan, places: tuple[int, ...]) -> list[PoolState]:
        """The instances in some places, or the first so many of them."""
        count = max(1, len(self.part.plan.spread))
        inside = [each for each in self.pools if each.pool.index % count in places]
        if event.only is not None:
            return [each for each in inside if each.pool.index == event.only]
        return inside[: event.instances]

    @property
    def is_dead(self) -> bool:
        """Whether events keep all of it dead, or standing still."""
        own = self.pools[: len(self.part.node.pools)]
        return bool(own) and all(each.frozen or not each.alive for each in own)

    def fence(self, only: int | None) -> None:
        """Nobody is let in: its machine is shut out, or one instance of it."""
        for each in self.pools:
            each.alive = each.alive and only is not None and each.pool.index != only

    def hampered(self) -> Iterator[tuple[NodePart, Hampered]]:
        """What becomes of the work of each instance."""
        for each in self.pools:
            yield self.part, each

    def take_effect(self, machine: Machine, lives: Lives) -> None:
        """Bring the node there, whose instances work at their pace already."""
        part = self.part
        # Once a request is bound to fail it does, also when the event ends before that.
        failing = any(
            min(each.answering, each.right, each.answered) < 1.0 or each.failures
            for each in self.pools
        )
        part.node.faulty = part.node.faulty or failing
        draining = [each.pool for each in self.pools if each.draining]
        take_out(part, draining, [each.pool for each in self.pools if each.stopped], machine)
        for each in self.pools:
            if each.stopped:
                count_cut(part, each.pool)
            each.pool.error = 1.0 - each.answering
            each.pool.wrong = 1.0 - each.right
            each.pool.omission = 1.0 - each.answered
            lives.set_alive(part, each.pool, alive=each.alive)
        cluster = cluster_of(part)
        if cluster is not None:
            for each in self.pools:
                cluster.stand(each.pool, each.side, each.skew)
        if part.uptime is not None:
            part.uptime.struck = frozenset(each.pool.index for each in self.pools if each.struck)
            part.uptime.note(machine.now)
        if part.is_client:
            machine.surge(part, self.surge)
            machine.heat(part, self.hot)
        machine.revoke(part, self.revoked)
        part.resume(machine.now)


def bound_of(part: NodePart, some: int) -> int:
    """The number below which an instance is one of the first so many that there are."""
    pools = part.node.pools
    if some < 1 or not pools:
        return some
    there = min(some, len(pools))
    return int(pools[there - 1].index) + 1 + some - there


@dataclass(slots=True)
class LinkState:
    """What becomes of a link while some events are active."""

    part: LinkPart | None
    """None where it is the way between two instances of one node."""
    extra: float = 0.0
    """Delay on top of its own (s)."""
    arriving: float = 1.0
    """Share of the crossings that no event loses."""
    cuts: int = 0

    def take_effect(self) -> None:
        """Bring the link there."""
        if self.part is None:
            return
        link = self.part.link
        link.extra = self.extra
        link.cuts = self.cuts
        self.part.arriving = self.arriving
        link.loss = self.part.loss
        link.settle_delay()

    def take_effect_on(self, route: Route) -> None:
        """Bring one way over the link there."""
        route.extra, route.cuts = self.extra, self.cuts

    def take_effect_between(self, way: Way) -> None:
        """Bring the way between two places there."""
        loss = 0.0 if self.part is None else self.part.plan.loss
        way.extra, way.cuts = self.extra, self.cuts
        way.loss = 1.0 - (1.0 - loss) * self.arriving


@dataclass(frozen=True, slots=True)
class Effect:
    """What a kind of event does; a kind whose events only replace a plan does nothing here."""

    name: str
    """Of the kind."""
    start: Callable[[EventPlan, NodePart, Machine], None] | None = None
    """Done once, when it begins, to each node that it hits."""
    node: Callable[[EventPlan, NodeState], None] | None = None
    """What it adds to the state of each node that it hits, while it is active."""
    link: Callable[[EventPlan, LinkState], None] | None = None
    """The same for links."""
    seconds_grow: bool = False
    """Whether its seconds are its strength: those of others say when something happens."""
    turns: Callable[[EventPlan, NodePlan], float] | None = None
    """When what it does to a node becomes another thing while it is active (s)."""


def _kill(event: EventPlan, state: NodeState) -> None:
    """Instances are dead; a client without any sends nothing."""
    for each in state.hit(event):
        each.alive = False
    state.surge = 0.0


def _drain(event: EventPlan, state: NodeState) -> None:
    """Nothing new comes to instances, and once their time is up they stop; who asks DNS for the way is told it still."""
    if state.part.is_client or state.part.node.aside:
        return
    stopped = is_stopped(event, state.part)
    for each in state.hit(event):
        each.draining = True
        if stopped:
            each.stopped, each.alive = True, False


def _slow(event: EventPlan, state: NodeState) -> None:
    """Work takes longer."""
    for each in state.hit(event):
        each.slow *= event.factor


def _freeze(event: EventPlan, state: NodeState) -> None:
    """All work stands still; a client sends nothing."""
    for each in state.hit(event):
        each.frozen = True
    state.surge = 0.0


def _error(event: EventPlan, state: NodeState) -> None:
    """A share of the requests fails: after their work, or after a time in place of it."""
    for each in state.hit(event):
        if event.seconds is None or state.part.node.aside:
            each.answering *= 1.0 - event.probability
        else:
            each.failures.append((event.probability, event.seconds))


def _wrong(event: EventPlan, state: NodeState) -> None:
    """A share of the answers is wrong, which nobody notices."""
    for each in state.hit(event):
        each.right *= 1.0 - event.probability


def _omission(event: EventPlan, state: NodeState) -> None:
    """A share of the answers is never sent."""
    for each in state.hit(event):
        each.answered *= 1.0 - event.probability


def _leak(event: EventPlan, state: NodeState) -> None:
    """Memory or workers never come back, until a restart."""
    for each in state.hit(event):
        each.leaking_bytes += event.bytes
        each.leaking_workers += event.workers


def _traffic(event: EventPlan, state: NodeState) -> None:
    """More comes, or less."""
    state.surge *= event.factor


def _hot_key(event: EventPlan, state: NodeState) -> None:
    """A share of the requests asks for one key."""
    state.hot.append((event.key, event.probability))


def _split(event: EventPlan, state: NodeState) -> None:
    """Some instances do not reach the others."""
    state.splits += 1
    for each in state.hit(event):
        each.side |= 1 << state.splits


def _clock(event: EventPlan, state: NodeState) -> None:
    """Some clocks are fast."""
    for each in state.hit(event):
        each.skew += event.seconds or 0.0


def _revoke(event: EventPlan, state: NodeState) -> None:
    """Users may not come in."""
    if event.user is None:
        state.revoked.append((event.probability, -1))
    else:
        state.revoked.append((0.0, event.user))


def _compromise(_event: EventPlan, state: NodeState) -> None:
    """An attacker has it."""
    state.compromised = True


def _flush(event: EventPlan, part: NodePart, _machine: Machine) -> None:
    """The store forgets everything; where only some instances are meant, and have stores of their own, these do."""
    whole = event.only is None and event.places_of(part.plan.id) is None
    part.flush(None if whole else [each.pool for each in NodeState(part).hit(event)])


def _rotate(event: EventPlan, part: NodePart, machine: Machine) -> None:
    """Tokens are signed with another key."""
    machine.users_of(part).keys.rotate(event.ahead, event.overlap, machine.now)


def _expire(event: EventPlan, part: NodePart, machine: Machine) -> None:
    """Everybody has to log in; where only some places are meant, those whose sessions are in memory there."""
    machine.users_of(part).expire()
    sessions = sessions_of(part)
    if sessions is None:
        return
    if event.places_of(part.plan.id) is None or sessions.place != MEMORY:
        sessions.expire_all(machine.now)
    else:
        sessions.expire_at([each.pool for each in NodeState(part).hit(event)], machine.now)


def _delay(event: EventPlan, state: LinkState) -> None:
    """Crossings take longer."""
    state.extra += event.seconds or 0.0


def _loss(event: EventPlan, state: LinkState) -> None:
    """A share of the crossings is lost."""
    state.arriving *= 1.0 - event.probability


def _partition(_event: EventPlan, state: LinkState) -> None:
    """Nothing crosses."""
    state.cuts += 1


EFFECTS: Final = (
    Effect("kill", node=_kill),
    Effect("slow", node=_slow),
    Effect("freeze", node=_freeze),
    Effect("error", node=_error),
    Effect("wrong", node=_wrong),
    Effect("omission", node=_omission),
    Effect("leak", node=_leak),
    Effect("drain", node=_drain, turns=stop_time),
    Effect("delay", link=_delay, seconds_grow=True),
    Effect("loss", link=_loss),
    Effect("partition", link=_partition),
    Effect("split", node=_split),
    Effect("clock", node=_clock, seconds_grow=True),
    Effect("flush", start=_flush),
    Effect("revoke", node=_revoke),
    Effect("rotate", start=_rotate),
    Effect("expire", start=_expire),
    Effect("compromise", node=_compromise),
    Effect("traffic", node=_traffic),
    Effect("hot_key", node=_hot_key),
    Effect("set"),
)
"""One for each kind of event."""


def at_strength(event: EventPlan, share: float) -> EventPlan:
    """An event at a share of its strength: of what a factor adds to 1, of a probability, of seconds."""
    seconds = event.seconds
    if seconds is not None and effect_of(event).seconds_grow:
        seconds *= share
    return replace(
        event,
        factor=1.0 + share * (event.factor - 1.0),
        probability=share * event.probability,
        seconds=seconds,
    )


def effect_of(event: EventPlan) -> Effect:
    """What an event does.

    Raises:
        KeyError: where its kind has no effect.
    """
    for effect in EFFECTS:
        if effect.name == event.change:
            return effect
    raise KeyError(event.change)
