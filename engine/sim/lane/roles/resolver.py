"""DNS: tells each request where to go, and is no place on the way there."""

from __future__ import annotations

from typing import TYPE_CHECKING, final

from mypy_extensions import i64

from engine.sim.lane.codes import UNAVAILABLE
from engine.sim.lane.context import context_of, tried_by
from engine.sim.lane.entry import Task, Timer
from engine.sim.lane.link import Link
from engine.sim.lane.network.origins import Origins
from engine.sim.lane.roles.router import Router, call_for

if TYPE_CHECKING:
    from engine.sim.lane.balancing.answers import AnswerCache, Answers, Resolution
    from engine.sim.lane.balancing.sticky import PerConnection
    from engine.sim.lane.call import Call, Endpoint, Site
    from engine.sim.lane.samplers import Sampler


@final
class Resolver(Router):
    """A router that is asked for the way once in a while; what is known goes on when it is dead."""

    requests: i64 = 0
    """All that wanted to know the way."""
    dead: i64 = 0
    """Those that were sent where nobody answers."""
    lookup: Sampler | None = None
    """Sampler of the time (s) that asking takes; None where it takes none."""
    patience: float = 0.0
    """Seconds after which whoever gets no answer gives up."""

    def __init__(self, node: Site, resolution: Resolution) -> None:
        super().__init__(node)
        self.aside = True
        self.resolution = resolution
        """What is asked, and how that ends."""
        self.records: list[str] = []
        """The links for which there are records."""
        self.caches: list[AnswerCache] = []
        """What everybody was told, a class for each; classes with the same records share the first."""
        self.answers: list[Answers] = []
        """What each class of requests has been told; empty where nobody is told for a while."""
        self.connected: list[PerConnection] = []
        """Where the connections of each class lead."""

    def serve(self, job: Call, now: float) -> None:
        """Send the request where its user was told, or ask first."""
        self.requests += 1
        call = call_for(job)
        wait = self._wait(call, now)
        if wait > 0.0:
            self.resolution.agenda.schedule(wait, Timer(LookUp(self, job, call)))
        else:
            self.resolve(job, call, now)

    def resolve(self, job: Call, call: Call, now: float) -> None:
        """Send a request there, or fail it where nobody tells the way."""
        endpoint = self.pickers[job.kind].pick(call)
        if endpoint is None:
            self.node.finish(job, UNAVAILABLE, now)
            return
        if is_dead(endpoint, job):
            self.dead += 1
        call.fill = job.fill
        tried = tried_by(job)
        if tried is not None:
            context_of(call).tried = tried
        endpoint.path.offer(call, endpoint, now)

    def _wait(self, call: Call, now: float) -> float:
        """Time (s) that a request spends on asking for the way."""
        kind = i64(call.kind)
        if len(self.answers) == 0 or self._is_told(kind, call, now):
            return 0.0
        pool = call.pool
        if pool.down or pool.frozen:
            return self.patience
        lookup = self.lookup
        return 0.0 if lookup is None else lookup.draw() * pool.slow

    def _is_told(self, kind: i64, call: Call, now: float) -> bool:
        """Whether a request need not ask."""
        if self.connected[kind].leads(call):
            return True
        return self.answers[kind].known(call, now) is not None


@final
class LookUp(Task):
    """A request whose user asks for the way."""

    def __init__(self, resolver: Resolver, job: Call, call: Call) -> None:
        self._resolver = resolver
        self._job = job
        self._call = call

    def due(self, timer: Timer, now: float) -> None:
        """There is an answer, or none."""
        if not self._job.done:
            self._resolver.resolve(self._job, self._call, now)


def is_dead(endpoint: Endpoint, job: Call) -> bool:
    """Whether nobody answers whoever made a request at an instance, or nothing gets there."""
    pool, path = endpoint.pool, endpoint.path
    if (pool.down and not pool.dormant) or pool.frozen or path.cut_between(job.pool, pool):
        return True
    network = path.network if isinstance(path, Link) else None
    return isinstance(network, Origins) and not network.leads(job, pool)
