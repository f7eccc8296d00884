"""What came from outside: events of the scenario, faults that came by themselves, and what somebody did by hand."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from engine.model.event_kinds import event_kind
from engine.why.fact import Fact

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.plan.primitives import EventPlan, LinkPlan
    from engine.sim.snapshot import Notice
    from engine.why.record import Record
    from engine.why.stretch import Stretch

_LASTING: Final = 120.0
"""Seconds after its end for which an event may still be to blame: queues and caches take so long."""
_SEEN: Final = 2.0
"""Seconds by which what it does may be seen before it, as intervals are that long."""


class Events:
    """The events of a record, by what they are about."""

    def __init__(
        self, record: Record, name: Callable[[str], str], since: float = -math.inf
    ) -> None:
        """Read this record; items are called by their names.

        What was over before a time (s) is to blame for nothing: all was well then. What leaked is lost all the same.
        """
        self._since = since
        self._record = record
        self._name = name
        self._replicated = {
            each.id
            for each in record.plan.nodes
            if (each.replication or each.cluster or each.quorum) is not None
        }

    def on_node(
        self,
        node: str,
        near: Stretch,
        note: Callable[[str, Fact], None],
        only: str | None = None,
    ) -> None:
        """Note the events on a node that can be behind what begins there, or only those of one kind."""
        for event in self._near(near):
            if node in self._nodes(event) and only in (None, event.change):
                note(_key(event), self._fact(event, node=node))
        if only is None:
            self._faults(node, near, note)
        for edit in self._edits(node, near):
            note(edit.text, Fact(edit.at, edit.text, node=node, first=True))

    def on_all(self, client: str, near: Stretch, note: Callable[[str, Fact], None]) -> None:
        """Note what somebody did to all clients alike that can be behind what one of them asks for."""
        for edit in self._edits(None, near):
            if "cause" in edit.roles:
                note(edit.text, Fact(edit.at, edit.text, node=client, first=True))

    def on_link(self, link: LinkPlan, near: Stretch, note: Callable[[str, Fact], None]) -> None:
        """Note the events on a link."""
        for event in self._near(near):
            if link.id in links_of(event):
                note(_key(event), self._fact(event, link=link.id))
        for edit in self._edits(link.id, near):
            note(edit.text, Fact(edit.at, edit.text, link=link.id, first=True))

    def _nodes(self, event: EventPlan) -> set[str]:
        """The nodes that it hits, also those whose replicas it keeps from each other."""
        apart = (name for name, *_ in event.peers if name in self._replicated)
        return {*event.nodes, *apart}

    def _near(self, near: Stretch) -> list[EventPlan]:
        """The events that began before something, not long ago."""
        found = self._record.events(near.start - _LASTING, near.start + _SEEN)
        kinds = ((each, event_kind(each.change)) for each in found)
        return [
            each
            for each, kind in kinds
            if not kind.spreads and (each.end >= self._since or kind.stays)
        ]

    def _edits(self, item: str | None, near: Stretch) -> list[Notice]:
        """What somebody did to an item by hand, or to none alone, before something, not long ago, with which it was not well."""
        return [
            each
            for each in self._noticed(item, near)
            if each.kind == "edit" and each.at >= self._since
        ]

    def _noticed(self, item: str | None, near: Stretch) -> list[Notice]:
        """What was noticed of an item, or of none, before something, not long ago; what came again, the last time.

        What comes again was over: a fault that was repaired, or a dial that was turned elsewhere meanwhile.
        """
        found = self._record.noticed((item,), near.start - _LASTING, near.start + _SEEN)
        return list({(each.kind, each.text): each for each in found}.values())

    def _fact(self, event: EventPlan, node: str | None = None, link: str | None = None) -> Fact:
        """An event in words."""
        what = event.label or event.change
        return Fact(self._acted(event), what, node=node, link=link, first=True)

    def _acted(self, event: EventPlan) -> float:
        """When an event began to act (s): one that is made by hand may be drawn a little before the run is told of it."""
        late = (
            each.at
            for each in self._record.notices
            if each.kind == "event"
            and each.text == event.label
            and event.at <= each.at <= event.end
        )
        return next(late, event.at)

    def _faults(self, node: str, near: Stretch, note: Callable[[str, Fact], None]) -> None:
        """Note what failed by itself."""
        events = self._record.plan.events
        told = {(self._acted(each), each.label) for each in events}
        here = {self._acted(each) for each in events if node in self._nodes(each)}
        for notice in self._noticed(node, near):
            by_itself = notice.kind == "event" or notice.roles == ("cause",)
            if by_itself and notice.at not in here and (notice.at, notice.text) not in told:
                note(notice.text, Fact(notice.at, notice.text, node=node, first=True))


def links_of(event: EventPlan) -> set[str]:
    """The links that it hits, also those between some of the instances at their ends, and ways that DNS told."""
    found = {*event.links, *(each[0] for each in event.pairs), *(each[0] for each in event.unseen)}
    for asked, taken, _, _ in event.routes:
        found |= {asked, taken}
    return found


def _key(event: EventPlan) -> str:
    """What tells an event from others."""
    return f"{event.at} {event.change} {event.label}"
