"""Looks for causes, backwards: from who suffers to what came from outside.

Failures come up from who is called, load comes down from who calls. Each question is about an item and a part of
the run, and is asked once. It writes down the facts that it finds and asks on; who found nothing from outside
asks whether the design is too small for what comes.
"""

from __future__ import annotations

import math
from collections import defaultdict
from typing import TYPE_CHECKING, Final

from engine.plan.capacity import capacities
from engine.plan.demand import demand_of
from engine.plan.primitives import LinkPlan
from engine.why import words
from engine.why.events import Events
from engine.why.fact import Fact
from engine.why.signs import Signs
from engine.why.stretch import AFTER, at, behind
from engine.why.users import Users

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.plan.primitives import NodePlan
    from engine.why.record import Record
    from engine.why.stretch import Stretch

_EARLIER: Final = 30.0
"""Seconds by which a cause may be over before what it causes is seen."""
_WINDOW: Final = 10.0
"""Seconds from the beginning of something in which its reasons are looked for."""
_MANY: Final = 0.15
"""Share of the failures from which a reason, or of all failing links one, is followed."""
_HELD: Final = 0.4
"""Share of the busy workers that wait for somebody else, or stand still, from which they are what is full."""
_ALL: Final = 0.95
"""Share of the busy workers that are all of them."""
_TIMES: Final = ("timeout", "deadline", "expired", "bulkhead_full")
"""Reasons that say: it took too long."""
_ROOM: Final = ("queue_full", "shed", "rate_limited", "conflict")
"""Reasons that say: too much came."""
_GONE: Final = ("unavailable", "crashed", "network")
_TOGETHER: Final = 30.0
"""Seconds of first attempts and retries that are looked at together: long beside timeouts and waits between tries."""
_TIGHT: Final = 0.97
"""Share of its capacity from which a node is too small for what comes."""


