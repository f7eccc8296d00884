"""Authentication at nodes, and what auth servers do for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.model.policies.auth import Auth
from engine.sim.body import Counters, Values, ratio
from engine.sim.identity_book import authority
from engine.sim.invariant import at_most, same
from engine.sim.lane.gates.authentication import Authentication
from engine.sim.lane.gates.errands import LOGIN, LOOK_UP, REFRESH
from engine.sim.lane.gates.issuer import Issuer
from engine.sim.primitives.adapter import GateAdapter
from engine.sim.samplers import make_sampler

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.plan.primitives import NodePlan
    from engine.sim.lane.node import Node
    from engine.sim.parts import LinkPart, NodePart
    from engine.sim.setup import Setup


class AuthAdapter(GateAdapter[Authentication]):
    """One for all instances of a node."""

    name = "auth"

    def body(
        self, had: Authentication | None, part: NodePart, plan: NodePlan, setup: Setup
    ) -> Authentication | None:
        """Whoever waits goes on waiting while knobs are turned, and is let in once nobody is checked."""
        settings, now = plan.gate(Auth), setup.agenda.now
        if settings is None or settings.mode == "none":
            if had is not None:
                had.open(now)
            return None
        identities = setup.identities.of(authority(setup.plan, plan), now)
        gate = had or Authentication(part.node, identities)
        gate.know(identities)
        knobs = gate.knobs
        knobs.asks = settings.server is not None
        knobs.local = settings.mode == "token"
        knobs.renews = settings.mode != "session"
        knobs.cost = settings.cost
        knobs.ttl = settings.ttl
        knobs.cache = settings.cache or 0.0
        knobs.signed_in = settings.signed_in
        return gate

    def wire(self, gate: Authentication, part: NodePart, leaving: Sequence[LinkPart]) -> None:
        """Know the link to the server."""
        gate.link = next((each.link for each in leaving if each.plan.checks), None)

    def counters(self, body: Authentication, now: float) -> Counters:
        """What became of calls, what the server was asked for, and what revoked users got."""
        return (
            float(body.admitted),
            float(body.refused),
            float(body.unchecked),
            float(body.errands[LOOK_UP]),
            float(body.errands[REFRESH]),
            float(body.errands[LOGIN]),
            float(body.stale),
            float(body.survivors),
            body.survived,
        )

    def extra(
        self, body: Authentication, since: Sequence[float], span: float, now: float
    ) -> Values:
        """What the counters say; the longest access is that of the whole run."""
        admitted, refused, unchecked, lookups, refreshes, logins, stale, users, survived = since
        found = {
            "authorized": admitted,
            "unauthorized": refused,
            "unchecked": unchecked,
            "introspections": lookups,
            "token_refreshes": refreshes,
            "logins": logins,
            "stale_authorised": stale,
            "checking": float(body.held),
        }
        if body.survivors:
            found["revoked_access"] = ratio(survived, users)
            found["revoked_access_max"] = body.longest
        return found

    def state(self, body: Authentication) -> str:
        """Whether the server is silent, or somebody was refused."""
        now = body.node.agenda.now
        if body.is_unanswered(now):
            return "unanswered"
        return "refusing" if body.is_refusing(now) else "idle"

    def check(self, body: Authentication, owner: Node, now: float) -> None:
        """Whoever came was let in, was refused, waits or has left; nobody waits for an answer that has come."""
        gone = int(body.admitted) + int(body.refused) + int(body.left_line)
        same(owner.name, "came to authentication", int(body.asked), gone + int(body.held))
        same(owner.name, "held by authentication", int(body.held), int(body.in_line()))
        at_most(owner.name, "refused without an answer", int(body.unchecked), int(body.refused))
        at_most(owner.name, "let in though revoked", int(body.stale), int(body.admitted))


class IssuerAdapter(GateAdapter[Issuer]):
    """One for all instances of an auth server."""

    name = "issue"

    def body(
        self, had: Issuer | None, part: NodePart, plan: NodePlan, setup: Setup
    ) -> Issuer | None:
        """The laws of what it does stand behind those of the classes."""
        issue, node = plan.issue, part.node
        if issue is None:
            return None
        gate = had or Issuer()
        gate.tasks = [0, 0, 0]
        node.law = None
        pace = 1.0 / plan.station.speed
        for purpose, name, law in (
            (REFRESH, "refresh", issue.refresh),
            (LOGIN, "login", issue.login),
        ):
            gate.tasks[purpose] = len(node.work)
            sampler = make_sampler(law.times(pace), setup.streams, plan.id, f"work/{name}")
            node.work = [*node.work, sampler]
        return gate

    def counters(self, body: Issuer, now: float) -> Counters:
        """Calls by purpose."""
        return tuple(float(each) for each in body.came)

    def extra(self, body: Issuer, since: Sequence[float], span: float, now: float) -> Values:
        """How many there were of each."""
        lookups, refreshes, logins = since
        return {"looked_up": lookups, "refreshed": refreshes, "logged_in": logins}
