"""The three seams of the request lane, and what hangs on each: one small final class a mechanism.

A link asks its *rules* whether an attempt may go, and what follows when it is settled. A node asks its
*gates* whether a call may enter. A *picker* says which instance it goes to. What a node does with a
request once its workers have worked on it is its *role*. All are chains of objects that know their
follower, so that who has none pays for a comparison with None.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mypy_extensions import mypyc_attr

from engine.sim.lane.call import Holder, MessageSource, calls_in
from engine.sim.lane.codes import NEVER, OK

if TYPE_CHECKING:
    from mypy_extensions import i64

    from engine.sim.lane.call import Call, Context, Endpoint, Pool

# The moments in which a rule takes part; a sum of them says in which.
ADMIT: Final = 1
"""Before an instance is picked: may the attempt go?"""
BOARD: Final = 2
"""After that, before it is sent."""
START: Final = 4
"""It begins: an instance is picked."""
SETTLE: Final = 8
"""Its outcome is known, or it was given up."""
RETRY: Final = 16
"""It failed: how long until the next try?"""
WAIT: Final = 32
"""It waits: at another rule, or at its site before anybody works on it."""
RESCUE: Final = 64
"""It failed for good: may the job go on in another way?"""


@mypyc_attr(allow_interpreted_subclasses=True)
class Listener:
    """Somebody outside the lane who wants to hear of rare changes: a breaker that opens."""

    def changed(self, state: str, now: float) -> None:
        """Something is in another state from now on."""
        raise NotImplementedError


class Rule(Holder):
    """Something that a caller keeps to on one link. It belongs to that link alone."""

    next_admit: Rule | None = None
    next_board: Rule | None = None
    next_start: Rule | None = None
    next_settle: Rule | None = None
    next_retry: Rule | None = None
    next_wait: Rule | None = None
    moments: i64 = 0
    """In which it takes part."""
    shut: bool = False
    """Whether it would let nobody go now; a queue then keeps its messages."""

    def admit(self, call: Call, now: float) -> i64:
        """Whether an attempt may go: OK, why not, or HELD where it goes on later (`Link.release`)."""
        return OK

    def started(self, call: Call, now: float) -> None:
        """An attempt begins."""

    def waits(self, call: Call, place: i64, now: float) -> None:
        """An attempt begins to wait: at a rule, for a connection, or at its site."""

    def settled(self, call: Call, reason: i64, now: float) -> None:
        """An attempt that was let go is over: OK, or why it failed."""

    def retry_in(self, call: Call, reason: i64, wait: float, now: float) -> float:
        """Time (s) until the next try after a failure, or NEVER.

        Args:
            call: the attempt that failed.
            reason: why.
            wait: what the rules before this one say.
            now: simulated time (s).
        """
        return wait

    def rescue(self, call: Call, reason: i64, now: float) -> bool:
        """Go on in place of a call that has failed for good; false where there is nothing to be done."""
        return False


class Gate:
    """Something that calls have to pass before they enter a node."""

    following: Gate | None = None
    """The next gate."""
    hears: bool = False
    """Whether it wants to know when calls leave."""
    held: i64 = 0
    """Calls that it keeps now."""

    def admit(self, call: Call, now: float) -> i64:
        """Whether a call may enter: OK, why not, ANSWERED, or HELD where it enters later (`Node.let_in`)."""
        return OK

    def left(self, call: Call, reason: i64, now: float) -> None:
        """A call that it let in has left, or was refused further inside."""

    def withdraw(self, call: Call) -> bool:
        """Keep a call no longer whose caller does not wait for it any more; false where it is not here."""
        return False

    def give_back(self, pool: Pool) -> list[Call]:
        """Keep the calls for an instance that dies no longer."""
        return []


class Picker:
    """Chooses where the next call goes."""

    def __init__(self, endpoints: list[Endpoint]) -> None:
        self.endpoints = endpoints
        """What it chooses among."""

    def pick(self, call: Call) -> Endpoint | None:
        """An endpoint for a call; None where there is none to be had."""
        raise NotImplementedError

    def pick_other(self, call: Call, tried: list[Pool]) -> Endpoint | None:
        """An endpoint of an instance that was not tried yet; any where all were.

        Those that were count as unhealthy for this one choice, which every way of picking understands.
        """
        spared: list[Endpoint] = []
        for endpoint in self.endpoints:
            if endpoint.healthy:
                for pool in tried:
                    if endpoint.pool is pool:
                        endpoint.healthy = False
                        spared.append(endpoint)
                        break
        found = self.pick(call)
        for endpoint in spared:
            endpoint.healthy = True
        return self.pick(call) if found is None else found


class Role(MessageSource):
    """What a node does with requests that its workers have worked on, and with what its calls bring."""

    ends_here: bool = False
    """Whether it answers without any further call."""
    aside: bool = False
    """Whether requests only ask it for the way: they go on whatever happens to its instances."""

    def serve(self, job: Call, now: float) -> None:
        """Go on with a request after its work."""
        raise NotImplementedError

    def worked(self, call: Call, now: float) -> None:
        """A worker has done its work, in a role that has workers do more than one work a request."""
        raise NotImplementedError

    def proceed(self, job: Call, child: Call, now: float) -> None:
        """A call that a job waited for succeeded."""
        raise NotImplementedError

    def child_failed(self, job: Call, reason: i64, now: float) -> None:
        """A call that a job waited for failed for good."""
        raise NotImplementedError

    def finish(self, job: Call, reason: i64, now: float) -> None:
        """A job is through, seen by the role that wants to: `Site.end` then counts it out."""
        raise NotImplementedError

    def deadline(self, job: Call) -> float:
        """Time (s) after which nobody wants the answer of a job, where the role knows."""
        return NEVER

    def keeps(self, call: Call) -> bool:
        """Whether a call goes on though its caller does not want it any more."""
        return False

    def call_off(self, context: Context, reason: i64, now: float) -> None:
        """Call off what a job no longer needs."""
        children = context.children
        context.children = []
        for child in children:
            path = child.path
            if path is not None:
                path.call_off(child, reason, now)

    def parts(self, pool: Pool) -> list[Call]:
        """The requests inside an instance, and whatever else may keep a worker there."""
        return calls_in(pool.inside)

    def carries(self, call: Call) -> bool:
        """Whether the worker that a request keeps works on a part of it."""
        return False

    def lost(self, job: Call, now: float) -> None:
        """A job died with its instance."""

    def killed(self, pool: Pool, now: float) -> None:
        """An instance went down."""

    def revived(self, pool: Pool, now: float) -> None:
        """An instance is up again."""
