"""Calls of another class than their caller's, where their link says so."""

from __future__ import annotations

from typing import TYPE_CHECKING, final

from mypy_extensions import i16, i64

from engine.sim.lane.context import context_of

if TYPE_CHECKING:
    from engine.sim.lane.call import Call
    from engine.sim.lane.traffic.keys import Keys


@final
class Recasting:
    """Gives the calls of a link their class, and a key of that class."""

    def __init__(self, kind: int, keys: Keys | None, same: list[bool]) -> None:
        self.kind: i64 = kind
        """Index of the class."""
        self._keys = keys
        """What its keys are drawn from; None where nobody looks at keys."""
        self._same = same
        """Whether each class asks for keys by the same law: then the call is about what its caller is about."""

    def apply(self, call: Call) -> None:
        """Recast a fresh call."""
        before = call.kind
        call.kind = call.task = i16(self.kind)
        if self._keys is not None and not self._same[before]:
            call.key = self._key_of(call, self._keys)

    def _key_of(self, call: Call, keys: Keys) -> i64:
        """The key of the request that makes the call; another call of this class is about the same."""
        job = call.parent
        if job is None:
            return keys.draw()
        above = job.parent
        while job.path is None and above is not None:  # a branch of a flow
            job = above
            above = job.parent
        context = context_of(job)
        known = context.keys
        if known is None:
            known = {}
            context.keys = known
        kind = int(self.kind)
        if kind not in known:
            known[kind] = int(keys.draw())
        return known[kind]
