"""Authentication: who may enter is known by a token, or has to be asked of a server, for which calls wait.

A call whose user has no credential waits until the server has issued another one; calls of the same user
wait together. The call for it crosses the link of the node that they want to enter. What the server does
not answer is refused: nobody enters unchecked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, final

from mypy_extensions import i64

from engine.sim.lane.codes import EXPIRED, HELD, NEVER, OK, UNAUTHORIZED
from engine.sim.lane.gates.auth_knobs import AuthCounts, Knobs
from engine.sim.lane.gates.errands import KEYS, LOGIN, LOOK_UP, REFRESH, Desk, Errand, Errands
from engine.sim.lane.gates.lockout import Lockout
from engine.sim.lane.gates.signing_keys import BAD, GOOD, KeySets
from engine.sim.lane.owners import client_of, root_of
from engine.sim.lane.seams import Gate

if TYPE_CHECKING:
    from engine.sim.lane.call import Call, Pool
    from engine.sim.lane.draws import Draws
    from engine.sim.lane.gates.identities import Holder, Identities
    from engine.sim.lane.link import Link
    from engine.sim.lane.node import Node

MOMENT: Final = 1.0
"""Seconds for which a refusal is news."""
KEPT: Final = 4096
"""Answers from which on those that count no longer are forgotten, at each doubling."""


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

    def __init__(self, node: Node, identities: Identities, ages: Draws) -> None:
        self.node = node
        self.identities = identities
        self.knobs = Knobs()
        self.key_sets = KeySets()
        self.lockout = Lockout(self.knobs)
        self.link: Link | None = None
        """Over which the server is asked."""
        self.counts = AuthCounts()
        self._desk = Desk(node.name, node.agenda, Answering(self))
        self._at: dict[Call, Errand] = {}
        """What those wait for who do."""
        self._issuing: dict[Holder, Errand] = {}
        """Users who will have a credential soon."""
        self._fetching: dict[Pool, Errand] = {}
        """Instances that will have the keys soon."""
        self._good_until: dict[Holder, float] = {}
        """Until when answers of the server count (s)."""
        self._most: i64 = KEPT
        self._ages = ages
        self._began = node.agenda.now
        self._refused_at = -NEVER
        self._unchecked_at = -NEVER
        self._unknown_at = -NEVER

    def know(self, identities: Identities) -> None:
        """Ask about the users of another server from now on; whoever waits goes on waiting."""
        if identities is not self.identities:
            self.identities = identities
            self._issuing = {}
            self._fetching = {}
            self._good_until = {}
            self.key_sets.forget_all()

    def fetch_keys(self, ttl: float, cooldown: float, now: float) -> None:
        """Have instances fetch the keys and keep them, those that there are having done so at some time before."""
        sets = self.key_sets
        sets.ttl = ttl
        sets.cooldown = cooldown
        if not sets.fetches:
            sets.fetches = True
            for pool in self.node.pools:
                sets.fetched(pool, now - ttl * self._ages.draw())

    def know_keys(self) -> None:
        """Have everybody know the keys by themselves."""
        self.key_sets.fetches = False
        self.key_sets.forget_all()

    def in_line(self) -> i64:
        """Calls that wait, counted."""
        return len(self._at)

    def is_refusing(self, now: float) -> bool:
        """Whether somebody was refused a moment ago."""
        return now - self._refused_at < MOMENT

    def is_unanswered(self, now: float) -> bool:
        """Whether the server left somebody without an answer a moment ago."""
        return now - self._unchecked_at < MOMENT

    def is_at_a_loss(self, now: float) -> bool:
        """Whether the key of somebody's token was not known a moment ago."""
        return now - self._unknown_at < MOMENT

    def open(self, now: float) -> None:
        """Nobody is checked any more: let everybody in who waits."""
        waiting = list(self._at)
        self._at = {}
        self._issuing = {}
        self._fetching = {}
        self.held = 0
        for call in waiting:
            self.counts.admitted += 1
            self.node.let_in(call, self, now)

    def admit(self, call: Call, now: float) -> i64:
        """Let in who is known, refuse who is not, and ask about all others."""
        self.counts.asked += 1
        knobs = self.knobs
        root = root_of(call)
        user = root.user
        if user is not None and (forger := user.forger) is not None:
            return self._guess(call, forger.of or client_of(root), user.number, now)
        holder = self._holder(root, now)
        if holder.expiry > now:
            if knobs.local:
                return self._check(call, holder, now)
            if knobs.cache > 0.0 and self._good(holder, now) > now:
                self._enter(call, holder, now)
                return OK
        return self._beyond(call, root, holder, now)

    def _beyond(self, call: Call, root: Call, holder: Holder, now: float) -> i64:
        """Do what has to be done about somebody who is not known to be right: refuse or ask."""
        knobs = self.knobs
        if holder.refused:
            if self.identities.revoked_at(holder) < NEVER:
                return self._refusal(now)
            holder.refused = False
        if holder.expiry <= now and knobs.lock_rate > 0.0 and self._is_locked(root, holder, now):
            self.counts.locked_out += 1
            return self._refusal(now)
        if not knobs.asks:
            return self._decide(call, holder, now)
        link = self.link
        if link is None:
            self._note_silence(now)
            return self._refusal(now)
        self._ask(call, holder, link, now)
        return HELD

    def _guess(self, call: Call, client: str, number: i64, now: float) -> i64:
        """Have the server look at a wrong password, unless the account is locked; nobody comes in with it."""
        self.counts.guesses += 1
        if not self.lockout.allows(client, number, now):
            return self._refusal(now)
        self.counts.tried += 1
        link = self.link
        if not self.knobs.asks or link is None:
            return self._refusal(now)
        knobs = self.knobs
        holder = self.identities.holder(client, number, knobs.ttl, knobs.signed_in, now)
        errand = Errand(LOGIN, holder, self.node.deadline(call))
        errand.forged = True
        self.held += 1
        self.counts.errands[LOGIN] += 1
        self._at[call] = errand
        self._desk.send(errand, call, link, now)
        return HELD

    def _is_locked(self, root: Call, holder: Holder, now: float) -> bool:
        """Whether a user has to log in to an account that others had locked."""
        return self._renewal(holder, now) == LOGIN and self.lockout.locks(
            client_of(root), holder.number, now
        )

    def _holder(self, root: Call, now: float) -> Holder:
        """The user who made a request."""
        knobs = self.knobs
        user = root.user
        number: i64 = -1 if user is None else user.number
        return self.identities.holder(client_of(root), number, knobs.ttl, knobs.signed_in, now)

    def _good(self, holder: Holder, now: float) -> float:
        """Until when what the server said of somebody counts (s).

        It was asked about those who were signed in at the start before that, at times spread evenly.
        """
        until = self._good_until.get(holder)
        if until is not None:
            return until
        until = -NEVER
        knobs = self.knobs
        if now - self._began < knobs.cache and self.identities.is_of_old(
            holder, knobs.ttl, self._began
        ):
            until = self._began + knobs.cache * self._ages.draw()
            self._good_until[holder] = until
        return until

    def _check(self, call: Call, holder: Holder, now: float) -> i64:
        """Check a token here, with the keys that the instance has or fetches first."""
        verdict = self.key_sets.verdict(self.identities.keys, holder.key, call.pool, now)
        if verdict == GOOD:
            self._enter(call, holder, now)
            return OK
        if verdict == BAD:
            return self._stranger(holder, now)
        link = self.link
        if link is None:
            self._note_silence(now)
            return self._refusal(now)
        self._fetch(call, holder, link, now)
        return HELD

    def _stranger(self, holder: Holder, now: float) -> i64:
        """Refuse a token whose key is not known. Its user renews it, unless the newest key has signed it."""
        self.counts.unknown_keys += 1
        self._unknown_at = now
        if holder.key != self.identities.keys.signing(now):
            holder.expiry = min(holder.expiry, now)
        return self._refusal(now)

    def _fetch(self, call: Call, holder: Holder, link: Link, now: float) -> None:
        """Have a call wait until its instance has the keys."""
        self.held += 1
        errand = self._fetching.get(call.pool)
        if errand is not None:
            errand.calls.append(call)
            self._at[call] = errand
            return
        errand = Errand(KEYS, holder, NEVER)
        self._fetching[call.pool] = errand
        self.counts.errands[KEYS] += 1
        self._at[call] = errand
        self._desk.send(errand, call, link, now)

    def _decide(self, call: Call, holder: Holder, now: float) -> i64:
        """Do what a server would, which is elsewhere and always there."""
        purpose = LOOK_UP if holder.expiry > now else self._renewal(holder, now)
        if not self._grant(holder, purpose, now):
            return self._refusal(now)
        self._enter(call, holder, now)
        return OK

    def _renewal(self, holder: Holder, now: float) -> i64:
        """How somebody comes to a credential: by a login, unless the one before may be renewed."""
        known = self.knobs.renews and self.identities.knows(holder, self.knobs.ttl, now)
        return REFRESH if known else LOGIN

    def _refusal(self, now: float) -> i64:
        """Count somebody who is refused."""
        self.counts.refused += 1
        self._refused_at = now
        return UNAUTHORIZED

    def _note_silence(self, now: float) -> None:
        """Count somebody about whom the server said nothing."""
        self.counts.unchecked += 1
        self._unchecked_at = now

    def _enter(self, call: Call, holder: Holder, now: float) -> None:
        """Count somebody in, who brings the work of the check along."""
        self.counts.admitted += 1
        call.size += self.knobs.cost
        since = self.identities.revoked_at(holder)
        if since > now:
            return
        self.counts.stale += 1
        if holder.revoked_at != since:
            holder.revoked_at = since
            holder.outlived = 0.0
            self.counts.survivors += 1
        span = now - since
        self.counts.survived += span - holder.outlived
        holder.outlived = span
        self.counts.longest = max(self.counts.longest, span)

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
            errand = Errand(self._renewal(holder, now), holder, NEVER)
            self._issuing[holder] = errand
        self.counts.errands[errand.purpose] += 1
        self._at[call] = errand
        self._desk.send(errand, call, link, now)

    def answered(self, errand: Errand, reason: i64, now: float) -> None:
        """Let those in who waited for an answer, or refuse them."""
        granted = self._granted(errand, reason, now)
        calls = errand.calls
        errand.calls = []
        for call in calls:
            if self._at.pop(call, None) is None:
                continue
            self.held -= 1
            if granted:
                verdict = self._verdict(errand, call, now)
            else:
                if reason != OK:
                    self._note_silence(now)
                verdict = self._refusal(now)
            if verdict == OK:
                self.node.let_in(call, self, now)
            elif verdict != HELD:
                self.node.refuse_held(call, self, verdict, now)

    def _granted(self, errand: Errand, reason: i64, now: float) -> bool:
        """Whether an errand brought what it was for."""
        if errand.purpose == KEYS:
            return self._have_keys(errand, reason)
        if errand.forged:
            return False
        holder = errand.holder
        if errand.purpose != LOOK_UP and self._issuing.get(holder) is errand:
            del self._issuing[holder]
        return reason == OK and self._grant(holder, errand.purpose, now)

    def _verdict(self, errand: Errand, call: Call, now: float) -> i64:
        """What becomes of a call that waited for an errand which brought what it was for."""
        if errand.purpose == KEYS:
            return self._check_at_last(call, now)
        if self.knobs.local:
            return self._check(call, errand.holder, now)
        self._enter(call, errand.holder, now)
        return OK

    def _have_keys(self, errand: Errand, reason: i64) -> bool:
        """The server has told an instance its keys, or has not."""
        job = errand.job
        if job is None or self._fetching.get(job.pool) is not errand:
            return reason == OK
        del self._fetching[job.pool]
        if reason == OK:
            self.counts.done[KEYS] += 1
            self.key_sets.fetched(job.pool, errand.begun)
        return reason == OK

    def _check_at_last(self, call: Call, now: float) -> i64:
        """Check the token of a call for which the keys were fetched: what is not among them is good for nothing."""
        holder = self._holder(root_of(call), now)
        if self.key_sets.knows(self.identities.keys, holder.key, call.pool):
            self._enter(call, holder, now)
            return OK
        return self._stranger(holder, now)

    def _grant(self, holder: Holder, purpose: i64, now: float) -> bool:
        """Whether the server says that a user may come in; it issues a credential where it is asked to."""
        if purpose == LOOK_UP:
            self.counts.done[LOOK_UP] += 1  # it has answered, whatever it says
        if self.identities.revoked_at(holder) < NEVER:
            holder.refused = True
            holder.expiry = -NEVER
            self._good_until.pop(holder, None)
            return False
        if purpose != LOOK_UP:
            self.counts.done[purpose] += 1
            holder.expiry = now + self.knobs.ttl
            holder.key = self.identities.keys.signing(now)
        if self.knobs.cache > 0.0:
            if len(self._good_until) >= self._most:
                self._tidy(now)
            self._good_until[holder] = now + self.knobs.cache
        return True

    def _tidy(self, now: float) -> None:
        """Forget the answers that count no longer."""
        if now - self._began >= self.knobs.cache:
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
        """Let those go who wait for an instance, which forgets what it knows."""
        self.key_sets.forget(pool)
        self._fetching.pop(pool, None)
        found = [call for call in self._at if call.pool is pool]
        for call in found:
            self._part(call, self._at.pop(call))
        return found

    def _part(self, call: Call, errand: Errand) -> None:
        """One call fewer waits for an answer; about nobody but itself none is needed then."""
        errand.calls.remove(call)
        self.held -= 1
        self.counts.left_line += 1
        if errand.purpose == LOOK_UP or errand.forged:
            self._desk.give_up_on(errand, EXPIRED, self.node.agenda.now)
