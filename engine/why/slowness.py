"""Looks for why answers take long: an item is hampered, full, or waits for somebody else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from engine.why import words
from engine.why.case import EARLIER
from engine.why.fact import Fact
from engine.why.stretch import AFTER, at, behind

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.plan.primitives import LinkPlan
    from engine.why.case import Case
    from engine.why.limits import Limits
    from engine.why.load import Load
    from engine.why.stretch import Stretch

_HELD: Final = 0.4
"""Share of the busy workers that wait for somebody else, or stand still, from which they are what is full."""


class Slowness:
    """Questions about what is slow."""

    def __init__(
        self,
        case: Case,
        load: Load,
        limits: Limits,
        link_fails: Callable[[LinkPlan, Stretch], None],
        instances_go: Callable[[str, Stretch], None],
    ) -> None:
        """Write down what is found in this case.

        Who is full is asked what comes to it, and whether it is too small for that; failures are asked about on.
        """
        self._case = case
        self._load = load
        self._limits = limits
        self._link_fails = link_fails
        self._instances_go = instances_go

    def link_slow(self, link: LinkPlan, near: Stretch) -> None:
        """Calls over a link take long: because of the way, or of who is called."""
        if not self._case.begins("slow", link.id):
            return
        self._case.events.on_link(link, near, self._case.note)
        self._connections(link, near)
        self.node_slow(link.target, near)

    def node_slow(self, name: str, near: Stretch) -> None:
        """Answers of a node take long: it is hampered, full, or waits for somebody else."""
        if not self._case.begins("slow", name):
            return
        self._case.events.on_node(name, near, self._case.note)
        self._case.users.logged_out(name, near)
        self._load.hot(name, near)
        self.locks(name, near)
        self.node_full(name, near)
        for link in self._case.leaving[name]:
            slow = self._slow(link, near)
            if slow is not None:
                self.link_slow(link, slow)
            if behind(self._case.signs.failing(link.id), near, EARLIER):
                self._link_fails(link, near)
            elif slow is None and self._holds(link, near):
                self.link_slow(link, near)
            self._load.misses(
                link, near
            )  # what is missed is asked for further on, which takes longer

    def locks(self, name: str, near: Stretch) -> None:
        """Whoever writes at a node waits for the locks of rows."""
        found = behind(self._case.signs.locked(name, near.start - AFTER), near, EARLIER)
        if found is None:
            return
        text = (
            f"{self._case.name(name)}: writes wait {words.seconds(found.mean)} for locks, as a mean"
        )
        self._case.note("locks", Fact(found.seen, text, node=name, value=found.mean))

    def _slow(self, link: LinkPlan, near: Stretch) -> Stretch | None:
        """When answers over a link take longer than usual, or than those that never fail."""
        common = self._case.signs.usual_time(link.id, near.start - AFTER)
        slow = behind(self._case.signs.slow(link.id, near.start), near, EARLIER)
        fails = behind(self._case.signs.failing(link.id), near, EARLIER)
        return slow if common > 0.0 or fails is not None else None

    def _holds(self, link: LinkPlan, near: Stretch) -> bool:
        """Whether whoever is called over a link never answers, or is full, though answers take as long as ever."""
        unanswered = behind(self._case.signs.unanswered(link.id), near, EARLIER)
        full = at(
            self._case.signs.full(link.target, near.start - AFTER), near.start - AFTER, near.end
        )
        return unanswered is not None or full is not None

    def _waited_for(self, name: str, near: Stretch) -> list[LinkPlan]:
        """The links over which a node waits for somebody; all of them where none stands out."""
        leaving = self._case.leaving[name]
        found = [
            link
            for link in leaving
            if self._slow(link, near) is not None
            or behind(self._case.signs.failing(link.id), near, EARLIER)
            or self._holds(link, near)
        ]
        return found or leaving

    def node_full(self, name: str, near: Stretch) -> None:
        """All workers of a node are busy, and requests wait; or messages, at a queue or topic."""
        if self._case.nodes[name].keeps_messages:
            self._piles_up(name, near)
        found = behind(self._case.signs.full(name, near.start - AFTER), near, EARLIER)
        if found is None or not self._case.begins("full", name):
            return
        held = self.note_line(name, found)
        before = len(self._case.outside())
        self._case.events.on_node(name, found, self._case.note)
        if at(self._case.signs.down(name), found.start - EARLIER, found.start + AFTER):
            self._instances_go(name, found)
        if held > _HELD:
            for link in self._waited_for(name, found):
                self.link_slow(link, min(near, found, key=lambda each: each.start))
        self._load.more_comes(name, found)
        if len(self._case.outside()) == before:
            self._limits.too_small(name, found)
            if self._case.signs.still(name, found) > _HELD:
                self._limits.pauses(name, found)

    def note_line(self, name: str, found: Stretch) -> float:
        """Note how many wait at a node, all of whose workers are busy; returns the share that is held by others.

        At a queue or topic it is messages that wait.
        """
        if self._case.nodes[name].keeps_messages:
            text = f"{self._case.name(name)}: up to {found.peak:,.0f} messages wait"
            self._case.note("piles", Fact(found.seen, text, node=name, value=found.peak))
            return 0.0
        held = self._case.signs.held(name, found)
        still = self._case.signs.still(name, found)
        waits = f"{self._case.name(name)} is full: up to {found.peak:,.0f} wait"
        if held > _HELD and self._case.leaving[name]:
            waits += f", {words.share(held)} of the busy workers for somebody else"
        if still > _HELD:
            waits += f", {words.share(still)} of the busy workers stand still"
        self._case.note("full", Fact(found.seen, waits, node=name, value=found.peak))
        return held

    def _piles_up(self, name: str, near: Stretch) -> None:
        """More messages wait than usual: who works on them is gone, fails or is slow, or more come."""
        found = behind(self._case.signs.piling(name), near, EARLIER)
        if found is None or not self._case.begins("piles", name):
            return
        self.note_line(name, found)
        self._case.events.on_node(name, found, self._case.note)
        before = len(self._case.outside())
        for link in self._case.leaving[name]:
            self._instances_go(link.target, found)
            self.link_slow(link, found)
            self._link_fails(link, found)
        self._load.more_comes(name, found)
        if len(self._case.outside()) == before:
            self._limits.too_slow(name, found)

    def _connections(self, link: LinkPlan, near: Stretch) -> None:
        """All connections of a link are taken, and calls wait for one.

        Whoever waits while connections are set up may wait for that alone, unless there are as many as there may be.
        """
        for sample, part in self._case.record.link(link.id):
            rules = self._case.link_at(link, sample.end).connection
            if (
                rules is not None
                and rules.connections is not None
                and part.extra.get("waiting", 0.0) >= 1.0
                and sample.end >= self._case.since
                and near.reaches(sample.start, sample.end + EARLIER)
                and (
                    part.extra.get("connections_opened", 0.0) == 0.0
                    or part.extra.get("connections", 0.0) >= rules.connections * self._pairs(link)
                )
            ):
                most = rules.connections
                text = f"{self._case.name(link.id)}: {most} of {most} connections are taken"
                self._case.note(
                    "connections", Fact(sample.end, text, link=link.id, value=float(most))
                )
                return

    def _pairs(self, link: LinkPlan) -> int:
        """How many instances at the ends of a link have connections of their own to each other."""
        source, target = self._case.nodes[link.source], self._case.nodes[link.target]
        alone = source.traffic is not None or source.keeps_messages
        callers = 1 if alone else source.station.instances
        return callers * (1 if target.router is not None else target.station.instances)
