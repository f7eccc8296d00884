"""Hedged calls: while one takes long another is made beside it, and the first answer counts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, final

from librt.vecs import vec

from engine.sim.lane.codes import EXPIRED, NEVER, OK
from engine.sim.lane.context import context_of
from engine.sim.lane.expiry import Watch, Watcher
from engine.sim.lane.seams import RETRY, SETTLE, START, Rule

if TYPE_CHECKING:
    from mypy_extensions import i64

    from engine.sim.lane.call import Call
    from engine.sim.lane.link import Link

REMEMBERED: Final = 1000
"""Calls from whose times a percentile is taken."""
AGAIN: Final = 100
"""Calls after which it is taken anew."""


@final
class Race:
    """A call, and those that were made beside it."""

    def __init__(self, first: Call) -> None:
        self.first = first
        self.running: list[Call] = [first]
        self.extra: i64 = 0


@final
class Lateness(Watcher):
    """Watches how long calls take."""

    def __init__(self, rule: Hedge) -> None:
        self._rule = rule

    def lasts(self, call: Call, place: i64) -> bool:
        """Whether another call beside it would be of use, so many having been made."""
        return self._rule.may_help(call, place)

    def ran_out(self, call: Call, place: i64, now: float) -> None:
        """It takes long."""
        self._rule.hedge(call, now)


@final
class Hedge(Rule):
    """Makes another call beside one that takes long.

    A call of a race that fails is not the end of it while others run: only the last one is told of, and tried
    again. Each goes to another instance, where there is one. A race is known by its calls while it runs.
    """

    def __init__(self, link: Link) -> None:
        self.moments = START + SETTLE + RETRY
        self.link = link
        self.extra: i64 = 1
        """Calls beside one, at most."""
        self.hedged: i64 = 0
        self.won: i64 = 0
        """Races that another than the first call won."""
        self._share = 0.0
        """Share of the calls that are answered sooner than the delay; 0 where that is a fixed time."""
        self._watch: Watch | None = None
        self._races: dict[Call, Race] = {}
        self._beaten: Call | None = None
        """One that failed a moment ago while others of its race run."""
        self._times = vec[float]([0.0] * REMEMBERED)
        self._count: i64 = 0

    def turn(self, delay: float, share: float, extra: i64) -> None:
        """Have other knobs; calls that are watched already stay so."""
        self.extra = extra
        if share > 0.0:
            if share != self._share:
                self._share = share
                self._watch = None
                self._learn()
        elif self._watch is None or self._watch.span != delay:
            self._share = 0.0
            self._watch = Watch(self.link.agenda, Lateness(self), delay)

    def stop(self, now: float) -> None:
        """Be taken away: of each race one call goes on, and none is made any more beside those that are watched."""
        self.extra = 0
        self._watch = None
        races = self._races
        self._races = {}
        for race in races.values():
            others = race.running[1:]
            race.running = race.running[:1]
            for each in others:
                self.link.call_off(each, EXPIRED, now)

    def started(self, call: Call, now: float) -> None:
        """Watch a call that somebody waits for."""
        watch = self._watch
        if watch is not None and call.waits and call.parent is not None and call not in self._races:
            watch.add(call, 0, now)

    def may_help(self, call: Call, made: i64) -> bool:
        """Whether a call is still waited for, and no more than so many others were made beside it."""
        job = call.parent
        if call.settled or not call.waits or job is None or job.done or made >= self.extra:
            return False
        race = self._races.get(call)
        return made == 0 if race is None else race.extra == made

    def hedge(self, call: Call, now: float) -> None:
        """Make another call beside one."""
        job = call.parent
        if job is None:
            return
        race = self._races.get(call)
        if race is None:
            race = Race(call)
        other = self.link.same(call, job)
        other.attempt = call.attempt
        other.repeat = call.repeat
        context_of(other).tried = [each.pool for each in race.running]
        race.extra += 1
        race.running.append(other)
        self._races[call] = race
        self._races[other] = race
        self.hedged += 1
        self.link.attempt_here(other, now)
        if other.span is not None:
            other.span.turn_off().hedge = True
        watch = self._watch
        if watch is not None and self.may_help(call, race.extra):
            watch.add(call, race.extra, now)

    def settled(self, call: Call, reason: i64, now: float) -> None:
        """The first answer of a race ends it; a failure does so where it is the last."""
        race = self._races.pop(call, None) if len(self._races) > 0 else None
        if self._share > 0.0 and (race is None or race.first is call):
            self._note(now - call.sent, reason)
        if race is None:
            return
        race.running.remove(call)
        if reason == OK:
            if race.first is not call:
                self.won += 1
            others = race.running
            race.running = []
            for each in others:
                del self._races[each]
                if race.first is each and self._share > 0.0:
                    self._note(now - each.sent, OK)
                self.link.call_off(each, EXPIRED, now)
        elif len(race.running) > 0:
            self._beaten = call
            call.waits = False

    def retry_in(self, call: Call, reason: i64, wait: float, now: float) -> float:
        """While others of its race run, one that failed is not tried again, nor one that a rule has refused."""
        if len(self._races) > 0 and call in self._races:
            self.settled(call, reason, now)  # refused before it began: nobody has told of that
        if self._beaten is call:
            self._beaten = None
            return NEVER
        return wait

    def _note(self, time: float, reason: i64) -> None:
        """Remember how long an answer took, or that it was not there by then."""
        if reason != OK:
            return
        self._times[self._count % REMEMBERED] = time
        self._count += 1
        if self._count % AGAIN == 0:
            self._learn()

    def _learn(self) -> None:
        """Take the percentile anew; those who are watched already are so for the delay of then."""
        known = min(self._count, REMEMBERED)
        if known < AGAIN:
            return
        times = sorted([self._times[place] for place in range(int(known))])
        span = times[min(int(known) - 1, int(self._share * float(known)))]
        watch = self._watch
        if span > 0.0 and (watch is None or watch.span != span):
            self._watch = Watch(self.link.agenda, Lateness(self), span)
