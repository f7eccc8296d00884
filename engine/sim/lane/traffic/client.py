"""A client: its requests are the roots of all calls. What it measures is what users see."""

from __future__ import annotations

from typing import TYPE_CHECKING, final

from mypy_extensions import i16, i64

from engine.sim.lane.call import Call, Pool
from engine.sim.lane.codes import DEADLINE, ENGAGED, NEVER, OK, UNAVAILABLE
from engine.sim.lane.histogram import Histogram
from engine.sim.lane.seams import Role

if TYPE_CHECKING:
    from engine.sim.lane.draws import Draws
    from engine.sim.lane.expiry import Expiry
    from engine.sim.lane.node import Node
    from engine.sim.lane.tracing.tracer import Tracer
    from engine.sim.lane.traffic.crowd import Crowd
    from engine.sim.lane.traffic.forgery import Forgery
    from engine.sim.lane.traffic.keys import HotKeys, Keys
    from engine.sim.lane.traffic.tenancy import Tenancy
    from engine.sim.lane.traffic.visits import Visits
    from engine.sim.lane.user import User


@final
class Client(Role):
    """Where requests begin and end.

    `latency` holds successes only; the `residence` of its node holds every request, a failed one with
    the time after which its failure was known.
    """

    def __init__(self, node: Node, flow: Role, kinds: Draws) -> None:
        self.node = node
        self.flow = flow
        self.agenda = node.agenda
        self.latency = Histogram()
        self.kinds = kinds
        self.shares: list[float] = [1.0]
        """Cumulative share of each request class."""
        self.keys: list[Keys] = []
        """Keys asked for, one stream a class; empty where no node looks at keys."""
        self.hot: HotKeys | None = None
        """Keys that events have made hot."""
        self.patience: list[Expiry | None] = [None]
        """Deadline of each class, where it has one."""
        self.home = Pool(node, 0)
        self.visits: Visits | None = None
        """What is counted of its sessions, where it has or had some."""
        self.crowd: Crowd | None = None
        """Who its requests are of, where they come at a rate and are told apart."""
        self.tracer: Tracer | None = None
        """What records its requests; None where nothing is recorded."""
        self.forgery: Forgery | None = None
        """Who sends some of its requests with wrong credentials."""
        self.tenancy: Tenancy | None = None
        """The tenants of its users, where it has some."""
        self._numbered: i64 = 0
        self._plain = False
        """Whether all requests are of one class, without key and deadline."""

    def number(self, user: User) -> None:
        """Give a new user a number of its own."""
        user.number = self._numbered
        self._numbered += 1

    def settle(self) -> None:
        """Find out whether requests differ; after any change of their classes, keys or deadlines."""
        self._plain = len(self.shares) == 1 and not self.keys
        for patience in self.patience:
            if patience is not None:
                self._plain = False

    def issue(self, user: User | None, now: float) -> None:
        """Begin a request."""
        if self._plain:
            self._begin(0, 0, user, now)
            return
        kind = self._kind()
        self._begin(kind, self._key(kind), user, now)

    def replay(self, kind: i64, key: i64, now: float) -> None:
        """Begin a request as it was recorded; a class or key below zero was not."""
        if kind < 0:
            kind = self._kind()
        if key < 0:
            key = self._key(kind)
        elif self.hot is not None:
            key = self.hot.pick(key)
        self._begin(kind, key, None, now)

    def _key(self, kind: i64) -> i64:
        """Key that the next request of a class asks for."""
        if not self.keys:
            return 0
        key = self.keys[kind].draw()
        hot = self.hot
        return key if hot is None else hot.pick(key)

    def _begin(self, kind: i64, key: i64, user: User | None, now: float) -> None:
        """Begin a request of a class."""
        node = self.node
        node.touch(now)
        node.arrivals += 1
        node.in_system += 1.0
        node.arrived_sum += now
        job = Call(node, self.home, None, i16(kind), key)
        job.arrived = now
        job.sent = now
        tracer = self.tracer
        if tracer is not None:
            job.span = tracer.request(kind, now)
        crowd = self.crowd
        job.user = user if crowd is None or user is not None else crowd.draw()
        forgery, tenancy = self.forgery, self.tenancy
        if forgery is not None:
            job.user = forgery.sender(job.user)
        if tenancy is not None and (owner := job.user) is not None:
            tenancy.place(owner)
        patience = None if self._plain else self.patience[kind]
        if patience is not None:
            patience.add(job)
        self.flow.serve(job, now)

    def _kind(self) -> i64:
        """Class of the next request."""
        shares = self.shares
        if len(shares) == 1:
            return 0
        kind: i64 = 0
        draw = self.kinds.draw()
        while kind + 1 < len(shares) and draw >= shares[kind]:
            kind += 1
        return kind

    def deadline(self, job: Call) -> float:
        """When the user leaves."""
        patience = self.patience[job.kind]
        return NEVER if patience is None else job.sent + patience.span

    def expired(self, call: Call, now: float) -> None:
        """The user leaves: nobody wants the answer any more."""
        if not call.done:
            self.finish(call, DEADLINE, now)

    def finish(self, job: Call, reason: i64, now: float) -> None:
        """The user knows the outcome. A request that called nobody was answered by nobody."""
        node = self.node
        if reason == OK and job.stage != ENGAGED:
            reason = UNAVAILABLE
        node.touch(now)
        node.in_system -= 1.0
        node.arrived_sum -= job.arrived
        node.conclude(job, reason, now)
        job.settled = True
        if reason == OK:
            self.latency.add(now - job.arrived)
        if job.span is not None:
            span = job.span
            job.span = None
            tracer = self.tracer
            if tracer is not None:
                tracer.close(span, reason, now)
        patience = None if self._plain else self.patience[job.kind]
        if patience is not None:
            patience.prune()
        user = job.user
        if user is not None:
            tenancy = self.tenancy
            if tenancy is not None and user.tenant >= 0:
                tenancy.count(user, reason)
            user.answered(now)
        if self.agenda.stop_at_answer:
            self.agenda.stop = True
            self.agenda.answered = True
