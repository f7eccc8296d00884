"""What DNS has answered: each user keeps its answer for a while, and goes there whatever has become of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, final

from engine.sim.lane.draws import chance
from engine.sim.lane.seams import Picker

if TYPE_CHECKING:
    from mypy_extensions import i64

    from engine.sim.lane.agenda import Agenda
    from engine.sim.lane.call import Call, Endpoint, Pool
    from engine.sim.lane.draws import Draws

FORGOTTEN: Final = 1800.0
"""Seconds after its answer ran out after which nobody knows any more that a user was there."""
_FEW: Final = 1024


@final
class Answer:
    """Where somebody goes until it asks again."""

    def __init__(self, endpoint: Endpoint, until: float, *, stretched: bool) -> None:
        self.endpoint = endpoint
        self.until = until
        self.stretched = stretched
        """Whether its resolver keeps answers for longer than it should."""


@final
class AnswerCache:
    """The answers that everybody has; they stay while the records change."""

    def __init__(self) -> None:
        self.known: dict[str, dict[int, Answer]] = {}
        """By the caller and the number of the user or instance there."""
        self.count: i64 = 0
        self._most: i64 = _FEW

    def find(self, caller: str, number: int) -> Answer | None:
        """The answer of somebody, run out or not."""
        askers = self.known.get(caller)
        return None if askers is None else askers.get(number)

    def put(self, caller: str, number: int, answer: Answer, now: float) -> None:
        """Have somebody keep another answer."""
        askers = self.known.get(caller)
        if askers is None:
            askers = {}
            self.known[caller] = askers
        if number not in askers:
            self.count += 1
        askers[number] = answer
        if self.count > self._most:
            self._tidy(now)

    def _tidy(self, now: float) -> None:
        """Forget those whose answers have run out long ago."""
        count: i64 = 0
        for caller in list(self.known):
            askers = {
                number: answer
                for number, answer in self.known[caller].items()
                if now < answer.until + FORGOTTEN
            }
            self.known[caller] = askers
            count += len(askers)
        self.count = count
        self._most = max(2 * count, _FEW)


@final
class Resolution:
    """What is asked of one DNS server, how that ends, and how long answers live."""

    def __init__(self, agenda: Agenda, ages: Draws, errors: Draws) -> None:
        self.agenda = agenda
        self.ttl = 0.0
        """Seconds that answers are kept."""
        self.stretched = 0.0
        """Share of the users whose resolvers keep them longer."""
        self.stretch = 0.0
        """For so long (s)."""
        self.lookups: i64 = 0
        self.failed: i64 = 0
        """Look-ups that brought no answer."""
        self.hits: i64 = 0
        """Requests for which there was an answer already."""
        self.gone: i64 = 0
        """Those whose answer leads to what is not there any more."""
        self._ages = ages
        self._errors = errors

    def responds(self, pool: Pool) -> bool:
        """Whether an instance answers a look-up."""
        if pool.down or pool.frozen:
            return False
        if pool.error > 0.0 and chance(self._errors, pool.error):
            return False
        return not (pool.omission > 0.0 and chance(self._errors, pool.omission))

    def stretches(self) -> bool:
        """Whether the resolver of somebody who asks for the first time keeps answers for longer."""
        return self.stretched > 0.0 and chance(self._ages, self.stretched)

    def life(self, *, stretched: bool) -> float:
        """How long (s) an answer is kept."""
        return max(self.ttl, self.stretch) if stretched else self.ttl

    def left(self, life: float, now: float) -> float:
        """What is left (s) of the life of a first answer.

        Those who come before one has passed have asked before the run began, nobody knows when.
        """
        return life * (1.0 - self._ages.draw()) if now < life else life


@final
class Answers(Picker):
    """Each user goes where it was told until that runs out; then another picker says, among the healthy records."""

    def __init__(
        self,
        endpoints: list[Endpoint],
        inner: Picker,
        cache: AnswerCache,
        resolution: Resolution,
        reachable: dict[Endpoint, None],
    ) -> None:
        super().__init__(endpoints)
        self._inner = inner
        self._cache = cache
        self._resolution = resolution
        self._reachable = reachable
        """Whatever there is behind the server's links, withdrawn or not."""

    def known(self, call: Call, now: float) -> Answer | None:
        """The answer that whoever makes a call still has."""
        job = call.parent
        if job is None:
            return None
        caller, number = asker_of(job)
        answer = self._cache.find(caller, number)
        return answer if answer is not None and now < answer.until else None

    def pick(self, call: Call) -> Endpoint | None:
        """Where the user was told, or is told now; None where that is gone, or nobody tells."""
        now = self._resolution.agenda.now
        answer = self.known(call, now)
        if answer is None:
            return self._ask(call, now)
        self._resolution.hits += 1
        if answer.endpoint in self._reachable:
            return answer.endpoint
        self._resolution.gone += 1
        return None

    def pick_other(self, call: Call, tried: list[Pool]) -> Endpoint | None:
        """Nowhere else: whoever tries again has the same answer."""
        return self.pick(call)

    def _ask(self, call: Call, now: float) -> Endpoint | None:
        """Look the way up."""
        resolution = self._resolution
        resolution.lookups += 1
        job = call.parent
        found = None
        if job is not None and resolution.responds(job.pool):
            found = self._inner.pick(call)
        if found is None or job is None:
            resolution.failed += 1
            return None
        caller, number = asker_of(job)
        before = self._cache.find(caller, number)
        stretched = resolution.stretches() if before is None else before.stretched
        life = resolution.life(stretched=stretched)
        if before is None:
            life = resolution.left(life, now)
        self._cache.put(caller, number, Answer(found, now + life, stretched=stretched), now)
        return found


def asker_of(job: Call) -> tuple[str, int]:
    """Who asks for a request at a DNS server: the caller, and which user or instance of it."""
    caller = job.parent
    if caller is None:
        origin, user = job.origin, job.user
        return ("" if origin is None else origin.name, 0 if user is None else int(user.number))
    user = caller.user
    return (caller.site.name, int(caller.pool.index) if user is None else int(user.number))
