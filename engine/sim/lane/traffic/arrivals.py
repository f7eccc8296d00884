"""Where requests come from: open sources that follow a rate, and closed populations."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final, final

from mypy_extensions import i64

from engine.sim.lane.entry import Task, Timer
from engine.sim.lane.user import User

if TYPE_CHECKING:
    from engine.sim.lane.agenda import Agenda
    from engine.sim.lane.draws import Draws
    from engine.sim.lane.samplers import Sampler
    from engine.sim.lane.traffic.client import Client


class Source(Task):
    """Makes a client issue requests. `factor` multiplies its traffic: load dial and events."""

    def __init__(self, client: Client, agenda: Agenda) -> None:
        self.client = client
        self.agenda = agenda
        self.factor = 1.0

    def begin(self, now: float) -> None:
        """Start issuing."""
        raise NotImplementedError

    def scale(self, factor: float, now: float) -> None:
        """Multiply the traffic by a factor from now on."""
        raise NotImplementedError


class Rated(Source):
    """Arrivals by inversion of the integrated rate: each uses up a budget of 1 on average.

    A Poisson process draws its budgets from an exponential; a deterministic one always takes 1.
    A change of the rate leaves what is left of the budget as it is. A subclass says what arrives.
    """

    def __init__(self, client: Client, agenda: Agenda, budgets: Draws | None) -> None:
        super().__init__(client, agenda)
        self._budgets = budgets
        self._times: list[float] = [0.0]
        self._rates: list[float] = [0.0]
        self._constant = True
        """Whether the rate stays at its first one."""
        self._first = 0.0
        self._left = 0.0
        """Budget left at `_since`."""
        self._since = 0.0
        self._timer = Timer(self)
        self._begun = False

    def begin(self, now: float) -> None:
        """Wait for the first arrival."""
        self._begun = True
        self._since = now
        self._left = self._budget()
        self._wait(self._timer)

    def follow(self, times: list[float], rates: list[float], now: float) -> None:
        """Follow a piecewise-linear rate from now on."""
        if times != self._times or rates != self._rates:
            self._account(now)
            self._times = times
            self._rates = rates
            self._constant = len(rates) == 1
            self._first = rates[0]
            self._restart()

    def scale(self, factor: float, now: float) -> None:
        """Follow the rate times a factor from now on."""
        if factor != self.factor:
            self._account(now)
            self.factor = factor
            self._restart()

    def _account(self, now: float) -> None:
        """Take off the budget what the rate so far has used up."""
        self._left = max(0.0, self._left - self._used(now))
        self._since = now

    def _restart(self) -> None:
        """Wait anew; the timer that follows the old rate no longer counts."""
        if self._begun:
            self._timer = Timer(self)
            self._wait(self._timer)

    def comes(self, timer: Timer, now: float) -> bool:
        """Whether an arrival is due, or another timer has been set since; waits for the next one."""
        if timer is not self._timer:
            return False
        self._since = now
        self._left = self._budget()
        self._wait(timer)
        return True

    def _budget(self) -> float:
        budgets = self._budgets
        return 1.0 if budgets is None else budgets.draw()

    def _wait(self, timer: Timer) -> None:
        """Set the timer to when the budget is used up; never, where the rate stays at zero."""
        end = self._end()
        if end < math.inf:
            self.agenda.schedule_at(end, timer)

    def _end(self) -> float:
        """When the integral of the rate from `_since` reaches the budget."""
        if self._constant:
            rate = self._first * self.factor
            return self._since + self._left / rate if rate > 0.0 else math.inf
        if self.factor <= 0.0:
            return math.inf
        return self._invert(self._left / self.factor)

    def _invert(self, left: float) -> float:
        """When the integral of the bare rate from `_since` reaches an amount."""
        since = self._since
        times = self._times
        for place in range(len(times) + 1):
            end = times[place] if place < len(times) else math.inf
            if end <= since:
                continue
            rate, slope = self._line(place, since)
            span = end - since
            area = rate * span + slope * span * span / 2.0 if end < math.inf else math.inf
            if (end == math.inf and rate <= 0.0) or area < left:
                if end == math.inf:
                    return math.inf
                left -= area
                since = end
                continue
            root = math.sqrt(max(0.0, rate * rate + 2.0 * slope * left))
            return since + (2.0 * left / (rate + root) if left > 0.0 else 0.0)
        return math.inf

    def _line(self, place: int, at: float) -> tuple[float, float]:
        """Rate at a time inside the segment before point `place`, and its slope there."""
        times, rates = self._times, self._rates
        if place == 0:
            return rates[0], 0.0
        if place == len(times):
            return rates[place - 1], 0.0
        slope = (rates[place] - rates[place - 1]) / (times[place] - times[place - 1])
        return rates[place - 1] + slope * (at - times[place - 1]), slope

    def _used(self, now: float) -> float:
        """Integral of the rate from `_since` until now."""
        since = self._since
        used = 0.0
        times = self._times
        for place in range(len(times) + 1):
            end = min(now, times[place] if place < len(times) else math.inf)
            if end <= since:
                continue
            rate, slope = self._line(place, since)
            span = end - since
            used += rate * span + slope * span * span / 2.0
            since = end
        return used * self.factor


@final
class Open(Rated):
    """Each arrival is a request."""

    def due(self, timer: Timer, now: float) -> None:
        """Issue it."""
        if self.comes(timer, now):
            self.client.issue(None, now)


MOST: Final = 1 << 40
"""Users of a population, whatever multiplies them."""
AT_ONCE: Final = 50_000
"""Users who are made before others have their turn."""


@final
class Closed(Source):
    """A fixed population, each of whom thinks, asks, and waits for the answer."""

    def __init__(self, client: Client, agenda: Agenda, think: Sampler, count: int) -> None:
        super().__init__(client, agenda)
        self.think = think
        self.count = count
        self._users: list[ClosedUser] = []
        self._active: i64 = 0
        self._joined: i64 = 0
        """How far those who belong to the population were let begin."""
        self._timer = Timer(self)
        self._is_joining = False

    def begin(self, now: float) -> None:
        """Everybody starts by thinking."""
        self._adjust()

    def scale(self, factor: float, now: float) -> None:
        """Change the population; those who leave do so when they have their answer."""
        self.factor = factor
        self._adjust()

    def due(self, timer: Timer, now: float) -> None:
        """Go on with who joins."""
        self._is_joining = False
        self._join()

    def _adjust(self) -> None:
        """Bring the population to its size."""
        self._active = i64(min(MOST, math.floor(self.count * self.factor + 0.5)))
        self._joined = 0
        if not self._is_joining:
            self._join()

    def _join(self) -> None:
        """Let those begin who belong to the population and have not begun, so many at once."""
        end = min(self._active, self._joined + AT_ONCE)
        self.agenda.spend(end - self._joined)
        while len(self._users) < end:
            user = ClosedUser(self, len(self._users))
            self.client.number(user)
            self._users.append(user)
        while self._joined < end:
            user = self._users[self._joined]
            self._joined += 1
            if user.parked:
                user.parked = False
                self.agenda.schedule(self.think.draw(), user.timer)
        if end < self._active:
            self._is_joining = True
            self.agenda.schedule(0.0, self._timer)

    def stays(self, index: i64) -> bool:
        """Whether a user belongs to the population."""
        return index < self._active


@final
class ClosedUser(User):
    """One of a closed population."""

    parked: bool = True
    """Not part of the population, and not due."""

    def __init__(self, source: Closed, index: i64) -> None:
        self.timer = Timer(self)
        self._source = source
        self._index: i64 = index

    def due(self, timer: Timer, now: float) -> None:
        """Ask."""
        if self._source.stays(self._index):
            self._source.client.issue(self, now)
        else:
            self.parked = True

    def answered(self, now: float) -> None:
        """Think, then ask again; or leave."""
        source = self._source
        if source.stays(self._index):
            source.agenda.schedule(source.think.draw(), self.timer)
        else:
            self.parked = True
