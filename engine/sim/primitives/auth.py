"""Authentication at nodes, and what auth servers do for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.model.policies.auth import Auth
from engine.plan.primitives import INFINITE
from engine.sim.body import Counters, Values, ratio
from engine.sim.identity_book import authority
from engine.sim.invariant import at_most, same
from engine.sim.lane.gates.authentication import Authentication
from engine.sim.lane.gates.errands import KEYS, LOGIN, LOOK_UP, PURPOSES, REFRESH
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
        gate = had or Authentication(
            part.node, identities, setup.streams.uniform(plan.id, "age of answers")
        )
        gate.know(identities)
        knobs = gate.knobs
        knobs.asks = settings.server is not None
        knobs.local = settings.mode == "token"
        knobs.renews = settings.mode != "session"
        knobs.cost = settings.cost
        knobs.ttl = settings.ttl
        knobs.cache = settings.cache or 0.0
        knobs.signed_in = settings.signed_in
        lock = settings.lockout
        if lock is None:
            gate.lockout.turn(0.0, 1.0, now)
        else:
            gate.lockout.turn(lock.rate, float(lock.burst), now)
        jwks = settings.jwks
        if jwks is None:
            gate.know_keys()
        else:
            cooldown = INFINITE if jwks.cooldown is None else jwks.cooldown
            gate.fetch_keys(jwks.ttl, cooldown, now)
        return gate

    def wire(self, gate: Authentication, part: NodePart, leaving: Sequence[LinkPart]) -> None:
        """Know the link to the server."""
        server = part.plan.auth_server
        gate.link = next(
            (each.link for each in leaving if each.plan.checks and each.plan.target == server), None
        )

    def counters(self, body: Authentication, now: float) -> Counters:
        """What became of calls, what the server was asked for, and what revoked users got."""
        counts = body.counts
        return (
            float(counts.admitted),
            float(counts.refused),
            float(counts.unchecked),
            float(counts.unknown_keys),
            float(counts.guesses),
            float(counts.tried),
            float(counts.locked_out),
            float(sum(counts.errands)),
            float(counts.done[KEYS]),
            float(counts.done[LOOK_UP]),
            float(counts.done[REFRESH]),
            float(counts.done[LOGIN]),
            float(counts.stale),
            float(counts.survivors),
            counts.survived,
        )

    def extra(
        self, body: Authentication, since: Sequence[float], span: float, now: float
    ) -> Values:
        """What the counters say; the longest access is that of the whole run."""
        admitted, refused, unchecked, unknown, wrong, tried, locked, calls, *rest = since
        keys, lookups, refreshes, logins, stale, users, survived = rest
        found = {
            "authorized": admitted,
            "unauthorized": refused,
            "unchecked": unchecked,
            "unknown_key": unknown,
            "wrong_passwords": wrong,
            "guesses": tried,
            "locked_out": locked,
            "auth_calls": calls,
            "jwks_fetches": keys,
            "introspections": lookups,
            "token_refreshes": refreshes,
            "logins": logins,
            "stale_authorised": stale,
            "checking": float(body.held),
        }
        if body.counts.survivors:
            found["revoked_access"] = ratio(survived, users)
            found["revoked_access_max"] = body.counts.longest
        return found

    def state(self, body: Authentication) -> str:
        """Whether the server is silent, or somebody was refused."""
        now = body.node.agenda.now
        if body.is_unanswered(now):
            return "unanswered"
        if body.is_at_a_loss(now):
            return "unknown_key"
        return "refusing" if body.is_refusing(now) else "idle"

    def check(self, body: Authentication, owner: Node, now: float) -> None:
        """Whoever came was let in, was refused, waits or has left; nobody waits for an answer that has come."""
        counts = body.counts
        gone = int(counts.admitted) + int(counts.refused) + int(counts.left_line)
        same(owner.name, "came to authentication", int(counts.asked), gone + int(body.held))
        same(owner.name, "held by authentication", int(body.held), int(body.in_line()))
        refused = int(counts.unchecked) + int(counts.unknown_keys) + int(counts.locked_out)
        at_most(owner.name, "refused for a reason", refused, int(counts.refused))
        at_most(owner.name, "looked at passwords", int(counts.tried), int(counts.guesses))
        at_most(owner.name, "let in though revoked", int(counts.stale), int(counts.admitted))


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
        gate.tasks = [0] * PURPOSES
        node.law = None
        pace = 1.0 / plan.station.speed
        for purpose, name, law in (
            (REFRESH, "refresh", issue.refresh),
            (LOGIN, "login", issue.login),
            (KEYS, "keys", issue.keys),
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
        lookups, refreshes, logins, keys = since
        return {
            "looked_up": lookups,
            "refreshed": refreshes,
            "logged_in": logins,
            "keys_fetched": keys,
        }
