"""Looks for why calls fail, upwards from who calls to who is called."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from engine.why import words
from engine.why.case import EARLIER, WINDOW
from engine.why.fact import Fact
from engine.why.limits import Limits
from engine.why.load import Load
from engine.why.slowness import Slowness
from engine.why.stretch import AFTER, behind

if TYPE_CHECKING:
    from engine.plan.primitives import LinkPlan
    from engine.why.case import Case
    from engine.why.stretch import Stretch

MANY: Final = 0.15
"""Share of the failures from which a reason, or of all failing links one, is followed."""
TIMES: Final = ("timeout", "deadline", "expired", "bulkhead_full")
"""Reasons that say: it took too long."""
ROOM: Final = ("queue_full", "shed", "rate_limited", "conflict")
"""Reasons that say: too much came."""
_GONE: Final = ("unavailable", "crashed", "network")


class Failures:
    """Questions about what fails, and about what is behind that: what is slow, and what comes."""

    def __init__(self, case: Case) -> None:
        """Write down what is found in this case."""
        self._case = case
        self.limits = Limits(case)
        self.load = Load(case, self.link_fails)
        self.slowness = Slowness(case, self.load, self.limits, self.link_fails, self.instances_go)

    def link_fails(self, link: LinkPlan, near: Stretch) -> None:
        """Calls over a link fail."""
        found = behind(self._case.signs.failing(link.id), near, EARLIER)
        if found is None or not self._case.begins("fails", link.id):
            return
        reasons = self._case.signs.reasons(link.id, found.start, found.start + WINDOW)
        self._case.events.on_link(link, found, self._case.note)
        for reason, part in reasons.items():
            if part >= MANY:
                self._failed_for(reason, link, found)

    def _failed_for(self, reason: str, link: LinkPlan, found: Stretch) -> None:
        """Calls over a link fail for one reason."""
        target = link.target
        if reason in TIMES:
            timeout = self._case.link_at(link, found.seen).timeout
            end = found.start + WINDOW
            own = self._case.signs.own_share(link.id, "timeout", found.start, end)
            if math.isfinite(timeout) and reason == "timeout" and own > MANY:
                text = f"{self._case.name(link.id)}: calls take longer than the timeout of {words.seconds(timeout)}"
                if link.queue_timeout < timeout:
                    text += (
                        f", or wait longer than {words.seconds(link.queue_timeout)} for a worker"
                    )
                self._case.note("timeout", Fact(found.seen, text, link=link.id, value=timeout))
            self.slowness.link_slow(link, found)
        elif reason in ROOM and not self._passes_on(target, reason, found):
            self._case.note(
                reason,
                Fact(
                    found.seen,
                    f"{self._case.name(target)} turns requests away: {words.why({reason: 1.0})}",
                    node=target,
                ),
            )
            self.slowness.locks(target, found)
            self.slowness.node_full(target, found)
            self.load.hot(target, found)
            self.load.more_comes(target, found)
        elif reason in _GONE:
            self._shut(link)
            self.instances_go(target, found)
        elif reason == "unauthorized":
            self.shut_out(target, found)
        else:
            self._case.noticed(link.id, found)
        self._case.events.on_node(target, found, self._case.note)
        self._case.users.logged_out(target, found)
        self.links_fail(target, found)

    def _shut(self, link: LinkPlan) -> None:
        """Nothing ever got over a link."""
        edits = (each for each in self._case.record.notices if each.kind == "edit")
        if link.loss >= 1.0 and all(each.target != link.id for each in edits):
            text = words.lost(self._case.name(link.id), link.loss)
            self._case.note("lost", Fact(0.0, text, link=link.id, inferred=True, first=True))

    def shut_out(self, name: str, near: Stretch) -> None:
        """Authentication at a node refuses requests."""
        self._case.noticed(name, near)
        server = self._case.users.link_to_server(name)
        if self._case.users.shut_out(name, near) and server is not None:
            self.link_fails(server, near)
            self.slowness.link_slow(server, near)

    def _passes_on(self, node: str, reason: str, near: Stretch) -> bool:
        """Whether a node fails for a reason of somebody whom it calls, so that it only says so."""
        end = near.start + WINDOW
        return self._case.signs.own_share(node, reason, near.start, end) <= MANY

    def links_fail(self, source: str, near: Stretch) -> None:
        """The links over which somebody's calls fail, those that count.

        Whoever waits for no answer does not fail with the call. What failed before counts where nothing fails now.
        """
        found = [
            (link, stretch)
            for link in self._case.leaving[source]
            if link.waits and (stretch := behind(self._case.signs.failing(link.id), near, EARLIER))
        ]
        late = [each for each in found if each[1].reaches(near.start - AFTER, near.end)]
        most = max((stretch.mean for _, stretch in late or found), default=0.0)
        for link, stretch in late or found:
            if stretch.mean >= MANY * most:
                self.link_fails(link, near)

    def instances_go(self, name: str, near: Stretch) -> None:
        """Instances of a node are down, or nobody believes in them."""
        self._case.events.on_node(name, near, self._case.note)
        self._case.users.logged_out(name, near)
        self._case.noticed(name, near)
        down = behind(self._case.signs.down(name), near, EARLIER)
        if down is not None:
            self._case.note(
                "down",
                Fact(
                    down.seen,
                    f"{self._case.name(name)}: {words.share(down.peak)} of it is down",
                    node=name,
                    value=down.peak,
                ),
            )
            if self._case.nodes[name].station.memory is not None:
                self.load.more_comes(name, down)
        asks_on = self._case.nodes[name].router is not None or self._fails_deep_checks(name, near)
        for link in self._case.leaving[name] if asks_on else ():
            if self._case.begins("go", link.id):
                self._case.events.on_link(link, near, self._case.note)
                self.instances_go(link.target, near)

    def _fails_deep_checks(self, name: str, near: Stretch) -> bool:
        """Whether checks that go on to what a node calls have taken it out of rotation, for what is behind it."""
        begun, end = near.start - EARLIER, near.start + AFTER
        if not any(
            each.kind == "health" for each in self._case.record.noticed((name,), begun, end)
        ):
            return False
        routers = [self._case.nodes[link.source].router for link in self._case.entering[name]]
        checks = [router.health for router in routers if router is not None]
        return any(check is not None and check.deep for check in checks)
