"""Looks for what was so from the beginning of a run: more is offered than a node, a gate or a link can take.

Nothing happened then, and nothing is usual yet, so that nothing stands out: what comes is compared with what can be
done. What came was recorded; what can be done follows from the settings, and says so.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from engine.model.policies.breaker import Breaker
from engine.model.policies.bulkhead import Bulkhead
from engine.model.policies.rate_limit import RateLimit
from engine.model.policies.waiting_room import WaitingRoom
from engine.plan.capacity import crossing_time
from engine.plan.link_load import connection_limit
from engine.why import words
from engine.why.fact import Fact
from engine.why.flows import Flows
from engine.why.limits import TIGHT, as_open
from engine.why.stretch import at

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.plan.primitives import LinkPlan
    from engine.why.case import Case
    from engine.why.limits import Limits
    from engine.why.stretch import Stretch

_FIRST: Final = 3.0
"""Seconds within which something begins that was so from the beginning."""
_SHORTEST: Final = 3.0
"""Seconds without which there is no telling how much comes."""
_NEARLY: Final = 0.8
"""Share of its capacity that a node serves that is all that it can serve, as its callers keep some of it idle."""
_SURELY: Final = 1.03
"""Times its capacity from which what comes is surely too much, where something else happened later."""
_LONG: Final = 3.0
"""Requests that wait for each worker from which answers take many times as long as the work."""
_CROWDED: Final = 1.25
"""Times its capacity that users would ask for from which they are too many."""
_BUSY: Final = 0.85
"""Share of the intervals in which something is full that is full all the time."""
_SEVERAL: Final = 1.2
"""Calls for each first one, or for each request, from which it is told."""
_NEAR: Final = 5.0
"""Times as long as answers take, as a mean, up to which some are given up at a timeout."""
_REFUSES: Final = ("shed", "breaker_open", "bulkhead_full", "queue_full")
"""Reasons for which a link has calls fail before they are made."""
_LATE: Final = 0.2
"""Last part of a run in which the line of a node is long that never catches up."""
_BEHIND: Final = 2.0
"""Seconds of what comes that wait as messages from which a queue is behind."""
_LACKS: Final = 0.2
"""Share that a store lacks from which it is told."""


class Standing:
    """What a part of a run from its beginning tells."""

    def __init__(self, case: Case, limits: Limits, until: float) -> None:
        """Look at what was so from the beginning up to a time (s), and write it down in this case."""
        self._case = case
        self._limits = limits
        self._flows = Flows(case, until)

    @property
    def tells(self) -> bool:
        """Whether the part is long enough, and no time before it counts as well."""
        begun = self._flows.begin
        return self._flows.seconds >= _SHORTEST and self._case.since <= begun

    def swamped(self, name: str, least: float = TIGHT) -> float | None:
        """What a node can serve (per second), if more comes from the beginning on; else None.

        Args:
            name: the node.
            least: times its capacity from which what comes is too much.
        """
        node = self._case.nodes[name]
        works = node.station.workers is not None and not node.pulls
        if not works or node.traffic is not None or node.router is not None:
            return None
        refuses = node.station.elastic is not None and self._flows.fails(name, "rate_limited")
        most, done = self._limits.most(name), self._flows.done(name)
        if self._flows.busy(name) < _BUSY and not refuses and done < _NEARLY * most:
            return None
        if done > most / TIGHT**2:
            most = done  # its settings do not say what it can do
        return most if math.isfinite(most) and self._offered(name) > least * most else None

    def _offered(self, name: str) -> float:
        """What is asked of a node (per second), also by those whose workers have no time to ask."""
        held = 0.0
        for link in self._case.entering[name]:
            if self._flows.busy(link.source) >= _BUSY:
                each = self._limits.calls_each(link.id, link.source)
                held += self._flows.comes(link.source) * each if each > 0.0 else 0.0
        return max(self._flows.comes(name), held)

    def waited_for(self, client: str) -> list[str]:
        """The nodes that a client waits for, callers first."""
        found, seen = [client], {client}
        for name in found:
            if self._case.nodes[name].keeps_messages:
                continue
            for link in self._case.leaving[name]:
                if link.waits and link.target not in seen:
                    seen.add(link.target)
                    found.append(link.target)
        return found[1:]

    def never_catches_up(self, name: str) -> Stretch | None:
        """When many wait at a node for which too much comes from the beginning to the end, or users are too many."""
        if self._flows.busy(name) < _BUSY or self._case.nodes[name].pulls:
            return None
        if self._flows.line(name, _LATE) <= _LONG * self._flows.workers(name):
            return None
        ended = self._flows.ended(name)
        if self._flows.is_open(name):
            too_much = self._flows.comes(name) > _SURELY * ended or self._over(name, 1.0) > 0.0
        else:
            too_much = self._would_ask(name) > _CROWDED * ended
        return self._flows.lined(name) if too_much else None

    def piles_up(self, name: str) -> Stretch | None:
        """When messages wait at a queue or topic to the end, since more come than are worked on from the beginning on."""
        if self._flows.line(name, _LATE) <= _BEHIND * self._flows.comes(name):
            return None
        return self._flows.lined(name) if self._late(name) else None

    def look(
        self,
        item: str,
        waits: Callable[[str, Stretch], object],
        *,
        only_failing: bool,
        surely: bool,
    ) -> None:
        """Note what is too much for what an item needs, the tightest last; else which setting has it fail.

        Args:
            item: a node that suffers.
            waits: notes how many wait at a node in a part of the run.
            only_failing: whether only calls that fail are behind it, and not those that take long.
            surely: whether only what is too much by far counts, as something else happened as well.
        """
        nodes, links = self._reached(item, only_failing=only_failing)
        for name in nodes:
            late = self._late(name) or self._flows.busy(name) >= _BUSY
            if late and (line := self._flows.lined(name)) is not None:
                waits(name, line)
        found = [self._lets_in(name) for name in nodes]
        found += [self._narrow(link) for link in links]
        least = _SURELY if surely else TIGHT
        for over, name in sorted((self._over(name, least), name) for name in nodes):
            if over > 0.0:
                self._too_much(name)
                found.append(True)
        if any(found) or surely:
            return
        before = len(self._case.outside())
        for link in links:
            if not self._breaks(link):
                self._refuses(link)
        if len(self._case.outside()) > before:
            return
        for link in links:
            self._given_up(link)
            self._fails(link)

    def _reached(self, item: str, *, only_failing: bool) -> tuple[list[str], list[LinkPlan]]:
        """The nodes and links that an item needs, callers first."""
        nodes, links, seen = [item], [], {item}
        for name in nodes:
            for link in self._case.leaving[name]:
                fails = at(self._case.signs.failing(link.id), self._flows.begin, self._flows.end)
                if only_failing and fails is None:
                    continue
                links.append(link)
                if link.target not in seen:
                    seen.add(link.target)
                    nodes.append(link.target)
        return nodes, links

    def _over(self, name: str, least: float) -> float:
        """Times as much as a node can serve that comes to it; 0 where that is no more than so many times as much."""
        if self._case.nodes[name].keeps_messages:
            return max((comes / most for _, comes, most in self._late(name)), default=0.0)
        most = self.swamped(name, least)
        return 0.0 if most is None else self._offered(name) / most

    def _late(self, name: str) -> list[tuple[list[str], float, float]]:
        """Who works on the messages of a node and cannot keep up: what comes, and what they can do (per second)."""
        if not self._case.nodes[name].keeps_messages:
            return []
        comes = self._flows.comes(name)
        return [
            (targets, comes, most)
            for targets in self._limits.readers(name)
            if 0.0 < (most := sum(self._limits.most(each) for each in targets)) < comes / _SURELY
        ]

    def _too_much(self, name: str) -> None:
        """Note that more comes to a node than it can serve, and what makes so much of it."""
        begin = self._flows.begin
        if self._case.nodes[name].keeps_messages:
            for targets, comes, most in self._late(name):
                text = self._limits.behind(name, targets, comes, most)
                self._limits.small(targets[0], begin, text, most)
            return
        most = self.swamped(name) or self._limits.most(name)
        formula = "" if most > self._limits.most(name) else self._limits.formula(name)
        can = f"can serve {words.rate(most)}{formula}"
        who = self._case.name(name)
        if self._flows.is_open(name):
            text = f"{who} is offered {words.rate(self._offered(name))}{self._made_of(name)}, and {can}"
        else:
            asked = self._would_ask(name)
            users = " and ".join(self._flows.crowds(name))
            text = f"{who} would be offered {words.rate(asked)} by {users} if each answer came at once, and {can}"
        self._limits.small(name, begin, text, most)
        self._reasons(name, most)

    def _would_ask(self, name: str) -> float:
        """What would come to a node (per second) if the users who wait for answers got them at once."""
        hold, offered = self._limits.hold(name), 0.0
        for each in self._flows.clients(name):
            traffic = self._case.nodes[each].traffic
            if traffic is None or traffic.process != "closed":
                continue
            alone = as_open(traffic).schedule[0][1]
            offered += traffic.users / (traffic.users / alone + hold)
        return offered * self._flows.visits(name)

    def _made_of(self, name: str) -> str:
        """What multiplies the requests that come to a node, in words."""
        told: list[str] = []
        for link in self._case.entering[name]:
            source = self._case.nodes[link.source]
            each = self._limits.calls_each(link.id, link.source)
            if source.traffic is None and source.router is None and each >= _SEVERAL:
                told.append(
                    f"{words.figure(each)} for each request of {self._case.name(link.source)}"
                )
            sent = self._flows.sent(link)
            if sent >= _SEVERAL:
                told.append(f"{words.times(sent)} by retries")
            told += [
                f"as {self._case.name(store)} lacks {words.share(lacks)}"
                for store, lacks in self._flows.missed(link)
                if lacks >= _LACKS
            ]
        return "".join(f", {each}" for each in dict.fromkeys(told))

    def _reasons(self, name: str, most: float) -> None:
        """Note what makes too much of what would not be: retries, and stores that begin empty."""
        begin = self._flows.begin
        comes, again = self._offered(name), 0.0
        for link in self._case.entering[name]:
            again += self._flows.again(link)
            for store, lacks in self._flows.missed(link):
                if lacks >= _LACKS and self._flows.begins_empty(store):
                    text = f"{self._case.name(store)} begins empty, and lacks {words.share(lacks)} of what it is asked for"
                    self._case.note(
                        "misses", Fact(begin, text, node=store, value=lacks, first=True)
                    )
        if comes - again >= TIGHT * most:
            return
        for link in self._case.entering[name]:
            sent = self._flows.sent(link)
            if sent >= _SEVERAL:
                text = f"{self._case.name(link.id)}: retries multiply the calls {words.times(sent)}"
                self._case.note("retries", Fact(begin, text, link=link.id, value=sent, first=True))

    def _lets_in(self, name: str) -> bool:
        """Note that the rate limit of a node is below what comes; says whether it is."""
        room = self._case.nodes[name].gate(WaitingRoom)
        if room is not None and self._flows.comes(name) > _SURELY * room.rate:
            text = (
                f"{self._case.name(name)} is offered {words.rate(self._flows.comes(name))}, and its waiting room "
                f"lets {words.rate(room.rate)} in"
            )
            fact = Fact(
                self._flows.begin, text, node=name, value=room.rate, inferred=True, first=True
            )
            self._case.note("limit", fact)
            return True
        limit = self._case.nodes[name].gate(RateLimit)
        if limit is None or not self._flows.fails(name, "rate_limited"):
            return False
        comes, let_in = self._flows.comes(name), self._flows.done(name)
        most, whose = let_in, f"of each {limit.by} "
        if limit.by == "all":
            station = self._case.nodes[name].station
            most, whose = limit.rate * (1 if limit.shared else station.instances), ""
        text = (
            f"{self._case.name(name)} is offered {words.rate(comes)}, and its rate limit lets "
            f"{words.rate(limit.rate if whose else most)} {whose}in"
        )
        fact = Fact(self._flows.begin, text, node=name, value=most, inferred=True, first=True)
        self._case.note("limit", fact)
        return True

    def _narrow(self, link: LinkPlan) -> bool:
        """Note that the connections or the bulkhead of a link carry less than is asked for; says whether they do."""
        stay = self._flows.stay(link.target)
        wanted = self._flows.comes(link.source) * self._limits.calls_each(link.id, link.source)
        if not (stay > 0.0 and wanted > 0.0):
            return False
        each = stay + 2.0 * crossing_time(link)
        bulkhead = link.policy(Bulkhead)
        if bulkhead is not None and self._flows.held_back(link, "bulkhead_waiting"):
            most = bulkhead.concurrent / each
            if wanted > TIGHT * most:
                self._carries(link, wanted, most, words.count(bulkhead.concurrent, "call"), each)
                return True
        if link.connection is not None and self._flows.held_back(link, "waiting"):
            most = connection_limit(link, self._case.record.plan, stay)
            if wanted > TIGHT * most:
                what = words.count(round(most * each), "connection")
                self._carries(link, wanted, most, what, each)
                return True
        carried = self._limits.bytes_each_way(link)
        if carried > TIGHT * link.bandwidth:
            text = (
                f"{self._case.name(link.id)} is to carry {words.speed(carried)}, and its bandwidth is "
                f"{words.speed(link.bandwidth)}"
            )
            self._set_so(link, "narrow", text, link.bandwidth)
            return True
        return False

    def _carries(self, link: LinkPlan, wanted: float, most: float, what: str, each: float) -> None:
        """Note that a link carries less than is asked for."""
        text = (
            f"{self._case.name(link.id)} is to carry {words.rate(wanted)}, and can carry {words.rate(most)} "
            f"({what} at a time, {words.seconds(each)} each)"
        )
        self._set_so(link, "narrow", text, most)

    def _set_so(self, link: LinkPlan, kind: str, text: str, value: float) -> None:
        """Note of a link what follows from its settings, from the beginning on."""
        begin = self._flows.begin
        self._case.note(
            kind, Fact(begin, text, link=link.id, value=value, inferred=True, first=True)
        )

    def _breaks(self, link: LinkPlan) -> bool:
        """Note that a circuit breaker takes usual answers for slow; says whether it does."""
        breaker, takes = link.policy(Breaker), self._takes(link)
        fails = self._begins(link.id) and self._flows.fails(link.id, "breaker_open")
        if breaker is None or breaker.slow_call is None or not fails or takes <= breaker.slow_call:
            return False
        text = (
            f"{self._case.name(link.id)}: the circuit breaker takes answers after {words.seconds(breaker.slow_call)} "
            f"for slow, and they take {words.seconds(takes)} as a mean"
        )
        self._set_so(link, "breaks", text, breaker.slow_call)
        return True

    def _refuses(self, link: LinkPlan) -> None:
        """Note that a link itself refuses calls from the beginning: they wait for nobody."""
        if not self._begins(link.id):
            return
        for reason, share in self._flows.own(link.id).items():
            if share >= words.TELLING and reason in _REFUSES and not self._passes(link, reason):
                text = (
                    f"{self._case.name(link.id)} refuses {words.share(share)} of the calls {self._flows.since} "
                    f"({words.why({reason: 1.0})})"
                )
                fact = Fact(self._flows.begin, text, link=link.id, value=share, first=True)
                self._case.note("refuses", fact)

    def _passes(self, link: LinkPlan, reason: str) -> bool:
        """Whether who is called fails for the same reason."""
        return self._flows.own(link.target).get(reason, 0.0) >= words.TELLING

    def _takes(self, link: LinkPlan) -> float:
        """Seconds that an answer takes over a link as a mean, where nothing is lost on the way."""
        return self._flows.stay(link.target) + 2.0 * (link.delay.mean + link.jitter)

    def _given_up(self, link: LinkPlan) -> None:
        """Note that a timeout is short for what answers take, or for a way that loses."""
        if not self._begins(link.id) or not self._flows.fails(link.id, "timeout"):
            return
        takes = self._takes(link)
        name, timeout = self._case.name(link.id), words.seconds(link.timeout)
        if takes * _NEAR > link.timeout:
            text = f"{name}: the timeout of {timeout} is short for answers that take {words.seconds(takes)} as a mean"
            value = link.timeout
        elif link.loss > 0.0:
            text, value = words.lost(name, link.loss), link.loss
        else:
            return
        self._set_so(link, "given up", text, value)

    def _fails(self, link: LinkPlan) -> None:
        """Note that a node fails or refuses requests from the beginning, by itself."""
        name = link.target
        if not self._begins(link.id) or not self._begins(name):
            return
        for reason, share in self._flows.own(name).items():
            if share < words.TELLING or reason in ("timeout", "deadline"):
                continue
            text = f"{self._case.name(name)} fails {words.share(share)} of the requests {self._flows.since} ({words.why({reason: 1.0})})"
            fact = Fact(self._flows.begin, text, node=name, value=share, first=True)
            self._case.note("fails", fact)

    def _begins(self, name: str) -> bool:
        """Whether a node or a link fails from the beginning on."""
        begin = self._flows.begin
        return at(self._case.signs.failing(name), begin, begin + _FIRST) is not None
