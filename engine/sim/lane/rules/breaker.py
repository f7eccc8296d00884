"""A circuit breaker with a window of the last calls, or of the last seconds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, final

from engine.sim.lane.codes import BREAKER_OPEN, CALLED_OFF, NEVER, OK
from engine.sim.lane.entry import Task, Timer
from engine.sim.lane.rules.outcomes import FAILED, SLOW, LastCalls, LastSeconds, Outcomes
from engine.sim.lane.seams import ADMIT, SETTLE, Listener, Rule

if TYPE_CHECKING:
    from mypy_extensions import i64

    from engine.sim.lane.call import Call
    from engine.sim.lane.link import Link

# States, and their names.
CLOSED: Final = 0
OPEN: Final = 1
HALF_OPEN: Final = 2
NAMES: Final = ("closed", "open", "half_open")


@final
class Reopening(Task):
    """Ends the time for which a breaker is open."""

    def __init__(self, breaker: Breaker) -> None:
        self._breaker = breaker

    def due(self, timer: Timer, now: float) -> None:
        """Try again."""
        self._breaker.try_again(timer, now)


@final
class Breaker(Rule):
    """Refuses every call while open, and all but some trial calls while half-open.

    Outcomes of calls that were let go in an earlier state say nothing of this one. A call that its
    caller no longer needs has no outcome; as a trial it is made up for by another.
    """

    def __init__(self, link: Link, listener: Listener) -> None:
        self.moments = ADMIT + SETTLE
        self.link = link
        self.window: i64 = 1
        """Calls, or seconds."""
        self.timed = False
        """Whether the window is one of time."""
        self.minimum: i64 = 1
        self.failure_share = 1.0
        self.slow_call = NEVER
        """Seconds."""
        self.slow_share = 1.0
        self.open_for = 1.0
        """Seconds."""
        self.trials: i64 = 1
        """Calls that are let go while half-open."""
        self.state: i64 = CLOSED
        self.opened: i64 = 0
        """How often it opened."""
        self._since = link.agenda.now
        self._open_time = 0.0
        """Time (s) that it was open, without the present one."""
        self._begun: i64 = 0
        """Trial calls that were let go."""
        self._outcomes: Outcomes = LastCalls(1)
        self._judged = False
        """Whether the outcomes were few enough to go on, so that a good one more changes nothing."""
        self._timer: Timer | None = None
        self._timed = 1.0
        """Time (s) open after which it is due."""
        self._listener = listener

    def follow(self, now: float) -> None:
        """Keep to knobs that were turned; outcomes stay if the window does.

        Whoever changes knobs lets a queue see afterwards whether it has messages for the link.
        """
        self._judged = False
        if self.state == OPEN:
            if self._timed != self.open_for:
                self._set_timer(now)
        elif self.state == HALF_OPEN:
            outcomes = self._outcomes
            if isinstance(outcomes, LastCalls) and outcomes.size != self.trials:
                self._outcomes = outcomes.with_room(self.trials)
            self.shut = self._begun >= self.trials
            self._judge(now)
        elif self._outcomes.size != self.window or self._outcomes.timed != self.timed:
            self._outcomes = self._fresh()

    def stop(self) -> None:
        """It is gone: it changes no more."""
        self._timer = None

    def open_time(self, now: float) -> float:
        """Time (s) that it was open so far."""
        return self._open_time + now - self._since if self.state == OPEN else self._open_time

    def admit(self, call: Call, now: float) -> i64:
        """Let a call go while closed, and as a trial."""
        if self.state == CLOSED:
            return OK
        if self.shut:
            return BREAKER_OPEN
        self._begun += 1
        self.shut = self._begun >= self.trials
        return OK

    def settled(self, call: Call, reason: i64, now: float) -> None:
        """Take an outcome in, and draw the conclusion."""
        if call.sent < self._since or self.state == OPEN:
            return
        if call.given_up == CALLED_OFF:
            if self.state == HALF_OPEN:
                self._begun -= 1
                self.shut = False
                self.link.reopen(now)
            return
        mark: i64 = 0 if reason == OK else FAILED
        if now - call.sent > self.slow_call:
            mark += SLOW
        self._outcomes.add(mark, now)
        if mark == 0 and self._judged:
            return
        if self._judge(now):
            self.link.reopen(now)

    def _judge(self, now: float) -> bool:
        """Draw the conclusion from the outcomes so far, and say whether it is closed again."""
        outcomes = self._outcomes
        enough = self.minimum
        if self.state == HALF_OPEN:
            enough = self.trials
        elif not self.timed:
            enough = min(enough, self.window)
        if outcomes.count < enough:
            return False
        self._judged = self.state == CLOSED and not self.timed  # bad shares grow as good calls age
        if self._is_too_much(outcomes):
            self._open(now)
        elif self.state == HALF_OPEN:
            self._enter(CLOSED, now)
            self._outcomes = self._fresh()
            return True
        return False

    def try_again(self, timer: Timer, now: float) -> None:
        """Let trial calls go."""
        if timer is not self._timer:
            return
        self._timer = None
        self._open_time += now - self._since
        self._enter(HALF_OPEN, now)
        self._begun = 0
        self._outcomes = LastCalls(self.trials)
        self.link.reopen(now)

    def _fresh(self) -> Outcomes:
        """A window in which nothing is yet."""
        return LastSeconds(self.window) if self.timed else LastCalls(self.window)

    def _is_too_much(self, outcomes: Outcomes) -> bool:
        """Whether too many of the outcomes failed, or were slow."""
        count = float(outcomes.count)
        failed, slow = float(outcomes.failed), float(outcomes.slow)
        return failed >= self.failure_share * count or slow >= self.slow_share * count

    def _open(self, now: float) -> None:
        """Refuse every call for a while."""
        self.opened += 1
        self._enter(OPEN, now)
        self._set_timer(now)

    def _set_timer(self, now: float) -> None:
        """Try again when it has been open for long enough."""
        timer = Timer(Reopening(self))
        self._timer = timer
        self._timed = self.open_for
        self.link.agenda.schedule_at(self._since + self.open_for, timer)

    def _enter(self, state: i64, now: float) -> None:
        """Be in another state."""
        self.state = state
        self._judged = False
        self.shut = state == OPEN
        self._since = now
        self._listener.changed(NAMES[state], now)
