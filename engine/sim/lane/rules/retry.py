"""Retries: the caller tries again after a wait that grows, with jitter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, final

from mypy_extensions import i64

from engine.sim.lane.codes import NEVER
from engine.sim.lane.seams import RETRY, Rule

if TYPE_CHECKING:
    from engine.sim.lane.call import Call
    from engine.sim.lane.draws import Draws

ANY: Final = -1
"""Every reason."""


@final
class Retry(Rule):
    """As many tries as there are waits, and one more, after failures of some reasons."""

    def __init__(self, uniforms: Draws) -> None:
        self.moments = RETRY
        self.backoffs: list[float] = []
        """Longest wait (s) before each retry."""
        self.least_share = 0.0
        """Share of a wait that is not left to chance (jitter none 1, equal .5, full 0)."""
        self.on: i64 = ANY
        """Reasons after which it tries again: a bit each."""
        self._uniforms = uniforms

    def retry_in(self, call: Call, reason: i64, wait: float, now: float) -> float:
        """The wait after a failed attempt."""
        if i64(call.attempt) > len(self.backoffs) or (self.on >> reason) & 1 == 0:
            return NEVER
        longest = self.backoffs[i64(call.attempt) - 1]
        if longest <= 0.0 or self.least_share >= 1.0:
            return longest
        return longest * (self.least_share + (1.0 - self.least_share) * self._uniforms.draw())
