"""The way into a node: gates, then a place at the instance that was picked, or an answer at the door."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mypy_extensions import i16, i32, i64

from engine.sim.lane.call import Site
from engine.sim.lane.codes import (
    ANSWERED,
    DEADLINE,
    ENGAGED,
    EXPIRED,
    HELD,
    OK,
    QUEUE_FULL,
    RETURNING,
    UNAVAILABLE,
)
from engine.sim.lane.tracing.tracer import forget

if TYPE_CHECKING:
    from engine.sim.lane.agenda import Agenda
    from engine.sim.lane.call import Call
    from engine.sim.lane.seams import Gate
    from engine.sim.lane.station.backlog import Backlog


class Entrance(Site):
    """Takes calls in, has them wait at gates, refuses them, and sends answers back."""

    gate: Gate | None = None
    """The first gate."""
    backlog: Backlog | None = None
    """What has whoever finds no place come again; they are refused where it is None."""
    listening: bool = False
    """Whether a gate wants to know when calls leave."""
    instant: bool = False
    """Whether it passes everything on without work or workers."""
    keeps_wait: bool = True
    """Whether the waits of its calls are its own: those of a queue are its messages'."""

    def __init__(self, name: str, agenda: Agenda) -> None:
        super().__init__(name, agenda)
        self.gates: list[Gate] = []
        """In the order in which they are passed."""

    def stand_behind(self, gates: list[Gate]) -> None:
        """Have other gates from now on."""
        self.gates = gates
        self.gate = None
        self.listening = any(gate.hears for gate in gates)
        place: i64 = len(gates) - 1
        while place >= 0:
            gate = gates[place]
            place -= 1
            gate.following, self.gate = self.gate, gate

    def arrive(self, call: Call, now: float) -> None:
        """Take a call in, or refuse it."""
        self.arrivals += 1
        pool = call.pool
        pool.arrivals += 1
        pool.coming -= 1
        if call.span is not None:
            call.span.enter(i32(pool.index), now)
        if call.booked:
            call.booked = False
            pool.reserved -= 1
        context = call.context
        if context is not None and context.deadline <= now:
            self.refuse(call, EXPIRED if call.reason == EXPIRED else DEADLINE, now)
        elif self.aside:
            self.pass_by(call, now)
        elif pool.down and not pool.dormant:
            self.refuse(call, UNAVAILABLE, now)
        elif self.gate is not None:
            if self.backlog is not None and pool.full() and not self.instant:
                self._turn_away(call, now)  # nobody has taken its connection: no gate has seen it
            else:
                self._pass(call, self.gate, now)
        elif self.instant and not pool.detains:
            self.touch(now)
            pool.enter(call, now)
            self._pass_on(call, now)
        elif not pool.discipline.offer(call, now):
            self._turn_away(call, now)

    def _turn_away(self, call: Call, now: float) -> None:
        """All places are taken: refuse, or drop without a word, so that it comes again."""
        backlog = self.backlog
        if backlog is None or call.at_gate:
            self.refuse(call, call.pool.discipline.refusal, now)
            return
        if call.entered:
            self.tell_gates(call, QUEUE_FULL, now)
        self.arrivals -= 1
        call.pool.arrivals -= 1
        backlog.drop(call, now)
        if self.pulls:
            self.invite(call.pool, now)

    def _pass(self, call: Call, gate: Gate | None, now: float) -> None:
        """Pass the gates from one on."""
        while gate is not None:
            verdict = gate.admit(call, now)
            if verdict != OK:
                if verdict == HELD:
                    self._hold_back(call, now)
                elif verdict == ANSWERED:
                    self._answer_at(gate, call, now)
                else:
                    self.refuse_at(gate, call, verdict, now)
                return
            gate = gate.following
        call.entered = self.listening
        pool = call.pool
        if self.instant and not pool.detains:
            self.touch(now)
            pool.enter(call, now)
            self._pass_on(call, now)
        elif not pool.discipline.offer(call, now):
            self._turn_away(call, now)

    def _answer_at(self, gate: Gate, call: Call, now: float) -> None:
        """Answer a call at a gate that knows the answer."""
        self._tell_before(gate, call, OK, now)
        self.touch(now)
        call.pool.enter(call, now)
        call.stage = ENGAGED
        if self.keeps_wait:
            self.wait.add(now - call.arrived)
        self.end(call, OK, now)
        if self.pulls:
            self.invite(call.pool, now)

    def refuse_at(self, gate: Gate, call: Call, reason: i64, now: float) -> None:
        """Refuse a call at a gate."""
        self._tell_before(gate, call, reason, now)
        self.refuse(call, reason, now)

    def _tell_before(self, gate: Gate, call: Call, reason: i64, now: float) -> None:
        """Tell the gates that let a call in before one that did not."""
        if self.listening:
            before = self.gate
            while before is not None and before is not gate:
                if before.hears:
                    before.left(call, reason, now)
                before = before.following

    def tell_gates(self, call: Call, reason: i64, now: float) -> None:
        """Tell the gates that a call which they let in has left."""
        call.entered = False
        gate = self.gate
        while gate is not None:
            if gate.hears:
                gate.left(call, reason, now)
            gate = gate.following

    def _hold_back(self, call: Call, now: float) -> None:
        """Count a call in that waits at a gate: it has arrived, and nobody works on it."""
        call.pool.coming += 1
        if call.at_gate:
            return
        self.touch(now)
        call.at_gate = True
        call.arrived = now
        self.in_system += 1.0
        self.arrived_sum += now
        self.waiting += 1.0
        if self.pulls:
            self.invite(call.pool, now)

    def let_in(self, call: Call, gate: Gate, now: float) -> None:
        """Let a call go on that a gate has held."""
        context = call.context
        call.pool.coming -= 1
        if call.span is not None:
            call.span.pass_gates(now)
        self.touch(now)
        if context is not None and context.deadline <= now:
            self.refuse_at(gate, call, DEADLINE, now)
        else:
            self._pass(call, gate.following, now)

    def refuse_held(self, call: Call, gate: Gate, reason: i64, now: float) -> None:
        """Refuse a call that a gate has held."""
        context = call.context
        call.pool.coming -= 1
        if context is not None and context.deadline <= now:
            reason = DEADLINE
        self.refuse_at(gate, call, reason, now)

    def leave_gate(self, call: Call, reason: i64, now: float) -> None:
        """Take a call out that waits at a gate: its caller has closed the connection."""
        gate = self.gate
        while gate is not None:
            if gate.held > 0 and gate.withdraw(call):
                call.pool.coming -= 1
                self.refuse_at(gate, call, reason, now)
                return
            gate = gate.following

    def _pass_on(self, call: Call, now: float) -> None:
        """Serve a call without work."""
        call.stage = ENGAGED
        if self.keeps_wait:
            if call.arrived < now:
                self.wait.add(now - call.arrived)  # at a gate
            else:
                self.wait.add_none()
        self.after_work(call, now)

    def pass_by(self, call: Call, now: float) -> None:
        """Tell a call the way."""
        raise NotImplementedError

    def refuse(self, call: Call, reason: i64, now: float) -> None:
        """Answer at the door, or at a gate to whoever waited there."""
        if call.entered:
            self.tell_gates(call, reason, now)
        if call.at_gate:
            self.touch(now)
            call.at_gate = False
            self.waiting -= 1.0
            self.in_system -= 1.0
            self.arrived_sum -= call.arrived
            self.conclude(call, reason, now)
        else:
            self.failed[reason] += 1
            self.blame.refused[reason] += 1
            call.pool.failed += 1
        self.reply(call, reason, now)
        if self.pulls:
            self.invite(call.pool, now)  # its worker was kept for it

    def reply(self, call: Call, reason: i64, now: float) -> None:
        """Send the answer back."""
        if reason == OK:
            call.reason = OK
        else:
            call.reason = i16(reason)
        call.stage = RETURNING
        if call.span is not None:
            call.span.reply(reason, now)
            if call.settled and call.pending == 0 and call.context is None and forget(call.span):
                call.span = None
        path = call.path
        if path is not None:
            path.answer(call, call, now)
