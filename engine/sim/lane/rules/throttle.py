"""The adaptive throttle of a caller: it refuses calls by chance once many fail (Google SRE, chapter 21)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, final

from librt.vecs import vec
from mypy_extensions import i64

from engine.sim.lane.codes import CALLED_OFF, OK, SHED
from engine.sim.lane.seams import ADMIT, SETTLE, Rule

if TYPE_CHECKING:
    from engine.sim.lane.agenda import Agenda
    from engine.sim.lane.call import Call
    from engine.sim.lane.draws import Draws

PARTS: Final = 60
"""The window moves on in so many steps."""


@final
class Throttle(Rule):
    """Counts what was asked for and what was accepted in a window that moves, refusals of its own included.

    Whatever fails was not accepted. A call that its caller no longer needs was not refused by anybody.
    """

    def __init__(self, uniforms: Draws, agenda: Agenda) -> None:
        self.moments = ADMIT + SETTLE
        self.factor = 2.0
        self.window = 0.0
        """Seconds."""
        self.asked: i64 = 0
        """Calls that came, since it began."""
        self.throttled: i64 = 0
        """Of these, the ones that it refused."""
        self._uniforms = uniforms
        self._agenda = agenda
        self._step = 1.0
        """Seconds."""
        self._number: i64 = 0
        """The present step, counted from the beginning of time."""
        self._requests: i64 = 0
        self._accepts: i64 = 0
        self._requests_in = vec[i64]([0] * PARTS)
        self._accepts_in = vec[i64]([0] * PARTS)

    def turn(self, factor: float, window: float, now: float) -> None:
        """Have other knobs; what counted counts for the whole of another window."""
        self.factor = factor
        if window != self.window:
            self._move(now)
            self.window = window
            self._step = window / PARTS
            self._number = i64(now / self._step)
            self._requests_in = vec[i64]([0] * PARTS)
            self._accepts_in = vec[i64]([0] * PARTS)
            self._requests_in[self._number % PARTS] = self._requests
            self._accepts_in[self._number % PARTS] = self._accepts

    def refuses(self) -> bool:
        """Whether it refuses some calls now."""
        return self._chance(self._agenda.now) > 0.0

    def _chance(self, now: float) -> float:
        """The probability with which it refuses a call; 0 or less where it refuses none."""
        self._move(now)
        requests = float(self._requests)
        return (requests - self.factor * float(self._accepts)) / (requests + 1.0)

    def admit(self, call: Call, now: float) -> i64:
        """Let a call go, or shed it by chance."""
        chance = self._chance(now)
        place = self._number % PARTS
        self._requests_in[place] += 1
        self._requests += 1
        self.asked += 1
        if chance > 0.0 and self._uniforms.draw() < chance:
            self.throttled += 1
            return SHED
        return OK

    def settled(self, call: Call, reason: i64, now: float) -> None:
        """A call that was let go is over: it was accepted, or not."""
        if reason == OK or call.given_up == CALLED_OFF:
            self._move(now)
            place = self._number % PARTS
            self._accepts_in[place] += 1
            self._accepts += 1

    def _move(self, now: float) -> None:
        """Forget what has left the window."""
        number = i64(now / self._step)
        behind = number - self._number
        if behind == 0:
            return
        left: i64 = min(behind, PARTS)
        while left > 0:
            place = (number - left + 1) % PARTS
            self._requests -= self._requests_in[place]
            self._accepts -= self._accepts_in[place]
            self._requests_in[place] = 0
            self._accepts_in[place] = 0
            left -= 1
        self._number = number
