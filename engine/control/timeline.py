"""The timeline of events: each starts and ends at its time, as a process on the clock."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final, Literal

from engine.control.access import reaches
from engine.control.effects import at_strength
from engine.control.faults import Faults
from engine.model.event_kinds import event_kind
from engine.plan.primitives import INFINITE
from engine.records import dataclass
from engine.sim.reach import NOWHERE, reach
from engine.sim.snapshot import Notice

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from engine.control.lives import Lives
    from engine.control.succession import Succession
    from engine.plan.primitives import EventPlan, Plan
    from engine.sim.machine import Machine
    from engine.sim.parts import NodePart
    from engine.sim.reach import Reach
    from engine.sim.snapshot import Role


_STEPS: Final = 100
"""Steps in which an event grows."""
_RETRY: Final = 1.0
"""Seconds after which people try again to get to what they have to repair."""
_BY_HAND: Final = "set"
"""Events that change settings, as a person would who does something about it."""
_ROUNDING: Final = 1e-9


@dataclass(slots=True, eq=False)
class Ticket:
    """One event of the plan on its way through time."""

    event: EventPlan
    active: bool = False
    valid: bool = True
    """Whether the event is still part of the plan."""
    acting: EventPlan | None = None
    """What it does now: the event, or while it grows less than that."""


class Timeline:
    """Applies a plan's events to a machine, also while the list of events changes."""

    def __init__(
        self,
        machine: Machine,
        lives: Lives,
        notify: Callable[[Notice], None],
        changed: Callable[[Reach], None],
    ) -> None:
        """Know whom to tell of events, and how far those of them reach that change settings."""
        self._machine = machine
        self._notify = notify
        self._changed = changed
        self._faults = Faults(machine, lives, notify)
        self._tickets: list[Ticket] = []
        self._plan = machine.plan
        self._begun = False
        """Whether any plan was followed yet."""
        self.succeeded: Callable[[NodePart], None] = _welcome
        """Told of nodes for which another machine serves."""

    def follow(self, plan: Plan) -> Reach:
        """Become another plan: events that vanished are restored, new ones that are due begin.

        Returns:
            How far the changes of settings reach, those of events included.
        """
        before, self._plan = self._plan, plan
        if self._begun and plan.events is before.events:
            return self._settle()
        return self._follow_events(list(plan.events))

    def refresh(self, reach: Reach) -> None:
        """Let active events act on what is new where a change reached."""
        self._faults.refresh(reach)

    def strike(self, event: EventPlan) -> None:
        """Let something happen now that no plan tells of; it changes no settings."""
        self._faults.start(event)
        self._faults.refresh(NOWHERE)

    def lift(self, event: EventPlan) -> None:
        """Take that back."""
        self._faults.end(event)
        self._faults.refresh(NOWHERE)

    def alter(self, old: EventPlan, new: EventPlan) -> None:
        """Let that be another."""
        self._faults.replace(old, new)
        self._faults.refresh(NOWHERE)

    @property
    def succession(self) -> Succession:
        """Which machine serves for which node."""
        return self._faults.succession

    def fence(self, name: str, only: int | None = None) -> None:
        """Shut out the machine of a node until another one serves for it, or one of its instances."""
        self.succession.fenced[name] = only
        self._refresh_node(name)

    def unfence(self, name: str) -> None:
        """Let a machine back in that was shut out."""
        if name in self.succession.fenced:
            del self.succession.fenced[name]
            self._refresh_node(name)

    def succeed(self, part: NodePart) -> None:
        """Have another machine serve for a node."""
        self._faults.succeed(part)
        self.succeeded(part)

    def _refresh_node(self, name: str) -> None:
        """Bring a node into the state that it should be in, if it is there."""
        part = self._machine.nodes.get(name)
        if part is not None:
            self._faults.refresh(reach((part,), ()))

    def _follow_events(self, left: list[EventPlan]) -> Reach:
        """Go on with those events that are still there, end the others, and begin new ones."""
        now = self._machine.now
        kept = [ticket for ticket in self._tickets if _take(left, ticket.event)]
        for ticket in self._tickets:
            if ticket not in kept and not self._retune(ticket, left):
                ticket.valid = False
                self._end(ticket)
        fresh = [Ticket(event) for event in left]
        self._tickets = [ticket for ticket in self._tickets if ticket.valid] + fresh
        for ticket in sorted(fresh, key=lambda ticket: ticket.event.at):
            if ticket.event.at <= now and (now < ticket.event.end or now == ticket.event.at):
                self._begin(ticket)
        reach = self._settle()
        for ticket in fresh:
            if ticket.active or ticket.event.at > now:
                self._machine.clock.process(self._run(ticket))
        return reach

    def _retune(self, ticket: Ticket, left: list[EventPlan]) -> bool:
        """Let an active event go on as what it was edited to, if it is still the same event."""
        if not ticket.active:
            return False
        old = ticket.event
        for new in left:
            ends_later = new.end > self._machine.now or new.through is not None
            if (new.at, new.change) == (old.at, old.change) and ends_later:
                left.remove(new)
                ticket.event = new
                self._act_as(ticket, self._grown(new))
                self._machine.clock.process(self._run(ticket))
                return True
        return False

    def _run(self, ticket: Ticket) -> Generator[Any, Any, None]:
        """One event: wait, change, wait, restore; unless it is gone or edited by then."""
        clock, event = self._machine.clock, ticket.event
        if not ticket.active:
            yield clock.timeout(max(0.0, event.at - clock.now))
            if not ticket.valid:
                return
            self._begin(ticket)
            self._settle_and_tell()
        if event.ramp > 0.0 and clock.now < event.at + event.ramp:
            clock.process(self._grow(ticket))
        if self._faults.turns(event):
            clock.process(self._turn(ticket))
        if event.end == INFINITE:
            return
        yield clock.timeout(max(0.0, event.end - clock.now))
        if event.through is not None:
            yield from self._wait_for_access(ticket, event.through)
        if ticket.valid and ticket.active and ticket.event is event:
            self._end(ticket)
            self._settle_and_tell()

    def _wait_for_access(self, ticket: Ticket, origin: str) -> Generator[Any, Any, None]:
        """Wait until somebody gets to where an event can be ended, unless it is over, gone or edited by then."""
        clock, event, told = self._machine.clock, ticket.event, False
        while ticket.valid and ticket.active and ticket.event is event:
            if reaches(self._machine, origin, event.sites):
                return
            if not told:
                told = True
                what = event.label or event.change
                self._say(
                    "alert", event, f"{what}: the repair waits, no way leads there from {origin}"
                )
            yield clock.timeout(_RETRY)

    def _turn(self, ticket: Ticket) -> Generator[Any, Any, None]:
        """Let an event become another thing when it is due, unless it is over, gone or edited by then."""
        clock, event = self._machine.clock, ticket.event
        while turns := self._faults.turns(event):
            yield clock.timeout(turns[0] - clock.now)
            if not (ticket.valid and ticket.active and ticket.event is event):
                return
            self._faults.turn(event)
            self._faults.refresh(NOWHERE)

    def _grow(self, ticket: Ticket) -> Generator[Any, Any, None]:
        """Let an event grow in small steps to its full strength, unless it is over, gone or edited by then."""
        clock, event = self._machine.clock, ticket.event
        step = event.ramp / _STEPS
        while clock.now < event.at + event.ramp:
            yield clock.timeout(step)
            if not (ticket.valid and ticket.active and ticket.event is event):
                return
            self._act_as(ticket, self._grown(event))
            self._faults.refresh(NOWHERE)

    def _grown(self, event: EventPlan) -> EventPlan:
        """An event as strong as it is now: at the middle of its step, so that what it does in all is right."""
        since = self._machine.now - event.at  # by rounding, a little before it
        if event.ramp <= 0.0 or since >= event.ramp * (1.0 - _ROUNDING):
            return event
        step = math.floor(since / event.ramp * _STEPS + _ROUNDING)
        return at_strength(event, (step + 0.5) / _STEPS)

    def _act_as(self, ticket: Ticket, event: EventPlan) -> None:
        """Have an active event do something else from now on."""
        if ticket.acting is not None:
            self._faults.replace(ticket.acting, event)
        ticket.acting = event

    def _begin(self, ticket: Ticket) -> None:
        """Make an event active and say so."""
        ticket.active = True
        ticket.acting = self._grown(ticket.event)
        self._faults.start(ticket.acting)
        roles: tuple[Role, ...] = ("act" if ticket.event.change == _BY_HAND else "cause",)
        if event_kind(ticket.event.change).spreads:
            roles = ()  # nobody is served worse because of it
        self._say("event", ticket.event, ticket.event.label or ticket.event.change, *roles)

    def _end(self, ticket: Ticket) -> None:
        """Take an active event back and say so; what was over at once does not end."""
        if not ticket.active:
            return
        ticket.active = False
        if ticket.acting is not None:
            self._faults.end(ticket.acting)
        if not event_kind(ticket.event.change).instant:
            what = f"{ticket.event.label or ticket.event.change}: over"
            self._say("restored", ticket.event, what, "act")

    def _say(
        self,
        kind: Literal["event", "restored", "alert"],
        event: EventPlan,
        text: str,
        *roles: Role,
    ) -> None:
        """Put something on the record."""
        target = next(
            iter((*event.nodes, *event.links, *(taken for _, taken, *_ in event.routes))), None
        )
        now = self._machine.now
        self._notify(Notice(at=now, kind=kind, text=text, target=target, roles=roles))

    def _settle_and_tell(self) -> None:
        """Settle, and let follow who acts on settings that are others now."""
        reach = self._settle()
        if reach:
            self._changed(reach)

    def _settle(self) -> Reach:
        """Bring the machine into the state that the active events ask for."""
        reach = self._machine.reconcile(self._faults.effective(self._plan))
        if not self._begun:
            self._begun = True
            reach = self._machine.everything()
        self._faults.refresh(reach)
        return reach


def _take(events: list[EventPlan], event: EventPlan) -> bool:
    """Take an event out of a list, if it is there."""
    if event not in events:
        return False
    events.remove(event)
    return True


def _welcome(_part: NodePart) -> None:
    """Have nothing done about it."""
