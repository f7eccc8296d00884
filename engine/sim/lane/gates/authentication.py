"""Authentication: who may enter is known by a token, or has to be asked of a server, for which calls wait.

A call whose user has no credential waits until the server has issued another one; calls of the same user
wait together. The call for it crosses the link of the node that they want to enter. What the server does
not answer is refused: nobody enters unchecked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, final

from mypy_extensions import i64

from engine.sim.lane.codes import EXPIRED, HELD, NEVER, OK, UNAUTHORIZED
from engine.sim.lane.gates.errands import LOGIN, LOOK_UP, REFRESH, Desk, Errand, Errands
from engine.sim.lane.owners import client_of, root_of
from engine.sim.lane.seams import Gate

if TYPE_CHECKING:
    from engine.sim.lane.call import Call, Pool
    from engine.sim.lane.gates.identities import Holder, Identities
    from engine.sim.lane.link import Link
    from engine.sim.lane.node import Node

MOMENT: Final = 1.0
"""Seconds for which a refusal is news."""
KEPT: Final = 4096
"""Answers from which on those that count no longer are forgotten, at each doubling."""


@final
class Knobs:
    """How a gate checks."""

    def __init__(self) -> None:
        self.local = True
        """Whether a credential is checked without the server, as a signed token is."""
        self.renews = True
        """Whether a credential that has ended is renewed without another login."""
        self.asks = False
        """Whether there is a server to be asked; else credentials are renewed elsewhere, at once."""
        self.cost = 0.0
        """Work (s) of a check."""
        self.ttl = 3600.0
        """Seconds for which a credential lasts."""
        self.cache = 0.0
        """Seconds for which a good answer counts."""
        self.signed_in = 1.0
        """Share of the users that held a credential when it began."""


@final
class Answering(Errands):
    """Hears the server's answers for a gate."""

    def __init__(self, gate: Authentication) -> None:
        self._gate = gate

    def returned(self, errand: Errand, reason: i64, now: float) -> None:
        """Let those in, or refuse them, who wait for it."""
        self._gate.answered(errand, reason, now)


