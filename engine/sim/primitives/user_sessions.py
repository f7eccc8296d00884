"""The sessions of nodes, and the calls to what keeps them."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final
from zlib import crc32

from engine.model.policies.user_sessions import UserSessions
from engine.plan.sessions import session_link
from engine.sim.body import padded
from engine.sim.invariant import close, same
from engine.sim.lane.node import Node
from engine.sim.lane.roles.store import StoreRole
from engine.sim.lane.sessions.calls import SessionCalls
from engine.sim.lane.sessions.flow import SessionFlow
from engine.sim.lane.sessions.gate import SessionGate
from engine.sim.lane.sessions.stored import StoredSessions
from engine.sim.lane.sessions.table import COOKIE, MEMORY, REPLICATED, STORE, SessionTable
from engine.sim.primitives.adapter import GateAdapter, RuleAdapter
from engine.sim.setup import Herald

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from engine.plan.primitives import ClassPlan, LinkPlan, NodePlan
    from engine.sim.body import Counters, Values
    from engine.sim.parts import LinkPart, NodePart
    from engine.sim.setup import Setup

_PLACES: Final[Mapping[str, int]] = MappingProxyType(
    {"memory": MEMORY, "replicated": REPLICATED, "store": STORE, "cookie": COOKIE}
)
_PLACES_OF_KEYS: Final = 1 << 28
"""Ranges of keys for sessions that databases keep: each node has one by its id, so that two hardly ever share one."""


class SessionsAdapter(GateAdapter[SessionGate]):
    """One table for all instances of a node: it knows which of them knows whom."""

    name = "sessions"

    def body(
        self, had: SessionGate | None, part: NodePart, plan: NodePlan, setup: Setup
    ) -> SessionGate | None:
        """Sessions stay while its knobs are turned, unless they are kept elsewhere from now on."""
        settings = plan.gate(UserSessions)
        now = setup.agenda.now
        if settings is None:
            if had is not None:
                _flow_of(part.node).stored = None
                had.stored.forget(now)
                had.table.lose_all(now)
                had.table.weigh()
            return None
        gate = had or self._new(part, setup)
        table = gate.table
        table.leave(now)
        place = _PLACES[settings.where]
        table.turn(place, settings.idle_ttl, settings.bytes, settings.delay, now)
        return gate

    @staticmethod
    def _new(part: NodePart, setup: Setup) -> SessionGate:
        """An empty table, which the flow of the node looks into from now on."""
        stored = StoredSessions(part.node, crc32(part.plan.id.encode()) % _PLACES_OF_KEYS)
        stored.table.listener = Herald(setup, part.plan.id, UserSessions)
        _flow_of(part.node).stored = stored
        return SessionGate(stored)

    def wire(self, gate: SessionGate, part: NodePart, leaving: Sequence[LinkPart]) -> None:
        """Know the link to the store, and what keeps sessions there."""
        name = session_link(part.plan, (each.plan for each in leaving))
        link = next((each.link for each in leaving if each.plan.id == name), None)
        target = None if link is None else link.target
        role = target.server if isinstance(target, Node) else None
        store = role if isinstance(role, StoreRole) else None
        gate.stored.move(link, store, part.node.agenda.now)

    def counters(self, body: SessionGate, now: float) -> Counters:
        """Begun, ended, lost, logged out, bytes, and live ones integrated over time."""
        table = body.table
        ledger = table.ledger
        return (
            float(ledger.begun),
            float(ledger.ended + ledger.unnoticed(now)),
            float(ledger.lost),
            float(table.logged_out),
            table.bytes,
            ledger.area(now),
        )

    def extra(self, body: SessionGate, since: Sequence[float], span: float, now: float) -> Values:
        """What became of sessions, and how many there are."""
        begun, ended, lost, logged_out, sent, area = since
        ledger = body.table.ledger
        return {
            "sessions": area / span if span > 0.0 else 0.0,
            "sessions_live": float(ledger.live - ledger.unnoticed(now)),
            "sessions_begun": begun,
            "sessions_ended": ended,
            "sessions_lost": lost,
            "logged_out": logged_out,
            "session_bytes": sent / span if span > 0.0 else 0.0,
        }

    def check(self, body: SessionGate, owner: Node, now: float) -> None:
        """Whatever began is live, has ended, or is lost; and so says the list of all."""
        table = body.table
        ledger = table.ledger
        known = int(ledger.live + ledger.ended + ledger.lost)
        same(owner.name, "sessions", int(ledger.begun), known)
        live = ledger.order.live()
        same(owner.name, "live sessions", int(ledger.live), len(live))
        kept = owner.kept + sum(pool.kept for pool in owner.pools)
        whole = float(table.size * len(live)) if table.place in (MEMORY, REPLICATED) else 0.0
        close(owner.name, "memory of sessions", kept, whole, whole + 1.0)
        spent = sum(now - session.begun for session in live)
        close(owner.name, "lives of sessions", ledger.alive(now), spent, spent + now + 1.0)


class SessionCallsAdapter(RuleAdapter[SessionCalls]):
    """Has calls over the link to a store be about sessions."""

    name = "session_calls"

    def body(
        self, had: SessionCalls | None, part: LinkPart, plan: LinkPlan, setup: Setup
    ) -> SessionCalls | None:
        """Only on the link of sessions; its table is that of the node that it leaves."""
        if plan.id not in setup.carried.stored:
            return None
        rule = had or SessionCalls()
        classes = setup.plan.classes
        rule.reading = padded(_works(classes, write=False), setup.kinds)
        rule.writing = padded(_works(classes, write=True), setup.kinds)
        return rule


def _works(classes: Sequence[ClassPlan], *, write: bool) -> list[int]:
    """For each class, the one whose work a read or a write takes: itself, or the first that does such."""
    first = next((place for place, each in enumerate(classes) if each.write == write), None)
    return [
        place if each.write == write or first is None else first
        for place, each in enumerate(classes)
    ]


def _flow_of(node: Node) -> SessionFlow:
    """What finds sessions before the flow of a node; it is put there once."""
    flow = node.flow
    if isinstance(flow, SessionFlow):
        return flow
    found = SessionFlow(node, flow)
    if node.server is flow:
        node.server = found
    node.flow = found
    return found


def sessions_of(part: NodePart) -> SessionTable | None:
    """The sessions of a node, if it has any."""
    found = (gate.thing.table for gate in part.gates if isinstance(gate.thing, SessionGate))
    return next(found, None)
