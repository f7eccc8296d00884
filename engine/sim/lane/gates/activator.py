"""Scale to zero: calls that come while there is no instance wait for the first one.

As Knative's activator and KEDA's HTTP add-on do: the call itself has an instance started, and goes on once
that is ready.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, final

from mypy_extensions import mypyc_attr

from engine.sim.lane.codes import HELD, OK, UNAVAILABLE
from engine.sim.lane.seams import Gate

if TYPE_CHECKING:
    from mypy_extensions import i64

    from engine.sim.lane.call import Call, Pool
    from engine.sim.lane.node import Node


@mypyc_attr(allow_interpreted_subclasses=True)
class Waker:
    """Somebody outside the lane who starts an instance."""

    def wanted(self) -> None:
        """A call has come, and there is no instance."""
        raise NotImplementedError


@final
class Activator(Gate):
    """Holds calls for an instance that is not there yet."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._calls: list[Call] = []
        self.waker: Waker | None = None
        self.activated: i64 = 0
        """Calls that waited for an instance so far."""

    def admit(self, call: Call, now: float) -> i64:
        """Let a call in where there is an instance, else hold it and have one started."""
        if not call.pool.dormant:
            return OK
        waker = self.waker
        if waker is None:
            return UNAVAILABLE
        self._calls.append(call)
        self.held += 1
        self.activated += 1
        if self.held == 1:
            waker.wanted()
        return HELD

    def open(self, now: float) -> None:
        """The instance is ready: let everybody in, in the order in which they came."""
        calls = self._calls
        self._calls = []
        self.held = 0
        for call in calls:
            self._node.let_in(call, self, now)

    def withdraw(self, call: Call) -> bool:
        """Hold a call no longer whose caller has given it up."""
        if call not in self._calls:
            return False
        self._calls.remove(call)
        self.held -= 1
        return True

    def give_back(self, pool: Pool) -> list[Call]:
        """Hold nobody for an instance that dies."""
        calls = [call for call in self._calls if call.pool is pool]
        self._calls = [call for call in self._calls if call.pool is not pool]
        self.held = len(self._calls)
        return calls
