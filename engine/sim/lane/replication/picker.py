"""Leaders and followers: writes go where they are taken, and reads where they are answered."""

from __future__ import annotations

from typing import TYPE_CHECKING, final

from engine.sim.lane.replication.records import READS, WRITES
from engine.sim.lane.seams import Picker

if TYPE_CHECKING:
    from mypy_extensions import i64

    from engine.sim.lane.call import Call, Endpoint, Pool


@final
class ByRole(Picker):
    """Leaves out the instances that do not take a sort of request, and has another picker choose.

    As drivers do that know who leads. A reader tries the next one where a connection is refused, and goes to
    the leader where no follower answers (PostgreSQL's ``target_session_attrs=prefer-standby``).
    """

    def __init__(self, endpoints: list[Endpoint], inner: Picker, *, writes: bool) -> None:
        super().__init__(endpoints)
        self._inner = inner
        self._writes = writes

    def pick(self, call: Call) -> Endpoint | None:
        """One of those that fit."""
        if self._writes:
            return self._among(call, WRITES, None)
        found = self._among(call, READS, None)
        return self._among(call, WRITES, None) if found is None else found

    def pick_other(self, call: Call, tried: list[Pool]) -> Endpoint | None:
        """One of those that fit and were not tried yet; any that fits where all were."""
        found = self._among(call, WRITES if self._writes else READS, tried)
        return self.pick(call) if found is None else found

    def _among(self, call: Call, needed: i64, tried: list[Pool] | None) -> Endpoint | None:
        """What the other picker chooses among those that take what is needed."""
        spared: list[Endpoint] = []
        for endpoint in self.endpoints:
            if not endpoint.healthy:
                continue
            pool = endpoint.pool
            if (
                pool.takes & needed == 0
                or (needed == READS and pool.down)
                or _is_one_of(pool, tried)
            ):
                endpoint.healthy = False
                spared.append(endpoint)
        found = self._inner.pick(call)
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
