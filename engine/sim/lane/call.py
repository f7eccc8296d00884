"""The shared vocabulary of the request lane: calls, and what they meet.

A `Call` is one attempt to have something done: it crosses a `CallPath`, is worked on by a `Pool` of
workers (an instance) of a `Site`, and goes back. It is its own agenda entry. At the site it is the
job whose flow makes further calls, its children. A client's request is a call without a path.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast, final

from mypy_extensions import i16, i64, mypyc_attr

from engine.sim.lane.attempt import Attempt
from engine.sim.lane.codes import (
    ANNOUNCED,
    BACKOFF,
    OUTBOUND,
    QUEUE_FULL,
    RETURNING,
    SHED,
    WORKING,
)
from engine.sim.lane.counts import SiteCounts
from engine.sim.lane.entry import Entry, Task
from engine.sim.lane.instance import Instance
from engine.sim.lane.jobs import Jobs
from engine.sim.lane.standing import Standing

if TYPE_CHECKING:
    from engine.sim.lane.agenda import Agenda
    from engine.sim.lane.logical_call import LogicalCall
    from engine.sim.lane.participation import Participation
    from engine.sim.lane.samplers import Sampler
    from engine.sim.lane.tracing.records import SpanRecord
    from engine.sim.lane.user import User
    from engine.sim.lane.user_session import UserSession


class Expirer:
    """Somebody who is told when a call took too long."""

    def expired(self, call: Call, now: float) -> None:
        """The call was not settled in time."""
        raise NotImplementedError


class MessageSource(Expirer):
    """Somebody who has messages for idle workers, or not."""

    def feed(self, endpoint: Endpoint, now: float) -> bool:
        """Send a message to an instance with an idle worker, if there is one."""
        raise NotImplementedError

    def pull(self, now: float) -> None:
        """Offer messages to whoever is idle: something that kept them back is over."""
        raise NotImplementedError

    def took_effect(self, job: Call, message: Call, now: float) -> bool:
        """A delivery of a message was worked on to the end; whether one had been before."""
        raise NotImplementedError


class CallPath(Expirer):
    """What calls cross to reach a site."""

    def deliver(self, call: Call, now: float) -> None:
        """The answer has reached the caller."""
        raise NotImplementedError

    def resend(self, call: Call, now: float) -> None:
        """The wait before a retry is over."""
        raise NotImplementedError

    def offer(self, call: Call, endpoint: Endpoint, now: float) -> None:
        """Make an attempt whose instance is picked already."""
        raise NotImplementedError

    def arrive(self, call: Call, now: float) -> None:
        """A call reaches its site, and the path wants to know whether it waits there."""
        raise NotImplementedError

    def is_cut(self) -> bool:
        """Whether nothing gets through now."""
        raise NotImplementedError

    def cut_between(self, caller: Instance | None, callee: Instance) -> bool:
        """Whether nothing gets through between two instances now; None is whoever is no instance."""
        raise NotImplementedError

    def parts(self, caller: Instance | None, callee: Instance) -> bool:
        """Whether nothing gets through between two instances now."""
        raise NotImplementedError

    def answer(self, call: Call, entry: Entry, now: float) -> None:
        """The site is done with the call: let the entry, mostly the call itself, go back."""
        raise NotImplementedError

    def fill(self, job: Call, now: float) -> None:
        """Store what a job fetched in the site where it was missing."""
        raise NotImplementedError

    def call_off(self, call: Call, reason: i64, now: float) -> None:
        """Give up a call that its caller no longer needs, and tell the site.

        The reason is EXPIRED where nobody needs the answer any more, DEADLINE where it would come too late.
        """
        raise NotImplementedError


class Holder:
    """Something that may hold calls back for a while: a rule of their link."""

    def withdrawn(self, call: Call, now: float) -> None:
        """A call that it holds is given up."""


class QueueManager:
    """Active queue management: sees the calls in line whose turn it is."""

    def drops(self, call: Call, now: float) -> bool:
        """Whether a call is refused when a worker would take it up."""
        raise NotImplementedError


@final
class Parked:
    """An answer that reached an instance during a pause."""

    def __init__(self, job: Call, child: Call | None, reason: i64) -> None:
        self.job = job
        self.child = child
        """The call that succeeded; none where one failed."""
        self.reason = reason


class ConnectionLease(Task):
    """What a call holds, or waits for, while it is under way on a link that has connections."""

    granted: bool = False
    """Whether the call holds it."""

    def settled(self, call: Call, now: float) -> None:
        """The caller knows the outcome, or has given up."""
        raise NotImplementedError


class Discipline:
    """How the workers of an instance serve those inside: one each, all shared, several at once."""

    refusal: i64 = QUEUE_FULL
    """Why whoever finds no place is refused."""

    def __init__(self, pool: Pool) -> None:
        self.pool = pool

    def idle(self) -> bool:
        """Whether a worker has nothing to do, or the instance takes more than its workers can."""
        pool = self.pool
        if pool.down or pool.frozen:
            return False
        if pool.prefetch > 0:
            return pool.busy + pool.waiting + pool.reserved < pool.workers + pool.prefetch
        return pool.busy + pool.reserved < pool.workers

    def offer(self, call: Call, now: float) -> bool:
        """Take a call in, or say that there is no place."""
        raise NotImplementedError

    def release(self, call: Call, now: float) -> None:
        """The worker of a call is free again."""
        raise NotImplementedError

    def rest(self, now: float) -> None:
        """A worker that is held has nothing to do; only where `holds`, and never for batches."""

    def done(self, call: Call, now: float) -> None:
        """The work on a call is done; who schedules the calls themselves is not told."""
        call.site.worked(call, now)

    def clear(self, now: float) -> None:
        """Forget everybody, waiting or worked on; the caller has accounted for them."""
        raise NotImplementedError

    def rejoin(self, call: Call, now: float) -> None:
        """Work on something for a request that is inside already: at once, or in line, beyond any limit."""
        raise NotImplementedError

    def carry_on(self, call: Call, now: float) -> None:
        """Work on something else for a request that has kept its worker."""
        raise NotImplementedError

    def given_up(self, call: Call) -> None:
        """Nobody waits any more for the answer to a call that was sent here, and may wait here still."""

    def withdraw(self, call: Call, now: float) -> bool:
        """Take out a call that waits, in a `CancellableQueue`, or is worked on, unless that cannot be."""
        raise NotImplementedError

    def stop(self, call: Call, now: float) -> None:
        """Work on a call no more; its worker is still its own."""
        raise NotImplementedError

    def resize(self, workers: i64, now: float) -> None:
        """Have another number of workers; whoever is worked on stays."""
        raise NotImplementedError


@final
class Pool(Instance):
    """The workers and the waiting line of one instance of a site."""

    discipline: Discipline
    """How the workers serve those inside; a change of it takes over what is under way."""

    def __init__(self, site: Site, index: int) -> None:
        super().__init__(site, index)
        self.site = site
        self.inside = Jobs()
        """Every job from arrival to reply."""
        self.parked: list[Parked] = []
        """Answers for the jobs inside that came while it was halted."""
        self.inlets: list[Endpoint] = []
        """By which queues see this instance."""
        self.turn: i64 = 0
        """Which of them comes first next time."""

    def unused(self) -> bool:
        """Whether nobody is inside, on the way, or connected for good."""
        idle = self.inside.count == 0 and self.coming == 0 and self.detached == 0
        return idle and self.pinned == 0

    def wake(self, now: float) -> None:
        """A pause is over: hand the jobs inside what came meanwhile."""
        self.halted = False
        parked = self.parked
        self.parked = []
        site = self.site
        for each in parked:
            job, child = each.job, each.child
            if job.done:
                continue
            if child is not None:
                site.proceed(job, child, now)
            else:
                site.child_failed(job, each.reason, now)

    def enter(self, call: Call, now: float) -> None:
        """Count a call in; one that waited at a gate is counted since it came there.

        A health check is no request: it waits and is worked on, and counts with neither.
        """
        if call.task < 0:
            call.arrived = now
            return
        site = self.site
        self.inside.add(call)
        if call.at_gate:
            call.at_gate = False
            site.waiting -= 1.0
            return
        call.arrived = now
        site.in_system += 1.0
        site.arrived_sum += now

    def leave(self, call: Call) -> None:
        """Count a call out; the last job inside takes its slot."""
        site = self.site
        site.in_system -= 1.0
        site.arrived_sum -= call.arrived
        self.inside.remove(call)


class Site(SiteCounts):
    """Where calls are worked on: identity, counters and areas."""

    def __init__(self, name: str, agenda: Agenda) -> None:
        super().__init__()
        self.name = name
        self.agenda = agenda
        self.law: Sampler | None = None
        """Sampler of the work, where all classes have the same."""
        self.work: list[Sampler] = []
        """Laws of the works, one a class for each."""
        self.pools: list[Pool] = []
        self.queue_manager: QueueManager | None = None
        self.pulls = False
        """Whether queues have to be told when a worker is idle."""
        self.aside = False
        """Whether calls only ask it for the way: they neither die with it nor wait for it."""

    def draw(self, task: i16) -> float:
        """Draw how much work (s) a task brings."""
        if task < 0:
            return 0.0
        law = self.law
        return self.work[task].draw() if law is None else law.draw()

    def arrive(self, call: Call, now: float) -> None:
        """A call reaches the instance that was picked for it."""
        raise NotImplementedError

    def refuse(self, call: Call, reason: i64, now: float) -> None:
        """Answer at the door."""
        raise NotImplementedError

    def worked(self, call: Call, now: float) -> None:
        """A worker has done its work on a call."""
        raise NotImplementedError

    def finish(self, job: Call, reason: i64, now: float) -> None:
        """A job is through: what stores its answer, or whose user waits for it, sees that first."""
        raise NotImplementedError

    def pass_on(self, job: Call, reason: i64, now: float) -> None:
        """A job is over because a call that it needed failed."""
        self.blame.passed_on[reason] += 1
        self.finish(job, reason, now)

    def end(self, job: Call, reason: i64, now: float) -> None:
        """Free what a job holds, count it out, answer."""
        raise NotImplementedError

    def conclude(self, job: Call, reason: i64, now: float) -> None:
        """Count the outcome of a job that was inside."""
        raise NotImplementedError

    def after_work(self, call: Call, now: float) -> None:
        """Fail by fault, or serve."""
        raise NotImplementedError

    def deadline(self, job: Call) -> float:
        """Time (s) after which nobody wants the answer of a job; infinite where there is none."""
        raise NotImplementedError

    def cancel(self, call: Call, reason: i64, now: float) -> None:
        """The caller of a call that was sent here does not want it any more."""
        raise NotImplementedError

    def give_up(self, call: Call, reason: i64, now: float) -> None:
        """The caller of a call that waits here, and is not worked on yet, waits no more."""
        raise NotImplementedError

    def drop(self, call: Call, now: float) -> None:
        """A call that waited for a worker has passed its deadline."""
        raise NotImplementedError

    def sheds(self, call: Call, now: float) -> bool:
        """Refuse a call that has left the line, if the queue manager wants that; parts of one that has begun go on."""
        manager = self.queue_manager
        if manager is None or call.path is None or call.task < 0 or not manager.drops(call, now):
            return False
        self.finish(call, SHED, now)
        return True

    def proceed(self, job: Call, child: Call, now: float) -> None:
        """A call that a job waited for succeeded."""
        raise NotImplementedError

    def child_failed(self, job: Call, reason: i64, now: float) -> None:
        """A call that a job waited for failed for good."""
        raise NotImplementedError

    def invite(self, pool: Pool, now: float) -> None:
        """Have queues send messages to the idle workers of an instance, each queue in turn."""
        inlets = pool.inlets
        count: i64 = len(inlets)
        misses: i64 = 0
        while misses < count and pool.discipline.idle():
            if pool.turn >= count:
                pool.turn = 0
            endpoint = inlets[pool.turn]
            pool.turn += 1
            source = endpoint.source
            if source is not None and source.feed(endpoint, now):
                misses = 0
            else:
                misses += 1


@final
class Endpoint(Standing):
    """An instance behind a link, as a caller sees it."""

    def __init__(self, path: CallPath, pool: Pool, weight: float) -> None:
        super().__init__()
        self.path = path
        self.pool = pool
        self.weight = weight
        self.source: MessageSource | None = None
        """The queue whose messages go there, where it is one."""

    def drains(self) -> bool:
        """Whether nothing is wrong with it but that it is taken out of rotation."""
        return self.pool.draining and self.passed and not self.ejected


@final
@mypyc_attr(free_list_len=1)
class Call(Attempt):
    """One attempt, with whom it has to do with."""

    path: CallPath | None = None
    lease: ConnectionLease | None = None
    endpoint: Endpoint | None = None
    """Where it goes."""
    user: User | None = None
    """Whose request it is; known of the request itself, and of those that were forsaken."""
    origin: Site | None = None
    """The client that it comes from, where it was forsaken."""
    context: Context | None = None
    """Its deadline and its dependants, where it has been and is in a flow; most calls have none of these."""
    span: SpanRecord | None = None
    """What is recorded of it, where its request is traced and it is not over."""

    def __init__(self, site: Site, pool: Pool, parent: Call | None, kind: i16, key: i64) -> None:
        self.site = site
        self.pool = pool
        self.parent = parent
        self.kind = self.task = kind
        self.key: i64 = key

    def glance(self) -> i64:
        """Look at something on every line of memory that the call takes; what is seen means nothing."""
        return i64(self.slot) ^ self.key ^ i64(self.size > 0.0) ^ i64(self.context is None)

    def forsake(self) -> None:
        """Let go of those who made it: they wait for it no more, and it may lie in line for long."""
        root = self.parent
        if root is not None:
            while (above := root.parent) is not None:
                root = above
            self.origin = root.site if root.origin is None else root.origin
            self.user = root.user
            self.parent = None

    def fire(self, now: float) -> None:
        """Go on with what is next at this stage."""
        stage = self.stage
        if stage == OUTBOUND:
            self.site.arrive(self, now)
        elif stage == WORKING:
            self.site.worked(self, now)
        elif (path := self.path) is not None:
            if stage == RETURNING:
                path.deliver(self, now)
            elif stage == BACKOFF:
                path.resend(self, now)
            elif stage == ANNOUNCED:
                path.arrive(self, now)


class Context:
    """What few calls have: a deadline, and what is to be called off with them."""

    special: bool = False
    """Whether it is of a kind of its own, which matters as long as its call is there."""

    def __init__(self, deadline: float) -> None:
        self.deadline = deadline
        """Time (s) after which nobody wants the answer; may be infinite."""
        self.ends_it = False
        """Whether its caller's deadline ends a call, before the timeout of its link does."""
        self.children: list[Call] = []
        """What only this job needs: calls that can be called off, and branches of its flow."""
        self.held_by: Holder | None = None
        """What does not let a call go yet."""
        self.keys: dict[int, int] | None = None
        """Keys of the calls that it makes as other classes, by class."""
        self.logical: LogicalCall | None = None
        """Of what it is an attempt, where somebody wants to know."""
        self.asked: dict[str, int] | None = None
        """Calls that it has made so far, by link, where they are told apart."""
        self.version: i64 = 0
        """Of what it has read or written, where that is known: see `engine.sim.lane.stores.versions`."""
        self.etag: i64 = 0
        """The version that a job has already, where it asks whether there is another."""
        self.unchanged = False
        """Whether the answer says that there is no other version than the one that was named: it carries headers only."""
        self.wrong = False
        """Whether the answer is wrong, which nobody notices."""
        self.session: UserSession | None = None
        """The session of its user, where another node keeps that; a call to that node is about it."""
        self.asks = False
        """Whether a job asks for its session now."""
        self.part: Participation | None = None
        """In what its callee takes part, where it is a message of a transaction."""
        self.message: i64 = 0
        """What the callee is told then."""
        self.picked: Endpoint | None = None
        """Where a router or a queue wants it to go, while rules are asked."""
        self.tried: list[Pool] | None = None
        """Instances that it went to so far, its earlier attempts included, where the next ones avoid them."""
        self.missed_over: list[CallPath] | None = None
        """Links over which a job learnt of misses that nothing has made up for yet."""


def calls_in(jobs: Jobs) -> list[Call]:
    """Everybody who is in."""
    return [cast("Call", each) for each in jobs.all()]
