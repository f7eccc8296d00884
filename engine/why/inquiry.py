"""Looks for causes, backwards: from who suffers to what came from outside.

Failures come up from who is called (`engine.why.failures`), and so does slowness (`engine.why.slowness`); load comes down
from who calls (`engine.why.load`). Each question is about an item and a part of the run, and is asked once. It writes
down the facts that it finds and asks on; who found nothing from outside asks whether the design is too small for what
comes (`engine.why.limits`).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from engine.why import words
from engine.why.case import WINDOW, Case
from engine.why.fact import Fact
from engine.why.failures import MANY, ROOM, TIMES, Failures
from engine.why.standing import Standing
from engine.why.stretch import at

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from engine.why.record import Record
    from engine.why.signs import Signs
    from engine.why.stretch import Stretch


BEGINNING: Final = 5.0
"""Seconds from the beginning of a run that are looked at for what was so from then on."""
MUCH_SLOWER: Final = 3.0
"""Times as long as usual from which who asks waits."""


class Inquiry:
    """One chain of causes in the making."""

    def __init__(self, record: Record, names: Mapping[str, str], since: float = -math.inf) -> None:
        """Ask this record, from a time (s) on; items are called by these names."""
        self._case = Case(record, names, since)
        self._failures = Failures(self._case)
        self._slowness = self._failures.slowness
        self._load = self._failures.load

    @property
    def signs(self) -> Signs:
        """What can be seen in the record."""
        return self._case.signs

    @property
    def facts(self) -> Mapping[tuple[str, str | None], Fact]:
        """What was found so far, in the order in which it was."""
        return self._case.facts

    @property
    def outside(self) -> Sequence[Fact]:
        """What came from outside, of what was found so far."""
        return self._case.outside()

    def look_at_beginning(self, item: str, near: Stretch, *, fails: bool) -> None:
        """Note what was too much, or amiss, from the beginning of the run on, or since the item is there."""
        recorded = [fact.time for fact in self._case.outside() if not fact.inferred]
        samples = self._case.record.samples
        begun = next((each.start for each in samples if item in each.nodes), samples[0].start)
        later = [each for each in recorded if each > begun]
        until = min([max(near.seen, begun + BEGINNING), *later])
        case, failures = self._case.as_of(begun), self._failures
        if case is not self._case:
            failures = Failures(case)
        if item not in case.nodes:
            return
        standing = Standing(case, failures.limits, until)
        if not standing.tells:
            return
        reasons = self._case.signs.reasons(item, near.start, near.start + WINDOW) if fails else {}
        slow = any(reason in (*TIMES, *ROOM) for reason, part in reasons.items() if part >= MANY)
        standing.look(
            item,
            failures.slowness.note_line,
            only_failing=bool(reasons) and not slow,
            surely=bool(recorded),
        )

    def never_catches_up(self, client: str, name: str, stretch: Stretch) -> None:
        """A node never catches up with what a client asks for, from the beginning to the end."""
        takes = self._case.signs.lately(client, stretch)
        if takes > 0.0:
            text = f"{self._case.name(client)}: answers take up to {words.seconds(takes)}"
            self._case.note("slow", Fact(stretch.seen, text, node=client, value=takes))
        self._slowness.node_slow(name, stretch)

    def client_suffers(self, client: str, stretch: Stretch) -> None:
        """Requests of a client fail."""
        if not self._case.begins("suffers", client):
            return
        reasons = self._case.signs.reasons(client, stretch.start, stretch.start + WINDOW)
        self._requests_fail(client, stretch, reasons)
        self._case.users.guesses(client, stretch)
        self._failures.links_fail(client, stretch)
        self._clients_changed(stretch)
        if not self._case.outside():
            self._load.more_comes(client, stretch)

    def _requests_fail(self, name: str, stretch: Stretch, reasons: Mapping[str, float]) -> None:
        """Note how many requests fail."""
        bad, whole = self._case.signs.ended(name, stretch)
        share = bad / whole if whole else 0.0
        text = (
            f"{self._case.name(name)}: {words.share(share)} of requests fail ({words.why(reasons)})"
        )
        self._case.note("failing", Fact(stretch.seen, text, node=name, value=share))

    def client_waits(self, client: str, stretch: Stretch, common: float) -> None:
        """Answers take a client longer than usual."""
        if not self._case.begins("waits", client):
            return
        self._takes_long(client, stretch, common)
        for link in self._case.leaving[client]:
            self._slowness.link_slow(link, stretch)
        self._clients_changed(stretch)

    def _clients_changed(self, near: Stretch) -> None:
        """Where nothing else is behind it, clients may ask for something else, without asking for more."""
        if any(not fact.inferred for fact in self._case.outside()):
            return
        for each in self._case.nodes.values():
            if each.traffic is not None:
                self._case.events.on_node(each.id, near, self._case.note, only="set")

    def _takes_long(self, name: str, stretch: Stretch, common: float) -> None:
        """Note that answers take longer than usual."""
        text = (
            f"{self._case.name(name)}: answers take {words.seconds(stretch.mean)}, "
            f"usually {words.seconds(common)}"
        )
        self._case.note("slow", Fact(stretch.seen, text, node=name, value=stretch.mean))

    def client_is_stuck(self, client: str, stretch: Stretch) -> None:
        """Nothing comes back to a client any more."""
        if not self._case.begins("stuck", client):
            return
        waiting = (
            f"{self._case.name(client)}: {stretch.peak:,.0f} requests wait, and none is answered"
        )
        self._case.note("stuck", Fact(stretch.seen, waiting, node=client, value=stretch.peak))
        for link in self._case.leaving[client]:
            self._slowness.link_slow(link, stretch)
        if not self._case.outside():
            self._failures.limits.in_each_others_way(stretch)

    def node_suffers(self, name: str, stretch: Stretch) -> None:
        """Something is wrong at a node that is asked about."""
        failing = at(self._case.signs.failing(name), stretch.start, stretch.end)
        if failing is not None:
            reasons = self._case.signs.reasons(name, failing.start, failing.start + WINDOW)
            self._requests_fail(name, failing, reasons)
            self._failures.instances_go(name, failing)
            if reasons.get("unauthorized", 0.0) > MANY:
                self._failures.shut_out(name, failing)
            self._failures.links_fail(name, failing)
        slow = at(self._case.signs.much_slower(name, MUCH_SLOWER), stretch.start, stretch.end)
        if slow is not None:
            common = self._case.signs.usual_time(name, slow.start)
            self._takes_long(name, slow, common)
        self._messages_lost(name, stretch)
        self._slowness.node_slow(name, stretch)

    def _messages_lost(self, name: str, stretch: Stretch) -> None:
        """Messages of a queue or topic are given up for dead."""
        dead = at(self._case.signs.lost_letters(name), stretch.start, stretch.end)
        if dead is None:
            return
        expired = self._case.signs.expired(name, dead)
        end = "are deleted before all have read them" if expired else "end as dead letters"
        text = f"{self._case.name(name)}: {words.share(dead.mean)} of the messages {end}"
        self._case.note("dead", Fact(dead.seen, text, node=name, value=dead.mean))
        self._failures.links_fail(name, dead)

    def users_logged_out(self, name: str, stretch: Stretch) -> None:
        """Users of a node are logged out, though what they ask for succeeds."""
        self._case.users.logged_out(name, stretch)
        self._failures.instances_go(name, stretch)
