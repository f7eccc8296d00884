"""Looks for why more comes to a node, downwards from who calls: more is asked for, asked again, or missed before."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from engine.plan.primitives import LinkPlan
from engine.why import words
from engine.why.case import EARLIER
from engine.why.fact import Fact
from engine.why.stretch import AFTER, behind

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.plan.primitives import NodePlan
    from engine.why.case import Case
    from engine.why.stretch import Stretch

_LASTING: Final = 10.0
"""Seconds over which a load is told: in one interval alone there may be far more by chance."""
_TOGETHER: Final = 30.0
"""Seconds of first attempts and retries that are looked at together: long beside timeouts and waits between tries."""


class Load:
    """Questions about what comes to nodes."""

    def __init__(self, case: Case, link_fails: Callable[[LinkPlan, Stretch], None]) -> None:
        """Write down what is found in this case; who retries is asked why its calls fail."""
        self._case = case
        self._link_fails = link_fails

    def more_comes(self, name: str, near: Stretch) -> None:
        """More comes to a node than usual: more is asked for, asked again, or missed before it."""
        found = behind(self._case.signs.busier(name, near.start - AFTER), near, EARLIER)
        self._resent(name, near)
        if found is None or not self._case.begins("more", name):
            return
        common = self._case.signs.usual_rate(name, near.start - AFTER)
        node = self._case.nodes[name]
        first, rate = node.traffic is not None, found.level(_LASTING)
        self._case.events.on_node(name, found, self._case.note)
        if first and self._case.begins("dial", ""):
            self._case.events.on_all(name, found, self._case.note)
        known = self._case.signs.knows(name, near.start - AFTER)
        if known or self._asks_less_later(node):
            text = (
                f"{self._case.name(name)} {'asks for' if first else 'gets'} {words.rate(rate)}, "
                f"{words.times(rate / common)} as much as {'before' if known else 'later'}"
            )
            seen = found.seen if known else found.start
            self._case.note("more", Fact(seen, text, node=name, value=rate, first=first))
        for link in self._case.entering[name]:
            self.misses(link, found)
            self.more_comes(link.source, found)

    def _asks_less_later(self, node: NodePlan) -> bool:
        """Whether a node is a client that asks for much at first and less later, by itself.

        Users who wait for their answers do so wherever these take long.
        """
        return node.traffic is not None and node.traffic.process != "closed"

    def hot(self, name: str, near: Stretch) -> None:
        """Whoever is behind what comes to a node that looks at keys may ask for one key above all."""
        if not self._case.nodes[name].reads_keys:
            return
        asking, seen = [name], {name}
        while asking:
            for link in self._case.entering[asking.pop()]:
                if link.source not in seen:
                    seen.add(link.source)
                    asking.append(link.source)
        for each in self._case.nodes.values():
            if each.traffic is not None and each.id in seen:
                self._case.events.on_node(each.id, near, self._case.note, only="hot_key")

    def _resent(self, name: str, near: Stretch) -> None:
        """Calls to a node are made again."""
        for link in self._case.entering[name]:
            found = behind(self._case.signs.resent(link.id), near, EARLIER)
            if found is None:
                continue
            sent = self._case.signs.times_sent(link.id, found, _TOGETHER)
            factor = min(sent, self._most_attempts(link))
            self._case.note(
                "retries",
                Fact(
                    found.seen,
                    f"{self._case.name(link.id)}: retries multiply the calls {words.times(factor)}",
                    link=link.id,
                    value=factor,
                ),
            )
            self._link_fails(link, found)

    def _most_attempts(self, link: LinkPlan) -> float:
        """Attempts that a link may make of a call, now or while an event had it set otherwise; infinite where none did."""
        told = [each.replacement for each in self._case.record.plan.events if link.id in each.links]
        plans = [link, *(each for each in told if isinstance(each, LinkPlan))]
        most = max(each.retry.attempts for each in plans)
        return float(most) if most > 1 else math.inf

    def misses(self, link: LinkPlan, near: Stretch) -> None:
        """A store before a node has less than usual of what it is asked for."""
        stores = [link.source] + [each.target for each in self._case.leaving[link.source]]
        for name in stores:
            if self._case.nodes[name].store is None or not (link.on_miss or name == link.source):
                continue
            found = behind(self._case.signs.missing(name, near.start), near, EARLIER)
            if found is None or not self._case.begins("misses", name):
                continue
            self._case.events.on_node(name, found, self._case.note)
            self._case.note(
                "misses",
                Fact(
                    found.seen,
                    f"{self._case.name(name)} lacks {words.share(found.peak)} of what it is asked for",
                    node=name,
                    value=found.peak,
                ),
            )