class Inquiry:
    """One chain of causes in the making."""

    def __init__(self, record: Record, names: Mapping[str, str]) -> None:
        """Ask this record; items are called by these names."""
        self.record = record
        self.signs = Signs(record)
        self.facts: dict[tuple[str, str | None], Fact] = {}
        self._names = names
        self._asked: set[tuple[str, str]] = set()
        self._nodes: dict[str, NodePlan] = {each.id: each for each in record.plan.nodes}
        self._leaving: dict[str, list[LinkPlan]] = defaultdict(list)
        self._entering: dict[str, list[LinkPlan]] = defaultdict(list)
        for link in record.plan.links:
            self._leaving[link.source].append(link)
            self._entering[link.target].append(link)
        self._events = Events(record, self.name)
        self._users = Users(record, self.signs, self._events, self.name, self._note)
        self._capacity: Mapping[str, float] | None = None

    def name(self, item: str) -> str:
        """What people call an item; a link by its ends."""
        if item in self._names:
            return self._names[item]
        link = next((each for each in self.record.plan.links if each.id == item), None)
        return item if link is None else f"{self.name(link.source)} → {self.name(link.target)}"

    def client_suffers(self, client: str, stretch: Stretch) -> None:
        """Requests of a client fail."""
        if not self._begins("suffers", client):
            return
        reasons = self.signs.reasons(client, stretch.start, stretch.start + _WINDOW)
        self._note(
            "failing",
            Fact(
                stretch.seen,
                f"{self.name(client)}: {words.share(stretch.mean)} of requests fail ({words.why(reasons)})",
                node=client,
                value=stretch.mean,
            ),
        )
        self._users.guesses(client, stretch)
        self._links_fail(client, stretch)

    def client_waits(self, client: str, stretch: Stretch, common: float) -> None:
        """Answers take a client longer than usual."""
        if not self._begins("waits", client):
            return
        self._note(
            "slow",
            Fact(
                stretch.seen,
                f"{self.name(client)}: answers take {words.seconds(stretch.mean)}, usually {words.seconds(common)}",
                node=client,
                value=stretch.mean,
            ),
        )
        for link in self._leaving[client]:
            self.link_slow(link, stretch)

    def client_is_stuck(self, client: str, stretch: Stretch) -> None:
        """Nothing comes back to a client any more."""
        if not self._begins("stuck", client):
            return
        waiting = f"{self.name(client)}: {stretch.peak:,.0f} requests wait, and none is answered"
        self._note("stuck", Fact(stretch.seen, waiting, node=client, value=stretch.peak))
        for link in self._leaving[client]:
            self.link_slow(link, stretch)
        if not self._outside():
            self._in_each_others_way(stretch)

    def node_suffers(self, name: str, stretch: Stretch) -> None:
        """Something is wrong at a node that is asked about."""
        failing = at(self.signs.failing(name), stretch.start, stretch.end)
        if failing is not None:
            reasons = self.signs.reasons(name, failing.start, failing.start + _WINDOW)
            self._note(
                "failing",
                Fact(
                    failing.seen,
                    f"{self.name(name)}: {words.share(failing.mean)} of requests fail ({words.why(reasons)})",
                    node=name,
                    value=failing.mean,
                ),
            )
            self.instances_go(name, failing)
            if reasons.get("unauthorized", 0.0) > _MANY:
                self._shut_out(name, failing)
            self._links_fail(name, failing)
        self.node_slow(name, stretch)

    # -- failures come up from who is called -------------------------------------------------------

    def link_fails(self, link: LinkPlan, near: Stretch) -> None:
        """Calls over a link fail."""
        found = behind(self.signs.failing(link.id), near, _EARLIER)
        if found is None or not self._begins("fails", link.id):
            return
        reasons = self.signs.reasons(link.id, found.start, found.start + _WINDOW)
        self._events.on_link(link, found, self._note)
        for reason, part in reasons.items():
            if part >= _MANY:
                self._failed_for(reason, link, found)

    def _failed_for(self, reason: str, link: LinkPlan, found: Stretch) -> None:
        """Calls over a link fail for one reason."""
        target = link.target
        if reason in _TIMES:
            if math.isfinite(link.timeout) and reason == "timeout":
                self._note(
                    "timeout",
                    Fact(
                        found.seen,
                        f"{self.name(link.id)}: calls take longer than the timeout of {words.seconds(link.timeout)}",
                        link=link.id,
                        value=link.timeout,
                    ),
                )
            self.link_slow(link, found)
        elif reason in _ROOM and not self._passes_on(target, reason, found):
            self._note(
                reason,
                Fact(
                    found.seen,
                    f"{self.name(target)} turns requests away: {words.why({reason: 1.0})}",
                    node=target,
                ),
            )
            self.node_full(target, found)
            self.more_comes(target, found)
        elif reason in _GONE:
            self.instances_go(target, found)
        elif reason == "unauthorized":
            self._shut_out(target, found)
        else:
            self._noticed(link.id, found)
        self._events.on_node(target, found, self._note)
        self._users.logged_out(target, found)
        self._links_fail(target, found)

    def users_logged_out(self, name: str, stretch: Stretch) -> None:
        """Users of a node are logged out, though what they ask for succeeds."""
        self._users.logged_out(name, stretch)
        self.instances_go(name, stretch)

    def _shut_out(self, name: str, near: Stretch) -> None:
        """Authentication at a node refuses requests."""
        self._noticed(name, near)
        server = self._users.link_to_server(name)
        if self._users.shut_out(name, near) and server is not None:
            self.link_fails(server, near)
            self.link_slow(server, near)

    def _passes_on(self, node: str, reason: str, near: Stretch) -> bool:
        """Whether somebody whom a node calls fails for the same reason, so that the node only says so."""
        for link in self._leaving[node]:
            found = at(self.signs.failing(link.id), near.start - AFTER, near.start + AFTER)
            if found is not None:
                reasons = self.signs.reasons(link.id, found.start, found.start + _WINDOW)
                if reasons.get(reason, 0.0) > _MANY:
                    return True
        return False

    def _links_fail(self, source: str, near: Stretch) -> None:
        """The links over which somebody's calls fail, those that count."""
        leaving = self._leaving[source]
        found = [
            (link, stretch.mean)
            for link in leaving
            if (stretch := behind(self.signs.failing(link.id), near, _EARLIER))
        ]
        most = max((share for _, share in found), default=0.0)
        for link, share in found:
            if share >= _MANY * most:
                self.link_fails(link, near)

    def instances_go(self, name: str, near: Stretch) -> None:
        """Instances of a node are down, or nobody believes in them."""
        self._events.on_node(name, near, self._note)
        self._users.logged_out(name, near)
        self._noticed(name, near)
        down = behind(self.signs.down(name), near, _EARLIER)
        if down is not None:
            self._note(
                "down",
                Fact(
                    down.seen,
                    f"{self.name(name)}: {words.share(down.peak)} of it is down",
                    node=name,
                    value=down.peak,
                ),
            )
        for link in self._leaving[name] if self._nodes[name].router is not None else ():
            if self._begins("go", link.target):
                self.instances_go(link.target, near)

    # -- what is slow --------------------------------------------------------------------------------

    def link_slow(self, link: LinkPlan, near: Stretch) -> None:
        """Calls over a link take long: because of the way, or of who is called."""
        if not self._begins("slow", link.id):
            return
        self._events.on_link(link, near, self._note)
        self._connections(link, near)
        self.node_slow(link.target, near)

    def node_slow(self, name: str, near: Stretch) -> None:
        """Answers of a node take long: it is hampered, full, or waits for somebody else."""
        if not self._begins("slow", name):
            return
        self._events.on_node(name, near, self._note)
        self._users.logged_out(name, near)
        self.node_full(name, near)
        for link in self._leaving[name]:
            common = self.signs.usual_time(link.id, near.start - AFTER)
            slow = behind(self.signs.slow(link.id, near.start), near, _EARLIER)
            fails = behind(self.signs.failing(link.id), near, _EARLIER)
            if slow is not None and (common > 0.0 or fails is not None):
                self.link_slow(link, slow)
            if fails is not None:
                self.link_fails(link, near)

    def node_full(self, name: str, near: Stretch) -> None:
        """All workers of a node are busy, and requests wait."""
        found = behind(self.signs.full(name), near, _EARLIER)
        if found is None or not self._begins("full", name):
            return
        held = self.signs.held(name, found)
        still = self.signs.still(name, found)
        waits = f"{self.name(name)} is full: up to {found.peak:,.0f} wait"
        if held > _HELD and self._leaving[name]:
            waits += f", {words.share(held)} of the busy workers for somebody else"
        if still > _HELD:
            waits += f", {words.share(still)} of the busy workers stand still"
        self._note("full", Fact(found.seen, waits, node=name, value=found.peak))
        before = len(self._outside())
        self._events.on_node(name, found, self._note)
        if at(self.signs.down(name), found.start - _EARLIER, found.start + AFTER):
            self.instances_go(name, found)
        if held > _HELD:
            for link in self._leaving[name]:
                self.link_slow(link, found)
        self.more_comes(name, found)
        if len(self._outside()) == before:
            self._too_small(name, found)

    def _connections(self, link: LinkPlan, near: Stretch) -> None:
        """All connections of a link are taken."""
        rules = link.connection
        if rules is None or rules.connections is None:
            return
        waits = [
            (sample, part.extra.get("waiting", 0.0))
            for sample, part in self.record.link(link.id)
            if near.reaches(sample.start - _EARLIER, sample.end)
        ]
        first = next((sample for sample, waiting in waits if waiting >= 1.0), None)
        if first is not None:
            self._note(
                "connections",
                Fact(
                    first.end,
                    f"{self.name(link.id)}: {rules.connections} of {rules.connections} connections are taken",
                    link=link.id,
                    value=float(rules.connections),
                ),
            )

    # -- load comes down from who calls ---------------------------------------------------------------

    def more_comes(self, name: str, near: Stretch) -> None:
        """More comes to a node than usual: more is asked for, asked again, or missed before it."""
        found = behind(self.signs.busier(name, near.start - AFTER), near, _EARLIER)
        self._resent(name, near)
        if found is None or not self._begins("more", name):
            return
        common = self.signs.usual_rate(name, near.start - AFTER)
        node = self._nodes[name]
        first = node.traffic is not None
        self._events.on_node(name, found, self._note)
        self._note(
            "more",
            Fact(
                found.seen,
                f"{self.name(name)} {'asks for' if first else 'gets'} {words.rate(found.peak)}, "
                f"{words.times(found.peak / common)} as much as before",
                node=name,
                value=found.peak,
                first=first,
            ),
        )
        for link in self._entering[name]:
            self._misses(link, found)
            self.more_comes(link.source, found)

    def _resent(self, name: str, near: Stretch) -> None:
        """Calls to a node are made again."""
        for link in self._entering[name]:
            found = behind(self.signs.resent(link.id), near, _EARLIER)
            if found is None:
                continue
            sent = self.signs.times_sent(link.id, found, _TOGETHER)
            factor = min(sent, self._most_attempts(link))
            self._note(
                "retries",
                Fact(
                    found.seen,
                    f"{self.name(link.id)}: retries multiply the calls {words.times(factor)}",
                    link=link.id,
                    value=factor,
                ),
            )
            self.link_fails(link, found)

    def _most_attempts(self, link: LinkPlan) -> float:
        """Attempts that a link may make of a call, now or while an event had it set otherwise; infinite where none did."""
        told = [each.replacement for each in self.record.plan.events if link.id in each.links]
        plans = [link, *(each for each in told if isinstance(each, LinkPlan))]
        most = max(each.retry.attempts for each in plans)
        return float(most) if most > 1 else math.inf

    def _misses(self, link: LinkPlan, near: Stretch) -> None:
        """A store before a node has less than usual of what it is asked for."""
        stores = [link.source] + [each.target for each in self._leaving[link.source]]
        for name in stores:
            if self._nodes[name].store is None or not (link.on_miss or name == link.source):
                continue
            found = behind(self.signs.missing(name, near.start), near, _EARLIER)
            if found is None or not self._begins("misses", name):
                continue
            self._events.on_node(name, found, self._note)
            self._note(
                "misses",
                Fact(
                    found.seen,
                    f"{self.name(name)} lacks {words.share(found.peak)} of what it is asked for",
                    node=name,
                    value=found.peak,
                ),
            )

    # -- from outside -----------------------------------------------------------------------------------

    def _in_each_others_way(self, near: Stretch) -> None:
        """Nodes all of whose workers wait for each other."""
        full = [
            name
            for name in self._nodes
            if self.signs.busy(name, near) > _ALL and self.signs.held(name, near) > _ALL
        ]
        circle = [
            name
            for name in full
            if any(link.target in full for link in self._leaving[name])
            and any(link.source in full for link in self._entering[name])
        ]
        if circle:
            names = " and ".join(self.name(each) for each in circle)
            self._note(
                "deadlock",
                Fact(
                    near.start,
                    f"All workers of {names} wait for each other",
                    node=circle[0],
                    inferred=True,
                    first=True,
                ),
            )

    def _too_small(self, name: str, near: Stretch) -> None:
        """A node gets as much as it can serve, or more, and nothing else is to blame."""
        if self._capacity is None:
            plan = self.record.plan
            demand = demand_of(plan)
            found = {} if demand is None else capacities(plan, demand)
            self._capacity = {each: of.rate for each, of in found.items()}
        most = self._capacity.get(name, math.inf)
        comes = self.signs.usual_rate(name, near.start)
        if math.isfinite(most) and comes > _TIGHT * most:
            self._note(
                "small",
                Fact(
                    near.seen,
                    f"{self.name(name)} gets {words.rate(comes)} and can serve {words.rate(most)}",
                    node=name,
                    value=most,
                    inferred=True,
                    first=True,
                ),
            )

    def _noticed(self, name: str, near: Stretch) -> None:
        """What was noticed of an item: a breaker that opened, an instance out of rotation."""
        for notice in self.record.noticed((name,), near.start - _EARLIER, near.start + AFTER)[:2]:
            if notice.kind in ("alert", "health"):
                is_link = name not in self._nodes
                self._note(
                    notice.text,
                    Fact(
                        notice.at,
                        notice.text,
                        node=None if is_link else name,
                        link=name if is_link else None,
                    ),
                )

    def _outside(self) -> list[Fact]:
        """What came from outside so far."""
        return [fact for fact in self.facts.values() if fact.first]

    def _begins(self, question: str, item: str) -> bool:
        """Whether a question was not asked yet."""
        key = (question, item)
        if key in self._asked:
            return False
        self._asked.add(key)
        return True

    def _note(self, sign: str, fact: Fact) -> None:
        """Write a fact down, the earliest of its sort."""
        key = (sign, fact.item)
        known = self.facts.get(key)
        if known is None or fact.time < known.time:
            self.facts[key] = fact
