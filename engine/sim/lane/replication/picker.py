"""Leaders and followers: writes go where they are taken, and reads where they are answered."""

from __future__ import annotations

from typing import TYPE_CHECKING, final

from engine.sim.lane.replication.records import READS, WRITES
from engine.sim.lane.seams import Picker
from engine.sim.lane.sessions.calls import writes_session

if TYPE_CHECKING:
    from mypy_extensions import i64

    from engine.sim.lane.call import Call, Endpoint, Pool


@final
class ByRole(Picker):
    """Leaves out the instances that do not take a sort of request, and has another picker choose.

    As drivers do that know who leads. They try the next one where a connection is refused, and readers go to
    the leader where no follower answers (PostgreSQL's ``target_session_attrs=prefer-standby``).
    """

    def __init__(self, endpoints: list[Endpoint], inner: Picker, *, writes: bool) -> None:
        super().__init__(endpoints)
        self._inner = inner
        self._writes = writes

    def pick(self, call: Call) -> Endpoint | None:
        """One of those that fit and are up and reached; else the leader, which refuses, or never hears."""
        return self._best(call)

    def pick_other(self, call: Call, tried: list[Pool]) -> Endpoint | None:
        """One of those that fit and were not tried yet; any that fits where all were."""
        found = self._among(call, self._needed(call), tried, alive=True)
        return self._best(call) if found is None else found

    def _best(self, call: Call) -> Endpoint | None:
        """One that is up where there is any, else the leader."""
        found = self._among(call, self._needed(call), None, alive=True)
        return self._among(call, WRITES, None, alive=False) if found is None else found

    def _needed(self, call: Call) -> i64:
        """What an instance has to take: sessions are written whatever the class of the request."""
        return WRITES if self._writes or writes_session(call) else READS

    def _among(
        self, call: Call, needed: i64, tried: list[Pool] | None, *, alive: bool
    ) -> Endpoint | None:
        """What the other picker chooses among those that take what is needed; the only one needs no choice."""
        spared: list[Endpoint] = []
        fit: Endpoint | None = None
        many = False
        job = call.parent
        caller = None if job is None else job.pool
        for endpoint in self.endpoints:
            if not endpoint.healthy:
                continue
            pool = endpoint.pool
            missing = alive and (pool.down or endpoint.path.parts(caller, pool))
            if pool.takes & needed == 0 or missing or _is_one_of(pool, tried):
                endpoint.healthy = False
                spared.append(endpoint)
            else:
                many = fit is not None
                fit = endpoint if fit is None else fit
        found = self._inner.pick(call) if many else fit
        for endpoint in spared:
            endpoint.healthy = True
        return found


def _is_one_of(pool: Pool, tried: list[Pool] | None) -> bool:
    """Whether an instance was tried."""
    if tried is not None:
        for each in tried:
            if each is pool:
                return True
    return False
