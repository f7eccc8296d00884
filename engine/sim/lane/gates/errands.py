"""The calls that a gate makes itself, over a link of its node: for the calls that it holds meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, final

from engine.sim.lane.call import Call, Context, Site
from engine.sim.lane.codes import ENGAGED, OK

if TYPE_CHECKING:
    from mypy_extensions import i64

    from engine.sim.lane.agenda import Agenda
    from engine.sim.lane.gates.identities import Holder
    from engine.sim.lane.link import Link

# What a server is asked for.
LOOK_UP: Final = 0
"""Whether a credential is good."""
REFRESH: Final = 1
"""Another credential for one that has ended."""
LOGIN: Final = 2
"""A credential for somebody who has none."""
KEYS: Final = 3
"""The keys by which tokens are checked (JWKS)."""
PURPOSES: Final = 4
"""How many there are."""


class Errands:
    """Whoever wants to know how errands end."""

    def returned(self, errand: Errand, reason: i64, now: float) -> None:
        """An errand is over: OK, or why it failed for good."""
        raise NotImplementedError


@final
class Errand(Context):
    """A question to a server, and the calls that wait for the answer."""

    special: bool = True

    def __init__(self, purpose: i64, holder: Holder, deadline: float) -> None:
        super().__init__(deadline)
        self.purpose: i64 = purpose
        self.holder = holder
        self.forged = False
        """Whether it is a login with a wrong password."""
        self.begun = 0.0
        """When it was sent (s)."""
        self.calls: list[Call] = []
        """Those that a gate holds for it."""
        self.job: Call | None = None
        """What stands for it at the desk."""


@final
class Desk(Site):
    """Where errands begin and end: a site with neither workers nor callers."""

    def __init__(self, name: str, agenda: Agenda, sender: Errands) -> None:
        super().__init__(name, agenda)
        self._sender = sender

    def send(self, errand: Errand, call: Call, link: Link, now: float) -> None:
        """Make the call of an errand, for a call that waits for it."""
        job = Call(self, call.pool, call, call.kind, call.key)
        job.stage = ENGAGED
        job.context = errand
        errand.job = job
        errand.begun = now
        errand.calls.append(call)
        link.ask(job, now)

    def drop(self, call: Call, now: float) -> None:
        """Nothing waits for a worker here."""

    def give_up_on(self, errand: Errand, reason: i64, now: float) -> None:
        """Nobody waits for an errand any more: end it, and call off what can be called off."""
        job = errand.job
        if job is None or job.done:
            return
        job.done = True
        children = errand.children
        errand.children = []
        for child in children:
            path = child.path
            if path is not None:
                path.call_off(child, reason, now)
        errand.job = None

    def deadline(self, job: Call) -> float:
        """When the answer of an errand is too late."""
        context = job.context
        return context.deadline if context is not None else 0.0

    def proceed(self, job: Call, child: Call, now: float) -> None:
        """The server has answered."""
        self._end(job, OK, now)

    def child_failed(self, job: Call, reason: i64, now: float) -> None:
        """It has not, for good."""
        self._end(job, reason, now)

    def _end(self, job: Call, reason: i64, now: float) -> None:
        """Tell who sent the errand."""
        context = job.context
        job.done = True
        if isinstance(context, Errand):
            self._sender.returned(context, reason, now)
            context.job = (
                None  # its context is the errand: as a cycle they would wait for a collector
            )


def purpose_of(call: Call) -> i64:
    """What somebody asks for with a call that has come through balancers perhaps; a look-up where nobody says."""
    above = call.parent
    while above is not None:
        context = above.context
        if isinstance(context, Errand):
            return context.purpose
        if above.path is None:
            break
        above = above.parent
    return LOOK_UP