@final
class Authentication(Gate):
    """Lets in who may come in, as far as it knows."""

    def __init__(self, node: Node, identities: Identities) -> None:
        self.node = node
        self.identities = identities
        self.knobs = Knobs()
        self.link: Link | None = None
        """Over which the server is asked."""
        self.asked: i64 = 0
        self.admitted: i64 = 0
        self.refused: i64 = 0
        self.unchecked: i64 = 0
        """Refused since the server did not answer."""
        self.left_line: i64 = 0
        """Calls that waited and left: given up, too late, or for an instance that died."""
        self.errands: list[int] = [0, 0, 0]
        """Sent so far, by purpose."""
        self.stale: i64 = 0
        """Let in though their user's access was revoked."""
        self.survivors: i64 = 0
        """Users that got in after a revocation, each counted once a revocation."""
        self.survived = 0.0
        """Seconds after that at which they last did, summed."""
        self.longest = 0.0
        self._desk = Desk(node.name, node.agenda, Answering(self))
        self._at: dict[Call, Errand] = {}
        """What those wait for who do."""
        self._issuing: dict[Holder, Errand] = {}
        """Users who will have a credential soon."""
        self._good_until: dict[Holder, float] = {}
        """Until when answers of the server count (s)."""
        self._most: i64 = KEPT
        self._refused_at = -NEVER
        self._unchecked_at = -NEVER

    def know(self, identities: Identities) -> None:
        """Ask about the users of another server from now on; whoever waits goes on waiting."""
        if identities is not self.identities:
            self.identities = identities
            self._issuing = {}
            self._good_until = {}

    def in_line(self) -> i64:
        """Calls that wait, counted."""
        return len(self._at)

    def is_refusing(self, now: float) -> bool:
        """Whether somebody was refused a moment ago."""
        return now - self._refused_at < MOMENT

    def is_unanswered(self, now: float) -> bool:
        """Whether the server left somebody without an answer a moment ago."""
        return now - self._unchecked_at < MOMENT

    def open(self, now: float) -> None:
        """Nobody is checked any more: let everybody in who waits."""
        waiting = list(self._at)
        self._at = {}
        self._issuing = {}
        self.held = 0
        for call in waiting:
            self.admitted += 1
            self.node.let_in(call, self, now)

    def admit(self, call: Call, now: float) -> i64:
        """Let in who is known, refuse who is not, and ask about all others."""
        self.asked += 1
        knobs = self.knobs
        root = root_of(call)
        user = root.user
        holder = self.identities.holder(
            client_of(root), -1 if user is None else user.number, knobs.ttl, knobs.signed_in, now
        )
        if holder.expiry > now and (knobs.local or self._good_until.get(holder, -NEVER) > now):
            self._enter(call, holder, now)
            return OK
        if holder.refused:
            if self.identities.revoked_at(holder) < NEVER:
                return self._refusal(now)
            holder.refused = False
        if not knobs.asks:
            return self._decide(call, holder, now)
        link = self.link
        if link is None:
            self._note_silence(now)
            return self._refusal(now)
        self._ask(call, holder, link, now)
        return HELD

    def _decide(self, call: Call, holder: Holder, now: float) -> i64:
        """Do what a server would, which is elsewhere and always there."""
        if not self._grant(holder, LOOK_UP if holder.expiry > now else REFRESH, now):
            return self._refusal(now)
        self._enter(call, holder, now)
        return OK

    def _refusal(self, now: float) -> i64:
        """Count somebody who is refused."""
        self.refused += 1
        self._refused_at = now
        return UNAUTHORIZED

    def _note_silence(self, now: float) -> None:
        """Count somebody about whom the server said nothing."""
        self.unchecked += 1
        self._unchecked_at = now

    def _enter(self, call: Call, holder: Holder, now: float) -> None:
        """Count somebody in, who brings the work of the check along."""
        self.admitted += 1
        call.toll += self.knobs.cost
        since = self.identities.revoked_at(holder)
        if since > now:
            return
        self.stale += 1
        if holder.revoked_at != since:
            holder.revoked_at = since
            holder.outlived = 0.0
            self.survivors += 1
        span = now - since
        self.survived += span - holder.outlived
        holder.outlived = span
        self.longest = max(self.longest, span)

    def _ask(self, call: Call, holder: Holder, link: Link, now: float) -> None:
        """Have a call wait for the server's answer."""
        self.held += 1
        if holder.expiry > now:
            errand = Errand(LOOK_UP, holder, self.node.deadline(call))
        else:
            issuing = self._issuing.get(holder)
            if issuing is not None:
                issuing.calls.append(call)
                self._at[call] = issuing
                return
            known = self.knobs.renews and self.identities.knows(holder, self.knobs.ttl, now)
            errand = Errand(REFRESH if known else LOGIN, holder, NEVER)
            self._issuing[holder] = errand
        self.errands[errand.purpose] += 1
        self._at[call] = errand
        self._desk.send(errand, call, link, now)

    def answered(self, errand: Errand, reason: i64, now: float) -> None:
        """Let those in who waited for an answer, or refuse them."""
        holder = errand.holder
        if errand.purpose != LOOK_UP and self._issuing.get(holder) is errand:
            del self._issuing[holder]
        granted = reason == OK and self._grant(holder, errand.purpose, now)
        calls = errand.calls
        errand.calls = []
        for call in calls:
            if self._at.pop(call, None) is None:
                continue
            self.held -= 1
            if granted:
                self._enter(call, holder, now)
                self.node.let_in(call, self, now)
                continue
            if reason != OK:
                self._note_silence(now)
            self.node.refuse_held(call, self, self._refusal(now), now)

    def _grant(self, holder: Holder, purpose: i64, now: float) -> bool:
        """Whether the server says that a user may come in; it issues a credential where it is asked to."""
        if self.identities.revoked_at(holder) < NEVER:
            holder.refused = True
            holder.expiry = -NEVER
            self._good_until.pop(holder, None)
            return False
        if purpose != LOOK_UP:
            holder.expiry = now + self.knobs.ttl
        if self.knobs.cache > 0.0:
            if len(self._good_until) >= self._most:
                self._tidy(now)
            self._good_until[holder] = now + self.knobs.cache
        return True

    def _tidy(self, now: float) -> None:
        """Forget the answers that count no longer."""
        self._good_until = {
            holder: until for holder, until in self._good_until.items() if until > now
        }
        self._most = max(i64(KEPT), 2 * i64(len(self._good_until)))

    def withdraw(self, call: Call) -> bool:
        """Let a call go that nobody waits for any more; a credential that is on its way still comes."""
        errand = self._at.pop(call, None)
        if errand is None:
            return False
        self._part(call, errand)
        return True

    def give_back(self, pool: Pool) -> list[Call]:
        """Let those go who wait for an instance."""
        found = [call for call in self._at if call.pool is pool]
        for call in found:
            self._part(call, self._at.pop(call))
        return found

    def _part(self, call: Call, errand: Errand) -> None:
        """One call fewer waits for an answer; about nobody but itself none is needed then."""
        errand.calls.remove(call)
        self.held -= 1
        self.left_line += 1
        if errand.purpose == LOOK_UP:
            self._desk.give_up_on(errand, EXPIRED, self.node.agenda.now)
